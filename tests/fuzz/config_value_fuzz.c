/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_items.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char *const names[] = {"stamp", "twamp-light", "auto", NULL};

/* One row of each type that has values; the first octet picks one. */
static const struct tw_item items[] = {
	{"u8", 0, TW_ITEM_UINT, .size = 1, .max = 255},
	{"u64", 0, TW_ITEM_UINT, .size = 8, .max = INT64_MAX},
	{"int", 0, TW_ITEM_INT, .size = 4, .min = -1, .max = 8958},
	{"double", 0, TW_ITEM_DOUBLE, .size = 8, .min = -1000, .max = INT64_MAX},
	{"msec", 0, TW_ITEM_MSEC, .size = 8, .max = INT64_MAX},
	{"sec", 0, TW_ITEM_SEC, .size = 8, .max = INT64_MAX},
	{"bits", 0, TW_ITEM_BITRATE, .size = 8, .max = INT64_MAX},
	{"pps", 0, TW_ITEM_PPS, .size = 8, .max = INT64_MAX},
	{"enum", 0, TW_ITEM_ENUM, .size = 4, .names = names},
	{"addr", 0, TW_ITEM_ADDR, .size = 17},
	{"prefix", 0, TW_ITEM_PREFIX, .size = 18},
	{"endpoint", 0, TW_ITEM_ENDPOINT, .size = 20},
	{"mac", 0, TW_ITEM_MAC, .size = 6},
	{"dscp", 0, TW_ITEM_DSCP, .size = 1},
};

/* What is accepted is printed as text that is accepted again and means the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct tw_item *item;
	uint64_t first[8] = {0}, second[8] = {0};
	char text[512], again[512], quoted[80];
	struct tw_err err;

	if (len < 1 || len > sizeof(text))
		return 0;
	item = &items[data[0] % (sizeof(items) / sizeof(items[0]))];
	memcpy(text, data + 1, len - 1);
	text[len - 1] = '\0';
	if (strlen(tw_items_quote(text, quoted)) > 65)
		abort();
	if (tw_item_parse(item, text, &err, first)) {
		if (strchr(err.text, '\n') || !strstr(err.text, "allowed"))
			abort();
		return 0;
	}
	tw_item_format(item, first, again, sizeof(again));
	if (again[0] == '\0' || item->type == TW_ITEM_DOUBLE)
		return 0;
	memcpy(second, first, sizeof(second));
	if (tw_item_parse(item, again, &err, second) || memcmp(first, second, sizeof(first)) != 0)
		abort();
	return 0;
}

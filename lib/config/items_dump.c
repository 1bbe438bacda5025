/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "items_priv.h"

#include <string.h>

static void dump_item(const struct tw_item *item, const uint8_t *base, bool given, FILE *out)
{
	uint32_t n = 1;
	char text[512];

	if (item->flags & TW_ITEM_REPEAT)
		memcpy(&n, base + item->count_offset, sizeof(n));
	fprintf(out, "%s =", item->name);
	for (uint32_t i = 0; i < n; i++) {
		tw_item_format(
			item, base + item->offset + (size_t)i * item->size, text, sizeof(text));
		if (item->flags & TW_ITEM_SECRET)
			snprintf(text, sizeof(text), "%s", text[0] ? "********" : "");
		if (text[0])
			fprintf(out, "%s %s", i ? "," : "", text);
	}
	fprintf(out, "%s\n", given ? "" : " # default");
}

void tw_items_dump(const struct tw_item_table *t, const struct tw_item_command *cmd,
	const void *base, const struct tw_item_set *set, FILE *out)
{
	fprintf(out, "# %s %s\n", t->program, cmd->name);
	for (size_t i = 0; i < t->n_items; i++)
		if (tw_items_shown(&t->items[i], cmd->bit))
			dump_item(&t->items[i], base, tw_items_is_set(set, i), out);
}

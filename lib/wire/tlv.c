/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

#include <stdio.h>

static const struct tw_tlv_kind *const kinds[TW_TLV_TYPES] = {
	[TW_TLV_PADDING] = &tlv_padding_kind,
	[TW_TLV_LOCATION] = &tlv_location_kind,
	[TW_TLV_TIMESTAMP_INFO] = &tlv_timestamp_info_kind,
	[TW_TLV_COS] = &tlv_cos_kind,
	[TW_TLV_DIRECT] = &tlv_direct_kind,
	[TW_TLV_ACCESS] = &tlv_access_kind,
	[TW_TLV_FOLLOW_UP] = &tlv_follow_up_kind,
	[TW_TLV_HMAC] = &tlv_hmac_kind,
	[TW_TLV_DESTINATION] = &tlv_destination_kind,
	[TW_TLV_RETURN_PATH] = &tlv_return_path_kind,
	[TW_TLV_MICRO_SESSION] = &tlv_micro_session_kind,
	[TW_TLV_CONTROL] = &tlv_control_kind,
};

size_t tw_tlv_zero_tail(const uint8_t *p, size_t from, size_t end)
{
	while (end - from >= 8 && tw_raw64(p + end - 8) == 0)
		end -= 8;
	while (end > from && p[end - 1] == 0)
		end--;
	return end;
}

const struct tw_tlv_kind *tw_tlv_find(unsigned int type)
{
	return type < TW_TLV_TYPES ? kinds[type] : NULL;
}

const struct tw_tlv_kind *tw_tlv_find_name(const char *name, size_t len)
{
	const struct tw_tlv_kind *k;

	for (unsigned int i = 0; (k = tw_tlv_spec_row(i)); i++)
		if (strlen(k->name) == len && memcmp(k->name, name, len) == 0)
			return k;
	return NULL;
}

const struct tw_tlv_kind *tw_tlv_spec_row(unsigned int i)
{
	if (i + 1 < TW_TLV_TYPES)
		return kinds[i + 1];
	return i + 1 == TW_TLV_TYPES ? &tlv_raw_kind : NULL;
}

bool tw_tlv_length_ok(uint8_t type, uint16_t len)
{
	const struct tw_tlv_kind *k = tw_tlv_find(type);

	if (!k)
		return type < TW_TLV_PRIVATE_FIRST || type > TW_TLV_PRIVATE_LAST || len >= 4;
	return len >= k->min_len && len <= k->max_len && (len - k->min_len) % k->step == 0;
}

int tw_tlv_print(const struct tw_tlv *t, const uint8_t *value, char *buf, size_t cap)
{
	const struct tw_tlv_kind *k = tw_tlv_find(t->type);
	int n;
	int m;

	if (!k || !tw_tlv_length_ok(t->type, t->len))
		return snprintf(
			buf, cap, "%s type=%u length=%u", k ? k->name : "raw", t->type, t->len);
	n = snprintf(buf, cap, "%s", k->name);
	if (n < 0 || !k->print)
		return n;
	if ((size_t)n + 1 < cap) {
		buf[n] = ' ';
		m = k->print(value, t->len, buf + n + 1, cap - (size_t)n - 1);
	} else {
		m = k->print(value, t->len, NULL, 0);
	}
	return m < 0 ? m : n + 1 + m;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

#include <stdio.h>

/*
 * Timestamp Information (RFC 8972 section 4.3); the sender leaves it zero.
 *
 *  0                   1                   2                   3
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Sync Src In  | Timestamp In  | Sync Src Out  | Timestamp Out |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ~                    Optional sub-TLVs                          ~
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

struct tw_tlv_timestamp_info tw_tlv_timestamp_info_parse(const uint8_t *value)
{
	return (struct tw_tlv_timestamp_info){value[0], value[1], value[2], value[3]};
}

void tw_tlv_timestamp_info_build(const struct tw_tlv_timestamp_info *t, uint8_t *ret_value)
{
	ret_value[0] = t->sync_in;
	ret_value[1] = t->method_in;
	ret_value[2] = t->sync_out;
	ret_value[3] = t->method_out;
}

static int build(struct tlv_build *b)
{
	int rc = tlv_no_args(b);

	if (rc == 0)
		tlv_append(b, TW_TLV_TIMESTAMP_INFO, 4, &rc);
	return rc;
}

static int print(const uint8_t *value, size_t len, char *buf, size_t cap)
{
	(void)len;
	return snprintf(buf, cap, "sync-in=%u method-in=%u sync-out=%u method-out=%u", value[0],
		value[1], value[2], value[3]);
}

const struct tw_tlv_kind tlv_timestamp_info_kind = {
	.type = TW_TLV_TIMESTAMP_INFO,
	.min_len = 4,
	.max_len = UINT16_MAX,
	.step = 1,
	.name = "timestamp-info",
	.args = "",
	.help = "ask how T2 and T3 are made and what the clock there follows",
	.build = build,
	.print = print,
};

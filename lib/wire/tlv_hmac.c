/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

/*
 * HMAC (RFC 8972 section 4.8): the first 16 octets of HMAC-SHA-256 over the Sequence Number of
 * the same packet and all TLVs before this one, headers and flags included.
 */

static int build(struct tlv_build *b)
{
	int rc = tlv_no_args(b);

	if (rc == 0 && tlv_append(b, TW_TLV_HMAC, TW_TLV_HMAC_LEN, &rc))
		b->t->hmac_at = (uint16_t)(b->t->len - TW_TLV_HMAC_LEN - TW_TLV_HEADER);
	return rc;
}

const struct tw_tlv_kind tlv_hmac_kind = {
	.type = TW_TLV_HMAC,
	.min_len = TW_TLV_HMAC_LEN,
	.max_len = TW_TLV_HMAC_LEN,
	.step = 1,
	.name = "hmac",
	.args = "",
	.help = "protect the TLVs before it (with --auth it is added where it is needed)",
	.build = build,
};

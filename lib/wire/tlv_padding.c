/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

/*
 * Extra Padding (RFC 8972 section 4.1): any Length, any octets, any number of times; the only
 * TLV that may stand behind the HMAC TLV.
 */

static int build(struct tlv_build *b)
{
	const char *pos = b->args;
	struct tlv_arg a;
	uint64_t len = 0;
	bool random = false;
	uint8_t *v;
	int rc;

	if (!tlv_arg_next(&pos, &a) || a.value)
		return tlv_fail(b, "how many octets of padding?");
	rc = tlv_number(b, a.key, a.key_len, 0, TW_TLV_TEMPLATE_MAX - TW_TLV_HEADER, &len);
	if (rc < 0)
		return rc;
	while (tlv_arg_next(&pos, &a)) {
		if (tlv_arg_is(&a, "random", false))
			random = true;
		else if (!tlv_arg_is(&a, "zero", false))
			return tlv_arg_unknown(b, &a);
	}
	v = tlv_append(b, TW_TLV_PADDING, len, &rc);
	if (v && random)
		for (size_t i = 0; i < len; i++)
			v[i] = (uint8_t)(tw_rand_u64(b->rand) >> 56);
	return rc;
}

const struct tw_tlv_kind tlv_padding_kind = {
	.type = TW_TLV_PADDING,
	.min_len = 0,
	.max_len = UINT16_MAX,
	.step = 1,
	.name = "padding",
	.args = "OCTETS, random, zero",
	.help = "Extra Padding of so many octets, zero or pseudorandom",
	.build = build,
};

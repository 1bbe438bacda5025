/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

#include <ctype.h>

/* Any octets as a TLV, right or wrong: what a conformance test needs. */

static int unhex(struct tlv_build *b, const struct tlv_arg *a, uint8_t *out, size_t *ret_len)
{
	if (a->value_len % 2 || a->value_len / 2 > TW_TLV_TEMPLATE_MAX)
		return tlv_fail(b, "hex= wants two digits an octet");
	for (size_t i = 0; i < a->value_len; i++) {
		int c = a->value[i];
		int d = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;

		if (!isxdigit((unsigned char)c))
			return tlv_fail(b, "hex= wants hexadecimal digits");
		out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] | d : d << 4);
	}
	*ret_len = a->value_len / 2;
	return 0;
}

static int build(struct tlv_build *b)
{
	const char *pos = b->args;
	struct tlv_arg a;
	uint8_t octets[TW_TLV_TEMPLATE_MAX];
	size_t len = 0;
	uint64_t type = UINT64_MAX;
	uint64_t flags = TW_TLV_U;
	uint64_t length = UINT64_MAX;
	uint8_t *v;
	int rc = 0;

	while (rc == 0 && tlv_arg_next(&pos, &a)) {
		if (tlv_arg_is(&a, "type", true))
			rc = tlv_number(b, a.value, a.value_len, 0, UINT8_MAX, &type);
		else if (tlv_arg_is(&a, "flags", true))
			rc = tlv_number(b, a.value, a.value_len, 0, UINT8_MAX, &flags);
		else if (tlv_arg_is(&a, "length", true))
			rc = tlv_number(b, a.value, a.value_len, 0, UINT16_MAX, &length);
		else if (tlv_arg_is(&a, "hex", true))
			rc = unhex(b, &a, octets, &len);
		else
			rc = tlv_arg_unknown(b, &a);
	}
	if (rc < 0)
		return rc;
	if (type == UINT64_MAX)
		return tlv_fail(b, "type=N is needed");
	v = tlv_append(b, (uint8_t)type, len, &rc);
	if (!v)
		return rc;
	if (len)
		memcpy(v, octets, len);
	tw_tlv_put(v - TW_TLV_HEADER, (uint8_t)flags, (uint8_t)type,
		(uint16_t)(length == UINT64_MAX ? len : length));
	return 0;
}

const struct tw_tlv_kind tlv_raw_kind = {
	.type = 0,
	.max_len = UINT16_MAX,
	.step = 1,
	.name = "raw",
	.args = "type=N, hex=OCTETS, flags=N, length=N",
	.help = "any octets; length= lies about how many there are",
	.build = build,
};

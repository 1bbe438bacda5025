/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

#include <stdio.h>

/*
 * Micro-session ID (RFC 9534 section 3.1).
 *
 *  0                   1                   2                   3
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |    Sender Micro-session ID    |   Reflector Micro-session ID  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

struct tw_tlv_micro tw_tlv_micro_parse(const uint8_t *value)
{
	return (struct tw_tlv_micro){tw_get16(value), tw_get16(value + 2)};
}

void tw_tlv_micro_build(const struct tw_tlv_micro *m, uint8_t *ret_value)
{
	tw_put16(ret_value, m->sender);
	tw_put16(ret_value + 2, m->reflector);
}

static int build(struct tlv_build *b)
{
	const char *pos = b->args;
	struct tlv_arg a;
	uint64_t sender = 0;
	uint64_t reflector = 0;
	uint8_t *v;
	int rc = 0;

	while (rc == 0 && tlv_arg_next(&pos, &a)) {
		if (tlv_arg_is(&a, "sender", true))
			rc = tlv_number(b, a.value, a.value_len, 1, UINT16_MAX, &sender);
		else if (tlv_arg_is(&a, "reflector", true))
			rc = tlv_number(b, a.value, a.value_len, 0, UINT16_MAX, &reflector);
		else
			rc = tlv_arg_unknown(b, &a);
	}
	if (rc < 0)
		return rc;
	if (sender == 0)
		return tlv_fail(b, "sender=ID is needed");
	v = tlv_append(b, TW_TLV_MICRO_SESSION, 4, &rc);
	if (!v)
		return rc;
	b->t->micro = (struct tw_tlv_micro){(uint16_t)sender, (uint16_t)reflector};
	tw_tlv_micro_build(&b->t->micro, v);
	return 0;
}

static int print(const uint8_t *value, size_t len, char *buf, size_t cap)
{
	struct tw_tlv_micro m = tw_tlv_micro_parse(value);

	(void)len;
	return snprintf(buf, cap, "sender=%u reflector=%u", m.sender, m.reflector);
}

const struct tw_tlv_kind tlv_micro_session_kind = {
	.type = TW_TLV_MICRO_SESSION,
	.once = true,
	.min_len = 4,
	.max_len = 4,
	.step = 1,
	.name = "micro-session",
	.args = "sender=ID, reflector=ID",
	.help = "member links of a link aggregation group; reflector 0 or absent: not known",
	.build = build,
	.print = print,
};

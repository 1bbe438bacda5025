/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

#include "tw_dscp.h"

#include <stdio.h>

/*
 * Class of Service (RFC 8972 section 4.4, erratum 8199).
 *
 *  0                   1                   2                   3
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |   DSCP1   |   DSCP2   |ECN| RP|          Reserved             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

struct tw_tlv_cos tw_tlv_cos_parse(const uint8_t *value)
{
	uint16_t v = tw_get16(value);

	return (struct tw_tlv_cos){
		.dscp1 = v >> 10,
		.dscp2 = v >> 4 & 63,
		.ecn = v >> 2 & 3,
		.rp = v & 3,
	};
}

void tw_tlv_cos_build(const struct tw_tlv_cos *c, uint8_t *ret_value)
{
	tw_put16(ret_value, (uint16_t)(c->dscp1 << 10 | c->dscp2 << 4 | c->ecn << 2 | c->rp));
	tw_put16(ret_value + 2, 0);
}

static int parse_dscp(struct tlv_build *b, const struct tlv_arg *a, uint8_t *ret)
{
	char name[16];

	if (a->value_len < sizeof(name)) {
		memcpy(name, a->value, a->value_len);
		name[a->value_len] = '\0';
		if (tw_dscp_parse(name, ret) == 0)
			return 0;
	}
	return tlv_fail(b, "\"%.*s\" is not a DSCP: a name (ef, af41, cs5, ...) or 0..63",
		(int)(a->value_len > 40 ? 40 : a->value_len), a->value);
}

static int build(struct tlv_build *b)
{
	const char *pos = b->args;
	struct tlv_arg a;
	bool given = false;
	uint8_t dscp = 0;
	uint8_t *v;
	int rc = 0;

	while (rc == 0 && tlv_arg_next(&pos, &a)) {
		if (tlv_arg_is(&a, "dscp", true))
			rc = parse_dscp(b, &a, &dscp);
		else
			rc = tlv_arg_unknown(b, &a);
		given = true;
	}
	if (rc < 0)
		return rc;
	if (!given)
		return tlv_fail(b, "dscp=NAME|N is needed");
	v = tlv_append(b, TW_TLV_COS, 4, &rc);
	if (!v)
		return rc;
	b->t->dscp = dscp;
	tw_tlv_cos_build(&(struct tw_tlv_cos){.dscp1 = dscp}, v);
	return 0;
}

static int print(const uint8_t *value, size_t len, char *buf, size_t cap)
{
	struct tw_tlv_cos c = tw_tlv_cos_parse(value);

	(void)len;
	return snprintf(buf, cap, "dscp1=%u dscp2=%u ecn=%u rp=%u", c.dscp1, c.dscp2, c.ecn, c.rp);
}

const struct tw_tlv_kind tlv_cos_kind = {
	.type = TW_TLV_COS,
	.once = true,
	.min_len = 4,
	.max_len = 4,
	.step = 1,
	.name = "cos",
	.args = "dscp=NAME|N",
	.help = "ask for this DSCP on the reply, and what DSCP and ECN arrive there",
	.build = build,
	.print = print,
};

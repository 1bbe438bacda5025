/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

#include <stdio.h>

/*
 * Reflected Test Packet Control (RFC 10052 section 3). Its Length is at least 12: without a
 * sub-TLV four octets of zero follow the fixed part.
 *
 *  0                   1                   2                   3
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Length of the Reflected Packet |Number of the Reflected Packets|
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          Interval Between the Reflected Packets, ns           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ~ 10 Layer 2 Address Group: mask, group (Length 4, 12, 16)      ~
 * ~ 11 Layer 3 Address Group: prefix length 1, 0 * 3, prefix      ~
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

struct groups {
	uint8_t l2_len; /* octets of mask and group together, 0 = none */
	uint8_t l2[16];
	struct tlv_ip l3;
	uint8_t l3_bits;
};

struct tw_tlv_control tw_tlv_control_parse(const uint8_t *value)
{
	return (struct tw_tlv_control){tw_get16(value), tw_get16(value + 2), tw_get32(value + 4)};
}

void tw_tlv_control_build(const struct tw_tlv_control *c, uint8_t *ret_value)
{
	tw_put16(ret_value, c->length);
	tw_put16(ret_value + 2, c->count);
	tw_put32(ret_value + 4, c->interval_ns);
}

/* xx:xx:..., returns the octets read or 0. */
static size_t parse_mac(const char *s, size_t len, uint8_t *out, size_t cap)
{
	size_t n = 0;

	if (len % 3 != 2 || (len + 1) / 3 > cap)
		return 0;
	for (size_t i = 0; i < len; i += 3) {
		char text[3] = {s[i], s[i + 1], 0};
		unsigned int v;

		if (strspn(text, "0123456789abcdefABCDEF") != 2 || sscanf(text, "%2x", &v) != 1 ||
			(i + 2 < len && s[i + 2] != ':'))
			return 0;
		out[n++] = (uint8_t)v;
	}
	return n;
}

static int parse_l2(struct tlv_build *b, const struct tlv_arg *a, struct groups *ret)
{
	const char *slash = memchr(a->value, '/', a->value_len);
	size_t mask_len = slash ? (size_t)(slash - a->value) : 0;
	uint8_t v[16];
	size_t n = parse_mac(a->value, mask_len, v, 8);

	if ((n != 2 && n != 6 && n != 8) ||
		parse_mac(slash + 1, a->value_len - mask_len - 1, v + n, 8) != n)
		return tlv_fail(b, "l2= wants MASK/GROUP, two MAC addresses of the same length");
	for (size_t i = 0; i < n; i++)
		if (v[n + i] & ~v[i])
			return tlv_fail(b, "l2=: the group has bits outside its mask");
	memcpy(ret->l2, v, sizeof(v));
	ret->l2_len = (uint8_t)(2 * n);
	return 0;
}

static int parse_l3(struct tlv_build *b, const struct tlv_arg *a, struct groups *ret)
{
	const char *slash = memchr(a->value, '/', a->value_len);
	size_t len = slash ? (size_t)(slash - a->value) : a->value_len;
	uint64_t bits;
	int rc = tlv_address(b, a->value, len, &ret->l3);

	if (rc < 0)
		return rc;
	bits = 8U * ret->l3.len;
	if (slash) {
		rc = tlv_number(b, slash + 1, a->value_len - len - 1, 0, bits, &bits);
		if (rc < 0)
			return rc;
	}
	for (uint64_t i = bits; i < 8U * ret->l3.len; i++)
		if (ret->l3.b[i / 8] & 0x80U >> i % 8)
			return tlv_fail(b, "l3=: the prefix has bits behind its length");
	ret->l3_bits = (uint8_t)bits;
	return 0;
}

static int parse(struct tlv_build *b, struct tw_tlv_control *ret, struct groups *ret_groups)
{
	const char *pos = b->args;
	struct tlv_arg a;
	uint64_t v = 0;
	int rc = 0;

	*ret = (struct tw_tlv_control){.count = 1};
	while (rc == 0 && tlv_arg_next(&pos, &a)) {
		if (tlv_arg_is(&a, "length", true)) {
			rc = tlv_number(b, a.value, a.value_len, 0, UINT16_MAX, &v);
			ret->length = (uint16_t)v;
		} else if (tlv_arg_is(&a, "count", true)) {
			rc = tlv_number(b, a.value, a.value_len, 0, UINT16_MAX, &v);
			ret->count = (uint16_t)v;
		} else if (tlv_arg_is(&a, "interval", true)) {
			rc = tlv_duration(b, a.value, a.value_len, UINT32_MAX, &v);
			ret->interval_ns = (uint32_t)v;
		} else if (tlv_arg_is(&a, "l2", true)) {
			rc = parse_l2(b, &a, ret_groups);
		} else if (tlv_arg_is(&a, "l3", true)) {
			rc = parse_l3(b, &a, ret_groups);
		} else {
			rc = tlv_arg_unknown(b, &a);
		}
	}
	if (rc == 0 && ret->count > 1 && ret->interval_ns == 0)
		rc = tlv_fail(b, "several replies need an interval=");
	return rc;
}

static int build(struct tlv_build *b)
{
	struct tw_tlv_control c;
	struct groups g = {0};
	size_t l3_len;
	size_t len = TW_TLV_CONTROL_FIXED;
	uint8_t *v;
	int rc = parse(b, &c, &g);

	if (rc < 0)
		return rc;
	l3_len = g.l3.len ? 4 + (size_t)g.l3.len : 0;
	len += (g.l2_len ? TW_TLV_HEADER + (size_t)g.l2_len : 0) +
	       (l3_len ? TW_TLV_HEADER + l3_len : 0);
	v = tlv_append(b, TW_TLV_CONTROL, len > 12 ? len : 12, &rc);
	if (!v)
		return rc;
	b->t->control = c;
	tw_tlv_control_build(&c, v);
	v += TW_TLV_CONTROL_FIXED;
	if (g.l2_len) {
		v = tw_tlv_put(v, TW_TLV_U, TW_SUB_L2_GROUP, g.l2_len);
		memcpy(v, g.l2, g.l2_len);
		v += g.l2_len;
	}
	if (l3_len) {
		v = tw_tlv_put(v, TW_TLV_U, TW_SUB_L3_GROUP, (uint16_t)l3_len);
		v[0] = g.l3_bits;
		memcpy(v + 4, g.l3.b, g.l3.len);
	}
	return 0;
}

static int print(const uint8_t *value, size_t len, char *buf, size_t cap)
{
	struct tw_tlv_control c = tw_tlv_control_parse(value);

	(void)len;
	return snprintf(
		buf, cap, "length=%u count=%u interval=%uns", c.length, c.count, c.interval_ns);
}

const struct tw_tlv_kind tlv_control_kind = {
	.type = TW_TLV_CONTROL,
	.once = true,
	.min_len = 12,
	.max_len = UINT16_MAX,
	.step = 1,
	.name = "reflected-control",
	.args = "length=OCTETS, count=N, interval=TIME, l2=MASK/GROUP, l3=PREFIX",
	.help = "ask for replies of another size or number",
	.build = build,
	.print = print,
};

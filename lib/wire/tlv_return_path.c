/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

#include <arpa/inet.h>
#include <stdio.h>

/*
 * Return Path (RFC 9503 section 4): one or more sub-TLVs.
 *
 *   1 Control Code, 4 octets: last bit 0 no reply wanted, 1 reply on the link of the request
 *   2 Return Address, 4 or 16 octets
 *   3 SR-MPLS label stack, n * 4 octets: label 20 bits, TC 3, S 1, TTL 8
 *   4 SRv6 segment list, n * 16 octets, first segment first
 */

#define MAX_SEGMENTS 16

struct path {
	bool has_code;
	uint32_t code;
	struct tlv_ip address;
	size_t n_labels;
	uint32_t label[MAX_SEGMENTS];
	size_t n_sids;
	uint8_t sid[MAX_SEGMENTS][16];
};

static int parse_labels(struct tlv_build *b, const struct tlv_arg *a, struct path *ret)
{
	const char *pos = a->value;
	size_t left = a->value_len;
	const char *item;
	size_t len;

	while (tlv_item_next(&pos, &left, &item, &len)) {
		uint64_t v;
		int rc = tlv_number(b, item, len, 0, (1U << 20) - 1, &v);

		if (rc < 0)
			return rc;
		if (ret->n_labels == MAX_SEGMENTS)
			return tlv_fail(b, "more than %d labels", MAX_SEGMENTS);
		ret->label[ret->n_labels++] = (uint32_t)v;
	}
	return ret->n_labels ? 0 : tlv_fail(b, "sr-mpls= wants labels separated by slashes");
}

static int parse_sids(struct tlv_build *b, const struct tlv_arg *a, struct path *ret)
{
	const char *pos = a->value;
	size_t left = a->value_len;
	const char *item;
	size_t len;

	while (tlv_item_next(&pos, &left, &item, &len)) {
		struct tlv_ip ip;
		int rc = tlv_address(b, item, len, &ip);

		if (rc < 0)
			return rc;
		if (ip.len != 16)
			return tlv_fail(b, "SRv6 segments are IPv6 addresses");
		if (ret->n_sids == MAX_SEGMENTS)
			return tlv_fail(b, "more than %d segments", MAX_SEGMENTS);
		memcpy(ret->sid[ret->n_sids++], ip.b, 16);
	}
	return ret->n_sids ? 0 : tlv_fail(b, "srv6= wants addresses separated by slashes");
}

static int parse(struct tlv_build *b, struct path *ret)
{
	const char *pos = b->args;
	struct tlv_arg a;
	int rc = 0;

	while (rc == 0 && tlv_arg_next(&pos, &a)) {
		bool link = tlv_arg_is(&a, "same-link", false);

		if (link || tlv_arg_is(&a, "no-reply", false)) {
			if (ret->has_code)
				return tlv_fail(b, "no-reply and same-link exclude each other");
			ret->has_code = true;
			ret->code = link ? TW_RETURN_REPLY_SAME_LINK : 0;
		} else if (tlv_arg_is(&a, "address", true)) {
			rc = tlv_address(b, a.value, a.value_len, &ret->address);
		} else if (tlv_arg_is(&a, "sr-mpls", true)) {
			rc = parse_labels(b, &a, ret);
		} else if (tlv_arg_is(&a, "srv6", true)) {
			rc = parse_sids(b, &a, ret);
		} else {
			rc = tlv_arg_unknown(b, &a);
		}
	}
	if (rc < 0)
		return rc;
	if (ret->n_labels && ret->n_sids)
		return tlv_fail(b, "sr-mpls and srv6 exclude each other");
	if (ret->has_code && (ret->address.len || ret->n_labels || ret->n_sids))
		return tlv_fail(b, "no-reply and same-link go with nothing else");
	if (!ret->has_code && !ret->address.len && !ret->n_labels && !ret->n_sids)
		return tlv_fail(b, "which path? (%s)", tlv_return_path_kind.args);
	return 0;
}

static int build(struct tlv_build *b)
{
	struct path p = {0};
	size_t len;
	uint8_t *v;
	int rc = parse(b, &p);

	if (rc < 0)
		return rc;
	len = (p.has_code ? TW_TLV_HEADER + 4 : 0) +
	      (p.address.len ? TW_TLV_HEADER + (size_t)p.address.len : 0) +
	      (p.n_labels ? TW_TLV_HEADER + 4 * p.n_labels : 0) +
	      (p.n_sids ? TW_TLV_HEADER + 16 * p.n_sids : 0);
	v = tlv_append(b, TW_TLV_RETURN_PATH, len, &rc);
	if (!v)
		return rc;
	if (p.has_code) {
		v = tw_tlv_put(v, TW_TLV_U, TW_RETURN_CONTROL_CODE, 4);
		tw_put32(v, p.code);
		b->t->no_reply = p.code == 0;
	}
	if (p.address.len) {
		v = tw_tlv_put(v, TW_TLV_U, TW_RETURN_ADDRESS, p.address.len);
		memcpy(v, p.address.b, p.address.len);
		v += p.address.len;
		b->t->elsewhere = true;
	}
	if (p.n_labels) {
		v = tw_tlv_put(v, TW_TLV_U, TW_RETURN_SR_MPLS, (uint16_t)(4 * p.n_labels));
		for (size_t i = 0; i < p.n_labels; i++, v += 4)
			tw_put32(v, p.label[i] << 12 | (i + 1 == p.n_labels ? 0x100U : 0) | 0xff);
	}
	if (p.n_sids) {
		v = tw_tlv_put(v, TW_TLV_U, TW_RETURN_SRV6, (uint16_t)(16 * p.n_sids));
		memcpy(v, p.sid, 16 * p.n_sids);
	}
	return 0;
}

static int print(const uint8_t *value, size_t len, char *buf, size_t cap)
{
	struct tw_tlv_walk w = tw_tlv_walk_init(value, 0, len);
	struct tw_tlv s;
	int n = 0;

	if (cap)
		buf[0] = '\0';
	while ((size_t)n < cap && tw_tlv_next(&w, &s) == TW_TLV_STEP_ONE) {
		const uint8_t *v = value + s.at + TW_TLV_HEADER;
		char a[INET6_ADDRSTRLEN];

		if (s.type == TW_RETURN_CONTROL_CODE && s.len == 4) {
			snprintf(a, sizeof(a), "%s",
				tw_get32(v) & TW_RETURN_REPLY_SAME_LINK ? "same-link" : "no-reply");
		} else if (s.type == TW_RETURN_ADDRESS && (s.len == 4 || s.len == 16)) {
			inet_ntop(s.len == 4 ? AF_INET : AF_INET6, v, a, sizeof(a));
		} else {
			snprintf(a, sizeof(a), "sub-type=%u length=%u", s.type, s.len);
		}
		n += snprintf(buf + n, cap - (size_t)n, "%s%s", n ? " " : "", a);
	}
	return n;
}

const struct tw_tlv_kind tlv_return_path_kind = {
	.type = TW_TLV_RETURN_PATH,
	.once = true,
	.min_len = 0,
	.max_len = UINT16_MAX,
	.step = 1,
	.name = "return-path",
	.args = "no-reply, same-link, address=ADDRESS, sr-mpls=LABEL/..., srv6=SID/...",
	.help = "how the reply is to come back",
	.build = build,
	.print = print,
};

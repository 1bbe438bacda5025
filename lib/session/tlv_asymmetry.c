/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

#include "tw_int128.h"

/*
 * Reflected Test Packet Control (RFC 10052). It makes replies longer or more than the request, so
 * it is used only where the policy names both the sender and whoever gets the replies, only in
 * sessions whose sequence numbers rise, and never in part: what exceeds a bound becomes one packet
 * with the C flag.
 */

static bool sub_length_ok(uint8_t type, uint16_t len)
{
	switch (type) {
	case TW_SUB_L2_GROUP:
		return len == 4 || len == 12 || len == 16;
	case TW_SUB_L3_GROUP:
		return len == 8 || len == 20;
	default:
		return true;
	}
}

/* Section 3.1.1; our MAC addresses are EUI-48, so that no other length matches. */
static bool in_l2_group(const struct tlv_work *w, const uint8_t *v, uint16_t len)
{
	const uint8_t *group = v + len / 2;

	for (unsigned int i = 0; len == 12 && i < w->policy->n_own_mac; i++) {
		const uint8_t *mac = w->policy->own_mac[i].b;
		unsigned int j = 0;

		while (j < 6 && (mac[j] & v[j]) == group[j])
			j++;
		if (j == 6)
			return true;
	}
	return false;
}

/* Section 3.1.2; bits behind the prefix length match nothing. */
static bool in_l3_group(const struct tlv_work *w, const uint8_t *v, uint16_t len)
{
	struct tw_addr want = {.family = len == 8 ? 4 : 6};
	unsigned int bits = v[0];
	size_t n = tw_addr_len(&want);

	if (bits > 8 * n)
		return false;
	memcpy(want.b, v + 4, n);
	for (unsigned int i = 0; i < w->policy->n_own_addr; i++) {
		struct tw_addr a = w->policy->own_addr[i];

		if (a.family != want.family)
			continue;
		for (size_t j = 0; j < n; j++) {
			unsigned int left = bits > 8 * j ? bits - 8 * (unsigned int)j : 0;

			a.b[j] &= left >= 8 ? 0xff : (uint8_t)(0xff00U >> left);
		}
		if (tw_addr_equal(&a, &want))
			return true;
	}
	return false;
}

static const struct tw_tlv_asymmetry *allowed(const struct tlv_work *w, const struct tw_addr *a)
{
	for (unsigned int i = 0; i < w->policy->n_allow_asymmetric; i++)
		if (tw_prefix_contains(&w->policy->allow_asymmetric[i].prefix, a))
			return &w->policy->allow_asymmetric[i];
	return NULL;
}

enum tlv_verdict tlv_answer_control(struct tlv_work *w, uint8_t *v, uint16_t len)
{
	size_t from = (size_t)(v - w->pkt) + TW_TLV_CONTROL_FIXED;
	size_t end = (size_t)(v - w->pkt) + len;
	struct tw_tlv_walk walk = tw_tlv_walk_init(w->pkt, from, end);
	struct tw_tlv t;

	w->limit = allowed(w, &w->req->src);
	if (!w->limit)
		return TLV_UNUSED;
	if (!tlv_subs_ok(w, from, end, sub_length_ok))
		return TLV_MALFORMED;
	while (tw_tlv_next(&walk, &t) == TW_TLV_STEP_ONE) {
		const uint8_t *sv = w->pkt + t.at + TW_TLV_HEADER;
		bool known = t.type == TW_SUB_L2_GROUP || t.type == TW_SUB_L3_GROUP;

		w->pkt[t.at] = known ? 0 : TW_TLV_U;
		if ((t.type == TW_SUB_L2_GROUP && !in_l2_group(w, sv, t.len)) ||
			(t.type == TW_SUB_L3_GROUP && !in_l3_group(w, sv, t.len))) {
			w->out->reason = TW_DISCARD_NOT_ADDRESSED;
			return TLV_DROP;
		}
	}
	/* Section 5: a replay must not be worth more than one plain reply. */
	if (!w->req->sequence_rose)
		return TLV_UNUSED;
	w->control_at = (uint32_t)(v - TW_TLV_HEADER - w->pkt);
	return TLV_ANSWERED;
}

/* Take out Extra Padding and what is no TLV; returns the octets that are left. */
static size_t strip(struct tlv_work *w, size_t len)
{
	struct tw_tlv_walk walk = tw_tlv_walk_init(w->pkt, w->base, len);
	size_t to = w->base;
	struct tw_tlv t;

	while (tw_tlv_next(&walk, &t) == TW_TLV_STEP_ONE) {
		size_t n = TW_TLV_HEADER + (size_t)t.len;

		if (t.type == TW_TLV_PADDING)
			continue;
		memmove(w->pkt + to, w->pkt + t.at, n);
		if (t.at == w->control_at)
			w->control_at = (uint32_t)to;
		if (t.at == w->out->hmac_at)
			w->out->hmac_at = (uint32_t)to;
		to += n;
	}
	return to;
}

/* Lengthen the reply with one Extra Padding TLV; less than a header's octets are zeros. */
static void fill(uint8_t *pkt, size_t from, size_t to)
{
	if (to - from >= TW_TLV_HEADER) {
		tw_tlv_put(pkt + from, 0, TW_TLV_PADDING, (uint16_t)(to - from - TW_TLV_HEADER));
		from += TW_TLV_HEADER;
	}
	memset(pkt + from, 0, to - from);
}

static bool too_much(const struct tw_tlv_request *req, const struct tw_tlv_asymmetry *l,
	const struct tw_tlv_control *c, size_t octets)
{
	if (req->volume_bounded &&
		(c->count > req->packets_left || (uint64_t)octets * c->count > req->octets_left))
		return true;
	return c->count > l->max_packets || (uint64_t)octets * c->count > l->max_octets ||
	       (c->count > 1 && (tw_u128)octets * 1000000000U >
					(tw_u128)l->max_octets_per_sec * c->interval_ns);
}

void tlv_finish_control(struct tlv_work *w, size_t len, size_t room)
{
	struct tw_tlv_reflection *out = w->out;
	struct tw_tlv_control c = tw_tlv_control_parse(w->pkt + w->control_at + TW_TLV_HEADER);
	size_t max = w->req->max_payload < room ? w->req->max_payload : room;
	bool conform = true;
	size_t have;
	size_t want;

	/* Section 4.3: many replies and none at the same time is a mistake, of both. */
	if (w->no_reply && c.count) {
		w->no_reply = false;
		tlv_flag(w, w->return_at, TW_TLV_U);
		tlv_flag(w, w->control_at, TW_TLV_U);
		return;
	}
	if (c.count == 0) {
		w->no_reply = true;
		return;
	}
	/* Whoever gets the replies must have agreed too; and nothing is done in part. With nothing
	 * left of the common bounds even one long reply is too much. */
	if (w->malformed || (out->elsewhere && !allowed(w, &out->to)) ||
		(w->req->volume_bounded && c.length > w->req->octets_left)) {
		tlv_flag(w, w->control_at, TW_TLV_U);
		return;
	}
	have = strip(w, len);
	want = ((size_t)c.length + 3) & ~(size_t)3;
	if (want < have)
		want = have;
	if (want > max) {
		want = max > have ? max : have;
		conform = false;
	} else if (too_much(w->req, w->limit, &c, want)) {
		conform = false;
	}
	/* one of the length asked for, unless that alone is too much */
	if (!conform && want > w->limit->max_octets)
		want = have;
	fill(w->pkt, have, want);
	out->len = (uint32_t)want;
	if (conform) {
		out->n_replies = c.count;
		out->interval_ns = c.count > 1 ? c.interval_ns : 0;
	} else {
		tlv_flag(w, w->control_at, TW_TLV_C);
	}
}

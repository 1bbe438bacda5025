/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

/*
 * Return Path (RFC 9503 section 4). What cannot be used gets U, and the reply goes to the sender
 * as always. A Control Code excludes all else. A segment list needs a router: it is not used, nor
 * is a Return Address next to it, since its packets would take another way than the one asked for.
 */

static bool sub_length_ok(uint8_t type, uint16_t len)
{
	switch (type) {
	case TW_RETURN_CONTROL_CODE:
		return len == 4;
	case TW_RETURN_ADDRESS:
		return len == 4 || len == 16;
	case TW_RETURN_SR_MPLS:
		return len && len % 4 == 0;
	case TW_RETURN_SRV6:
		return len && len % 16 == 0;
	default:
		return true;
	}
}

/* Anything but the sender's own address must be on the list of those who agreed to get replies. */
static bool may_send_to(const struct tlv_work *w, const struct tw_addr *a)
{
	const struct tw_tlv_policy *p = w->policy;

	if (tw_addr_equal(a, &w->req->src))
		return true;
	if (a->family != w->req->src.family || tw_addr_is_unspecified(a) ||
		tw_addr_is_multicast(a) || tw_addr_is_broadcast(a) || tw_addr_is_loopback(a))
		return false;
	for (unsigned int i = 0; i < p->n_own_addr; i++)
		if (tw_addr_equal(a, &p->own_addr[i]))
			return false;
	for (unsigned int i = 0; i < p->n_allow_return; i++)
		if (tw_prefix_contains(&p->allow_return[i], a))
			return !tw_prefix_is_broadcast(&p->allow_return[i], a);
	return false;
}

/* What the sub-TLVs hold: offset of the first of each type, 0 when there is none. */
struct path {
	size_t at[TW_RETURN_SRV6 + 1];
	bool unknown;
};

static struct path find_subs(const struct tlv_work *w, size_t from, size_t end)
{
	struct tw_tlv_walk walk = tw_tlv_walk_init(w->pkt, from, end);
	struct path p = {0};
	struct tw_tlv t;

	while (tw_tlv_next(&walk, &t) == TW_TLV_STEP_ONE) {
		if (t.type == 0 || t.type > TW_RETURN_SRV6)
			p.unknown = true;
		else if (!p.at[t.type])
			p.at[t.type] = t.at;
		w->pkt[t.at] = TW_TLV_U; /* until it is used */
	}
	return p;
}

enum tlv_verdict tlv_answer_return_path(struct tlv_work *w, uint8_t *v, uint16_t len)
{
	size_t from = (size_t)(v - w->pkt);
	struct tw_addr a = {0};
	struct path p;
	uint8_t *sub;

	if (!tlv_subs_ok(w, from, from + len, sub_length_ok))
		return TLV_MALFORMED;
	w->return_at = (uint32_t)(from - TW_TLV_HEADER);
	p = find_subs(w, from, from + len);
	if (p.at[TW_RETURN_CONTROL_CODE]) {
		sub = w->pkt + p.at[TW_RETURN_CONTROL_CODE];
		sub[0] = 0;
		/* Replies always leave by the port that the request came in by. */
		w->no_reply = !(tw_get32(sub + TW_TLV_HEADER) & TW_RETURN_REPLY_SAME_LINK);
		return TLV_ANSWERED;
	}
	if (!p.at[TW_RETURN_ADDRESS] || p.at[TW_RETURN_SR_MPLS] || p.at[TW_RETURN_SRV6] ||
		p.unknown)
		return TLV_UNUSED;
	sub = w->pkt + p.at[TW_RETURN_ADDRESS];
	a.family = tw_get16(sub + 2) == 4 ? 4 : 6;
	memcpy(a.b, sub + TW_TLV_HEADER, tw_addr_len(&a));
	if (!may_send_to(w, &a))
		return TLV_UNUSED;
	sub[0] = 0;
	if (!tw_addr_equal(&a, &w->req->src)) {
		w->out->elsewhere = true;
		w->out->to = a;
	}
	return TLV_ANSWERED;
}

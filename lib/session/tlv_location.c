/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

/*
 * Location (RFC 8972 section 4.2.2): filled in place, request forms turned into the form that
 * fits, no Length changed. The family is that of the received packet for both addresses.
 */

static bool sub_length_ok(uint8_t type, uint16_t len)
{
	switch (type) {
	case TW_SUB_SOURCE_MAC:
	case TW_SUB_SOURCE_EUI48:
	case TW_SUB_SOURCE_EUI64:
		return len == 8;
	case TW_SUB_DESTINATION_IP:
	case TW_SUB_DESTINATION_IPV4:
	case TW_SUB_DESTINATION_IPV6:
	case TW_SUB_SOURCE_IP:
	case TW_SUB_SOURCE_IPV4:
	case TW_SUB_SOURCE_IPV6:
		return len == 16;
	default:
		return true;
	}
}

/* EUI-64 is only there to say, with zeros, that no MAC address is known. */
static bool fill_mac(const struct tlv_work *w, uint8_t *sub, uint8_t asked)
{
	const struct tw_tlv_request *req = w->req;
	uint8_t form = req->has_src_mac ? TW_SUB_SOURCE_EUI48 : TW_SUB_SOURCE_EUI64;

	if (asked != TW_SUB_SOURCE_MAC && asked != form)
		return false;
	sub[1] = form;
	memset(sub + TW_TLV_HEADER, 0, 8);
	if (req->has_src_mac && w->policy->disclose_location)
		memcpy(sub + TW_TLV_HEADER, req->src_mac.b, 6);
	return true;
}

/* The forms for IPv4 and IPv6 come right behind the request form. */
static bool fill_addr(const struct tlv_work *w, uint8_t *sub, uint8_t asked, uint8_t request,
	const struct tw_addr *a)
{
	uint8_t form = (uint8_t)(request + (a->family == 4 ? 1 : 2));

	if (asked != request && asked != form)
		return false;
	sub[1] = form;
	memset(sub + TW_TLV_HEADER, 0, 16);
	if (w->policy->disclose_location)
		memcpy(sub + TW_TLV_HEADER, a->b, tw_addr_len(a));
	return true;
}

enum tlv_verdict tlv_answer_location(struct tlv_work *w, uint8_t *v, uint16_t len)
{
	const struct tw_tlv_request *req = w->req;
	size_t from = (size_t)(v - w->pkt) + 4;
	size_t end = (size_t)(v - w->pkt) + len;
	struct tw_tlv_walk walk = tw_tlv_walk_init(w->pkt, from, end);
	struct tw_tlv t;

	if (!tlv_subs_ok(w, from, end, sub_length_ok))
		return TLV_MALFORMED;
	tw_put16(v, w->policy->disclose_location ? req->dst_port : 0);
	tw_put16(v + 2, w->policy->disclose_location ? req->src_port : 0);
	while (tw_tlv_next(&walk, &t) == TW_TLV_STEP_ONE) {
		uint8_t *sub = w->pkt + t.at;
		bool used = false;

		if (t.type >= TW_SUB_SOURCE_MAC && t.type <= TW_SUB_SOURCE_EUI64)
			used = fill_mac(w, sub, t.type);
		else if (t.type >= TW_SUB_DESTINATION_IP && t.type <= TW_SUB_DESTINATION_IPV6)
			used = fill_addr(w, sub, t.type, TW_SUB_DESTINATION_IP, &req->dst);
		else if (t.type >= TW_SUB_SOURCE_IP && t.type <= TW_SUB_SOURCE_IPV6)
			used = fill_addr(w, sub, t.type, TW_SUB_SOURCE_IP, &req->src);
		sub[0] = used ? 0 : TW_TLV_U;
	}
	return TLV_ANSWERED;
}

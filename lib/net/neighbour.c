/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_neighbour.h"

#include "neighbour_priv.h"

#define ICMP_LEN 8
#define ICMP_ECHO_REPLY 0
#define ICMP_ECHO 8
#define ICMPV6_ECHO 128
#define ICMPV6_ECHO_REPLY 129
#define ICMPV6_SOLICITATION 135
#define ICMPV6_ADVERTISEMENT 136

#define ECHO_REPLY_TTL 64

bool tw_neighbour_owns(const struct tw_neighbour_self *self, const struct tw_addr *a)
{
	for (unsigned int i = 0; i < self->n; i++) {
		if (tw_addr_equal(&self->addr[i].addr, a))
			return true;
	}
	return false;
}

struct tw_addr tw_neighbour_link_local(const struct tw_mac *mac)
{
	const uint8_t *m = mac->b;
	const uint8_t b[16] = {
		0xfe, 0x80, 0, 0, 0, 0, 0, 0, m[0] ^ 2, m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]};

	return tw_addr_v6(b);
}

bool neighbour_is_host(const struct tw_neighbour_self *self, const struct tw_addr *a)
{
	if (tw_addr_is_multicast(a) || tw_addr_is_broadcast(a) || tw_addr_is_unspecified(a) ||
		tw_addr_is_loopback(a) || tw_neighbour_owns(self, a))
		return false;
	for (unsigned int i = 0; i < self->n; i++) {
		if (tw_prefix_is_broadcast(&self->addr[i], a))
			return false;
	}
	return true;
}

bool neighbour_is_mac(const struct tw_neighbour_self *self, const struct tw_mac *m)
{
	static const struct tw_mac zero;

	return !tw_mac_is_group(m) && !tw_mac_equal(m, &zero) && !tw_mac_equal(m, &self->mac);
}

/* The tags of the port, or, for a port without, none but perhaps a priority (VLAN id 0). */
static bool is_our_vlan(const struct tw_neighbour_self *self, const struct tw_frame *f)
{
	if (self->n_vlan == 0 && f->n_vlan == 1)
		return (f->tci[0] & 0xfff) == 0;
	if (self->n_vlan != f->n_vlan)
		return false;
	for (unsigned int i = 0; i < f->n_vlan; i++) {
		if ((f->tci[i] ^ self->tci[i]) & 0xfff)
			return false;
	}
	return true;
}

void neighbour_answer_l2(struct neighbour_frame *n, const struct tw_mac *mac)
{
	memcpy(n->data + TW_ETH_DST, mac->b, 6);
	memcpy(n->data + TW_ETH_SRC, n->self->mac.b, 6);
}

uint32_t neighbour_reply_len(uint32_t len, uint32_t end)
{
	uint32_t padded = len < NEIGHBOUR_MIN_FRAME ? len : NEIGHBOUR_MIN_FRAME;

	return end > padded ? end : padded;
}

/*
 * RFC 792, RFC 4443 section 4
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |      Type     |      Code     |            Checksum           |
 * |           Identifier          |        Sequence Number        |
 * |     Data ...
 */
static enum tw_neighbour_verdict answer_echo(
	struct neighbour_frame *n, uint8_t reply_type, uint32_t *ret_len)
{
	uint8_t *ip = n->data + n->f.l3_off, *icmp = n->data + n->f.l4_off;
	struct tw_mac mac;
	uint64_t sum;

	if (!tw_neighbour_owns(n->self, &n->f.dst.addr))
		return TW_NEIGHBOUR_NOT_FOR_US;
	memcpy(mac.b, n->data + TW_ETH_SRC, 6);
	if (n->to_group || n->f.optioned || icmp[1] != 0 || !neighbour_is_mac(n->self, &mac) ||
		!neighbour_is_host(n->self, &n->f.src.addr))
		return TW_NEIGHBOUR_IGNORED;
	/* In full: a reply over ICMP may be all zeros, where an update would be wrong. */
	icmp[0] = reply_type;
	tw_put16(icmp + 2, 0);
	sum = tw_sum(icmp, n->f.ip_end - n->f.l4_off);
	if (n->f.family == 6) /* the same addresses, the other way round */
		sum = tw_sum_add(sum, tw_frame_pseudo(n->data, &n->f));
	tw_set_raw16(icmp + 2, tw_checksum_finish(sum));
	neighbour_answer_l2(n, &mac);
	if (n->f.family == 4) {
		memcpy(ip + TW_IPV4_SRC, n->f.dst.addr.b, 4);
		memcpy(ip + TW_IPV4_DST, n->f.src.addr.b, 4);
		ip[TW_IPV4_TOS] &= 0xfc; /* the class as it came, Not-ECT */
		ip[TW_IPV4_TTL] = ECHO_REPLY_TTL;
		tw_put16(ip + TW_IPV4_CHECKSUM, 0);
		tw_set_raw16(ip + TW_IPV4_CHECKSUM, tw_checksum_finish(tw_sum(ip, TW_IPV4_LEN)));
	} else {
		tw_put32(ip, 0x60000000 | (uint32_t)(n->f.tos & 0xfc) << 20);
		memcpy(ip + TW_IPV6_SRC, n->f.dst.addr.b, 16);
		memcpy(ip + TW_IPV6_DST, n->f.src.addr.b, 16);
		ip[TW_IPV6_HOP_LIMIT] = ECHO_REPLY_TTL;
	}
	memset(n->data + n->f.ip_end, 0, n->len - n->f.ip_end);
	*ret_len = neighbour_reply_len(n->len, n->f.ip_end);
	return TW_NEIGHBOUR_ANSWERED;
}

static enum tw_neighbour_verdict answer_icmp(
	struct neighbour_frame *n, uint32_t *ret_len, struct tw_neighbour_news *ret_news)
{
	const uint8_t *icmp = n->data + n->f.l4_off;
	uint32_t len = n->f.ip_end - n->f.l4_off;
	uint64_t sum;

	if (len < ICMP_LEN)
		return TW_NEIGHBOUR_IGNORED;
	sum = tw_sum(icmp, len);
	if (n->f.family == 6)
		sum = tw_sum_add(sum, tw_frame_pseudo(n->data, &n->f));
	if (tw_sum_fold(sum) != 0xffff)
		return TW_NEIGHBOUR_IGNORED;
	if (n->f.family == 4)
		return icmp[0] == ICMP_ECHO ? answer_echo(n, ICMP_ECHO_REPLY, ret_len)
					    : TW_NEIGHBOUR_NOT_FOR_US;
	switch (icmp[0]) {
	case ICMPV6_ECHO:
		return answer_echo(n, ICMPV6_ECHO_REPLY, ret_len);
	case ICMPV6_SOLICITATION:
		return neighbour_solicitation(n, ret_len, ret_news);
	case ICMPV6_ADVERTISEMENT:
		return neighbour_advertisement(n, ret_news);
	default:
		return TW_NEIGHBOUR_NOT_FOR_US;
	}
}

enum tw_neighbour_verdict tw_neighbour_answer(const struct tw_neighbour_self *self, uint8_t *frame,
	uint32_t len, uint32_t cap, uint32_t *ret_len, struct tw_neighbour_news *ret_news)
{
	struct neighbour_frame n = {.self = self, .data = frame, .len = len, .cap = cap};
	struct tw_neighbour_news news = {0};
	enum tw_neighbour_verdict v;
	enum tw_frame_status status;

	ret_news->valid = false;
	status = tw_frame_parse(frame, len, &n.f);
	if (status != TW_FRAME_ARP && status != TW_FRAME_ICMP && status != TW_FRAME_ICMPV6)
		return TW_NEIGHBOUR_NOT_FOR_US;
	n.to_group = frame[TW_ETH_DST] & 1;
	if (!is_our_vlan(self, &n.f) ||
		(!n.to_group && memcmp(frame + TW_ETH_DST, self->mac.b, 6) != 0))
		return TW_NEIGHBOUR_NOT_FOR_US;
	if (frame[TW_ETH_SRC] & 1)
		return TW_NEIGHBOUR_IGNORED;
	v = status == TW_FRAME_ARP ? neighbour_arp(&n, ret_len, &news)
				   : answer_icmp(&n, ret_len, &news);
	*ret_news = news;
	return v;
}

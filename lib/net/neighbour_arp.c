/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "neighbour_priv.h"
#include "tw_cursor.h"

#define ARP_REQUEST 1
#define ARP_REPLY 2

/*
 * RFC 826
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |         Hardware type         |         Protocol type         |
 * |  HW addr len  | Proto addr len|           Operation           |
 * |             Sender hardware address (6), protocol address (4) |
 * |             Target hardware address (6), protocol address (4) |
 */
struct arp {
	uint16_t op;
	struct tw_mac sha, tha;
	struct tw_addr spa, tpa;
};

static bool parse_arp(const uint8_t *p, size_t len, struct arp *ret)
{
	struct tw_reader r = tw_reader_init(p, len);
	bool right = tw_read16(&r) == 1;

	right &= tw_read16(&r) == TW_ETHERTYPE_IPV4;
	right &= tw_read8(&r) == 6;
	right &= tw_read8(&r) == 4;
	ret->op = tw_read16(&r);
	ret->spa = ret->tpa = (struct tw_addr){.family = 4};
	tw_read_copy(&r, ret->sha.b, 6);
	tw_read_copy(&r, ret->spa.b, 4);
	tw_read_copy(&r, ret->tha.b, 6);
	tw_read_copy(&r, ret->tpa.b, 4);
	return right && !r.failed;
}

static void write_arp(uint8_t *p, const struct arp *a)
{
	struct tw_writer w = tw_writer_init(p, ARP_PACKET_LEN);

	tw_write16(&w, 1);
	tw_write16(&w, TW_ETHERTYPE_IPV4);
	tw_write8(&w, 6);
	tw_write8(&w, 4);
	tw_write16(&w, a->op);
	tw_write_copy(&w, a->sha.b, 6);
	tw_write_copy(&w, a->spa.b, 4);
	tw_write_copy(&w, a->tha.b, 6);
	tw_write_copy(&w, a->tpa.b, 4);
}

enum tw_neighbour_verdict neighbour_arp(
	struct neighbour_frame *n, uint32_t *ret_len, struct tw_neighbour_news *ret_news)
{
	const struct tw_neighbour_self *self = n->self;
	struct arp a, reply = {.op = ARP_REPLY};
	uint32_t end = n->f.l3_off + ARP_PACKET_LEN;
	bool probe;

	if (!parse_arp(n->data + n->f.l3_off, n->len - n->f.l3_off, &a) ||
		!neighbour_is_mac(self, &a.sha))
		return TW_NEIGHBOUR_IGNORED;
	probe = tw_addr_is_unspecified(&a.spa); /* RFC 5227: may I have this address? */
	if (!probe && !neighbour_is_host(self, &a.spa))
		return TW_NEIGHBOUR_IGNORED;
	/* A reply, or an announcement (RFC 5227 section 2.3). */
	if (!probe &&
		(a.op == ARP_REPLY || (a.op == ARP_REQUEST && tw_addr_equal(&a.spa, &a.tpa)))) {
		*ret_news = (struct tw_neighbour_news){true, true, a.spa, a.sha};
		return TW_NEIGHBOUR_LEARNED;
	}
	if (a.op != ARP_REQUEST)
		return TW_NEIGHBOUR_IGNORED;
	if (!tw_neighbour_owns(self, &a.tpa))
		return TW_NEIGHBOUR_NOT_FOR_US;
	if (!probe)
		*ret_news = (struct tw_neighbour_news){true, true, a.spa, a.sha};
	reply.sha = self->mac;
	reply.spa = a.tpa;
	reply.tha = a.sha;
	reply.tpa = a.spa;
	neighbour_answer_l2(n, &a.sha);
	write_arp(n->data + n->f.l3_off, &reply);
	/* Ethernet padding as it came, but none of its contents. */
	memset(n->data + end, 0, n->len - end);
	*ret_len = neighbour_reply_len(n->len, end);
	return TW_NEIGHBOUR_ANSWERED;
}

void arp_build_request(uint8_t *p, const struct tw_addr *src, const struct tw_addr *target,
	const struct tw_mac *mac)
{
	write_arp(p, &(struct arp){.op = ARP_REQUEST, .sha = *mac, .spa = *src, .tpa = *target});
}

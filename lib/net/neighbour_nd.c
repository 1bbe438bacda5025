/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "neighbour_priv.h"
#include "tw_cursor.h"

#define ND_SOLICITATION 135
#define ND_ADVERTISEMENT 136
#define ND_LEN 24
#define ND_HOP_LIMIT 255

#define ND_OPTION_SOURCE 1
#define ND_OPTION_TARGET 2

#define ND_FLAG_SOLICITED 0x40000000
#define ND_FLAG_OVERRIDE 0x20000000

static const struct tw_addr all_nodes = {6, {0xff, 0x02, [15] = 1}};

/* ff02::1:ffXX:XXXX (RFC 4291 section 2.7.1) */
static struct tw_addr solicited_node(const struct tw_addr *a)
{
	struct tw_addr s = {6, {0xff, 0x02, [11] = 1, 0xff}};

	memcpy(s.b + 13, a->b + 13, 3);
	return s;
}

/* 33:33 and the last 32 bits (RFC 2464 section 7) */
static struct tw_mac multicast_mac(const struct tw_addr *a)
{
	return (struct tw_mac){{0x33, 0x33, a->b[12], a->b[13], a->b[14], a->b[15]}};
}

/*
 * Neighbor Solicitation and Advertisement, RFC 4861 sections 4.3 and 4.4
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |  Type 135, 136|     Code 0    |          Checksum             |  0
 * |R|S|O|           Reserved (a solicitation: all reserved)       |  4
 * |                     Target Address (16)                       |  8
 * |  Option type  |Length (8 octs)|  Link-layer address (6) ...   | 24
 */
struct nd {
	uint32_t flags;
	struct tw_addr target;
	bool has_mac;
	struct tw_mac mac; /* of the option that was looked for */
};

/* Rules of sections 7.1.1 and 7.1.2 that both messages share; the checksum was checked before. */
static bool parse_nd(const struct neighbour_frame *n, uint8_t option, struct nd *ret)
{
	struct tw_reader r = tw_reader_init(n->data + n->f.l4_off, n->f.ip_end - n->f.l4_off);
	const uint8_t *p;

	tw_read_skip(&r, 1);
	if (n->f.ttl != ND_HOP_LIMIT || n->f.optioned || tw_read8(&r) != 0)
		return false;
	tw_read_skip(&r, 2);
	*ret = (struct nd){.flags = tw_read32(&r)};
	p = tw_read_skip(&r, 16);
	if (!p)
		return false;
	ret->target = tw_addr_v6(p);
	if (tw_addr_is_multicast(&ret->target))
		return false;
	while (r.left && !r.failed) {
		uint8_t type = tw_read8(&r);
		size_t len = 8 * (size_t)tw_read8(&r);

		if (!len)
			return false;
		p = tw_read_skip(&r, len - 2);
		if (p && type == option && len == 8) {
			ret->has_mac = true;
			memcpy(ret->mac.b, p, 6);
		}
	}
	return !r.failed;
}

static void build_nd(uint8_t *ip, const struct tw_addr *src, const struct tw_addr *dst,
	uint8_t type, const struct nd *nd)
{
	struct tw_writer w = tw_writer_init(ip, ND_PACKET_LEN);
	uint64_t sum;

	tw_write32(&w, 0x60000000);
	tw_write16(&w, ND_PACKET_LEN - TW_IPV6_LEN);
	tw_write8(&w, TW_IPPROTO_ICMPV6);
	tw_write8(&w, ND_HOP_LIMIT);
	tw_write_copy(&w, src->b, 16);
	tw_write_copy(&w, dst->b, 16);
	tw_write8(&w, type);
	tw_write8(&w, 0);
	tw_write16(&w, 0);
	tw_write32(&w, nd->flags);
	tw_write_copy(&w, nd->target.b, 16);
	tw_write8(&w, type == ND_SOLICITATION ? ND_OPTION_SOURCE : ND_OPTION_TARGET);
	tw_write8(&w, 1);
	tw_write_copy(&w, nd->mac.b, 6);
	sum = tw_sum_add(
		tw_sum_pseudo6(ip + TW_IPV6_SRC, TW_IPPROTO_ICMPV6, ND_PACKET_LEN - TW_IPV6_LEN),
		tw_sum(ip + TW_IPV6_LEN, ND_PACKET_LEN - TW_IPV6_LEN));
	tw_set_raw16(ip + TW_IPV6_LEN + 2, tw_checksum_finish(sum));
}

enum tw_neighbour_verdict neighbour_solicitation(
	struct neighbour_frame *n, uint32_t *ret_len, struct tw_neighbour_news *ret_news)
{
	const struct tw_addr *src = &n->f.src.addr, *dst = &n->f.dst.addr;
	uint32_t end = n->f.l3_off + ND_PACKET_LEN;
	struct nd nd, reply = {.mac = n->self->mac};
	struct tw_addr to_all;
	struct tw_mac mac;
	bool probe;

	if (!parse_nd(n, ND_OPTION_SOURCE, &nd))
		return TW_NEIGHBOUR_IGNORED;
	if (!tw_neighbour_owns(n->self, &nd.target))
		return TW_NEIGHBOUR_NOT_FOR_US;
	to_all = solicited_node(&nd.target);
	if (!tw_addr_equal(dst, &nd.target) && !tw_addr_equal(dst, &to_all))
		return TW_NEIGHBOUR_IGNORED;
	/* Duplicate address detection: from ::, to the group, without an address of its own. */
	probe = tw_addr_is_unspecified(src);
	if (probe ? nd.has_mac || !tw_addr_equal(dst, &to_all) : !neighbour_is_host(n->self, src))
		return TW_NEIGHBOUR_IGNORED;
	memcpy(mac.b, n->data + TW_ETH_SRC, 6);
	if (!neighbour_is_mac(n->self, &mac) ||
		(nd.has_mac && !neighbour_is_mac(n->self, &nd.mac)) || n->cap < end)
		return TW_NEIGHBOUR_IGNORED;
	if (nd.has_mac)
		*ret_news = (struct tw_neighbour_news){true, true, *src, nd.mac};
	reply.target = nd.target;
	if (probe) {
		/* Whoever asks has no address yet: tell everybody that this one is taken. */
		reply.flags = ND_FLAG_OVERRIDE;
		mac = multicast_mac(&all_nodes);
		build_nd(n->data + n->f.l3_off, &nd.target, &all_nodes, ND_ADVERTISEMENT, &reply);
	} else {
		reply.flags = ND_FLAG_SOLICITED | ND_FLAG_OVERRIDE;
		mac = nd.has_mac ? nd.mac : mac;
		build_nd(n->data + n->f.l3_off, &nd.target, src, ND_ADVERTISEMENT, &reply);
	}
	neighbour_answer_l2(n, &mac);
	*ret_len = end;
	return TW_NEIGHBOUR_ANSWERED;
}

enum tw_neighbour_verdict neighbour_advertisement(
	struct neighbour_frame *n, struct tw_neighbour_news *ret_news)
{
	struct tw_mac mac;
	struct nd nd;

	if (!parse_nd(n, ND_OPTION_TARGET, &nd))
		return TW_NEIGHBOUR_IGNORED;
	/* Nobody solicits by a group address, and nobody else has ours (or we have a conflict). */
	if (tw_addr_is_multicast(&n->f.dst.addr) ? (nd.flags & ND_FLAG_SOLICITED)
						 : !tw_neighbour_owns(n->self, &n->f.dst.addr))
		return TW_NEIGHBOUR_IGNORED;
	if (!neighbour_is_host(n->self, &nd.target) || tw_addr_is_multicast(&n->f.src.addr))
		return TW_NEIGHBOUR_IGNORED;
	memcpy(mac.b, n->data + TW_ETH_SRC, 6);
	if (nd.has_mac)
		mac = nd.mac;
	if (!neighbour_is_mac(n->self, &mac))
		return TW_NEIGHBOUR_IGNORED;
	*ret_news = (struct tw_neighbour_news){true, nd.flags & ND_FLAG_OVERRIDE, nd.target, mac};
	return TW_NEIGHBOUR_LEARNED;
}

struct tw_mac nd_build_solicitation(uint8_t *ip, const struct tw_addr *src,
	const struct tw_addr *target, const struct tw_mac *mac, const struct tw_mac *known)
{
	struct tw_addr group = solicited_node(target);
	struct nd nd = {.target = *target, .mac = *mac};

	build_nd(ip, src, known ? target : &group, ND_SOLICITATION, &nd);
	return known ? *known : multicast_mac(&group);
}

struct tw_mac nd_build_announcement(
	uint8_t *ip, const struct tw_addr *addr, const struct tw_mac *mac)
{
	struct nd nd = {.flags = ND_FLAG_OVERRIDE, .target = *addr, .mac = *mac};

	build_nd(ip, addr, &all_nodes, ND_ADVERTISEMENT, &nd);
	return multicast_mac(&all_nodes);
}

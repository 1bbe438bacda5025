/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_build.h"

#include "tw_cursor.h"

#include <errno.h>

static void build_l2(struct tw_writer *w, const struct tw_frame_spec *s)
{
	tw_write_copy(w, s->dst_mac.b, 6);
	tw_write_copy(w, s->src_mac.b, 6);
	for (unsigned int i = 0; i < s->n_vlan; i++) {
		uint16_t outer = s->outer_tpid ? s->outer_tpid : TW_ETHERTYPE_QINQ;

		tw_write16(w, i + 1 < s->n_vlan ? outer : TW_ETHERTYPE_VLAN);
		tw_write16(w, s->tci[i]);
	}
	tw_write16(w, s->src.addr.family == 4 ? TW_ETHERTYPE_IPV4 : TW_ETHERTYPE_IPV6);
}

/*
 * RFC 791 section 3.1
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |Version|  IHL  |Type of Service|          Total Length         |
 * |         Identification        |Flags|      Fragment Offset    |
 * |  Time to Live |    Protocol   |         Header Checksum       |
 * |                       Source Address                          |
 * |                    Destination Address                        |
 */
static void build_ipv4(struct tw_writer *w, const struct tw_frame_spec *s)
{
	tw_write8(w, 0x45);
	tw_write8(w, s->tos);
	tw_write16(w, 0);
	tw_write16(w, s->ip_id);
	tw_write16(w, s->df ? TW_IPV4_DF : 0);
	tw_write8(w, s->ttl);
	tw_write8(w, TW_IPPROTO_UDP);
	tw_write16(w, 0);
	tw_write_copy(w, s->src.addr.b, 4);
	tw_write_copy(w, s->dst.addr.b, 4);
}

/*
 * RFC 8200 section 3
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |Version| Traffic Class |           Flow Label                  |
 * |         Payload Length        |  Next Header  |   Hop Limit   |
 * |                Source Address (16), Destination Address (16)  |
 */
static void build_ipv6(struct tw_writer *w, const struct tw_frame_spec *s)
{
	tw_write32(w, 0x60000000 | (uint32_t)s->tos << 20 | s->flow_label);
	tw_write16(w, 0);
	tw_write8(w, TW_IPPROTO_UDP);
	tw_write8(w, s->ttl);
	tw_write_copy(w, s->src.addr.b, 16);
	tw_write_copy(w, s->dst.addr.b, 16);
}

int tw_build_headers(uint8_t *buf, size_t cap, const struct tw_frame_spec *spec,
	uint32_t payload_len, struct tw_frame_layout *ret)
{
	uint8_t family = spec->src.addr.family;
	struct tw_frame_layout l = {.family = family};
	struct tw_writer w = tw_writer_init(buf, cap);
	const uint8_t *ip;

	if ((family != 4 && family != 6) || spec->dst.addr.family != family || spec->n_vlan > 2 ||
		spec->flow_label > TW_IPV6_FLOW_MASK)
		return -EINVAL;
	if (payload_len > (family == 4 ? TW_UDP_MAX_PAYLOAD4 : TW_UDP_MAX_PAYLOAD6))
		return -EMSGSIZE;
	l.l3_off = (uint16_t)(TW_ETH_LEN + TW_VLAN_LEN * spec->n_vlan);
	l.l4_off = (uint16_t)(l.l3_off + (family == 4 ? TW_IPV4_LEN : TW_IPV6_LEN));
	l.payload_off = (uint16_t)(l.l4_off + TW_UDP_LEN);
	if (cap < l.payload_off)
		return -ENOSPC;
	build_l2(&w, spec);
	if (family == 4)
		build_ipv4(&w, spec);
	else
		build_ipv6(&w, spec);
	/* RFC 768: source port, destination port, length, checksum */
	tw_write16(&w, spec->src.port);
	tw_write16(&w, spec->dst.port);
	tw_write32(&w, 0);
	ip = buf + l.l3_off;
	l.ip_sum = family == 4 ? tw_sum(ip, TW_IPV4_LEN) : 0;
	l.udp_sum = tw_sum_add(tw_sum(buf + l.l4_off, TW_UDP_LEN),
		family == 4 ? tw_sum_pseudo4(ip + TW_IPV4_SRC, TW_IPPROTO_UDP, 0)
			    : tw_sum_pseudo6(ip + TW_IPV6_SRC, TW_IPPROTO_UDP, 0));
	l.udp_base = tw_build_set_length(buf, &l, (uint16_t)payload_len);
	*ret = l;
	return l.payload_off;
}

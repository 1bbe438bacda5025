/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "reflector_quick.h"

#include "tw_reflect.h"
#include "tw_worker.h"

static void expect16(struct tw_shape *s, unsigned int at, uint16_t value, uint16_t care)
{
	value = __builtin_bswap16(value & care);
	care = __builtin_bswap16(care);
	memcpy(s->want + at, &value, 2);
	memcpy(s->care + at, &care, 2);
}

void tw_shape_make(struct tw_shape *s, const struct tw_loop_port *port, bool v6, uint16_t udp_port)
{
	unsigned int l2 = TW_ETH_LEN + TW_VLAN_LEN * port->n_vlan, udp = tw_quick_udp(l2, v6);

	memset(s, 0, sizeof(*s));
	/* our MAC, and no group as the source */
	memcpy(s->want, port->mac.b, 6);
	memset(s->care, 0xff, 6);
	s->care[6] = 1;
	/* Where there are two tags the outer one is 802.1ad's. */
	for (unsigned int i = 0; i < port->n_vlan; i++) {
		unsigned int at = TW_ETH_TYPE + TW_VLAN_LEN * i;

		expect16(s, at, port->n_vlan == 2 && i == 0 ? TW_ETHERTYPE_QINQ : TW_ETHERTYPE_VLAN,
			0xffff);
		expect16(s, at + 2, port->tci[i], 0x0fff);
	}
	expect16(s, l2 - 2, v6 ? TW_ETHERTYPE_IPV6 : TW_ETHERTYPE_IPV4, 0xffff);
	if (v6) {
		expect16(s, l2, 0x6000, 0xf000);
		expect16(s, l2 + TW_IPV6_PAYLOAD_LENGTH, 0, 0xffff);
		expect16(s, l2 + TW_IPV6_NEXT_HEADER, TW_IPPROTO_UDP << 8, 0xff00);
	} else {
		expect16(s, l2, 0x4500, 0xff00);
		expect16(s, l2 + TW_IPV4_TOTAL_LENGTH, 0, 0xffff);
		expect16(s, l2 + TW_IPV4_FRAGMENT, 0, (uint16_t)~TW_IPV4_DF);
		expect16(s, l2 + TW_IPV4_TTL, TW_IPPROTO_UDP, 0x00ff);
	}
	expect16(s, udp + TW_UDP_DST_PORT, udp_port, udp_port ? 0xffff : 0);
	expect16(s, udp + TW_UDP_LENGTH, 0, 0xffff);
}

void tw_shape_at_length(struct tw_shape *s, uint32_t len, unsigned int l2, bool v6)
{
	const unsigned int udp = tw_quick_udp(l2, v6);

	expect16(s, l2 + (v6 ? TW_IPV6_PAYLOAD_LENGTH : TW_IPV4_TOTAL_LENGTH),
		(uint16_t)(len - (v6 ? udp : l2)), 0xffff);
	expect16(s, udp + TW_UDP_LENGTH, (uint16_t)(len - udp), 0xffff);
}

/* Octets in fill. */
enum { FILL_T2 = 64, FILL_ERROR = 72, FILL_TTL = 74, FILL_ZERO = 75 };

static uint8_t source_of(unsigned int at, unsigned int l2, bool twamp)
{
	const unsigned int ip = l2, udp = l2 + TW_IPV4_LEN, p = udp + TW_UDP_LEN;

	if (at < 12)
		return (uint8_t)(at < 6 ? at + 6 : at - 6);
	if (at == ip + TW_IPV4_TTL)
		return FILL_TTL;
	if (at >= ip + TW_IPV4_SRC && at < udp)
		return (uint8_t)(at < ip + TW_IPV4_DST ? at + 4 : at - 4);
	if (at >= udp && at < udp + TW_UDP_LENGTH)
		return (uint8_t)(at < udp + TW_UDP_DST_PORT ? at + 2 : at - 2);
	if (at >= p + TW_REP_ERROR && at < p + TW_REP_SSID)
		return (uint8_t)(FILL_ERROR + at - p - TW_REP_ERROR);
	if (twamp && at >= p + TW_REP_SSID && at < p + TW_REP_RECEIVE)
		return FILL_ZERO;
	if (at >= p + TW_REP_RECEIVE && at < p + TW_REP_SENDER_SEQ)
		return (uint8_t)(FILL_T2 + at - p - TW_REP_RECEIVE);
	if (at >= p + TW_REP_SENDER_SEQ && at < p + TW_REP_MBZ)
		return (uint8_t)(at - TW_REP_SENDER_SEQ);
	if (at == p + TW_REP_SENDER_TTL)
		return (uint8_t)(ip + TW_IPV4_TTL);
	return at >= p + TW_REP_MBZ ? FILL_ZERO : (uint8_t)at;
}

void tw_turn_make(struct tw_turn *t, unsigned int l2, bool twamp)
{
	const unsigned int p = l2 + TW_IPV4_LEN + TW_UDP_LEN;

	memset(t->keep, 0xff, sizeof(t->keep));
	t->keep[l2 + TW_IPV4_TOS] = 0xfc;
	for (unsigned int i = 0; i < 64; i++)
		t->head[i] = source_of(i, l2, twamp);
	for (unsigned int i = 0; i < 32; i++)
		t->tail[i] = source_of(p + TW_STAMP_LEN - 32 + i, l2, twamp);
}

bool tw_shape_fits(
	const struct tw_shape *s, const uint8_t *f, uint32_t len, unsigned int l2, bool v6)
{
	const unsigned int udp = tw_quick_udp(l2, v6);
	struct tw_look k;
	tw_v16 bad;

	tw_look_at_length(&k, s, len, l2, v6);
	bad = (tw_v16_load(f) ^ tw_v16_load(s->want)) & tw_v16_load(s->care);
	bad |= (tw_v16_load(f + 16) ^ k.want_ip) & tw_v16_load(s->care + 16);
	bad |= (tw_v16_load(f + udp) ^ k.want_udp) & tw_v16_load(s->care + udp);
	return !tw_v16_any(bad);
}

bool tw_plain_sums(const uint8_t *f, uint32_t len, unsigned int l2, bool v6)
{
	const unsigned int udp = tw_quick_udp(l2, v6);
	uint64_t sum;

	if (!v6 && tw_sum_fold(tw_sum(f + l2, TW_IPV4_LEN)) != 0xffff)
		return false;
	sum = v6 ? tw_sum_pseudo6(f + l2 + TW_IPV6_SRC, TW_IPPROTO_UDP, len - udp)
		 : tw_sum_pseudo4(f + l2 + TW_IPV4_SRC, TW_IPPROTO_UDP, (uint16_t)(len - udp));
	return tw_sum_fold(tw_sum_add(sum, tw_sum(f + udp, len - udp))) == 0xffff;
}

uint64_t tw_moved_sum(const uint8_t *ip, const uint8_t *udp, uint32_t len, bool v6,
	const struct tw_burst *b, const struct tw_reflect_fields *w)
{
	const uint8_t *p = udp + TW_UDP_LEN;
	uint64_t s = v6 ? tw_sum_pseudo6(ip + TW_IPV6_SRC, TW_IPPROTO_UDP, len)
			: tw_sum_pseudo4(ip + TW_IPV4_SRC, TW_IPPROTO_UDP, (uint16_t)len);

	s = tw_sum_add(s, (uint64_t)tw_raw32(udp) + tw_sum_be16((uint16_t)len));
	s = tw_sum_add(s, tw_raw64(p));
	s = tw_sum_add(s, (uint64_t)tw_raw32(p + 8) + tw_raw16(p + 12));
	s = tw_sum_add(s, __builtin_bswap64(w->t3));
	return tw_sum_add(s, (uint64_t)b->constant + tw_sum_be32(w->seq) + w->ttl);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_LOOP_H
#define TW_LOOP_H

/*
 * What the loops share: the quick look at a frame that recognises a plain test packet (Ethernet
 * with the port's tags, IPv4 without options or IPv6 without extension headers, UDP, right checksums) in a few
 * loads, and the hand-over of everything else to the exact parser.
 */

#include "tw_bytes.h"
#include "tw_checksum.h"
#include "tw_headers.h"
#include "tw_stamp.h"
#include "tw_worker.h"

#include <stddef.h>

#include <rte_branch_prediction.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#define TW_BURST 32
/* Housekeeping interval, TSC ticks: 20 to 50 us on machines of 2 to 5 GHz. */
#define TW_HOUSEKEEPING_TICKS 100000
/* The slope of linear stamps is measured every so many bursts. */
#define TW_SLOPE_EVERY 16

#define TW_IP4_PAYLOAD_OFF 42
#define TW_IP6_PAYLOAD_OFF 62

/* Whatever is sent now would wait until there is a link. */
static inline bool tw_loop_no_link(const struct tw_loop_port *p)
{
	return p->no_link && atomic_load_explicit(p->no_link, memory_order_relaxed);
}

/* @return a letter was carried out */
bool tw_task_housekeeping(struct tw_task *t, uint64_t now);

/* Host-order constants of big-endian words (little-endian machine; DPDK on x86 and arm64). */
#define TW_LE64_FROM_OCTETS(a, b, c, d, e, f, g, h)                                                \
	((uint64_t)(a) | (uint64_t)(b) << 8 | (uint64_t)(c) << 16 | (uint64_t)(d) << 24 |          \
		(uint64_t)(e) << 32 | (uint64_t)(f) << 40 | (uint64_t)(g) << 48 |                  \
		(uint64_t)(h) << 56)

/* Out of line: few packets are longer, and its registers are missed in the loop. */
uint64_t tw_sum_long(const uint8_t *p, uint32_t len);

/* What follows the first 40 octets of a payload of 41 or more, if they are not just four. */
static inline uint64_t tw_sum_end(const uint8_t *p, uint32_t len)
{
	if (len < 44)
		return p[40] + (len > 41 ? (uint32_t)p[41] << 8 : 0) + (len > 42 ? p[42] : 0);
	return tw_sum_add(tw_raw32(p + 40), tw_sum_long(p + 44, len - 44));
}

/* Sum of a payload of 41 octets or more. */
static inline __attribute__((always_inline)) uint64_t tw_sum_payload(const uint8_t *p, uint32_t len)
{
	uint64_t s = tw_sum_add(tw_raw64(p), tw_raw64(p + 8));
	uint64_t t = tw_sum_add(tw_raw64(p + 16), tw_raw64(p + 24));

	t = tw_sum_add(t, tw_raw64(p + 32));
	t = tw_sum_add(t, likely(len == 44) ? tw_raw32(p + 40) : tw_sum_end(p, len));
	return tw_sum_add(s, t);
}

/* Destination MAC as a 48-bit word, to compare with one load. */
static inline uint64_t tw_mac_word(const struct tw_mac *m)
{
	uint64_t w = 0;

	memcpy(&w, m->b, 6);
	return w;
}

/* What has to be equal of a frame's first eight octets: the MAC, and no group as the source. */
#define TW_MAC_MASK 0x0001ffffffffffffULL

/*
 * Headers of a plain IPv4 UDP frame: EtherType, version 4 with 20 octets of header, the total length
 * equal to the frame's, no fragment, UDP, UDP length, header checksum. f and len are without tags;
 * bad: not zero when something of what comes before is not right.
 */
static inline __attribute__((always_inline)) bool tw_plain_ip4(
	const uint8_t *f, uint32_t len, uint64_t bad)
{
	uint64_t w12 = tw_raw64(f + 12);
	uint64_t w20 = tw_raw64(f + 20);
	uint16_t ip_len = __builtin_bswap16((uint16_t)(len - TW_ETH_LEN));
	uint16_t udp_len = __builtin_bswap16((uint16_t)(len - TW_ETH_LEN - 20));
	uint64_t sum;

	/* 12..13 EtherType, 14 version, 16..17 total length */
	bad |= (w12 ^ (TW_LE64_FROM_OCTETS(0x08, 0x00, 0x45, 0, 0, 0, 0, 0) | (uint64_t)ip_len
										      << 32)) &
	       TW_LE64_FROM_OCTETS(0xff, 0xff, 0xff, 0, 0xff, 0xff, 0, 0);
	/* 20..21 fragment bits but DF, 23 protocol */
	bad |= (w20 ^ TW_LE64_FROM_OCTETS(0, 0, 0, 17, 0, 0, 0, 0)) &
	       TW_LE64_FROM_OCTETS(0xbf, 0xff, 0, 0xff, 0, 0, 0, 0);
	bad |= (uint64_t)(tw_raw16(f + 38) ^ udp_len);
	sum = tw_sum_add(tw_raw64(f + 14), tw_raw64(f + 22));
	sum = tw_sum_add(sum, tw_raw32(f + 30));
	return bad == 0 && tw_sum_fold(sum) == 0xffff;
}

/* Sum of what the UDP checksum of a plain IPv4 frame covers, payload of 41 octets or more. */
static inline __attribute__((always_inline)) uint64_t tw_udp_sum_ip4(const uint8_t *f, uint32_t len)
{
	/* addresses; UDP header, whose length octets stand for the pseudo-header's too */
	uint64_t s = tw_sum_add(tw_raw64(f + 26), tw_raw64(f + 34));

	s = tw_sum_add(s, (uint64_t)tw_raw16(f + 38) + (17U << 8));
	return tw_sum_add(s, tw_sum_payload(f + TW_IP4_PAYLOAD_OFF, len - TW_IP4_PAYLOAD_OFF));
}

/* The same for IPv6: version, payload length equal to the frame's, next header UDP, UDP length. */
static inline __attribute__((always_inline)) bool tw_plain_ip6(
	const uint8_t *f, uint32_t len, uint64_t bad)
{
	uint64_t w12 = tw_raw64(f + 12);
	uint16_t ip_len = __builtin_bswap16((uint16_t)(len - TW_ETH_LEN - 40));

	bad |= (w12 ^ (TW_LE64_FROM_OCTETS(0x86, 0xdd, 0x60, 0, 0, 0, 0, 0) | (uint64_t)ip_len
										      << 48)) &
	       TW_LE64_FROM_OCTETS(0xff, 0xff, 0xf0, 0, 0, 0, 0xff, 0xff);
	bad |= (uint64_t)(f[20] ^ 17);
	bad |= (uint64_t)(tw_raw16(f + 58) ^ ip_len);
	return bad == 0;
}

static inline __attribute__((always_inline)) uint64_t tw_udp_sum_ip6(const uint8_t *f, uint32_t len)
{
	uint64_t s = tw_sum_add(tw_raw64(f + 22), tw_raw64(f + 30));
	uint64_t t = tw_sum_add(tw_raw64(f + 38), tw_raw64(f + 46));

	t = tw_sum_add(t, tw_raw64(f + 54));
	s = tw_sum_add(s, (uint64_t)tw_raw16(f + 58) + (17U << 8));
	s = tw_sum_add(s, t);
	return tw_sum_add(s, tw_sum_payload(f + TW_IP6_PAYLOAD_OFF, len - TW_IP6_PAYLOAD_OFF));
}

/* Hand a burst to the device; free and count what it did not take. @return taken */
static inline uint16_t tw_tx_all(
	uint16_t port, uint16_t queue, struct rte_mbuf **m, uint16_t n, uint64_t *failed)
{
	uint16_t k = rte_eth_tx_burst(port, queue, m, n);

	/* One more try: a device that was just cleaning up takes the rest. */
	if (unlikely(k < n))
		k = (uint16_t)(k + rte_eth_tx_burst(port, queue, m + k, (uint16_t)(n - k)));
	if (unlikely(k < n)) {
		*failed += (uint64_t)(n - k);
		rte_pktmbuf_free_bulk(m + k, n - k);
	}
	return k;
}

/*
 * Free what was received in one segment each. Buffers of one pool that nobody else holds go back
 * to it together.
 */
static inline void tw_free_plain(struct rte_mbuf **m, unsigned int n)
{
	const uint64_t odd = RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL;
	struct rte_mempool *pool = m[0]->pool;
	uint64_t bad = 0;

	for (unsigned int i = 0; i < n; i++) {
		bad |= (uint64_t)((uintptr_t)m[i]->pool ^ (uintptr_t)pool);
		bad |= (uint64_t)((m[i]->nb_segs ^ 1U) | (rte_mbuf_refcnt_read(m[i]) ^ 1U));
		bad |= (m[i]->ol_flags & odd) | (uint64_t)(uintptr_t)m[i]->next;
	}
	if (likely(bad == 0))
		rte_mempool_put_bulk(pool, (void **)m, n);
	else
		rte_pktmbuf_free_bulk(m, n);
}

/*
 * How long before their burst leaves stamps are read where HMACs come between, in 2^-32 s: a bound
 * for Error Estimates, so it rises at once by an eighth of what it lacks and falls slowly.
 */
static inline void tw_late_measure(
	uint64_t *late, const struct tw_clock_map *c, uint64_t from, uint64_t to)
{
	uint64_t units = tw_clock_ticks(c, to - from);

	if (units > *late)
		*late += (units - *late + 7) / 8;
	else
		*late -= (*late - units) / 64;
}

/* Measured cost of one packet of a burst, in 2^-32 s: the linear part of a burst's stamps. */
struct tw_slope {
	uint64_t per_packet;
	uint32_t countdown;
};

static inline void tw_slope_measure(struct tw_slope *s, const struct tw_clock_map *c, uint64_t from,
	uint64_t to, unsigned int n)
{
	uint64_t units = tw_clock_ticks(c, to - from) / n, old = s->per_packet;

	s->countdown = TW_SLOPE_EVERY;
	/* What a burst costs whatever its length is no packet's: a slope taken from short bursts
	 * would date the packets of long ones into the future. */
	if (n < TW_BURST / 2)
		return;
	/* Quick to fall and slow to rise: a stamp must not lie ahead of the packet's departure,
	 * and a burst that was interrupted says nothing about the next one. */
	if (units <= old)
		s->per_packet = units;
	else if (units < 4 * old + 400)
		s->per_packet = old + (units - old + 31) / 32;
}

#endif

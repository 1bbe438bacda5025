/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_REFLECTOR_QUICK_H
#define TW_REFLECTOR_QUICK_H

/*
 * The straight way of a plain test packet: its headers compared as vectors with what such a
 * packet has to look like, its checksums, and its reply in place. Plain is Ethernet with the
 * port's own tags, IPv4 without options or IPv6 without extension headers, UDP, one segment,
 * and a payload of 41 octets or more.
 *
 * Loads are never from what was just stored in another width: that would stall.
 */

#include "tw_checksum.h"
#include "tw_headers.h"
#include "tw_stamp.h"

#include <stdbool.h>

#include <rte_branch_prediction.h>

#ifdef __SSE4_1__
#include <smmintrin.h>
#endif

#define TW_INLINE static inline __attribute__((always_inline))

struct tw_loop_port;
struct tw_reflect_fields;

typedef uint8_t tw_v16 __attribute__((vector_size(16)));
typedef uint16_t tw_v8x16 __attribute__((vector_size(16)));

/*
 * Headers of a plain frame, from its first octet on: what has to be equal, and where. Lengths are
 * zero here; they come from the frame at hand.
 */
struct tw_shape {
	_Alignas(64) uint8_t want[128];
	uint8_t care[128];
};

/* What the frames of one length have in common. Lives for a burst, in registers. */
struct tw_look {
	uint32_t len;
	uint32_t pseudo; /* the pseudo header but for the addresses */
	tw_v16 want_ip;  /* octets 16..31 */
	tw_v16 want_udp; /* from the UDP header on */
};

/* What the replies of a burst have in common. */
struct tw_burst {
	uint64_t t2_be; /* wall, as on the wire */
	uint32_t coarse;
	uint32_t constant; /* sum of T2 and Error Estimate, and 65535 */
	uint16_t error_estimate_be;
	/* for tw_turn: T2, Error Estimate, 255, zeros */
	_Alignas(64) uint8_t fill[64];
};

/*
 * Where the octets of an IPv4 reply come from: below 64 from the request, from 64 on from
 * tw_burst.fill. What a permutation cannot know (number, T3, checksums) is stored afterwards.
 */
struct tw_turn {
	_Alignas(64) uint8_t head[64]; /* of the frame */
	uint8_t tail[64];              /* payload octets 12..43 */
	uint8_t keep[64];              /* bits of the head: not ECN */
};

/* twamp: octets 14..15 of the payload are zero, there is no SSID. */
void tw_turn_make(struct tw_turn *t, unsigned int l2, bool twamp);

/* One shape for each family; udp_port in host order, 0: any. */
void tw_shape_make(struct tw_shape *s, const struct tw_loop_port *port, bool v6, uint16_t udp_port);

/* The shape of frames that are so long and no other, lengths and all. */
void tw_shape_at_length(struct tw_shape *s, uint32_t len, unsigned int l2, bool v6);

/* The same check octet by octet, for those who come by seldom. */
bool tw_shape_fits(
	const struct tw_shape *s, const uint8_t *f, uint32_t len, unsigned int l2, bool v6);

/* Both checksums of a plain frame, whatever its payload. */
bool tw_plain_sums(const uint8_t *f, uint32_t len, unsigned int l2, bool v6);

/*
 * Sum of the reply to a request of len octets from the UDP header on, but for the UDP checksum and
 * the padding: taken from the request and from registers, for payloads that are moved.
 */
uint64_t tw_moved_sum(const uint8_t *ip, const uint8_t *udp, uint32_t len, bool v6,
	const struct tw_burst *b, const struct tw_reflect_fields *w);

TW_INLINE unsigned int tw_quick_udp(const unsigned int l2, const bool v6)
{
	return l2 + (v6 ? TW_IPV6_LEN : TW_IPV4_LEN);
}

TW_INLINE tw_v16 tw_v16_load(const void *p)
{
	tw_v16 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

TW_INLINE void tw_v16_store(void *p, tw_v16 v)
{
	memcpy(p, &v, sizeof(v));
}

TW_INLINE bool tw_v16_any(tw_v16 v)
{
#ifdef __SSE4_1__
	return !_mm_testz_si128((__m128i)v, (__m128i)v);
#else
	uint64_t w[2];

	memcpy(w, &v, sizeof(w));
	return (w[0] | w[1]) != 0;
#endif
}

TW_INLINE void tw_look_at_length(struct tw_look *k, const struct tw_shape *s, uint32_t len,
	const unsigned int l2, const bool v6)
{
	const unsigned int udp = tw_quick_udp(l2, v6);
	uint16_t ip_len = __builtin_bswap16((uint16_t)(len - (v6 ? udp : l2)));
	uint16_t udp_len = __builtin_bswap16((uint16_t)(len - udp));
	tw_v8x16 ip = (tw_v8x16)tw_v16_load(s->want + 16);
	tw_v8x16 u = (tw_v8x16)tw_v16_load(s->want + udp);

	ip[(l2 + (v6 ? TW_IPV6_PAYLOAD_LENGTH : TW_IPV4_TOTAL_LENGTH) - 16) / 2] = ip_len;
	u[TW_UDP_LENGTH / 2] = udp_len;
	k->len = len;
	k->pseudo = udp_len + (TW_IPPROTO_UDP << 8);
	k->want_ip = (tw_v16)ip;
	k->want_udp = (tw_v16)u;
}

/* The same for a shape that has its lengths, over IPv4. */
TW_INLINE struct tw_look tw_look_at(const struct tw_shape *s, const unsigned int l2)
{
	return (struct tw_look){.want_ip = tw_v16_load(s->want + 16),
		.want_udp = tw_v16_load(s->want + tw_quick_udp(l2, false))};
}

/* What is not as the headers of a plain frame are. The frame has 16 octets of payload, or more, and
 * k is of its length. */
TW_INLINE tw_v16 tw_quick_odd(const struct tw_look *k, const struct tw_shape *s, const uint8_t *f,
	const unsigned int l2, const bool v6)
{
	const unsigned int udp = tw_quick_udp(l2, v6);
	tw_v16 bad = (tw_v16_load(f) ^ tw_v16_load(s->want)) & tw_v16_load(s->care);

	bad |= (tw_v16_load(f + 16) ^ k->want_ip) & tw_v16_load(s->care + 16);
	bad |= (tw_v16_load(f + udp) ^ k->want_udp) & tw_v16_load(s->care + udp);
	return bad;
}

TW_INLINE bool tw_quick_is_plain(const struct tw_look *k, const struct tw_shape *s,
	const uint8_t *f, const unsigned int l2, const bool v6)
{
	return !tw_v16_any(tw_quick_odd(k, s, f, l2, v6));
}

/* A plain frame whose payload is STAMP: 44 octets or more, 16..43 zero. */
TW_INLINE bool tw_quick_is_stamp(const struct tw_look *k, const struct tw_shape *s,
	const uint8_t *f, const unsigned int l2, const bool v6)
{
	const uint8_t *p = f + tw_quick_udp(l2, v6) + TW_UDP_LEN;
	tw_v16 bad = tw_quick_odd(k, s, f, l2, v6);

	bad |= tw_v16_load(p + TW_REQ_MBZ) | tw_v16_load(p + TW_STAMP_LEN - 16);
	return !tw_v16_any(bad);
}

/*
 * Is a sum that is not zero one of right octets, which is to say a multiple of 65535? Those and
 * only those have a small product with the inverse of 65535 modulo 2^64.
 */
TW_INLINE bool tw_sum_is_right(uint64_t s)
{
	const uint64_t k = 0x0001000100010001;

	return s * (0 - k) <= k;
}

/* Checksums of the IPv4 header and of UDP; octets 16..43 of the payload are zero.
 * rest: sum of the pseudo header but for the addresses, and of what follows octet 44. */
TW_INLINE bool tw_quick_sums(const uint8_t *f, uint64_t rest, const unsigned int l2, const bool v6)
{
	const unsigned int udp = tw_quick_udp(l2, v6);
	const uint8_t *ip = f + l2, *p = f + udp + TW_UDP_LEN;
	uint64_t s = tw_raw64(f + udp - 8), h;

	h = tw_sum_add(s, tw_raw64(ip));
	h = tw_sum_add(h, tw_raw32(ip + 8));
	if (v6) {
		s = tw_sum_add(s, tw_raw64(ip + TW_IPV6_SRC));
		s = tw_sum_add(s, tw_raw64(ip + TW_IPV6_SRC + 8));
		s = tw_sum_add(s, tw_raw64(ip + TW_IPV6_DST));
	}
	s = tw_sum_add(s, tw_raw64(f + udp));
	s = tw_sum_add(s, rest);
	s = tw_sum_add(s, tw_raw64(p));
	s = tw_sum_add(s, tw_raw64(p + 8));
	return (v6 || tw_sum_is_right(h)) && tw_sum_is_right(s);
}

/* What follows octet 44 can stay as it is, or is one Extra Padding TLV whose U flag goes where
 * TLVs are known (unflag). */
static inline bool tw_quick_tail(
	const uint8_t *p, uint32_t payload, bool knows_tlvs, bool *ret_unflag)
{
	uint32_t rest = payload - TW_STAMP_LEN;

	if (rest >= 4 && p[44] == 0x80 && p[45] == 1 && tw_get16(p + 46) == rest - 4) {
		*ret_unflag = knows_tlvs;
		return true;
	}
	/* 1..3 octets cannot hold a TLV; zeros are legacy padding */
	return rest < 4 && p[44] == 0 && (rest < 2 || p[45] == 0) && (rest < 3 || p[46] == 0);
}

TW_INLINE uint8_t tw_quick_tos(const uint8_t *f, const unsigned int l2, const bool v6)
{
	return v6 ? (uint8_t)(f[l2] << 4 | f[l2 + 1] >> 4) : f[l2 + 1];
}

TW_INLINE uint8_t tw_quick_ttl(const uint8_t *f, const unsigned int l2, const bool v6)
{
	return f[l2 + (v6 ? TW_IPV6_HOP_LIMIT : TW_IPV4_TTL)];
}

/* The DSCP of the request stays. */
#define TW_TOS_KEPT (-1)

/* The IPv4 header checksum changes by the TOS octet, of which ECN goes at least, and by TTL
 * (RFC 1624 eqn. 3). */
TW_INLINE uint16_t tw_quick_ip4_checksum(const uint8_t *ip, const int tos)
{
	uint32_t sum = 2 * 0xffff + 0xff - tw_raw16(ip + TW_IPV4_CHECKSUM) - ip[TW_IPV4_TTL];

	if (tos == TW_TOS_KEPT)
		sum -= tw_raw16(ip) & 0x0300U;
	else
		sum += ((uint32_t)tos << 8) - (tw_raw16(ip) & 0xff00U);
	return (uint16_t) ~((sum + (sum << 16 | sum >> 16)) >> 16);
}

/*
 * The UDP checksum changes by what is new in the payload: the sender's sequence number, T1 and
 * Error Estimate move by an even distance, and octets 16..43 were zero.
 */
TW_INLINE uint16_t tw_quick_udp_checksum(
	uint16_t old, const struct tw_burst *b, uint32_t seq_be, uint64_t t3_be, uint32_t ttl)
{
	return (uint16_t)~tw_sum_fold(
		tw_sum_add((uint64_t)b->constant - old + seq_be + ttl, t3_be));
}

/* Headers in place: MAC addresses, addresses and ports swapped, ECN gone, TTL 255.
 * tos: of the reply, or TW_TOS_KEPT, which is constant then. */
TW_INLINE void tw_quick_turn(uint8_t *f, const unsigned int l2, const bool v6, const int tos)
{
	tw_v16 link = tw_v16_load(f);
	uint8_t *ip = f + l2;

	link = __builtin_shufflevector(
		link, link, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 12, 13, 14, 15);
	if (l2 == TW_ETH_LEN && tos == TW_TOS_KEPT) {
		const tw_v16 keep = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			0xff, 0xff, 0xff, 0xff, 0xff, v6 ? 0xcf : 0xfc};

		link &= keep;
	}
	if (v6) {
		tw_v16 src = tw_v16_load(ip + TW_IPV6_SRC), dst = tw_v16_load(ip + TW_IPV6_DST);
		uint32_t ports = tw_raw32(ip + TW_IPV6_LEN);

		tw_v16_store(ip + TW_IPV6_SRC, dst);
		tw_v16_store(ip + TW_IPV6_DST, src);
		ports = ports << 16 | ports >> 16;
		memcpy(ip + TW_IPV6_LEN, &ports, sizeof(ports));
		ip[TW_IPV6_HOP_LIMIT] = 255;
	} else {
		/* TTL, protocol, checksum, addresses and ports are 16 octets */
		tw_v8x16 v;
		tw_v16 w = tw_v16_load(ip + TW_IPV4_TTL);
		uint16_t sum = tw_quick_ip4_checksum(ip, tos);

		w = __builtin_shufflevector(
			w, w, 0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 14, 15, 12, 13);
		w |= (const tw_v16){0xff};
		v = (tw_v8x16)w;
		v[1] = sum;
		tw_v16_store(ip + TW_IPV4_TTL, (tw_v16)v);
	}
	tw_v16_store(f, link);
	/* not before the checksum has seen them */
	if (tos == TW_TOS_KEPT) {
		if (l2 != TW_ETH_LEN)
			ip[1] &= v6 ? 0xcf : 0xfc;
	} else if (v6) {
		ip[0] = (uint8_t)(0x60 | tos >> 4);
		ip[1] = (uint8_t)((ip[1] & 0x0f) | tos << 4);
	} else {
		ip[TW_IPV4_TOS] = (uint8_t)tos;
	}
}

/* The whole reply over its request, RFC 8762 section 4.3.1; the SSID stays in octets 14..15. */
TW_INLINE void tw_quick_reply(uint8_t *f, const struct tw_burst *b, uint32_t seq, uint64_t t3,
	const unsigned int l2, const bool v6)
{
	const tw_v16 keep = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0, 0};
	uint8_t *p = f + tw_quick_udp(l2, v6) + TW_UDP_LEN;
	tw_v16 head = tw_v16_load(p) & keep;
	uint64_t t3_be = __builtin_bswap64(t3);
	uint32_t ttl = tw_quick_ttl(f, l2, v6), seq_be = __builtin_bswap32(seq);
	uint16_t sum = tw_quick_udp_checksum(tw_raw16(p - 2), b, seq_be, t3_be, ttl);

	tw_quick_turn(f, l2, v6, TW_TOS_KEPT);
	tw_set_raw16(p - 2, sum ? sum : 0xffff);
	memcpy(p + TW_REP_SEQ, &seq_be, 4);
	memcpy(p + TW_REP_TIMESTAMP, &t3_be, 8);
	tw_set_raw16(p + TW_REP_ERROR, b->error_estimate_be);
	memcpy(p + TW_REP_RECEIVE, &b->t2_be, 8);
	tw_v16_store(p + TW_REP_SENDER_SEQ, head);
	memcpy(p + TW_REP_SENDER_TTL, &ttl, 4);
}

/*
 * What a negotiated session's reply takes the place of: octets 14..15, 16..39 and 40 of the
 * request, as sums.
 */
struct tw_gone {
	uint64_t middle;
	uint32_t ends;
};

TW_INLINE struct tw_gone tw_quick_gone(const uint8_t *p)
{
	uint64_t s = tw_sum_add(tw_raw64(p + TW_REP_RECEIVE), tw_raw64(p + TW_REP_SENDER_SEQ));

	return (struct tw_gone){.middle = tw_sum_add(s, tw_raw64(p + TW_REP_SENDER_SEQ + 8)),
		.ends = (uint32_t)tw_raw16(p + TW_REP_SSID) + p[TW_REP_SENDER_TTL]};
}

/* tw_quick_udp_checksum() where octets 14..40 need not be zero. */
TW_INLINE uint16_t tw_quick_twamp_checksum(uint16_t old, const struct tw_burst *b,
	const struct tw_gone *gone, uint32_t seq_be, uint64_t t3_be, uint32_t ttl)
{
	uint64_t sum = 2 * 0xffffULL + b->constant - old - gone->ends + seq_be + ttl;
	uint16_t c = (uint16_t)~tw_sum_fold(tw_sum_sub(tw_sum_add(sum, t3_be), gone->middle));

	return c ? c : 0xffff;
}

/* The reply of a negotiated session where padding stays, RFC 5357 section 4.2.1: octets 0..40. */
TW_INLINE void tw_quick_reply_twamp(uint8_t *f, const struct tw_burst *b,
	const struct tw_gone *gone, uint8_t tos, uint32_t seq, uint64_t t3, const unsigned int l2,
	const bool v6)
{
	const tw_v16 keep = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0, 0};
	uint8_t *p = f + tw_quick_udp(l2, v6) + TW_UDP_LEN, ttl = tw_quick_ttl(f, l2, v6);
	tw_v16 head = tw_v16_load(p) & keep;
	uint64_t t3_be = __builtin_bswap64(t3);
	uint32_t seq_be = __builtin_bswap32(seq), error = b->error_estimate_be;
	uint16_t sum = tw_quick_twamp_checksum(tw_raw16(p - 2), b, gone, seq_be, t3_be, ttl);

	tw_quick_turn(f, l2, v6, tos);
	tw_set_raw16(p - 2, sum);
	memcpy(p + TW_REP_SEQ, &seq_be, 4);
	memcpy(p + TW_REP_TIMESTAMP, &t3_be, 8);
	memcpy(p + TW_REP_ERROR, &error, 4); /* and octets 14..15 */
	memcpy(p + TW_REP_RECEIVE, &b->t2_be, 8);
	tw_v16_store(p + TW_REP_SENDER_SEQ, head);
	p[TW_REP_SENDER_TTL] = ttl;
}

/* The U flag of the Extra Padding TLV behind the packet goes. */
static inline void tw_quick_unflag(uint8_t *p)
{
	p[TW_STAMP_LEN] = 0;
	tw_set_raw16(p - 2, tw_udp_checksum_update(tw_raw16(p - 2), 0x0080, 0));
}

#endif

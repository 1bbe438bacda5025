/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_REFLECTOR_LANES_H
#define TW_REFLECTOR_LANES_H

/*
 * Eight of the shortest STAMP packets over IPv4, untagged, looked at and answered at once: their
 * headers compared as rows, their words in lanes for checksums, numbers and the reply.
 */

#include "loop_key.h"
#include "reflector.h"
#include "tw_lanes_avx512.h"

#define TW_EIGHT 8

_Static_assert(offsetof(struct rte_mbuf, data_len) == offsetof(struct rte_mbuf, pkt_len) + 4,
	"DPDK's mbuf has changed");

/* Frames, and their words: word 0 is the IP header's first. */
struct tw_eight {
	uint8_t *f[TW_EIGHT];
	__m512i q[TW_EIGHT];
};

/* What the numbers and stamps of their replies are made of. */
struct tw_eight_stamps {
	uint64_t t2_be;
	uint64_t error_estimate_be;
	uint32_t constant; /* as in struct tw_burst */
	__m512i t3;        /* host order */
	__m512i seq;       /* host order, 32 bits */
};

/* All are of that length and in one segment. */
TW_INLINE bool tw_eight_have_length(struct rte_mbuf *const *rx, uint32_t len)
{
	uint64_t lens = len | (uint64_t)len << 32, odd = 0;

#pragma GCC unroll 8
	for (unsigned int i = 0; i < TW_EIGHT; i++)
		odd |= tw_raw64(&rx[i]->pkt_len) ^ lens;
	return odd << 16 == 0;
}

/* Headers of frames that have the length of s are as it wants them. */
TW_INLINE bool tw_eight_look(
	const struct tw_shape *s, struct rte_mbuf *const *rx, struct tw_eight *ret)
{
	const __m512i want = _mm512_loadu_si512(s->want + TW_ETH_LEN);
	const __m128i link = _mm_load_si128((const __m128i *)(const void *)s->want);
	__m512i row[TW_EIGHT], bad = _mm512_setzero_si512();
	__m128i bad_link = _mm_setzero_si128();
	uint64_t mbz = 0;

#pragma GCC unroll 8
	for (unsigned int i = 0; i < TW_EIGHT; i++) {
		uint8_t *f = rte_pktmbuf_mtod(rx[i], uint8_t *);

		ret->f[i] = f;
		row[i] = _mm512_loadu_si512(f + TW_ETH_LEN);
		/* bad |= row ^ want */
		bad = _mm512_ternarylogic_epi64(bad, row[i], want, 0xf6);
		bad_link = _mm_ternarylogic_epi64(
			bad_link, _mm_loadu_si128((const __m128i *)(const void *)f), link, 0xf6);
		mbz |= tw_raw64(f + TW_ETH_LEN + 64);
	}
	if (unlikely(mbz != 0) ||
		unlikely(_mm512_test_epi64_mask(bad, _mm512_loadu_si512(s->care + TW_ETH_LEN))) ||
		unlikely(!_mm_testz_si128(
			bad_link, _mm_load_si128((const __m128i *)(const void *)s->care))))
		return false;
	tw_wide_transpose(row, ret->q);
	return true;
}

/* Both checksums are right, the one of UDP is there, and so is the Error Estimate.
 * @return bit per lane */
TW_INLINE __mmask8 tw_eight_check(const struct tw_eight *w)
{
	const __m512i pseudo = _mm512_set1_epi64(
		__builtin_bswap16(TW_UDP_LEN + TW_STAMP_LEN) + (TW_IPPROTO_UDP << 8));
	__m512i ip = _mm512_add_epi64(tw_wide_both(w->q[0]), tw_wide_both(w->q[1]));
	__m512i udp = _mm512_add_epi64(tw_wide_both(w->q[2]), tw_wide_both(w->q[3]));

	ip = _mm512_add_epi64(ip, tw_wide_lower(w->q[2]));
	udp = _mm512_add_epi64(udp, tw_wide_both(w->q[4]));
	udp = _mm512_add_epi64(udp, _mm512_add_epi64(tw_wide_lower(w->q[5]), pseudo));
	udp = _mm512_add_epi64(udp, tw_wide_upper(w->q[1]));
	return tw_wide_right(ip) & tw_wide_right(udp) &
	       _mm512_test_epi64_mask(w->q[3], _mm512_set1_epi64(0xffff0000)) &
	       _mm512_test_epi64_mask(w->q[5], _mm512_set1_epi64(0xff00));
}

/* Numbers of the replies to the first n. @return how many of them are usual */
TW_INLINE unsigned int tw_eight_numbers(struct tw_reflector *r, const struct tw_eight *w,
	unsigned int n, uint32_t now, uint64_t *ret)
{
	const unsigned int udp = TW_ETH_LEN + TW_IPV4_LEN;
	unsigned int i;

#pragma GCC unroll 8
	for (i = 0; i < n; i++) {
		const uint8_t *p = w->f[i] + udp + TW_UDP_LEN;
		uint64_t key[TW_KEY_MAX_WORDS], hash;
		struct tw_reflect_state *s;

		make_key(key, w->f[i], TW_ETH_LEN, false);
		hash = tw_table_hash(&r->table4, key, TW_KEY4_WORDS);
		s = tw_table_find_first(&r->table4, key, hash, TW_KEY4_WORDS);
		if (unlikely(!s)) {
			s = tw_table_find_on(&r->table4, key, hash, TW_KEY4_WORDS);
			if (!s)
				break;
		}
		if (unlikely(!tw_reflect_usual(
			    s, tw_get32(p), tw_get32(p + TW_REQ_TIMESTAMP + 2), now, r->idle)))
			break;
		ret[i] = s->next_seq++;
	}
	return i;
}

/* tw_quick_ip4_checksum() */
TW_INLINE __m512i tw_eight_ip_checksum(const struct tw_eight *w)
{
	const __m512i ones = _mm512_set1_epi64(0xffff);
	__m512i gone = _mm512_and_si512(w->q[0], _mm512_set1_epi64(0x0300)), sum;

	gone = _mm512_add_epi64(gone, _mm512_and_si512(w->q[1], _mm512_set1_epi64(0xff)));
	gone = _mm512_add_epi64(gone, _mm512_and_si512(_mm512_srli_epi64(w->q[1], 16), ones));
	sum = _mm512_sub_epi64(_mm512_set1_epi64(2 * 0xffff + 0xff), gone);
	sum = _mm512_srli_epi32(_mm512_add_epi32(sum, _mm512_rol_epi32(sum, 16)), 16);
	return _mm512_xor_si512(sum, ones);
}

/* tw_quick_udp_checksum(), never 0 */
TW_INLINE __m512i tw_eight_udp_checksum(
	const struct tw_eight *w, const struct tw_eight_stamps *s, __m512i seq_be, __m512i t3_be)
{
	const __m512i ones = _mm512_set1_epi64(0xffff);
	__m512i old = _mm512_and_si512(_mm512_srli_epi64(w->q[3], 16), ones);
	__m512i sum = _mm512_sub_epi64(_mm512_set1_epi64(s->constant), old);

	sum = _mm512_add_epi64(sum, _mm512_and_si512(w->q[1], _mm512_set1_epi64(0xff)));
	sum = _mm512_add_epi64(_mm512_add_epi64(sum, seq_be), tw_wide_both(t3_be));
	sum = _mm512_add_epi64(_mm512_srli_epi64(sum, 16), _mm512_and_si512(sum, ones));
	sum = _mm512_srli_epi32(_mm512_add_epi32(sum, _mm512_rol_epi32(sum, 16)), 16);
	return _mm512_mask_xor_epi64(sum, _mm512_cmpneq_epi64_mask(sum, ones), sum, ones);
}

/* tw_quick_reply() to the first n */
TW_INLINE void tw_eight_reply(
	const struct tw_eight *w, const struct tw_eight_stamps *s, unsigned int n)
{
	const __m512i swap64 = _mm512_broadcast_i32x4(
		_mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
	const __m512i swap32 = _mm512_broadcast_i32x4(
		_mm_set_epi8(-1, -1, -1, -1, 8, 9, 10, 11, -1, -1, -1, -1, 0, 1, 2, 3));
	const __m128i turn = _mm_set_epi8(15, 14, 13, 12, 5, 4, 3, 2, 1, 0, 11, 10, 9, 8, 7, 6);
	const __m128i keep = _mm_set_epi64x((int64_t)0xfcffffffffffffff, -1);
	const __m512i high = _mm512_set1_epi64((int64_t)0xffffffff00000000);
	__m512i seq_be = _mm512_shuffle_epi8(s->seq, swap32);
	__m512i t3_be = _mm512_shuffle_epi8(s->t3, swap64);
	__m512i ip_sum = tw_eight_ip_checksum(w);
	__m512i udp_sum = tw_eight_udp_checksum(w, s, seq_be, t3_be);
	__m512i ttl = _mm512_and_si512(w->q[1], _mm512_set1_epi64(0xff));
	__m512i c[TW_EIGHT], row[TW_EIGHT], t;

	/* TTL and protocol, checksum, the other's address */
	t = _mm512_or_si512(_mm512_slli_epi64(ip_sum, 16), _mm512_slli_epi64(w->q[2], 32));
	c[0] = _mm512_or_si512(t, _mm512_set1_epi64(TW_IPPROTO_UDP << 8 | 255));
	/* ours, ports: (ports & high) | src */
	c[1] = _mm512_ternarylogic_epi64(
		_mm512_rol_epi32(w->q[2], 16), high, tw_wide_upper(w->q[1]), 0xea);
	/* UDP length, checksum, number */
	t = _mm512_or_si512(_mm512_slli_epi64(udp_sum, 16), _mm512_slli_epi64(seq_be, 32));
	c[2] = _mm512_ternarylogic_epi64(w->q[3], _mm512_set1_epi64(0xffff), t, 0xea);
	c[3] = t3_be;
	/* Error Estimate, SSID, T2 */
	c[4] = _mm512_ternarylogic_epi64(w->q[5], _mm512_set1_epi64(0xffff0000),
		_mm512_set1_epi64((int64_t)(s->t2_be << 32 | s->error_estimate_be)), 0xea);
	/* the sender's number */
	c[5] = _mm512_ternarylogic_epi64(
		w->q[3], high, _mm512_set1_epi64((int64_t)(s->t2_be >> 32)), 0xea);
	/* T1, Error Estimate, TTL */
	c[6] = w->q[4];
	c[7] = _mm512_ternarylogic_epi64(
		w->q[5], _mm512_set1_epi64(0xffff), _mm512_slli_epi64(ttl, 32), 0xea);
	tw_wide_transpose(c, row);
#pragma GCC unroll 8
	for (unsigned int i = 0; i < TW_EIGHT; i++) {
		uint8_t *f = w->f[i];
		__m128i link = _mm_loadu_si128((const __m128i *)(const void *)f);

		if (unlikely(i == n))
			break;
		link = _mm_and_si128(_mm_shuffle_epi8(link, turn), keep);
		_mm_storeu_si128((__m128i *)(void *)f, link);
		_mm512_storeu_si512(f + TW_ETH_LEN + TW_IPV4_TTL, row[i]);
	}
}

/* TOS and TTL of the first n were seen. */
TW_INLINE void tw_eight_seen(struct tw_reflector *r, const struct tw_eight *w, unsigned int n)
{
	const uint8_t *ip = w->f[0] + TW_ETH_LEN;
	__m512i other = _mm512_xor_si512(
		w->q[0], _mm512_set1_epi64((int64_t)((uint64_t)ip[TW_IPV4_TOS] << 8)));
	__m512i ttl = _mm512_xor_si512(w->q[1], _mm512_set1_epi64(ip[TW_IPV4_TTL]));

	if (likely(!(_mm512_test_epi64_mask(other, _mm512_set1_epi64(0xff00)) |
		     _mm512_test_epi64_mask(ttl, _mm512_set1_epi64(0xff))))) {
		r->tos[ip[TW_IPV4_TOS]] += n;
		r->ttl_seen[ip[TW_IPV4_TTL]] = true;
		return;
	}
	for (unsigned int i = 0; i < n; i++) {
		r->tos[tw_quick_tos(w->f[i], TW_ETH_LEN, false)]++;
		r->ttl_seen[tw_quick_ttl(w->f[i], TW_ETH_LEN, false)] = true;
	}
}

/*
 * Groups of the shortest packets of known sessions, up to the first one that is anything else.
 * @return the number of the first packet that was not answered
 */
TW_INLINE unsigned int tw_eight_run(struct tw_reflector *r, const struct tw_burst *b,
	struct rte_mbuf **rx, unsigned int i, unsigned int n, struct rte_mbuf **tx, uint64_t *t3)
{
	const uint32_t len = TW_ETH_LEN + TW_IPV4_LEN + TW_UDP_LEN + TW_STAMP_LEN;
	const uint64_t slope = r->slope.per_packet;
	const __m512i steps = _mm512_mullo_epi64(
		_mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0), _mm512_set1_epi64((int64_t)slope));
	struct tw_eight_stamps stamps = {.t2_be = b->t2_be,
		.error_estimate_be = b->error_estimate_be,
		.constant = b->constant};

	while (i + TW_EIGHT <= n) {
		uint64_t seq[TW_EIGHT];
		struct tw_eight w;
		unsigned int k;

		if (unlikely(!tw_eight_have_length(rx + i, len)) ||
			unlikely(!tw_eight_look(&r->shortest, rx + i, &w)))
			break;
		k = (unsigned int)__builtin_ctz(~(unsigned int)tw_eight_check(&w));
		k = tw_eight_numbers(r, &w, k, b->coarse, seq);
		if (unlikely(k == 0))
			break;
		stamps.t3 = _mm512_add_epi64(_mm512_set1_epi64((int64_t)*t3), steps);
		stamps.seq = _mm512_loadu_si512(seq);
		tw_eight_seen(r, &w, k);
		_mm512_storeu_si512(tx, _mm512_loadu_si512(rx + i));
		tw_eight_reply(&w, &stamps, k);
		*t3 += slope * k;
		r->n.octets_in += (uint64_t)k * len;
		tx += k;
		i += k;
		if (unlikely(k < TW_EIGHT))
			break;
	}
	return i;
}

#endif

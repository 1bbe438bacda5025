/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_RECEIVE_AVX512_H
#define TW_RECEIVE_AVX512_H

/*
 * A look at eight replies at once: buffers and headers that must be alike as rows, what differs
 * (lengths, checksums, numbers, stamps) in lanes. Offsets are those of an untagged frame: with the
 * port's tags, of which all have the same number, they are counted from behind that many octets.
 */

#include "sender.h"
#include "tw_lanes_avx512.h"
#include "tw_reply_avx512.h"

#define TW_WIDE TW_REPLY_LANES

/* Eight frames. */
struct tw_wide {
	const uint8_t *f[TW_WIDE];
	__m512i len;      /* octets from there */
	__m512i w14;      /* 14..21 */
	__m512i q[8];     /* the 64 octets that end with the STAMP packet */
	bool same_to;     /* IPv6: all have the first one's addresses */
	bool may_be_long; /* some may have more than the STAMP packet, or less */
};

_Static_assert(
	offsetof(struct rte_mbuf, data_off) == 16 && offsetof(struct rte_mbuf, refcnt) == 18 &&
		offsetof(struct rte_mbuf, nb_segs) == 20 &&
		offsetof(struct rte_mbuf, ol_flags) == 24 &&
		offsetof(struct rte_mbuf, pkt_len) == 36 &&
		offsetof(struct rte_mbuf, data_len) == 40 && offsetof(struct rte_mbuf, pool) == 56,
	"DPDK's mbuf has changed");

/* What of a mbuf's first line has to be as in the group's first one: where the frame is, that
 * nobody else holds it, that it is one segment, whose pool it is. */
_Alignas(64) static const uint64_t tw_wide_care[8] = {
	[2] = UINT64_MAX,
	[3] = RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL,
	[7] = UINT64_MAX,
};

/* How long it is. */
_Alignas(64) static const uint64_t tw_wide_care_len[8] = {
	[4] = UINT64_MAX << 32,
	[5] = UINT16_MAX,
};

TW_LANES_INLINE unsigned int tw_wide_off(const bool v6)
{
	return v6 ? TW_IP6_PAYLOAD_OFF : TW_IP4_PAYLOAD_OFF;
}

/* Frames may be in it, all in the same place, and it can be freed with others. */
static inline bool tw_wide_is_plain(const struct rte_mbuf *m, unsigned int end)
{
	return m->nb_segs == 1 && rte_mbuf_refcnt_read(m) == 1 && RTE_MBUF_DIRECT(m) &&
	       m->data_off + end <= m->buf_len;
}

/* Frames of different lengths. @return false: a segment is not the whole of one */
static inline bool tw_wide_lengths(
	struct rte_mbuf *const *rx, unsigned int shift, int64_t ret_len[TW_WIDE])
{
	uint32_t odd = 0;

	for (unsigned int i = 0; i < TW_WIDE; i++) {
		odd |= rx[i]->pkt_len ^ rx[i]->data_len;
		ret_len[i] = (int64_t)rx[i]->data_len - shift;
	}
	return odd == 0;
}

/* Buffers and headers of a group are as they should be: then their frames and their words. */
TW_LANES_INLINE bool tw_wide_look(const struct tw_sender *s, struct rte_mbuf *const *rx,
	unsigned int shift, const bool v6, struct tw_wide *ret)
{
	const __mmask64 addresses = ((1ULL << 32) - 1) << 22;
	const struct tw_wide_look *k = &s->look[v6];
	const __m512i first = _mm512_loadu_si512(rx[0]);
	const unsigned int off = rx[0]->data_off + shift, end = tw_wide_off(v6) + TW_STAMP_LEN;
	__m512i other = _mm512_setzero_si512(), bad = other, want = _mm512_load_si512(k->want);
	__m512i row[TW_WIDE];
	uintptr_t more = 0;
	uint64_t begin = 0;

	if (unlikely(!tw_wide_is_plain(rx[0], shift + end)))
		return false;
#pragma GCC unroll 8
	for (unsigned int i = 0; i < TW_WIDE; i++) {
		/* other |= m ^ first */
		other = _mm512_ternarylogic_epi64(other, _mm512_loadu_si512(rx[i]), first, 0xf6);
		more |= (uintptr_t)rx[i]->next;
		ret->f[i] = (const uint8_t *)rx[i]->buf_addr + off;
	}
	if (unlikely(more || _mm512_test_epi64_mask(other, _mm512_load_si512(tw_wide_care))))
		return false;
	ret->may_be_long = true;
	if (likely(!_mm512_test_epi64_mask(other, _mm512_load_si512(tw_wide_care_len)))) {
		if (unlikely(rx[0]->pkt_len != rx[0]->data_len))
			return false;
		ret->len = _mm512_set1_epi64((int64_t)rx[0]->data_len - shift);
		ret->may_be_long = rx[0]->data_len != shift + end;
	} else {
		int64_t len[TW_WIDE];

		if (unlikely(!tw_wide_lengths(rx, shift, len)))
			return false;
		ret->len = _mm512_loadu_si512(len);
	}
	if (v6)
		want = _mm512_mask_mov_epi8(want, addresses, _mm512_loadu_si512(ret->f[0]));
#pragma GCC unroll 8
	for (unsigned int i = 0; i < TW_WIDE; i++) {
		bad = _mm512_ternarylogic_epi64(bad, _mm512_loadu_si512(ret->f[i]), want, 0xf6);
		row[i] = _mm512_loadu_si512(ret->f[i] + end - 64);
	}
	if (unlikely(shift))
		for (unsigned int i = 0; i < TW_WIDE; i++)
			begin |= tw_raw64(ret->f[i] - shift) ^ s->mac;
	if (unlikely((begin & TW_MAC_MASK) ||
		     _mm512_test_epi64_mask(bad, _mm512_load_si512(k->care))))
		return false;
	ret->same_to = v6 && !_mm512_mask_test_epi8_mask(addresses, bad, bad);
	tw_wide_transpose(row, ret->q);
#define W14(i) (int64_t) tw_raw64(ret->f[i] + 14)
	ret->w14 = _mm512_set_epi64(W14(7), W14(6), W14(5), W14(4), W14(3), W14(2), W14(1), W14(0));
#undef W14
	return true;
}

/* Of each lane its 16 bits as they stand in a packet, from octet `at` of the word on. */
TW_LANES_INLINE __m512i tw_wide_be16(__m512i v, const unsigned int at)
{
	const uint64_t none = 0x8080808080808080ULL & ~(0xffffULL << 8 * at);
	const __m512i from = _mm512_broadcast_i32x4(_mm_set_epi64x(
		(int64_t)(none | 0x0809ULL << 8 * at), (int64_t)(none | 0x0001ULL << 8 * at)));

	return _mm512_shuffle_epi8(v, from);
}

/* (a ^ b) & care */
TW_LANES_INLINE __m512i tw_wide_differ(__m512i a, __m512i b, uint64_t care)
{
	return _mm512_ternarylogic_epi64(a, b, _mm512_set1_epi64((int64_t)care), 0x28);
}

/* Sums of what follows from an octet of the frames on. */
TW_LANES_INLINE __m512i tw_wide_rest(const struct tw_wide *w, const unsigned int from)
{
	uint64_t len[TW_WIDE];
	__m512i row[TW_WIDE], col[TW_WIDE], sum = _mm512_setzero_si512();

	_mm512_storeu_si512(len, w->len);
	for (unsigned int i = 0; i < TW_WIDE; i++) {
		const uint8_t *p = w->f[i] + from, *end = w->f[i] + len[i];

		row[i] = _mm512_setzero_si512();
		for (; p + 64 <= end; p += 64)
			row[i] = _mm512_add_epi64(row[i], tw_wide_both(_mm512_loadu_si512(p)));
		if (p < end)
			row[i] = _mm512_add_epi64(row[i],
				tw_wide_both(_mm512_maskz_loadu_epi8((1ULL << (end - p)) - 1, p)));
	}
	tw_wide_transpose(row, col);
	for (unsigned int i = 0; i < TW_WIDE; i++)
		sum = _mm512_add_epi64(sum, col[i]);
	return sum;
}

/* Packets shorter than STAMP's: what is behind them is none of theirs. */
TW_LANES_INLINE void tw_wide_cut(struct tw_wide *w, const unsigned int end)
{
	__m512i lacks = _mm512_max_epi64(_mm512_setzero_si512(),
		_mm512_slli_epi64(_mm512_sub_epi64(_mm512_set1_epi64(end), w->len), 3));

	w->q[7] = _mm512_srlv_epi64(_mm512_sllv_epi64(w->q[7], lacks), lacks);
}

/* Sums of the octets 22..41 of IPv6 frames. */
TW_LANES_INLINE __m512i tw_wide_addresses(const struct tw_wide *w)
{
	uint64_t sum[TW_WIDE];

	for (unsigned int i = 0; i < TW_WIDE; i++) {
		uint64_t a = tw_raw64(w->f[i] + 22), b = tw_raw64(w->f[i] + 30);

		sum[i] = (a >> 32) + (uint32_t)a + (b >> 32) + (uint32_t)b + tw_raw32(w->f[i] + 38);
		if (w->same_to)
			return _mm512_set1_epi64((int64_t)sum[0]);
	}
	return _mm512_loadu_si512(sum);
}

/*
 * Lengths are the frames', both checksums are right, and the one of UDP is there; Error Estimate
 * and the TTL over there are as before.
 * @return bit per lane
 */
TW_LANES_INLINE __mmask8 tw_wide_check(struct tw_wide *w, uint64_t marks, const bool v6)
{
	const unsigned int off = tw_wide_off(v6), udp = off - TW_UDP_LEN, end = off + TW_STAMP_LEN;
	const unsigned int len_at = v6 ? 4 : 2; /* IP's, in w14 */
	const uint16_t error = __builtin_bswap16((uint16_t)marks);
	__m512i udp_len = _mm512_sub_epi64(w->len, _mm512_set1_epi64(udp));
	__m512i ip_len = v6 ? udp_len : _mm512_sub_epi64(w->len, _mm512_set1_epi64(TW_ETH_LEN));
	__m512i udp_be = tw_wide_be16(udp_len, 0), sum, bad;
	__mmask8 ok = UINT8_MAX;

	if (unlikely(w->may_be_long)) {
		ok = _mm512_cmpge_epi64_mask(w->len, _mm512_set1_epi64(off + TW_TWAMP_REP_LEN));
		tw_wide_cut(w, end);
	}
	bad = tw_wide_differ(w->w14, tw_wide_be16(ip_len, len_at), 0xffffULL << 8 * len_at);
	bad = _mm512_or_si512(bad, tw_wide_differ(w->q[2], udp_be, 0xffff));
	bad = _mm512_or_si512(bad, tw_wide_differ(w->q[4], _mm512_set1_epi64(error), 0xffff));
	bad = _mm512_or_si512(bad,
		tw_wide_differ(w->q[7], _mm512_set1_epi64((int64_t)((marks >> 16 & 0xff) << 32)),
			0xffULL << 32));
	ok &= _mm512_testn_epi64_mask(bad, bad);
	if (v6) {
		sum = _mm512_add_epi64(tw_wide_addresses(w), tw_wide_both(w->q[0]));
		sum = _mm512_add_epi64(sum, tw_wide_both(w->q[1]));
	} else {
		__m512i addresses =
			_mm512_add_epi64(tw_wide_upper(w->q[0]), tw_wide_lower(w->q[1]));
		__m512i ip = _mm512_add_epi64(
			addresses, _mm512_add_epi64(tw_wide_both(w->w14), tw_wide_lower(w->q[0])));

		ok &= tw_wide_right(ip);
		sum = _mm512_add_epi64(addresses, tw_wide_upper(w->q[1]));
	}
	for (unsigned int i = 2; i < 8; i++)
		sum = _mm512_add_epi64(sum, tw_wide_both(w->q[i]));
	/* the pseudo header's length and protocol */
	sum = _mm512_add_epi64(
		sum, _mm512_add_epi64(udp_be, _mm512_set1_epi64(TW_IPPROTO_UDP << 8)));
	if (unlikely(w->may_be_long))
		sum = _mm512_add_epi64(sum, tw_wide_rest(w, end));
	return ok & tw_wide_right(sum) &
	       _mm512_test_epi64_mask(w->q[2], _mm512_set1_epi64(0xffff0000));
}

/* Fields in host order. */
TW_LANES_INLINE void tw_wide_fields(const struct tw_wide *w, struct tw_reply_lanes *ret)
{
	const __m512i swap64 = _mm512_broadcast_i32x4(
		_mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
	/* of the upper half, to the lower */
	const __m512i swap32 = _mm512_broadcast_i32x4(
		_mm_set_epi8(-1, -1, -1, -1, 12, 13, 14, 15, -1, -1, -1, -1, 4, 5, 6, 7));
	__m512i t2 = _mm512_or_si512(tw_wide_upper(w->q[4]), _mm512_slli_epi64(w->q[5], 32));

	ret->rseq = _mm512_shuffle_epi8(w->q[2], swap32);
	ret->sseq = _mm512_shuffle_epi8(w->q[5], swap32);
	ret->t1 = _mm512_shuffle_epi8(w->q[6], swap64);
	ret->t2 = _mm512_shuffle_epi8(t2, swap64);
	ret->t3 = _mm512_shuffle_epi8(w->q[3], swap64);
}

#endif

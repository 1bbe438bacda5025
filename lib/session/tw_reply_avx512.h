/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_REPLY_AVX512_H
#define TW_REPLY_AVX512_H

/**
 * @file
 * tw_reply_usual() of up to eight replies in lanes, for files compiled for AVX-512 (F, BW, DQ, VL).
 * Replies that follow each other as the packets of streams in turn did have their records side by
 * side; others are collected from where they are. The first reply that is in any way unusual ends
 * it.
 */

#include "tw_lanes_avx512.h"
#include "tw_reply.h"
#include "tw_send.h"

/** Replies of a group. */
#define TW_REPLY_LANES 8

/** Fields of open replies that have the marks of the batch, in host order, a reply a lane. */
struct tw_reply_lanes {
	__m512i rseq, sseq; /**< 32 bits */
	__m512i t1, t2, t3;
	__m512i mono; /**< T4, 2^-32 s */
	__m512i stream;
};

/** What tw_reply_lanes_usual() cannot have in registers. */
struct tw_reply_group {
	const struct tw_send_stream *sending; /**< of the context's streams */
	const uint64_t *mono;                 /**< T4, by lane or only one of all */
	uint32_t stream[TW_REPLY_LANES];
	bool one;      /**< they are all of the first one's stream */
	bool one_mono; /**< mono is only one */
};

/** Records of the lanes: when and what else of them, and where they are. */
struct tw_reply_records {
	__m512i low, high;         /* as they lie there: four each */
	struct tw_window_entry *e; /* the first one's */
	bool apart;                /* not side by side: then they are at ... */
	uint64_t place[TW_REPLY_LANES];
};

TW_LANES_INLINE __m256i tw_lanes_pair(const struct tw_window_entry *e, const uint64_t *place)
{
	return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(
					       (const __m128i *)(const void *)&e[place[0]])),
		_mm_loadu_si128((const __m128i *)(const void *)&e[place[1]]), 1);
}

TW_LANES_INLINE __m512i tw_lanes_collect(const struct tw_window_entry *e, const uint64_t *place)
{
	return _mm512_inserti64x4(
		_mm512_castsi256_si512(tw_lanes_pair(e, place)), tw_lanes_pair(e, place + 2), 1);
}

/* Where they are, by record. */
TW_LANES_INLINE __m512i tw_lanes_places(const struct tw_window *w, const struct tw_reply_group *g,
	const struct tw_reply_lanes *r, __mmask8 ok)
{
	__m512i ring;

	if (!w->rings)
		return _mm512_add_epi64(
			_mm512_mul_epu32(_mm512_and_si512(r->sseq, _mm512_set1_epi64(w->mask)),
				_mm512_set1_epi64(w->stride)),
			r->stream);
	/* its first record, and above it its mask */
	if (g->one)
		ring = _mm512_set1_epi64((int64_t)(w->rings[g->stream[0]].first |
						   (uint64_t)w->rings[g->stream[0]].mask << 32));
	else
		ring = _mm512_mask_i64gather_epi64(
			_mm512_setzero_si512(), ok, r->stream, w->rings, sizeof(w->rings[0]));
	return _mm512_add_epi64(_mm512_and_si512(ring, _mm512_set1_epi64(UINT32_MAX)),
		_mm512_and_si512(r->sseq, _mm512_srli_epi64(ring, 32)));
}

/* The records of these lanes, the first of which is one of them. */
TW_LANES_INLINE void tw_lanes_records(const struct tw_window *w, const struct tw_reply_group *g,
	const struct tw_reply_lanes *r, __mmask8 ok, struct tw_reply_records *ret)
{
	const __m512i turn = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
	__m512i at = tw_lanes_places(w, g, r, ok);
	uint64_t first = (uint64_t)_mm_cvtsi128_si64(_mm512_castsi512_si128(at));
	__m512i firsts = _mm512_set1_epi64((int64_t)first);

	ret->e = w->e + first;
	ret->apart = _mm512_mask_cmpneq_epi64_mask(ok, at, _mm512_add_epi64(firsts, turn)) != 0 ||
		     first + TW_REPLY_LANES > w->bytes / sizeof(*w->e);
	if (__builtin_expect(!ret->apart, 1)) {
		ret->low = _mm512_loadu_si512(ret->e);
		ret->high = _mm512_loadu_si512(ret->e + 4);
		return;
	}
	/* the other lanes' are nowhere */
	_mm512_storeu_si512(ret->place, _mm512_mask_mov_epi64(firsts, ok, at));
	ret->low = tw_lanes_collect(w->e, ret->place);
	ret->high = tw_lanes_collect(w->e, ret->place + 4);
}

/* The first k of them are answered. */
TW_LANES_INLINE void tw_lanes_answered(
	const struct tw_window *w, const struct tw_reply_records *r, unsigned int k)
{
	const __m512i step =
		_mm512_set_epi64(1LL << 48, 0, 1LL << 48, 0, 1LL << 48, 0, 1LL << 48, 0);
	uint32_t words = (1U << 2 * k) - 1;

	if (__builtin_expect(r->apart, 0)) {
		for (unsigned int i = 0; i < k; i++)
			w->e[r->place[i]].mark = TW_WINDOW_ANSWERED;
		return;
	}
	_mm512_mask_storeu_epi64(r->e, (__mmask8)words, _mm512_add_epi64(r->low, step));
	_mm512_mask_storeu_epi64(r->e + 4, (__mmask8)(words >> 8), _mm512_add_epi64(r->high, step));
}

/* Delays as rows, a reply each, of which the last word is zero. */
TW_LANES_INLINE void tw_lanes_to_rows(const __m512i *d, int64_t (*ret)[4])
{
	const __m512i low = _mm512_set_epi64(11, 10, 3, 2, 9, 8, 1, 0);
	const __m512i high = _mm512_set_epi64(15, 14, 7, 6, 13, 12, 5, 4);
	const __m512i zero = _mm512_setzero_si512();
	__m512i even[2] = {_mm512_unpacklo_epi64(d[0], d[1]), _mm512_unpacklo_epi64(d[2], zero)};
	__m512i odd[2] = {_mm512_unpackhi_epi64(d[0], d[1]), _mm512_unpackhi_epi64(d[2], zero)};
	__m512i pair[4] = {/* rows 0 and 2, 1 and 3, 4 and 6, 5 and 7 */
		_mm512_permutex2var_epi64(even[0], low, even[1]),
		_mm512_permutex2var_epi64(odd[0], low, odd[1]),
		_mm512_permutex2var_epi64(even[0], high, even[1]),
		_mm512_permutex2var_epi64(odd[0], high, odd[1])};

	for (unsigned int i = 0; i < 4; i++) {
		unsigned int at = (i & 1) + (i & 2) * 2;

		_mm256_storeu_si256((__m256i *)(void *)ret[at], _mm512_castsi512_si256(pair[i]));
		_mm256_storeu_si256(
			(__m256i *)(void *)ret[at + 2], _mm512_extracti64x4_epi64(pair[i], 1));
	}
}

TW_LANES_INLINE __m512i tw_lanes_two_rows(int64_t (*rows)[4], unsigned int i)
{
	return _mm512_inserti64x4(
		_mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)(const void *)rows[i])),
		_mm256_loadu_si256((const __m256i *)(const void *)rows[i + 4]), 1);
}

/* The other way round: the first three words of the rows. */
TW_LANES_INLINE void tw_lanes_of_rows(int64_t (*rows)[4], __m512i *ret)
{
	const __m512i first = _mm512_set_epi64(13, 12, 5, 4, 9, 8, 1, 0);
	const __m512i third = _mm512_set_epi64(15, 14, 7, 6, 11, 10, 3, 2);
	__m512i a = tw_lanes_two_rows(rows, 0), b = tw_lanes_two_rows(rows, 1);
	__m512i c = tw_lanes_two_rows(rows, 2), d = tw_lanes_two_rows(rows, 3);
	__m512i ab = _mm512_unpacklo_epi64(a, b), cd = _mm512_unpacklo_epi64(c, d);

	ret[0] = _mm512_permutex2var_epi64(ab, first, cd);
	ret[1] = _mm512_permutex2var_epi64(
		_mm512_unpackhi_epi64(a, b), first, _mm512_unpackhi_epi64(c, d));
	ret[2] = _mm512_permutex2var_epi64(ab, third, cd);
}

/* tw_variation_next() of delays whose number is the one that is due; last and jitter as in its
 * state. @return false: a step is too long */
TW_LANES_INLINE bool tw_lanes_vary(
	const int64_t *row, __m256i *last, __m256i *jitter, int64_t *ret_diff)
{
	__m256i d = _mm256_loadu_si256((const __m256i *)(const void *)row);
	__m256i diff = _mm256_sub_epi64(d, *last), size = _mm256_abs_epi64(diff);
	__m256i less = _mm256_srli_epi64(_mm256_add_epi64(*jitter, _mm256_set1_epi64x(8)), 4);

	if (__builtin_expect(_mm256_mask_test_epi64_mask(7, size,
				     _mm256_set1_epi64x(-(int64_t)TW_VARIATION_MAX_STEP)) != 0,
		    0))
		return false;
	_mm256_storeu_si256((__m256i *)(void *)ret_diff, diff);
	*jitter = _mm256_mask_sub_epi64(*jitter, 7, _mm256_add_epi64(*jitter, size), less);
	/* the last word is the tag of the number that is due */
	*last = _mm256_mask_add_epi64(d, 8, *last, _mm256_set1_epi64x(1));
	return true;
}

/* One stream's next number is at hand: its packets were sent, and its delays are all there. */
TW_LANES_INLINE bool tw_lanes_in_step(const struct tw_reply_stream *s, uint64_t sent)
{
	/* so few are not answered that the lower half of a number tells which it is */
	return (s->variation.usual == s->loss.next_s + 2) &
	       (sent - s->loss.next_s - 1 < UINT32_MAX);
}

/* Of k replies to one stream, so many move nothing but counters. */
TW_LANES_INLINE unsigned int tw_lanes_step_one(struct tw_reply_stream *s, uint64_t sent,
	const struct tw_reply_lanes *r, int64_t (*rows)[4], unsigned int k, int64_t (*ret_diff)[4])
{
	const __m512i turn = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
	const __m512i half = _mm512_set1_epi64(UINT32_MAX);
	__m512i s_due = _mm512_add_epi64(_mm512_set1_epi64((int64_t)s->loss.next_s), turn);
	__m512i r_due = _mm512_add_epi64(_mm512_set1_epi64((int64_t)s->loss.next_r), turn);
	__mmask8 off = _mm512_test_epi64_mask(
		_mm512_or_si512(_mm512_xor_si512(s_due, r->sseq), _mm512_xor_si512(r_due, r->rseq)),
		half);
	__m256i last, jitter;
	unsigned int n = (unsigned int)__builtin_ctz(off | 1U << k), i = 0;

	if (!tw_lanes_in_step(s, sent))
		return 0;
	if (n > sent - s->loss.next_s)
		n = (unsigned int)(sent - s->loss.next_s);
	last = _mm256_loadu_si256((const __m256i *)(const void *)s->variation.last);
	jitter = _mm256_loadu_si256((const __m256i *)(const void *)s->variation.jitter16);
	if (__builtin_expect(n == TW_REPLY_LANES, 1)) {
#pragma GCC unroll 8
		for (; i < TW_REPLY_LANES; i++)
			if (!tw_lanes_vary(rows[i], &last, &jitter, ret_diff[i]))
				break;
	} else {
		for (; i < n; i++)
			if (!tw_lanes_vary(rows[i], &last, &jitter, ret_diff[i]))
				break;
	}
	_mm256_storeu_si256((__m256i *)(void *)s->variation.last, last);
	_mm256_storeu_si256((__m256i *)(void *)s->variation.jitter16, jitter);
	s->loss.next_s += i;
	s->loss.next_r += i;
	return i;
}

/* The same of any streams. */
TW_LANES_INLINE unsigned int tw_lanes_step_many(struct tw_reply_ctx *c,
	const struct tw_reply_group *g, const struct tw_reply_lanes *r, int64_t (*rows)[4],
	unsigned int k, int64_t (*ret_diff)[4])
{
	uint64_t sseq[TW_REPLY_LANES], rseq[TW_REPLY_LANES];
	unsigned int i;

	_mm512_storeu_si512(sseq, r->sseq);
	_mm512_storeu_si512(rseq, r->rseq);
	for (i = 0; i < k; i++) {
		struct tw_reply_stream *s = &c->streams[g->stream[i]];
		__m256i last, jitter;

		if (!tw_lanes_in_step(s, g->sending[g->stream[i]].sent) ||
			(uint32_t)s->loss.next_s != (uint32_t)sseq[i] ||
			(uint32_t)s->loss.next_r != (uint32_t)rseq[i])
			break;
		last = _mm256_loadu_si256((const __m256i *)(const void *)s->variation.last);
		jitter = _mm256_loadu_si256((const __m256i *)(const void *)s->variation.jitter16);
		if (!tw_lanes_vary(rows[i], &last, &jitter, ret_diff[i]))
			break;
		_mm256_storeu_si256((__m256i *)(void *)s->variation.last, last);
		_mm256_storeu_si256((__m256i *)(void *)s->variation.jitter16, jitter);
		s->loss.next_s++;
		s->loss.next_r++;
	}
	return i;
}

/**
 * Judge and gather replies, up to the first one that is out of the ordinary. There are at most
 * TW_SERIES_BATCH of them between two tw_reply_flush().
 *
 * @param c   context, whose T1 are not written as PTP
 * @param ok  bit per lane that holds a reply which has the marks of the batch
 * @return how many, from the first lane on; nothing was done about the others
 */
TW_LANES_INLINE unsigned int tw_reply_lanes_usual(struct tw_reply_ctx *c,
	const struct tw_reply_group *g, const struct tw_reply_lanes *r, __mmask8 ok)
{
	const __m512i monos = _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0);
	const __m512i others = _mm512_set_epi64(15, 13, 11, 9, 7, 5, 3, 1);
	struct tw_reply_batch *b = &c->batch;
	struct tw_reply_records rec;
	int64_t rows[TW_REPLY_LANES][4], diff_rows[TW_REPLY_LANES][4];
	__m512i offset, t1_mono, total, residence, out, d[TW_DIRECTIONS], diff[TW_DIRECTIONS];
	unsigned int k;

	if (!(ok & 1))
		return 0;
	tw_lanes_records(c->window, g, r, ok, &rec);
	offset = _mm512_set1_epi64((int64_t)c->offsets[rec.e->epoch & c->offsets_mask]);
	t1_mono = _mm512_permutex2var_epi64(rec.low, monos, rec.high);
	/* the number, the first one's epoch, waiting */
	ok &= _mm512_cmpeq_epi64_mask(_mm512_permutex2var_epi64(rec.low, others, rec.high),
		_mm512_or_si512(
			r->sseq, _mm512_set1_epi64((int64_t)((uint64_t)rec.e->epoch << 32 |
							     (uint64_t)TW_WINDOW_WAITING << 48))));
	ok &= _mm512_cmpeq_epi64_mask(r->t1, _mm512_add_epi64(t1_mono, offset));
	total = _mm512_sub_epi64(r->mono, t1_mono);
	ok &= _mm512_cmple_epi64_mask(total, _mm512_set1_epi64((int64_t)c->timeout));
	residence = _mm512_sub_epi64(r->t3, r->t2);
	out = _mm512_sub_epi64(r->t2, r->t1);
	/* neither is the residence negative nor the delay absurd: no top bits */
	ok &= (__mmask8)~_mm512_movepi64_mask(
		_mm512_or_si512(residence, _mm512_add_epi64(out, _mm512_set1_epi64(1LL << 62))));
	d[TW_OUTBOUND] = out;
	d[TW_INBOUND] = _mm512_sub_epi64(_mm512_add_epi64(r->t1, total), r->t3);
	d[TW_ROUNDTRIP] = _mm512_sub_epi64(total, residence);
	tw_lanes_to_rows(d, rows);
	k = (unsigned int)__builtin_ctz(~(unsigned int)ok);
	k = g->one ? tw_lanes_step_one(&c->streams[g->stream[0]], g->sending[g->stream[0]].sent, r,
			     rows, k, diff_rows)
		   : tw_lanes_step_many(c, g, r, rows, k, diff_rows);
	if (__builtin_expect(k == 0, 0))
		return 0;
	tw_lanes_answered(c->window, &rec, k);
	tw_lanes_of_rows(diff_rows, diff);
	for (unsigned int i = 0; i < TW_DIRECTIONS; i++) {
		_mm512_storeu_si512(&b->delay[i][b->n], d[i]);
		_mm512_storeu_si512(&b->diff[i][b->n_diff], diff[i]);
	}
	_mm512_storeu_si512(&b->residence[b->n], residence);
	if (b->n == 0)
		b->first_mono = g->mono[0];
	b->last_mono = g->mono[g->one_mono ? 0 : k - 1];
	b->n += k;
	b->n_diff += k;
	b->n_marks += k;
	return k;
}

#endif

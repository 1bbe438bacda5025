/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * A batch of values into one series. The vector ways do in lanes what tw_series_record() does to
 * one value. A bucket's number comes from the exponent and the upper bits of the mantissa of the
 * value as a double, which are the octave and its 64th part.
 */

#include "series_priv.h"

/* Below it a value, and a difference of two, turn into a double exactly by adding MAGIC. */
#define BOUND (1LL << 50)
#define MAGIC 0x4338000000000000LL /* 1.5 * 2^52 as a double */
/* (1023 + e) * 64 for e = 5: less it, the upper bits of a double are a bucket's number. */
#define EXPONENT ((1023 + 5) << TW_HIST_SUB_BITS)
/* Fewer are not worth filling the lanes. */
#define LEAST 6

static void record_plain(struct tw_series *s, int64_t *v, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		tw_series_record(s, v[i]);
}

static bool always(void)
{
	return true;
}

#ifdef __x86_64__
#include <immintrin.h>

/* What is known of a batch in lanes. */
struct sums {
	int64_t min, max;
	int64_t sum; /* of differences from ref, as is sumsq */
	double sumsq;
};

/* Fill the last lanes with what changes nothing. @return false: not a batch for lanes */
static bool begin(struct tw_series *s, int64_t *v, unsigned int n, unsigned int lanes)
{
	if (n < LEAST)
		return false;
	if (s->m.count == 0)
		s->m.ref = s->m.min = s->m.max = v[0];
	for (; n % lanes; n++)
		v[n] = s->m.ref;
	return true;
}

static inline void commit(
	struct tw_series *s, const struct sums *b, const uint64_t *at, unsigned int n)
{
	s->m.count += n;
	s->m.sum += (tw_i128)s->m.ref * n + b->sum;
	s->m.sumsq += b->sumsq;
	if (b->min < s->m.min)
		s->m.min = b->min;
	if (b->max > s->m.max)
		s->m.max = b->max;
	for (unsigned int i = 0; i < n; i++)
		s->h.bucket[at[i]]++;
}

/* Else the sums are not worth adding up: they may not even fit. */
static inline bool in_bounds(const struct tw_series *s, const struct sums *b)
{
	return b->min > -BOUND && b->max < BOUND && s->m.ref > -BOUND && s->m.ref < BOUND;
}

#define AVX2 __attribute__((target("avx2")))

AVX2 static void record_avx2(struct tw_series *s, int64_t *v, unsigned int n)
{
	const __m256i magic = _mm256_set1_epi64x(MAGIC);
	const __m256d magic_pd = _mm256_castsi256_pd(magic);
	__m256i min, max, ref, sum = _mm256_setzero_si256();
	__m256d sumsq = _mm256_setzero_pd();
	uint64_t at[TW_SERIES_BATCH];
	int64_t lows[4], highs[4], sums[4];
	double squares[4];
	struct sums b;

	if (!begin(s, v, n, 4)) {
		record_plain(s, v, n);
		return;
	}
	ref = _mm256_set1_epi64x(s->m.ref);
	min = max = _mm256_set1_epi64x(v[0]);
	for (unsigned int i = 0; i < n; i += 4) {
		__m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(v + i));
		__m256i d = _mm256_sub_epi64(x, ref);
		__m256i sign = _mm256_cmpgt_epi64(_mm256_setzero_si256(), x);
		__m256i m = _mm256_xor_si256(x, sign), k, small;
		__m256d f =
			_mm256_sub_pd(_mm256_castsi256_pd(_mm256_add_epi64(d, magic)), magic_pd);

		sum = _mm256_add_epi64(sum, d);
		sumsq = _mm256_add_pd(sumsq, _mm256_mul_pd(f, f));
		min = _mm256_blendv_epi8(min, x, _mm256_cmpgt_epi64(min, x));
		max = _mm256_blendv_epi8(max, x, _mm256_cmpgt_epi64(x, max));
		f = _mm256_sub_pd(_mm256_castsi256_pd(_mm256_add_epi64(m, magic)), magic_pd);
		k = _mm256_sub_epi64(
			_mm256_srli_epi64(_mm256_castpd_si256(f), 52 - TW_HIST_SUB_BITS),
			_mm256_set1_epi64x(EXPONENT));
		small = _mm256_cmpgt_epi64(_mm256_set1_epi64x(1 << TW_HIST_SUB_BITS), m);
		k = _mm256_xor_si256(_mm256_blendv_epi8(k, m, small), sign);
		k = _mm256_add_epi64(k, _mm256_set1_epi64x(TW_HIST_SIDE));
		_mm256_storeu_si256((__m256i *)(void *)(at + i), k);
	}
	_mm256_storeu_si256((__m256i *)(void *)lows, min);
	_mm256_storeu_si256((__m256i *)(void *)highs, max);
	_mm256_storeu_si256((__m256i *)(void *)sums, sum);
	_mm256_storeu_pd(squares, sumsq);
	b = (struct sums){.min = lows[0], .max = highs[0]};
	for (unsigned int i = 1; i < 4; i++) {
		b.min = lows[i] < b.min ? lows[i] : b.min;
		b.max = highs[i] > b.max ? highs[i] : b.max;
	}
	if (!in_bounds(s, &b)) {
		record_plain(s, v, n);
		return;
	}
	for (unsigned int i = 0; i < 4; i++) {
		b.sum += sums[i];
		b.sumsq += squares[i];
	}
	commit(s, &b, at, n);
}

#define AVX512 __attribute__((target("avx512f,avx512dq,avx512cd")))

AVX512 static void record_avx512(struct tw_series *s, int64_t *v, unsigned int n)
{
	const __m512i side = _mm512_set1_epi64(TW_HIST_SIDE);
	const __m512i sub = _mm512_set1_epi64(1 << TW_HIST_SUB_BITS);
	const __m512i top = _mm512_set1_epi64(63 - TW_HIST_SUB_BITS);
	__m512i min, max, ref, sum = _mm512_setzero_si512();
	__m512d sumsq = _mm512_setzero_pd();
	uint64_t at[TW_SERIES_BATCH];
	struct sums b;

	if (!begin(s, v, n, 8)) {
		record_plain(s, v, n);
		return;
	}
	ref = _mm512_set1_epi64(s->m.ref);
	min = max = _mm512_set1_epi64(v[0]);
	for (unsigned int i = 0; i < n; i += 8) {
		__m512i x = _mm512_loadu_si512(v + i);
		__m512i d = _mm512_sub_epi64(x, ref);
		__m512d f = _mm512_cvtepi64_pd(d);
		__m512i sign = _mm512_srai_epi64(x, 63);
		__m512i m = _mm512_xor_si512(x, sign);
		__m512i shift = _mm512_sub_epi64(top, _mm512_lzcnt_epi64(_mm512_or_si512(m, sub)));
		__m512i k = _mm512_add_epi64(
			_mm512_slli_epi64(shift, TW_HIST_SUB_BITS), _mm512_srlv_epi64(m, shift));

		sum = _mm512_add_epi64(sum, d);
		sumsq = _mm512_fmadd_pd(f, f, sumsq);
		min = _mm512_min_epi64(min, x);
		max = _mm512_max_epi64(max, x);
		_mm512_storeu_si512(at + i, _mm512_add_epi64(side, _mm512_xor_si512(k, sign)));
	}
	b = (struct sums){
		.min = _mm512_reduce_min_epi64(min),
		.max = _mm512_reduce_max_epi64(max),
	};
	if (!in_bounds(s, &b)) {
		record_plain(s, v, n);
		return;
	}
	b.sum = _mm512_reduce_add_epi64(sum);
	b.sumsq = _mm512_reduce_add_pd(sumsq);
	commit(s, &b, at, n);
}

static bool has_avx2(void)
{
	return __builtin_cpu_supports("avx2");
}

static bool has_avx512(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
	       __builtin_cpu_supports("avx512cd");
}
#endif

const struct tw_series_way tw_series_ways[] = {
#ifdef __x86_64__
	{"avx512", has_avx512, record_avx512},
	{"avx2", has_avx2, record_avx2},
#endif
	{"plain", always, record_plain},
};

static void (*record)(struct tw_series *s, int64_t *v, unsigned int n) = record_plain;

__attribute__((constructor)) static void choose(void)
{
	const struct tw_series_way *w = tw_series_ways;

#ifdef __x86_64__
	__builtin_cpu_init();
#endif
	while (!w->usable())
		w++;
	record = w->record;
}

void tw_series_record_batch(struct tw_series *s, int64_t *v, unsigned int n)
{
	record(s, v, n);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_LANES_AVX512_H
#define TW_LANES_AVX512_H

/**
 * @file
 * Eight packets at once, for files compiled for AVX-512 (F, BW, DQ, VL): words of theirs as rows, or
 * in lanes, a packet a lane.
 */

#include <immintrin.h>
#include <stdint.h>

#define TW_LANES_INLINE static inline __attribute__((always_inline))

/** Rows into lanes, or lanes into rows. */
TW_LANES_INLINE void tw_wide_transpose(const __m512i *r, __m512i *ret)
{
	__m512i t[8], s[8];

#pragma GCC unroll 8
	for (unsigned int i = 0; i < 8; i += 2) {
		t[i] = _mm512_unpacklo_epi64(r[i], r[i + 1]);
		t[i + 1] = _mm512_unpackhi_epi64(r[i], r[i + 1]);
	}
#pragma GCC unroll 8
	for (unsigned int i = 0; i < 2; i++) {
		s[i] = _mm512_shuffle_i64x2(t[i], t[i + 2], 0x44);
		s[i + 2] = _mm512_shuffle_i64x2(t[i + 4], t[i + 6], 0x44);
		s[i + 4] = _mm512_shuffle_i64x2(t[i], t[i + 2], 0xee);
		s[i + 6] = _mm512_shuffle_i64x2(t[i + 4], t[i + 6], 0xee);
	}
#pragma GCC unroll 8
	for (unsigned int i = 0; i < 2; i++) {
		ret[i] = _mm512_shuffle_i64x2(s[i], s[i + 2], 0x88);
		ret[i + 2] = _mm512_shuffle_i64x2(s[i], s[i + 2], 0xdd);
		ret[i + 4] = _mm512_shuffle_i64x2(s[i + 4], s[i + 6], 0x88);
		ret[i + 6] = _mm512_shuffle_i64x2(s[i + 4], s[i + 6], 0xdd);
	}
}

/** 32 bits of each lane, or the sum of both halves. */
TW_LANES_INLINE __m512i tw_wide_upper(__m512i q)
{
	return _mm512_srli_epi64(q, 32);
}

TW_LANES_INLINE __m512i tw_wide_lower(__m512i q)
{
	return _mm512_and_si512(q, _mm512_set1_epi64(UINT32_MAX));
}

TW_LANES_INLINE __m512i tw_wide_both(__m512i q)
{
	return _mm512_add_epi64(tw_wide_upper(q), tw_wide_lower(q));
}

/** Sums that fold to what a right checksum makes of them; all are below 2^48. */
TW_LANES_INLINE __mmask8 tw_wide_right(__m512i sum)
{
	const __m512i ones = _mm512_set1_epi64(0xffff);

#pragma GCC unroll 8
	for (unsigned int i = 0; i < 3; i++)
		sum = _mm512_add_epi64(_mm512_srli_epi64(sum, 16), _mm512_and_si512(sum, ones));
	return _mm512_cmpeq_epi64_mask(sum, ones);
}

#endif

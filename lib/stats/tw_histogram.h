/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_HISTOGRAM_H
#define TW_HISTOGRAM_H

/**
 * @file
 * Log-linear histogram of signed durations in 2^-32 s, the wire's own unit.
 *
 * 64 buckets an octave: the midpoint of a bucket is within 0.79 % of every value in it,
 * and values below 128 units (30 ns) are exact. The whole signed 63-bit range has buckets, so
 * nothing saturates: a peer whose clock is years off still gets its percentiles.
 */

#include <stdint.h>

#define TW_HIST_SUB_BITS 6
#define TW_HIST_SIDE 3712 /**< buckets for values >= 0; as many for values < 0 */
#define TW_HIST_BUCKETS (2 * TW_HIST_SIDE)

struct tw_histogram {
	uint64_t bucket[TW_HIST_BUCKETS];
};

/** Bucket of @p v (2^-32 s): ascending in @p v, TW_HIST_SIDE is the bucket of 0. */
static inline uint32_t tw_histogram_index(int64_t v)
{
	int64_t sign = v >> 63;
	uint64_t m = (uint64_t)(v ^ sign);
	uint32_t shift =
		(uint32_t)(63 - TW_HIST_SUB_BITS - __builtin_clzll(m | (1U << TW_HIST_SUB_BITS)));
	uint32_t i = (shift << TW_HIST_SUB_BITS) + (uint32_t)(m >> shift);

	return (uint32_t)(TW_HIST_SIDE + ((int32_t)i ^ (int32_t)sign));
}

/** Smallest value of bucket @p i. */
static inline int64_t tw_histogram_low(uint32_t i)
{
	int32_t at = (int32_t)i - TW_HIST_SIDE;
	uint32_t k = (uint32_t)(at < 0 ? ~at : at);
	uint32_t shift = k < (2U << TW_HIST_SUB_BITS) ? 0 : (k >> TW_HIST_SUB_BITS) - 1;
	uint64_t m = (uint64_t)(k - (shift << TW_HIST_SUB_BITS)) << shift;

	return at < 0 ? ~(int64_t)(m + (1ULL << shift) - 1) : (int64_t)m;
}

/** How many values bucket @p i holds. */
static inline uint64_t tw_histogram_width(uint32_t i)
{
	int32_t at = (int32_t)i - TW_HIST_SIDE;
	uint32_t k = (uint32_t)(at < 0 ? ~at : at);

	return k < (2U << TW_HIST_SUB_BITS) ? 1 : 1ULL << ((k >> TW_HIST_SUB_BITS) - 1);
}

static inline void tw_histogram_record(struct tw_histogram *h, int64_t v)
{
	h->bucket[tw_histogram_index(v)]++;
}

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_MOMENTS_H
#define TW_MOMENTS_H

/**
 * @file
 * Count, sum, minimum, maximum and sum of squares of durations in 2^-32 s. The sum is exact
 * (128 bits), so means add up; squares are taken relative to the first value, so that a clock
 * offset of hours does not eat their precision.
 */

#include "tw_int128.h"

#include <stdint.h>

struct tw_moments {
	uint64_t count;
	int64_t ref; /**< first value recorded; squares are relative to it */
	int64_t min;
	int64_t max;
	tw_i128 sum;
	double sumsq; /**< of (v - ref) */
};

static inline void tw_moments_record(struct tw_moments *m, int64_t v)
{
	double d;

	if (__builtin_expect(m->count == 0, 0)) {
		m->ref = v;
		m->min = v;
		m->max = v;
	}
	m->count++;
	m->sum += v;
	if (v < m->min)
		m->min = v;
	if (v > m->max)
		m->max = v;
	/* an integer difference: a double of an offset of months has lost the nanoseconds */
	d = (double)(int64_t)((uint64_t)v - (uint64_t)m->ref);
	m->sumsq += d * d;
}

/** Record @p n times the same value; at least once. */
static inline void tw_moments_record_many(struct tw_moments *m, int64_t v, uint64_t n)
{
	double d;

	tw_moments_record(m, v);
	m->count += n - 1;
	m->sum += (tw_i128)v * (int64_t)(n - 1);
	d = (double)(int64_t)((uint64_t)v - (uint64_t)m->ref);
	m->sumsq += d * d * (double)(n - 1);
}

/** Add what @p src holds to @p dst. */
void tw_moments_merge(struct tw_moments *dst, const struct tw_moments *src);

/** Mean in 2^-32 s; NaN when empty. */
double tw_moments_mean(const struct tw_moments *m);

/** Population standard deviation in 2^-32 s; NaN when empty. */
double tw_moments_stddev(const struct tw_moments *m);

#endif

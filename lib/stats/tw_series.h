/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_SERIES_H
#define TW_SERIES_H

/**
 * @file
 * One measured quantity: moments and histogram together. A value: reset, record, merge, diff.
 */

#include "tw_histogram.h"
#include "tw_moments.h"

#include <stdbool.h>

/** Moments and histogram of one quantity. */
struct tw_series {
	struct tw_moments m;
	struct tw_histogram h;
};

static inline void tw_series_record(struct tw_series *s, int64_t v)
{
	tw_moments_record(&s->m, v);
	tw_histogram_record(&s->h, v);
}

/** Record @p n times the same value; at least once. */
static inline void tw_series_record_many(struct tw_series *s, int64_t v, uint64_t n)
{
	tw_moments_record_many(&s->m, v, n);
	s->h.bucket[tw_histogram_index(v)] += n;
}

/** Most values that tw_series_record_batch() takes at once; a multiple of 8. */
#define TW_SERIES_BATCH 64

/**
 * Record @p n values, in vector lanes where the CPU has them. The same as tw_series_record() of
 * each but for the order in which squares are added.
 *
 * @param v  at most TW_SERIES_BATCH; what follows them up to a multiple of 8 is overwritten
 */
void tw_series_record_batch(struct tw_series *s, int64_t *v, unsigned int n);

void tw_series_reset(struct tw_series *s);

/** Copy; touches only the buckets between the minimum and the maximum of both. */
void tw_series_copy(struct tw_series *dst, const struct tw_series *src);

void tw_series_merge(struct tw_series *dst, const struct tw_series *src);

/**
 * What @p now holds beyond @p before, an earlier copy of it. Minimum and maximum of an interval
 * come from its buckets and carry their error.
 */
void tw_series_diff(
	struct tw_series *dst, const struct tw_series *now, const struct tw_series *before);

/**
 * Quantile @p q in [0, 1] in 2^-32 s (midpoint of its bucket, kept within [min, max]).
 * @return NaN when empty
 */
double tw_series_quantile(const struct tw_series *s, double q);

/** How many values were below zero. */
uint64_t tw_series_negative(const struct tw_series *s);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_moments.h"

#include <math.h>

/* Sum of (v - ref): exact, whatever the distance of ref from the values. */
static double sum_about_ref(const struct tw_moments *m)
{
	return (double)(m->sum - (tw_i128)m->ref * (tw_i128)m->count);
}

void tw_moments_merge(struct tw_moments *dst, const struct tw_moments *src)
{
	double shift;

	if (src->count == 0)
		return;
	if (dst->count == 0) {
		*dst = *src;
		return;
	}
	/* (v - rd)^2 = (v - rs)^2 + 2 (rs - rd)(v - rs) + (rs - rd)^2 */
	shift = (double)((tw_i128)src->ref - dst->ref);
	dst->sumsq +=
		src->sumsq + 2 * shift * sum_about_ref(src) + shift * shift * (double)src->count;
	dst->count += src->count;
	dst->sum += src->sum;
	if (src->min < dst->min)
		dst->min = src->min;
	if (src->max > dst->max)
		dst->max = src->max;
}

double tw_moments_mean(const struct tw_moments *m)
{
	if (m->count == 0)
		return NAN;
	return (double)m->ref + sum_about_ref(m) / (double)m->count;
}

double tw_moments_stddev(const struct tw_moments *m)
{
	double mean, var;

	if (m->count == 0)
		return NAN;
	mean = sum_about_ref(m) / (double)m->count;
	var = m->sumsq / (double)m->count - mean * mean;
	return var > 0 ? sqrt(var) : 0;
}

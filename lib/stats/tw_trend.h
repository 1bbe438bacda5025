/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_TREND_H
#define TW_TREND_H

/**
 * @file
 * The slope of the straight line that lies best (least squares) through points that are not kept:
 * how much later packets leave, the longer a run lasts. A value: record, merge, diff.
 */

#include <math.h>

struct tw_trend {
	double n;
	double x, y; /**< sums */
	double xx, xy;
};

static inline void tw_trend_record(struct tw_trend *t, double x, double y)
{
	t->n += 1;
	t->x += x;
	t->y += y;
	t->xx += x * x;
	t->xy += x * y;
}

static inline void tw_trend_merge(struct tw_trend *dst, const struct tw_trend *src)
{
	dst->n += src->n;
	dst->x += src->x;
	dst->y += src->y;
	dst->xx += src->xx;
	dst->xy += src->xy;
}

/** @p dst = the points of @p now that are not in @p before, an earlier copy of it. */
static inline void tw_trend_diff(
	struct tw_trend *dst, const struct tw_trend *now, const struct tw_trend *before)
{
	dst->n = now->n - before->n;
	dst->x = now->x - before->x;
	dst->y = now->y - before->y;
	dst->xx = now->xx - before->xx;
	dst->xy = now->xy - before->xy;
}

/** In units of y a unit of x; NaN below two different x. */
static inline double tw_trend_slope(const struct tw_trend *t)
{
	double width = t->n * t->xx - t->x * t->x;

	if (t->n < 2 || !(width > 0))
		return NAN;
	return (t->n * t->xy - t->x * t->y) / width;
}

#endif

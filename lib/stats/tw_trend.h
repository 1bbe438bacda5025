/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_TREND_H
#define TW_TREND_H

/**
 * @file
 * How much later packets leave, the longer a run lasts: the slope of the straight line that lies
 * best (least squares) through the most punctual one of each part of the run. A rate that is wrong
 * moves all packets, those too; a thread that did not run for a while moves those that were due
 * meanwhile, which says nothing of the rate and is in the histogram of lateness. The packets are
 * not kept. A value: record, merge, diff.
 */

#include <math.h>

/** Length of a part, in units of x: a sixteenth of a second in 2^-32 s. */
#define TW_TREND_PART 268435456.0

struct tw_trend {
	double n;    /**< parts that are over */
	double x, y; /**< sums of their points */
	double xx, xy;
	double end;         /**< of the part that is not over; 0: none has begun */
	double at_x, least; /**< the most punctual one of it */
};

static inline void tw_trend_add(struct tw_trend *t, double x, double y)
{
	t->n += 1;
	t->x += x;
	t->y += y;
	t->xx += x * x;
	t->xy += x * y;
}

/** A packet that was due at @p x >= 0 and @p y late; x does not fall by a part or more. */
static inline void tw_trend_record(struct tw_trend *t, double x, double y)
{
	if (__builtin_expect(x >= t->end, 0)) {
		if (t->end > 0)
			tw_trend_add(t, t->at_x, t->least);
		t->end = (floor(x / TW_TREND_PART) + 1) * TW_TREND_PART;
	} else if (y >= t->least) {
		return;
	}
	t->at_x = x;
	t->least = y;
}

/** Add another's. Only one part can go on: where both have begun one, that of @p src is taken as over. */
static inline void tw_trend_merge(struct tw_trend *dst, const struct tw_trend *src)
{
	dst->n += src->n;
	dst->x += src->x;
	dst->y += src->y;
	dst->xx += src->xx;
	dst->xy += src->xy;
	if (src->end > 0 && dst->end > 0) {
		tw_trend_add(dst, src->at_x, src->least);
	} else if (src->end > 0) {
		dst->end = src->end;
		dst->at_x = src->at_x;
		dst->least = src->least;
	}
}

/** @p dst = the parts of @p now that were not over in @p before, an earlier copy of it. */
static inline void tw_trend_diff(
	struct tw_trend *dst, const struct tw_trend *now, const struct tw_trend *before)
{
	struct tw_trend d = *now;

	d.n -= before->n;
	d.x -= before->x;
	d.y -= before->y;
	d.xx -= before->xx;
	d.xy -= before->xy;
	*dst = d;
}

/** In units of y a unit of x; NaN below two different x. */
static inline double tw_trend_slope(const struct tw_trend *trend)
{
	struct tw_trend t = *trend;
	double width;

	if (t.end > 0)
		tw_trend_add(&t, t.at_x, t.least);
	width = t.n * t.xx - t.x * t.x;
	if (t.n < 2 || !(width > 0))
		return NAN;
	return (t.n * t.xy - t.x * t.y) / width;
}

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_series.h"

#include <math.h>
#include <string.h>

/* Buckets that can be other than zero: [first, last]; first > last when the series is empty. */
struct range {
	uint32_t first;
	uint32_t last;
};

static struct range used(const struct tw_series *s)
{
	if (s->m.count == 0)
		return (struct range){TW_HIST_BUCKETS, 0};
	return (struct range){tw_histogram_index(s->m.min), tw_histogram_index(s->m.max)};
}

static struct range both(struct range a, struct range b)
{
	if (b.first < a.first)
		a.first = b.first;
	if (b.last > a.last)
		a.last = b.last;
	return a;
}

void tw_series_reset(struct tw_series *s)
{
	struct range u = used(s);

	if (u.first <= u.last)
		memset(&s->h.bucket[u.first], 0, (u.last - u.first + 1) * sizeof(s->h.bucket[0]));
	memset(&s->m, 0, sizeof(s->m));
}

void tw_series_copy(struct tw_series *dst, const struct tw_series *src)
{
	struct range u = both(used(dst), used(src));

	if (u.first <= u.last)
		memcpy(&dst->h.bucket[u.first], &src->h.bucket[u.first],
			(u.last - u.first + 1) * sizeof(dst->h.bucket[0]));
	dst->m = src->m;
}

void tw_series_merge(struct tw_series *dst, const struct tw_series *src)
{
	struct range u = used(src);

	for (uint32_t i = u.first; i <= u.last; i++)
		dst->h.bucket[i] += src->h.bucket[i];
	tw_moments_merge(&dst->m, &src->m);
}

static int64_t middle(uint32_t i)
{
	int64_t low = tw_histogram_low(i);

	return low + (int64_t)((tw_histogram_width(i) - 1) / 2);
}

static int64_t clamp(int64_t v, int64_t min, int64_t max)
{
	return v < min ? min : v > max ? max : v;
}

/* An extreme that moved since @before is known exactly, another only by its bucket, and by the mean,
 * which is exact and lies between them. */
static void diff_extremes(struct tw_moments *m, struct range u, const struct tw_moments *now,
	const struct tw_moments *before)
{
	const tw_i128 n = (tw_i128)m->count;
	int64_t low;

	m->min = now->min < before->min ? now->min : clamp(middle(u.first), now->min, now->max);
	m->max = now->max > before->max ? now->max : clamp(middle(u.last), now->min, now->max);
	if (m->min > m->max)
		m->min = m->max;
	low = (int64_t)(m->sum / n - (m->sum % n < 0));
	m->min = m->min < low ? m->min : low;
	m->max = m->max > low + (m->sum % n != 0) ? m->max : low + (m->sum % n != 0);
}

static double sumsq_about(const struct tw_moments *m, int64_t ref)
{
	struct tw_moments at = {.count = 1, .ref = ref};

	at.sum = ref;
	at.min = at.max = ref;
	tw_moments_merge(&at, m);
	return at.sumsq;
}

void tw_series_diff(
	struct tw_series *dst, const struct tw_series *now, const struct tw_series *before)
{
	struct range u = used(now), nonzero = {TW_HIST_BUCKETS, 0};

	if (before->m.count == 0 || before->m.count > now->m.count) {
		tw_series_copy(dst, now);
		return;
	}
	tw_series_reset(dst);
	for (uint32_t i = u.first; i <= u.last; i++) {
		dst->h.bucket[i] = now->h.bucket[i] - before->h.bucket[i];
		if (dst->h.bucket[i] == 0)
			continue;
		if (nonzero.first > i)
			nonzero.first = i;
		nonzero.last = i;
	}
	dst->m.count = now->m.count - before->m.count;
	if (dst->m.count == 0)
		return;
	dst->m.ref = now->m.ref;
	dst->m.sum = now->m.sum - before->m.sum;
	dst->m.sumsq = fmax(0, now->m.sumsq - sumsq_about(&before->m, now->m.ref));
	diff_extremes(&dst->m, nonzero, &now->m, &before->m);
}

double tw_series_quantile(const struct tw_series *s, double q)
{
	struct range u = used(s);
	uint64_t rank, seen = 0;

	if (s->m.count == 0)
		return NAN;
	if (q <= 0)
		return (double)s->m.min;
	if (q >= 1)
		return (double)s->m.max;
	/* Nearest rank. The factor takes back what rounding may have added to an exact product. */
	rank = (uint64_t)ceil(q * (double)s->m.count * (1 - 1e-14));
	for (uint32_t i = u.first; i <= u.last; i++) {
		seen += s->h.bucket[i];
		if (seen >= rank)
			return (double)clamp(middle(i), s->m.min, s->m.max);
	}
	return (double)s->m.max;
}

uint64_t tw_series_negative(const struct tw_series *s)
{
	struct range u = used(s);
	uint64_t n = 0;

	for (uint32_t i = u.first; i <= u.last && i < TW_HIST_SIDE; i++)
		n += s->h.bucket[i];
	return n;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "nic_line.h"

#include <math.h>
#include <string.h>

/* What two quartz oscillators may drift against each other between two readings, or one be slewed
 * by whoever disciplines it; and what no bracket shows. Larger is a jump. */
#define DRIFT 50e-6
#define SLACK_SEC 5e-6
/* Nothing on a PCI bus answers faster. */
#define NARROW_NS 400
/* Two readings of a clock that stands are at least so far apart: parts of a second. */
#define STUCK_PART 1000

void tw_nic_line_init(struct tw_nic_line *l, uint64_t tsc_hz, uint8_t bits)
{
	memset(l, 0, sizeof(*l));
	l->tsc_hz = tsc_hz;
	l->bits = bits;
}

static const struct tw_nic_reading *newest(const struct tw_nic_line *l)
{
	return &l->r[(l->next + TW_NIC_WINDOW - 1) % TW_NIC_WINDOW];
}

static void keep(struct tw_nic_line *l, const struct tw_nic_reading *r)
{
	l->r[l->next] = *r;
	l->next = (l->next + 1) % TW_NIC_WINDOW;
	if (l->n < TW_NIC_WINDOW)
		l->n++;
}

static void restart(struct tw_nic_line *l, const struct tw_nic_reading *r)
{
	l->n = 0;
	l->next = 0;
	l->map.good = false;
	l->map.generation++;
	keep(l, r);
}

/* A line through all readings, the narrow ones first: sums around the newest one, so that doubles
 * have digits enough. */
struct fit {
	double weight, x, y; /* sum of weights, weighted means */
	double xx, xy;
	double slope; /* TSC ticks a NIC tick */
};

static double weight_of(const struct tw_nic_reading *r)
{
	double w = (double)r->width + 1;

	return 1 / (w * w);
}

static double x_of(const struct tw_nic_line *l, unsigned int i)
{
	return (double)(int64_t)(l->r[i].nic - newest(l)->nic);
}

static double y_of(const struct tw_nic_line *l, unsigned int i)
{
	return (double)(int64_t)(l->r[i].tsc - newest(l)->tsc);
}

static struct fit fit_line(const struct tw_nic_line *l)
{
	struct fit f = {0};

	for (unsigned int i = 0; i < l->n; i++) {
		double w = weight_of(&l->r[i]);

		f.weight += w;
		f.x += w * x_of(l, i);
		f.y += w * y_of(l, i);
	}
	f.x /= f.weight;
	f.y /= f.weight;
	for (unsigned int i = 0; i < l->n; i++) {
		double w = weight_of(&l->r[i]), dx = x_of(l, i) - f.x;

		f.xx += w * dx * dx;
		f.xy += w * dx * (y_of(l, i) - f.y);
	}
	f.slope = f.xx > 0 ? f.xy / f.xx : 0;
	return f;
}

/*
 * How far the line can be off, a while after the last reading. Each reading is right within half
 * its bracket, and the line is a weighted sum of them: so is the bound. What does not lie on a line
 * at all adds to it.
 */
static double bound(const struct tw_nic_line *l, const struct fit *f)
{
	double ahead = (double)l->tsc_hz * TW_NIC_HORIZON_SEC / f->slope, sum = 0, bent = 0;

	for (unsigned int i = 0; i < l->n; i++) {
		double dx = x_of(l, i) - f->x, half = (double)l->r[i].width / 2 + 1;
		double share = weight_of(&l->r[i]) * (1 / f->weight + (ahead - f->x) * dx / f->xx);
		double off = fabs(y_of(l, i) - f->y - f->slope * dx) - half;

		sum += fabs(share) * half;
		bent = off > bent ? off : bent;
	}
	return sum + bent;
}

static bool enough(const struct tw_nic_line *l)
{
	const struct tw_nic_reading *oldest = &l->r[l->n < TW_NIC_WINDOW ? 0 : l->next];

	return l->n >= TW_NIC_ENOUGH &&
	       newest(l)->tsc - oldest->tsc >= l->tsc_hz / TW_NIC_SPAN_PART;
}

static enum tw_nic_event settle(struct tw_nic_line *l)
{
	const struct tw_nic_reading *r = newest(l);
	struct tw_nic_map *m = &l->map;
	double one = (double)(1ULL << TW_NIC_SHIFT), half_turn, horizon, error;
	struct fit f;

	if (!enough(l))
		return TW_NIC_MORE;
	f = fit_line(l);
	if (!(f.slope > 1e-6 && f.slope < 1e6))
		return TW_NIC_MORE;
	m->nic0 = r->nic;
	m->tsc0 = r->tsc + (uint64_t)(int64_t)llround(f.y - f.slope * f.x);
	m->mult = (uint64_t)llround(f.slope * one);
	m->inverse = (uint64_t)llround(one / f.slope);
	error = bound(l, &f);
	m->error = error < 1e18 ? (uint64_t)ceil(error) : UINT64_MAX;
	m->bits = l->bits;
	/* Past half a turn nobody knows which turn it is. */
	horizon = (double)l->tsc_hz * TW_NIC_HORIZON_SEC;
	half_turn = ldexp(f.slope, l->bits - 1);
	m->until = r->tsc + (uint64_t)(half_turn / 2 < horizon ? half_turn / 2 : horizon);
	m->good = true;
	return TW_NIC_GOOD;
}

/*
 * Turns of a narrow counter between the newest reading and this one: as many as the line says, or
 * less than half of one.
 */
static uint64_t unwrap(const struct tw_nic_line *l, const struct tw_nic_reading *r)
{
	const struct tw_nic_reading *last = newest(l);
	uint64_t due = last->nic;

	if (l->map.good)
		due += (uint64_t)(((tw_u128)(r->tsc - last->tsc) * l->map.inverse) >> TW_NIC_SHIFT);
	return due + (uint64_t)tw_nic_diff(r->nic, due, l->bits);
}

/* Where the reading lies beside the line, TSC ticks. */
static double beside(const struct tw_nic_line *l, const struct tw_nic_reading *r)
{
	int64_t d = (int64_t)(r->nic - l->map.nic0);
	int64_t at = (int64_t)(((tw_i128)d * (tw_i128)l->map.mult) >> TW_NIC_SHIFT);

	return (double)(int64_t)(l->map.tsc0 + (uint64_t)at - r->tsc);
}

/* How far it may: the line's error grows with the time since the last reading. */
static double allowed(const struct tw_nic_line *l, const struct tw_nic_reading *r)
{
	double hz = (double)l->tsc_hz, dt = (double)(r->tsc - newest(l)->tsc);

	return (double)l->map.error * (1 + dt / (hz * TW_NIC_HORIZON_SEC)) + (double)r->width / 2 +
	       DRIFT * dt + SLACK_SEC * hz;
}

enum tw_nic_event tw_nic_line_add(struct tw_nic_line *l, const struct tw_nic_reading *reading)
{
	struct tw_nic_reading r = *reading;
	uint64_t mask = l->bits < 64 ? (1ULL << l->bits) - 1 : UINT64_MAX;

	if (l->n == 0) {
		keep(l, &r);
		return TW_NIC_MORE;
	}
	if (((r.nic ^ newest(l)->nic) & mask) == 0 &&
		r.tsc - newest(l)->tsc > l->tsc_hz / STUCK_PART) {
		l->stuck++;
		restart(l, &r);
		return TW_NIC_STUCK;
	}
	r.nic = unwrap(l, &r);
	if (l->map.good && fabs(beside(l, &r)) > allowed(l, &r)) {
		l->jump = beside(l, &r);
		l->jumps++;
		restart(l, reading);
		return TW_NIC_JUMPED;
	}
	keep(l, &r);
	return settle(l);
}

bool tw_nic_is_host_clock(const struct tw_nic_sandwich *s, unsigned int n, bool narrow)
{
	bool has_narrow = false;

	for (unsigned int i = 0; i < n; i++) {
		if (s[i].nic < s[i].before || s[i].nic > s[i].after)
			return false;
		has_narrow |= s[i].after - s[i].before < NARROW_NS;
	}
	return n > 0 && (!narrow || has_narrow);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_clock.h"

#include "tw_host.h"
#include "tw_ntp.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include <rte_cycles.h>

/* A difference larger than this is a step of CLOCK_REALTIME, a smaller one is slewed away. */
#define STEP_NS 500000
/* A residual is corrected over this time, by at most 50 ppm. */
#define SLEW_NS 1000000000LL
#define MAX_SLEW_PPM 50
/* A new map begins this fraction of a second after it is published. */
#define LEAD_FRACTION 1000
#define READINGS 7

struct reading {
	uint64_t tsc;
	int64_t real_ns;
	uint64_t width; /* TSC ticks of the bracket */
};

/* Best of several {TSC, CLOCK_REALTIME, TSC} brackets: the narrowest was disturbed least. */
static struct reading take_reading(void)
{
	struct reading best = {.width = UINT64_MAX};

	for (int i = 0; i < READINGS; i++) {
		struct timespec ts;
		uint64_t a = rte_rdtsc_precise();
		uint64_t b;

		clock_gettime(CLOCK_REALTIME, &ts);
		b = rte_rdtsc_precise();
		if (b - a < best.width) {
			best.width = b - a;
			best.tsc = a + (b - a) / 2;
			best.real_ns = (int64_t)ts.tv_sec * TW_NS_PER_SEC + ts.tv_nsec;
		}
	}
	return best;
}

/* 2^-64 s per tick for `ns` nanoseconds in `ticks` ticks. */
static uint64_t rate(int64_t ns, uint64_t ticks)
{
	/* ns * 2^64 / 1e9 / ticks without overflow: ns * 2^32 / 1e9 first has all the digits
	 * that a baseline of 20 ms and more can give. */
	tw_u128 span = ((tw_u128)(uint64_t)ns << 64) / (uint64_t)TW_NS_PER_SEC;

	return (uint64_t)(span / ticks);
}

static uint64_t ns_to_units(int64_t ns)
{
	return (uint64_t)tw_ns_to_span(tw_ns(ns)).v;
}

static void publish(struct tw_clock *c, const struct tw_clock_map *m)
{
	uint32_t s = atomic_load_explicit(&c->seq, memory_order_relaxed);

	atomic_store_explicit(&c->seq, s + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	c->previous = c->map;
	c->map = *m;
	atomic_store_explicit(&c->seq, s + 2, memory_order_release);
}

static void judge_error(struct tw_clock *c, struct tw_clock_map *m, uint64_t width)
{
	struct tw_host_clock st;
	int64_t mapping;

	c->bracket_ns = tw_span_to_ns((struct tw_span){(int64_t)tw_clock_ticks(m, width)}).v / 2;
	mapping = c->bracket_ns + 1;
	if (tw_host_clock(&st) < 0) {
		m->synchronised = false;
		m->error = ns_to_units(16 * TW_NS_PER_SEC);
		return;
	}
	m->synchronised = st.synchronised;
	m->error = ns_to_units(st.max_error_ns + mapping);
}

int tw_clock_init(struct tw_clock *c)
{
	struct tw_clock_map m = {0};
	struct timespec nap = {.tv_nsec = 20 * TW_NS_PER_MS};
	struct reading a, b;

	memset(c, 0, sizeof(*c));
	a = take_reading();
	nanosleep(&nap, NULL);
	b = take_reading();
	/* A step of CLOCK_REALTIME in these 20 ms would ruin the rate: measure again. */
	for (int i = 0; i < 5 && (b.real_ns <= a.real_ns || b.real_ns - a.real_ns > TW_NS_PER_SEC);
		i++) {
		a = take_reading();
		nanosleep(&nap, NULL);
		b = take_reading();
	}
	if (b.tsc <= a.tsc || b.real_ns <= a.real_ns)
		return -ENOTSUP;
	m.mult = rate(b.real_ns - a.real_ns, b.tsc - a.tsc);
	c->base_mult = m.mult;
	c->base_tsc = a.tsc;
	c->base_real = a.real_ns;
	m.tsc0 = b.tsc;
	m.mono0 = 1ULL << 40; /* never 0: 0 means "no stamp" in many tables */
	m.offset = tw_ntp_from_ns(tw_ns(b.real_ns)).v - m.mono0;
	m.offsets[0] = m.offset;
	judge_error(c, &m, b.width);
	c->last_tsc = b.tsc;
	c->lead = (((tw_u128)1 << 64) / m.mult) / LEAD_FRACTION;
	publish(c, &m);
	return 0;
}

/* Rate over the long baseline; restarted after 100 s so that it follows the kernel's own slewing. */
static void refresh_rate(struct tw_clock *c, const struct reading *r)
{
	int64_t ns = r->real_ns - c->base_real;

	if (ns < 20 * TW_NS_PER_MS)
		return;
	c->base_mult = rate(ns, r->tsc - c->base_tsc);
	if (ns > 100 * TW_NS_PER_SEC) {
		/* Keep half the baseline: move its start along the line just measured. */
		uint64_t half = (r->tsc - c->base_tsc) / 2;

		c->base_tsc += half;
		c->base_real =
			r->real_ns -
			tw_span_to_ns((struct tw_span){(int64_t)(((tw_u128)(r->tsc - c->base_tsc) *
									 c->base_mult) >>
								 32)})
				.v;
	}
}

void tw_clock_update(struct tw_clock *c)
{
	struct tw_clock_map m = c->map;
	struct reading r = take_reading();
	uint64_t mono = tw_clock_mono(&m, r.tsc);
	uint64_t wall = tw_ntp_from_ns(tw_ns(r.real_ns)).v;
	int64_t diff = tw_span_to_ns((struct tw_span){(int64_t)(wall - (mono + m.offset))}).v;
	uint64_t elapsed = tw_clock_ticks(&m, r.tsc - c->last_tsc);
	if ((int64_t)(r.tsc - m.tsc0) < 0)
		return; /* the last map has not even begun */
	/* What a 1000 ppm rate error could have done since the last look is not a step. */
	int64_t drift = tw_span_to_ns((struct tw_span){(int64_t)elapsed}).v / 1000;

	if (diff > STEP_NS + drift || diff < -STEP_NS - drift) {
		m.epoch++;
		m.offset = wall - mono;
		m.offsets[m.epoch % TW_CLOCK_EPOCHS] = m.offset;
		m.mult = c->base_mult;
		c->steps++;
		c->base_tsc = r.tsc;
		c->base_real = r.real_ns;
	} else {
		int64_t adjust, limit;

		refresh_rate(c, &r);
		limit = (int64_t)(c->base_mult / 1000000 * MAX_SLEW_PPM);
		adjust = (int64_t)((tw_i128)(int64_t)c->base_mult * diff / SLEW_NS);
		if (adjust > limit)
			adjust = limit;
		if (adjust < -limit)
			adjust = -limit;
		m.mult = c->base_mult + (uint64_t)adjust;
	}
	/* The old line goes on until the new one begins, where both meet. */
	m.tsc0 = rte_rdtsc() + c->lead;
	m.mono0 = tw_clock_mono(&c->map, m.tsc0);
	judge_error(c, &m, r.width);
	if (diff < 0)
		diff = -diff;
	if (diff < STEP_NS)
		m.error += ns_to_units(diff);
	c->last_tsc = r.tsc;
	publish(c, &m);
}

/* The map that holds now; the first one has no predecessor. */
static const struct tw_clock_map *holding(const struct tw_clock *c, uint64_t tsc)
{
	bool begun = (int64_t)(tsc - c->map.tsc0) >= 0;

	return begun || c->previous.mult == 0 ? &c->map : &c->previous;
}

bool tw_clock_read(const struct tw_clock *c, struct tw_clock_map *m, uint64_t tsc)
{
	do {
		uint32_t s = atomic_load_explicit(&c->seq, memory_order_acquire);
		const struct tw_clock_map *from = holding(c, tsc);
		struct tw_clock_map copy;

		if ((s & 1) || from->tsc0 == m->tsc0)
			continue;
		copy = *from;
		atomic_thread_fence(memory_order_acquire);
		if (atomic_load_explicit(&c->seq, memory_order_relaxed) == s) {
			*m = copy;
			return true;
		}
	} while (m->mult == 0);
	return false;
}

uint64_t tw_clock_tsc_at(const struct tw_clock_map *m, uint64_t mono)
{
	tw_u128 d;

	if (mono <= m->mono0)
		return m->tsc0;
	d = (tw_u128)(mono - m->mono0) << 32;
	return m->tsc0 + (uint64_t)(d / m->mult);
}

struct tw_ntp tw_clock_wall_now(const struct tw_clock_map *m)
{
	return (struct tw_ntp){tw_clock_mono(m, rte_rdtsc()) + m->offset};
}

uint16_t tw_clock_error_estimate(const struct tw_clock_map *m, uint64_t spread)
{
	return tw_error_estimate_encode(
		(struct tw_span){(int64_t)(m->error + spread)}, m->synchronised, false);
}

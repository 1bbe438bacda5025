/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "kernel_time.h"

#include "tw_int128.h"

/* The rate is measured anew after so long. */
#define BASE_NS 100000000
/* What a clock that is slewed may be off against the TSC's last known rate: parts. */
#define SLEW_PART 1000
#define STEP_LEAST_NS 1000
/* Less may be a reading that was disturbed: it is of no account for more than one burst. */
#define STEP_KEPT_NS 100000
/* A stamp may be so much older than the moment at which its packet is to be seen. */
#define HIDDEN_US 1000

static uint64_t rate(const struct tw_kernel_reading *from, const struct tw_kernel_reading *to)
{
	return (uint64_t)(((tw_u128)(to->tsc - from->tsc) << 32) / (uint64_t)(to->ns - from->ns));
}

static int64_t ns_of(const struct tw_kernel_time *t, uint64_t ticks)
{
	return (int64_t)(((tw_u128)ticks << 32) / t->ticks_per_ns);
}

bool tw_kernel_time_init(struct tw_kernel_time *t, const struct tw_kernel_reading *first,
	const struct tw_kernel_reading *second)
{
	if (second->ns <= first->ns || second->tsc <= first->tsc)
		return false;
	*t = (struct tw_kernel_time){.last = *second, .base = *second};
	t->ticks_per_ns = rate(first, second);
	t->us = (t->ticks_per_ns * 1000) >> 32;
	/* a TSC of less than 50 MHz or more than 50 GHz: the clock was set between the readings */
	return t->us >= 50 && t->us <= 50000;
}

void tw_kernel_time_look(struct tw_kernel_time *t, const struct tw_kernel_reading *r)
{
	int64_t passed = ns_of(t, r->tsc - t->last.tsc), off = r->ns - t->last.ns - passed;
	int64_t most = STEP_LEAST_NS + passed / SLEW_PART + ns_of(t, r->width + t->last.width);
	bool set = off > most || off < -most;

	t->fresh = set && (off > STEP_KEPT_NS || off < -STEP_KEPT_NS);
	if (t->fresh)
		t->kept += off;
	/* there and back */
	if (t->kept < STEP_KEPT_NS && t->kept > -STEP_KEPT_NS)
		t->kept = 0;
	t->step = set && !t->fresh ? t->kept + off : t->kept;
	t->last = *r;
	if (set) {
		t->base = *r;
	} else if (r->ns - t->base.ns >= BASE_NS) {
		t->ticks_per_ns = rate(&t->base, r);
		t->base = *r;
	}
}

void tw_kernel_time_drained(struct tw_kernel_time *t)
{
	/* a packet may have come between the burst and the reading that followed it */
	if (!t->fresh)
		t->kept = t->step = 0;
	t->fresh = false;
}

static uint64_t tsc_of_age(const struct tw_kernel_time *t, int64_t age)
{
	return t->last.tsc - (uint64_t)(((tw_i128)age * (tw_i128)t->ticks_per_ns) >> 32);
}

static bool possible(const struct tw_kernel_time *t, int64_t age, uint64_t since)
{
	uint64_t from = since - HIDDEN_US * t->us;

	/* the reading may have been a little early */
	return tsc_of_age(t, age) - from <= t->last.tsc + t->last.width + t->us - from;
}

bool tw_kernel_time_tsc(
	const struct tw_kernel_time *t, int64_t stamp_ns, uint64_t since, uint64_t *ret_tsc)
{
	int64_t age = t->last.ns - stamp_ns, before = age - t->step;

	if (__builtin_expect(t->step != 0, 0)) {
		if (possible(t, age, since) == possible(t, before, since))
			return false;
		if (!possible(t, age, since))
			age = before;
	}
	*ret_tsc = tsc_of_age(t, age);
	return true;
}

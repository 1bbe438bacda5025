/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_pace.h"

#include <errno.h>
#include <string.h>

/* 2^-32 s */
#define UNIT ((tw_u128)1 << 64)
/* Longest step in 2^-32 s: 40 times it, the largest exponential deviate, still fits. */
#define MAX_STEP (1ULL << 56)
/* More Poisson gaps than this are not drawn one by one when they are skipped. */
#define MAX_DRAWS 65536

/* num / den seconds in 2^-96 s, rounded up; 0 when out of range. */
static tw_u128 step_of(tw_u128 num, uint64_t den)
{
	tw_u128 whole, rest, fraction;

	if (num >> 88)
		return 0;
	whole = (num << 32) / den;
	rest = ((num << 32) % den) << 64;
	fraction = rest / den + (rest % den != 0);
	if (whole >= MAX_STEP)
		return 0;
	return (whole << 64) + fraction;
}

static int init(struct tw_pace *p, enum tw_pace_kind kind, tw_u128 seconds_num,
	uint64_t seconds_den, tw_u128 least, uint32_t burst, uint64_t seed)
{
	tw_u128 step;

	if (seconds_num == 0 || seconds_den == 0 || burst == 0 ||
		(kind != TW_PACE_PERIODIC && kind != TW_PACE_POISSON))
		return -EINVAL;
	step = step_of(seconds_num, seconds_den);
	if (step < least)
		return -ERANGE;
	memset(p, 0, sizeof(*p));
	p->kind = kind;
	p->step = step;
	p->burst = burst;
	p->left = burst;
	tw_rand_init(&p->rand, seed);
	return 0;
}

int tw_pace_init(struct tw_pace *p, enum tw_pace_kind kind, uint64_t num, uint64_t den,
	uint32_t burst, uint64_t seed)
{
	int rc = init(p, kind, (tw_u128)den * burst, num, UNIT, burst, seed);

	if (rc == 0)
		p->inverse = (uint64_t)(~(tw_u128)0 / p->step);
	return rc;
}

int tw_pace_init_interval(struct tw_pace *p, enum tw_pace_kind kind, struct tw_ns interval,
	uint32_t burst, uint64_t seed)
{
	if (interval.v <= 0)
		return -EINVAL;
	return tw_pace_init(p, kind, TW_NS_PER_SEC, (uint64_t)interval.v, burst, seed);
}

int tw_pace_init_bits(struct tw_pace *p, enum tw_pace_kind kind, uint64_t bits_per_second,
	uint32_t burst, uint64_t seed)
{
	/* The step is of one octet; the burst is in the octets that are added up. */
	return init(p, kind, 8, bits_per_second, 1, burst, seed);
}

int tw_pace_init_list(struct tw_pace *p, const uint64_t *offsets, uint32_t n, uint64_t cycle)
{
	if (n == 0 || (cycle && cycle < offsets[n - 1]))
		return -EINVAL;
	for (uint32_t i = 1; i < n; i++)
		if (offsets[i] < offsets[i - 1])
			return -EINVAL;
	memset(p, 0, sizeof(*p));
	p->kind = TW_PACE_LIST;
	p->offsets = offsets;
	p->n_offsets = n;
	p->cycle = cycle;
	return 0;
}

int tw_pace_init_gaps(struct tw_pace *p, const struct tw_pace_gap *gaps, uint32_t n, uint64_t seed)
{
	tw_u128 sum = 0;

	if (n == 0 || n > TW_PACE_GAPS_MAX)
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++) {
		if (gaps[i].mean >= MAX_STEP)
			return -ERANGE;
		sum += gaps[i].mean;
	}
	if (sum == 0)
		return -EINVAL;
	memset(p, 0, sizeof(*p));
	p->kind = TW_PACE_GAPS;
	p->gaps = gaps;
	p->n_gaps = n;
	p->step = (sum << 64) / n; /* on average */
	tw_rand_init(&p->rand, seed);
	return 0;
}

void tw_pace_init_max(struct tw_pace *p)
{
	memset(p, 0, sizeof(*p));
	p->kind = TW_PACE_MAX;
}

/* An exponential deviate of that mean, both in 2^-96 s. */
static tw_u128 deviate(struct tw_pace *p, tw_u128 mean)
{
	/* of mean 1 it is below 37: 2^57 times that fits 63 bits */
	uint64_t e = (uint64_t)(tw_rand_exp(&p->rand) * 0x1p57);
	tw_u128 whole = (tw_u128)e * (uint64_t)(mean >> 64), part = (tw_u128)e * (uint64_t)mean;

	return (whole << 7) + (part >> 57);
}

/* An exponential gap with a mean of @steps steps. */
static tw_u128 gap(struct tw_pace *p, uint32_t steps)
{
	return deviate(p, p->step * steps);
}

/* The gap whose turn it is. */
static tw_u128 next_gap(struct tw_pace *p)
{
	const struct tw_pace_gap *g = &p->gaps[p->pos];
	tw_u128 mean = (tw_u128)g->mean << 64;

	if (++p->pos == p->n_gaps)
		p->pos = 0;
	return g->exponential ? deviate(p, mean) : mean;
}

void tw_pace_start(struct tw_pace *p, uint64_t start)
{
	p->due = (tw_u128)start << 64;
	p->left = p->burst;
	p->octets = 0;
	if (p->kind == TW_PACE_POISSON)
		p->due += gap(p, 1);
	if (p->kind == TW_PACE_LIST) {
		p->pos = 0;
		p->cycle_start = start;
		p->due += (tw_u128)p->offsets[0] << 64;
	}
	if (p->kind == TW_PACE_GAPS) {
		p->pos = 0;
		p->due += next_gap(p);
	}
	if (p->kind == TW_PACE_MAX)
		p->due = 0;
}

void tw_pace_stagger(struct tw_pace *p, uint32_t i, uint32_t n)
{
	p->due += p->step / n * i;
}

static void advance_list(struct tw_pace *p)
{
	if (p->pos == p->n_offsets)
		return;
	if (++p->pos == p->n_offsets) {
		if (p->cycle == 0) {
			p->due = (tw_u128)TW_PACE_NEVER << 64;
			return;
		}
		p->pos = 0;
		p->cycle_start += p->cycle;
	}
	p->due = (tw_u128)(p->cycle_start + p->offsets[p->pos]) << 64;
}

void tw_pace_advance_other(struct tw_pace *p)
{
	if (p->kind == TW_PACE_LIST) {
		advance_list(p);
	} else if (p->kind == TW_PACE_GAPS) {
		p->due += next_gap(p);
	} else if (p->kind == TW_PACE_POISSON && --p->left == 0) {
		p->left = p->burst;
		p->due += gap(p, 1);
	}
}

void tw_pace_advance_octets(struct tw_pace *p, uint32_t octets)
{
	p->octets += octets;
	if (--p->left)
		return;
	p->left = p->burst;
	p->due += p->kind == TW_PACE_POISSON ? gap(p, p->octets) : p->step * p->octets;
	p->octets = 0;
}

/* Evenly spaced packets: how many by one multiplication, at most two too few. */
static uint32_t take_even(struct tw_pace *p, uint64_t now, uint32_t max)
{
	tw_u128 end = (tw_u128)now << 64 | UINT64_MAX;
	uint64_t n = 1 + (uint64_t)((tw_u128)(now - tw_pace_due(p)) * p->inverse >> 64);

	if (n > max)
		n = max;
	while (n < max && p->due + p->step * n <= end)
		n++;
	p->due += p->step * n;
	return (uint32_t)n;
}

uint32_t tw_pace_take(struct tw_pace *p, uint64_t now, uint32_t max)
{
	uint32_t n = 0;

	if (p->kind == TW_PACE_MAX)
		return max;
	if (max == 0 || tw_pace_due(p) > now)
		return 0;
	if (p->kind == TW_PACE_PERIODIC && p->burst == 1)
		return take_even(p, now, max);
	for (; n < max && tw_pace_due(p) <= now; n++)
		tw_pace_advance(p);
	return n;
}

/* Steps that are due before @now; the first one is. */
static uint64_t steps_before(const struct tw_pace *p, uint64_t now)
{
	return (uint64_t)((((tw_u128)now << 64) - p->due + p->step - 1) / p->step);
}

static uint64_t skip_periodic(struct tw_pace *p, uint64_t now)
{
	uint64_t steps = steps_before(p, now);
	uint64_t packets = p->left + (steps - 1) * p->burst;

	p->due += p->step * steps;
	p->left = p->burst;
	return packets;
}

/* So many gaps that their number is as good as its mean; what follows does not remember. */
static uint64_t skip_many_gaps(struct tw_pace *p, uint64_t now)
{
	uint64_t packets;

	if (p->kind == TW_PACE_GAPS) {
		packets = steps_before(p, now);
		p->due = (tw_u128)now << 64;
		return packets;
	}
	packets = p->left + (steps_before(p, now) - 1) * p->burst;

	p->left = p->burst;
	p->due = ((tw_u128)now << 64) + gap(p, 1);
	return packets;
}

uint64_t tw_pace_skip(struct tw_pace *p, uint64_t now)
{
	uint64_t n = 0;

	if (p->kind == TW_PACE_MAX || tw_pace_due(p) >= now)
		return 0;
	if (p->kind == TW_PACE_PERIODIC)
		return skip_periodic(p, now);
	if ((p->kind == TW_PACE_POISSON || p->kind == TW_PACE_GAPS) &&
		steps_before(p, now) > MAX_DRAWS)
		return skip_many_gaps(p, now);
	for (; tw_pace_due(p) < now; n++)
		tw_pace_advance(p);
	return n;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_variation.h"

#include <math.h>
#include <string.h>

#define SLOT(seq) ((seq) % TW_VARIATION_WINDOW)
#define ALL ((1U << TW_DIRECTIONS) - 1)
#define ROUNDTRIP_ONLY (1U << TW_ROUNDTRIP)

void tw_variation_init(struct tw_variation *v)
{
	memset(v, 0, sizeof(*v));
}

/* Directions in which the packet with number @seq has a delay: none when it is not there. */
static unsigned int known(const struct tw_variation *v, uint64_t seq)
{
	if (v->slot[SLOT(seq)].tag != seq + 2)
		return 0;
	return v->partial >> SLOT(seq) & 1 ? ROUNDTRIP_ONLY : ALL;
}

static void jitter_step(struct tw_variation *v, unsigned int dir, int64_t d)
{
	uint64_t size = tw_variation_size(tw_variation_sub(d, v->last[dir]));

	if (size > TW_VARIATION_MAX_STEP)
		size = TW_VARIATION_MAX_STEP;
	v->jitter16[dir] += size - ((v->jitter16[dir] + 8) >> 4);
	v->pairs[dir]++;
}

/* Usual ones since the others were brought up to date. */
static uint64_t steps(const struct tw_variation *v)
{
	return v->usual - v->usual_from;
}

/*
 * The usual has come to an end: what it left out. Of its numbers only the last can be a neighbour of
 * one that is still to come: those between have both of theirs.
 */
static void catch_up(struct tw_variation *v)
{
	uint64_t n = steps(v);

	if (v->usual == 0)
		return;
	v->top = v->usual - 2;
	for (uint64_t i = 1; i <= n && i <= TW_VARIATION_WINDOW; i++)
		v->slot[SLOT(v->top - i)].tag = 0;
	if (n) {
		v->slot[SLOT(v->top - 1)].tag = v->top + 1;
		memcpy(v->slot[SLOT(v->top - 1)].d, v->last, sizeof(v->last));
	}
	for (unsigned int i = 0; i < TW_DIRECTIONS; i++)
		v->pairs[i] += n;
	v->usual = v->usual_from = 0;
}

void tw_variation_record_other(struct tw_variation *v, uint64_t sseq, const int64_t *d,
	struct tw_series *ipdv, bool one_way)
{
	unsigned int dirs = one_way ? ALL : ROUNDTRIP_ONLY;
	struct tw_variation_slot *here = &v->slot[SLOT(sseq)];
	unsigned int before, after;

	catch_up(v);
	before = dirs & known(v, sseq - 1);
	after = dirs & known(v, sseq + 1);
	for (unsigned int i = 0; i < TW_DIRECTIONS; i++) {
		if (dirs & v->started & 1U << i)
			jitter_step(v, i, d[i]);
		if (dirs & 1U << i)
			v->last[i] = d[i];
		if (before & 1U << i)
			tw_series_record(
				&ipdv[i], tw_variation_sub(d[i], v->slot[SLOT(sseq - 1)].d[i]));
		if (after & 1U << i)
			tw_series_record(
				&ipdv[i], tw_variation_sub(v->slot[SLOT(sseq + 1)].d[i], d[i]));
		here->d[i] = d[i];
	}
	v->started |= dirs;
	here->tag = sseq + 2;
	if (one_way)
		v->partial &= ~(1U << SLOT(sseq));
	else
		v->partial |= 1U << SLOT(sseq);
	if (sseq < v->top)
		return;
	v->top = sseq + 1;
	if (v->started == ALL && v->partial == 0)
		v->usual = v->usual_from = sseq + 3;
}

double tw_variation_jitter(const struct tw_variation *v, enum tw_direction dir)
{
	return v->pairs[dir] + steps(v) ? (double)v->jitter16[dir] / 16 : NAN;
}

void tw_variation_add_jitter(const struct tw_variation *v, struct tw_result *r)
{
	double one[TW_DIRECTIONS];

	if (v->pairs[TW_ROUNDTRIP] + steps(v) == 0)
		return;
	for (unsigned int i = 0; i < TW_DIRECTIONS; i++)
		one[i] = tw_variation_jitter(v, (enum tw_direction)i);
	tw_jitter_merge(r, one, 1);
}

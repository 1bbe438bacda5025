/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_VARIATION_H
#define TW_VARIATION_H

/**
 * @file
 * Delay variation of one stream: RFC 3550 jitter, packets in order of arrival, and RFC 3393
 * IPDV of packets whose sender numbers are consecutive, in whichever order they arrive. (PDV
 * needs no state: its quantiles are those of the delay less the minimum.) Delays are in 2^-32 s;
 * constant clock offsets cancel. State belongs to the worker that receives the replies.
 */

#include "tw_result.h"

#include <stdint.h>

/** How many sender numbers back a neighbour is looked for; a power of two, 32 at most. */
#define TW_VARIATION_WINDOW 16

struct tw_variation_slot {
	uint64_t tag; /**< sender number + 2; 0 = none */
	int64_t d[TW_DIRECTIONS];
};

struct tw_variation {
	uint64_t jitter16[TW_DIRECTIONS]; /**< sixteen times the jitter (RFC 3550 appendix A.8) */
	int64_t last[TW_DIRECTIONS];
	uint64_t pairs[TW_DIRECTIONS]; /**< steps of the estimator */
	uint32_t started;              /**< bit per direction: last[] is set */
	uint32_t partial;              /**< bit per slot: only its round trip is known */
	struct tw_variation_slot slot[TW_VARIATION_WINDOW];
};

/** Start a run: no packet seen. */
void tw_variation_init(struct tw_variation *v);

/** The first replies, and those next to a packet without one-way delays. */
void tw_variation_record_other(struct tw_variation *v, uint64_t sseq, const int64_t *d,
	struct tw_series *ipdv, bool one_way);

/** a - b modulo 2^64: clocks may be lifetimes apart. */
static inline int64_t tw_variation_sub(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

static inline void tw_variation_jitter_step(struct tw_variation *v, unsigned int dir, int64_t d)
{
	int64_t diff = tw_variation_sub(d, v->last[dir]);
	uint64_t size = diff < 0 ? -(uint64_t)diff : (uint64_t)diff;

	/* 2 years: beyond it sixteen times the jitter would wrap */
	if (size > 1ULL << 58)
		size = 1ULL << 58;
	v->jitter16[dir] += size - ((v->jitter16[dir] + 8) >> 4);
	v->last[dir] = d;
	v->pairs[dir]++;
}

/**
 * Record a first reply in time.
 * @param sseq  sender's number, unwrapped
 * @param d     delay by enum tw_direction, 2^-32 s
 * @param ipdv  series by enum tw_direction to record differences in
 */
static inline void tw_variation_record(
	struct tw_variation *v, uint64_t sseq, const int64_t *d, struct tw_series *ipdv)
{
	const struct tw_variation_slot *before = &v->slot[(sseq - 1) % TW_VARIATION_WINDOW];
	const struct tw_variation_slot *after = &v->slot[(sseq + 1) % TW_VARIATION_WINDOW];
	struct tw_variation_slot *here = &v->slot[sseq % TW_VARIATION_WINDOW];

	if (__builtin_expect(v->started != (1U << TW_DIRECTIONS) - 1 || v->partial, 0)) {
		tw_variation_record_other(v, sseq, d, ipdv, true);
		return;
	}
	for (unsigned int i = 0; i < TW_DIRECTIONS; i++)
		tw_variation_jitter_step(v, i, d[i]);
	if (__builtin_expect(before->tag == sseq + 1, 1))
		for (unsigned int i = 0; i < TW_DIRECTIONS; i++)
			tw_series_record(&ipdv[i], tw_variation_sub(d[i], before->d[i]));
	if (__builtin_expect(after->tag == sseq + 3, 0))
		for (unsigned int i = 0; i < TW_DIRECTIONS; i++)
			tw_series_record(&ipdv[i], tw_variation_sub(after->d[i], d[i]));
	here->tag = sseq + 2;
	for (unsigned int i = 0; i < TW_DIRECTIONS; i++)
		here->d[i] = d[i];
}

/** Record a first reply in time whose one-way delays are not defined (negative residence). */
static inline void tw_variation_record_roundtrip(
	struct tw_variation *v, uint64_t sseq, int64_t roundtrip, struct tw_series *ipdv)
{
	const int64_t d[TW_DIRECTIONS] = {[TW_ROUNDTRIP] = roundtrip};

	tw_variation_record_other(v, sseq, d, ipdv, false);
}

/** Jitter in 2^-32 s; NaN before the second delay. */
double tw_variation_jitter(const struct tw_variation *v, enum tw_direction dir);

/** Take one stream's jitter into the mean over streams of @p r. */
void tw_variation_add_jitter(const struct tw_variation *v, struct tw_result *r);

#endif

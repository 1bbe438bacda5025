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

#include <stdbool.h>
#include <stdint.h>

/** How many sender numbers back a neighbour is looked for; a power of two, 32 at most. */
#define TW_VARIATION_WINDOW 16

struct tw_variation_slot {
	uint64_t tag; /**< sender number + 2; 0 = none */
	int64_t d[TW_DIRECTIONS];
};

struct tw_variation {
	/* the hot line: what is usual moves nothing but this, and not usual_from; slots and pairs[]
	 * are brought up to date when it ends */
	int64_t last[TW_DIRECTIONS]; /**< delays of the packet that came last */
	/**
	 * Tag of the number that comes next while packets come in order and with all delays; 0:
	 * the last one was not so.
	 */
	uint64_t usual;
	uint64_t jitter16[TW_DIRECTIONS]; /**< sixteen times the jitter (RFC 3550 appendix A.8) */
	uint64_t usual_from; /**< what usual was when that began: the difference are usual ones */

	struct tw_variation_slot slot[TW_VARIATION_WINDOW];
	uint64_t pairs[TW_DIRECTIONS]; /**< steps of the estimator */
	uint64_t top;                  /**< highest number so far + 1 */
	uint32_t started;              /**< bit per direction: last[] is set */
	uint32_t partial;              /**< bit per slot: only its round trip is known */
};

/** Start a run: no packet seen. */
void tw_variation_init(struct tw_variation *v);

/** What is not usual. */
void tw_variation_record_other(struct tw_variation *v, uint64_t sseq, const int64_t *d,
	struct tw_series *ipdv, bool one_way);

/** a - b modulo 2^64: clocks may be lifetimes apart. */
static inline int64_t tw_variation_sub(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

/** Beyond it, 2 years, sixteen times the jitter would wrap. */
#define TW_VARIATION_MAX_STEP (1ULL << 58)

static inline uint64_t tw_variation_size(int64_t diff)
{
	return diff < 0 ? -(uint64_t)diff : (uint64_t)diff;
}

/**
 * Record a first reply in time if it is of the usual kind: the next in order.
 * @param ret_diff  by enum tw_direction, what tw_variation_record() would record
 * @return false: it is not, and nothing was done
 */
static inline bool tw_variation_next(
	struct tw_variation *v, uint64_t sseq, const int64_t *d, int64_t *ret_diff)
{
	uint64_t tag = sseq + 2, size[TW_DIRECTIONS], all = 0;

	for (unsigned int i = 0; i < TW_DIRECTIONS; i++) {
		ret_diff[i] = tw_variation_sub(d[i], v->last[i]);
		size[i] = tw_variation_size(ret_diff[i]);
		all |= size[i];
	}
	if (__builtin_expect((v->usual != tag) | (all >= TW_VARIATION_MAX_STEP), 0))
		return false;
	v->usual = tag + 1;
	for (unsigned int i = 0; i < TW_DIRECTIONS; i++) {
		v->jitter16[i] += size[i] - ((v->jitter16[i] + 8) >> 4);
		v->last[i] = d[i];
	}
	return true;
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
	int64_t diff[TW_DIRECTIONS];

	if (__builtin_expect(!tw_variation_next(v, sseq, d, diff), 0)) {
		tw_variation_record_other(v, sseq, d, ipdv, true);
		return;
	}
	for (unsigned int i = 0; i < TW_DIRECTIONS; i++)
		tw_series_record(&ipdv[i], diff[i]);
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

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_PACE_H
#define TW_PACE_H

/**
 * @file
 * When the next packet is due: absolute schedules in fixed point. Instants are of the caller's
 * monotonic clock in 2^-32 s and come in as arguments; no clock is read here.
 *
 * A period is kept in 2^-96 s, rounded up: the n-th instant of a periodic schedule is start + n
 * periods, rounded down to the unit, exactly for any n that can be sent (after 2^32 packets it
 * can be one unit more).
 */

#include "tw_int128.h"
#include "tw_rand.h"
#include "tw_time.h"

#include <stdbool.h>
#include <stdint.h>

/** Due instant of a schedule that has come to its end. */
#define TW_PACE_NEVER UINT64_MAX

enum tw_pace_kind {
	TW_PACE_PERIODIC,
	TW_PACE_POISSON, /**< exponential gaps (RFC 2330 section 11.1.1, RFC 3432) */
	TW_PACE_LIST,    /**< given offsets */
	TW_PACE_GAPS, /**< given gaps, fixed or exponential, over and over (RFC 4656 section 3.6) */
	TW_PACE_MAX,  /**< always due */
};

/** One slot of a TW_PACE_GAPS schedule. */
struct tw_pace_gap {
	uint64_t mean;    /**< 2^-32 s, below 2^56 */
	bool exponential; /**< drawn with that mean; false: exactly that */
};

/** Gaps in one schedule. */
#define TW_PACE_GAPS_MAX 256

/** A schedule. w: the worker that sends by it. */
struct tw_pace {
	tw_u128 due;      /**< next packet, 2^-96 s */
	tw_u128 step;     /**< from burst to burst (mean), 2^-96 s; of one octet for a bit rate */
	uint64_t inverse; /**< 2^64 / step in 2^-32 s, rounded down */
	enum tw_pace_kind kind;
	uint32_t burst;
	uint32_t left;   /**< packets left in this burst */
	uint32_t octets; /**< of this burst so far, for a bit rate */
	/* list */
	uint32_t pos;
	uint32_t n_offsets;
	const uint64_t *offsets;
	uint64_t cycle;
	uint64_t cycle_start;
	/* gaps: pos is the next of them */
	uint32_t n_gaps;
	const struct tw_pace_gap *gaps;
	/* Poisson and gaps */
	struct tw_rand rand;
};

/**
 * Packets at @p num / @p den per second, @p burst of them back to back each time, so that the
 * rate is kept.
 *
 * @param kind   TW_PACE_PERIODIC or TW_PACE_POISSON
 * @param burst  1 for evenly spaced packets
 * @param seed   of the Poisson gaps
 * @return 0
 *   -EINVAL  a zero, or another kind
 *   -ERANGE  above 2^32 bursts a second, or less than one in 194 days
 */
int tw_pace_init(struct tw_pace *p, enum tw_pace_kind kind, uint64_t num, uint64_t den,
	uint32_t burst, uint64_t seed);

/** The same with the gap between packets given. */
int tw_pace_init_interval(struct tw_pace *p, enum tw_pace_kind kind, struct tw_ns interval,
	uint32_t burst, uint64_t seed);

/** The same with the rate in bit/s given; use tw_pace_advance_octets(). */
int tw_pace_init_bits(struct tw_pace *p, enum tw_pace_kind kind, uint64_t bits_per_second,
	uint32_t burst, uint64_t seed);

/**
 * Packets at given offsets from the start.
 * @param offsets  2^-32 s, not falling; kept by the caller
 * @param cycle    repeat after so long (2^-32 s, not before the last offset); 0 = end
 * @return 0
 *   -EINVAL  no offsets, falling ones, or a cycle that is too short
 */
int tw_pace_init_list(struct tw_pace *p, const uint64_t *offsets, uint32_t n, uint64_t cycle);

/**
 * Packets a gap apart: the first one gap 0 after the start, and so on, from the last gap back to
 * gap 0.
 * @param gaps  1..TW_PACE_GAPS_MAX of them, not all of them zero; kept by the caller
 * @return 0
 *   -EINVAL  no gaps, too many, or nothing but zeros
 *   -ERANGE  a gap is too long
 */
int tw_pace_init_gaps(struct tw_pace *p, const struct tw_pace_gap *gaps, uint32_t n, uint64_t seed);

/** Always due. */
void tw_pace_init_max(struct tw_pace *p);

/** Begin at @p start. The first packet is due then; of a Poisson schedule or of gaps a gap later. */
void tw_pace_start(struct tw_pace *p, uint64_t start);

/** Shift a schedule that was started by @p i / @p n of its step, to spread streams. */
void tw_pace_stagger(struct tw_pace *p, uint32_t i, uint32_t n);

/** When the next packet is due; TW_PACE_NEVER behind the end of a list. */
static inline uint64_t tw_pace_due(const struct tw_pace *p)
{
	return (uint64_t)(p->due >> 64);
}

/** What is not periodic; called by the inline functions below. */
void tw_pace_advance_other(struct tw_pace *p);

/** The packet that was due is sent (or given up): on to the next. */
static inline void tw_pace_advance(struct tw_pace *p)
{
	if (__builtin_expect(p->kind != TW_PACE_PERIODIC, 0)) {
		tw_pace_advance_other(p);
		return;
	}
	if (--p->left == 0) {
		p->left = p->burst;
		p->due += p->step;
	}
}

/** The same for a bit rate: the packet took @p octets on the wire. */
void tw_pace_advance_octets(struct tw_pace *p, uint32_t octets);

/**
 * Take what is due by @p now, @p max packets at most.
 * @return how many; the schedule is advanced by as many
 */
uint32_t tw_pace_take(struct tw_pace *p, uint64_t now, uint32_t max);

/**
 * Give up what was due before @p now, without leaving the schedule: the way out when it is too
 * late to catch up. Not for a bit rate, whose packets' lengths only the caller knows.
 * @return how many packets were given up
 */
uint64_t tw_pace_skip(struct tw_pace *p, uint64_t now);

/**
 * Catch-up rule: a schedule that is at most @p horizon behind is left to catch up; one that is
 * more behind is skipped forward to @p now.
 * @return how many packets were given up
 */
static inline uint64_t tw_pace_catch_up(struct tw_pace *p, uint64_t now, uint64_t horizon)
{
	uint64_t due = tw_pace_due(p);

	if (__builtin_expect(due >= now || now - due <= horizon, 1))
		return 0;
	return tw_pace_skip(p, now);
}

#endif

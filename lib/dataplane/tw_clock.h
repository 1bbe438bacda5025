/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_CLOCK_H
#define TW_CLOCK_H

/**
 * @file
 * From the TSC to wall time.
 *
 * Two scales. "mono" (2^-32 s) follows the rate of CLOCK_REALTIME and never jumps: deadlines and
 * round trips live on it. Wall time is mono plus an offset that changes only when somebody steps
 * CLOCK_REALTIME; every such change is a new epoch. The control core measures and publishes, each
 * worker holds a copy and refreshes it in its housekeeping. The nominal TSC frequency is never
 * used: DPDK rounds it.
 */

#include "tw_int128.h"
#include "tw_time.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/** Offsets remembered: a reply may echo a T1 that was written this many steps ago. */
#define TW_CLOCK_EPOCHS 64

/** One linear piece: good from tsc0 until the next one is published. */
struct tw_clock_map {
	uint64_t tsc0;
	uint64_t mono0;  /**< 2^-32 s */
	uint64_t mult;   /**< 2^-64 s per TSC tick */
	uint64_t offset; /**< wall (NTP 32.32) = mono + offset */
	uint64_t error;  /**< bound against UTC, 2^-32 s */
	uint16_t epoch;  /**< increments with every step of CLOCK_REALTIME */
	bool synchronised;
	uint64_t offsets[TW_CLOCK_EPOCHS]; /**< by epoch modulo TW_CLOCK_EPOCHS */
};

/** mono of a TSC reading taken at or after map->tsc0. */
static inline uint64_t tw_clock_mono(const struct tw_clock_map *m, uint64_t tsc)
{
	return m->mono0 + (uint64_t)(((tw_u128)(tsc - m->tsc0) * m->mult) >> 32);
}

/** The same for one that may lie a little before map->tsc0, as a NIC's stamp may. */
static inline uint64_t tw_clock_mono_near(const struct tw_clock_map *m, uint64_t tsc)
{
	return m->mono0 + (uint64_t)(((tw_i128)(int64_t)(tsc - m->tsc0) * (tw_i128)m->mult) >> 32);
}

/** Duration of @p ticks TSC ticks in 2^-32 s. */
static inline uint64_t tw_clock_ticks(const struct tw_clock_map *m, uint64_t ticks)
{
	return (uint64_t)(((tw_u128)ticks * m->mult) >> 32);
}

/** TSC reading at which mono will be @p mono (for deadlines). */
uint64_t tw_clock_tsc_at(const struct tw_clock_map *m, uint64_t mono);

/** The publisher. Lives in one thread; the published part is read by any. */
struct tw_clock {
	_Alignas(64) _Atomic uint32_t seq; /* w: control, r: workers; odd while written */
	struct tw_clock_map map;           /* w: control, r: workers */
	struct tw_clock_map previous;      /* w: control, r: workers; holds until map begins */
	/* control only */
	uint64_t base_tsc; /* first good reading: the long baseline of the rate */
	int64_t base_real; /* ns */
	uint64_t base_mult;
	uint64_t last_tsc;
	uint64_t steps;
	int64_t bracket_ns; /* half width of the last reading */
	uint64_t lead;      /* ticks from publishing a map to its beginning */
};

/**
 * Measure the TSC's rate (about 20 ms) and publish the first map.
 * @return 0, or -ENOTSUP when the TSC does not advance
 */
int tw_clock_init(struct tw_clock *c);

/** Measure again and publish; call it every 100 ms or so from the control thread. */
void tw_clock_update(struct tw_clock *c);

/**
 * Copy the map that holds at @p tsc when it is another than @p m; cheap. A map is published a
 * moment before it begins, so that all workers change over at the same instant. A reader that has
 * a map never waits: while one is being published it keeps what it has.
 *
 * @param m    all zero: none yet, gets one in any case
 * @param tsc  now
 * @return true when it changed
 */
bool tw_clock_read(const struct tw_clock *c, struct tw_clock_map *m, uint64_t tsc);

/** Wall clock of now, read by the calling thread. */
struct tw_ntp tw_clock_wall_now(const struct tw_clock_map *m);

/** Error Estimate octets (RFC 4656 section 4.1.2) for this map plus @p spread of the stamp policy. */
uint16_t tw_clock_error_estimate(const struct tw_clock_map *m, uint64_t spread);

#endif

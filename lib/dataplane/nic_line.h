/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_NIC_LINE_H
#define TW_NIC_LINE_H

/*
 * From a NIC's counter to the TSC: a straight line through the last readings, each a counter value
 * between two looks at the TSC. Both are quartz oscillators that nobody slews (or, a disciplined NIC
 * clock, slowly), so the line is straighter than one to CLOCK_REALTIME would be. Pure arithmetic
 * without DPDK: tests give it any clock.
 */

#include "tw_int128.h"

#include <stdbool.h>
#include <stdint.h>

/* Readings that the line goes through. */
#define TW_NIC_WINDOW 32
/* Fewer, or closer together than this part of a second, tell no rate. */
#define TW_NIC_ENOUGH 4
#define TW_NIC_SPAN_PART 50
/* A line is not believed longer than this after the last reading; its error is told for then. */
#define TW_NIC_HORIZON_SEC 1
/* Fixed point of the rates. */
#define TW_NIC_SHIFT 40

struct tw_nic_reading {
	uint64_t tsc;   /* middle of the bracket */
	uint64_t width; /* of the bracket, TSC ticks */
	uint64_t nic;   /* in struct tw_nic_line: turns of the counter added */
};

/* What workers hold. */
struct tw_nic_map {
	uint64_t tsc0, nic0; /* where the line was read last */
	uint64_t mult;       /* TSC ticks a NIC tick, 2^-TW_NIC_SHIFT */
	uint64_t inverse;    /* NIC ticks a TSC tick, 2^-TW_NIC_SHIFT */
	uint64_t error;      /* bound of what a conversion is off, TSC ticks */
	uint64_t until;      /* TSC: not good any longer */
	uint32_t generation; /* another one: the counter jumped or stood between */
	uint8_t bits;        /* of the counter, 1..64 */
	bool good;
};

enum tw_nic_event {
	TW_NIC_MORE,   /* too few readings for a line */
	TW_NIC_GOOD,   /* there is a line, through the newest reading too */
	TW_NIC_JUMPED, /* not where it had to be: begun anew with this reading */
	TW_NIC_STUCK,  /* the counter stands still */
};

struct tw_nic_line {
	uint64_t tsc_hz;
	uint8_t bits;
	unsigned int n, next;
	struct tw_nic_reading r[TW_NIC_WINDOW];
	struct tw_nic_map map;
	double jump; /* TSC ticks, of the last TW_NIC_JUMPED */
	unsigned int jumps, stuck;
};

/* tsc_hz: roughly. bits: width of the counter. */
void tw_nic_line_init(struct tw_nic_line *l, uint64_t tsc_hz, uint8_t bits);

/* Take a reading; l->map is the line from then on, good or not. */
enum tw_nic_event tw_nic_line_add(struct tw_nic_line *l, const struct tw_nic_reading *r);

/* A NIC's instant between two looks at a clock of the host, all in ns. */
struct tw_nic_sandwich {
	int64_t before, nic, after;
};

/*
 * Is it the host's clock under the name of the NIC's? Then each reading lies between the host's.
 * narrow: a clock that may be disciplined to the host's, which lies there too: only brackets that
 * are narrower than any access to a device count.
 */
bool tw_nic_is_host_clock(const struct tw_nic_sandwich *s, unsigned int n, bool narrow);

/* Difference of two readings of a counter of so many bits. */
static inline int64_t tw_nic_diff(uint64_t a, uint64_t b, uint8_t bits)
{
	return (int64_t)((a - b) << (64 - bits)) >> (64 - bits);
}

/* TSC at the NIC's instant; right within half a turn of the counter from the last reading. */
static inline uint64_t tw_nic_to_tsc(const struct tw_nic_map *m, uint64_t nic)
{
	int64_t d = tw_nic_diff(nic, m->nic0, m->bits);

	return m->tsc0 + (uint64_t)(((tw_i128)d * (tw_i128)m->mult) >> TW_NIC_SHIFT);
}

/* The other way round. */
static inline uint64_t tw_nic_from_tsc(const struct tw_nic_map *m, uint64_t tsc)
{
	int64_t d = (int64_t)(tsc - m->tsc0);
	uint64_t nic = m->nic0 + (uint64_t)(((tw_i128)d * (tw_i128)m->inverse) >> TW_NIC_SHIFT);

	return m->bits < 64 ? nic & ((1ULL << m->bits) - 1) : nic;
}

static inline bool tw_nic_map_holds(const struct tw_nic_map *m, uint64_t tsc)
{
	return m->good && (int64_t)(m->until - tsc) > 0;
}

#endif

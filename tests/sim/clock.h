/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

/* A host's clocks as functions of true time: a wall clock with offset, drift and steps, and a
 * monotonic one that shares its drift but knows no steps. */

#include "tw_time.h"

#include <stdint.h>

/* Runs begin at this true time: clocks count from long before, as clocks do. */
#define SIM_BEGIN (300ULL << 32)

/* The wall clock without any error at true time 0; the NTP era ends 76 s after SIM_BEGIN. */
#define SIM_EPOCH (0 - SIM_BEGIN - (76ULL << 32))

#define SIM_MAX_STEPS 8

struct sim_clock {
	struct tw_span offset; /* at true time 0 */
	int64_t drift_ppb;     /* fast when above 0 */
	unsigned int n_steps;
	struct {
		uint64_t at; /* true time */
		struct tw_span by;
	} step[SIM_MAX_STEPS];
};

/* Step the wall clock by @by at true time @at. */
void sim_clock_step(struct sim_clock *c, uint64_t at, struct tw_span by);

uint64_t sim_clock_mono(const struct sim_clock *c, uint64_t at);
struct tw_ntp sim_clock_wall(const struct sim_clock *c, uint64_t at);

/* True time at which the monotonic clock shows @mono first (to within two units). */
uint64_t sim_clock_true(const struct sim_clock *c, uint64_t mono);

#endif

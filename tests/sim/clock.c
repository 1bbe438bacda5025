/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "clock.h"

#include <stdlib.h>

void sim_clock_step(struct sim_clock *c, uint64_t at, struct tw_span by)
{
	if (c->n_steps == SIM_MAX_STEPS)
		abort();
	c->step[c->n_steps].at = at;
	c->step[c->n_steps].by = by;
	c->n_steps++;
}

uint64_t sim_clock_mono(const struct sim_clock *c, uint64_t at)
{
	return at + (uint64_t)(int64_t)((tw_i128)at * c->drift_ppb / 1000000000);
}

uint64_t sim_clock_true(const struct sim_clock *c, uint64_t mono)
{
	return (uint64_t)((tw_u128)mono * 1000000000 / (uint64_t)(1000000000 + c->drift_ppb));
}

struct tw_ntp sim_clock_wall(const struct sim_clock *c, uint64_t at)
{
	uint64_t t = SIM_EPOCH + sim_clock_mono(c, at) + (uint64_t)c->offset.v;

	for (unsigned int i = 0; i < c->n_steps; i++)
		if (at >= c->step[i].at)
			t += (uint64_t)c->step[i].by.v;
	return (struct tw_ntp){t};
}

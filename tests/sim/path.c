/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "path.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t sim_seed(void)
{
	const char *env = getenv("TW_SEED");
	uint64_t seed = env ? strtoull(env, NULL, 0) : tw_rand_seed();

	printf("TW_SEED=%" PRIu64 "\n", seed);
	fflush(stdout);
	return seed;
}

uint64_t sim_us(double us)
{
	return (uint64_t)(us * (4294967296.0 / 1e6) + 0.5);
}

void sim_path_init(
	struct sim_path *p, const struct sim_path_config *cfg, uint64_t seed, uint64_t number)
{
	memset(p, 0, sizeof(*p));
	p->cfg = *cfg;
	tw_rand_init(&p->rand, seed + number * 0x9e3779b97f4a7c15ULL);
}

static bool happens(struct sim_path *p, double probability)
{
	/* Nothing is drawn for what cannot happen: switching one effect on leaves others alone. */
	return probability > 0 && tw_rand_unit(&p->rand) < probability;
}

static uint64_t delay(struct sim_path *p)
{
	const struct sim_delay *d = &p->cfg.delay;

	switch (d->kind) {
	case SIM_CONSTANT:
		break;
	case SIM_UNIFORM:
		return d->base + tw_rand_below(&p->rand, d->spread + 1);
	case SIM_EXPONENTIAL:
		return d->base + (uint64_t)(tw_rand_exp(&p->rand) * (double)d->spread);
	case SIM_BIMODAL:
		return d->base + (happens(p, d->share) ? d->spread : 0);
	}
	return d->base;
}

static bool lost(struct sim_path *p, uint64_t now)
{
	const struct sim_path_config *c = &p->cfg;

	if (happens(p, p->bad ? c->to_good : c->to_bad))
		p->bad = !p->bad;
	if (now >= c->outage_from && now < c->outage_to)
		return true;
	if (p->bad && happens(p, c->bad_loss))
		return true;
	return happens(p, c->loss);
}

unsigned int sim_path_send(struct sim_path *p, uint64_t now, uint64_t ret_at[SIM_MAX_COPIES])
{
	unsigned int n = 0, copies = 1;

	p->offered++;
	if (happens(p, p->cfg.duplicate)) {
		p->duplicated++;
		copies++;
	}
	for (unsigned int i = 0; i < copies; i++) {
		uint64_t start = now + i * p->cfg.duplicate_gap, at;

		if (lost(p, start)) {
			p->copies_lost++;
			continue;
		}
		at = start + delay(p);
		if (happens(p, p->cfg.reorder)) {
			p->held_back++;
			at += p->cfg.reorder_by;
		}
		if (p->cfg.in_order && at < p->last)
			at = p->last;
		if (at > p->last)
			p->last = at;
		ret_at[n++] = at;
	}
	return n;
}

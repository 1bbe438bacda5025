/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef SIM_PATH_H
#define SIM_PATH_H

/* One direction of a modelled path: packets go in at an instant of true time, and none, one or
 * two copies come out later. Everything random comes from the seed. */

#include "tw_rand.h"

#include <stdbool.h>
#include <stdint.h>

enum sim_delay_kind {
	SIM_CONSTANT,    /* base */
	SIM_UNIFORM,     /* base to base + spread */
	SIM_EXPONENTIAL, /* base, and on top of it spread on average */
	SIM_BIMODAL,     /* base, or base + spread for a share of the packets */
};

/* Times in 2^-32 s. */
struct sim_delay {
	enum sim_delay_kind kind;
	uint64_t base;
	uint64_t spread;
	double share;
};

struct sim_path_config {
	struct sim_delay delay;
	double loss; /* probability, of each packet by itself */
	/* bursts (Gilbert): probability to go from good to bad and back at each packet, and of loss
	 * while bad (in addition to the above) */
	double to_bad;
	double to_good;
	double bad_loss;
	double duplicate;       /* probability of a second copy, with a fate of its own */
	uint64_t duplicate_gap; /* that starts so much later */
	double reorder;         /* probability of being held back ... */
	uint64_t reorder_by;    /* ... for so long */
	bool in_order;          /* nothing overtakes: a packet waits for those before it */
	uint64_t outage_from;   /* nothing that starts in [from, to) arrives */
	uint64_t outage_to;
};

#define SIM_MAX_COPIES 2

struct sim_path {
	struct sim_path_config cfg;
	struct tw_rand rand;
	bool bad;
	uint64_t last; /* arrival of the latest, for in_order */
	/* what was done to packets */
	uint64_t offered;
	uint64_t copies_lost;
	uint64_t duplicated;
	uint64_t held_back;
};

/* The seed of a run: TW_SEED, or a random one; printed so that the run can be repeated. */
uint64_t sim_seed(void);

/* Paths of one run take different @number s. */
void sim_path_init(
	struct sim_path *p, const struct sim_path_config *cfg, uint64_t seed, uint64_t number);

/* A packet enters at @now. Returns how many copies arrive, and when. */
unsigned int sim_path_send(struct sim_path *p, uint64_t now, uint64_t ret_at[SIM_MAX_COPIES]);

/* Microseconds in 2^-32 s. */
uint64_t sim_us(double us);

#endif

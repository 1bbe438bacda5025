/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef SAME_H
#define SAME_H

/*
 * The same capture reflected once by an instance of the loop and once with everything sent the slow
 * way: the octets are the same in the same order but for T2, T3 and the Error Estimate, and so are
 * the counters. Include after tw_test.h. TW_SEED=N repeats a run.
 */

#include "dp_rig.h"
#include "tw_rand.h"

struct same_instance {
	bool any_cpu, many, per_packet, stateless, rx_checksum;
	unsigned int n_vlan;
	enum tw_protocol protocol;
	bool tlv;
	bool negotiated_only;
	uint32_t max_agreed; /* 0: nothing can be negotiated */
};

/* Two runs over one capture. The functions are those of struct dp_run. */
struct same_pair {
	const struct dp_list *in;
	struct dp_run plain, slow;
	void (*before)(struct dp_run *run, struct tw_task *reflector);
	void (*after)(struct dp_run *run, struct tw_task *reflector);
};

uint32_t same_below(struct tw_rand *r, uint32_t n);

/* Prints its seed. */
struct tw_rand same_seeded(void);

/* The i-th combination of what a reflector is set up for; nothing of sessions. */
struct same_instance same_nth(unsigned int i);

/* Our tags, or almost: another id, another priority, another type, one too many or few. */
void same_add_tags(struct dp_packet *p, struct tw_rand *r, unsigned int n_vlan);

/* The last frame was hit on the way, in its headers as often as anywhere: it may be anything now. */
void same_damage(struct dp_list *l, struct tw_rand *r);

/* Both runs, and the comparison. */
void same_compare(struct same_pair *pair, const struct same_instance *x);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_REFLECTOR_H
#define TW_REFLECTOR_H

/* A reflector task: state shared by its loop, its slow way and its life cycle. */

#include "loop.h"
#include "session_table.h"
#include "tw_worker.h"

typedef unsigned int tw_reflector_step(struct tw_task *t);

struct tw_reflector {
	struct tw_task task; /* first: the loop casts */
	struct tw_loop_port port;
	uint64_t mac; /* own MAC as a word */
	uint16_t port_be;
	uint16_t error_estimate;
	uint8_t ttl_min, ttl_max;
	uint32_t idle;    /* --session-idle, tw_reflect_coarse() units */
	uint32_t refwait; /* likewise */
	struct tw_slope slope;
	struct tw_table table4;
	struct tw_table table6;
	struct tw_reflector_config cfg;
	struct tw_reflector_counters n; /* dscp, ecn and ttl are filled at the snapshot */
	uint64_t tos[256];
	uint64_t expire_at; /* mono of the next look at old sessions */
};

/*
 * May a first packet from this source be answered at all? Plain frames only.
 * @return false when it was counted under its reason (the mbuf stays the caller's)
 */
bool tw_reflector_admit(struct tw_reflector *r, const uint8_t *f, bool v6);

/* The same rule on addresses. @return the reason (enum tw_discard), -1 when all is well */
int tw_reflector_check_addresses(
	const struct tw_reflector *r, const struct tw_addr *src, const struct tw_addr *dst);

/* Cheaper than admit, for stateless instances: destination is our first address of the family
 * and the source is a unicast address other than ours. A no sends the packet the slow way. */
bool tw_reflector_is_known(const struct tw_reflector *r, const uint8_t *f, bool v6);

/* Begin a session for a key. NULL: the table is full, the packet is answered statelessly. */
struct tw_reflect_state *tw_reflector_open(struct tw_reflector *r, const uint64_t *key,
	uint64_t hash, unsigned int words, uint32_t sseq, uint32_t t1, uint32_t now);

/*
 * Everything that is not a plain packet: parse exactly, count, answer or refuse.
 * @return the mbuf when it now holds something to transmit, NULL when it was freed
 */
struct rte_mbuf *tw_reflector_slow(
	struct tw_reflector *r, struct rte_mbuf *m, uint64_t t2, uint64_t mono);

/* Count a refusal and free. @return NULL */
struct rte_mbuf *tw_reflector_discard(
	struct tw_reflector *r, struct rte_mbuf *m, enum tw_discard why);

tw_reflector_step *tw_reflector_choose(const struct tw_reflector_config *cfg, bool rx_checksum);

#endif

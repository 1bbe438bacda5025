/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_REFLECTOR_H
#define TW_REFLECTOR_H

/* A reflector task: state shared by its loop, its slow way and its life cycle. */

#include "answer.h"
#include "loop.h"
#include "session_table.h"
#include "tw_frame.h"
#include "tw_keyring.h"
#include "tw_negotiated.h"
#include "tw_sealed.h"
#include "tw_tlv_reflect.h"
#include "tw_worker.h"

typedef unsigned int tw_reflector_step(struct tw_task *t);

/* A request on the slow way, between its checks and its reply. */
struct tw_slow {
	struct rte_mbuf *m; /* NULL: refused meanwhile */
	uint8_t *frame;
	struct tw_negotiated *agreed; /* NULL: nobody negotiated it */
	struct tw_session_more *more; /* NULL: no session, or nothing to remember */
	const struct tw_batch_key *secret;
	const struct tw_batch_key *tlv_secret;
	enum tw_sealed_kind kind;
	enum tw_tlv_check check;
	bool sealed;
	bool stamp;
	bool has_tlvs;
	uint32_t base; /* octets before the TLVs */
	uint32_t seq;
	uint32_t reply_len;
	unsigned int words;
	struct tw_tlv_reflection tlv;
	uint64_t key[TW_KEY_MAX_WORDS];
	struct tw_frame info; /* last: what stands before is cleared for each packet */
};

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
	struct tw_table agreed4; /* negotiated sessions: last_sseq is the index into agreed */
	struct tw_table agreed6;
	struct tw_negotiated **agreed;
	uint32_t sweep_agreed;
	uint64_t *ports; /* bit n: UDP port n is ours */
	struct tw_batch *batch;
	unsigned int n_slow;
	struct tw_slow slow[TW_BURST];
	struct tw_reflector_config cfg;
	struct tw_reflector_counters n; /* dscp, ecn and ttl are filled at the snapshot */
	uint64_t tos[256];
	struct tw_neighbour_self self;
	uint64_t expire_at; /* mono of the next look at old sessions */
};

/*
 * May a first packet from this source be answered at all? Plain frames only.
 * @return false when it was counted under its reason (the mbuf stays the caller's)
 */
bool tw_reflector_admit(struct tw_reflector *r, const uint8_t *f, bool v6);

/* The same rule on addresses. @return the reason (enum tw_discard), -1 when all is well */
int tw_reflector_check_addresses(
	const struct tw_reflector *r, const struct tw_endpoint *src, const struct tw_addr *dst);

/* Cheaper than admit, for stateless instances: destination is our first address of the family
 * and the source is a unicast address other than ours. A no sends the packet the slow way. */
bool tw_reflector_is_known(const struct tw_reflector *r, const uint8_t *f, bool v6);

/* Begin a session for a key. NULL: the table is full, the packet is answered statelessly. */
struct tw_reflect_state *tw_reflector_open(struct tw_reflector *r, const uint64_t *key,
	uint64_t hash, unsigned int words, uint32_t sseq, uint32_t t1, uint32_t now);

/*
 * Everything that is not a plain packet: parse exactly, count; what may be answered is noted in
 * r->slow, the rest is refused or handed over. Takes the mbuf.
 */
void tw_reflector_slow(struct tw_reflector *r, struct rte_mbuf *m, uint64_t mono);

/* Answer what tw_reflector_slow() noted of a burst. @return mbufs put into tx */
unsigned int tw_reflector_answer(
	struct tw_reflector *r, struct rte_mbuf **tx, uint64_t t2, uint64_t mono);

static inline bool tw_reflector_has_port(const struct tw_reflector *r, uint16_t port)
{
	return r->ports[port >> 6] >> (port & 63) & 1;
}

/* Count a refusal and free. */
void tw_reflector_discard(struct tw_reflector *r, struct rte_mbuf *m, enum tw_discard why);

/* End negotiated sessions whose time has passed: a few of them each time. */
void tw_reflector_tick_agreed(struct tw_reflector *r, uint64_t mono);

tw_reflector_step *tw_reflector_choose(const struct tw_reflector_config *cfg, bool rx_checksum);

#endif

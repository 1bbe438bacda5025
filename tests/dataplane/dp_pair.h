/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef DP_PAIR_H
#define DP_PAIR_H

/*
 * A sender and a reflector on two rings that are each other's wire. They run on real workers, or
 * are moved by the test step by step where an order of events is to be forced. Include after
 * tw_test.h.
 */

#include "dp_rig.h"
#include "tw_keyring.h"
#include "tw_result.h"

#define DP_STREAMS 8

struct dp_pair {
	/* set before dp_pair_open() */
	unsigned int family;
	uint16_t max_frame;
	unsigned int wire;                  /* frames that fit on it in one direction; 0: 4096 */
	struct tw_sender_config sender_cfg; /* streams NULL: those below */
	struct tw_reflector_config reflector_cfg;
	uint8_t n_vlan;
	bool plain_sender;               /* its port has no tags, its streams have n_vlan */
	struct tw_loop_stamps stamps[2]; /* sender's, reflector's */
	const struct tw_clock *clock;    /* NULL: dp_clock */
	struct tw_batch *batch;          /* of dp_pair_protect() */
	struct tw_keyfile *key_file;
	struct tw_keyring *keys;

	uint16_t port[2];
	struct rte_mempool *pool[2];
	struct tw_loop_port lp[2];
	struct tw_stream_config streams[DP_STREAMS];
	struct tw_task *sender, *reflector;
	struct tw_worker w[2];
	unsigned int n_workers; /* running */
	struct tw_result *result;
	struct tw_reflector_snapshot reflected;
};

/* STAMP of 44 octets over IPv4, one stream, timeout 20 s, as fast as possible, 100 in flight. */
struct dp_pair dp_pair(void);

/* Before it is opened: all of its streams are authenticated STAMP, with one key. */
void dp_pair_protect(struct dp_pair *p);

/* Make ports and tasks. */
void dp_pair_open(struct dp_pair *p);

/* Run on so many workers (1 or 2), and start. */
void dp_pair_launch(struct dp_pair *p, unsigned int n_workers);

/* Wait until the sender has finished. */
void dp_pair_wait(struct dp_pair *p);

/* Stop the workers and take both results. */
void dp_pair_stop(struct dp_pair *p);

/* By hand: start, one round of one task with its housekeeping. */
void dp_start(struct dp_pair *p);
void dp_tick(struct tw_task *t);
void dp_ticks(struct tw_task *t, unsigned int n);

/*
 * Take what is on the wire to the reflector, whose sequence numbers go on from @p next. @return how
 * many
 */
uint32_t dp_pair_take(const struct dp_pair *p, uint32_t next);

/* By hand: rounds of the sender, and of the reflector if asked for, until the sender has finished;
 * the test fails after 5 s. */
void dp_until_finished(struct dp_pair *p, bool reflect);

/*
 * As tw_clock_update() publishes it: CLOCK_REALTIME was stepped, or so much time went by. A long
 * timeout that is ended like this does not depend on how long the machine stalls.
 */
void dp_change_clock(struct tw_clock *c, int64_t stepped, struct tw_ns passed);

uint64_t dp_now_ms(void);

/* CPU time of this thread: bounds of it hold where the machine stalls, too. */
uint64_t dp_cpu_ms(void);

/* mbufs of the sender's pool that are not in it. */
unsigned int dp_sender_mbufs(const struct dp_pair *p);

/* Take everything apart; no mbuf may be away. */
void dp_pair_close(struct dp_pair *p);

#endif

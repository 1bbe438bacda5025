/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef DP_RIG_H
#define DP_RIG_H

/*
 * What the tests of the loops share: the EAL of an ordinary user, a clock, workers, captures in
 * and out. Include after tw_test.h.
 */

#include "dp_packet.h"
#include "tw_clock.h"
#include "tw_eal.h"
#include "tw_port.h"
#include "tw_worker.h"

extern struct tw_eal dp_eal;
extern struct tw_clock dp_clock;

/* Group setup with two workers, and its end. */
int dp_setup(void **state);
int dp_teardown(void **state);

/* Frames of a capture. */
struct dp_list {
	unsigned int n;
	unsigned int room;
	struct dp_frame *f;
};

void dp_list_free(struct dp_list *l);
struct dp_frame *dp_list_add(struct dp_list *l);
void dp_list_add_packet(struct dp_list *l, const struct dp_packet *p);

/* A port on this device, started; the rest of what it is to be like is in cfg. */
struct tw_port dp_open(const char *dev, struct tw_port_config cfg);

/* Our end: 02:00:00:00:00:01, 192.0.2.1/24 and 2001:db8::1/64. */
struct tw_loop_port dp_loop_port(const struct tw_port *port);

/* STAMP and Light on 862, 1,000 sessions, idle 30 s, REFWAIT 900 s. */
struct tw_reflector_config dp_reflector_config(void);

/* A reflector between two captures. */
struct dp_run {
	const struct dp_list *in;
	struct dp_list out;
	struct tw_reflector_config cfg;
	struct tw_loop_port link; /* n_vlan, tci, flags are taken (rx_checksum: mbufs have verdicts
				   * then); the rest is filled */
	bool many;                /* the instance for many sessions, however many there are */
	bool slow;                /* whatever comes goes the slow way */
	bool segments;            /* some frames come in two */
	void (*before)(struct dp_run *run, struct tw_task *reflector); /* it runs */
	void (*after)(struct dp_run *run, struct tw_task *reflector);  /* it ran */
	struct tw_reflector_snapshot result;
};

/*
 * Let a reflector on net_pcap handle run->in and gather what it sent. Checks on the way that no
 * mbuf stays behind and that the counters add up.
 */
void dp_run(struct dp_run *run);

/* received = reflected + tx_failed + passed + sum of discarded */
void dp_counters_add_up(const struct tw_reflector_counters *c);

/* Wait, at most 5 s, until the condition holds; the test fails when it does not come. */
bool dp_wait_(bool (*cond)(void *), void *arg, const char *what);
#define dp_wait(cond, arg) dp_wait_(cond, arg, #cond)

void dp_sleep_ms(unsigned int ms);

/* By what the kernel says: has this CPU all that the loops for AVX-512 need? */
bool dp_cpu_is_wide(void);

/* CLOCK_REALTIME as NTP 32.32. */
uint64_t dp_wall(void);

#endif

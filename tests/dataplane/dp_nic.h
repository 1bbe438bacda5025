/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef DP_NIC_H
#define DP_NIC_H

/*
 * A NIC that stamps, made of DPDK's functions for it, which are replaced, and of callbacks on the
 * ports of a pair. Its clock has an epoch and a rate of its own. Include after dp_pair.h.
 */

#include "nic_clock.h"
#include "stamper.h"

#define DP_US 1000LL
#define DP_MS 1000000LL

enum dp_nic_kind {
	DP_NIC_REAL,
	DP_NIC_RAW,       /* CLOCK_MONOTONIC_RAW under its name */
	DP_NIC_MONOTONIC, /* CLOCK_MONOTONIC likewise */
	DP_NIC_REALTIME,  /* and CLOCK_REALTIME */
	DP_NIC_TAI,       /* and CLOCK_TAI, the same where the kernel knows no offset */
	DP_NIC_STANDS,
	DP_NIC_NONE, /* no function */
};

struct dp_nic {
	enum dp_nic_kind kind;
	int64_t ahead_ns; /* pushed by so much */
	/* receive stamps: one of `rx_every` packets, 0 none; rx_ns after the packet is handed over */
	unsigned int rx_every[2]; /* by port of the pair */
	int64_t rx_ns;
	bool in_register; /* not in the mbuf */
	/* transmit stamps: tx_ns after the packet was handed over, at the tx_polls'th question */
	bool tx_never;
	unsigned int tx_stops_after; /* so many; 0: goes on */
	int64_t tx_ns;
	unsigned int tx_polls;

	/* what became of it */
	unsigned int marked, latched, launched, launched_wrong, launched_late;
	bool full; /* the transmit register */
	int64_t tx_stamp;
	unsigned int polls;
	int64_t rx_stamp[2];
	bool rx_full[2];
};

extern struct dp_nic dp_nic;

/* A new one without faults. */
void dp_nic_reset(void);

/* What the stamps of a task on it are: in the mbuf, or in the register. */
struct tw_loop_stamps dp_nic_stamps(const struct tw_nic_clock *c);

/* Put it on the ports of an open pair, and take it off before they are closed. */
void dp_nic_attach(struct dp_pair *p);
void dp_nic_detach(struct dp_pair *p);

/* Its clock now, ns. */
int64_t dp_nic_now(void);

/* Of the group; the clock of the tasks, and what it said last. */
int dp_nic_setup(void **state);
int dp_nic_teardown(void **state);
extern struct tw_nic_clock *dp_nic_clock;
extern char dp_nic_why[160];

/* The trial at the start. */
int dp_nic_try(enum tw_nic_source source);

/* A pair whose tasks have the NIC; packets a millisecond apart. */
struct dp_pair dp_nic_pair(void);

/* Open it and start. A round of both tasks and of the control core. No more packets, and what is on
 * its way is answered: nothing is lost, whatever was stamped how. All of that with 200 packets. */
void dp_nic_begin(struct dp_pair *p);
void dp_nic_round(struct dp_pair *p);
void dp_nic_end(struct dp_pair *p);
void dp_nic_all(struct dp_pair *p);
void dp_nic_done(struct dp_pair *p);

/* A machine that is busy elsewhere needs as long as it needs. */
#define DP_NIC_UNTIL(p, condition)                                                                 \
	for (uint64_t end_ = dp_now_ms() + 30000; !(condition);) {                                 \
		assert_true(dp_now_ms() < end_);                                                   \
		dp_nic_round(p);                                                                   \
	}

/* Running counts of a task. */
struct tw_stamping *dp_sender_stamps(const struct dp_pair *p);
struct tw_stamping *dp_reflector_stamps(const struct dp_pair *p);

/* 2^-32 s to ms. */
double dp_ms(double span);

#endif

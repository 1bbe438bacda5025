/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef EXCEPTION_H
#define EXCEPTION_H

/* The workers' half of the exception path. */

#include "tw_exception.h"
#include "tw_frame.h"
#include "tw_neighbour.h"
#include "tw_worker.h"

struct rte_mbuf;

/* One worker's queue of the TAP; the worker's alone while it runs. */
struct tw_exception_queue {
	uint16_t port_id; /* of the TAP */
	uint16_t queue;
	uint32_t budget;    /* packets that may still go up */
	uint64_t budget_at; /* mono at which that was so; 0 = not yet */
	uint64_t up, up_refused;
	uint64_t down, down_failed;
} __attribute__((aligned(64)));

enum tw_exception_verdict {
	TW_EXCEPTION_NOT_WANTED, /* the mbuf stays the caller's */
	TW_EXCEPTION_TAKEN,
	TW_EXCEPTION_FULL, /* freed: the TAP did not take it, or too much wants to go up */
};

/*
 * Pass a received frame up, which neighbour code has not answered.
 *
 * status, info: of tw_frame_parse(); TW_FRAME_OK means a UDP port that is not ours
 */
enum tw_exception_verdict tw_exception_up(const struct tw_loop_port *port,
	const struct tw_neighbour_self *self, struct rte_mbuf *m, enum tw_frame_status status,
	const struct tw_frame *info);

/* Send a burst of what the kernel wants sent. For housekeeping: that is often enough for TCP. */
void tw_exception_down(const struct tw_loop_port *port, uint64_t mono);

#endif

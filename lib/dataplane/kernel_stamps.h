/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_KERNEL_STAMPS_H
#define TW_KERNEL_STAMPS_H

/*
 * Receive stamps that the kernel makes when it has a packet for us, whoever wakes up how late: of
 * drivers that leave them behind. AF_PACKET's stand in the frames of its ring, until the kernel writes
 * to those again; so the ring is walked in step with the driver, and whether that is so is seen in
 * each burst. AF_XDP's are put before each frame by our XDP program (tw_xdp.h).
 *
 * They come into the mbuf's field for stamps, as TSC ticks: the tasks use them as those of a NIC
 * whose clock is the TSC (stamper.h).
 */

#include "kernel_time.h"
#include "nic_clock.h"
#include "port_priv.h"

#include <rte_mbuf.h>
#include <stdatomic.h>
#include <time.h>

/* One receive queue; the worker's that polls it. */
struct tw_kernel_queue {
	_Alignas(64) struct tw_kernel_time time;
	clockid_t clock;
	uint64_t wide;       /* TSC ticks: a reading this wide was disturbed */
	int field;           /* of an mbuf */
	uint64_t flag;       /* likewise: there is a stamp in it */
	uint64_t seen_empty; /* TSC after the last burst that took all there was */
	_Atomic bool *lost;
	/* AF_PACKET */
	const uint8_t *ring;
	uint32_t frame_size, frame_count;
	uint32_t at; /* frame that the driver reads next */
	const struct rte_eth_rxtx_callback *callback;
};

struct tw_kernel_stamps {
	struct tw_nic_clock clock; /* the TSC's own */
	int field;
	uint64_t flag;
	_Atomic bool lost; /* out of step with the driver: no more stamps. w: workers, r: all */
	bool told;
	unsigned int n;
	struct tw_kernel_queue q[];
};

/*
 * For a port on AF_PACKET or AF_XDP that is set up, before anything is received on it.
 * @param clock  that the stamps are told by
 * @return 0, -ENOTSUP: the rings are not where they should be, or a clock is of no use, -ENOMEM
 */
int tw_kernel_stamps_create(const struct tw_port *port, clockid_t clock,
	struct tw_kernel_stamps **ret_stamps, struct tw_err *err);

/* When no worker polls the port any more. */
void tw_kernel_stamps_destroy(const struct tw_port *port, struct tw_kernel_stamps *s);

/* Stamps for a burst that the driver has just copied from the ring, or has in place; its callbacks. */
uint16_t tw_kernel_stamps_packet(
	uint16_t port, uint16_t queue, struct rte_mbuf **m, uint16_t n, uint16_t max, void *arg);
uint16_t tw_kernel_stamps_xdp(
	uint16_t port, uint16_t queue, struct rte_mbuf **m, uint16_t n, uint16_t max, void *arg);

#endif

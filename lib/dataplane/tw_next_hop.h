/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_NEXT_HOP_H
#define TW_NEXT_HOP_H

/**
 * @file
 * Asking on the wire for the MAC address of a next hop, on ports that no kernel serves.
 */

#include "tw_err.h"
#include "tw_worker.h"

/**
 * Send ARP requests or neighbour solicitations and wait for an answer; meanwhile others are
 * answered too. The port's queues belong to the caller: no worker runs on them yet.
 *
 * @param keep_on  asked again and again: false ends the wait (a signal came); may be NULL
 * @return 0
 *   - -EHOSTUNREACH: no answer to three questions, a second apart
 *   - -EADDRNOTAVAIL: the port has no address of this family
 *   - -EINTR: keep_on said no
 *   - -ENOMEM
 */
int tw_next_hop_ask(const struct tw_loop_port *port, const struct tw_addr *hop,
	bool (*keep_on)(void), struct tw_err *err, struct tw_mac *ret);

#endif

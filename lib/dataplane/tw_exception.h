/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_EXCEPTION_H
#define TW_EXCEPTION_H

/**
 * @file
 * The kernel behind a port that DPDK alone drives: a TAP with the port's MAC, MTU and addresses, to
 * which the workers pass what arrives for the port and is no test traffic, and whose frames they
 * send on the port. So a TCP socket bound to it serves the very link that is tested.
 *
 * ARP requests, neighbour solicitations and echo requests for the port's addresses are answered by
 * the workers and never reach the TAP; ARP replies, neighbour advertisements and ICMP errors do. It
 * hears no other multicast and no router advertisements; where the port has IPv6 addresses it has
 * the link-local one of its MAC.
 * A gateway becomes a default route of a high metric, so that the host's own routes go first; a
 * socket that is bound to the interface (SO_BINDTODEVICE) uses it in any case.
 *
 * The kernel removes the TAP with addresses and routes when the process ends, however it ends.
 */

#include "tw_port.h"

/** Most queues of a port that can have one. */
#define TW_EXCEPTION_QUEUES 16

struct tw_exception;
struct tw_exception_queue;

/**
 * Make it for an open port. Main thread; needs CAP_NET_ADMIN.
 * @return 0
 * @return -EINVAL: a kernel interface has the kernel behind it already
 * @return -E2BIG: the port has more than TW_EXCEPTION_QUEUES receive queues
 * @return another negative errno of DPDK or netlink
 */
int tw_exception_open(
	const struct tw_port *port, struct tw_exception **ret_exception, struct tw_err *err);

/** Take it away again; the workers have ended. NULL does nothing. */
void tw_exception_close(struct tw_exception *e);

/** Name of the interface, "tw0". */
const char *tw_exception_ifname(const struct tw_exception *e);

/**
 * What the loop that owns queue @p q of the port gets as tw_loop_port.exception; NULL for NULL.
 */
struct tw_exception_queue *tw_exception_queue(struct tw_exception *e, uint16_t q);

/** Descriptor that is readable when the kernel sent something through queue @p q; -1: none. */
int tw_exception_poll_fd(const struct tw_exception *e, uint16_t q);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef NET_SESSION_H
#define NET_SESSION_H

/* EAL, ports and backend of a command that talks to a real network. */

#include "backend.h"
#include "ports.h"
#include "tw_exception.h"

#define TW_NET_PORTS TW_OPT_DEVS

struct tw_net {
	struct tw_backend backend;
	unsigned int n_ports;
	struct tw_port ports[TW_NET_PORTS];
	struct tw_exception *exceptions[TW_NET_PORTS]; /* of the port; NULL = none */
	struct tw_task *keeper;                        /* see tw_net_keep(); NULL = none */
	bool eal;
};

/*
 * Find the devices, start the EAL, open and start the ports, measure the clock.
 *
 * peer, local: for choosing the device where --dev is not given; family 0 = unknown
 * max_frame: the largest to be sent, without FCS; 0 = the device's own
 * n_workers: worker cores wanted; 0 = one per device, or as many as --lcores names
 */
int tw_net_open(struct tw_net *n, const struct tw_options *o, const struct tw_addr *peer,
	const struct tw_addr *local, uint32_t max_frame, unsigned int n_workers,
	struct tw_err *err);

/*
 * Put the kernel behind the ports that only DPDK drives, for TCP over them. Before tasks are made.
 */
int tw_net_attach_kernel(struct tw_net *n, struct tw_err *err);

/* Let the worker that serves queue q of port i serve the kernel behind it too. */
void tw_net_serve_kernel(
	struct tw_net *n, unsigned int i, uint16_t q, struct tw_loop_port *lp, struct tw_worker *w);

/*
 * What a TCP socket must be bound to so that it reaches peers behind the port's gateway whatever
 * the host's own routes say: the only port's interface, NULL where there is no need.
 */
const char *tw_net_tcp_device(const struct tw_net *n);

/*
 * Serve the kernel behind the first port while nothing is measured, so that TCP goes over it: the
 * first worker does, until tw_net_let_go(). Where the kernel has the port itself nothing happens.
 */
int tw_net_keep(struct tw_net *n, const struct tw_options *o, struct tw_err *err);
void tw_net_let_go(struct tw_net *n);

/* The interface of the kernel behind the first port; NULL where the port is the kernel's. */
const char *tw_net_behind(const struct tw_net *n);

/* The other way round; takes a half-open one. */
void tw_net_close(struct tw_net *n);

#endif

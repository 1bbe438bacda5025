/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef BENCH_PORT_H
#define BENCH_PORT_H

/* What the benches on ports share: an end with a reason, and a port of one queue with one address. */

#include "tw_port.h"
#include "tw_worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static inline void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
	exit(1);
}

/* cfg: all but device and address */
static inline void open_port(
	const char *dev, const char *own, struct tw_port_config cfg, struct tw_port *ret)
{
	struct tw_err err;

	cfg.n_queues = cfg.n_addrs = 1;
	must(tw_prefix_parse(own, &cfg.addrs[0]) == 0, own);
	if (tw_dev_parse(dev, &cfg.dev, &err) < 0 || tw_port_open(&cfg, ret, &err) < 0 ||
		tw_port_start(ret, &err) < 0)
		must(false, err.text);
}

/* A loop of it. */
static inline struct tw_loop_port loop_port(
	const struct tw_port *port, const char *own, uint16_t tx_desc)
{
	struct tw_loop_port lp = {.port_id = port->port_id,
		.n_rx_queues = 1,
		.tx_desc = tx_desc,
		.max_frame = 1514,
		.pool = port->pool[0],
		.mac = port->mac,
		.n_addrs = 1};

	must(tw_prefix_parse(own, &lp.addrs[0]) == 0, own);
	return lp;
}

#endif

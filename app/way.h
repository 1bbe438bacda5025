/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef WAY_H
#define WAY_H

/* The two ends of a measurement, and the way between them. */

#include "net_session.h"
#include "plan.h"

/* What the command line says of them. */
struct tw_ends {
	struct tw_endpoint local;
	struct tw_endpoint remote;
};

/* port: of the peer where none is given. */
int tw_ends_read(
	const struct tw_options *o, uint16_t port, struct tw_err *err, struct tw_ends *ret);

/* Source address, MAC addresses and UDP ports: one for each of o->streams, taken. */
int tw_way_find(struct tw_net *n, const struct tw_options *o, const struct tw_ends *e,
	uint16_t *ports, struct tw_err *err, struct tw_plan_link *ret);

#endif

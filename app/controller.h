/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef CONTROLLER_H
#define CONTROLLER_H

/* What controller and twping share: negotiate sessions with a server, measure with them. */

#include "measure.h"
#include "negotiation.h"
#include "tw_batch.h"
#include "way.h"

struct controller;

/* Where the two differ. What is NULL is as in controller. */
struct controller_kind {
	const char *name;
	/* c->ends, and c->server where that is another address; test says how to reach the peer */
	int (*read_ends)(struct controller *c, struct tw_err *err);
	/* the local ports, and what else there is to the way */
	int (*find_way)(struct controller *c, const struct tw_ends *test, struct tw_err *err);
	/* connected: c->eff may still change */
	void (*connected)(struct controller *c);
	/* c->plan and the requests, before they are sent */
	int (*planned)(struct controller *c, struct tw_client_request *r, struct tw_err *err);
	/* before the sender is made */
	void (*measuring)(struct controller *c, struct tw_measure_config *m);
	void *arg; /* of the kind */
};

struct controller {
	const struct controller_kind *kind;
	const struct tw_options *o;
	struct tw_options eff; /* with the sizes that the mode leads to */
	struct tw_net net;
	struct tw_ends ends;
	struct tw_endpoint server;
	struct tw_plan_link link;
	struct tw_plan plan;
	struct tw_negotiation talk;
	struct tw_event_loop *loop;
	struct tw_batch *batch;
	struct tw_batch_key **keys;
	uint16_t *ports;
	bool broken; /* the control connection ended first */
};

/* Padding that was asked for, of the largest packet. */
uint32_t tw_controller_padding(const struct controller *c);

/* Returns the exit status. */
int tw_controller_run(const struct tw_options *o, const struct controller_kind *kind);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef SENDING_H
#define SENDING_H

/* What a sender sends: the streams of the command line or of a scenario, planned and spread over
 * the tasks of workers. */

#include "plan.h"
#include "scenario.h"
#include "tw_result.h"
#include "ways.h"

/* One sender task: a queue of a device and the streams that it sends. */
struct tw_share {
	uint8_t port;
	uint16_t queue;    /* it sends on */
	uint16_t rx_queue; /* first of those that it polls */
	uint16_t n_rx_queues;
	struct tw_sender_config sender;
};

struct tw_sending {
	const struct tw_options *options;
	const struct tw_scenario *scenario; /* NULL: the options say all */
	uint32_t n_streams;
	uint32_t n_picked; /* source ports to be picked */
	struct tw_wish *wishes;
	struct tw_way *ways;
	struct tw_plan plan; /* streams in the order of the shares */
	uint32_t n_shares;
	struct tw_share *shares;
};

/* Streams and what they want. ends: of streams that say none. Returns 0 or a negative errno. */
int tw_sending_begin(struct tw_sending *s, const struct tw_options *o,
	const struct tw_scenario *scenario, const struct tw_endpoint *local,
	const struct tw_endpoint *remote, struct tw_err *err);

/* Octets of the largest frame without FCS, before a link is known. */
int tw_sending_largest(const struct tw_sending *s, struct tw_err *err, uint32_t *ret_octets);

/* Has each stream with --auth a key? Before there is a device. */
int tw_sending_check_keys(
	const struct tw_sending *s, const struct tw_keyring *keys, struct tw_err *err);

/* The ways are found: streams, schedules and shares. keys: of --auth, may be NULL. */
int tw_sending_plan(struct tw_sending *s, const struct tw_port *ports, unsigned int n_ports,
	const struct tw_keyring *keys, struct tw_err *err);

/* An error about wish i in the words of who wished it: its entry in the file before err's text. */
int tw_sending_blame(const struct tw_sending *s, uint32_t i, struct tw_err *err, int code);

/* For the report: the run, and of a scenario entry i. */
void tw_sending_describe(const struct tw_sending *s, struct tw_session_info *ret);
void tw_sending_describe_entry(const struct tw_sending *s, uint32_t i, struct tw_session_info *ret);

void tw_sending_fini(struct tw_sending *s);

#endif

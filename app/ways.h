/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef WAYS_H
#define WAYS_H

/* The ways of many streams: device, addresses, next hop, source port, and the task that sends. */

#include "net_session.h"
#include "tw_session.h"
#include "tw_steer.h"

/* What a stream wants. */
struct tw_wish {
	struct tw_endpoint remote;
	struct tw_addr local; /* family 0: the device's own */
	uint16_t local_port;  /* 0: one that is picked */
	uint16_t picked;      /* which of those picked */
	uint8_t n_vlan;
	uint16_t vlan[2];
	double pps; /* its share of the work */
};

/* What it gets. */
struct tw_way {
	struct tw_endpoint local;
	struct tw_mac next_hop;
	uint8_t port;   /* index of the device */
	uint16_t queue; /* of the device, whose task sends it */
};

/*
 * A way for each of n wishes. n_picked: source ports that are picked, as wish.picked counts them;
 * each device takes them, and the given ones, for us. With several workers the queues of a device
 * share its streams: where it tells which replies come to which, those of each come to its own.
 *
 * Returns 0 or a negative errno with one sentence in err; ret_which is the wish that it is about,
 * n when it is about none.
 */
int tw_ways_find(struct tw_net *n, const struct tw_options *o, const struct tw_wish *wishes,
	uint32_t n_wishes, uint32_t n_picked, struct tw_err *err, struct tw_way *ret_ways,
	uint32_t *ret_which);

#endif

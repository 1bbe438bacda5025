/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef NEXT_HOP_H
#define NEXT_HOP_H

#include "options.h"
#include "tw_port.h"

/*
 * MAC address of the next hop: from --peer-mac, the kernel, or, on a port that the kernel does not
 * serve, by asking on the wire (about two seconds). No worker may use the port meanwhile.
 */
int tw_next_hop(const struct tw_options *o, struct tw_port *p, const struct tw_addr *hop,
	struct tw_err *err, struct tw_mac *ret);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef PAYLOADS_H
#define PAYLOADS_H

#include "options.h"
#include "tw_sizes.h"

/*
 * The packet sizes that --padding or --frame-size ask for, once address family (4 or 6) and MTU
 * (IP octets; 0 = unknown) are known. Returns 0, or -ERANGE with one sentence in err when a packet
 * would not fit in the link's MTU or in the largest frame.
 */
int tw_options_payloads(const struct tw_options *o, unsigned int family, unsigned int mtu,
	struct tw_err *err, struct tw_sizes_shape *ret_shape, struct tw_payloads *ret);

#endif

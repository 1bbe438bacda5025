/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "next_hop.h"

#include "ports.h"
#include "signals.h"
#include "tw_next_hop.h"

#include <errno.h>

#define TIMEOUT_MS 2000

static bool keep_on(void)
{
	return !tw_signals_stop();
}

int tw_next_hop(const struct tw_options *o, struct tw_port *p, const struct tw_addr *hop,
	struct tw_err *err, struct tw_mac *ret)
{
	struct tw_loop_port lp;
	int rc;

	if (p->is_loopback) {
		*ret = p->mac;
		return 0;
	}
	rc = tw_port_resolve(p, hop, TIMEOUT_MS, keep_on, ret, err);
	if (rc != -EAGAIN)
		return rc;
	tw_ports_loop(o, p, 0, &lp);
	return tw_next_hop_ask(&lp, hop, keep_on, err, ret);
}

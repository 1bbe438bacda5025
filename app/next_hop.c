/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "next_hop.h"

#include <errno.h>

#define TIMEOUT_MS 2000

int tw_next_hop(struct tw_port *p, const struct tw_addr *source, const struct tw_addr *hop,
	struct tw_err *err, struct tw_mac *ret)
{
	char text[TW_ADDR_STR];
	int rc;

	(void)source;
	if (p->is_loopback) {
		*ret = p->mac;
		return 0;
	}
	rc = tw_port_resolve(p, hop, TIMEOUT_MS, ret, err);
	if (rc == -EAGAIN)
		return tw_fail(err, -EHOSTUNREACH, "%s does not answer on %s; give --peer-mac",
			tw_addr_format(hop, text), p->name);
	return rc;
}

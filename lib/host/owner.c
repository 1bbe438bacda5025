/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * The interface of the default route is that of the route to an address that no more specific route
 * covers: one of the documentation prefixes (RFC 5737, RFC 3849). Nothing is sent.
 */
static const struct tw_addr far_away[] = {
	{.family = 4, .b = {203, 0, 113, 1}},
	{.family = 6, .b = {0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff}},
};

static int default_link(uint8_t family, struct tw_host_link *ret_link, struct tw_err *err)
{
	struct tw_host_route r;

	for (size_t i = 0; i < sizeof(far_away) / sizeof(far_away[0]); i++) {
		if (family && far_away[i].family != family)
			continue;
		if (tw_host_route(&far_away[i], NULL, 0, &r, NULL) == 0 && !r.local)
			return tw_host_link_by_index(r.ifindex, ret_link, err);
	}
	return tw_fail(err, -ENETUNREACH,
		"no default route to choose an interface by: give a local address or --dev");
}

int tw_host_owner(const struct tw_addr *local, struct tw_host_link *ret_link, struct tw_err *err)
{
	enum { CAP = 4096 };
	char text[TW_ADDR_STR];
	struct tw_host_addr *all;
	size_t n = 0;
	int rc, ifindex = 0;

	if (!local->family || tw_addr_is_unspecified(local))
		return default_link(local->family, ret_link, err);
	all = calloc(CAP, sizeof(*all));
	if (!all)
		return tw_fail(err, -ENOMEM, "out of memory");
	rc = tw_host_addrs(0, all, CAP, &n, err);
	for (size_t i = 0; rc == 0 && i < n && !ifindex; i++) {
		if (tw_addr_equal(&all[i].prefix.addr, local))
			ifindex = all[i].ifindex;
	}
	free(all);
	if (rc < 0)
		return rc;
	if (ifindex)
		return tw_host_link_by_index(ifindex, ret_link, err);
	/* 127.0.0.2 is ours although no interface lists it. */
	if (tw_addr_is_loopback(local))
		return tw_host_link_by_name("lo", ret_link, err);
	return tw_fail(err, -EADDRNOTAVAIL, "no network interface has the address %s",
		tw_addr_format(local, text));
}

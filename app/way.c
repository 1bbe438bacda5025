/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "way.h"

#include "next_hop.h"
#include "resolve.h"

#include <errno.h>

int tw_ends_read(const struct tw_options *o, uint16_t port, struct tw_err *err, struct tw_ends *ret)
{
	unsigned int family = o->ipv4 ? 4 : o->ipv6 ? 6 : 0;
	int rc = tw_resolve_endpoint(o->args.v[0], port, family, err, &ret->remote);

	if (rc == 0 && !ret->remote.addr.family)
		rc = tw_fail(err, -EINVAL, "%s: the peer's address is missing", o->args.v[0]);
	ret->local = (struct tw_endpoint){0};
	if (rc == 0 && o->args.n > 1)
		rc = tw_resolve_endpoint(
			o->args.v[1], 0, ret->remote.addr.family, err, &ret->local);
	return rc;
}

int tw_way_find(struct tw_net *n, const struct tw_options *o, const struct tw_ends *e,
	uint16_t *ports, struct tw_err *err, struct tw_plan_link *ret)
{
	struct tw_port *p = &n->ports[0];
	struct tw_addr hop;
	uint16_t first;
	int rc;

	rc = tw_port_route(p, &e->remote.addr, &ret->local, &hop, err);
	if (rc < 0)
		return rc;
	if (e->local.addr.family && !tw_addr_is_unspecified(&e->local.addr)) {
		char text[TW_ADDR_STR];

		if (!tw_port_owns(p, &e->local.addr))
			return tw_fail(err, -EADDRNOTAVAIL, "%s is not an address of %s",
				tw_addr_format(&e->local.addr, text), p->name);
		ret->local = e->local.addr;
	}
	rc = tw_next_hop(o, p, &hop, err, &ret->next_hop_mac);
	if (rc < 0)
		return rc;
	rc = tw_port_take_udp(
		p, ret->local.family, e->local.port, (uint16_t)o->streams, &first, err);
	if (rc < 0)
		return rc;
	for (uint32_t i = 0; i < o->streams; i++)
		ports[i] = (uint16_t)(first + i);
	ret->ports = ports;
	ret->remote = e->remote;
	ret->local_mac = p->mac;
	ret->mtu = (uint16_t)p->mtu;
	return 0;
}

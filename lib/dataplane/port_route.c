/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "port_priv.h"

#include <errno.h>
#include <string.h>

bool tw_port_owns(const struct tw_port *port, const struct tw_addr *addr)
{
	for (size_t i = 0; i < port->n_addrs; i++) {
		if (tw_addr_equal(&port->addrs[i].addr, addr))
			return true;
	}
	return false;
}

/* Our address in the prefix that has the longest match with a. */
static const struct tw_prefix *on_link(const struct tw_port *port, const struct tw_addr *a)
{
	const struct tw_prefix *best = NULL;

	for (size_t i = 0; i < port->n_addrs; i++) {
		if (tw_prefix_contains(&port->addrs[i], a) &&
			(!best || port->addrs[i].len > best->len))
			best = &port->addrs[i];
	}
	return best;
}

static const struct tw_addr *source_for(const struct tw_port *port, const struct tw_addr *hop)
{
	const struct tw_prefix *p = on_link(port, hop);

	for (size_t i = 0; !p && i < port->n_addrs; i++) {
		const struct tw_addr *a = &port->addrs[i].addr;

		if (a->family == hop->family && !tw_addr_is_link_local(a))
			p = &port->addrs[i];
	}
	return p ? &p->addr : NULL;
}

/* The port's own addressing: on the link, or over a gateway. */
static int own_route(const struct tw_port *port, const struct tw_addr *peer,
	struct tw_addr *ret_source, struct tw_addr *ret_hop, struct tw_err *err)
{
	const struct tw_addr *source, *hop = NULL;
	char text[TW_ADDR_STR];

	if (on_link(port, peer))
		hop = peer;
	for (size_t i = 0; !hop && i < port->n_gateways; i++) {
		if (port->gateways[i].family == peer->family)
			hop = &port->gateways[i];
	}
	/* With a fixed next hop nobody has to know what is on the link. */
	if (!hop && port->has_peer_mac)
		hop = peer;
	source = hop ? source_for(port, hop) : NULL;
	if (!source)
		return tw_fail(err, -ENETUNREACH, "%s has no %s to reach %s (--ip, --gateway)",
			port->name, hop ? "address" : "gateway", tw_addr_format(peer, text));
	*ret_source = *source;
	*ret_hop = *hop;
	return 0;
}

/* Configured gateways and tags are not the kernel's business. */
static bool has_own_addressing(const struct tw_port *port)
{
	return !port->is_kernel || port->n_gateways || port->vlan || port->has_peer_mac;
}

bool tw_port_has_route(const struct tw_port *port, const struct tw_addr *peer)
{
	return has_own_addressing(port) || port->is_loopback ||
	       tw_host_has_route(peer, port->ifindex);
}

int tw_port_route(const struct tw_port *port, const struct tw_addr *peer,
	struct tw_addr *ret_source, struct tw_addr *ret_hop, struct tw_err *err)
{
	char text[TW_ADDR_STR];
	struct tw_host_route r;
	int rc;

	if (has_own_addressing(port)) {
		if (tw_port_owns(port, peer) && !port->is_loopback)
			return tw_fail(err, -EADDRINUSE, "%s is the address of %s itself",
				tw_addr_format(peer, text), port->name);
		return own_route(port, peer, ret_source, ret_hop, err);
	}
	/* Addresses of this host live on lo, whatever interface has them. */
	rc = tw_host_route(peer, NULL, port->is_loopback ? 0 : port->ifindex, &r, err);
	if (rc < 0)
		return rc;
	if (r.local && !port->is_loopback)
		return tw_fail(err, -EADDRINUSE, "%s is an address of this host: use --dev lo",
			tw_addr_format(peer, text));
	if (port->is_loopback && !r.local)
		return tw_fail(err, -ENETUNREACH, "%s is not an address of this host: not over %s",
			tw_addr_format(peer, text), port->name);
	if (!r.source.family) {
		const struct tw_addr *source = source_for(port, peer);

		if (!source)
			return tw_fail(err, -ENETUNREACH, "%s has no address to reach %s",
				port->name, tw_addr_format(peer, text));
		r.source = *source;
	}
	*ret_source = r.source;
	*ret_hop = r.gateway.family ? r.gateway : *peer;
	return 0;
}

int tw_port_resolve(const struct tw_port *port, const struct tw_addr *hop, unsigned int timeout_ms,
	bool (*keep_on)(void), struct tw_mac *ret_mac, struct tw_err *err)
{
	if (port->has_peer_mac) {
		*ret_mac = port->peer_mac;
		return 0;
	}
	if (port->is_loopback) {
		*ret_mac = port->mac; /* zero, to zero */
		return 0;
	}
	if (!port->is_kernel)
		return tw_fail(err, -EAGAIN, "%s needs neighbour resolution", port->name);
	return tw_host_resolve(port->ifindex, hop, timeout_ms, keep_on, ret_mac, err);
}

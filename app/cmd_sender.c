/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* sender: measures towards a STAMP or TWAMP Light reflector that nobody negotiates with. */

#include "commands.h"
#include "measure.h"
#include "net_session.h"
#include "next_hop.h"
#include "plan.h"
#include "recording.h"
#include "resolve.h"
#include "stamp_keys.h"
#include "tw_log.h"
#include "tw_stamp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the command line says of the two ends. */
struct ends {
	struct tw_endpoint local;
	struct tw_endpoint remote;
};

static int read_ends(const struct tw_options *o, struct tw_err *err, struct ends *ret)
{
	unsigned int family = o->ipv4 ? 4 : o->ipv6 ? 6 : 0;
	int rc = tw_resolve_endpoint(o->args.v[0], TW_PORT, family, err, &ret->remote);

	if (rc == 0 && !ret->remote.addr.family)
		rc = tw_fail(err, -EINVAL, "%s: the peer's address is missing", o->args.v[0]);
	ret->local = (struct tw_endpoint){0};
	if (rc == 0 && o->args.n > 1)
		rc = tw_resolve_endpoint(
			o->args.v[1], 0, ret->remote.addr.family, err, &ret->local);
	return rc;
}

/* Source address, MAC addresses and UDP ports. */
static int find_way(struct tw_net *n, const struct tw_options *o, const struct ends *e,
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

static void describe(
	const struct tw_options *o, const struct tw_plan_link *link, struct tw_session_info *s)
{
	struct tw_endpoint local = {link->local, link->ports[0]};

	s->protocol = tw_protocol_name(
		o->protocol == TW_OPT_LIGHT ? TW_PROTOCOL_LIGHT : TW_PROTOCOL_STAMP);
	s->mode = o->auth ? "authenticated" : "unauthenticated";
	tw_endpoint_format(&local, s->local);
	tw_endpoint_format(&link->remote, s->remote);
	s->dscp = o->tos >> 2;
	s->ttl = o->ttl;
	s->streams = o->streams;
	s->stamp = o->stamp == TW_OPT_STAMP_PACKET ? "packet" : "burst";
	s->stateless_peer = o->stateless;
}

/* Packets of a driver have no route of the kernel's with them, and a look-up finds them strange. */
static const char lo_needs[] =
	" Programs on kernel sockets get IPv4 packets of ours on the loopback interface only after "
	"sysctl net.ipv4.conf.lo.route_localnet=1 net.ipv4.conf.lo.accept_local=1";

static int run(struct tw_net *n, const struct tw_options *o, const struct ends *e, uint16_t *ports,
	struct tw_err *err)
{
	struct tw_measure_config m = {.options = o, .command = "sender"};
	struct tw_plan_link link;
	struct tw_loop_port lp;
	struct tw_stamp_keys keys = {0};
	struct tw_plan plan = {0};
	struct tw_task *t;
	char tried[512], where[TW_ADDR_STR];
	int rc = find_way(n, o, e, ports, err, &link);

	if (rc == 0)
		rc = tw_stamp_keys_load(o, err, &keys);
	if (rc == 0)
		rc = tw_plan_make(o, &link, err, &plan);
	if (rc == 0)
		rc = tw_plan_protect(&plan, keys.ring, o, err);
	if (rc == 0)
		rc = tw_recording_start(&n->backend, o, TW_MAX_FRAME, err, &m.recording);
	if (rc < 0) {
		tw_plan_fini(&plan);
		tw_stamp_keys_fini(&keys);
		return rc;
	}
	tw_ports_loop(o, &n->ports[0], 0, &lp);
	lp.n_rx_queues = n->ports[0].n_rx;
	lp.recorder = n->backend.recorder;
	rc = tw_sender_create(&lp, &plan.sender, &n->backend.clock, err, &t);
	if (rc < 0) {
		tw_recording_stop(m.recording);
	} else {
		for (uint16_t q = 0; q < n->ports[0].n_rx; q++)
			tw_ports_add_fds(&n->ports[0], q, &n->backend.workers[0]);
		tw_backend_assign(&n->backend, 0, t);
		describe(o, &link, &m.session);
		m.offered_pps = plan.offered_pps;
		snprintf(tried, sizeof(tried),
			"%s packets went to %s through %s (%s); is a reflector listening there, "
			"and does nothing filter UDP port %u?%s",
			m.session.protocol, tw_endpoint_format(&link.remote, where),
			n->ports[0].name, n->ports[0].driver, link.remote.port,
			n->ports[0].is_loopback && link.local.family == 4 ? lo_needs : "");
		m.no_reply = tried;
		rc = tw_measure(&n->backend, &m);
	}
	tw_backend_fini(&n->backend);
	tw_plan_fini(&plan);
	tw_stamp_keys_fini(&keys);
	return rc;
}

int tw_cmd_sender(const struct tw_options *o)
{
	struct tw_net *n = calloc(1, sizeof(*n));
	uint16_t *ports = calloc(o->streams, sizeof(*ports));
	struct tw_err err = {"out of memory"};
	struct ends e;
	uint32_t largest = 0;
	int rc = n && ports ? read_ends(o, &err, &e) : -ENOMEM;

	if (rc == 0)
		rc = tw_plan_largest(o, e.remote.addr.family, &err, &largest);
	if (rc == 0)
		rc = tw_net_open(n, o, &e.remote.addr, &e.local.addr, largest, 1, &err);
	if (rc == 0)
		rc = run(n, o, &e, ports, &err);
	if (n)
		tw_net_close(n);
	free(ports);
	free(n);
	if (rc < 0) {
		tw_error("sender: %s", err.text);
		return 1;
	}
	return rc;
}

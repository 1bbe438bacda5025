/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* sender: measures towards a STAMP or TWAMP Light reflector that nobody negotiates with. */

#include "commands.h"
#include "measure.h"
#include "recording.h"
#include "stamp_keys.h"
#include "tw_log.h"
#include "tw_stamp.h"
#include "way.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static int run(struct tw_net *n, const struct tw_options *o, const struct tw_ends *e,
	uint16_t *ports, struct tw_err *err)
{
	struct tw_measure_config m = {.options = o, .command = "sender"};
	struct tw_plan_link link;
	struct tw_loop_port lp;
	struct tw_stamp_keys keys = {0};
	struct tw_plan plan = {0};
	struct tw_task *t;
	char tried[512], where[TW_ADDR_STR];
	int rc = tw_way_find(n, o, e, ports, err, &link);

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
		if (plan.tlv && plan.tlv->no_reply)
			m.no_reply = "the packets asked for none";
		else if (plan.tlv && plan.tlv->elsewhere)
			m.no_reply = "the packets asked for replies to another address";
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
	struct tw_ends e;
	uint32_t largest = 0;
	int rc = n && ports ? tw_ends_read(o, TW_PORT, &err, &e) : -ENOMEM;

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

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* loopback: sender and reflector in one process over net_ring. No privileges, no hugepages. */

#include "commands.h"
#include "measure.h"
#include "plan.h"
#include "ports.h"
#include "recording.h"
#include "stamp_keys.h"
#include "tlv_policy.h"
#include "tw_log.h"
#include "tw_stamp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLOTS 4096
#define IN_FLIGHT 1024
#define FIRST_PORT 49152

static int make_tasks(struct tw_backend *b, const struct tw_options *o,
	const struct tw_loop_port *sender, const struct tw_loop_port *reflector,
	const struct tw_plan *plan, const struct tw_keyring *keys, const struct tw_tlv_policy *tlv,
	struct tw_err *err)
{
	struct tw_reflector_config r = {
		.port = TW_PORT,
		.protocol = o->protocol == TW_OPT_LIGHT ? TW_PROTOCOL_LIGHT : TW_PROTOCOL_STAMP,
		.stateless = o->stateless,
		.max_sessions = o->streams,
		.session_idle = tw_ns_from_sec(30),
		.refwait = tw_ns_from_sec(900),
		.stamp = plan->sender.stamp,
		.keys = keys,
		.tlv = tlv,
		.ptp = o->timestamp_format == TW_OPT_PTP,
	};
	struct tw_task *t;
	int rc = tw_sender_create(sender, &plan->sender, &b->clock, err, &t);

	if (rc < 0)
		return rc;
	tw_backend_assign(b, 0, t);
	rc = tw_reflector_create(reflector, &r, &b->clock, err, &t);
	if (rc < 0)
		return rc;
	tw_backend_assign(b, 1, t);
	return 0;
}

static void describe(
	const struct tw_options *o, const struct tw_plan_link *link, struct tw_measure_config *m)
{
	struct tw_endpoint local = {link->local, link->ports[0]};

	m->session.protocol = tw_protocol_name(
		o->protocol == TW_OPT_LIGHT ? TW_PROTOCOL_LIGHT : TW_PROTOCOL_STAMP);
	m->session.mode = o->auth ? "authenticated" : "unauthenticated";
	tw_endpoint_format(&local, m->session.local);
	tw_endpoint_format(&link->remote, m->session.remote);
	m->session.dscp = o->tos >> 2;
	m->session.ttl = o->ttl;
	m->session.streams = o->streams;
	m->session.stamp = o->stamp == TW_OPT_STAMP_PACKET ? "packet" : "burst";
	m->session.stateless_peer = o->stateless;
	m->no_reply = "the loop inside this process is broken";
}

/* The crossed pair, each end with an address of its own. */
static int open_ports(
	const struct tw_options *o, uint32_t largest, struct tw_err *err, struct tw_port *ports)
{
	struct tw_port_config cfg[2] = {0};

	for (int i = 0; i < 2; i++) {
		cfg[i].n_queues = 1;
		cfg[i].rx_desc = SLOTS;
		cfg[i].tx_desc = SLOTS;
		cfg[i].max_frame = largest > TW_PORT_FRAME ? largest : TW_PORT_FRAME;
		cfg[i].vlan = o->n_vlan ? o->vlan[0] : 0;
		cfg[i].n_addrs = 1;
		tw_prefix_parse(o->ipv6 ? (i ? "2001:db8::2/64" : "2001:db8::1/64")
					: (i ? "192.0.2.2/24" : "192.0.2.1/24"),
			&cfg[i].addrs[0]);
	}
	return tw_port_open_crossed(cfg, ports, err);
}

static int run(
	struct tw_backend *b, const struct tw_options *o, struct tw_port *ports, struct tw_err *err)
{
	struct tw_measure_config m = {.options = o, .command = "loopback", .rates = true};
	struct tw_plan_link link = {.mtu = (uint16_t)ports[0].mtu};
	struct tw_loop_port lp[2];
	struct tw_tlv_rules tlv;
	struct tw_stamp_keys keys = {0};
	struct tw_plan plan = {0};
	uint16_t *udp = calloc(o->streams, sizeof(*udp));
	int rc;

	if (!udp)
		return tw_fail(err, -ENOMEM, "out of memory");
	for (uint32_t i = 0; i < o->streams; i++)
		udp[i] = (uint16_t)(FIRST_PORT + i);
	for (int i = 0; i < 2; i++) {
		tw_ports_loop(o, &ports[i], 0, &lp[i]);
		tw_mac_parse(i ? "02:00:00:00:00:02" : "02:00:00:00:00:01", &lp[i].mac);
	}
	tw_tlv_rules_make(o, &tlv);
	link.ports = udp;
	link.local = ports[0].addrs[0].addr;
	link.remote = (struct tw_endpoint){ports[1].addrs[0].addr, TW_PORT};
	link.local_mac = lp[0].mac;
	link.next_hop_mac = lp[1].mac;
	rc = o->auth ? tw_stamp_keys_random(err, &keys) : 0;
	if (rc == 0)
		rc = tw_plan_make(o, &link, err, &plan);
	if (rc == 0)
		rc = tw_plan_protect(&plan, keys.ring, o, err);
	if (rc == 0) {
		plan.sender.in_flight_max = IN_FLIGHT;
		rc = tw_recording_start(b, o, TW_MAX_FRAME, err, &m.recording);
		lp[0].recorder = b->recorder;
	}
	if (rc == 0)
		rc = make_tasks(b, o, &lp[0], &lp[1], &plan, keys.ring, &tlv.policy, err);
	if (rc == 0) {
		describe(o, &link, &m);
		m.offered_pps = plan.offered_pps;
		rc = tw_measure(b, &m);
	}
	tw_backend_fini(b);
	tw_plan_fini(&plan);
	tw_stamp_keys_fini(&keys);
	free(udp);
	return rc;
}

int tw_cmd_loopback(const struct tw_options *o)
{
	struct tw_eal_config cfg = {
		.n_workers = sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 2 : 1,
		.lcores = o->lcores,
		.extra = o->eal,
		.mem_mb = 512,
		.numa_node = -1,
	};
	struct tw_backend *b = calloc(1, sizeof(*b));
	struct tw_port ports[2] = {0};
	struct tw_err err = {"out of memory"};
	uint32_t largest;
	int rc = b ? tw_plan_largest(o, o->ipv6 ? 6 : 4, &err, &largest) : -ENOMEM;

	if (rc == 0)
		rc = tw_eal_start(&cfg, &b->eal, &err);

	if (rc == 0) {
		rc = tw_backend_init(b, &err);
		if (rc == 0)
			rc = open_ports(o, largest, &err, ports);
		if (rc == 0)
			rc = tw_port_start(&ports[0], &err);
		if (rc == 0)
			rc = tw_port_start(&ports[1], &err);
		if (rc == 0)
			rc = run(b, o, ports, &err);
		tw_backend_fini(b);
		tw_port_close(&ports[0]);
		tw_port_close(&ports[1]);
		tw_eal_stop();
	}
	free(b);
	if (rc < 0) {
		tw_error("loopback: %s", err.text);
		return 1;
	}
	return rc;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* loopback: sender and reflector in one process over net_ring. No privileges, no hugepages. */

#include "commands.h"
#include "measure.h"
#include "ports.h"
#include "recording.h"
#include "sending.h"
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
/* Source ports of one address; the dynamic ones as long as they are enough. */
#define PORTS 60000
#define FIRST_PORT 1024
#define FIRST_DYNAMIC 49152

/* Own addresses of each end, IPv4 then IPv6; a second of the sender's is for more than PORTS. */
static const char *const addresses[2][4] = {
	{"192.0.2.1/24", "192.0.2.3/24", "2001:db8::1/64", "2001:db8::3/64"},
	{"192.0.2.2/24", "192.0.2.4/24", "2001:db8::2/64", "2001:db8::4/64"},
};
static const char *const macs[2] = {"02:00:00:00:00:01", "02:00:00:00:00:02"};

struct loop {
	struct tw_backend backend;
	struct tw_port ports[2];
	uint16_t n_queues;
	struct tw_sending sending;
	struct tw_keyring *keys;
	struct tw_tlv_rules tlv;
};

/* Senders have the first workers, reflectors those behind; a queue pair has one of each. */
static int make_tasks(struct loop *l, const struct tw_options *o, struct tw_err *err)
{
	struct tw_reflector_config r = {
		.port = TW_PORT,
		.protocol = TW_PROTOCOL_AUTO,
		.stateless = o->stateless,
		.max_sessions = o->streams,
		.session_idle = tw_ns_from_sec(30),
		.refwait = tw_ns_from_sec(900),
		.stamp = l->sending.plan.sender.stamp,
		.keys = l->keys,
		.tlv = &l->tlv.policy,
		.ptp = o->timestamp_format == TW_OPT_PTP,
	};
	unsigned int before = l->backend.n_workers - l->n_queues;
	struct tw_loop_port lp;
	struct tw_task *t;
	int rc = 0;

	if (!o->scenario)
		r.protocol = o->protocol == TW_OPT_LIGHT ? TW_PROTOCOL_LIGHT : TW_PROTOCOL_STAMP;
	for (uint32_t i = 0; i < l->sending.n_shares && rc == 0; i++) {
		struct tw_share *h = &l->sending.shares[i];

		tw_ports_loop(o, &l->ports[0], h->queue, &lp);
		lp.rx_queue = h->rx_queue;
		lp.n_rx_queues = h->n_rx_queues;
		lp.recorder = l->backend.recorder;
		if (h->sender.schedule == TW_SCHEDULE_MAX)
			h->sender.in_flight_max = IN_FLIGHT;
		rc = tw_sender_create(&lp, &h->sender, &l->backend.clock, err, &t);
		if (rc == 0)
			tw_backend_assign(&l->backend, i, t);
	}
	for (uint16_t q = 0; q < l->n_queues && rc == 0; q++) {
		tw_ports_loop(o, &l->ports[1], q, &lp);
		rc = tw_reflector_create(&lp, &r, &l->backend.clock, err, &t);
		if (rc == 0)
			tw_backend_assign(&l->backend, before + q, t);
	}
	return rc;
}

/* The crossed pair, each end with addresses of its own. */
static int open_ports(
	struct loop *l, const struct tw_options *o, uint32_t largest, struct tw_err *err)
{
	struct tw_port_config cfg[2] = {0};
	int rc;

	for (int i = 0; i < 2; i++) {
		cfg[i].n_queues = l->n_queues;
		cfg[i].rx_desc = SLOTS;
		cfg[i].tx_desc = SLOTS;
		cfg[i].max_frame = largest > TW_PORT_FRAME ? largest : TW_PORT_FRAME;
		cfg[i].vlan = o->n_vlan ? o->vlan[0] : 0;
		for (int k = 0; k < 4; k++)
			tw_prefix_parse(addresses[i][k], &cfg[i].addrs[cfg[i].n_addrs++]);
	}
	rc = tw_port_open_crossed(cfg, l->ports, err);
	for (int i = 0; i < 2 && rc == 0; i++) {
		tw_mac_parse(macs[i], &l->ports[i].mac);
		rc = tw_port_start(&l->ports[i], err);
	}
	return rc;
}

/* Ends inside the loop, whatever the file says of ends outside; the family stays. */
static void lay_ways(struct loop *l, const struct tw_options *o)
{
	bool few = l->sending.n_streams <= UINT16_MAX - FIRST_DYNAMIC;

	for (uint32_t i = 0; i < l->sending.n_streams; i++) {
		struct tw_wish *wish = &l->sending.wishes[i];
		struct tw_way *way = &l->sending.ways[i];
		bool v6 = wish->remote.addr.family ? wish->remote.addr.family == 6 : o->ipv6;

		wish->remote = (struct tw_endpoint){l->ports[1].addrs[v6 ? 2 : 0].addr, TW_PORT};
		*way = (struct tw_way){
			.local = {l->ports[0].addrs[(v6 ? 2 : 0) + i / PORTS].addr,
				(uint16_t)(few ? FIRST_DYNAMIC + i : FIRST_PORT + i % PORTS)},
			.next_hop = l->ports[1].mac,
			.queue = (uint16_t)(i % l->n_queues),
		};
	}
}

/* Entries are sent untagged: there are no VLANs inside. */
static int begin(struct loop *l, struct tw_options *o, struct tw_scenario **ret, struct tw_err *err)
{
	struct tw_endpoint none = {0}, remote = {.port = TW_PORT};
	int rc = 0;

	if (o->scenario)
		rc = tw_scenario_load(o, &remote, &none, true, err, ret);
	o->n_vlan = 0;
	for (uint32_t i = 0; rc == 0 && *ret && i < (*ret)->n_entries; i++)
		(*ret)->entries[i].o.n_vlan = 0;
	/* A key of the loop's is every peer's: its reflector takes no others then. */
	for (uint32_t i = 1; rc == 0 && *ret && i < (*ret)->n_entries; i++)
		if ((*ret)->entries[i].o.auth != (*ret)->entries[0].o.auth) {
			rc = tw_fail(err, -EINVAL,
				"auth: allowed in a loopback in all entries or in none");
			tw_scenario_blame(*ret, &(*ret)->entries[i], err, rc);
		}
	if (rc == 0)
		rc = tw_sending_begin(&l->sending, o, *ret, &none, &remote, err);
	for (uint32_t i = 0; rc == 0 && i < l->sending.n_streams; i++)
		if (!l->sending.wishes[i].remote.addr.family)
			l->sending.wishes[i].remote.addr.family = o->ipv6 ? 6 : 4;
	return rc;
}

static int run(struct loop *l, const struct tw_options *o, struct tw_err *err)
{
	struct tw_measure_config m = {.options = o,
		.command = "loopback",
		.rates = true,
		.sending = &l->sending,
		.no_reply = "the loop inside this process is broken"};
	struct tw_stamp_keys keys = {0};
	bool auth = o->auth;
	int rc;

	for (uint32_t i = 0; l->sending.scenario && i < l->sending.scenario->n_entries; i++)
		auth |= l->sending.scenario->entries[i].o.auth;
	lay_ways(l, o);
	tw_tlv_rules_make(o, &l->tlv);
	rc = auth ? tw_stamp_keys_random(err, &keys) : 0;
	l->keys = keys.ring;
	if (rc == 0)
		rc = tw_sending_plan(&l->sending, l->ports, 1, keys.ring, err);
	if (rc == 0)
		rc = tw_recording_start(&l->backend, o, TW_MAX_FRAME, err, &m.recording);
	if (rc == 0)
		rc = make_tasks(l, o, err);
	if (rc == 0) {
		tw_sending_describe(&l->sending, &m.session);
		m.offered_pps = l->sending.plan.offered_pps;
		rc = tw_measure(&l->backend, &m);
	}
	tw_backend_fini(&l->backend);
	tw_stamp_keys_fini(&keys);
	return rc;
}

static int start(struct loop *l, const struct tw_options *o, uint32_t largest, struct tw_err *err)
{
	struct tw_eal_config cfg = {
		.n_workers = o->lcores                           ? 0
			     : sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 2
								 : 1,
		.lcores = o->lcores,
		.extra = o->eal,
		.mem_mb = o->lcores ? 2048 : 512,
		.numa_node = -1,
	};
	int rc;

	rc = tw_eal_start(&cfg, &l->backend.eal, err);
	if (rc < 0)
		return rc;
	rc = tw_backend_init(&l->backend, err);
	l->n_queues = (uint16_t)(l->backend.n_workers < 4 ? 1 : l->backend.n_workers / 2);
	if (rc == 0)
		rc = open_ports(l, o, largest, err);
	if (rc == 0)
		rc = run(l, o, err);
	tw_backend_fini(&l->backend);
	tw_port_close(&l->ports[0]);
	tw_port_close(&l->ports[1]);
	tw_eal_stop();
	return rc;
}

int tw_cmd_loopback(const struct tw_options *options)
{
	struct loop *l = calloc(1, sizeof(*l));
	struct tw_options *o = malloc(sizeof(*o));
	struct tw_scenario *scenario = NULL;
	struct tw_err err = {"out of memory"};
	uint32_t largest = 0;
	int rc = l && o ? 0 : -ENOMEM;

	if (rc == 0) {
		*o = *options;
		rc = begin(l, o, &scenario, &err);
	}
	if (rc == 0)
		rc = tw_sending_largest(&l->sending, &err, &largest);
	if (rc == 0)
		rc = start(l, o, largest, &err);
	if (l)
		tw_sending_fini(&l->sending);
	tw_scenario_destroy(scenario);
	free(o);
	free(l);
	if (rc < 0) {
		tw_error("loopback: %s", err.text);
		return 1;
	}
	return rc;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* reflector: answers TWAMP Light and STAMP on one or more devices until it is told to stop. */

#include "commands.h"
#include "net_session.h"
#include "ports.h"
#include "recording.h"
#include "resolve.h"
#include "stamp_keys.h"
#include "tlv_policy.h"
#include "tw_log.h"
#include "tw_session.h"
#include "tw_stamp.h"
#include "watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int make_tasks(struct tw_net *n, const struct tw_options *o, uint16_t port,
	const struct tw_keyring *keys, const struct tw_tlv_policy *tlv, struct tw_err *err)
{
	static const enum tw_protocol protocols[] = {
		[TW_OPT_STAMP] = TW_PROTOCOL_STAMP,
		[TW_OPT_LIGHT] = TW_PROTOCOL_LIGHT,
		[TW_OPT_AUTO] = TW_PROTOCOL_AUTO,
	};
	struct tw_reflector_config cfg = {
		.port = port,
		.protocol = protocols[o->protocol],
		.stateless = o->stateless,
		.max_sessions = o->sessions,
		.session_idle = o->session_idle,
		.refwait = o->refwait,
		.stamp = o->stamp == TW_OPT_STAMP_PACKET ? TW_STAMP_PER_PACKET : TW_STAMP_PER_BURST,
		.keys = keys,
		.require_key = o->auth,
		.tlv = tlv,
		.ptp = o->timestamp_format == TW_OPT_PTP,
		.allow = o->allow,
		.n_allow = o->n_allow,
	};
	unsigned int turn = 0;

	for (unsigned int i = 0; i < n->n_ports; i++) {
		for (uint16_t q = 0; q < n->ports[i].n_rx; q++) {
			struct tw_worker *w = &n->backend.workers[turn % n->backend.n_workers];
			struct tw_loop_port lp;
			struct tw_task *t;
			int rc;

			if (w->n_tasks == TW_MAX_TASKS_PER_WORKER)
				return tw_fail(err, -E2BIG, "%s: too many queues for %u workers",
					n->ports[i].name, n->backend.n_workers);
			tw_ports_loop(o, &n->ports[i], q, &lp);
			lp.recorder = n->backend.recorder;
			rc = tw_reflector_create(&lp, &cfg, &n->backend.clock, err, &t);
			if (rc < 0)
				return rc;
			tw_ports_add_fds(&n->ports[i], q, w);
			tw_backend_assign(&n->backend, turn++, t);
		}
	}
	return 0;
}

static void name_addresses(const struct tw_net *n, uint16_t port, struct tw_watch_config *w)
{
	for (unsigned int i = 0; i < n->n_ports; i++)
		for (size_t k = 0; k < n->ports[i].n_addrs; k++) {
			struct tw_endpoint e = {n->ports[i].addrs[k].addr, port};

			if (w->n_local < TW_REFLECTOR_LOCALS)
				tw_endpoint_format(&e, w->local[w->n_local++]);
		}
}

static int run(struct tw_net *n, const struct tw_options *o, uint16_t port, struct tw_err *err)
{
	struct tw_watch_config w = {.options = o, .command = "reflector"};
	struct tw_tlv_rules tlv;
	struct tw_stamp_keys keys;
	int rc = tw_stamp_keys_load(o, err, &keys);

	tw_tlv_rules_make(o, &tlv);
	for (unsigned int i = 0; i < n->n_ports && rc == 0; i++) {
		uint16_t first;

		rc = tw_port_take_udp(&n->ports[i], 0, port, 1, &first, err);
	}
	if (rc == 0)
		rc = tw_recording_start(&n->backend, o, TW_MAX_FRAME, err, &w.recording);
	if (rc == 0)
		rc = make_tasks(n, o, port, keys.ring, &tlv.policy, err);
	if (rc == 0) {
		name_addresses(n, port, &w);
		for (unsigned int i = 0; i < w.n_local; i++)
			tw_info("reflecting on %s", w.local[i]);
		rc = tw_watch(&n->backend, &w);
	}
	tw_backend_fini(&n->backend);
	tw_stamp_keys_fini(&keys);
	return rc;
}

int tw_cmd_reflector(const struct tw_options *o)
{
	struct tw_endpoint local = {.port = TW_PORT};
	struct tw_net *n = calloc(1, sizeof(*n));
	struct tw_err err = {"out of memory"};
	int rc = n ? 0 : -ENOMEM;

	if (rc == 0 && o->args.n > 0)
		rc = tw_resolve_endpoint(o->args.v[0], TW_PORT, 0, &err, &local);
	if (rc == 0)
		rc = tw_net_open(n, o, &(struct tw_addr){0}, &local.addr, 0, 0, &err);
	if (rc == 0)
		rc = run(n, o, local.port, &err);
	if (n)
		tw_net_close(n);
	free(n);
	if (rc < 0) {
		tw_error("reflector: %s", err.text);
		return 1;
	}
	return rc;
}

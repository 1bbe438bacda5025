/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "reflectors.h"

#include "ports.h"

#include <errno.h>

static bool is_everywhere(const struct tw_addr *a)
{
	return !a->family || tw_addr_is_unspecified(a);
}

bool tw_reflectors_answer_on(const struct tw_addr *local, const struct tw_addr *a)
{
	return is_everywhere(local) || tw_addr_equal(local, a);
}

struct tw_reflector_config tw_reflectors_config(const struct tw_options *o,
	const struct tw_endpoint *local, const struct tw_keyring *keys,
	const struct tw_tlv_policy *tlv)
{
	static const enum tw_protocol protocols[] = {
		[TW_OPT_STAMP] = TW_PROTOCOL_STAMP,
		[TW_OPT_LIGHT] = TW_PROTOCOL_LIGHT,
		[TW_OPT_AUTO] = TW_PROTOCOL_AUTO,
		[TW_OPT_TWAMP] = TW_PROTOCOL_AUTO,
	};

	return (struct tw_reflector_config){
		.port = local->port,
		.only = is_everywhere(&local->addr) ? (struct tw_addr){0} : local->addr,
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
}

static int check_owner(const struct tw_net *n, const struct tw_addr *only, struct tw_err *err)
{
	char text[TW_ADDR_STR];
	bool owned = !only->family;

	for (unsigned int i = 0; i < n->n_ports; i++)
		owned |= tw_port_owns(&n->ports[i], only);
	return owned ? 0
		     : tw_fail(err, -EADDRNOTAVAIL, "%s is not an address of %s%s",
			       tw_addr_format(only, text), n->ports[0].name,
			       n->n_ports > 1 ? " nor of the other devices" : "");
}

int tw_reflectors_make(struct tw_net *n, const struct tw_options *o,
	const struct tw_reflector_config *cfg, struct tw_err *err)
{
	unsigned int turn = 0;
	int rc = check_owner(n, &cfg->only, err);

	if (rc < 0)
		return rc;
	for (unsigned int i = 0; i < n->n_ports; i++) {
		for (uint16_t q = 0; q < n->ports[i].n_rx; q++) {
			struct tw_worker *w = &n->backend.workers[turn % n->backend.n_workers];
			struct tw_loop_port lp;
			struct tw_task *t;

			if (w->n_tasks == TW_MAX_TASKS_PER_WORKER)
				return tw_fail(err, -E2BIG, "%s: too many queues for %u workers",
					n->ports[i].name, n->backend.n_workers);
			tw_ports_loop(o, &n->ports[i], q, &lp);
			lp.recorder = n->backend.recorder;
			tw_net_serve_kernel(n, i, q, &lp, w);
			rc = tw_reflector_create(&lp, cfg, &n->backend.clock, err, &t);
			if (rc < 0)
				return rc;
			tw_ports_add_fds(&n->ports[i], q, w);
			tw_backend_assign(&n->backend, turn++, t);
		}
	}
	return 0;
}

void tw_reflectors_name(
	const struct tw_net *n, const struct tw_endpoint *local, struct tw_watch_config *w)
{
	for (unsigned int i = 0; i < n->n_ports; i++)
		for (size_t k = 0; k < n->ports[i].n_addrs; k++) {
			struct tw_endpoint e = {n->ports[i].addrs[k].addr, local->port};

			if (tw_reflectors_answer_on(&local->addr, &e.addr) &&
				w->n_local < TW_REFLECTOR_LOCALS)
				tw_endpoint_format(&e, w->local[w->n_local++]);
		}
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* sender: measures towards STAMP or TWAMP Light reflectors that nobody negotiates with. */

#include "commands.h"
#include "measure.h"
#include "recording.h"
#include "sending.h"
#include "stamp_keys.h"
#include "tw_log.h"
#include "tw_stamp.h"
#include "way.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Packets of a driver have no route of the kernel's with them, and a look-up finds them strange. */
static const char lo_needs[] =
	" Programs on kernel sockets get IPv4 packets of ours on the loopback interface only after "
	"sysctl net.ipv4.conf.lo.route_localnet=1 net.ipv4.conf.lo.accept_local=1";

/* A task for a share; each goes to a worker of its own as far as there are any. */
static int make_task(struct tw_net *n, const struct tw_options *o, const struct tw_sending *s,
	uint32_t i, struct tw_err *err, struct tw_task **ret)
{
	const struct tw_share *h = &s->shares[i];
	struct tw_worker *w = &n->backend.workers[i % n->backend.n_workers];
	struct tw_loop_port lp;
	int rc;

	if (w->n_tasks == TW_MAX_TASKS_PER_WORKER || i == TW_BACKEND_TASKS)
		return tw_fail(err, -E2BIG, "%s: too many queues for %u workers",
			n->ports[h->port].name, n->backend.n_workers);
	tw_ports_loop(o, &n->ports[h->port], h->queue, &lp);
	lp.rx_queue = h->rx_queue;
	lp.n_rx_queues = h->n_rx_queues;
	lp.recorder = n->backend.recorder;
	rc = tw_sender_create(&lp, &h->sender, &n->backend.clock, err, ret);
	if (rc < 0)
		return rc;
	for (uint16_t q = 0; q < h->n_rx_queues; q++)
		tw_ports_add_fds(&n->ports[h->port], (uint16_t)(h->rx_queue + q), w);
	tw_backend_assign(&n->backend, i, *ret);
	return 0;
}

/* Tasks of all shares; those of one device hand each other what came to the wrong queue. */
static int make_tasks(struct tw_net *n, const struct tw_options *o, const struct tw_sending *s,
	struct tw_err *err)
{
	const struct tw_sender_config *cfg[TW_BACKEND_TASKS];
	struct tw_task *tasks[TW_BACKEND_TASKS];
	uint32_t first = 0;
	int rc = 0;

	for (uint32_t i = 0; i < s->n_shares && rc == 0; i++) {
		rc = make_task(n, o, s, i, err, &tasks[i % TW_BACKEND_TASKS]);
		cfg[i % TW_BACKEND_TASKS] = &s->shares[i].sender;
		if (rc < 0 || (i + 1 < s->n_shares && s->shares[i + 1].port == s->shares[i].port))
			continue;
		rc = tw_backend_share(&n->backend, i + 1 - first, tasks + first, cfg + first, err);
		first = i + 1;
	}
	return rc;
}

/* What was tried, for when nothing comes back. */
static void no_reply(const struct tw_net *n, const struct tw_sending *s,
	const struct tw_session_info *info, char *buf, size_t cap)
{
	const struct tw_tlv_template *tlv = s->plan.parts[0].tlv;
	const struct tw_port *p = &n->ports[s->ways[0].port];
	const struct tw_endpoint *remote = &s->wishes[0].remote;
	char where[TW_ADDR_STR];

	if (!s->scenario && tlv && tlv->no_reply)
		snprintf(buf, cap, "the packets asked for none");
	else if (!s->scenario && tlv && tlv->elsewhere)
		snprintf(buf, cap, "the packets asked for replies to another address");
	else
		snprintf(buf, cap,
			"%s packets went to %s%s through %s (%s); is a reflector listening there, "
			"and does nothing filter UDP port %u?%s",
			strcmp(info->protocol, "several") == 0 ? "test" : info->protocol,
			tw_endpoint_format(remote, where), *info->remote ? "" : " and others",
			p->name, p->driver, remote->port,
			p->is_loopback && remote->addr.family == 4 ? lo_needs : "");
}

static int run(struct tw_net *n, const struct tw_options *o, struct tw_sending *s,
	const struct tw_keyring *keys, struct tw_err *err)
{
	struct tw_measure_config m = {.options = o, .command = "sender", .sending = s};
	char tried[512];
	uint32_t which;
	int rc = tw_ways_find(n, o, s->wishes, s->n_streams, s->n_picked, err, s->ways, &which);

	if (rc < 0)
		return tw_sending_blame(s, which, err, rc);
	rc = tw_sending_plan(s, n->ports, n->n_ports, keys, err);
	if (rc == 0)
		rc = tw_recording_start(&n->backend, o, TW_MAX_FRAME, err, &m.recording);
	if (rc == 0) {
		rc = make_tasks(n, o, s, err);
		if (rc < 0)
			tw_recording_stop(m.recording);
	}
	if (rc == 0) {
		tw_sending_describe(s, &m.session);
		m.offered_pps = s->plan.offered_pps;
		no_reply(n, s, &m.session, tried, sizeof(tried));
		m.no_reply = tried;
		rc = tw_measure(&n->backend, &m);
	}
	tw_backend_fini(&n->backend);
	return rc;
}

/* Ends, scenario and streams, before there is a device. */
static int begin(struct tw_options *o, struct tw_scenario **ret_scenario, struct tw_sending *s,
	struct tw_err *err)
{
	struct tw_ends e = {.remote.port = TW_PORT};
	int rc = o->args.n ? tw_ends_read(o, TW_PORT, err, &e) : 0;

	if (rc == 0 && o->scenario)
		rc = tw_scenario_load(o, &e.remote, &e.local, false, err, ret_scenario);
	return rc == 0 ? tw_sending_begin(s, o, *ret_scenario, &e.local, &e.remote, err) : rc;
}

int tw_cmd_sender(const struct tw_options *options)
{
	struct tw_net *n = calloc(1, sizeof(*n));
	struct tw_options *o = malloc(sizeof(*o));
	struct tw_err err = {"out of memory"};
	struct tw_scenario *scenario = NULL;
	struct tw_stamp_keys keys = {0};
	struct tw_sending s = {0};
	uint32_t largest = 0;
	int rc = n && o ? 0 : -ENOMEM;

	if (rc == 0) {
		*o = *options;
		rc = begin(o, &scenario, &s, &err);
	}
	if (rc == 0)
		rc = tw_stamp_keys_load(o, &err, &keys);
	if (rc == 0)
		rc = tw_sending_check_keys(&s, keys.ring, &err);
	if (rc == 0)
		rc = tw_sending_largest(&s, &err, &largest);
	if (rc == 0)
		rc = tw_net_open(
			n, o, &s.wishes[0].remote.addr, &s.wishes[0].local, largest, 0, &err);
	if (rc == 0)
		rc = run(n, o, &s, keys.ring, &err);
	if (n)
		tw_net_close(n);
	tw_stamp_keys_fini(&keys);
	tw_sending_fini(&s);
	tw_scenario_destroy(scenario);
	free(o);
	free(n);
	if (rc < 0) {
		tw_error("sender: %s", err.text);
		return 1;
	}
	return rc;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* twping: a controller with one session, in the words of perfSONAR's twping. */

#include "commands.h"
#include "controller.h"
#include "delivery.h"
#include "resolve.h"
#include "signals.h"
#include "tw_log.h"
#include "tw_ntp.h"
#include "tw_rand.h"
#include "twping_output.h"

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Records on their way from the worker: half a second at 30,000 packets a second both ways. */
#define RECORDS 32768

struct twping {
	const struct tw_options *o;
	struct tw_records *records;
	struct twping_rows rows;
	struct controller *c;
	struct session_file file; /* -F */
	uint64_t start;           /* NTP: the schedule begins */
	uint16_t asked_port;      /* of the receiver; 0 = ours */
	uint32_t padding;
	uint8_t sid[TW_SID_LEN];
};

static struct twping *of(const struct controller *c)
{
	return c->kind->arg;
}

/* TESTADDR and SERVER: without SERVER one address for both, and its port is the server's. */
static int read_ends(struct controller *c, struct tw_err *err)
{
	struct twping *t = of(c);
	const struct tw_options *o = t->o;
	unsigned int family = o->ipv4 ? 4 : o->ipv6 ? 6 : 0;
	bool apart = o->args.n > 1;
	int rc = tw_resolve_endpoint(
		o->args.v[0], apart ? 0 : TW_CONTROL_PORT, family, err, &c->ends.remote);

	if (rc == 0 && !c->ends.remote.addr.family)
		rc = tw_fail(err, -EINVAL, "%s: the test address is missing", o->args.v[0]);
	if (rc < 0)
		return rc;
	c->server = c->ends.remote;
	family = c->ends.remote.addr.family;
	if (apart) {
		t->asked_port = c->ends.remote.port;
		rc = tw_resolve_endpoint(o->args.v[1], TW_CONTROL_PORT, family, err, &c->server);
		if (rc == 0 && !c->server.addr.family)
			rc = tw_fail(
				err, -EINVAL, "%s: the server's address is missing", o->args.v[1]);
	}
	if (rc == 0 && o->twping.source)
		rc = tw_resolve_endpoint(o->twping.source, 0, family, err, &c->ends.local);
	return rc;
}

/* A free port of -P, beginning anywhere in it. */
static int find_way(struct controller *c, const struct tw_ends *test, struct tw_err *err)
{
	const struct tw_twping_options *t = &c->o->twping;
	unsigned int n = t->port_high - t->port_low + 1U;
	struct tw_ends e = *test;
	int rc = -EADDRINUSE;
	unsigned int at;

	if (!t->port_low)
		return tw_way_find(&c->net, c->o, &e, c->ports, err, &c->link);
	at = (unsigned int)(tw_rand_seed() % n);
	for (unsigned int i = 0; rc == -EADDRINUSE && i < n; i++) {
		e.local.port = (uint16_t)(t->port_low + (at + i) % n);
		rc = tw_way_find(&c->net, c->o, &e, c->ports, err, &c->link);
	}
	if (rc == -EADDRINUSE)
		tw_fail(err, rc, "-P %u-%u: no port of them is free", t->port_low, t->port_high);
	return rc;
}

static void connected(struct controller *c)
{
	if (c->o->twping.loss_timeout <= 0)
		c->eff.timeout = tw_ns_add(c->eff.timeout, tw_negotiation_round_trip(&c->talk));
}

static int planned(struct controller *c, struct tw_client_request *r, struct tw_err *err)
{
	const struct tw_twping_options *t = &c->o->twping;
	struct tw_sender_config *s = &c->plan.sender;
	uint64_t sum = 0;

	for (uint32_t i = 0; i < t->n_gaps; i++)
		sum += t->gaps[i].mean;
	/* without any gap a packet is due as soon as the one before is gone */
	s->schedule = sum ? TW_SCHEDULE_GAPS : TW_SCHEDULE_MAX;
	s->gaps = t->gaps;
	s->n_gaps = t->n_gaps;
	s->pps_num = (uint64_t)t->n_gaps << 32;
	s->pps_den = sum ? sum : 1;
	s->burst = t->n_gaps; /* that many may be due at once */
	s->horizon = c->eff.timeout;
	s->linger = true;
	s->records = of(c)->records;
	r->receiver.port = of(c)->asked_port ? of(c)->asked_port : r->sender.port;
	if (t->zero_addresses) {
		memset(r->sender.addr.b, 0, sizeof(r->sender.addr.b));
		memset(r->receiver.addr.b, 0, sizeof(r->receiver.addr.b));
	}
	(void)err;
	return 0;
}

static void drain(void *arg)
{
	struct twping *t = arg;

	tw_records_drain(t->records, twping_rows_take, &t->rows);
}

/* -E, unless a signal comes. */
static void end(void *arg)
{
	struct controller *c = arg;
	struct pollfd p = {.fd = tw_signals_fd(), .events = POLLIN};

	poll(&p, 1, (int)(c->o->twping.end_delay * 1000));
	memcpy(of(c)->sid, tw_negotiation_session(&c->talk, 0)->sid, sizeof(of(c)->sid));
	tw_negotiation_stop(&c->talk);
	/* The server need not wait for who reads the result. */
	tw_negotiation_hang_up(&c->talk);
}

static int report(void *arg, const struct tw_result *r)
{
	struct twping *t = arg;
	struct twping_run run = {
		.o = t->o,
		.file = t->file.out ? &t->file : NULL,
		.start = t->start,
		.rows = &t->rows,
		.result = r,
		.sid = t->sid,
		.stream = &t->c->plan.streams[0],
		.padding = t->padding,
		.timeout = (uint64_t)tw_ns_to_span(t->c->eff.timeout).v,
	};

	drain(t);
	run.broken = t->c->talk.failed;
	run.missed = tw_records_missed(t->records) + t->rows.dropped;
	return twping_output(&run);
}

static struct tw_ntp now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return tw_ntp_from_ns(tw_ns((int64_t)ts.tv_sec * TW_NS_PER_SEC + ts.tv_nsec));
}

static void measuring(struct controller *c, struct tw_measure_config *m)
{
	const struct tw_twping_options *o = &c->o->twping;
	const struct tw_sender_config *s = &c->plan.sender;
	double gap = s->schedule == TW_SCHEDULE_MAX ? 0 : (double)s->pps_den / (double)s->pps_num;
	char text[512]; /* %.1f of any double */
	int n;

	of(c)->c = c;
	of(c)->padding = tw_controller_padding(c);
	m->delay = tw_ns((int64_t)(o->start_delay * (double)TW_NS_PER_SEC));
	of(c)->start = tw_ntp_add(now(), tw_ns_to_span(m->delay)).v;
	m->poll = drain;
	m->report = report;
	m->of = of(c);
	m->end = end;
	if (!o->quiet) {
		n = snprintf(text, sizeof(text),
			"Approximately %.1f seconds until results available\n",
			o->start_delay + gap * (double)c->o->count + tw_ns_sec(c->eff.timeout));
		tw_delivery_offer(text, (size_t)n);
	}
}

/* What was typed in vain, in perfSONAR's words. */
static void tell_ignored(const struct tw_options *o)
{
	const struct tw_twping_options *t = &o->twping;
	bool records = tw_options_given(o, twping.record_limit);

	if (records && (t->quiet || t->machine))
		tw_warning("twping: Ignoring '-v', '-%s' set", t->quiet ? "Q" : "M");
	if (tw_options_given(o, twping.machine) && t->quiet)
		tw_warning("twping: Ignoring '-M', '-Q' set");
}

int tw_cmd_twping(const struct tw_options *typed)
{
	struct tw_options *o = malloc(sizeof(*o));
	struct twping t = {.o = o};
	struct controller_kind kind = {
		.name = "twping",
		.read_ends = read_ends,
		.find_way = find_way,
		.connected = connected,
		.planned = planned,
		.measuring = measuring,
		.arg = &t,
	};
	struct tw_err err;
	int status = 1;

	if (!o || tw_records_create(RECORDS, &t.records) < 0) {
		tw_error("twping: out of memory");
		free(o);
		return 1;
	}
	*o = *typed;
	tell_ignored(o);
	/* known before anything is measured */
	if (o->twping.session_file &&
		session_file_open(&t.file, o->twping.session_file, &err) < 0) {
		tw_error("twping: -F: %s", err.text);
		goto end;
	}
	/* -S may name the interface instead of its address */
	if (o->twping.source && if_nametoindex(o->twping.source)) {
		if (o->n_dev == 0)
			o->dev[o->n_dev++] = o->twping.source;
		o->twping.source = NULL;
	}
	status = tw_controller_run(o, &kind);
end:
	session_file_discard(&t.file);
	twping_rows_fini(&t.rows);
	tw_records_destroy(t.records);
	free(o);
	return status;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* controller: negotiates sessions with a TWAMP server and measures with them. */

#include "commands.h"
#include "controller.h"
#include "recording.h"
#include "tw_event_loop.h"
#include "tw_log.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than the header of a reply, so that there is padding to reflect (RFC 6038). */
#define REFLECTED_MIN 4
/* The server reflects so long after the stop: what is still under way. */
#define MAX_BASE 112
/* What the kernel behind a port of ours is used to; IPv6 demands most of it. */
#define PLAIN_FRAME 1514

/* What the negotiated mode makes of --padding and --frame-size. */
static void settle_sizes(struct controller *c)
{
	uint32_t mode = tw_negotiation_mode(&c->talk);
	uint16_t head = tw_negotiation_padding(mode);
	struct tw_options *e = &c->eff;

	e->auth = tw_mode_protects_test(mode);
	if (mode & TW_MODE_REFLECT_OCTETS)
		e->padding_min = (uint16_t)(head + REFLECTED_MIN);
	else if (mode & TW_MODE_SYMMETRICAL_SIZE)
		e->padding_min = head;
	if (!tw_options_given(e, padding) && !e->frame_size)
		e->padding = head;
	if (e->padding >= 0)
		e->padding = e->padding > e->padding_min ? e->padding - e->padding_min : 0;
}

/* The largest of the stream's packets counts. */
uint32_t tw_controller_padding(const struct controller *c)
{
	const struct tw_payloads *p = &c->plan.parts[0].payloads;
	uint32_t most = 0;

	for (unsigned int i = 0; i < p->n; i++)
		most = p->len[i] > most ? p->len[i] : most;
	return most - tw_negotiation_base(tw_negotiation_mode(&c->talk));
}

static int ask(struct controller *c, struct tw_err *err)
{
	uint32_t mode = tw_negotiation_mode(&c->talk);
	struct tw_client_request *r = calloc(c->o->streams, sizeof(*r));
	uint32_t padding = tw_controller_padding(c);
	int rc;

	if (!r)
		return tw_fail(err, -ENOMEM, "out of memory");
	for (uint32_t i = 0; i < c->o->streams; i++) {
		r[i].sender = c->plan.streams[i].local;
		r[i].receiver = c->plan.streams[i].remote;
		r[i].dscp = c->o->dscp;
		r[i].padding_length = padding;
		r[i].timeout = c->eff.timeout;
		if (mode & TW_MODE_REFLECT_OCTETS)
			r[i].reflect_length = (uint16_t)(padding - tw_negotiation_padding(mode));
	}
	rc = c->kind->planned ? c->kind->planned(c, r, err) : 0;
	if (rc == 0)
		rc = tw_negotiation_request(&c->talk, r, c->o->streams, err);
	free(r);
	return rc;
}

/* What the server said goes into the streams. */
static int apply(struct controller *c, struct tw_err *err)
{
	uint32_t mode = tw_negotiation_mode(&c->talk);
	int rc = tw_batch_create(TW_BATCH_AUTO, &c->batch);

	for (uint32_t i = 0; rc == 0 && i < c->o->streams; i++) {
		const struct tw_client_session *x = tw_negotiation_session(&c->talk, i);
		struct tw_stream_config *s = &c->plan.streams[i];

		s->remote.port = x->port;
		s->symmetrical = mode & TW_MODE_SYMMETRICAL_SIZE;
		s->dscp_ecn = mode & TW_MODE_DSCP_ECN;
		s->padding_head = x->server_octets;
		if (!tw_mode_protects_test(mode))
			continue;
		s->security = mode & TW_MODE_ENCRYPTED ? TW_SECURITY_ENCRYPTED
						       : TW_SECURITY_AUTHENTICATED;
		rc = tw_batch_key_create(c->batch, TW_HASH_SHA1, x->keys.hmac, sizeof(x->keys.hmac),
			x->keys.aes, &c->keys[i]);
		s->key = c->keys[i];
	}
	if (rc == 0)
		rc = tw_negotiation_report(&c->talk);
	return rc < 0 ? tw_fail(err, rc, "keys: %s", strerror(-rc)) : 0;
}

static int negotiate(struct controller *c, struct tw_err *err)
{
	struct tw_endpoint local = {c->link.local, 0};
	int rc;

	c->talk.device = tw_net_behind(&c->net);
	/* twping's -B is for the control connection, too; af_packet:DEV is no name of the kernel's */
	if (!c->talk.device && c->o->twping.interface && if_nametoindex(c->o->twping.interface))
		c->talk.device = c->o->twping.interface;
	rc = tw_negotiation_open(&c->talk, c->o, c->loop, &c->server, &local, err);

	if (rc < 0)
		return rc;
	if (c->kind->connected)
		c->kind->connected(c);
	settle_sizes(c);
	rc = tw_plan_make(&c->eff, &c->link, err, &c->plan);
	if (rc == 0)
		rc = ask(c, err);
	if (rc == 0)
		rc = apply(c, err);
	if (rc == 0)
		rc = tw_negotiation_start(&c->talk, err);
	return rc;
}

static void on_lost(void *arg)
{
	struct controller *c = arg;

	for (unsigned int i = 0; i < c->net.backend.n_senders; i++)
		tw_task_ask(c->net.backend.senders[i], TW_LETTER_STOP, NULL);
}

static void on_end(void *arg)
{
	struct controller *c = arg;

	c->broken = c->talk.failed;
	tw_negotiation_stop(&c->talk);
	/* The workers still carry what is said last. */
	tw_negotiation_hang_up(&c->talk);
}

static void describe(const struct controller *c, struct tw_session_info *s)
{
	struct tw_endpoint local = {c->link.local, c->ports[0]};
	const struct tw_options *o = c->o;

	s->protocol = tw_protocol_name(TW_PROTOCOL_TWAMP);
	s->mode = tw_mode_name(tw_negotiation_mode(&c->talk) & TW_MODES_SECURITY);
	tw_endpoint_format(&local, s->local);
	tw_endpoint_format(&c->plan.streams[0].remote, s->remote);
	s->dscp = o->tos >> 2;
	s->ttl = o->ttl;
	s->streams = o->streams;
	s->stamp = o->stamp == TW_OPT_STAMP_PACKET ? "packet" : "burst";
	s->control = &c->talk.report;
}

static int measure(struct controller *c, struct tw_err *err)
{
	struct tw_measure_config m = {
		.options = c->o,
		.command = c->kind->name,
		.offered_pps = c->plan.offered_pps,
		.loop = c->loop,
		.end = on_end,
		.arg = c,
	};
	struct tw_port *p = &c->net.ports[0];
	char tried[256], where[TW_ADDR_STR];
	struct tw_loop_port lp;
	struct tw_task *t;
	int rc = tw_recording_start(&c->net.backend, c->o, TW_MAX_FRAME, err, &m.recording);

	if (rc < 0)
		return rc;
	tw_net_let_go(&c->net);
	tw_ports_loop(c->o, p, 0, &lp);
	lp.n_rx_queues = p->n_rx;
	tw_net_serve_kernel(&c->net, 0, 0, &lp, &c->net.backend.workers[0]);
	lp.recorder = c->net.backend.recorder;
	if (c->kind->measuring)
		c->kind->measuring(c, &m);
	rc = tw_sender_create(&lp, &c->plan.sender, &c->net.backend.clock, err, &t);
	if (rc < 0) {
		tw_recording_stop(m.recording);
		return rc;
	}
	for (uint16_t q = 0; q < p->n_rx; q++)
		tw_ports_add_fds(p, q, &c->net.backend.workers[0]);
	tw_backend_assign(&c->net.backend, 0, t);
	describe(c, &m.session);
	snprintf(tried, sizeof(tried),
		"the session was negotiated, but no test packet came back from %s; does anything "
		"filter UDP between the two?",
		tw_endpoint_format(&c->plan.streams[0].remote, where));
	m.no_reply = tried;
	c->talk.lost = on_lost;
	c->talk.arg = c;
	return tw_measure(&c->net.backend, &m);
}

/* In whichever mode the server will choose; what fits in none is told before it is asked. */
static int largest_frame(struct controller *c, struct tw_err *err, uint32_t *ret)
{
	uint8_t family = c->ends.remote.addr.family;
	struct tw_err unfit;
	int rc;

	c->eff = *c->o;
	rc = tw_plan_largest(&c->eff, family, err, ret);
	if (rc < 0)
		return rc;
	c->eff.auth = true;
	c->eff.padding_min = MAX_BASE;
	if (tw_plan_largest(&c->eff, family, &unfit, ret) < 0)
		*ret = TW_MAX_FRAME;
	c->eff.padding_min = 0;
	if (*ret < PLAIN_FRAME)
		*ret = PLAIN_FRAME;
	return 0;
}

/* Everything of the port is known before the server is asked. */
static int prepare(struct controller *c, struct tw_err *err)
{
	const struct tw_options *o = c->o;
	struct tw_ends test;
	uint32_t largest;
	int rc = c->kind->read_ends ? c->kind->read_ends(c, err)
				    : tw_ends_read(o, TW_CONTROL_PORT, err, &c->ends);

	if (!c->server.addr.family)
		c->server = c->ends.remote;
	if (rc == 0)
		rc = largest_frame(c, err, &largest);
	if (rc == 0)
		rc = tw_net_open(
			&c->net, o, &c->ends.remote.addr, &c->ends.local.addr, largest, 1, err);
	if (rc < 0)
		return rc;
	rc = tw_net_attach_kernel(&c->net, err);
	if (rc < 0)
		return rc;
	test = c->ends;
	test.remote.port = TW_CONTROL_PORT; /* for the test too (RFC 8545) */
	rc = c->kind->find_way ? c->kind->find_way(c, &test, err)
			       : tw_way_find(&c->net, o, &test, c->ports, err, &c->link);
	return rc == 0 ? tw_net_keep(&c->net, o, err) : rc;
}

static void finish(struct controller *c)
{
	struct tw_err err;

	/* Somebody has to carry what is said last. */
	if (c->talk.link && !c->net.keeper && tw_net_keep(&c->net, c->o, &err) < 0)
		tw_debug("the server may not hear of the end: %s", err.text);
	tw_negotiation_stop(&c->talk);
	tw_negotiation_close(&c->talk);
	tw_event_loop_destroy(c->loop);
	tw_backend_fini(&c->net.backend);
	tw_plan_fini(&c->plan);
	for (uint32_t i = 0; c->keys && i < c->o->streams; i++)
		tw_batch_key_destroy(c->keys[i]);
	tw_batch_destroy(c->batch);
	tw_net_close(&c->net);
	free(c->keys);
	free(c->ports);
	free(c);
}

int tw_controller_run(const struct tw_options *o, const struct controller_kind *kind)
{
	struct controller *c = calloc(1, sizeof(*c));
	struct tw_err err = {"out of memory"};
	int rc = -ENOMEM;

	if (c) {
		c->o = o;
		c->kind = kind;
		c->ports = calloc(o->streams, sizeof(*c->ports));
		c->keys = calloc(o->streams, sizeof(struct tw_batch_key *));
		rc = c->ports && c->keys ? tw_event_loop_create(&c->loop) : -ENOMEM;
	}
	if (rc == 0)
		rc = prepare(c, &err);
	if (rc == 0)
		rc = negotiate(c, &err);
	if (rc == 0)
		rc = measure(c, &err);
	if (rc == 0 && c->broken) {
		tw_error("%s: the sessions ended with their control connection, before their time",
			kind->name);
		rc = 1;
	}
	if (c)
		finish(c);
	if (rc < 0) {
		tw_error("%s: %s", kind->name, err.text);
		return 1;
	}
	return rc;
}

int tw_cmd_controller(const struct tw_options *o)
{
	static const struct controller_kind plain = {.name = "controller"};

	return tw_controller_run(o, &plain);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "report_priv.h"
#include "walk_priv.h"

#include <errno.h>

static void instant(struct walk w, const char *name, struct tw_ns t)
{
	if (t.v)
		w.ops->integer(w.arg, name, t.v);
	else
		w.ops->none(w.arg, name);
}

static void reflected(struct walk w, const struct tw_reflected_session *s)
{
	bool any = s->ttl_max != 0;

	w.ops->open(w.arg, NULL, true);
	walk_string(w, "sid", s->sid);
	walk_string(w, "sender", s->sender);
	walk_string(w, "receiver", s->receiver);
	walk_string(w, "mode", s->mode);
	walk_string(w, "user", s->user);
	walk_string(w, "state", s->state);
	walk_count(w, "dscp", s->dscp);
	walk_count(w, "received", s->received);
	walk_count(w, "reflected", s->reflected);
	walk_count(w, "refused", s->refused);
	walk_count(w, "bad_hmac", s->bad_hmac);
	walk_count(w, "gaps", s->gaps);
	walk_count(w, "reordered", s->reordered);
	walk_count(w, "octets", s->octets);
	w.ops->open(w.arg, "ttl", any);
	walk_count(w, "min", s->ttl_min);
	walk_count(w, "max", s->ttl_max);
	w.ops->close(w.arg);
	instant(w, "first_ns", s->first);
	instant(w, "last_ns", s->last);
	w.ops->close(w.arg);
}

void walk_control(struct walk w, const struct tw_control_report *c)
{
	w.ops->open(w.arg, "control", true);
	walk_count(w, "open_connections", c->connections);
	for (unsigned int i = 0; i < c->n_counts; i++)
		walk_count(w, c->count[i].name, c->count[i].v);
	w.ops->close(w.arg);
	w.ops->open_list(w.arg, "negotiated", true);
	for (unsigned int i = 0; i < c->n_sessions; i++)
		reflected(w, &c->session[i]);
	w.ops->close_list(w.arg);
}

void walk_asked(struct walk w, const struct tw_asked_report *c)
{
	w.ops->open(w.arg, "control", true);
	walk_string(w, "server", c->server);
	walk_string(w, "modes_offered", c->offered);
	walk_string(w, "mode", c->chosen);
	walk_string(w, "user", c->user);
	instant(w, "server_start_ns", c->server_start);
	w.ops->open_list(w.arg, "sessions", true);
	for (unsigned int i = 0; i < c->n_sessions; i++) {
		const struct tw_asked_session *s = &c->session[i];

		w.ops->open(w.arg, NULL, true);
		walk_string(w, "sid", s->sid);
		walk_string(w, "sender", s->sender);
		walk_string(w, "receiver", s->receiver);
		walk_count(w, "asked_port", s->asked_port);
		walk_count(w, "port", s->port);
		walk_count(w, "accept", s->accept);
		walk_string(w, "accept_words", s->accept_words);
		walk_count(w, "server_octets", s->server_octets);
		w.ops->close(w.arg);
	}
	w.ops->close_list(w.arg);
	w.ops->close(w.arg);
}

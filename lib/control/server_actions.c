/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* What the embedder is to do about sessions, and what it answers; REFWAIT. */

#include "server_priv.h"

struct tw_ns tw_server_deadline(const struct tw_server *s)
{
	const struct session *x = pool_earliest(s);

	return x ? x->deadline : TW_NEVER;
}

void tw_server_tick(struct tw_server *s, struct tw_ns now)
{
	struct session *x;

	for (x = pool_earliest(s); x && x->deadline.v <= now.v; x = pool_earliest(s)) {
		if (x->state == SESSION_DRAINING) {
			session_delete(s, x, false);
			continue;
		}
		pool_deadline(s, x, TW_NEVER);
		pool_queue(s, x, TW_SERVER_LAST_PACKET);
	}
}

bool tw_server_next_action(struct tw_server *s, struct tw_ns now, struct tw_server_action *ret)
{
	struct session *x = s->queue;

	(void)now;
	if (!x)
		return false;
	pool_unqueue(s, x);
	ret->kind = (enum tw_server_action_kind)x->action;
	ret->invalid = x->invalid;
	ret->until = x->state == SESSION_DRAINING ? x->deadline : TW_NEVER;
	ret->session = &x->p;
	if (ret->kind == TW_SERVER_DELETE) {
		s->deleted = x->p;
		ret->session = &s->deleted;
		session_free(s, x);
	}
	return true;
}

struct tw_server_conn *tw_server_created(
	struct tw_server *s, struct tw_ns now, uint64_t id, enum tw_accept accept, uint16_t port)
{
	struct session *x = pool_by_id(s, id);
	struct tw_server_conn *c;

	if (!x || x->state != SESSION_ASKED || x->queued)
		return NULL;
	c = x->conn;
	if (c) {
		request_answered(c, now, x, accept, port);
	} else if (accept == TW_ACCEPT_OK) {
		x->state = SESSION_ACCEPTED; /* whoever asked is gone */
		session_delete(s, x, false);
	} else {
		session_free(s, x);
	}
	return c;
}

struct tw_server_conn *tw_server_started(
	struct tw_server *s, struct tw_ns now, uint64_t id, enum tw_accept accept)
{
	struct session *x = pool_by_id(s, id);
	struct tw_server_conn *c;

	if (!x || x->state != SESSION_STARTING || x->queued)
		return NULL;
	c = x->conn;
	sessions_started(c, now, x, accept);
	return c;
}

/* A session of a connection ended, though nobody stopped it. */
static void ended(struct tw_server_conn *c, struct tw_ns now)
{
	if (!c)
		return;
	c->expired++;
	if (!c->in_progress && !c->done && c->state == CONN_READY && !c->waiting)
		c->deadline = tw_ns_add(now, c->server->config.servwait);
}

struct tw_server_conn *tw_server_last_packet(
	struct tw_server *s, struct tw_ns now, uint64_t id, struct tw_ns last)
{
	struct session *x = pool_by_id(s, id);
	struct tw_ns until = tw_ns_add(last, s->config.refwait);
	struct tw_server_conn *c;

	if (!x || x->state != SESSION_RUNNING)
		return NULL;
	if (x->queued)
		pool_unqueue(s, x); /* answered before it was asked */
	if (until.v > now.v) {
		pool_deadline(s, x, until);
		return NULL;
	}
	c = x->conn;
	s->counters.refwait++;
	session_delete(s, x, false);
	ended(c, now);
	return c;
}

struct tw_server_conn *tw_server_session_gone(struct tw_server *s, struct tw_ns now, uint64_t id)
{
	struct session *x = pool_by_id(s, id);
	struct tw_server_conn *c;

	if (!x || x->state == SESSION_ASKED)
		return NULL;
	c = x->conn;
	if (x->state == SESSION_STARTING)
		sessions_started(c, now, x, TW_ACCEPT_INTERNAL_ERROR);
	session_free(s, x);
	ended(c, now);
	return c;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Start and stop: RFC 5357 sections 3.7, 3.8 and 4.2, RFC 5938 section 3. */

#include "server_priv.h"

#include "tw_bytes.h"

void session_attach(struct tw_server_conn *c, struct session *x)
{
	x->conn = c;
	x->next = NULL;
	x->prev = c->last;
	if (c->last)
		c->last->next = x;
	else
		c->sessions = x;
	c->last = x;
	c->held++;
}

static bool in_progress(const struct session *x)
{
	return x->state == SESSION_STARTING || x->state == SESSION_RUNNING;
}

void session_detach(struct session *x)
{
	struct tw_server_conn *c = x->conn;

	if (!c)
		return;
	if (x->prev)
		x->prev->next = x->next;
	else
		c->sessions = x->next;
	if (x->next)
		x->next->prev = x->prev;
	else
		c->last = x->prev;
	c->held--;
	c->in_progress -= in_progress(x);
	x->conn = NULL;
}

void session_free(struct tw_server *s, struct session *x)
{
	session_detach(x);
	tw_limits_session_end(s->config.limits, &x->hold);
	pool_give(s, x);
}

void session_delete(struct tw_server *s, struct session *x, bool invalid)
{
	session_detach(x);
	if (x->state == SESSION_ASKED) {
		/* Never heard of, or about to be answered: then it is deleted. */
		if (x->queued)
			session_free(s, x);
		return;
	}
	x->state = SESSION_DELETED;
	x->invalid = x->invalid || invalid;
	pool_deadline(s, x, TW_NEVER);
	pool_queue(s, x, TW_SERVER_DELETE);
}

void sessions_drop_all(struct tw_server_conn *c)
{
	while (c->sessions)
		session_delete(c->server, c->sessions, c->invalid || in_progress(c->sessions));
}

/* It reflects until its Timeout has passed, whatever becomes of the connection. */
static void drain(struct tw_server *s, struct session *x, struct tw_ns now, bool invalid)
{
	session_detach(x);
	x->state = SESSION_DRAINING;
	x->invalid = invalid;
	pool_deadline(s, x, tw_ns_add(now, x->p.timeout));
	pool_queue(s, x, TW_SERVER_STOP);
}

static void stop_one(struct tw_server *s, struct session *x, struct tw_ns now, bool invalid)
{
	if (x->state == SESSION_RUNNING)
		drain(s, x, now, invalid);
	else
		session_delete(s, x, invalid);
}

static void ask_to_start(struct tw_server_conn *c, struct session *x)
{
	x->state = SESSION_STARTING;
	c->in_progress++;
	c->waiting++;
	pool_queue(c->server, x, TW_SERVER_START);
}

static void send_start_ack(struct tw_server_conn *c, struct tw_ns now)
{
	uint8_t *p = conn_room(c, TW_START_ACK_LEN);

	if (p) {
		tw_start_ack_build(c->start_accept, p, TW_START_ACK_LEN);
		conn_send(c, p, TW_START_ACK_LEN);
	}
	if (c->start_accept != TW_ACCEPT_OK && c->held)
		conn_done(c, "sessions could not be started");
	else
		conn_next(c, now);
}

void sessions_start(struct tw_server_conn *c, struct tw_ns now)
{
	c->command = TW_CMD_START_SESSIONS;
	/* There is nothing that could be started without a session. */
	c->start_accept = c->held ? TW_ACCEPT_OK : TW_ACCEPT_FAILURE;
	for (struct session *x = c->sessions; x; x = x->next)
		ask_to_start(c, x);
	if (!c->waiting)
		send_start_ack(c, now);
}

void sessions_stop(struct tw_server_conn *c, struct tw_ns now, const uint8_t *msg)
{
	struct tw_stop_sessions m;

	tw_stop_sessions_parse(msg, TW_STOP_SESSIONS_LEN, &m);
	if (m.sessions != c->held && m.sessions != c->held + c->expired &&
		!c->server->config.lenient_stop) {
		c->server->counters.bad_stop++;
		c->invalid = true;
		conn_done(c, "Stop-Sessions with a wrong number of sessions");
		return;
	}
	while (c->sessions)
		stop_one(c->server, c->sessions, now, m.accept != TW_ACCEPT_OK);
	c->expired = 0;
	conn_next(c, now);
}

static void send_n_ack(
	struct tw_server_conn *c, const struct tw_n_sessions *cmd, uint8_t value, uint32_t n)
{
	size_t len = TW_N_SESSIONS_LEN(n);
	uint8_t *p = conn_room(c, len);
	uint8_t *at;

	if (!p)
		return;
	memset(p, 0, len);
	p[0] = cmd->command == TW_CMD_START_N_SESSIONS ? TW_CMD_START_N_ACK : TW_CMD_STOP_N_ACK;
	p[1] = value;
	tw_put32(p + 12, n);
	at = p + 16;
	for (uint32_t i = 0; i < cmd->sessions; i++) {
		if (c->n_accept[i] != value)
			continue;
		memcpy(at, cmd->sids + 16 * (size_t)i, 16);
		at += 16;
	}
	conn_send(c, p, len);
}

/* One answer for each Accept value that occurs (RFC 5938 section 3.2). */
static void send_n_acks(struct tw_server_conn *c, struct tw_ns now, const struct tw_n_sessions *cmd)
{
	uint32_t n[TW_ACCEPT_TEMPORARY_LIMIT + 1] = {0};

	for (uint32_t i = 0; i < cmd->sessions; i++)
		n[c->n_accept[i]]++;
	for (uint8_t v = 0; v <= TW_ACCEPT_TEMPORARY_LIMIT && !c->done; v++)
		if (n[v])
			send_n_ack(c, cmd, v, n[v]);
	free(c->n_accept);
	c->n_accept = NULL;
	if (!c->done)
		conn_next(c, now);
}

/* The session of a SID if it belongs to this connection. */
static struct session *mine(struct tw_server_conn *c, const uint8_t *sid)
{
	struct session *x = pool_by_sid(c->server, sid);

	return x && x->conn == c ? x : NULL;
}

static bool n_begin(struct tw_server_conn *c, const struct tw_n_sessions *m)
{
	c->command = m->command;
	c->n_accept = malloc(m->sessions);
	if (!c->n_accept) {
		conn_done(c, "out of memory");
		return false;
	}
	memset(c->n_accept, TW_ACCEPT_FAILURE, m->sessions);
	return true;
}

void sessions_start_n(struct tw_server_conn *c, struct tw_ns now, const struct tw_n_sessions *m)
{
	if (!n_begin(c, m))
		return;
	for (uint32_t i = 0; i < m->sessions; i++) {
		struct session *x = mine(c, m->sids + 16 * (size_t)i);

		if (!x || x->state != SESSION_ACCEPTED)
			continue;
		x->n_index = i;
		ask_to_start(c, x);
	}
	if (!c->waiting)
		send_n_acks(c, now, m);
}

void sessions_stop_n(struct tw_server_conn *c, struct tw_ns now, const struct tw_n_sessions *m)
{
	if (!n_begin(c, m))
		return;
	for (uint32_t i = 0; i < m->sessions; i++) {
		struct session *x = mine(c, m->sids + 16 * (size_t)i);

		if (!x)
			continue;
		c->n_accept[i] = TW_ACCEPT_OK;
		stop_one(c->server, x, now, false);
	}
	send_n_acks(c, now, m);
}

/* REFWAIT counts from the start of the session, but nobody books us for next year. */
static struct tw_ns refwait_from(const struct session *x, struct tw_ns now)
{
	const struct tw_server *s = x->conn->server;
	struct tw_ns ahead = tw_span_to_ns(tw_ntp_sub(x->p.start_time, server_wall(s, now)));

	if (!x->p.start_time.v || ahead.v < 0)
		ahead.v = 0;
	if (ahead.v > s->config.refwait.v)
		ahead = s->config.refwait;
	return tw_ns_add(now, ahead);
}

static void start_done(struct tw_server_conn *c, struct tw_ns now)
{
	struct tw_n_sessions m;

	if (c->command == TW_CMD_START_SESSIONS) {
		send_start_ack(c, now);
		return;
	}
	tw_n_sessions_parse(buffer_data(&c->in), c->in.len, &m); /* still there */
	send_n_acks(c, now, &m);
}

void sessions_started(
	struct tw_server_conn *c, struct tw_ns now, struct session *x, enum tw_accept accept)
{
	if (accept > TW_ACCEPT_TEMPORARY_LIMIT)
		accept = TW_ACCEPT_FAILURE;
	if (accept == TW_ACCEPT_OK) {
		x->state = SESSION_RUNNING;
		pool_deadline(
			c->server, x, tw_ns_add(refwait_from(x, now), c->server->config.refwait));
	} else {
		x->state = SESSION_ACCEPTED;
		c->in_progress--;
	}
	if (c->command == TW_CMD_START_N_SESSIONS)
		c->n_accept[x->n_index] = (uint8_t)accept;
	else if (accept != TW_ACCEPT_OK)
		c->start_accept = (uint8_t)accept;
	if (--c->waiting == 0)
		start_done(c, now);
}

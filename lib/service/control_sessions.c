/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* From the server machine's actions to the backend that reflects. */

#include "control_tcp_priv.h"

#include "tw_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct control_session *session_of(struct tw_control_server *s, uint64_t id)
{
	struct control_session *x = &s->session[(uint32_t)id % s->n_sessions];

	return x->id == id ? x : NULL;
}

static void touch(struct tw_server_conn *c)
{
	if (c)
		control_conn_touch(tw_server_conn_arg(c));
}

static enum tw_security security_of(uint32_t mode)
{
	return mode & TW_MODE_AUTHENTICATED ? TW_SECURITY_AUTHENTICATED
	       : mode & TW_MODE_ENCRYPTED   ? TW_SECURITY_ENCRYPTED
					    : TW_SECURITY_OPEN;
}

/* The session on one port. */
static int try_port(struct tw_control_server *s, struct tw_reflector_session *r, uint16_t port,
	uint32_t *ret_id, uint16_t *ret_port)
{
	uint16_t got;
	int rc = s->ops->port_take(s->backend, &r->reflector.addr, port, &got);

	if (rc < 0)
		return rc;
	r->reflector.port = got;
	rc = s->ops->session_add(s->backend, r, ret_id);
	if (rc < 0)
		s->ops->port_give(s->backend, &r->reflector.addr, got);
	else
		*ret_port = got;
	return rc;
}

/*
 * Is another port worth a try? Somebody else has this one, it has a session of these two ends, or it
 * would be one too many, where those of other sessions can be shared.
 */
static bool port_taken(int rc)
{
	return rc == -EADDRINUSE || rc == -EEXIST || rc == -EACCES || rc == -EMFILE;
}

/*
 * The port that the client wants, else the usual one, else one that other sessions have already,
 * else any: thousands of sessions may share a port as long as their ends differ.
 */
static int add(struct tw_control_server *s, struct tw_reflector_session *r, uint16_t wanted,
	uint32_t *ret_id, uint16_t *ret_port)
{
	const uint16_t ports[] = {wanted, s->test_port, s->spare_port};
	int rc = -EADDRINUSE;

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]) && port_taken(rc); i++) {
		if (ports[i] == 0 || (i > 0 && ports[i] == wanted))
			continue;
		rc = try_port(s, r, ports[i], ret_id, ret_port);
	}
	if (port_taken(rc)) {
		rc = try_port(s, r, 0, ret_id, ret_port);
		if (rc == 0)
			s->spare_port = *ret_port;
	}
	return rc;
}

static enum tw_accept accept_of(int rc)
{
	switch (rc) {
	case 0:
		return TW_ACCEPT_OK;
	case -ENOSPC:
	case -ENOMEM:
	case -EADDRINUSE:
	case -EMFILE:
		return TW_ACCEPT_TEMPORARY_LIMIT;
	case -EADDRNOTAVAIL:
		return TW_ACCEPT_NOT_SUPPORTED;
	default:
		return TW_ACCEPT_INTERNAL_ERROR;
	}
}

static void describe(
	const struct tw_control_session *p, uint16_t port, struct tw_control_session_info *ret)
{
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->sid, p->sid, sizeof(ret->sid));
	ret->mode = p->mode;
	ret->sender = p->sender;
	ret->receiver = p->receiver;
	ret->receiver.port = port;
	ret->dscp = p->dscp;
	ret->padding_length = p->padding_length;
	memcpy(ret->user, p->user, sizeof(ret->user));
}

static void create(
	struct tw_control_server *s, struct tw_ns now, const struct tw_control_session *p)
{
	struct control_session *x = &s->session[(uint32_t)p->id % s->n_sessions];
	struct tw_reflector_session r = {
		.sender = p->sender,
		.reflector = p->receiver,
		.security = security_of(p->mode),
		.dscp = p->dscp,
		.symmetrical = p->mode & TW_MODE_SYMMETRICAL_SIZE,
		.dscp_ecn = p->mode & TW_MODE_DSCP_ECN,
		.ptp = p->mode & TW_MODE_PTPV2,
		.pps = p->pps == TW_LIMIT_NONE ? 0 : p->pps,
	};
	struct tw_batch_key *key = NULL;
	uint64_t id = p->id;
	uint16_t port = 0;
	int rc = 0;

	if (r.security != TW_SECURITY_OPEN)
		rc = tw_batch_key_create(s->batch, TW_HASH_SHA1, p->keys.hmac, sizeof(p->keys.hmac),
			p->keys.aes, &key);
	r.key = key;
	if (rc == 0)
		rc = add(s, &r, p->receiver.port, &x->backend, &port);
	if (rc == 0) {
		x->id = id;
		x->key = key;
		x->port = port;
		describe(p, port, &x->info);
		s->living++;
		if ((uint32_t)id >= s->used)
			s->used = (uint32_t)id + 1;
	} else {
		tw_batch_key_destroy(key);
		tw_info("a session was refused: %s", strerror(-rc));
	}
	touch(tw_server_created(s->machine, now, id, accept_of(rc), port));
}

/* Keep what it came to, then forget it. */
static void delete (struct tw_control_server *s, struct control_session *x)
{
	struct tw_control_session_info *e = &s->ended[s->ended_next];
	int rc;

	*e = x->info;
	e->state = TW_CONTROL_ENDED;
	s->ops->session_stats(s->backend, &x->backend, 1, &e->stats);
	s->ended_next = (s->ended_next + 1) % CONTROL_ENDED;
	if (s->n_ended < CONTROL_ENDED)
		s->n_ended++;
	rc = s->ops->session_delete(s->backend, x->backend);
	s->ops->port_give(s->backend, &x->info.receiver.addr, x->port);
	/* A worker that does not answer may still use the key. */
	if (rc != -ETIMEDOUT)
		tw_batch_key_destroy(x->key);
	memset(x, 0, sizeof(*x));
	s->living--;
}

static void last_packet(struct tw_control_server *s, struct tw_ns now, struct control_session *x)
{
	struct tw_reflector_session_stats st;
	struct tw_ns last = tw_ns(INT64_MIN / 2);

	if (s->ops->session_stats(s->backend, &x->backend, 1, &st) == 0 && st.last.v)
		last = tw_ns_sub(now, tw_ns_sub(control_utc(), st.last));
	touch(tw_server_last_packet(s->machine, now, x->id, last)); /* SERVWAIT may count now */
}

/* Start or stop what was gathered. */
static void flush(struct tw_control_server *s, struct tw_ns now)
{
	enum tw_accept accept = TW_ACCEPT_OK;
	unsigned int n = s->n_batch;
	int rc;

	s->n_batch = 0;
	if (n == 0)
		return;
	if (s->batch_kind == TW_SERVER_STOP) {
		struct tw_ns linger = tw_ns_sub(s->batch_until, now);

		s->ops->session_stop(
			s->backend, s->batch_backend, n, linger.v > 0 ? linger : tw_ns(0));
		return;
	}
	rc = s->ops->session_start(s->backend, s->batch_backend, n);
	if (rc < 0)
		accept = TW_ACCEPT_INTERNAL_ERROR;
	for (unsigned int i = 0; i < n; i++)
		touch(tw_server_started(s->machine, now, s->batch_id[i], accept));
}

static void gather(struct tw_control_server *s, struct tw_ns now, const struct tw_server_action *a,
	struct control_session *x)
{
	if (s->n_batch == CONTROL_BATCH ||
		(s->n_batch && (s->batch_kind != a->kind || s->batch_until.v != a->until.v)))
		flush(s, now);
	s->batch_kind = a->kind;
	s->batch_until = a->until;
	s->batch_id[s->n_batch] = x->id;
	s->batch_backend[s->n_batch++] = x->backend;
	x->info.state = a->kind == TW_SERVER_START ? TW_CONTROL_RUNNING : TW_CONTROL_STOPPING;
}

static void carry_out(
	struct tw_control_server *s, struct tw_ns now, const struct tw_server_action *a)
{
	struct control_session *x = session_of(s, a->session->id);

	if (a->kind == TW_SERVER_CREATE) {
		create(s, now, a->session);
		return;
	}
	if (!x) {
		touch(tw_server_session_gone(s->machine, now, a->session->id));
		return;
	}
	if (a->kind == TW_SERVER_START || a->kind == TW_SERVER_STOP) {
		gather(s, now, a, x);
		return;
	}
	flush(s, now); /* in the order in which they were asked for */
	if (a->kind == TW_SERVER_DELETE)
		delete (s, x);
	else
		last_packet(s, now, x);
}

void control_sessions_run(struct tw_control_server *s, struct tw_ns now)
{
	struct tw_server_action a;

	do {
		while (tw_server_next_action(s->machine, now, &a))
			carry_out(s, now, &a);
		flush(s, now);
	} while (s->n_batch);
}

unsigned int tw_control_server_count(const struct tw_control_server *s)
{
	return s->n_ended + s->living;
}

int tw_control_server_each(struct tw_control_server *s, tw_control_session_fn *fn, void *arg)
{
	struct tw_reflector_session_stats *st = calloc(s->living + 1, sizeof(*st));
	uint32_t *ids = calloc(s->living + 1, sizeof(*ids));
	uint32_t n = 0;
	int rc = st && ids ? 0 : -ENOMEM;

	for (uint32_t i = 0; rc == 0 && i < s->used; i++)
		if (s->session[i].id)
			ids[n++] = s->session[i].backend;
	if (rc == 0)
		rc = s->ops->session_stats(s->backend, ids, n, st);
	for (uint32_t i = 0; rc == 0 && i < s->n_ended; i++)
		fn(arg, &s->ended[(s->ended_next + CONTROL_ENDED - s->n_ended + i) %
				  CONTROL_ENDED]);
	n = 0;
	for (uint32_t i = 0; rc == 0 && i < s->used; i++)
		if (s->session[i].id) {
			s->session[i].info.stats = st[n++];
			fn(arg, &s->session[i].info);
		}
	free(ids);
	free(st);
	return rc;
}

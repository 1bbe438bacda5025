/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "negotiation.h"

#include "passphrase.h"
#include "server_report.h"
#include "signals.h"
#include "tw_log.h"
#include "tw_ntp.h"
#include "tw_stamp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_NS (10 * TW_NS_PER_SEC)
/* For answers that are awaited when we are to end. */
#define PATIENCE_NS (500 * TW_NS_PER_MS)
/* Requests under way: few, since some servers read one message at a time; more where there are
 * thousands. */
#define WINDOW_MANY 32
#define MANY 16
/* Octets that a client has the server reflect in its Accept-Session. */
#define OCTETS_TO_REFLECT 0x5477

static struct tw_client *machine(const struct tw_negotiation *n)
{
	return tw_control_link_machine(n->link);
}

static void finish(struct tw_negotiation *n, int rc)
{
	n->failed = rc;
	if (n->waiting)
		tw_event_loop_stop(n->loop);
}

static void on_news(void *arg)
{
	struct tw_negotiation *n = arg;

	if (n->waiting)
		tw_event_loop_stop(n->loop);
}

static void on_lost(void *arg, int rc, const char *why)
{
	struct tw_negotiation *n = arg;
	char where[TW_ADDR_STR];

	tw_fail(&n->why, rc, "%s: %s", tw_endpoint_format(&n->server, where), why);
	if (!n->waiting && !n->failed) {
		tw_warning("control connection lost: %s", n->why.text);
		if (n->lost)
			n->lost(n->arg);
	}
	finish(n, rc);
}

static void on_late(void *arg)
{
	struct tw_negotiation *n = arg;

	n->patience = NULL;
	n->late = true;
	on_news(n);
}

static void hurry(struct tw_negotiation *n)
{
	if (!n->patience && !n->late &&
		tw_event_add_timer(n->loop, tw_ns(PATIENCE_NS), true, on_late, n, &n->patience) < 0)
		n->late = true;
}

static void on_signal(void *arg, int fd, unsigned int ready)
{
	struct tw_negotiation *n = arg;

	(void)fd;
	(void)ready;
	tw_event_remove(n->signal);
	n->signal = NULL;
	if (n->stopping) {
		hurry(n);
		return;
	}
	n->interrupted = true;
	if (n->waiting)
		tw_event_loop_stop(n->loop);
}

/* Run the loop until something has happened. */
static int wait_news(struct tw_negotiation *n, struct tw_err *err)
{
	int rc = n->failed;

	if (rc == 0) {
		/* Once asked to stop, the descriptor stays readable. */
		if (n->stopping && tw_signals_stop())
			hurry(n);
		else
			rc = tw_event_add_fd(
				n->loop, tw_signals_fd(), TW_FD_READ, on_signal, n, &n->signal);
		n->waiting = true;
		if (rc == 0)
			rc = tw_event_loop_run(n->loop);
		n->waiting = false;
		tw_event_remove(n->signal);
		n->signal = NULL;
	}
	if (n->failed)
		return tw_fail(err, n->failed, "%s", n->why.text);
	/* whatever came in the same moment */
	if (n->interrupted || (!n->stopping && tw_signals_stop()))
		return tw_fail(err, -EINTR, "interrupted");
	return rc;
}

/* The secret of --user, or the only one in the file. */
static const struct tw_secret *find_secret(
	struct tw_negotiation *n, const char *user, struct tw_err *err)
{
	const struct tw_secret *found = NULL, *s;

	if (user) {
		found = tw_keyfile_user(n->keys, user, strlen(user));
		if (!found)
			tw_fail(err, -ENOENT, "user '%.80s': no such KEYID in %s", user,
				n->o->key_file ? n->o->key_file : "what was typed");
		return found;
	}
	for (size_t i = 0; (s = tw_keyfile_entry(n->keys, i)); i++) {
		if (found) {
			tw_fail(err, -EINVAL, "%s has several keys: --user KEYID says which",
				n->o->key_file);
			return NULL;
		}
		found = s;
	}
	if (!found)
		tw_fail(err, -ENOENT, "%s has no key", n->o->key_file);
	return found;
}

/* twping's are perfSONAR's, or typed. */
static int load_keys(struct tw_negotiation *n, struct tw_err *err)
{
	const struct tw_options *o = n->o;
	bool hex = o->command == TW_CMD_TWPING;

	if (!o->key_file)
		return tw_passphrase_ask(o->user, err, &n->keys);
	return tw_keyfile_load(o->key_file, hex ? TW_KEYFILE_HEX : TW_KEYFILE_TEXT, err, &n->keys);
}

static int configure(
	struct tw_negotiation *n, struct tw_err *err, struct tw_control_link_config *ret)
{
	const struct tw_options *o = n->o;
	uint32_t security = o->modes & TW_MODES_SECURITY;
	uint32_t features = o->modes & ~TW_MODES_SECURITY;
	const struct tw_secret *s;
	int rc;

	tw_client_config_init(&ret->machine);
	ret->machine.modes = (security ? security : TW_MODES_SECURITY) | features;
	ret->machine.require = features;
	ret->machine.sessions = o->streams;
	ret->machine.window = o->streams > MANY ? WINDOW_MANY : 1;
	if (o->key_file || (o->command == TW_CMD_TWPING && o->user)) {
		rc = load_keys(n, err);
		if (rc < 0)
			return rc;
		s = find_secret(n, o->user, err);
		if (!s)
			return -ENOENT;
		ret->machine.key_id = s->id;
		ret->machine.passphrase = s->key;
		ret->machine.passphrase_len = s->key_len;
		snprintf(n->report.user, sizeof(n->report.user), "%.80s", s->id);
	} else if (security && !(security & TW_MODE_UNAUTHENTICATED)) {
		return tw_fail(err, -EINVAL, "--mode '%s' needs --key-file FILE", o->mode);
	} else if (o->user) {
		return tw_fail(err, -EINVAL, "--user needs --key-file FILE");
	}
	return 0;
}

int tw_negotiation_open(struct tw_negotiation *n, const struct tw_options *o,
	struct tw_event_loop *loop, const struct tw_endpoint *server,
	const struct tw_endpoint *local, struct tw_err *err)
{
	struct tw_control_link_config c = {
		.server = *server,
		.local = {local->addr, 0},
		.device = n->device,
		.dscp = o->dscp,
		.connect_timeout = tw_ns(CONNECT_NS),
		.events = {on_news, on_lost, n},
	};
	struct tw_client_event e;
	int rc;

	n->o = o;
	n->loop = loop;
	n->server = *server;
	rc = configure(n, err, &c);
	if (rc == 0)
		rc = tw_control_link_open(loop, &c, err, &n->link);
	/* The link has what it needs of it, until that was used. */
	tw_keyfile_destroy(n->keys);
	n->keys = NULL;
	while (rc == 0 && !tw_client_next_event(machine(n), &e))
		rc = wait_news(n, err);
	return rc;
}

uint32_t tw_negotiation_mode(const struct tw_negotiation *n)
{
	return tw_client_mode(machine(n));
}

uint16_t tw_negotiation_base(uint32_t mode)
{
	return tw_mode_protects_test(mode) ? TW_TWAMP_AUTH_REQ_LEN : TW_TWAMP_REQ_LEN;
}

uint16_t tw_negotiation_padding(uint32_t mode)
{
	uint16_t reply = tw_mode_protects_test(mode) ? TW_AUTH_LEN
			 : mode & TW_MODE_DSCP_ECN   ? TW_TWAMP_REP_DSCP_LEN
						     : TW_TWAMP_REP_LEN;

	return (uint16_t)(reply - tw_negotiation_base(mode));
}

const struct tw_client_session *tw_negotiation_session(const struct tw_negotiation *n, uint32_t i)
{
	return tw_client_session(machine(n), i);
}

struct tw_ns tw_negotiation_round_trip(const struct tw_negotiation *n)
{
	return tw_control_link_round_trip(n->link);
}

/* Is any session in these states? */
static bool any(const struct tw_negotiation *n, enum tw_client_session_state from,
	enum tw_client_session_state to)
{
	const struct tw_client_session *x;

	for (uint32_t i = 0; (x = tw_negotiation_session(n, i)); i++)
		if (x->state >= from && x->state <= to)
			return true;
	return false;
}

static void drain_events(struct tw_negotiation *n)
{
	struct tw_client_event e;

	while (tw_client_next_event(machine(n), &e))
		;
}

/* An address that was left to the connection is that of the connection. */
static struct tw_endpoint sender_of(
	const struct tw_negotiation *n, const struct tw_client_session *x)
{
	struct tw_endpoint e = x->request.sender;

	if (tw_addr_is_unspecified(&e.addr))
		e.addr = tw_control_link_local(n->link)->addr;
	return e;
}

int tw_negotiation_request(struct tw_negotiation *n, const struct tw_client_request *r,
	uint32_t count, struct tw_err *err)
{
	const struct tw_client_session *x;
	struct tw_endpoint sender;
	char from[TW_ADDR_STR];
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < count; i++) {
		struct tw_client_request q = r[i];
		uint32_t index;

		if (tw_negotiation_mode(n) & TW_MODE_REFLECT_OCTETS)
			q.octets_to_reflect = OCTETS_TO_REFLECT;
		rc = tw_client_request(machine(n), tw_control_link_now(), &q, &index);
		if (rc < 0)
			return tw_fail(err, rc, "a session cannot be asked for: %s", strerror(-rc));
	}
	tw_control_link_flush(n->link);
	while (rc == 0 && any(n, TW_CLIENT_QUEUED, TW_CLIENT_REQUESTED)) {
		rc = wait_news(n, err);
		drain_events(n);
	}
	for (uint32_t i = 0; rc == 0 && (x = tw_negotiation_session(n, i)); i++)
		if (x->state == TW_CLIENT_REFUSED) {
			sender = sender_of(n, x);
			rc = tw_fail(err, -ECONNREFUSED,
				"the server refused the session from %s: %s (Accept %u)",
				tw_endpoint_format(&sender, from), tw_accept_words(x->accept),
				x->accept);
		}
	return rc;
}

int tw_negotiation_start(struct tw_negotiation *n, struct tw_err *err)
{
	const struct tw_client_session *x;
	int rc = tw_client_start(machine(n), tw_control_link_now());

	if (rc < 0)
		return tw_fail(err, rc, "sessions cannot be started: %s", strerror(-rc));
	tw_control_link_flush(n->link);
	while (rc == 0 && any(n, TW_CLIENT_ACCEPTED, TW_CLIENT_STARTING)) {
		/* Who is not started falls back to accepted. */
		for (uint32_t i = 0; (x = tw_negotiation_session(n, i)); i++)
			if (x->state == TW_CLIENT_ACCEPTED && x->accept)
				return tw_fail(err, -ECONNREFUSED,
					"the server does not start the session: %s (Accept %u)",
					tw_accept_words(x->accept), x->accept);
		rc = wait_news(n, err);
		drain_events(n);
	}
	return rc;
}

void tw_negotiation_stop(struct tw_negotiation *n)
{
	struct tw_err err = {""};
	int rc = 0;

	if (n->failed || n->stopping || !n->link)
		return;
	n->interrupted = false;
	n->stopping = true;
	tw_client_withdraw(machine(n));
	/* What may be granted yet is to be stopped, too; and some servers read one message at a time. */
	while (rc == 0 && !n->late &&
		(any(n, TW_CLIENT_REQUESTED, TW_CLIENT_REQUESTED) ||
			any(n, TW_CLIENT_STARTING, TW_CLIENT_STARTING))) {
		hurry(n);
		rc = wait_news(n, &err);
	}
	if (rc == 0)
		rc = tw_client_stop(machine(n), tw_control_link_now(), TW_ACCEPT_OK);
	/* nothing was granted, or nobody knows: the end of the connection says it all */
	if (rc == -ENOENT || rc == -EAGAIN)
		return;
	if (rc == 0)
		tw_control_link_flush(n->link);
	/* With individual session control the server answers. */
	while (rc == 0 && !n->late && any(n, TW_CLIENT_STOPPING, TW_CLIENT_STOPPING))
		rc = wait_news(n, &err);
	if (rc < 0)
		tw_warning("stopping the sessions: %s", *err.text ? err.text : strerror(-rc));
	else if (any(n, TW_CLIENT_STOPPING, TW_CLIENT_STOPPING))
		tw_warning("stopping the sessions: the server does not answer");
}

int tw_negotiation_report(struct tw_negotiation *n)
{
	struct tw_asked_report *r = &n->report;
	const struct tw_client_session *x;
	uint32_t count = 0;

	while (tw_negotiation_session(n, count))
		count++;
	free(r->session);
	r->n_sessions = 0;
	r->session = calloc(count + 1, sizeof(*r->session));
	if (!r->session)
		return -ENOMEM;
	tw_endpoint_format(&n->server, r->server);
	tw_modes_format(tw_client_offered(machine(n)), r->offered, sizeof(r->offered));
	tw_modes_format(tw_client_mode(machine(n)), r->chosen, sizeof(r->chosen));
	if (!tw_mode_protects_control(tw_client_mode(machine(n))))
		r->user[0] = '\0';
	r->server_start =
		tw_ntp_to_ns(tw_client_server_start_time(machine(n)), tw_ns(INT64_MAX / 4));
	for (uint32_t i = 0; (x = tw_negotiation_session(n, i)); i++) {
		struct tw_asked_session *s = &r->session[r->n_sessions++];
		struct tw_endpoint to = x->request.receiver, from;

		if (x->state != TW_CLIENT_REFUSED)
			tw_sid_format(x->sid, s->sid);
		from = sender_of(n, x);
		tw_endpoint_format(&from, s->sender);
		s->asked_port = to.port;
		to.port = x->port;
		tw_endpoint_format(&to, s->receiver);
		s->port = x->port;
		s->accept = x->accept;
		s->accept_words = tw_accept_words(x->accept);
		s->server_octets = x->server_octets;
	}
	return 0;
}

void tw_negotiation_hang_up(struct tw_negotiation *n)
{
	tw_event_remove(n->patience);
	n->patience = NULL;
	tw_control_link_close(n->link);
	n->link = NULL;
}

void tw_negotiation_close(struct tw_negotiation *n)
{
	tw_negotiation_hang_up(n);
	tw_keyfile_destroy(n->keys);
	free(n->report.session);
	n->report.session = NULL;
	n->keys = NULL;
}

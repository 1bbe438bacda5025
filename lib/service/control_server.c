/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* The control server: listeners, the order in which things are done, the sessions' timer. */

#include "control_tcp_priv.h"

#include "tw_log.h"
#include "tw_ntp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Connections taken before others get their turn. */
#define ACCEPTS 32
/* Pause where no connection can be taken: no descriptors, no memory. */
#define PAUSE_USEC 100000

static void arm(struct tw_control_server *s, struct tw_ns now)
{
	struct tw_ns at = tw_server_deadline(s->machine);
	struct tw_ns in = tw_ns_sub(at, now);
	struct timeval tv;

	if (at.v == s->armed.v)
		return;
	s->armed = at;
	if (at.v == TW_NEVER.v) {
		event_del(s->timer);
		return;
	}
	if (in.v < 0)
		in = tw_ns(0);
	tv.tv_sec = in.v / TW_NS_PER_SEC;
	tv.tv_usec = in.v % TW_NS_PER_SEC / TW_NS_PER_US + 1;
	event_add(s->timer, &tv);
}

/* Actions make connections go on, and those want new actions; a peer's input is finite. */
void control_server_run(struct tw_control_server *s)
{
	struct control_conn *c;

	control_sessions_run(s, control_now());
	while ((c = TAILQ_FIRST(&s->dirty))) {
		control_conn_work(c);
		control_sessions_run(s, control_now());
	}
	arm(s, control_now());
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct tw_control_server *s = arg;

	(void)fd;
	(void)what;
	s->armed = TW_NEVER;
	tw_server_tick(s->machine, control_now());
	control_server_run(s);
}

static void listen_again(evutil_socket_t fd, short what, void *arg)
{
	struct tw_control_server *s = arg;

	(void)fd;
	(void)what;
	for (unsigned int i = 0; i < s->n_listeners; i++)
		event_add(s->accepting[i], NULL);
}

static void pause_accepting(struct tw_control_server *s)
{
	const struct timeval tv = {.tv_usec = PAUSE_USEC};

	for (unsigned int i = 0; i < s->n_listeners; i++)
		event_del(s->accepting[i]);
	event_add(s->resume, &tv);
}

static void on_connect(evutil_socket_t listener, short what, void *arg)
{
	struct tw_control_server *s = arg;

	(void)what;
	for (int i = 0; i < ACCEPTS; i++) {
		struct sockaddr_storage peer;
		socklen_t len = sizeof(peer);
		int fd = accept4(
			listener, (struct sockaddr *)&peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			control_conn_accept(s, fd, &peer);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			tw_warning("no connection can be accepted: %s", strerror(errno));
			pause_accepting(s);
		}
		if (errno != ECONNABORTED && errno != EINTR)
			break;
	}
	control_server_run(s);
}

static int add_listener(struct tw_control_server *s, const struct tw_endpoint *at,
	const char *device, struct tw_err *err)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	char where[TW_ADDR_STR];
	int fd = control_listen(at, device);
	struct event *e;

	if (fd >= 0 && getsockname(fd, (struct sockaddr *)&sa, &len) < 0) {
		int rc = -errno;

		close(fd);
		fd = rc;
	}
	if (fd < 0)
		return tw_fail(err, fd, "cannot listen on TCP %s: %s",
			tw_endpoint_format(at, where), strerror(-fd));
	e = event_new(event_loop_base(s->loop), fd, EV_READ | EV_PERSIST, on_connect, s);
	if (!e || event_add(e, NULL)) {
		if (e)
			event_free(e);
		close(fd);
		return tw_fail(err, -ENOMEM, "out of memory");
	}
	s->port = control_endpoint(&sa).port;
	s->listener[s->n_listeners] = fd;
	s->accepting[s->n_listeners++] = e;
	return 0;
}

static int start_listening(struct tw_control_server *s, const struct tw_endpoint *at,
	const char *device, struct tw_err *err)
{
	struct tw_endpoint e = *at;
	int rc;

	if (e.addr.family)
		return add_listener(s, &e, device, err);
	e.addr.family = 4;
	rc = add_listener(s, &e, device, err);
	if (rc < 0)
		return rc;
	e.addr.family = 6;
	e.port = s->port;
	rc = add_listener(s, &e, device, err);
	return rc == -EAFNOSUPPORT || rc == -EADDRNOTAVAIL ? 0 : rc; /* a host without IPv6 */
}

static int allocate(struct tw_control_server *s, const struct tw_control_server_config *c)
{
	struct event_base *base = event_loop_base(s->loop);
	struct tw_server_config m = c->machine;

	s->n_sessions = m.sessions;
	s->session = calloc(s->n_sessions, sizeof(*s->session)); /* pages come with use */
	s->ended = calloc(CONTROL_ENDED, sizeof(*s->ended));
	s->timer = event_new(base, -1, 0, on_timer, s);
	s->resume = event_new(base, -1, 0, listen_again, s);
	if (!s->session || !s->ended || !s->timer || !s->resume ||
		tw_batch_create(TW_BATCH_AUTO, &s->batch))
		return -ENOMEM;
	m.epoch = tw_ntp_from_ns(tw_ns_sub(control_utc(), control_now()));
	return tw_server_create(&m, control_now(), &s->machine);
}

int tw_control_server_create(struct tw_event_loop *loop, const struct tw_control_server_config *c,
	struct tw_err *err, struct tw_control_server **ret)
{
	struct tw_control_server *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return tw_fail(err, -ENOMEM, "out of memory");
	LIST_INIT(&s->conns);
	TAILQ_INIT(&s->dirty);
	s->loop = loop;
	s->ops = c->ops;
	s->backend = c->backend;
	s->test_port = c->test_port;
	s->max_connections = c->connections;
	s->carried = c->carried;
	s->armed = TW_NEVER;
	rc = allocate(s, c);
	if (rc < 0)
		tw_fail(err, rc, "control server: %s", strerror(-rc));
	else
		rc = start_listening(s, &c->listen, c->device, err);
	if (rc < 0) {
		tw_control_server_destroy(s);
		return rc;
	}
	*ret = s;
	return 0;
}

/* Sessions that were stopped would reflect until their Timeout: that has come. */
static void end_sessions(struct tw_control_server *s)
{
	struct tw_ns now = control_now();

	for (struct tw_ns at = tw_server_deadline(s->machine); at.v != TW_NEVER.v;
		at = tw_server_deadline(s->machine)) {
		tw_server_tick(s->machine, at.v > now.v ? at : now);
		control_sessions_run(s, at.v > now.v ? at : now);
	}
}

/* Where our own workers carry the connections, they have to until the clients know of the end. */
static void say_farewell(struct tw_control_server *s)
{
	struct tw_ns end = tw_ns_add(control_now(), tw_ns(CONTROL_FAREWELL_NS));
	struct control_conn *c;

	LIST_FOREACH(c, &s->conns, link)
	shutdown(c->fd, SHUT_WR);
	LIST_FOREACH(c, &s->conns, link)
	control_wait_told(c->fd, end);
}

void tw_control_server_close(struct tw_control_server *s)
{
	struct control_conn *c;

	if (s->carried)
		say_farewell(s);
	for (unsigned int i = 0; i < s->n_listeners; i++) {
		event_free(s->accepting[i]);
		close(s->listener[i]);
	}
	s->n_listeners = 0;
	while ((c = LIST_FIRST(&s->conns)))
		control_conn_destroy(c);
	if (s->machine) {
		control_sessions_run(s, control_now());
		end_sessions(s);
	}
}

void tw_control_server_destroy(struct tw_control_server *s)
{
	if (!s)
		return;
	tw_control_server_close(s);
	tw_server_destroy(s->machine);
	tw_batch_destroy(s->batch);
	if (s->timer)
		event_free(s->timer);
	if (s->resume)
		event_free(s->resume);
	free(s->session);
	free(s->ended);
	free(s);
}

uint16_t tw_control_server_port(const struct tw_control_server *s)
{
	return s->port;
}

unsigned int tw_control_server_connections(const struct tw_control_server *s)
{
	return s->connections;
}

const struct tw_server_counters *tw_control_server_counters(const struct tw_control_server *s)
{
	return tw_server_counters(s->machine);
}

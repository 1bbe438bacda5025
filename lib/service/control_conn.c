/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* One control connection of the server: octets in and out, bounded. */

#include "control_tcp_priv.h"

#include "tw_log.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

/* Reads of one connection before others get their turn. */
#define READS 8
/* How long a peer may take to read our last words. */
#define FAREWELL_NS (2 * TW_NS_PER_SEC)

void control_conn_touch(struct control_conn *c)
{
	if (c->dirty)
		return;
	c->dirty = true;
	TAILQ_INSERT_TAIL(&c->server->dirty, c, dirty_link);
}

static void watch(struct event *e, bool want, bool *have)
{
	if (want == *have)
		return;
	if (want)
		event_add(e, NULL);
	else
		event_del(e);
	*have = want;
}

static void arm(struct control_conn *c, struct tw_ns now, struct tw_ns at)
{
	struct tw_ns in = tw_ns_sub(at, now);
	struct timeval tv;

	if (at.v == c->armed.v)
		return;
	c->armed = at;
	if (at.v == TW_NEVER.v) {
		event_del(c->timer);
		return;
	}
	if (in.v < 0)
		in = tw_ns(0);
	/* rounded up: a timer that comes too early finds nothing to do */
	tv.tv_sec = in.v / TW_NS_PER_SEC;
	tv.tv_usec = in.v % TW_NS_PER_SEC / TW_NS_PER_US + 1;
	event_add(c->timer, &tv);
}

/* The machine has ended; what it said last is still to be sent. */
static void end(struct control_conn *c, struct tw_ns now, const char *why)
{
	char who[TW_ADDR_STR];

	if (c->closing)
		return;
	tw_info("%s: connection ends: %s", tw_endpoint_format(&c->client, who), why);
	c->closing = true;
	c->in_len = 0;
	arm(c, now, tw_ns_add(now, tw_ns(FAREWELL_NS)));
}

void control_conn_destroy(struct control_conn *c)
{
	struct tw_control_server *s = c->server;
	char rest[CONTROL_BUFFER];

	tw_server_conn_destroy(c->machine, control_now());
	event_free(c->readable);
	event_free(c->writable);
	event_free(c->timer);
	/* Octets that nobody read would make the kernel throw our last words away. */
	if (c->closing) {
		shutdown(c->fd, SHUT_WR);
		for (int i = 0; i < READS && recv(c->fd, rest, sizeof(rest), 0) > 0; i++)
			;
	}
	close(c->fd);
	if (c->dirty)
		TAILQ_REMOVE(&s->dirty, c, dirty_link);
	LIST_REMOVE(c, link);
	free(c);
	s->connections--;
}

/* Returns false when the connection is gone. */
static bool send_out(struct control_conn *c)
{
	size_t len;
	const uint8_t *out = tw_server_conn_output(c->machine, &len);

	while (len) {
		ssize_t n = send(c->fd, out, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0)
			return false;
		tw_server_conn_sent(c->machine, (size_t)n);
		out = tw_server_conn_output(c->machine, &len);
	}
	watch(c->writable, len > 0, &c->writing);
	return true;
}

void control_conn_work(struct control_conn *c)
{
	struct tw_ns now = control_now();
	const char *why = "";
	size_t used, said, left;

	c->dirty = false;
	TAILQ_REMOVE(&c->server->dirty, c, dirty_link);
	/* Again where the answers were what input waited for: when all of them are gone at once
	 * no event would tell. */
	do {
		used = 0;
		if (c->in_len && !c->closing) {
			used = tw_server_conn_feed(c->machine, now, c->in, c->in_len);
			c->in_len -= used;
			memmove(c->in, c->in + used, c->in_len);
		}
		if (tw_server_conn_done(c->machine, &why))
			end(c, now, why);
		tw_server_conn_output(c->machine, &said);
		if (!send_out(c)) {
			control_conn_destroy(c);
			return;
		}
		tw_server_conn_output(c->machine, &left);
	} while (c->in_len && !c->closing && left == 0 && (used || said));
	if (c->closing) {
		if (left == 0)
			control_conn_destroy(c);
		else
			watch(c->readable, false, &c->reading);
		return;
	}
	/* What waits here is not taken from the kernel, and so not from the peer. */
	watch(c->readable, c->in_len < sizeof(c->in), &c->reading);
	arm(c, now, tw_server_conn_deadline(c->machine));
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct control_conn *c = arg;
	struct tw_control_server *s = c->server;
	char who[TW_ADDR_STR];

	(void)what;
	for (int i = 0; i < READS && c->in_len < sizeof(c->in); i++) {
		ssize_t n = recv(fd, c->in + c->in_len, sizeof(c->in) - c->in_len, 0);

		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
			break;
		if (n <= 0) {
			tw_info("%s: connection closed by the client",
				tw_endpoint_format(&c->client, who));
			control_conn_destroy(c);
			control_server_run(s);
			return;
		}
		c->in_len += (size_t)n;
		if (tw_server_conn_reads(c->machine)) {
			size_t used =
				tw_server_conn_feed(c->machine, control_now(), c->in, c->in_len);

			c->in_len -= used;
			memmove(c->in, c->in + used, c->in_len);
		}
		if (!tw_server_conn_reads(c->machine))
			break;
	}
	control_conn_touch(c);
	control_server_run(s);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct control_conn *c = arg;
	struct tw_control_server *s = c->server;

	(void)fd;
	(void)what;
	control_conn_touch(c);
	control_server_run(s);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct control_conn *c = arg;
	struct tw_control_server *s = c->server;

	(void)fd;
	(void)what;
	c->armed = TW_NEVER;
	if (c->closing) {
		control_conn_destroy(c);
	} else {
		tw_server_conn_tick(c->machine, control_now());
		control_conn_touch(c);
	}
	control_server_run(s);
}

/* A greeting that says no, if it fits into the socket's buffer; an empty one, it always does. */
static void go_away(int fd)
{
	uint8_t greeting[TW_GREETING_LEN];

	tw_server_go_away(greeting);
	if (send(fd, greeting, sizeof(greeting), MSG_NOSIGNAL) > 0)
		shutdown(fd, SHUT_WR);
	close(fd);
}

static int make_events(struct control_conn *c)
{
	struct event_base *base = event_loop_base(c->server->loop);

	c->readable = event_new(base, c->fd, EV_READ | EV_PERSIST, on_readable, c);
	c->writable = event_new(base, c->fd, EV_WRITE | EV_PERSIST, on_writable, c);
	c->timer = event_new(base, -1, 0, on_timer, c);
	return c->readable && c->writable && c->timer ? 0 : -ENOMEM;
}

static void free_unborn(struct control_conn *c)
{
	if (c->readable)
		event_free(c->readable);
	if (c->writable)
		event_free(c->writable);
	if (c->timer)
		event_free(c->timer);
	free(c);
}

void control_conn_accept(struct tw_control_server *s, int fd, const struct sockaddr_storage *peer)
{
	struct control_conn *c = calloc(1, sizeof(*c));
	struct sockaddr_storage own;
	socklen_t len = sizeof(own);
	struct tw_endpoint local;
	char who[TW_ADDR_STR];
	int one = 1, rc = -ENOMEM;
	uint8_t tos;

	if (!c || getsockname(fd, (struct sockaddr *)&own, &len) < 0) {
		free(c);
		close(fd);
		return;
	}
	c->server = s;
	c->fd = fd;
	c->armed = TW_NEVER;
	c->client = control_endpoint(peer);
	local = control_endpoint(&own);
	rc = s->connections >= s->max_connections ? -EUSERS : make_events(c);
	if (rc == 0)
		rc = tw_server_conn_create(
			s->machine, control_now(), &c->client, &local, c, &c->machine);
	if (rc < 0) {
		tw_info("%s: refused: %s", tw_endpoint_format(&c->client, who),
			rc == -EACCES   ? "not allowed"
			: rc == -EUSERS ? "too many connections"
					: strerror(-rc));
		free_unborn(c);
		go_away(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	tos = control_syn_tos(fd) & 0xfc;
	if (tos)
		control_mark(fd, own.ss_family == AF_INET ? 4 : 6, tos);
	LIST_INSERT_HEAD(&s->conns, c, link);
	s->connections++;
	control_conn_touch(c);
}

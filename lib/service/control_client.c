/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* A control connection to a server: connects without blocking, and tells its owner the news. */

#include "control_tcp_priv.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ 4096
/* For our last words, when the connection is closed. */
#define FAREWELL_MSEC 500

struct tw_control_link {
	struct tw_client *machine;
	struct event *readable;
	struct event *writable;
	struct event *timer;
	int fd;
	bool connected;
	bool over;
	bool carried; /* by workers of ours, which end soon */
	struct tw_ns connect_by;
	struct tw_endpoint local;
	struct tw_control_link_events events;
};

struct tw_ns tw_control_link_now(void)
{
	return control_now();
}

struct tw_client *tw_control_link_machine(struct tw_control_link *l)
{
	return l->machine;
}

const struct tw_endpoint *tw_control_link_local(const struct tw_control_link *l)
{
	return &l->local;
}

struct tw_ns tw_control_link_round_trip(const struct tw_control_link *l)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);

	if (getsockopt(l->fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return tw_ns(0);
	return tw_ns((int64_t)info.tcpi_rtt * TW_NS_PER_US);
}

static void lose(struct tw_control_link *l, int rc, const char *why)
{
	if (l->over)
		return;
	l->over = true;
	event_del(l->readable);
	event_del(l->writable);
	event_del(l->timer);
	l->events.lost(l->events.arg, rc, why);
}

static void send_out(struct tw_control_link *l)
{
	size_t len;
	const uint8_t *out = tw_client_output(l->machine, &len);

	if (!l->connected)
		return;
	while (len) {
		ssize_t n = send(l->fd, out, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break; /* whatever it is: reading will tell */
		tw_client_sent(l->machine, control_now(), (size_t)n);
		out = tw_client_output(l->machine, &len);
	}
	if (l->over)
		return;
	if (len)
		event_add(l->writable, NULL);
	else
		event_del(l->writable);
}

static void arm(struct tw_control_link *l)
{
	struct tw_ns now = control_now();
	struct tw_ns at = l->connected ? tw_client_deadline(l->machine) : l->connect_by;
	struct tw_ns in = tw_ns_sub(at, now);
	struct timeval tv;

	if (at.v == INT64_MAX) {
		event_del(l->timer);
		return;
	}
	if (in.v < 0)
		in = tw_ns(0);
	tv.tv_sec = in.v / TW_NS_PER_SEC;
	tv.tv_usec = in.v % TW_NS_PER_SEC / TW_NS_PER_US + 1;
	event_add(l->timer, &tv);
}

/* After anything that may have changed the machine. The owner may have closed us: no more of l. */
static void settle(struct tw_control_link *l, bool news)
{
	const char *why = "";
	int rc;

	send_out(l);
	rc = tw_client_failed(l->machine, &why);
	if (!rc)
		arm(l);
	if (news && !l->over)
		l->events.news(l->events.arg);
	else if (rc)
		lose(l, rc, why);
}

void tw_control_link_flush(struct tw_control_link *l)
{
	if (l->over)
		return;
	send_out(l);
	arm(l);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct tw_control_link *l = arg;
	uint8_t buf[READ];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);
	const char *why = "";
	int rc;

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n < 0) {
		lose(l, -errno, strerror(errno));
		return;
	}
	if (n == 0)
		tw_client_eof(l->machine, control_now());
	else
		tw_client_feed(l->machine, control_now(), buf, (size_t)n);
	rc = tw_client_failed(l->machine, &why);
	send_out(l);
	if (!rc)
		arm(l);
	/* News first, what came before the failure counts too; then the owner may have closed us. */
	if (rc)
		lose(l, rc, why);
	else
		l->events.news(l->events.arg);
}

static void established(struct tw_control_link *l)
{
	struct sockaddr_storage own;
	socklen_t len = sizeof(own);
	int failure = 0;
	socklen_t n = sizeof(failure);

	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &failure, &n) < 0)
		failure = errno;
	if (failure) {
		lose(l, -failure, strerror(failure));
		return;
	}
	l->connected = true;
	if (getsockname(l->fd, (struct sockaddr *)&own, &len) == 0)
		l->local = control_endpoint(&own);
	event_del(l->writable);
	event_add(l->readable, NULL);
	settle(l, false);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct tw_control_link *l = arg;

	(void)fd;
	(void)what;
	if (!l->connected)
		established(l);
	else
		settle(l, false);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct tw_control_link *l = arg;

	(void)fd;
	(void)what;
	if (!l->connected) {
		lose(l, -ETIMEDOUT, "the connection was not established in time");
		return;
	}
	tw_client_tick(l->machine, control_now());
	settle(l, false);
}

static int begin(struct tw_control_link *l, const struct tw_control_link_config *c)
{
	struct sockaddr_storage sa;
	socklen_t len;
	int one = 1;

	l->fd = socket(c->server.addr.family == 4 ? AF_INET : AF_INET6,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return -errno;
	setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	l->carried = c->device;
	if (c->device && setsockopt(l->fd, SOL_SOCKET, SO_BINDTODEVICE, c->device,
				 (socklen_t)strlen(c->device)) < 0)
		return -errno;
	if (c->dscp)
		control_mark(l->fd, c->server.addr.family, (uint8_t)(c->dscp << 2));
	if (c->local.addr.family) {
		len = control_sockaddr(&c->local, &sa);
		if (bind(l->fd, (const struct sockaddr *)&sa, len) < 0)
			return -errno;
	}
	len = control_sockaddr(&c->server, &sa);
	if (connect(l->fd, (const struct sockaddr *)&sa, len) < 0 && errno != EINPROGRESS)
		return -errno;
	return 0;
}

static void destroy(struct tw_control_link *l)
{
	if (l->readable)
		event_free(l->readable);
	if (l->writable)
		event_free(l->writable);
	if (l->timer)
		event_free(l->timer);
	if (l->fd >= 0)
		close(l->fd);
	tw_client_destroy(l->machine);
	free(l);
}

int tw_control_link_open(struct tw_event_loop *loop, const struct tw_control_link_config *c,
	struct tw_err *err, struct tw_control_link **ret)
{
	struct tw_control_link *l = calloc(1, sizeof(*l));
	struct event_base *base = event_loop_base(loop);
	char where[TW_ADDR_STR];
	int rc;

	if (!l)
		return tw_fail(err, -ENOMEM, "out of memory");
	l->fd = -1;
	l->events = c->events;
	l->connect_by = tw_ns_add(control_now(), c->connect_timeout);
	rc = tw_client_create(&c->machine, control_now(), &l->machine);
	if (rc < 0)
		tw_fail(err, rc, "%s",
			rc == -EINVAL ? "no usable mode: is the key missing?" : strerror(-rc));
	if (rc == 0) {
		rc = begin(l, c);
		if (rc < 0)
			tw_fail(err, rc, "TCP to %s: %s", tw_endpoint_format(&c->server, where),
				strerror(-rc));
	}
	if (rc == 0) {
		l->readable = event_new(base, l->fd, EV_READ | EV_PERSIST, on_readable, l);
		l->writable = event_new(base, l->fd, EV_WRITE | EV_PERSIST, on_writable, l);
		l->timer = event_new(base, -1, 0, on_timer, l);
		if (!l->readable || !l->writable || !l->timer || event_add(l->writable, NULL))
			rc = tw_fail(err, -ENOMEM, "out of memory");
	}
	if (rc < 0) {
		destroy(l);
		return rc;
	}
	arm(l);
	*ret = l;
	return 0;
}

void tw_control_link_close(struct tw_control_link *l)
{
	size_t len = 1;

	if (!l)
		return;
	while (!l->over && l->connected && len) {
		struct pollfd p = {.fd = l->fd, .events = POLLOUT};

		send_out(l);
		tw_client_output(l->machine, &len);
		if (len && poll(&p, 1, FAREWELL_MSEC) <= 0)
			break;
	}
	if (l->carried && l->connected && shutdown(l->fd, SHUT_WR) == 0)
		control_wait_told(l->fd, tw_ns_add(control_now(), tw_ns(CONTROL_FAREWELL_NS)));
	destroy(l);
}

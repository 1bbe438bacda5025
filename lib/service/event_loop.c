/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "event_loop_priv.h"
#include "tw_log.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/queue.h>

struct tw_event {
	LIST_ENTRY(tw_event) link;
	struct event *ev;
	void *arg;
	bool once;
	union {
		tw_timer_fn *timer;
		tw_fd_fn *fd;
		tw_signal_fn *signal;
	} fn;
};

struct tw_event_loop {
	struct event_base *base;
	bool stop; /* libevent forgets a break that comes before the loop runs */
	LIST_HEAD(, tw_event) events;
};

/* libevent's own complaints are about sockets of peers: nothing an operator must act on. */
static void to_log(int severity, const char *msg)
{
	if (severity >= EVENT_LOG_ERR)
		tw_error("%s", msg);
	else
		tw_debug("libevent: %s", msg);
}

int tw_event_loop_create(struct tw_event_loop **ret)
{
	struct tw_event_loop *loop = calloc(1, sizeof(*loop));
	struct event_config *cfg = event_config_new();

	event_set_log_callback(to_log);
	if (loop && cfg && !event_config_set_flag(cfg, EVENT_BASE_FLAG_PRECISE_TIMER))
		loop->base = event_base_new_with_config(cfg);
	if (cfg)
		event_config_free(cfg);
	if (!loop || !loop->base) {
		free(loop);
		return -ENOMEM;
	}
	LIST_INIT(&loop->events);
	signal(SIGPIPE, SIG_IGN);
	*ret = loop;
	return 0;
}

void tw_event_loop_destroy(struct tw_event_loop *loop)
{
	if (!loop)
		return;
	while (!LIST_EMPTY(&loop->events))
		tw_event_remove(LIST_FIRST(&loop->events));
	event_base_free(loop->base);
	free(loop);
}

struct event_base *event_loop_base(struct tw_event_loop *loop)
{
	return loop->base;
}

void tw_event_remove(struct tw_event *event)
{
	if (!event)
		return;
	event_free(event->ev); /* deletes it first */
	LIST_REMOVE(event, link);
	free(event);
}

static int add(struct tw_event_loop *loop, struct tw_event init, evutil_socket_t fd, short what,
	event_callback_fn cb, const struct timeval *timeout, struct tw_event **ret)
{
	struct tw_event *e = malloc(sizeof(*e));

	if (!e)
		return -ENOMEM;
	*e = init;
	e->ev = event_new(loop->base, fd, what, cb, e);
	if (!e->ev) {
		free(e);
		return -ENOMEM;
	}
	LIST_INSERT_HEAD(&loop->events, e, link);
	if (event_add(e->ev, timeout)) {
		tw_event_remove(e);
		return -EINVAL;
	}
	if (ret)
		*ret = e;
	return 0;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct tw_event *e = arg;
	tw_timer_fn *fn = e->fn.timer;
	void *user = e->arg;

	(void)fd;
	(void)what;
	if (e->once)
		tw_event_remove(e);
	fn(user); /* may have removed e */
}

static void on_fd(evutil_socket_t fd, short what, void *arg)
{
	struct tw_event *e = arg;
	unsigned int ready =
		(what & EV_READ ? TW_FD_READ : 0) | (what & EV_WRITE ? TW_FD_WRITE : 0);

	e->fn.fd(e->arg, (int)fd, ready);
}

static void on_signal(evutil_socket_t signo, short what, void *arg)
{
	struct tw_event *e = arg;

	(void)what;
	e->fn.signal(e->arg, (int)signo);
}

int tw_event_add_timer(struct tw_event_loop *loop, struct tw_ns period, bool once, tw_timer_fn *fn,
	void *arg, struct tw_event **ret)
{
	struct timeval tv = {
		.tv_sec = period.v / TW_NS_PER_SEC,
		.tv_usec = period.v % TW_NS_PER_SEC / TW_NS_PER_US,
	};

	if (period.v < 0 || (!once && period.v < TW_NS_PER_US))
		return -EINVAL;
	return add(loop, (struct tw_event){.arg = arg, .once = once, .fn.timer = fn}, -1,
		once ? 0 : EV_PERSIST, on_timer, &tv, ret);
}

int tw_event_add_fd(struct tw_event_loop *loop, int fd, unsigned int watch, tw_fd_fn *fn, void *arg,
	struct tw_event **ret)
{
	short what =
		(short)((watch & TW_FD_READ ? EV_READ : 0) | (watch & TW_FD_WRITE ? EV_WRITE : 0));

	if (!what || fd < 0)
		return -EINVAL;
	return add(loop, (struct tw_event){.arg = arg, .fn.fd = fn}, fd, (short)(what | EV_PERSIST),
		on_fd, NULL, ret);
}

int tw_event_add_signal(
	struct tw_event_loop *loop, int signo, tw_signal_fn *fn, void *arg, struct tw_event **ret)
{
	if (signo <= 0 || signo >= NSIG || signo == SIGKILL || signo == SIGSTOP)
		return -EINVAL;
	return add(loop, (struct tw_event){.arg = arg, .fn.signal = fn}, signo,
		EV_SIGNAL | EV_PERSIST, on_signal, NULL, ret);
}

int tw_event_loop_run(struct tw_event_loop *loop)
{
	int ret = loop->stop ? 0 : event_base_dispatch(loop->base);

	loop->stop = false;
	return ret < 0 ? -EIO : 0;
}

void tw_event_loop_stop(struct tw_event_loop *loop)
{
	loop->stop = true;
	event_base_loopbreak(loop->base);
}

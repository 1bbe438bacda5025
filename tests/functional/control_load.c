/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * Negotiates thousands of sessions over many control connections at once, says how long it took,
 * keeps them until its standard input ends, then stops them:
 *
 *     control_load SERVER CONNECTIONS SESSIONS FIRST_PORT
 *
 * Sessions of connection i come from ports FIRST_PORT + i * SESSIONS on.
 */

#include "tw_control_tcp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WINDOW 32
#define LIMIT_NS (60 * TW_NS_PER_SEC)

struct load;

struct one {
	struct load *all;
	struct tw_control_link *link;
	uint32_t settled; /* sessions accepted or refused */
	uint32_t started;
	bool ready;
};

struct load {
	struct tw_event_loop *loop;
	struct tw_endpoint server;
	unsigned int n, each;
	uint16_t port;
	unsigned int accepted, refused, started, lost;
	struct tw_ns begin, negotiated, running;
	struct one *one;
};

static void ask(struct one *c)
{
	struct load *l = c->all;
	struct tw_client_request r = {
		.sender.addr.family = l->server.addr.family,
		.receiver.addr.family = l->server.addr.family,
		.receiver.port = TW_CONTROL_PORT,
		.padding_length = 27,
		.timeout = tw_ns(TW_NS_PER_SEC),
	};
	uint32_t index;

	for (unsigned int i = 0; i < l->each; i++) {
		r.sender.port = (uint16_t)(l->port + (unsigned int)(c - l->one) * l->each + i);
		tw_client_request(
			tw_control_link_machine(c->link), tw_control_link_now(), &r, &index);
	}
	tw_control_link_flush(c->link);
}

static void take(struct one *c, const struct tw_client_session *s)
{
	struct load *l = c->all;

	if (s->state == TW_CLIENT_ACCEPTED)
		l->accepted++;
	else if (s->state == TW_CLIENT_REFUSED)
		l->refused++;
	else if (s->state == TW_CLIENT_STARTED)
		l->started++;
	if (s->state == TW_CLIENT_ACCEPTED || s->state == TW_CLIENT_REFUSED)
		c->settled++;
	if (l->accepted + l->refused == l->n * l->each && l->negotiated.v == 0)
		l->negotiated = tw_control_link_now();
	if (l->started == l->accepted && l->negotiated.v) {
		l->running = tw_control_link_now();
		tw_event_loop_stop(l->loop);
	}
}

static void on_news(void *arg)
{
	struct one *c = arg;
	struct tw_client *m = tw_control_link_machine(c->link);
	struct tw_client_event e;

	while (tw_client_next_event(m, &e)) {
		if (e.kind == TW_CLIENT_EV_READY)
			ask(c);
		else
			take(c, e.session);
	}
	if (c->settled == c->all->each && !c->ready) {
		c->ready = true;
		tw_client_start(m, tw_control_link_now());
		tw_control_link_flush(c->link);
	}
}

static void on_lost(void *arg, int rc, const char *why)
{
	struct one *c = arg;

	if (c->all->lost++ == 0)
		fprintf(stderr, "connection %u: %s (%d)\n", (unsigned int)(c - c->all->one), why,
			rc);
	tw_event_loop_stop(c->all->loop);
}

static void on_limit(void *arg)
{
	tw_event_loop_stop(((struct load *)arg)->loop);
}

static void on_input(void *arg, int fd, unsigned int ready)
{
	char c;

	(void)ready;
	if (read(fd, &c, 1) <= 0)
		tw_event_loop_stop(((struct load *)arg)->loop);
}

static int open_all(struct load *l, struct tw_err *err)
{
	int rc = 0;

	for (unsigned int i = 0; i < l->n && rc == 0; i++) {
		struct tw_control_link_config c = {
			.server = l->server,
			.connect_timeout = tw_ns(10 * TW_NS_PER_SEC),
			.events = {on_news, on_lost, &l->one[i]},
		};

		l->one[i].all = l;
		tw_client_config_init(&c.machine);
		c.machine.sessions = l->each;
		c.machine.window = WINDOW;
		rc = tw_control_link_open(l->loop, &c, err, &l->one[i].link);
	}
	return rc;
}

static void stop_all(struct load *l)
{
	for (unsigned int i = 0; i < l->n; i++) {
		if (l->lost == 0)
			tw_client_stop(tw_control_link_machine(l->one[i].link),
				tw_control_link_now(), TW_ACCEPT_OK);
		tw_control_link_close(l->one[i].link);
	}
}

int main(int argc, char **argv)
{
	struct load l = {.server.port = TW_CONTROL_PORT};
	struct tw_event *limit = NULL;
	struct tw_err err = {"out of memory"};
	int rc;

	if (argc != 5 || tw_addr_parse(argv[1], &l.server.addr) < 0)
		return 2;
	l.n = (unsigned int)strtoul(argv[2], NULL, 10);
	l.each = (unsigned int)strtoul(argv[3], NULL, 10);
	l.port = (uint16_t)strtoul(argv[4], NULL, 10);
	l.one = calloc(l.n, sizeof(*l.one));
	rc = l.one ? tw_event_loop_create(&l.loop) : -ENOMEM;
	l.begin = tw_control_link_now();
	if (rc == 0)
		rc = tw_event_add_timer(l.loop, tw_ns(LIMIT_NS), true, on_limit, &l, &limit);
	if (rc == 0)
		rc = open_all(&l, &err);
	if (rc == 0)
		rc = tw_event_loop_run(l.loop);
	if (rc < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	printf("{\"accepted\": %u, \"refused\": %u, \"started\": %u, \"lost\": %u, "
	       "\"negotiated_s\": %.3f, \"running_s\": %.3f}\n",
		l.accepted, l.refused, l.started, l.lost,
		tw_ns_sec(tw_ns_sub(l.negotiated, l.begin)),
		tw_ns_sec(tw_ns_sub(l.running, l.begin)));
	fflush(stdout);
	if (l.lost == 0 && l.running.v) {
		tw_event_add_fd(l.loop, STDIN_FILENO, TW_FD_READ, on_input, &l, NULL);
		tw_event_loop_run(l.loop);
	}
	stop_all(&l);
	tw_event_loop_destroy(l.loop);
	free(l.one);
	return l.lost ? 1 : 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* controlclient: negotiates sessions for a separate sender and keeps them until it is stopped. */

#include "commands.h"
#include "delivery.h"
#include "negotiation.h"
#include "resolve.h"
#include "signals.h"
#include "tw_event_loop.h"
#include "tw_log.h"
#include "tw_report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The sender's port where none is given: twampy's. */
#define SENDER_PORT 20001

struct client {
	const struct tw_options *o;
	struct tw_event_loop *loop;
	struct tw_negotiation talk;
	struct tw_endpoint server;
	struct tw_endpoint sender;
	struct tw_event *pushing; /* what was printed waits for its reader */
	bool lost;
};

#define PUSH_NS (50 * TW_NS_PER_MS)

static int ask(struct client *c, struct tw_err *err)
{
	uint32_t mode = tw_negotiation_mode(&c->talk);
	struct tw_client_request *r = calloc(c->o->streams, sizeof(*r));
	uint32_t padding = tw_options_given(c->o, padding) && c->o->padding >= 0
				   ? (uint32_t)c->o->padding
				   : tw_negotiation_padding(mode);
	int rc;

	if (!r)
		return tw_fail(err, -ENOMEM, "out of memory");
	for (uint32_t i = 0; i < c->o->streams; i++) {
		r[i].sender = c->sender;
		r[i].sender.port = (uint16_t)(c->sender.port + i);
		r[i].receiver = (struct tw_endpoint){c->server.addr, TW_CONTROL_PORT};
		r[i].dscp = c->o->dscp;
		r[i].padding_length = padding;
		r[i].timeout = c->o->timeout;
	}
	rc = tw_negotiation_request(&c->talk, r, c->o->streams, err);
	free(r);
	return rc;
}

static int write_text(const struct client *c, FILE *out)
{
	const struct tw_asked_report *r = &c->talk.report;
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (c->o->json)
		return tw_json_write_asked(out, r,
			tw_ns((int64_t)ts.tv_sec * TW_NS_PER_SEC + ts.tv_nsec),
			&(struct tw_report_context){.command = "controlclient", .sequence = 1},
			true);
	fprintf(out, "Server %s offers %s\nMode   %s%s%s\n", r->server, r->offered, r->chosen,
		r->user[0] ? "  user " : "", r->user);
	for (unsigned int i = 0; i < r->n_sessions; i++)
		fprintf(out, "Session %s  %s -> %s\n", r->session[i].sid, r->session[i].sender,
			r->session[i].receiver);
	return 0;
}

/* The sessions run: nobody who reads late, or not at all, is waited for. */
static int show(struct client *c)
{
	int rc = tw_negotiation_report(&c->talk);
	char *text = NULL;
	size_t len = 0;
	FILE *out = rc == 0 ? open_memstream(&text, &len) : NULL;

	if (!out)
		return -ENOMEM;
	rc = write_text(c, out);
	if (fclose(out) != 0 && rc == 0)
		rc = -ENOMEM;
	if (rc == 0 && !tw_delivery_offer(text, len))
		rc = -ENOMEM;
	free(text);
	return rc < 0 ? rc : tw_delivery_failed();
}

static void on_push(void *arg)
{
	struct client *c = arg;

	if (tw_delivery_push())
		return;
	tw_event_remove(c->pushing);
	c->pushing = NULL;
	if (tw_delivery_failed())
		tw_event_loop_stop(c->loop);
}

static void on_signal(void *arg, int fd, unsigned int ready)
{
	(void)fd;
	(void)ready;
	tw_event_loop_stop(((struct client *)arg)->loop);
}

static void on_time(void *arg)
{
	tw_event_loop_stop(((struct client *)arg)->loop);
}

static void on_lost(void *arg)
{
	struct client *c = arg;

	c->lost = true;
	tw_event_loop_stop(c->loop);
}

/* Until a signal, the end of --duration or of the connection. */
static int keep(struct client *c, struct tw_err *err)
{
	struct tw_event *signal = NULL;
	int rc = tw_event_add_fd(c->loop, tw_signals_fd(), TW_FD_READ, on_signal, c, &signal);

	c->talk.lost = on_lost;
	c->talk.arg = c;
	if (rc == 0 && c->o->duration.v)
		rc = tw_event_add_timer(c->loop, c->o->duration, true, on_time, c, NULL);
	if (rc == 0 && tw_delivery_push())
		rc = tw_event_add_timer(c->loop, tw_ns(PUSH_NS), false, on_push, c, &c->pushing);
	if (rc == 0 && !tw_delivery_failed())
		rc = tw_event_loop_run(c->loop);
	tw_event_remove(c->pushing);
	tw_event_remove(signal);
	if (rc < 0)
		return tw_fail(err, rc, "event loop: %s", strerror(-rc));
	return c->lost ? tw_fail(err, -ECONNRESET, "%s", c->talk.why.text) : 0;
}

static int read_ends(struct client *c, struct tw_err *err)
{
	const struct tw_options *o = c->o;
	unsigned int family = o->ipv4 ? 4 : o->ipv6 ? 6 : 0;
	int rc = tw_resolve_endpoint(o->args.v[0], TW_CONTROL_PORT, family, err, &c->server);

	c->sender.port = SENDER_PORT;
	if (rc == 0 && !c->server.addr.family)
		rc = tw_fail(err, -EINVAL, "%s: the server's address is missing", o->args.v[0]);
	if (rc == 0 && o->args.n > 1)
		rc = tw_resolve_endpoint(
			o->args.v[1], SENDER_PORT, c->server.addr.family, err, &c->sender);
	if (rc == 0 && c->sender.port + o->streams > 65536)
		rc = tw_fail(err, -ERANGE, "--streams '%u': too many from port %u", o->streams,
			c->sender.port);
	c->sender.addr.family = c->server.addr.family; /* unset: that of the connection */
	return rc;
}

int tw_cmd_controlclient(const struct tw_options *o)
{
	struct client c = {.o = o};
	struct tw_endpoint own;
	struct tw_err err = {"out of memory"};
	int rc = tw_event_loop_create(&c.loop), out = 0;

	if (rc == 0)
		rc = read_ends(&c, &err);
	own = c.sender;
	if (tw_addr_is_unspecified(&own.addr))
		own.addr.family = 0;
	if (rc == 0)
		rc = tw_negotiation_open(&c.talk, o, c.loop, &c.server, &own, &err);
	if (rc == 0)
		rc = ask(&c, &err);
	if (rc == 0)
		rc = tw_negotiation_start(&c.talk, &err);
	if (rc == 0)
		rc = out = show(&c);
	if (rc == 0)
		rc = keep(&c, &err);
	tw_negotiation_stop(&c.talk);
	tw_negotiation_close(&c.talk);
	tw_event_loop_destroy(c.loop);
	if (out == 0)
		out = tw_delivery_finish("", 0);
	if (rc < 0 && out != rc)
		tw_error("controlclient: %s", err.text);
	if (out < 0)
		tw_error("standard output: what was negotiated is not written: %s",
			tw_delivery_why(out));
	return rc < 0 || out < 0 ? 1 : 0;
}

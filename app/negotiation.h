/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef NEGOTIATION_H
#define NEGOTIATION_H

/* The control connection of controller and controlclient: each call waits for the server. */

#include "options.h"
#include "tw_control_report.h"
#include "tw_control_tcp.h"
#include "tw_keyfile.h"

struct tw_negotiation {
	const struct tw_options *o;
	const char *device; /* that leads to the server; NULL: the kernel knows */
	struct tw_event_loop *loop;
	struct tw_control_link *link;
	struct tw_keyfile *keys;
	struct tw_endpoint server;
	struct tw_event *signal;
	struct tw_event *patience;
	bool waiting;     /* the loop runs for us */
	bool interrupted; /* a signal came while we waited */
	bool stopping;    /* a signal makes us hurry */
	bool late;        /* the server had its time to answer */
	int failed;
	struct tw_err why;
	/* the connection ends later, while something else runs; may be NULL */
	void (*lost)(void *arg);
	void *arg;
	struct tw_asked_report report;
};

/* Connect and set up: tw_negotiation_mode() is known then. Returns 0 or a negative errno. */
int tw_negotiation_open(struct tw_negotiation *n, const struct tw_options *o,
	struct tw_event_loop *loop, const struct tw_endpoint *server,
	const struct tw_endpoint *local, struct tw_err *err);

uint32_t tw_negotiation_mode(const struct tw_negotiation *n);

/*
 * Padding that the mode asks for, and the UDP payload without it: packets of both directions can
 * be as long then.
 */
uint16_t tw_negotiation_padding(uint32_t mode);
uint16_t tw_negotiation_base(uint32_t mode);

/* Ask for sessions, wait for the answers. One that is refused fails with its words. */
int tw_negotiation_request(struct tw_negotiation *n, const struct tw_client_request *r,
	uint32_t count, struct tw_err *err);

/* What session i got. */
const struct tw_client_session *tw_negotiation_session(const struct tw_negotiation *n, uint32_t i);

/* Start them all and wait. */
int tw_negotiation_start(struct tw_negotiation *n, struct tw_err *err);

/*
 * Stop all that the server granted, whatever was reached, and ask for no more. What the server does
 * not answer is waited for no longer than a moment once a signal has come. Once is enough.
 */
void tw_negotiation_stop(struct tw_negotiation *n);

/* Round trip of the control connection, as TCP sees it. */
struct tw_ns tw_negotiation_round_trip(const struct tw_negotiation *n);

/* Fill n->report. Returns 0, -ENOMEM. */
int tw_negotiation_report(struct tw_negotiation *n);

/* Close the connection; what was said stays in n->report. */
void tw_negotiation_hang_up(struct tw_negotiation *n);

void tw_negotiation_close(struct tw_negotiation *n);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef MEASURE_H
#define MEASURE_H

/* Runs the senders of a backend to their end and prints what they found. */

#include "backend.h"

struct tw_event_loop;
struct tw_sending;

struct tw_measure_config {
	const struct tw_options *options;
	const char *command;
	struct tw_session_info session;
	const struct tw_sending *sending; /* groups of a scenario; NULL or none: one result */
	double offered_pps;
	bool rates;                     /* the table says packets per second too */
	struct tw_recording *recording; /* NULL = none; stopped when the measurement ends */
	const char *no_reply;           /* what was tried, for the sentence of exit status 2 */
	struct tw_event_loop *loop;     /* that others use too; NULL = one of our own */
	void (*end)(
		void *arg); /* all is sent and answered or timed out, workers run; may be NULL */
	void *arg;
	struct tw_ns delay;     /* before the first packet */
	void (*poll)(void *of); /* every few milliseconds; may be NULL */
	/* instead of the printed result and its exit status; may be NULL */
	int (*report)(void *of, const struct tw_result *r);
	void *of;
};

/*
 * Start workers and senders, serve signals, progress, interim results, metrics and pcap, stop
 * and print. Returns the exit status.
 */
int tw_measure(struct tw_backend *b, const struct tw_measure_config *cfg);

#endif

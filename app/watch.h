/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef WATCH_H
#define WATCH_H

/* Keeps the reflectors of a backend running until it is told to stop, and prints what they saw. */

#include "backend.h"

struct tw_event_loop;
struct tw_recording;

struct tw_watch_config {
	const struct tw_options *options;
	const char *command;
	unsigned int n_local;
	char local[TW_REFLECTOR_LOCALS][80];
	struct tw_recording *recording;
	/* What runs beside the reflectors, or NULL: begin and end while the workers run; control
	 * gives its part of a report, valid until the next call. */
	int (*begin)(void *arg, struct tw_event_loop *loop, struct tw_err *err);
	const struct tw_control_report *(*control)(void *arg);
	void (*end)(void *arg);
	void *arg;
};

/* Returns the exit status. */
int tw_watch(struct tw_backend *b, const struct tw_watch_config *cfg);

#endif

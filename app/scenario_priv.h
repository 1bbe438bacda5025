/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef SCENARIO_PRIV_H
#define SCENARIO_PRIV_H

/* Shared by scenario.c (reading) and scenario_check.c (what goes together, and what follows). */

#include "scenario.h"

struct tw_scenario_context {
	const struct tw_options *run; /* the file's keys for it are in it */
	uint32_t command;
	const struct tw_endpoint *peer, *local;
	bool without_peer;
};

/* What follows from an entry's keys, once they are read. */
int tw_scenario_settle(struct tw_scenario *s, struct tw_scenario_entry *e,
	const struct tw_scenario_context *c, struct tw_err *err);

/* What must be right of all entries together. */
int tw_scenario_check(struct tw_scenario *s, struct tw_options *o, struct tw_err *err);

#endif

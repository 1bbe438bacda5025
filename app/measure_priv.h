/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef MEASURE_PRIV_H
#define MEASURE_PRIV_H

/* A measurement while it runs; shared by measure.c and measure_interim.c. */

#include "measure.h"
#include "tw_event_loop.h"
#include "tw_http.h"
#include "tw_report.h"

struct tw_recording;

struct measure {
	struct tw_backend *b;
	const struct tw_measure_config *cfg;
	struct tw_event_loop *loop;
	struct tw_event *signal;
	struct tw_http *http;
	struct tw_recording *recording;
	struct tw_result *total;    /* the final one */
	struct tw_result *now;      /* running totals at the last settled border */
	struct tw_result *before;   /* those at the border before */
	struct tw_result *interval; /* their difference */
	unsigned int n_groups;      /* 0: there is the whole only */
	struct tw_result **of_groups;
	struct tw_report_group *groups; /* the same with names */
	bool groups_met;                /* all their bounds */
	bool border;                    /* drawn and not settled */
	uint64_t waited;                /* polls since it was drawn */
	uint64_t sequence;
	uint64_t progress_ticks;
	struct tw_event *unsteady;   /* looks at a link that has changed */
	unsigned int unsteady_looks; /* so many more; 0: there are none */
	int failed;                  /* of the delayed start */
};

/* A result for each entry of a scenario. Returns 0 or -ENOMEM. */
int tw_measure_groups_begin(struct measure *m);
void tw_measure_groups_end(struct measure *m);

/* Make them empty, with their names on. */
void tw_measure_groups_identify(struct measure *m);

/* Each by the bounds of its entry. Returns whether all are met. */
bool tw_measure_groups_judge(struct measure *m);

/* Timer: an interval ends; draw its border. */
void tw_measure_tick(void *arg);

/* When the packets before the border are answered or timed out: print the interval. */
void tw_measure_settle(struct measure *m);

/* --metrics. Returns 0 or a negative errno. */
int tw_measure_serve(struct measure *m, struct tw_err *err);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef BACKEND_H
#define BACKEND_H

/* The running data plane of a process: EAL, clock, worker threads and their tasks. */

#include "options.h"
#include "tw_clock.h"
#include "tw_eal.h"
#include "tw_reflector_report.h"
#include "tw_result.h"
#include "tw_worker.h"

#define TW_BACKEND_TASKS 64

struct tw_backend {
	struct tw_eal eal;
	struct tw_clock clock;
	struct tw_ns started; /* UTC */
	unsigned int n_workers;
	struct tw_worker workers[TW_EAL_WORKERS];
	unsigned int n_senders;
	struct tw_task *senders[TW_BACKEND_TASKS];
	unsigned int n_reflectors;
	struct tw_task *reflectors[TW_BACKEND_TASKS];
	struct tw_recorder *recorder;
	unsigned int n_handovers;
	struct tw_handover *handovers[TW_BACKEND_TASKS];
	bool launched;
	/* adds what the devices lost; asked when a result is made */
	void (*device_health)(void *arg, struct tw_tester_health *h);
	/* are the devices still there, have they a link? Asked many times a second and when link_fd
	 * is readable. Returns 0 or -ENODEV. */
	int (*device_look)(void *arg, struct tw_err *err);
	int link_fd;     /* 0: none */
	int finished_fd; /* readable when the senders of a worker have finished; 0: none */
	bool link_tells; /* all that may change of the devices; to look now and then is enough */
	bool device_lost;
	/* look at the NICs' clocks; why their stamps were not used: bits by enum tw_stamp_note */
	void (*device_tick)(void *arg);
	uint32_t (*device_notes)(void *arg);
	void *device_arg;
	uint32_t notes_told; /* of tasks, in the log */
};

/* Measure the clock; the EAL runs already. Returns 0 or a negative errno. */
int tw_backend_init(struct tw_backend *b, struct tw_err *err);

/* Measure the clocks again, ten times a second; what became of the stamps is logged. */
void tw_backend_tick(struct tw_backend *b);

/* Give a task to worker i (modulo the number of workers). */
void tw_backend_assign(struct tw_backend *b, unsigned int i, struct tw_task *t);

/*
 * Let sender tasks of one port hand each other the replies that come to another's queue, before
 * the launch. cfg: of each, in the same order. Returns 0 or a negative errno.
 */
int tw_backend_share(struct tw_backend *b, unsigned int n, struct tw_task *const *tasks,
	const struct tw_sender_config *const *cfg, struct tw_err *err);

/* Start and end the worker threads. */
int tw_backend_launch(struct tw_backend *b, struct tw_err *err);
void tw_backend_join(struct tw_backend *b);

/* Destroy tasks and recorder. */
void tw_backend_fini(struct tw_backend *b);

/* Have all senders finished? */
bool tw_backend_finished(const struct tw_backend *b);

/* Packets that the senders have numbered, or reflectors received, so far. */
uint64_t tw_backend_packets(const struct tw_backend *b);

/*
 * Add what the senders have measured to r, whose identity stays, and what their groups have to
 * n_groups of groups. interim: up to the last border.
 * Returns 0 or -ETIMEDOUT when a worker does not answer.
 */
int tw_backend_results(struct tw_backend *b, struct tw_result *r, uint32_t n_groups,
	struct tw_result *const *groups, bool interim);

/* Draw the border of an interval in every sender. */
int tw_backend_border(struct tw_backend *b);

/* Look at the devices. True once one is gone; that is logged. */
bool tw_backend_lost(struct tw_backend *b);

/* The reflectors' totals. */
int tw_backend_reflector_report(struct tw_backend *b, struct tw_reflector_report *r);

#endif

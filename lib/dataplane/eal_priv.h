/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_EAL_PRIV_H
#define TW_EAL_PRIV_H

#include "tw_eal.h"

#include <sched.h>

#define TW_EAL_NAME "dpdk-twamp" /* argv[0] for the EAL */

/* An argument vector that owns its strings and stays NULL-terminated. The first error sticks. */
struct tw_argv {
	int error; /* 0, -E2BIG, -ENOMEM, -EINVAL */
	int argc;
	char *argv[128];
};

/* Append copies of an option and its value; either may be NULL. */
void tw_argv_add(struct tw_argv *v, const char *opt, const char *value);

/* Append a line split as a shell does it: blanks, quotes, backslash. -EINVAL: a quote is open. */
void tw_argv_split(struct tw_argv *v, const char *line);

/* Is the option there, as "--name", "--name=value", or a short one as "-x", "-xvalue"? */
bool tw_argv_has(const struct tw_argv *v, const char *opt);

/* Value of a long option, NULL where it is not there. */
const char *tw_argv_value(const struct tw_argv *v, const char *opt);

void tw_argv_fini(struct tw_argv *v);

/*
 * Run something in the EAL's interrupt thread and wait for it: drivers that handle the messages of
 * their peers there are not safe against calls from other threads at the same time.
 */
void tw_interrupts_call(void (*call)(void *arg), void *arg);

/*
 * Let that thread do nothing any more. The EAL unmaps its memory at the end without a word to it,
 * and it may know of sources there: the listening socket of a memif server is never taken from it.
 */
void tw_interrupts_park(void);

/*
 * Choose and lock CPUs for workers: the listed ones in their order, or else n of the process's.
 * Fills cpu and shared of ret_workers; ret_n <= TW_EAL_WORKERS.
 */
int tw_cores_choose(const struct tw_eal_config *cfg, struct tw_eal_worker *ret_workers,
	unsigned int *ret_n, struct tw_err *err);

/* Does another process hold a lock on that CPU? */
bool tw_cores_is_shared(int cpu);

/* Give the locks back and remove the lock file when nobody uses it. */
void tw_cores_release(void);

/* CPUs that this process may run on. */
void tw_cores_allowed(cpu_set_t *ret_set);

/* DPDK's log goes to us from now on. */
int tw_eal_log_open(void);

/* A line of DPDK or of a library under it, without newline. */
void tw_eal_log_line(const char *line, bool is_error);

/* What the EAL prints past its log (alerts, usage) is kept from the terminal in between. */
void tw_eal_log_hide_stdio(void);
void tw_eal_log_show_stdio(void);

/*
 * Remove the directories that killed instances left, and make one of our own, exclusively. False
 * when none can be made: telemetry is not to be had then.
 */
bool tw_runtime_dir_make(char *ret_prefix, size_t cap);
void tw_runtime_dir_remove(const char *prefix);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_EVENT_LOOP_H
#define TW_EVENT_LOOP_H

/**
 * @file
 * The loop of the control core: timers, file descriptors and signals, each with a callback. All of
 * it belongs to the one thread that runs the loop.
 */

#include "tw_time.h"

#include <stdbool.h>

struct tw_event_loop;
struct tw_event; /* one registration */

/** What a file descriptor is ready for, or is to be watched for. */
#define TW_FD_READ 1U
#define TW_FD_WRITE 2U

typedef void tw_timer_fn(void *arg);
typedef void tw_fd_fn(void *arg, int fd, unsigned int ready);
typedef void tw_signal_fn(void *arg, int signo);

/**
 * Make a loop. SIGPIPE is ignored in the whole process from then on: a peer that closes its
 * connection must not end it; the write says EPIPE instead.
 *
 * @return 0
 *         -ENOMEM out of memory
 */
int tw_event_loop_create(struct tw_event_loop **ret);

/** Also removes what is still registered; @p loop may be NULL. */
void tw_event_loop_destroy(struct tw_event_loop *loop);

/**
 * Call @p fn after @p period, and then every @p period unless @p once. Periods are counted from
 * when the timer was due, so they do not drift; those missed while the loop was busy are one call.
 *
 * @param ret  for tw_event_remove(), may be NULL; that of a one-shot is void once @p fn is called
 * @return 0
 *         -EINVAL negative, or a repeated timer of 0
 *         -ENOMEM out of memory
 */
int tw_event_add_timer(struct tw_event_loop *loop, struct tw_ns period, bool once, tw_timer_fn *fn,
	void *arg, struct tw_event **ret);

/**
 * Call @p fn whenever @p fd is ready for what @p watch names (TW_FD_READ, TW_FD_WRITE).
 * The descriptor stays the caller's: remove the event first, then close it.
 *
 * @return 0
 *         -EINVAL nothing to watch, or a descriptor that cannot be watched
 *         -ENOMEM out of memory
 */
int tw_event_add_fd(struct tw_event_loop *loop, int fd, unsigned int watch, tw_fd_fn *fn, void *arg,
	struct tw_event **ret);

/**
 * Call @p fn, from the loop, after signal @p signo came. One loop a process can watch signals.
 *
 * @return 0
 *         -EINVAL not a signal that can be caught
 *         -ENOMEM out of memory
 */
int tw_event_add_signal(
	struct tw_event_loop *loop, int signo, tw_signal_fn *fn, void *arg, struct tw_event **ret);

/** End a registration, also from within its callback; @p event may be NULL. */
void tw_event_remove(struct tw_event *event);

/**
 * Run callbacks until tw_event_loop_stop(), or until nothing is registered.
 * @return 0, or -EIO when the system's poll failed
 */
int tw_event_loop_run(struct tw_event_loop *loop);

/** Make tw_event_loop_run() return after the callback that is running, or at once if none is. */
void tw_event_loop_stop(struct tw_event_loop *loop);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_AGREED_H
#define TW_AGREED_H

/**
 * @file
 * Negotiated sessions of a running reflector task: functions for tw_task_call(). The control
 * thread owns a session's memory; it may free it once the session is deleted from every task.
 */

#include "tw_negotiated.h"
#include "tw_worker.h"

/** Argument of the calls. */
struct tw_agreed_change {
	uint32_t id;                   /**< below tw_reflector_config.max_agreed */
	struct tw_negotiated *session; /**< add: initialised */
	const uint32_t *ids;           /**< start, stop */
	unsigned int n;
	struct tw_ns linger;                      /**< stop */
	uint16_t port;                            /**< listen */
	bool on;                                  /**< listen */
	struct tw_reflector_session_stats *stats; /**< snapshot: one for each of ids, written */
};

/** @return 0, -EEXIST: a session with the same two ends, -ENOSPC */
int tw_agreed_add(struct tw_task *task, void *change);
int tw_agreed_start(struct tw_task *task, void *change);
int tw_agreed_stop(struct tw_task *task, void *change);
/** @return 0, -ENOENT */
int tw_agreed_delete(struct tw_task *task, void *change);
/** Add this task's counters to change->stats. @return 0 */
int tw_agreed_stats(struct tw_task *task, void *change);
/** Answer on another UDP port, or no longer. @return 0 */
int tw_agreed_listen(struct tw_task *task, void *change);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_SENDER_RESULTS_H
#define TW_SENDER_RESULTS_H

/**
 * @file
 * Interim results of a sender task, and those of groups: functions for tw_task_call().
 */

#include <stdbool.h>
#include <stdint.h>

struct tw_result;
struct tw_task;

/** What is asked, and how far the answer has come: a call that is given up leaves nothing behind. */
struct tw_sender_query {
	uint32_t group;         /**< < tw_sender_config.n_groups; of tw_sender_group() only */
	bool border;            /**< up to the last border, else all so far */
	struct tw_result *into; /**< gets the results added */
	uint32_t at;            /**< streams that it has come to: 0 to begin with */
};

/** There are too many streams to look at in one go: the same call again, please. */
#define TW_SENDER_MORE 1

/**
 * Results of one group of streams, what its TLVs said among them. Discarded packets and full rings
 * are no group's: they are in the total only, of which the groups are the rest. Where streams share one schedule so are
 * lateness and what was not sent.
 *
 * @param arg  struct tw_sender_query
 * @return 0, TW_SENDER_MORE
 *   -ENOENT  there is no such group
 */
int tw_sender_group(struct tw_task *task, void *arg);

/**
 * Draw the border of an interval (tw_loss.h).
 * @param arg  struct tw_sender_query
 * @return 0, TW_SENDER_MORE
 */
int tw_sender_border(struct tw_task *task, void *arg);

/**
 * Add the results of all streams.
 * @param arg  struct tw_sender_query
 * @return 0, TW_SENDER_MORE
 */
int tw_sender_interim(struct tw_task *task, void *arg);

/** Are the packets before the last border all answered or timed out? @return 1 yes, 0 no */
int tw_sender_border_settled(struct tw_task *task, void *arg);

#endif

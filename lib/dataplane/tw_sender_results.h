/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_SENDER_RESULTS_H
#define TW_SENDER_RESULTS_H

/**
 * @file
 * Interim results of a sender task: functions for tw_task_call().
 */

struct tw_task;

/** Draw the border of an interval (tw_loss.h); @p arg is not used. @return 0 */
int tw_sender_border(struct tw_task *task, void *arg);

/** Add the results up to the last border to the struct tw_result @p arg. @return 0 */
int tw_sender_interim(struct tw_task *task, void *arg);

/** Are the packets before the last border all answered or timed out? @return 1 yes, 0 no */
int tw_sender_border_settled(struct tw_task *task, void *arg);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_HANDOVER_H
#define TW_HANDOVER_H

/**
 * @file
 * Replies that the device delivers to another worker's queue than the sender's of their stream:
 * where RSS cannot be told where they belong. The worker that receives one reads T4 and hands the
 * buffer over a ring to the task that judges it; tasks share nothing but the rings and a map of
 * streams that is frozen before they run. What has no room in a ring is counted as missed by the
 * receiver.
 */

#include <stdint.h>

struct tw_handover;
struct tw_sender_config;
struct tw_task;

/**
 * Map the streams of @p n_tasks sender tasks, and make a ring for each pair of them.
 * @param cfg  of each task, in the order of their indexes
 * @return 0, -ENOMEM, -EINVAL (two streams' replies would be addressed alike)
 */
int tw_handover_create(
	unsigned int n_tasks, const struct tw_sender_config *const *cfg, struct tw_handover **ret);

/** After the workers have ended. Takes NULL. */
void tw_handover_destroy(struct tw_handover *h);

/** Let a sender task take part; before its worker is launched. @p h outlives the task's worker. */
void tw_sender_share(struct tw_task *task, struct tw_handover *h, unsigned int index);

#endif

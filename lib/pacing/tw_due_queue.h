/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_DUE_QUEUE_H
#define TW_DUE_QUEUE_H

/**
 * @file
 * Many streams, next due first: a heap of four children a node in memory that the caller gives.
 * Streams that are due at the same instant come in the order in which they were queued, so none
 * of them starves. Nothing is allocated. w: one worker.
 */

#include <stdbool.h>
#include <stdint.h>

struct tw_due_entry {
	uint64_t due;
	uint32_t order; /**< of queueing, modulo 2^32 */
	uint32_t id;
};

struct tw_due_queue {
	struct tw_due_entry *heap;
	uint32_t n;
	uint32_t capacity;
	uint32_t order;
};

/** @param entries  @p capacity of them, aligned to 64 at best; kept by the caller */
void tw_due_queue_init(struct tw_due_queue *q, struct tw_due_entry *entries, uint32_t capacity);

/**
 * Queue stream @p id.
 * @return 0
 *   -ENOSPC  as many are queued as there are entries
 */
int tw_due_queue_push(struct tw_due_queue *q, uint32_t id, uint64_t due);

/** Due instant of the first stream; UINT64_MAX when none is queued. */
static inline uint64_t tw_due_queue_due(const struct tw_due_queue *q)
{
	return q->n ? q->heap[0].due : UINT64_MAX;
}

/** The first stream; there must be one. */
static inline uint32_t tw_due_queue_first(const struct tw_due_queue *q)
{
	return q->heap[0].id;
}

/** Queue the first stream anew, due at @p due. */
void tw_due_queue_again(struct tw_due_queue *q, uint64_t due);

/** Take the first stream out; there must be one. */
uint32_t tw_due_queue_pop(struct tw_due_queue *q);

/** Take stream @p id out; looks at all of them. False when it is not queued. */
bool tw_due_queue_remove(struct tw_due_queue *q, uint32_t id);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_due_queue.h"

#include <errno.h>

#define CHILDREN 4

static bool before(const struct tw_due_entry *a, const struct tw_due_entry *b)
{
	if (a->due != b->due)
		return a->due < b->due;
	return (int32_t)(a->order - b->order) < 0;
}

/* Put @e where it belongs on the way from @i to the root. */
static void rise(struct tw_due_queue *q, uint32_t i, struct tw_due_entry e)
{
	while (i > 0) {
		uint32_t parent = (i - 1) / CHILDREN;

		if (!before(&e, &q->heap[parent]))
			break;
		q->heap[i] = q->heap[parent];
		i = parent;
	}
	q->heap[i] = e;
}

/* Put @e where it belongs below @i. */
static void sink(struct tw_due_queue *q, uint32_t i, struct tw_due_entry e)
{
	for (;;) {
		uint64_t child = (uint64_t)i * CHILDREN + 1;
		uint64_t end = child + CHILDREN < q->n ? child + CHILDREN : q->n;
		uint64_t least = child;

		if (child >= q->n)
			break;
		for (uint64_t k = child + 1; k < end; k++)
			if (before(&q->heap[k], &q->heap[least]))
				least = k;
		if (!before(&q->heap[least], &e))
			break;
		q->heap[i] = q->heap[least];
		i = (uint32_t)least;
	}
	q->heap[i] = e;
}

void tw_due_queue_init(struct tw_due_queue *q, struct tw_due_entry *entries, uint32_t capacity)
{
	*q = (struct tw_due_queue){.heap = entries, .capacity = capacity};
}

int tw_due_queue_push(struct tw_due_queue *q, uint32_t id, uint64_t due)
{
	if (q->n == q->capacity)
		return -ENOSPC;
	rise(q, q->n++, (struct tw_due_entry){due, q->order++, id});
	return 0;
}

void tw_due_queue_again(struct tw_due_queue *q, uint64_t due)
{
	sink(q, 0, (struct tw_due_entry){due, q->order++, q->heap[0].id});
}

uint32_t tw_due_queue_pop(struct tw_due_queue *q)
{
	uint32_t id = q->heap[0].id;

	if (--q->n)
		sink(q, 0, q->heap[q->n]);
	return id;
}

bool tw_due_queue_remove(struct tw_due_queue *q, uint32_t id)
{
	for (uint32_t i = 0; i < q->n; i++) {
		struct tw_due_entry last;

		if (q->heap[i].id != id)
			continue;
		last = q->heap[--q->n];
		if (i == q->n)
			return true;
		/* It may belong above or below the place that became free. */
		if (i && before(&last, &q->heap[(i - 1) / CHILDREN]))
			rise(q, i, last);
		else
			sink(q, i, last);
		return true;
	}
	return false;
}

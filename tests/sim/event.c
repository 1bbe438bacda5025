/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *sim_grow(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n, size);
	if (!p) {
		perror("simulation");
		abort();
	}
	return p;
}

static bool before(const struct sim_event *a, const struct sim_event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

void sim_events_fini(struct sim_events *q)
{
	free(q->heap);
	memset(q, 0, sizeof(*q));
}

void sim_events_add(struct sim_events *q, uint64_t at, uint32_t kind, uint32_t id, void *data)
{
	struct sim_event e = {at, q->order++, kind, id, data};
	size_t i = q->n++;

	if (q->n > q->room) {
		q->room = q->room ? 2 * q->room : 256;
		q->heap = sim_grow(q->heap, q->room, sizeof(e));
	}
	for (; i && before(&e, &q->heap[(i - 1) / 2]); i = (i - 1) / 2)
		q->heap[i] = q->heap[(i - 1) / 2];
	q->heap[i] = e;
}

bool sim_events_next(struct sim_events *q, struct sim_event *ret)
{
	struct sim_event last;
	size_t i = 0;

	if (q->n == 0)
		return false;
	*ret = q->heap[0];
	last = q->heap[--q->n];
	for (size_t c = 1; c < q->n; c = 2 * i + 1) {
		if (c + 1 < q->n && before(&q->heap[c + 1], &q->heap[c]))
			c++;
		if (!before(&q->heap[c], &last))
			break;
		q->heap[i] = q->heap[c];
		i = c;
	}
	q->heap[i] = last;
	return true;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RECORDS (1U << 24)

int tw_records_create(uint32_t n, struct tw_records **ret)
{
	struct tw_records *r;
	uint32_t size = 1;

	if (n == 0 || n > MAX_RECORDS)
		return -EINVAL;
	while (size < n)
		size *= 2;
	r = aligned_alloc(64, (sizeof(*r) + 63) & ~(size_t)63);
	if (!r)
		return -ENOMEM;
	memset(r, 0, sizeof(*r));
	r->slot = calloc(size, sizeof(*r->slot));
	r->mask = size - 1;
	if (!r->slot) {
		free(r);
		return -ENOMEM;
	}
	*ret = r;
	return 0;
}

void tw_records_destroy(struct tw_records *r)
{
	if (!r)
		return;
	free(r->slot);
	free(r);
}

uint32_t tw_records_drain(struct tw_records *r,
	void (*take)(void *arg, const struct tw_packet_record *rec), void *arg)
{
	uint32_t from = atomic_load_explicit(&r->tail, memory_order_relaxed), t = from;
	uint32_t head = atomic_load_explicit(&r->head, memory_order_acquire);

	for (; t != head; t++) {
		take(arg, &r->slot[t & r->mask]);
		/* each slot is free again as soon as it is read: the worker may be at the end */
		atomic_store_explicit(&r->tail, t + 1, memory_order_release);
	}
	return t - from;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_window.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MIN_RECORDS 64
#define MIN_RING 4
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* Memory whose pages are there: not to come one by one under the sender's hands. */
static int map(struct tw_window *w, uint64_t records)
{
	void *p;

	w->bytes = records * sizeof(struct tw_window_entry);
	p = mmap(NULL, w->bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return -ENOMEM;
	madvise(p, w->bytes, MADV_HUGEPAGE);
	/* Kernels before 5.14 say no. */
	madvise(p, w->bytes, MADV_POPULATE_WRITE);
	w->e = p;
	return 0;
}

int tw_window_init(struct tw_window *w, uint32_t streams, uint64_t per_stream)
{
	uint64_t n = MIN_RECORDS;

	memset(w, 0, sizeof(*w));
	while (n < per_stream &&
		2 * n * streams * sizeof(struct tw_window_entry) <= TW_WINDOW_MAX_BYTES)
		n *= 2;
	w->mask = (uint32_t)n - 1;
	w->stride = streams;
	return map(w, n * streams);
}

/* Lay the rings out. @return records of all */
static uint64_t lay_out(
	struct tw_window *w, uint32_t streams, const uint64_t *per_stream, uint64_t most)
{
	uint64_t at = 0;

	for (uint32_t i = 0; i < streams; i++) {
		uint64_t n = MIN_RING;

		while (n < per_stream[i] && n < most)
			n *= 2;
		w->rings[i] = (struct tw_window_ring){(uint32_t)at, (uint32_t)n - 1};
		at += n;
	}
	return at;
}

int tw_window_init_rings(struct tw_window *w, uint32_t streams, const uint64_t *per_stream)
{
	uint64_t most = TW_WINDOW_MAX_BYTES / sizeof(struct tw_window_entry), n;

	memset(w, 0, sizeof(*w));
	w->rings = calloc(streams, sizeof(*w->rings));
	if (!w->rings)
		return -ENOMEM;
	while ((n = lay_out(w, streams, per_stream, most)) * sizeof(struct tw_window_entry) >
			TW_WINDOW_MAX_BYTES &&
		most > MIN_RING)
		most /= 2;
	return map(w, n);
}

void tw_window_fini(struct tw_window *w)
{
	if (w->e)
		munmap(w->e, w->bytes);
	free(w->rings);
	memset(w, 0, sizeof(*w));
}

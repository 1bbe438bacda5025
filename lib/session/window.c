/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_window.h"

#include <string.h>
#include <sys/mman.h>

#define MIN_RECORDS 64
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

int tw_window_init(struct tw_window *w, uint32_t streams, uint64_t per_stream)
{
	uint64_t n = MIN_RECORDS;
	void *p;

	memset(w, 0, sizeof(*w));
	while (n < per_stream &&
		2 * n * streams * sizeof(struct tw_window_entry) <= TW_WINDOW_MAX_BYTES)
		n *= 2;
	w->bytes = n * streams * sizeof(struct tw_window_entry);
	p = mmap(NULL, w->bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return -ENOMEM;
	madvise(p, w->bytes, MADV_HUGEPAGE);
	/* The pages now, not one by one under the sender's hands. Kernels before 5.14 say no. */
	madvise(p, w->bytes, MADV_POPULATE_WRITE);
	w->e = p;
	w->mask = (uint32_t)n - 1;
	w->stride = streams;
	return 0;
}

void tw_window_fini(struct tw_window *w)
{
	if (w->e)
		munmap(w->e, w->bytes);
	memset(w, 0, sizeof(*w));
}

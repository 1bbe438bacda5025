/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "recorder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#define DRAIN 64

int tw_recorder_create(
	const char *name, unsigned int frames, uint16_t max_frame, struct tw_recorder **ret)
{
	struct tw_recorder *r = calloc(1, sizeof(*r));
	char pool[RTE_MEMPOOL_NAMESIZE];

	if (!r)
		return -ENOMEM;
	snprintf(pool, sizeof(pool), "%.18s_p", name);
	/* Several workers may record: producers that were interrupted hold nobody up. */
	r->ring = rte_ring_create(
		name, rte_align32pow2(frames), SOCKET_ID_ANY, RING_F_MP_RTS_ENQ | RING_F_SC_DEQ);
	/* The stamp travels in the private area. */
	r->pool = rte_pktmbuf_pool_create(
		pool, frames, 0, 8, (uint16_t)(max_frame + RTE_PKTMBUF_HEADROOM), SOCKET_ID_ANY);
	if (!r->ring || !r->pool) {
		int rc = -rte_errno;

		tw_recorder_destroy(r);
		return rc;
	}
	*ret = r;
	return 0;
}

void tw_recorder_destroy(struct tw_recorder *r)
{
	if (!r)
		return;
	rte_ring_free(r->ring);
	rte_mempool_free(r->pool);
	free(r);
}

void tw_recorder_put(
	struct tw_recorder *r, struct rte_mbuf *const *m, unsigned int n, uint64_t wall)
{
	for (unsigned int i = 0; i < n; i++) {
		struct rte_mbuf *c = rte_pktmbuf_copy(m[i], r->pool, 0, UINT32_MAX);

		if (!c) {
			atomic_fetch_add_explicit(&r->missed, 1, memory_order_relaxed);
			continue;
		}
		memcpy(rte_mbuf_to_priv(c), &wall, sizeof(wall));
		if (rte_ring_enqueue(r->ring, c) != 0) {
			rte_pktmbuf_free(c);
			atomic_fetch_add_explicit(&r->missed, 1, memory_order_relaxed);
		}
	}
}

unsigned int tw_recorder_drain(
	struct tw_recorder *r, void (*write)(void *arg, const struct tw_record *rec), void *arg)
{
	struct rte_mbuf *m[DRAIN];
	unsigned int n, total = 0;

	while ((n = rte_ring_sc_dequeue_burst(r->ring, (void **)m, DRAIN, NULL)) > 0) {
		for (unsigned int i = 0; i < n; i++) {
			struct tw_record rec = {
				.frame = rte_pktmbuf_mtod(m[i], const uint8_t *),
				.len = m[i]->data_len,
			};

			memcpy(&rec.wall, rte_mbuf_to_priv(m[i]), sizeof(rec.wall));
			write(arg, &rec);
		}
		rte_pktmbuf_free_bulk(m, n);
		total += n;
	}
	return total;
}

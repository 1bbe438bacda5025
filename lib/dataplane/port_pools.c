/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Pools that outlive who made them, since a device still has buffers of theirs. */

#include "port_priv.h"

#include <stdlib.h>

#include <rte_mempool.h>

struct retired {
	struct retired *next;
	struct rte_mempool *pool;
	uint16_t port_id;
};

/* w, r: control */
static struct retired *first;

void tw_port_retire_pool(uint16_t port_id, struct rte_mempool *pool)
{
	struct retired *r = NULL;

	if (!pool)
		return;
	if (!rte_mempool_full(pool)) {
		r = malloc(sizeof(*r));
		/* rather a pool for ever than one that is written to after its end */
		if (!r)
			return;
		*r = (struct retired){first, pool, port_id};
		first = r;
		return;
	}
	rte_mempool_free(pool);
}

void tw_port_free_retired(uint16_t port_id)
{
	struct retired **at = &first;

	while (*at) {
		struct retired *r = *at;

		if (r->port_id != port_id) {
			at = &r->next;
			continue;
		}
		*at = r->next;
		rte_mempool_free(r->pool);
		free(r);
	}
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "handover.h"

#include <errno.h>
#include <rte_ring.h>
#include <rte_ring_elem.h>
#include <stdio.h>
#include <stdlib.h>

#define RING_SIZE 1024

/* Whose a reply is. Frozen: the workers only read it. */
struct owner {
	struct tw_reply_key key;
	uint32_t task;
};

struct tw_handover {
	unsigned int n_tasks;
	uint32_t mask;
	uint32_t *index; /* owner + 1 by hash of the key, open addressing */
	struct owner *owners;
	struct rte_ring *rings[]; /* [from][to]; NULL on the diagonal */
};

static const struct owner *find(
	const struct tw_handover *h, const uint64_t *addr, uint32_t ports, bool v6)
{
	uint32_t at = tw_sender_hash(addr, ports, v6) & h->mask;

	for (; h->index[at]; at = (at + 1) & h->mask) {
		const struct owner *o = &h->owners[h->index[at] - 1];

		if (tw_sender_key_is(&o->key, addr, ports, v6))
			return o;
	}
	return NULL;
}

static int map_streams(struct tw_handover *h, const struct tw_sender_config *const *cfg)
{
	uint32_t n = 0;

	for (unsigned int t = 0; t < h->n_tasks; t++)
		for (uint32_t i = 0; i < cfg[t]->n_streams; i++) {
			struct owner *o = &h->owners[n++];
			bool v6;
			uint32_t at;

			tw_reply_key_make(&cfg[t]->streams[i], &o->key);
			o->task = t;
			v6 = o->key.family == 6;
			if (find(h, o->key.addr, o->key.ports, v6))
				return -EINVAL;
			at = tw_sender_hash(o->key.addr, o->key.ports, v6) & h->mask;
			while (h->index[at])
				at = (at + 1) & h->mask;
			h->index[at] = n;
		}
	return 0;
}

static int make_rings(struct tw_handover *h)
{
	static unsigned int number; /* names are used once */
	char name[RTE_RING_NAMESIZE];

	number++;
	for (unsigned int i = 0; i < h->n_tasks * h->n_tasks; i++) {
		if (i / h->n_tasks == i % h->n_tasks)
			continue;
		snprintf(name, sizeof(name), "tw_ho%u_%u", number, i);
		h->rings[i] = rte_ring_create_elem(name, sizeof(struct tw_handed), RING_SIZE,
			SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
		if (!h->rings[i])
			return -ENOMEM;
	}
	return 0;
}

int tw_handover_create(
	unsigned int n_tasks, const struct tw_sender_config *const *cfg, struct tw_handover **ret)
{
	struct tw_handover *h = calloc(1, sizeof(*h) + (size_t)n_tasks * n_tasks * sizeof(void *));
	uint32_t n = 0, size = 2;
	int rc = -ENOMEM;

	if (!h)
		return -ENOMEM;
	h->n_tasks = n_tasks;
	for (unsigned int t = 0; t < n_tasks; t++)
		n += cfg[t]->n_streams;
	while (size < 2 * n)
		size *= 2;
	h->mask = size - 1;
	h->index = calloc(size, sizeof(*h->index));
	h->owners = calloc(n, sizeof(*h->owners));
	if (h->index && h->owners)
		rc = map_streams(h, cfg);
	if (rc == 0)
		rc = make_rings(h);
	if (rc < 0) {
		tw_handover_destroy(h);
		return rc;
	}
	*ret = h;
	return 0;
}

void tw_handover_destroy(struct tw_handover *h)
{
	struct tw_handed r;

	if (!h)
		return;
	for (unsigned int i = 0; i < h->n_tasks * h->n_tasks; i++) {
		while (h->rings[i] && rte_ring_sc_dequeue_elem(h->rings[i], &r, sizeof(r)) == 0)
			rte_pktmbuf_free(r.m);
		rte_ring_free(h->rings[i]);
	}
	free(h->owners);
	free(h->index);
	free(h);
}

void tw_sender_share(struct tw_task *task, struct tw_handover *h, unsigned int index)
{
	struct tw_sender *s = (struct tw_sender *)task;

	s->handover = h;
	s->handover_index = index;
}

int tw_handover_give(struct tw_handover *h, unsigned int from, const uint64_t *addr, uint32_t ports,
	bool v6, const struct tw_handed *r)
{
	const struct owner *o = find(h, addr, ports, v6);

	if (!o || o->task == from)
		return 0;
	return rte_ring_sp_enqueue_elem(
		       h->rings[from * h->n_tasks + o->task], (void *)(uintptr_t)r, sizeof(*r)) == 0
		       ? 1
		       : -ENOBUFS;
}

unsigned int tw_handover_take(
	struct tw_handover *h, unsigned int to, struct tw_handed *ret, unsigned int max)
{
	unsigned int n = 0;

	for (unsigned int from = 0; from < h->n_tasks; from++)
		if (from != to)
			n += rte_ring_sc_dequeue_burst_elem(h->rings[from * h->n_tasks + to],
				ret + n, sizeof(*ret), max - n, NULL);
	return n;
}

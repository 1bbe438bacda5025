/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * Frames that stand in the transmit buffers from the start: the sender's pool is nobody else's, so
 * what was written into a buffer once is still there when it comes back from the device.
 */

#include "sender.h"

#include <errno.h>
#include <stdlib.h>

bool tw_sender_may_prebuild(uint16_t port_id)
{
	/* They hand the buffer itself to somebody who may write into it. */
	static const char *const drivers[] = {"net_ring", "net_bonding", "net_failsafe"};
	struct rte_eth_dev_info info;

	if (rte_eth_dev_info_get(port_id, &info) != 0 || !info.driver_name)
		return false;
	for (unsigned int i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (strcmp(info.driver_name, drivers[i]) == 0)
			return false;
	return true;
}

void tw_sender_prebuild(struct rte_mbuf *m, const struct tw_send_class *c)
{
	uint8_t *f = (uint8_t *)m->buf_addr + RTE_PKTMBUF_HEADROOM;

	m->data_off = RTE_PKTMBUF_HEADROOM;
	m->pkt_len = c->frame_len;
	m->data_len = c->frame_len;
	m->ol_flags = 0;
	memcpy(f, c->head, TW_SEND_HEAD);
}

static void fill(struct rte_mempool *pool, void *arg, void *obj, unsigned int i)
{
	(void)pool;
	(void)i;
	tw_sender_prebuild(obj, arg);
}

/* Does a patch make b's frames of a's? */
static bool differ_in_patch(
	const struct tw_send_class *a, const struct tw_send_class *b, uint16_t patch_off)
{
	uint16_t behind = (uint16_t)(patch_off + sizeof(((struct tw_send_patch *)0)->octets));

	return a->frame_len == b->frame_len && a->payload_off == b->payload_off &&
	       a->csum_off == b->csum_off && memcmp(a->head, b->head, patch_off) == 0 &&
	       memcmp(a->head + behind, b->head + behind, TW_SEND_HEAD - behind) == 0;
}

int tw_sender_prebuilt_init(struct tw_sender *s)
{
	const struct tw_send_class *first = s->streams[0].classes;
	uint16_t off = (uint16_t)(first->csum_off + 2 - sizeof(s->patches->octets));

	if (s->special)
		return 0;
	for (uint32_t i = 0; i < s->n_streams; i++)
		if (s->streams[i].n_cycle != 1 ||
			!differ_in_patch(first, s->streams[i].classes, off))
			return 0;
	s->patches = calloc(s->n_streams, sizeof(*s->patches));
	if (!s->patches)
		return -ENOMEM;
	for (uint32_t i = 0; i < s->n_streams; i++) {
		memcpy(s->patches[i].octets, s->streams[i].classes->head + off,
			sizeof(s->patches[i].octets));
		s->patches[i].sum = s->streams[i].classes->sum;
	}
	s->patch_off = off;
	s->prebuilt = first;
	rte_mempool_obj_iter(s->pool, fill, (void *)(uintptr_t)first);
	return 0;
}

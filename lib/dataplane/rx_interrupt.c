/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "rx_interrupt.h"

#include <rte_ethdev.h>
#include <unistd.h>

static bool lose(struct tw_rx_interrupt *r, enum tw_rx_lost how)
{
	atomic_store_explicit(&r->lost, (int)how, memory_order_relaxed);
	return true;
}

bool tw_rx_interrupt_arm(struct tw_rx_interrupt *r)
{
	int rc;

	rte_spinlock_lock(r->lock);
	rc = rte_eth_dev_rx_intr_enable(r->port_id, r->queue);
	rte_spinlock_unlock(r->lock);
	/* virtio's switch is in memory, and no driver keeps a later look from being done before. */
	atomic_thread_fence(memory_order_seq_cst);
	return rc == 0 || !lose(r, TW_RX_LOST_REFUSED);
}

void tw_rx_interrupt_disarm(struct tw_rx_interrupt *r)
{
	rte_spinlock_lock(r->lock);
	/* Some say -EAGAIN where none came. */
	rte_eth_dev_rx_intr_disable(r->port_id, r->queue);
	rte_spinlock_unlock(r->lock);
}

/* 1, 0, or negative: the driver cannot say, and is believed. */
static int packets_wait(const struct tw_rx_interrupt *r)
{
	int n = rte_eth_rx_queue_count(r->port_id, r->queue);

	if (n >= 0)
		return n > 0;
	n = rte_eth_rx_descriptor_status(r->port_id, r->queue, 0);
	return n < 0 ? n : n == RTE_ETH_RX_DESC_DONE;
}

bool tw_rx_interrupt_came(struct tw_rx_interrupt *r)
{
	uint64_t count;

	r->seen = true;
	r->passed = 0;
	r->empty = packets_wait(r) == 0 ? r->empty + 1 : 0;
	/* one that is read already is as good */
	if (r->octets && read(r->fd, &count, r->octets) < 0)
		r->empty = 0;
	return r->empty >= TW_RX_INTERRUPT_EMPTY && lose(r, TW_RX_LOST_ENDLESS);
}

bool tw_rx_interrupt_passed(struct tw_rx_interrupt *r)
{
	unsigned int most = r->seen ? TW_RX_INTERRUPT_PROVEN : TW_RX_INTERRUPT_UNPROVEN;

	r->empty = 0;
	if (packets_wait(r) <= 0)
		return false;
	return ++r->passed >= most && lose(r, TW_RX_LOST_SILENT);
}

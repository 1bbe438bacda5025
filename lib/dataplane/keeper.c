/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* A port that is only kept in touch with its link: nothing is measured on it yet. */

#include "answer.h"
#include "exception.h"
#include "loop.h"
#include "tw_frame.h"

#include <errno.h>
#include <stdlib.h>

struct keeper {
	struct tw_task task; /* first: the worker knows only this */
	struct tw_loop_port port;
	struct tw_neighbour_self self;
};

/* To whom it belongs, as a sender would have it; test packets have no owner here. */
static void take(struct keeper *k, struct rte_mbuf *m)
{
	enum tw_frame_status status;
	struct tw_frame info;

	if (m->nb_segs > 1 && rte_pktmbuf_linearize(m) != 0) {
		rte_pktmbuf_free(m);
		return;
	}
	status = tw_frame_parse(rte_pktmbuf_mtod(m, uint8_t *), m->data_len, &info);
	if ((status == TW_FRAME_ARP || status == TW_FRAME_ICMP || status == TW_FRAME_ICMPV6) &&
		tw_answer(&k->port, &k->self, m))
		return;
	if (tw_exception_up(&k->port, &k->self, m, status, &info) == TW_EXCEPTION_NOT_WANTED)
		rte_pktmbuf_free(m);
}

static unsigned int step(struct tw_task *task)
{
	struct keeper *k = (struct keeper *)task;
	struct rte_mbuf *m[TW_BURST];
	unsigned int all = 0;

	for (uint16_t q = 0; q < k->port.n_rx_queues; q++) {
		uint16_t n = rte_eth_rx_burst(
			k->port.port_id, (uint16_t)(k->port.rx_queue + q), m, TW_BURST);

		for (uint16_t i = 0; i < n; i++)
			take(k, m[i]);
		all += n;
	}
	return all;
}

static void housekeeping(struct tw_task *task)
{
	struct keeper *k = (struct keeper *)task;

	if (k->port.exception)
		tw_exception_down(&k->port, tw_clock_mono(&task->clock, rte_rdtsc()));
}

static uint64_t next_due(const struct tw_task *task)
{
	(void)task;
	return UINT64_MAX;
}

static void snapshot(struct tw_task *task, void *into)
{
	(void)task;
	(void)into; /* nothing was measured */
}

static void control(struct tw_task *task, enum tw_letter_kind kind)
{
	(void)task;
	(void)kind;
}

static void destroy(struct tw_task *task)
{
	free(task);
}

int tw_keeper_create(const struct tw_loop_port *port, const struct tw_clock *clock,
	struct tw_err *err, struct tw_task **ret_task)
{
	struct keeper *k = aligned_alloc(64, (sizeof(*k) + 63) & ~(size_t)63);

	if (!k)
		return tw_fail(err, -ENOMEM, "out of memory");
	memset(k, 0, sizeof(*k));
	k->port = *port;
	tw_answer_self(port, &k->self);
	k->task.role = TW_ROLE_REFLECTOR;
	k->task.clock_source = clock;
	k->task.step = step;
	k->task.next_due = next_due;
	k->task.snapshot = snapshot;
	k->task.control = control;
	k->task.housekeeping = housekeeping;
	k->task.destroy = destroy;
	k->task.wake_fd = -1;
	*ret_task = &k->task;
	return 0;
}

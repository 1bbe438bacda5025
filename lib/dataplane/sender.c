/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Life cycle of a sender task: create, start, stop, snapshot. */

#include "sender.h"

#include "exception.h"
#include "tw_port.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_errno.h>
#include <rte_mempool.h>

/* Between the start letter and the first packet. */
#define LEAD_NS 1000000
/* More of it for each stream that has to be put into the queue. */
#define LEAD_STREAM_NS 500
/* Bursts that are taken behind the last timeout: more than any queue holds. */
#define LAST_LOOKS 1024

static void snapshot(struct tw_task *task, void *into)
{
	struct tw_sender *s = (struct tw_sender *)task;

	tw_sender_results(s, into, false);
}

static void start(struct tw_sender *s)
{
	uint64_t mono = tw_clock_mono(&s->task.clock, rte_rdtsc());
	int64_t queueing = s->own ? (int64_t)s->n_streams * LEAD_STREAM_NS : 0;
	uint64_t lead = (uint64_t)tw_ns_to_span(tw_ns(LEAD_NS + queueing)).v;

	/* the first packet of a schedule shall not be late; without one there is nothing to keep */
	s->start_mono = !s->own && s->cfg.schedule == TW_SCHEDULE_MAX ? mono : mono + lead;
	if (s->own)
		tw_sender_own_start(s);
	else
		tw_pace_start(&s->pace, s->start_mono);
	s->end_mono = s->cfg.duration.v > 0
			      ? s->start_mono + (uint64_t)tw_ns_to_span(s->cfg.duration).v
			      : UINT64_MAX;
	s->last_answer = mono;
	s->start_epoch = s->task.clock.epoch;
	s->phase = TW_SENDER_SENDING;
}

static void control(struct tw_task *task, enum tw_letter_kind kind)
{
	struct tw_sender *s = (struct tw_sender *)task;

	if (kind == TW_LETTER_START && s->phase == TW_SENDER_WAITING)
		start(s);
	if (kind != TW_LETTER_STOP)
		return;
	s->left = 0;
	s->reports_open = 0;
	/* never begun: nothing to wait for */
	if (s->phase == TW_SENDER_WAITING)
		s->phase = TW_SENDER_DRAINING;
}

/* Has everything come that may still come? Several replies a request where they were asked for. */
static bool all_answered(const struct tw_sender *s)
{
	if (s->answered + s->n_pending < s->numbered)
		return false;
	return !s->tlvs || tw_sender_tlv_complete(s);
}

/* Nothing is waited for any more. What a NIC holds until it is due leaves later than now. */
static bool timed_out(const struct tw_sender *s, uint64_t mono)
{
	return (int64_t)(mono - s->last_tx) > (int64_t)s->reply.timeout;
}

/*
 * What came while the worker was held up is in the queue still: it is heard before the end, that it
 * is late then is said of it, and the network has not lost it. But whoever sends for ever keeps no
 * run from its end.
 */
static bool unheard(struct tw_sender *s)
{
	unsigned int n = tw_sender_receive(s);

	if (s->handover)
		n += tw_sender_receive_handed(s);
	return n != 0 && ++s->last_looks < LAST_LOOKS;
}

static void finish(struct tw_sender *s, uint64_t mono)
{
	/* A device that took nothing for so long will not take the rest of --count either. */
	if ((s->n_pending || tw_loop_no_link(&s->port)) && !s->own &&
		s->cfg.schedule == TW_SCHEDULE_MAX && s->cfg.count && !s->cfg.duration.v &&
		mono - (s->last_tx ? s->last_tx : s->start_mono) > s->reply.timeout)
		s->left = 0;
	if (s->phase == TW_SENDER_SENDING && s->left == 0) {
		/* What the device never took was never sent. */
		if (s->n_pending && !timed_out(s, mono))
			return;
		s->phase = TW_SENDER_DRAINING;
	}
	if (s->phase == TW_SENDER_DRAINING && s->reports_open == 0 &&
		((!s->cfg.linger && all_answered(s)) || (timed_out(s, mono) && !unheard(s)))) {
		s->phase = TW_SENDER_DONE;
		atomic_store_explicit(&s->task.finished, true, memory_order_release);
	}
}

static void housekeeping(struct tw_task *task)
{
	struct tw_sender *s = (struct tw_sender *)task;
	uint64_t mono = tw_clock_mono(&task->clock, rte_rdtsc()), spread;

	tw_sender_readback(s);
	tw_stamper_housekeeping(&s->stamper, task, rte_rdtsc());
	s->reply.offsets = task->clock.offsets;
	spread = s->slope.per_packet * TW_BURST;
	if (s->stamper.launch && s->stamper.error > spread)
		spread = s->stamper.error;
	s->error_estimate =
		tw_clock_error_estimate(&task->clock, s->late > spread ? s->late : spread);
	atomic_store_explicit(&task->packets, s->numbered, memory_order_relaxed);
	/* Losses must not hold the bound on packets in flight for ever. */
	if (s->cfg.in_flight_max && mono - s->last_answer > s->reply.timeout &&
		tw_sender_settled(s) + s->cfg.in_flight_max <= s->numbered) {
		s->forgiven = s->numbered - s->answered;
		s->last_answer = mono;
	}
	if (unlikely(s->reports_open))
		tw_sender_report_again(s, mono);
	finish(s, mono);
	if (s->port.exception)
		tw_exception_down(&s->port, mono);
}

static unsigned int step(struct tw_task *task)
{
	struct tw_sender *s = (struct tw_sender *)task;
	unsigned int n = tw_sender_receive(s);

	if (unlikely(s->handover != NULL))
		n += tw_sender_receive_handed(s);
	if (likely(s->phase == TW_SENDER_SENDING))
		n += unlikely(tw_loop_no_link(&s->port)) ? tw_sender_hold_back(s, rte_rdtsc())
							 : tw_sender_transmit(s, rte_rdtsc());
	return n;
}

static uint64_t next_due(const struct tw_task *task)
{
	const struct tw_sender *s = (const struct tw_sender *)task;
	bool max = !s->own && s->cfg.schedule == TW_SCHEDULE_MAX;

	if (s->phase != TW_SENDER_SENDING)
		return UINT64_MAX;
	if (tw_loop_no_link(&s->port) && (s->n_pending || max))
		return UINT64_MAX;
	if (s->n_pending || max)
		return 0;
	if (s->own)
		return s->due.n ? tw_clock_tsc_at(&task->clock, tw_due_queue_due(&s->due)) : 0;
	/* a NIC that holds packets until they are due wants them early */
	return tw_clock_tsc_at(
		&task->clock, tw_pace_due(&s->pace) - (s->stamper.launch ? TW_SENDER_LEAD : 0));
}

/* The smallest queue of a kernel's interface holds twice as many; and the longest sleep. */
#define REPLIES_MOST 1024
#define SLEEPS_PER_SEC 200

/* Do replies to all that the schedules send in the time of a sleep, at the worst moment? */
static bool replies_fit(const struct tw_sender_config *cfg)
{
	double n = cfg->n_gaps; /* some may be none */

	for (uint32_t i = 0; cfg->schedules && i < cfg->n_streams; i++) {
		const struct tw_stream_schedule *c = &cfg->schedules[i];

		n += c->burst + (double)c->pps_num / (double)c->pps_den / SLEEPS_PER_SEC;
	}
	if (!cfg->schedules && cfg->pps_den)
		n += cfg->burst + (double)cfg->pps_num / (double)cfg->pps_den / SLEEPS_PER_SEC;
	return n <= REPLIES_MOST;
}

/*
 * Replies whose time of receipt the kernel notes are gathered with the next packet that is sent, or
 * a few milliseconds later; but not where they decide what is sent, when all is over, or where more
 * of them may come meanwhile than a queue holds.
 */
static bool patient(const struct tw_task *task)
{
	const struct tw_sender *s = (const struct tw_sender *)task;

	return s->phase == TW_SENDER_SENDING && s->left && tw_stamper_patient(&s->stamper) &&
	       s->replies_fit && !s->cfg.in_flight_max && !s->n_pending && !s->handover &&
	       !s->port.exception;
}

static void destroy(struct tw_task *task)
{
	struct tw_sender *s = (struct tw_sender *)task;

	for (unsigned int i = 0; i < s->n_pending; i++)
		rte_pktmbuf_free(s->pending[i].m);
	tw_window_fini(&s->window);
	tw_batch_destroy(s->batch);
	tw_sender_streams_fini(s);
	free(s->own);
	free(s->due.heap);
	free(s->tlvs);
	free(s->patches);
	tw_result_destroy(s->result);
	tw_port_retire_pool(s->port.port_id, s->pool);
	free(s);
}

/* Of those who are sent in turn: as fast as possible, or by the shared schedule. */
static uint64_t records_in_turn(const struct tw_sender_config *cfg)
{
	double pps = cfg->pps_den ? (double)cfg->pps_num / (double)cfg->pps_den : 0;
	uint64_t n = tw_sender_records(pps, TW_SCHEDULE_POISSON, cfg->burst, cfg->timeout);

	if (cfg->schedule == TW_SCHEDULE_MAX)
		n = cfg->in_flight_max ? 4ULL * cfg->in_flight_max : 1000000000;
	return n / cfg->n_streams + 1;
}

/* Frames past their head are zeros for ever: this pool's mbufs are written by nobody else. */
static void blank(struct rte_mempool *pool, void *arg, void *obj, unsigned int i)
{
	struct rte_mbuf *m = obj;

	(void)pool;
	(void)arg;
	(void)i;
	memset(m->buf_addr, 0, m->buf_len);
}

static int allocate(struct tw_sender *s, struct tw_err *err)
{
	const struct tw_sender_config *cfg = &s->cfg;
	static unsigned int again;
	char name[RTE_MEMPOOL_NAMESIZE];

	s->result = tw_result_create();
	if (!s->result || (!cfg->schedules && tw_window_init(&s->window, cfg->n_streams,
						      records_in_turn(cfg)) < 0))
		return tw_fail(err, -ENOMEM, "no memory for %u streams", cfg->n_streams);
	snprintf(name, sizeof(name), "tw_tx_%u_%u", s->port.port_id, s->port.tx_queue);
	/* That of a sender before it waits for the device. */
	if (rte_mempool_lookup(name))
		snprintf(name, sizeof(name), "tx%u_%u_%u", s->port.port_id, s->port.tx_queue,
			++again);
	s->pool = rte_pktmbuf_pool_create(name, 2U * s->port.tx_desc + 2048, 256, 0,
		(uint16_t)(RTE_PKTMBUF_HEADROOM +
			   (s->port.max_frame > TW_SEND_HEAD ? s->port.max_frame : TW_SEND_HEAD)),
		(int)rte_eth_dev_socket_id(s->port.port_id));
	if (!s->pool)
		return tw_fail(err, -ENOMEM, "no memory for transmit buffers: %s",
			rte_strerror(rte_errno));
	rte_mempool_obj_iter(s->pool, blank, NULL);
	return 0;
}

static int set_up_pace(struct tw_sender *s, struct tw_err *err)
{
	const struct tw_sender_config *cfg = &s->cfg;

	if (cfg->schedules)
		return tw_sender_own_init(s, err);
	if (cfg->schedule == TW_SCHEDULE_MAX) {
		tw_pace_init_max(&s->pace);
		return 0;
	}
	if (cfg->schedule == TW_SCHEDULE_GAPS) {
		if (tw_pace_init_gaps(&s->pace, cfg->gaps, cfg->n_gaps, cfg->seed) < 0)
			return tw_fail(err, -EINVAL, "these gaps cannot be kept");
	} else if (tw_pace_init(&s->pace,
			   cfg->schedule == TW_SCHEDULE_POISSON ? TW_PACE_POISSON
								: TW_PACE_PERIODIC,
			   cfg->pps_num, cfg->pps_den, cfg->burst, cfg->seed) < 0)
		return tw_fail(
			err, -EINVAL, "this rate cannot be kept: at most 2^32 bursts a second");
	s->horizon = tw_sender_horizon(cfg, cfg->pps_num, cfg->pps_den);
	return 0;
}

int tw_sender_create(const struct tw_loop_port *port, const struct tw_sender_config *cfg,
	const struct tw_clock *clock, struct tw_err *err, struct tw_task **ret_task)
{
	struct tw_sender *s;
	int rc;

	if (cfg->n_streams == 0)
		return tw_fail(err, -EINVAL, "no stream");
	s = aligned_alloc(64, (sizeof(*s) + 63) & ~(size_t)63);
	if (!s)
		return tw_fail(err, -ENOMEM, "out of memory");
	memset(s, 0, sizeof(*s));
	s->task.step = step;
	s->task.next_due = next_due;
	s->task.patient = patient;
	s->task.snapshot = snapshot;
	s->task.control = control;
	s->task.housekeeping = housekeeping;
	s->task.destroy = destroy;
	s->task.role = TW_ROLE_SENDER;
	s->task.clock_source = clock;
	s->task.wake_fd = -1;
	tw_clock_read(clock, &s->task.clock, rte_rdtsc());
	s->port = *port;
	s->cfg = *cfg;
	s->mac = tw_mac_word(&port->mac);
	s->left = cfg->count ? cfg->count : UINT64_MAX;
	s->replies_fit = replies_fit(cfg);
	s->n_streams = cfg->n_streams;
	tw_answer_self(port, &s->self);
	s->slope.countdown = 1;
	s->error_estimate = tw_clock_error_estimate(&s->task.clock, 0);
	rc = allocate(s, err);
	if (rc == 0)
		rc = tw_sender_streams_init(s, err);
	if (rc == 0 && tw_sender_tlv_init(s) < 0)
		rc = tw_fail(err, -ENOMEM, "no memory for TLVs");
	if (rc == 0)
		rc = set_up_pace(s, err);
	/* Streams that share a schedule differ in ports, and their sizes in padding. */
	if (rc == 0 && (s->own || s->tlvs))
		tw_sender_find_reach(s);
	if (rc < 0) {
		destroy(&s->task);
		return rc;
	}
	s->reply.window = &s->window;
	s->reply.timeout = (uint64_t)tw_ns_to_span(cfg->timeout).v;
	s->reply.offsets = s->task.clock.offsets;
	s->reply.offsets_mask = TW_CLOCK_EPOCHS - 1;
	s->current = s->groups;
	s->reply.result = s->groups ? s->groups[0].result : s->result;
	s->reply.ptp = cfg->ptp;
	s->special = s->special || s->batch || s->tlvs || cfg->ptp || cfg->records;
	tw_sender_stamps_init(s);
	tw_sender_receive_choose(s);
	/* The NIC's marks and times are the copying loop's. */
	if ((!port->stamps.clock || s->stamper.by_kernel) && !s->own &&
		tw_sender_may_prebuild(port->port_id) && tw_sender_prebuilt_init(s) < 0) {
		destroy(&s->task);
		return tw_fail(err, -ENOMEM, "no memory for %u streams", cfg->n_streams);
	}
	*ret_task = &s->task;
	return 0;
}

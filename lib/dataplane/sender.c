/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Life cycle of a sender task: create, start, stop, snapshot. */

#include "sender.h"

#include "exception.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_errno.h>
#include <rte_mempool.h>

/* Distinct packet sizes of one stream. */
#define MAX_CLASSES 64
/* A packet that is this late is not sent: a test is no catching-up race (unless its own interval
 * is longer). */
#define HORIZON_NS 20000000
/* Between the start letter and the first packet. */
#define LEAD_NS 1000000

static void snapshot(struct tw_task *task, void *into)
{
	struct tw_sender *s = (struct tw_sender *)task;

	tw_sender_results(s, into, false);
}

static void start(struct tw_sender *s)
{
	uint64_t mono = tw_clock_mono(&s->task.clock, rte_rdtsc());
	uint64_t lead = (uint64_t)tw_ns_to_span(tw_ns(LEAD_NS)).v;

	/* the first packet of a schedule shall not be late; without one there is nothing to keep */
	s->start_mono = s->cfg.schedule == TW_SCHEDULE_MAX ? mono : mono + lead;
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
	/* never begun: nothing to wait for */
	if (s->phase == TW_SENDER_WAITING)
		s->phase = TW_SENDER_DRAINING;
}

/* Has everything come that may still come? Several replies a request where they were asked for. */
static bool all_answered(const struct tw_sender *s)
{
	const struct tw_tlv_result *t = &s->result->tlv;

	if (s->answered + s->n_pending < s->numbered)
		return false;
	if (!s->tlvs || t->control.conforming == 0)
		return true;
	return t->replies >= s->numbered * s->expect.asked->control.count;
}

static void finish(struct tw_sender *s, uint64_t mono)
{
	/* A device that took nothing for so long will not take the rest of --count either. */
	if ((s->n_pending || tw_loop_no_link(&s->port)) && s->cfg.schedule == TW_SCHEDULE_MAX &&
		s->cfg.count && !s->cfg.duration.v &&
		mono - (s->last_tx ? s->last_tx : s->start_mono) > s->reply.timeout)
		s->left = 0;
	if (s->phase == TW_SENDER_SENDING && s->left == 0) {
		/* What the device never took was never sent. */
		if (s->n_pending && mono - s->last_tx < s->reply.timeout)
			return;
		s->phase = TW_SENDER_DRAINING;
	}
	if (s->phase == TW_SENDER_DRAINING &&
		((!s->cfg.linger && all_answered(s)) || mono - s->last_tx > s->reply.timeout)) {
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
	s->error_estimate =
		tw_clock_error_estimate(&task->clock, s->late > spread ? s->late : spread);
	atomic_store_explicit(&task->packets, s->numbered, memory_order_relaxed);
	/* Losses must not hold the bound on packets in flight for ever. */
	if (s->cfg.in_flight_max && mono - s->last_answer > s->reply.timeout &&
		s->forgiven + s->answered + s->cfg.in_flight_max <= s->numbered) {
		s->forgiven = s->numbered - s->answered;
		s->last_answer = mono;
	}
	finish(s, mono);
	if (s->port.exception)
		tw_exception_down(&s->port, mono);
}

static unsigned int step(struct tw_task *task)
{
	struct tw_sender *s = (struct tw_sender *)task;
	unsigned int n = tw_sender_receive(s);

	if (likely(s->phase == TW_SENDER_SENDING))
		n += unlikely(tw_loop_no_link(&s->port)) ? tw_sender_hold_back(s, rte_rdtsc())
							 : tw_sender_transmit(s, rte_rdtsc());
	return n;
}

static uint64_t next_due(const struct tw_task *task)
{
	const struct tw_sender *s = (const struct tw_sender *)task;

	if (s->phase != TW_SENDER_SENDING)
		return UINT64_MAX;
	if (tw_loop_no_link(&s->port) && (s->n_pending || s->cfg.schedule == TW_SCHEDULE_MAX))
		return UINT64_MAX;
	if (s->n_pending || s->cfg.schedule == TW_SCHEDULE_MAX)
		return 0;
	/* a NIC that holds packets until they are due wants them early */
	return tw_clock_tsc_at(
		&task->clock, tw_pace_due(&s->pace) - (s->stamper.launch ? TW_SENDER_LEAD : 0));
}

static void destroy(struct tw_task *task)
{
	struct tw_sender *s = (struct tw_sender *)task;

	for (unsigned int i = 0; i < s->n_pending; i++)
		rte_pktmbuf_free(s->pending[i].m);
	tw_window_fini(&s->window);
	tw_batch_destroy(s->batch);
	free(s->streams);
	free(s->reply.streams);
	free(s->keys);
	free(s->tlvs);
	free(s->by_port);
	free(s->classes);
	free(s->cycles);
	free(s->patches);
	tw_result_destroy(s->result);
	rte_mempool_free(s->pool);
	free(s);
}

/* The address of a Destination Node Address TLV of the family of `ret`. */
static void named_node(const struct tw_tlv_template *tlv, struct tw_addr *ret)
{
	struct tw_tlv_walk w = tw_tlv_walk_init(tlv->octets, 0, tlv->len);
	struct tw_tlv t;

	while (tw_tlv_next(&w, &t) == TW_TLV_STEP_ONE)
		if (t.type == TW_TLV_DESTINATION && t.len == tw_addr_len(ret))
			memcpy(ret->b, tlv->octets + t.at + TW_TLV_HEADER, t.len);
}

/* Replies carry our addresses the other way round. */
static void make_key(const struct tw_stream_config *c, struct tw_reply_key *k)
{
	uint8_t both[32] = {0};
	size_t n = tw_addr_len(&c->local.addr);
	struct tw_addr from = c->remote.addr;

	/* The node that a TLV names answers from the address that was named (RFC 9503). */
	if (c->tlv)
		named_node(c->tlv, &from);
	memcpy(both, from.b, n);
	memcpy(both + n, c->local.addr.b, n);
	memcpy(k->addr, both, sizeof(both));
	k->ports = __builtin_bswap16(c->remote.port) | (uint32_t)__builtin_bswap16(c->local.port)
							       << 16;
	k->family = c->local.addr.family;
}

static int build_streams(struct tw_sender *s, struct tw_err *err)
{
	const struct tw_sender_config *cfg = &s->cfg;
	size_t n_classes = 0;

	for (uint32_t i = 0; i < cfg->n_streams; i++) {
		const struct tw_stream_config *c = &cfg->streams[i];
		struct tw_send_stream *t = &s->streams[i];
		uint8_t *cycle = s->cycles + (size_t)i * TW_MAX_SIZE_CYCLE;
		int n = tw_send_classes(c, MAX_CLASSES, s->classes + n_classes, cycle);

		if (n == -E2BIG)
			return tw_fail(
				err, -EINVAL, "more than %u different packet sizes", MAX_CLASSES);
		if (n < 0)
			return tw_fail(
				err, -EINVAL, "stream %u: packet size, family or mark is wrong", i);
		t->classes = s->classes + n_classes;
		t->cycle = cycle;
		t->n_cycle = c->n_sizes;
		t->key = c->security == TW_SECURITY_OPEN ? NULL : c->key;
		t->kind = (uint8_t)tw_sealed_kind(c->protocol, c->security);
		t->tlv = c->tlv;
		t->tlv_key = c->tlv && c->tlv->hmac_at != TW_TLV_NOWHERE ? c->key : NULL;
		if ((t->key || t->tlv_key) && !s->batch &&
			tw_batch_create(TW_BATCH_AUTO, &s->batch) < 0)
			return tw_fail(err, -ENOMEM, "no memory for ciphers");
		for (int k = 0; k < n; k++)
			if (t->classes[k].frame_len > s->port.max_frame)
				return tw_fail(err, -EINVAL,
					"a frame of %u octets does not fit the port's %u (without "
					"FCS)",
					t->classes[k].frame_len, s->port.max_frame);
		n_classes += (size_t)n;
		if (s->by_port[c->local.port])
			return tw_fail(err, -EINVAL, "two streams share port %u", c->local.port);
		s->by_port[c->local.port] = i + 1;
		make_key(c, &s->keys[i]);
		tw_loss_init(&s->reply.streams[i].loss);
		tw_variation_init(&s->reply.streams[i].variation);
	}
	return 0;
}

/* Enough records for every packet that may be waited for. */
static uint64_t records_per_stream(const struct tw_sender_config *cfg)
{
	double pps = cfg->pps_den ? (double)cfg->pps_num / (double)cfg->pps_den : 0;
	/* Poisson arrivals of bursts, at eight deviations: 8 sqrt(n burst) <= n / 4 + 64 burst */
	double n = pps * tw_ns_sec(cfg->timeout) * 1.25 + 64.0 * cfg->burst;

	if (cfg->schedule == TW_SCHEDULE_MAX)
		n = cfg->in_flight_max ? 4.0 * cfg->in_flight_max : 1e9;
	return (uint64_t)(n / cfg->n_streams) + 1;
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
	uint32_t n = cfg->n_streams;
	char name[RTE_MEMPOOL_NAMESIZE];

	s->streams = calloc(n, sizeof(*s->streams));
	s->reply.streams = calloc(n, sizeof(*s->reply.streams));
	s->keys = calloc(n, sizeof(*s->keys));
	s->by_port = calloc(65536, sizeof(*s->by_port));
	s->classes = calloc((size_t)n * MAX_CLASSES, sizeof(*s->classes));
	s->cycles = calloc((size_t)n, TW_MAX_SIZE_CYCLE);
	s->result = tw_result_create();
	if (!s->streams || !s->reply.streams || !s->keys || !s->by_port || !s->classes ||
		!s->cycles || !s->result ||
		tw_window_init(&s->window, n, records_per_stream(cfg)) < 0)
		return tw_fail(err, -ENOMEM, "no memory for %u streams", n);
	snprintf(name, sizeof(name), "tw_tx_%u_%u", s->port.port_id, s->port.tx_queue);
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
	double gap_ns;

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
	gap_ns = 1e9 * (double)cfg->pps_den / (double)cfg->pps_num;
	gap_ns = gap_ns > HORIZON_NS ? gap_ns : HORIZON_NS;
	s->horizon =
		(uint64_t)tw_ns_to_span(cfg->horizon.v ? cfg->horizon : tw_ns((int64_t)gap_ns)).v;
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
	s->n_streams = cfg->n_streams;
	tw_answer_self(port, &s->self);
	s->stateless_peer = cfg->streams[0].stateless_peer;
	s->slope.countdown = 1;
	s->error_estimate = tw_clock_error_estimate(&s->task.clock, 0);
	rc = allocate(s, err);
	if (rc == 0)
		rc = build_streams(s, err);
	if (rc == 0 && tw_sender_tlv_init(s) < 0)
		rc = tw_fail(err, -ENOMEM, "no memory for TLVs");
	if (rc == 0)
		rc = set_up_pace(s, err);
	if (rc < 0) {
		destroy(&s->task);
		return rc;
	}
	s->reply.window = &s->window;
	s->reply.timeout = (uint64_t)tw_ns_to_span(cfg->timeout).v;
	s->reply.offsets = s->task.clock.offsets;
	s->reply.offsets_mask = TW_CLOCK_EPOCHS - 1;
	s->reply.result = s->result;
	s->reply.ptp = cfg->ptp;
	s->special = s->batch || s->tlvs || cfg->ptp || cfg->records;
	tw_sender_stamps_init(s);
	/* The NIC's marks and times are the copying loop's. */
	if (!port->stamps.clock && tw_sender_may_prebuild(port->port_id) &&
		tw_sender_prebuilt_init(s) < 0) {
		destroy(&s->task);
		return tw_fail(err, -ENOMEM, "no memory for %u streams", s->n_streams);
	}
	*ret_task = &s->task;
	return 0;
}

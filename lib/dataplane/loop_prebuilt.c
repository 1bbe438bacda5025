/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * The sender's transmitting loop where frames stand in the buffers already: what is due is numbered
 * and stamped there. Streams take turns, so their numbers and T1 records run on in step.
 */

#include "loop_sender.h"
#include "recorder.h"

/* What a burst needs again and again, out of reach of the stores into its frames. */
struct prebuilt {
	const struct tw_send_class *class;
	uint64_t lengths; /* as they stand in an mbuf: pkt_len, data_len */
	uint64_t offset;  /* wall less mono */
	uint64_t horizon;
	struct tw_window window;
	struct tw_send_class at; /* sum and offsets */
	uint16_t patch_off;
	uint16_t epoch;
	uint16_t error_estimate;
};

#define LENGTHS_MASK 0x0000ffffffffffffULL

static inline __attribute__((always_inline)) struct prebuilt look_ahead(
	const struct tw_sender *s, uint64_t mono)
{
	const struct tw_send_class *c = s->prebuilt;

	return (struct prebuilt){
		.class = c,
		.lengths = (uint64_t)c->frame_len << 32 | c->frame_len,
		.offset = s->task.clock.offset,
		.horizon = mono - s->reply.timeout,
		.window = s->window,
		.at = {.payload_off = c->payload_off, .csum_off = c->csum_off, .sum = c->sum},
		.patch_off = s->patch_off,
		.epoch = s->task.clock.epoch,
		.error_estimate = s->error_estimate,
	};
}

/* A buffer of the pool: the frame is in it. One that somebody has changed is written anew. */
static inline __attribute__((always_inline)) uint8_t *take_prebuilt(
	const struct prebuilt *b, struct rte_mbuf *m)
{
	uint64_t lengths;

	_Static_assert(
		offsetof(struct rte_mbuf, data_len) == offsetof(struct rte_mbuf, pkt_len) + 4,
		"both lengths are taken in one load");
	memcpy(&lengths, &m->pkt_len, sizeof(lengths));
	if (unlikely(((lengths ^ b->lengths) & LENGTHS_MASK) |
		     (m->data_off ^ RTE_PKTMBUF_HEADROOM) | m->ol_flags))
		tw_sender_prebuild(m, b->class);
	return (uint8_t *)m->buf_addr + RTE_PKTMBUF_HEADROOM;
}

/* What the device did not take keeps its number: a burst's packets had streams in turn. */
static void keep_prebuilt(struct tw_sender *s, struct rte_mbuf *const *tx, uint32_t turn,
	unsigned int from, unsigned int n)
{
	for (unsigned int i = from; i < n; i++) {
		uint32_t stream = (uint32_t)(((uint64_t)turn + i) % s->n_streams);
		const struct tw_send_stream *st = &s->streams[stream];
		uint32_t later = (n - 1 - i) / s->n_streams;

		s->pending[i - from] = (struct tw_pending){
			tx[i], st->classes, stream, (uint32_t)st->sent - 1 - later};
	}
	s->n_pending = n - from;
}

/* The loop for streams that differ in little on devices that leave frames as they are. */
static inline __attribute__((always_inline)) unsigned int transmit_prebuilt(
	struct tw_sender *s, uint64_t tsc, unsigned int kind, bool per_packet, bool many)
{
	const struct tw_clock_map *clock = &s->task.clock;
	struct rte_mbuf *tx[TW_BURST];
	uint64_t mono = tw_clock_mono(clock, tsc), per = s->slope.per_packet, overrun = 0;
	uint64_t began = mono, first = 0, t = 0;
	uint32_t turn = s->turn, n_streams = s->n_streams;
	int64_t late[TW_BURST];
	struct prebuilt b;
	unsigned int n, k;

	if (unlikely(s->n_pending && !tw_sender_offer_again(s))) {
		tw_sender_wait_for_device(s, mono, kind, s->horizon);
		return 1;
	}
	n = how_many(s, mono, kind, late);
	if (n == 0)
		return 0;
	if (unlikely(rte_mempool_get_bulk(s->pool, (void **)tx, n) != 0)) {
		tw_sender_no_buffers(s, n, kind);
		return 0;
	}
	tsc = rte_rdtsc();
	mono = tw_clock_mono(clock, tsc);
	b = look_ahead(s, mono);
	if (unlikely(s->first_tx == 0))
		s->first_tx = mono;
	for (unsigned int i = 0; i < n; i++) {
		uint32_t seq = (uint32_t)s->streams[turn].sent++;
		uint8_t *f = take_prebuilt(&b, tx[i]);

		t = per_packet ? tw_clock_mono(clock, rte_rdtsc()) : mono + i * per;
		if (per_packet && i == 0)
			first = t;
		if (many) {
			const struct tw_send_patch *p = &s->patches[turn];

			memcpy(f + b.patch_off, p->octets, sizeof(p->octets));
			b.at.sum = p->sum;
		}
		tw_send_stamp(f, &b.at, seq, t + b.offset, b.error_estimate);
		overrun += tw_window_write(
			tw_window_in_turn(&b.window, turn, seq), seq, t, b.epoch, b.horizon);
		if (many && ++turn == n_streams)
			turn = 0;
	}
	s->result->tester.window_overrun += overrun;
	if (unlikely(--s->slope.countdown == 0))
		tw_slope_measure(&s->slope, clock, tsc, rte_rdtsc(), n);
	if (kind != TW_SCHEDULE_MAX)
		tw_sender_departed(s, late, n, (per_packet ? first : mono) - began, t - began);
	if (unlikely(s->port.recorder != NULL))
		tw_recorder_put(s->port.recorder, tx, n, mono + clock->offset);
	s->numbered += n;
	if (s->left != UINT64_MAX)
		s->left -= n;
	s->last_tx = mono;
	k = rte_eth_tx_burst(s->port.port_id, s->port.tx_queue, tx, (uint16_t)n);
	if (unlikely(k < n)) {
		s->result->tester.tx_full += n - k;
		keep_prebuilt(s, tx, s->turn, k, n);
	}
	s->turn = turn;
	return n;
}

unsigned int tw_sender_transmit_prebuilt(struct tw_sender *s, uint64_t tsc)
{
	bool per_packet = s->cfg.stamp == TW_STAMP_PER_PACKET;
	bool max = s->cfg.schedule == TW_SCHEDULE_MAX;

	if (likely(max && !per_packet))
		return s->n_streams > 1 ? transmit_prebuilt(s, tsc, TW_SCHEDULE_MAX, false, true)
					: transmit_prebuilt(s, tsc, TW_SCHEDULE_MAX, false, false);
	if (!per_packet)
		return s->n_streams > 1
			       ? transmit_prebuilt(s, tsc, TW_SCHEDULE_PERIODIC, false, true)
			       : transmit_prebuilt(s, tsc, TW_SCHEDULE_PERIODIC, false, false);
	return max ? transmit_prebuilt(s, tsc, TW_SCHEDULE_MAX, true, true)
		   : transmit_prebuilt(s, tsc, TW_SCHEDULE_PERIODIC, true, true);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * The sender's transmitting loop: what is due is copied from frames of all sizes, numbered, stamped
 * and handed over a burst at a time.
 */

#include "loop_sender.h"
#include "recorder.h"

/* Stamp one packet with `mono` and remember it. */
static inline __attribute__((always_inline)) void stamp(struct tw_sender *s, struct rte_mbuf *m,
	const struct tw_send_class *c, uint32_t stream, uint32_t seq, uint64_t mono, bool special,
	bool own)
{
	const struct tw_clock_map *clock = &s->task.clock;
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);
	uint64_t t1 = mono + clock->offset;
	uint16_t ee = s->error_estimate;
	struct tw_window_entry *e;

	if (special && s->cfg.ptp) {
		t1 = tw_ptp_from_ntp((struct tw_ntp){t1}, TW_TAI_UTC_DEFAULT).v;
		ee |= TW_ERROR_Z;
	}
	if (special && s->streams[stream].key)
		tw_sealed_write_request(f + c->payload_off, seq, t1, ee);
	else
		tw_send_stamp(f, c, seq, t1, ee);
	if (special && s->streams[stream].tlv)
		tw_send_tlvs(f, c, s->streams[stream].tlv, seq);
	e = own ? tw_window_at(&s->window, stream, seq)
		: tw_window_in_turn(&s->window, stream, seq);
	if (unlikely(tw_window_write(e, seq, mono, clock->epoch, mono - s->reply.timeout)))
		s->result->tester.window_overrun++;
}

/* Pool objects come back with their lengths: writing only what differs keeps the line shared. */
static inline __attribute__((always_inline)) void prepare(
	struct rte_mbuf *m, const struct tw_send_class *c)
{
	uint8_t *f;

	if (unlikely(m->data_off != RTE_PKTMBUF_HEADROOM))
		m->data_off = RTE_PKTMBUF_HEADROOM;
	if (unlikely(m->pkt_len != c->frame_len || m->data_len != c->frame_len)) {
		m->pkt_len = c->frame_len;
		m->data_len = c->frame_len;
	}
	if (unlikely(m->ol_flags != 0))
		m->ol_flags = 0;
	f = rte_pktmbuf_mtod(m, uint8_t *);
	memcpy(f, c->head, 96);
	if (unlikely(c->head_len > 96))
		memcpy(f + 96, c->head + 96, TW_SEND_HEAD - 96);
}

/* Behind the head that was copied the last frame in this buffer may have had more than zeros. */
static inline __attribute__((always_inline)) void wipe(
	const struct tw_sender *s, struct rte_mbuf *m, const struct tw_send_class *c)
{
	uint16_t from = c->head_len > 96 ? TW_SEND_HEAD : 96;
	uint16_t to = s->reach < c->frame_len ? s->reach : c->frame_len;

	if (to > from)
		memset(rte_pktmbuf_mtod_offset(m, uint8_t *, from), 0, (size_t)(to - from));
}

/* HMAC TLVs of a burst: they come before the packets' own HMACs, whose end they borrow. */
static void sign_tlvs(struct tw_sender *s, const struct tw_pending *p, unsigned int n)
{
	struct tw_batch_op op[TW_BURST];
	unsigned int which[TW_BURST], k = 0;
	uint32_t save[TW_BURST];

	for (unsigned int i = 0; i < n; i++) {
		const struct tw_send_stream *t = &s->streams[p[i].stream];
		const struct tw_send_class *c = p[i].class;
		uint8_t *f = rte_pktmbuf_mtod(p[i].m, uint8_t *), *payload = f + c->payload_off;
		size_t base = (size_t)c->tlv_off - c->payload_off;

		if (!t->tlv_key)
			continue;
		op[k].key = t->tlv_key;
		op[k].text =
			tw_tlv_text(payload, base, base + t->tlv->hmac_at, &save[k], &op[k].len);
		op[k].tag = payload + base + t->tlv->hmac_at + TW_TLV_HEADER;
		which[k++] = i;
	}
	if (k)
		tw_batch_sign(s->batch, op, k);
	for (unsigned int i = 0; i < k; i++) {
		const struct tw_pending *x = &p[which[i]];

		tw_tlv_text_done(rte_pktmbuf_mtod_offset(x->m, uint8_t *, x->class->payload_off),
			(size_t)x->class->tlv_off - x->class->payload_off, save[i]);
	}
}

/* HMACs and ciphers of a burst, and the checksums that had to wait for them. */
static void seal(struct tw_sender *s, const struct tw_pending *p, unsigned int n)
{
	struct tw_batch_op op[TW_BURST];
	unsigned int k = 0;

	if (s->batch && s->tlvs)
		sign_tlvs(s, p, n);
	for (unsigned int i = 0; i < n; i++) {
		const struct tw_send_stream *t = &s->streams[p[i].stream];
		uint8_t *payload =
			rte_pktmbuf_mtod_offset(p[i].m, uint8_t *, p[i].class->payload_off);

		if (t->key)
			op[k++] = tw_sealed_request((enum tw_sealed_kind)t->kind, t->key, payload);
	}
	if (k)
		tw_batch_seal(s->batch, op, k);
	for (unsigned int i = 0; i < n; i++) {
		const struct tw_send_class *c = p[i].class;
		const struct tw_send_stream *t = &s->streams[p[i].stream];
		uint8_t *f = rte_pktmbuf_mtod(p[i].m, uint8_t *);

		if (t->key || t->tlv)
			tw_set_raw16(
				f + c->csum_off, tw_udp_checksum_finish(tw_sum_add(c->udp_sum,
							 tw_sum(f + c->payload_off, c->covered))));
	}
}

static void keep_pending(
	struct tw_sender *s, const struct tw_pending *p, unsigned int from, unsigned int n)
{
	memmove(s->pending, p + from, (n - from) * sizeof(*p));
	s->n_pending = n - from;
}

bool tw_sender_offer_again(struct tw_sender *s)
{
	struct rte_mbuf *tx[TW_BURST];
	unsigned int n = s->n_pending, k;
	uint64_t mono = tw_clock_mono(&s->task.clock, rte_rdtsc());

	for (unsigned int i = 0; i < n; i++) {
		struct tw_pending *p = &s->pending[i];

		tx[i] = p->m;
		p->m->ol_flags = 0;
		if (s->special)
			prepare(p->m, p->class);
		stamp(s, p->m, p->class, p->stream, p->seq, mono, s->special, s->own != NULL);
	}
	if (s->special)
		seal(s, s->pending, n);
	k = rte_eth_tx_burst(s->port.port_id, s->port.tx_queue, tx, (uint16_t)n);
	if (k)
		s->last_tx = mono;
	if (s->special && s->cfg.records)
		tw_sender_record_sent(s, s->pending, k);
	keep_pending(s, s->pending, k, n);
	return s->n_pending == 0;
}

void tw_sender_give_up(struct tw_sender *s, uint64_t until)
{
	uint64_t gone = tw_pace_skip(&s->pace, until + 1);

	gone = gone < s->left ? gone : s->left;
	s->result->tester.not_sent += gone;
	if (s->left != UINT64_MAX)
		s->left -= gone;
}

void tw_sender_wait_for_device(
	struct tw_sender *s, uint64_t mono, unsigned int kind, uint64_t patience)
{
	uint64_t until = tw_sender_last_due(s, mono);

	if (s->own) {
		tw_sender_own_wait(s, mono, patience);
		return;
	}
	if (kind != TW_SCHEDULE_MAX && tw_pace_due(&s->pace) <= until &&
		mono - tw_pace_due(&s->pace) >= patience)
		tw_sender_give_up(s, until);
	if (mono >= s->end_mono &&
		(kind == TW_SCHEDULE_MAX || tw_pace_due(&s->pace) >= s->end_mono))
		s->left = 0;
}

void tw_sender_no_buffers(struct tw_sender *s, unsigned int n, unsigned int kind)
{
	s->result->tester.tx_full += n;
	if (kind == TW_SCHEDULE_MAX)
		return;
	s->result->tester.not_sent += n;
	if (s->left != UINT64_MAX)
		s->left -= n;
}

static void no_buffers_own(struct tw_sender *s, const uint32_t *which, unsigned int n)
{
	s->result->tester.tx_full += n;
	for (unsigned int i = 0; i < n; i++)
		tw_sender_not_sent(s, which[i], 1);
	if (s->left != UINT64_MAX)
		s->left -= n;
}

/* launch: the NIC holds each packet until it is due. own: streams have their own schedules. */
static inline __attribute__((always_inline)) unsigned int transmit(struct tw_sender *s,
	uint64_t tsc, unsigned int kind, bool per_packet, bool special, bool launch, bool own)
{
	const struct tw_clock_map *clock = &s->task.clock;
	struct rte_mbuf *tx[TW_BURST];
	struct tw_pending sent[TW_BURST];
	uint32_t which[TW_BURST];
	uint64_t mono = tw_clock_mono(clock, tsc), at[TW_BURST], t1, first = 0, began = mono;
	unsigned int n, k, n_gaps = 0;
	uint32_t gap_of[TW_BURST];
	int64_t gap[TW_BURST + 1];
	bool asks = false;

	if (unlikely(s->n_pending && !tw_sender_offer_again(s))) {
		tw_sender_wait_for_device(s, mono, kind, s->horizon);
		return 1;
	}
	n = launch ? tw_sender_due_soon(s, mono, at)
	    : own  ? tw_sender_own_due(s, mono, which, at)
		   : how_many(s, mono, kind, gap);
	if (n == 0)
		return 0;
	if (unlikely(rte_mempool_get_bulk(s->pool, (void **)tx, n) != 0)) {
		if (own)
			no_buffers_own(s, which, n);
		else
			tw_sender_no_buffers(s, n, kind);
		return 0;
	}
	tsc = rte_rdtsc();
	mono = tw_clock_mono(clock, tsc);
	if (unlikely(s->first_tx == 0))
		s->first_tx = mono;
	for (unsigned int i = 0; i < n; i++) {
		uint32_t stream = own ? which[i] : s->turn;
		struct tw_send_stream *st = &s->streams[stream];
		const struct tw_send_class *c = &st->classes[st->cycle[st->pos]];

		if (unlikely(++st->pos == st->n_cycle))
			st->pos = 0;
		sent[i] = (struct tw_pending){tx[i], c, stream, (uint32_t)st->sent};
		prepare(tx[i], c);
		if (own || special)
			wipe(s, tx[i], c);
		t1 = launch       ? tw_sender_hold(s, tx[i], at[i], mono)
		     : per_packet ? tw_clock_mono(clock, rte_rdtsc())
				  : mono + i * s->slope.per_packet;
		stamp(s, tx[i], c, stream, (uint32_t)st->sent, t1, special, own);
		if (own) {
			gap_of[n_gaps] = stream;
			n_gaps += tw_sender_own_gap(s, stream, t1 - at[i], &gap[n_gaps]);
		}
		if (launch)
			gap[i] = (int64_t)(t1 - at[i]);
		if (kind != TW_SCHEDULE_MAX && i == 0)
			first = t1;
		st->sent++;
		if (!own && ++s->turn == s->n_streams)
			s->turn = 0;
	}
	if (unlikely(--s->slope.countdown == 0))
		tw_slope_measure(&s->slope, clock, tsc, rte_rdtsc(), n);
	if (own)
		tw_sender_own_departed(s, gap_of, gap, n_gaps);
	else if (launch)
		tw_sender_departed_each(s, gap, n);
	else if (kind != TW_SCHEDULE_MAX)
		tw_sender_departed(s, gap, n, first - began, t1 - began);
	if (special) {
		seal(s, sent, n);
		if (s->batch)
			tw_late_measure(&s->late, clock, tsc, rte_rdtsc());
	}
	if (unlikely(s->port.recorder != NULL))
		tw_recorder_put(s->port.recorder, tx, n, mono + clock->offset);
	s->numbered += n;
	if (s->left != UINT64_MAX)
		s->left -= n;
	s->last_tx = launch ? t1 : mono;
	asks = s->stamper.back.armed;
	if (unlikely(asks))
		tw_readback_mark(tx[0]);
	k = rte_eth_tx_burst(s->port.port_id, s->port.tx_queue, tx, (uint16_t)n);
	/* one that was marked and not taken is offered again without a mark */
	if (unlikely(asks) && k)
		tw_readback_sent(&s->stamper, launch ? at[0] : mono, rte_rdtsc(), sent[0].stream,
			sent[0].seq);
	if (special && s->cfg.records)
		tw_sender_record_sent(s, sent, k);
	if (unlikely(k < n)) {
		s->result->tester.tx_full += n - k;
		if (launch)
			tw_sender_not_held(s, tx + k, n - k);
		keep_pending(s, sent, k, n);
	}
	return n;
}

unsigned int tw_sender_transmit(struct tw_sender *s, uint64_t tsc)
{
	bool per_packet = s->cfg.stamp == TW_STAMP_PER_PACKET;
	bool max = s->cfg.schedule == TW_SCHEDULE_MAX;

	if (unlikely(s->stamper.launch))
		return s->special
			       ? transmit(s, tsc, TW_SCHEDULE_PERIODIC, false, true, true, false)
			       : transmit(s, tsc, TW_SCHEDULE_PERIODIC, false, false, true, false);
	if (likely(s->prebuilt != NULL))
		return tw_sender_transmit_prebuilt(s, tsc);
	if (s->own)
		return s->special ? transmit(s, tsc, TW_SCHEDULE_PERIODIC, per_packet, true, false,
					    true)
				  : transmit(s, tsc, TW_SCHEDULE_PERIODIC, per_packet, false, false,
					    true);
	if (unlikely(s->special))
		return max ? transmit(s, tsc, TW_SCHEDULE_MAX, per_packet, true, false, false)
			   : transmit(s, tsc, TW_SCHEDULE_PERIODIC, per_packet, true, false, false);
	if (max)
		return per_packet ? transmit(s, tsc, TW_SCHEDULE_MAX, true, false, false, false)
				  : transmit(s, tsc, TW_SCHEDULE_MAX, false, false, false, false);
	return per_packet ? transmit(s, tsc, TW_SCHEDULE_PERIODIC, true, false, false, false)
			  : transmit(s, tsc, TW_SCHEDULE_PERIODIC, false, false, false, false);
}

unsigned int tw_sender_hold_back(struct tw_sender *s, uint64_t tsc)
{
	tw_sender_wait_for_device(s, tw_clock_mono(&s->task.clock, tsc), s->cfg.schedule, 0);
	return 0;
}

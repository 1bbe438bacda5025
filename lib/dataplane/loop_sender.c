/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * The sender's loops. Transmit: what is due is copied from prebuilt frames, numbered, stamped and
 * handed over a burst at a time. Receive: two passes, one that recognises replies and fetches
 * their records, one that judges them.
 */

#include "recorder.h"
#include "sender.h"

/* Stamp one packet with `mono` and remember it. */
static inline __attribute__((always_inline)) void stamp(struct tw_sender *s, struct rte_mbuf *m,
	const struct tw_send_class *c, uint32_t stream, uint32_t seq, uint64_t mono, bool special)
{
	const struct tw_clock_map *clock = &s->task.clock;
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);
	uint64_t t1 = mono + clock->offset;
	uint16_t ee = s->error_estimate;

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
	if (unlikely(tw_window_put(
		    &s->window, stream, seq, mono, clock->epoch, mono - s->reply.timeout)))
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

/* The device was full: offer the same packets again with new stamps. @return all gone */
static bool offer_again(struct tw_sender *s)
{
	struct rte_mbuf *tx[TW_BURST];
	unsigned int n = s->n_pending, k;
	uint64_t mono = tw_clock_mono(&s->task.clock, rte_rdtsc());

	for (unsigned int i = 0; i < n; i++) {
		struct tw_pending *p = &s->pending[i];

		tx[i] = p->m;
		if (s->special)
			prepare(p->m, p->class);
		stamp(s, p->m, p->class, p->stream, p->seq, mono, s->special);
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

/* Packets due up to `until` will not be sent any more. */
static void give_up(struct tw_sender *s, uint64_t until)
{
	uint64_t gone = tw_pace_skip(&s->pace, until + 1);

	gone = gone < s->left ? gone : s->left;
	s->result->tester.not_sent += gone;
	if (s->left != UINT64_MAX)
		s->left -= gone;
}

/* Of --duration what is due in it counts, also when its end has passed meanwhile. */
static inline __attribute__((always_inline)) uint64_t last_due(
	const struct tw_sender *s, uint64_t mono)
{
	return likely(mono < s->end_mono) ? mono : s->end_mono - 1;
}

/* The device takes nothing: the schedule goes on without it. */
static void wait_for_device(struct tw_sender *s, uint64_t mono, unsigned int kind)
{
	uint64_t until = last_due(s, mono);

	if (kind != TW_SCHEDULE_MAX && tw_pace_due(&s->pace) <= until &&
		mono - tw_pace_due(&s->pace) > s->horizon)
		give_up(s, until);
	if (mono >= s->end_mono &&
		(kind == TW_SCHEDULE_MAX || tw_pace_due(&s->pace) >= s->end_mono))
		s->left = 0;
}

/* With a bound on packets in flight: how many more may go. */
static inline uint64_t room_in_flight(const struct tw_sender *s)
{
	/* what was forgiven may have been answered in time, if only just */
	uint64_t settled = s->forgiven + s->answered;
	uint64_t flying = settled < s->numbered ? s->numbered - settled : 0;

	return flying < s->cfg.in_flight_max ? s->cfg.in_flight_max - flying : 0;
}

/* How many packets may go now; their lateness is recorded. */
static inline __attribute__((always_inline)) unsigned int how_many(
	struct tw_sender *s, uint64_t mono, unsigned int kind)
{
	uint64_t room = s->left < TW_BURST ? s->left : TW_BURST;
	uint64_t until = last_due(s, mono);
	unsigned int n = 0;

	if (kind == TW_SCHEDULE_MAX) {
		if (unlikely(mono >= s->end_mono))
			s->left = room = 0;
		if (s->cfg.in_flight_max && room_in_flight(s) < room)
			room = room_in_flight(s);
		return (unsigned int)room;
	}
	while (n < room) {
		uint64_t due = tw_pace_due(&s->pace);

		if (due > until)
			break;
		if (unlikely(mono - due > s->horizon)) {
			give_up(s, until);
			break;
		}
		tw_series_record(&s->result->tester.pacing, (int64_t)(mono - due));
		tw_pace_advance(&s->pace);
		n++;
	}
	if (unlikely(mono >= s->end_mono) && tw_pace_due(&s->pace) >= s->end_mono)
		s->left = n;
	return n;
}

static inline __attribute__((always_inline)) unsigned int transmit(
	struct tw_sender *s, uint64_t tsc, unsigned int kind, bool per_packet, bool special)
{
	const struct tw_clock_map *clock = &s->task.clock;
	struct rte_mbuf *tx[TW_BURST];
	struct tw_pending sent[TW_BURST];
	uint64_t mono = tw_clock_mono(clock, tsc);
	unsigned int n, k;

	if (unlikely(s->n_pending && !offer_again(s))) {
		wait_for_device(s, mono, kind);
		return 1;
	}
	n = how_many(s, mono, kind);
	if (n == 0)
		return 0;
	if (unlikely(rte_mempool_get_bulk(s->pool, (void **)tx, n) != 0)) {
		/* Every mbuf is in the device's hands: that is a full ring too. */
		s->result->tester.tx_full += n;
		if (kind != TW_SCHEDULE_MAX) {
			s->result->tester.not_sent += n;
			if (s->left != UINT64_MAX)
				s->left -= n;
		}
		return 0;
	}
	tsc = rte_rdtsc();
	mono = tw_clock_mono(clock, tsc);
	if (unlikely(s->first_tx == 0))
		s->first_tx = mono;
	for (unsigned int i = 0; i < n; i++) {
		struct tw_send_stream *st = &s->streams[s->turn];
		const struct tw_send_class *c = &st->classes[st->cycle[st->pos]];

		if (unlikely(++st->pos == st->n_cycle))
			st->pos = 0;
		sent[i] = (struct tw_pending){tx[i], c, s->turn, st->next_seq};
		prepare(tx[i], c);
		stamp(s, tx[i], c, s->turn, st->next_seq,
			per_packet ? tw_clock_mono(clock, rte_rdtsc())
				   : mono + i * s->slope.per_packet,
			special);
		st->next_seq++;
		st->sent++;
		if (++s->turn == s->n_streams)
			s->turn = 0;
	}
	if (unlikely(--s->slope.countdown == 0))
		tw_slope_measure(&s->slope, clock, tsc, rte_rdtsc(), n);
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
	s->last_tx = mono;
	k = rte_eth_tx_burst(s->port.port_id, s->port.tx_queue, tx, (uint16_t)n);
	if (special && s->cfg.records)
		tw_sender_record_sent(s, sent, k);
	if (unlikely(k < n)) {
		s->result->tester.tx_full += n - k;
		keep_pending(s, sent, k, n);
	}
	return n;
}

unsigned int tw_sender_transmit(struct tw_sender *s, uint64_t tsc)
{
	bool per_packet = s->cfg.stamp == TW_STAMP_PER_PACKET;
	bool max = s->cfg.schedule == TW_SCHEDULE_MAX;

	if (unlikely(s->special))
		return max ? transmit(s, tsc, TW_SCHEDULE_MAX, per_packet, true)
			   : transmit(s, tsc, TW_SCHEDULE_PERIODIC, per_packet, true);
	if (max)
		return per_packet ? transmit(s, tsc, TW_SCHEDULE_MAX, true, false)
				  : transmit(s, tsc, TW_SCHEDULE_MAX, false, false);
	return per_packet ? transmit(s, tsc, TW_SCHEDULE_PERIODIC, true, false)
			  : transmit(s, tsc, TW_SCHEDULE_PERIODIC, false, false);
}

/* A reply between the two passes. */
struct found {
	uint8_t *payload; /* NULL: refused meanwhile */
	struct tw_window_entry *e;
	uint32_t len;
	uint32_t stream;
	uint8_t ttl, tos;
	bool check; /* of the HMAC TLV */
};

/* Open the protected ones of a burst; what is wrong is counted and forgotten. */
static void open_found(struct tw_sender *s, struct found *f, unsigned int n)
{
	uint32_t stream[TW_BURST], len[TW_BURST];
	uint8_t *payload[TW_BURST];
	uint64_t good;

	for (unsigned int i = 0; i < n; i++) {
		stream[i] = f[i].stream;
		len[i] = f[i].len;
		payload[i] = f[i].payload;
	}
	good = tw_sender_open(s, stream, payload, len, n);
	for (unsigned int i = 0; i < n; i++)
		if (!(good >> i & 1))
			f[i].payload = NULL;
}

static void check_found(struct tw_sender *s, struct found *f, unsigned int n)
{
	uint32_t stream[TW_BURST], len[TW_BURST];
	uint8_t *payload[TW_BURST];
	uint64_t good;

	for (unsigned int i = 0; i < n; i++) {
		stream[i] = f[i].stream;
		len[i] = f[i].len;
		payload[i] = f[i].payload;
	}
	good = tw_sender_check_tlvs(s, stream, payload, len, n);
	for (unsigned int i = 0; i < n; i++)
		f[i].check = good >> i & 1;
}

static inline __attribute__((always_inline)) bool recognise(
	const struct tw_sender *s, const struct rte_mbuf *m, uint8_t *f, bool v6, struct found *ret)
{
	uint32_t len = m->data_len, off = v6 ? TW_IP6_PAYLOAD_OFF : TW_IP4_PAYLOAD_OFF;
	uint8_t *p = f + off;
	uint64_t addr[4] = {0};
	int64_t stream;

	if (unlikely(len < off + TW_STAMP_LEN || m->pkt_len != len))
		return false;
	if (!(v6 ? tw_plain_ip6(f, len, s->mac) : tw_plain_ip4(f, len, s->mac)))
		return false;
	if (v6) {
		addr[0] = tw_raw64(f + 22);
		addr[1] = tw_raw64(f + 30);
		addr[2] = tw_raw64(f + 38);
		addr[3] = tw_raw64(f + 46);
	} else {
		addr[0] = tw_raw64(f + 26);
	}
	stream = tw_sender_stream_of(s, addr, tw_raw32(p - 8), v6);
	if (unlikely(stream < 0 || tw_raw16(p - 2) == 0))
		return false;
	if (unlikely(tw_sum_fold(v6 ? tw_udp_sum_ip6(f, len, false)
				    : tw_udp_sum_ip4(f, len, false)) != 0xffff))
		return false;
	ret->payload = p;
	ret->len = len - off;
	ret->stream = (uint32_t)stream;
	ret->check = false;
	ret->ttl = v6 ? f[21] : f[22];
	ret->tos = v6 ? (uint8_t)(f[14] << 4 | f[15] >> 4) : f[15];
	ret->e = tw_window_at(&s->window, (uint32_t)stream, tw_get32(p + 24));
	__builtin_prefetch(ret->e, 1);
	return true;
}

/* An open reply without TLVs. @return it was a usual one, still to be counted */
static inline __attribute__((always_inline)) bool judge(
	struct tw_sender *s, const struct found *r, const struct tw_reply_meta *meta)
{
	struct tw_reply_fields f;

	tw_reply_read_open(r->payload, TW_STAMP_LEN, &f);
	if (likely(tw_reply_usual(&s->reply, r->e, &s->reply.streams[r->stream],
		    s->streams[r->stream].sent, &f, meta)))
		return true;
	tw_sender_reply(s, r->stream, r->payload, r->len, meta, false);
	return false;
}

static inline __attribute__((always_inline)) unsigned int receive(
	struct tw_sender *s, uint16_t queue, bool special)
{
	struct rte_mbuf *rx[TW_BURST], *done[TW_BURST];
	struct found found[TW_BURST];
	unsigned int n_found = 0, usual = 0;
	const bool untagged = s->port.n_vlan == 0;
	uint64_t mono;
	uint16_t n;

	n = rte_eth_rx_burst(s->port.port_id, queue, rx, TW_BURST);
	if (n == 0)
		return 0;
	mono = tw_clock_mono(&s->task.clock, rte_rdtsc());
	if (unlikely(s->port.recorder != NULL))
		tw_recorder_put(s->port.recorder, rx, n, mono + s->task.clock.offset);
	for (unsigned int i = 0; i < n; i++) {
		uint8_t *f = rte_pktmbuf_mtod(rx[i], uint8_t *);

		if (likely(untagged &&
			    (f[12] == 0x08 ? recognise(s, rx[i], f, false, &found[n_found])
					   : recognise(s, rx[i], f, true, &found[n_found]))))
			done[n_found++] = rx[i];
		else
			tw_sender_slow(s, rx[i], mono);
	}
	if (special && s->batch)
		open_found(s, found, n_found);
	if (special && s->tlvs)
		check_found(s, found, n_found);
	for (unsigned int i = 0; i < n_found; i++) {
		struct tw_reply_meta meta = {mono, found[i].ttl, found[i].tos};

		if (!special)
			usual += judge(s, &found[i], &meta);
		else if (found[i].payload)
			tw_sender_reply(s, found[i].stream, found[i].payload, found[i].len, &meta,
				found[i].check);
	}
	if (likely(usual)) {
		s->answered += usual;
		s->last_answer = mono;
		tw_reply_flush(&s->reply);
	}
	if (likely(n_found))
		tw_free_plain(done, n_found);
	return n;
}

unsigned int tw_sender_receive(struct tw_sender *s)
{
	unsigned int n = 0;

	for (uint16_t q = 0; q < s->port.n_rx_queues; q++)
		n += unlikely(s->special) ? receive(s, (uint16_t)(s->port.rx_queue + q), true)
					  : receive(s, (uint16_t)(s->port.rx_queue + q), false);
	return n;
}

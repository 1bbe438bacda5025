/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * The sender's receiving loop in two passes: one that recognises replies and fetches their records,
 * one that judges them.
 */

#include "recorder.h"
#include "sender.h"

/* A reply between the two passes. */
struct found {
	uint8_t *payload; /* NULL: refused meanwhile */
	struct tw_window_entry *e;
	uint32_t len;
	uint32_t stream;
	bool check;        /* of the HMAC TLV */
	uint16_t ttl, tos; /* no octets: a store of one may have changed anything */
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

static inline __attribute__((always_inline)) bool recognise(const struct tw_sender *s,
	const struct rte_mbuf *m, uint8_t *f, bool v6, bool own, struct found *ret)
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
	ret->tos = v6 ? (uint16_t)((f[14] << 4 | f[15] >> 4) & 0xff) : f[15];
	ret->e = own ? tw_window_at(&s->window, (uint32_t)stream, tw_get32(p + 24))
		     : tw_window_in_turn(&s->window, (uint32_t)stream, tw_get32(p + 24));
	__builtin_prefetch(ret->e, 1);
	return true;
}

/* An open reply without TLVs. @return it was a usual one, still to be counted */
static inline __attribute__((always_inline)) bool judge(
	struct tw_sender *s, const struct found *r, const struct tw_reply_meta *meta, bool own)
{
	struct tw_reply_fields f;

	tw_reply_read_open(r->payload, TW_STAMP_LEN, &f);
	if (own)
		tw_sender_use_group(s, r->stream);
	if (likely(tw_reply_usual(&s->reply, r->e, &s->reply.streams[r->stream],
		    s->streams[r->stream].sent, &f, meta)))
		return true;
	tw_sender_reply(s, r->stream, r->payload, r->len, meta, false);
	return false;
}

static inline __attribute__((always_inline)) unsigned int receive(
	struct tw_sender *s, uint16_t queue, bool special, bool nic, bool own)
{
	struct rte_mbuf *rx[TW_BURST], *done[TW_BURST];
	struct found found[TW_BURST];
	uint64_t t4[TW_BURST]; /* by the NIC */
	unsigned int n_found = 0, usual = 0;
	const bool untagged = s->port.n_vlan == 0 && !s->own_tags;
	bool use = false;
	uint64_t mono;
	uint16_t n;

	n = rte_eth_rx_burst(s->port.port_id, queue, rx, TW_BURST);
	if (n == 0)
		return 0;
	mono = tw_clock_mono(&s->task.clock, rte_rdtsc());
	if (nic) {
		/* T1 of these replies may have been told since the last housekeeping. */
		tw_sender_readback(s);
		use = tw_stamper_uses(&s->stamper, rte_rdtsc());
	}
	if (unlikely(s->port.recorder != NULL && !nic))
		tw_recorder_put(s->port.recorder, rx, n, mono + s->task.clock.offset);
	for (unsigned int i = 0; i < n; i++) {
		uint8_t *f = rte_pktmbuf_mtod(rx[i], uint8_t *);
		enum tw_stamp_verdict by = TW_STAMP_UNASKED;
		uint64_t came = mono;
		bool reply = true;

		if (nic) {
			by = tw_stamp_received(
				&s->stamper, &s->task.clock, rx[i], mono, use, &came);
			t4[n_found] = came;
			if (unlikely(s->port.recorder != NULL))
				tw_recorder_put(
					s->port.recorder, &rx[i], 1, came + s->task.clock.offset);
		}
		if (likely(untagged &&
			    (f[12] == 0x08 ? recognise(s, rx[i], f, false, own, &found[n_found])
					   : recognise(s, rx[i], f, true, own, &found[n_found]))))
			done[n_found++] = rx[i];
		else
			reply = tw_sender_slow(s, rx[i], came);
		if (nic && reply)
			tw_stamp_count(&s->stamper, by, 3);
	}
	if (special && s->batch)
		open_found(s, found, n_found);
	if (special && s->tlvs)
		check_found(s, found, n_found);
	for (unsigned int i = 0; i < n_found; i++) {
		struct tw_reply_meta meta = {
			nic ? t4[i] : mono, (uint8_t)found[i].ttl, (uint8_t)found[i].tos};

		if (!special && !(nic && s->corrects))
			usual += judge(s, &found[i], &meta, own);
		else if (found[i].payload)
			tw_sender_reply(s, found[i].stream, found[i].payload, found[i].len, &meta,
				found[i].check);
	}
	if (likely(usual)) {
		s->answered += usual;
		s->last_answer = mono;
		if (s->cfg.in_flight_max && found[n_found - 1].e->mark == TW_WINDOW_ANSWERED)
			tw_sender_note_newest(
				s, found[n_found - 1].stream, found[n_found - 1].e->seq);
		tw_reply_flush(&s->reply);
	}
	if (likely(n_found))
		tw_free_plain(done, n_found);
	return n;
}

static unsigned int receive_by_nic(struct tw_sender *s)
{
	uint64_t began = tw_clock_mono(&s->task.clock, rte_rdtsc());
	unsigned int n = 0, most = 0;

	for (uint16_t q = 0; q < s->port.n_rx_queues; q++) {
		uint16_t queue = (uint16_t)(s->port.rx_queue + q);
		unsigned int k = s->special ? receive(s, queue, true, true, true)
					    : receive(s, queue, false, true, true);

		most = k > most ? k : most;
		n += k;
	}
	tw_stamper_looked(&s->stamper, began, most < TW_BURST);
	return n;
}

static unsigned int receive_queue(struct tw_sender *s, uint16_t q)
{
	if (unlikely(s->special))
		return receive(s, q, true, false, true);
	return s->own || s->groups ? receive(s, q, false, false, true)
				   : receive(s, q, false, false, false);
}

unsigned int tw_sender_receive(struct tw_sender *s)
{
	unsigned int n = 0;

	if (unlikely(s->stamper.rx || s->stamper.back.on))
		return receive_by_nic(s);
	for (uint16_t q = 0; q < s->port.n_rx_queues; q++)
		n += receive_queue(s, (uint16_t)(s->port.rx_queue + q));
	return n;
}

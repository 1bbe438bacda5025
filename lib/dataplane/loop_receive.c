/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * The sender's receiving loop in two passes: one that recognises replies and fetches their records,
 * one that judges them. A burst is one run of them, or more where something goes the slow way in
 * between.
 */

#include "loop_receive.h"
#include "wide.h"

typedef uint64_t judge_burst(struct tw_sender *s, const uint32_t *stream, uint8_t *const *payload,
	const uint32_t *len, unsigned int n);

/* Bit per one of a burst: it is good. */
static inline __attribute__((always_inline)) uint64_t judge_found(
	struct tw_sender *s, const struct tw_found *f, unsigned int n, judge_burst *judge)
{
	uint32_t stream[TW_BURST], len[TW_BURST];
	uint8_t *payload[TW_BURST];

	for (unsigned int i = 0; i < n; i++) {
		stream[i] = f[i].stream;
		len[i] = f[i].len;
		payload[i] = f[i].payload;
	}
	return judge(s, stream, payload, len, n);
}

/* Open the protected ones of a burst; what is wrong is counted and forgotten. */
static void open_found(struct tw_sender *s, struct tw_found *f, unsigned int n)
{
	uint64_t good = judge_found(s, f, n, tw_sender_open);

	for (unsigned int i = 0; i < n; i++)
		if (!(good >> i & 1))
			f[i].payload = NULL;
}

static void check_found(struct tw_sender *s, struct tw_found *f, unsigned int n)
{
	uint64_t good = judge_found(s, f, n, tw_sender_check_tlvs);

	for (unsigned int i = 0; i < n; i++)
		f[i].check = good >> i & 1;
}

/* A burst. What stands for a packet has its index. */
struct burst {
	uint16_t n;
	struct rte_mbuf *rx[TW_BURST];
	struct tw_found found[TW_BURST];
	uint64_t mono;
	uint64_t t4[TW_BURST];          /* by the NIC */
	unsigned int usual, last_usual; /* so many so far, and of these the last one */
};

/* Judge what was recognised one behind another, [first, end). */
static inline __attribute__((always_inline)) void judge_run(struct tw_sender *s, struct burst *b,
	unsigned int first, unsigned int end, bool special, bool nic, bool any)
{
	if (special && s->batch)
		open_found(s, b->found + first, end - first);
	if (special && s->tlvs)
		check_found(s, b->found + first, end - first);
	for (unsigned int i = first; i < end; i++) {
		const struct tw_found *f = &b->found[i];
		struct tw_reply_meta meta = {
			nic ? b->t4[i] : b->mono, (uint8_t)f->ttl, (uint8_t)f->tos};

		if (!special && !(nic && s->corrects)) {
			if (likely(tw_judge(s, f, &meta, any))) {
				b->usual++;
				b->last_usual = i;
			}
		} else if (f->payload) {
			tw_sender_reply(s, f->stream, f->payload, f->len, &meta, f->check);
		}
	}
	tw_free_plain(b->rx + first, end - first);
}

static inline __attribute__((always_inline)) unsigned int receive(
	struct tw_sender *s, uint16_t queue, bool special, bool nic, bool any)
{
	const bool one_kind = !s->own_tags;
	bool use = false;
	struct burst b;

	b.n = rte_eth_rx_burst(s->port.port_id, queue, b.rx, TW_BURST);
	if (b.n == 0)
		return 0;
	b.mono = tw_clock_mono(&s->task.clock, rte_rdtsc());
	b.usual = b.last_usual = 0;
	if (nic) {
		/* T1 of these replies may have been told since the last housekeeping. */
		tw_sender_readback(s);
		use = tw_stamper_uses(&s->stamper, rte_rdtsc());
	}
	if (unlikely(s->port.recorder != NULL && !nic))
		tw_recorder_put(s->port.recorder, b.rx, b.n, b.mono + s->task.clock.offset);
	/* One that goes the slow way is judged behind those before it, or else it overtook them. */
	for (unsigned int at = 0; at < b.n; at++) {
		const unsigned int first = at;
		enum tw_stamp_verdict by = TW_STAMP_UNASKED;
		uint64_t came = b.mono;

		for (; at < b.n; at++) {
			if (nic) {
				by = tw_stamp_received(
					&s->stamper, &s->task.clock, b.rx[at], b.mono, use, &came);
				b.t4[at] = came;
				if (unlikely(s->port.recorder != NULL))
					tw_recorder_put(s->port.recorder, &b.rx[at], 1,
						came + s->task.clock.offset);
			}
			if (unlikely(!one_kind || !tw_recognise(s, b.rx[at], any, &b.found[at])))
				break;
			if (nic)
				tw_stamp_count(&s->stamper, by, 3);
		}
		if (likely(at > first))
			judge_run(s, &b, first, at, special, nic, any);
		if (unlikely(at < b.n) && tw_sender_slow(s, b.rx[at], came) && nic)
			tw_stamp_count(&s->stamper, by, 3);
	}
	if (likely(b.usual))
		tw_sender_gathered(s, b.usual, b.mono, b.found[b.last_usual].stream,
			b.found[b.last_usual].e->seq);
	return b.n;
}

static unsigned int receive_by_nic(struct tw_sender *s)
{
	uint64_t began = tw_clock_mono(&s->task.clock, rte_rdtsc());
	unsigned int n = 0, most = 0;

	for (uint16_t q = 0; q < s->port.n_rx_queues; q++) {
		uint16_t queue = (uint16_t)(s->port.rx_queue + q);
		unsigned int k;

		s->reply.way = q;
		k = s->receive_nic ? s->receive_nic(s, queue)
		    : s->special   ? receive(s, queue, true, true, true)
				   : receive(s, queue, false, true, true);
		most = k > most ? k : most;
		n += k;
	}
	tw_stamper_looked(&s->stamper, began, most < TW_BURST);
	return n;
}

/* Tags as the sender writes them: others that are the port's, too, take the slow way. */
static void choose_tags(struct tw_sender *s)
{
	const unsigned int n = s->port.n_vlan;
	uint8_t tags[8] = {0}, care[8] = {0};

	for (unsigned int i = 0; i < n; i++) {
		tw_put16(tags + 4 * i, i + 1 < n ? TW_ETHERTYPE_QINQ : TW_ETHERTYPE_VLAN);
		tw_put16(tags + 4 * i + 2, s->port.tci[i] & 0xfff);
		tw_put16(care + 4 * i, 0xffff);
		tw_put16(care + 4 * i + 2, 0xfff);
	}
	s->tags = tw_raw64(tags);
	s->tags_care = tw_raw64(care);
	s->tags_len = (uint8_t)(4 * n);
}

/* Neither streams in turn nor no tags. */
static bool needs_any(const struct tw_sender *s)
{
	return s->own || s->groups || s->tags_len;
}

void tw_sender_receive_choose(struct tw_sender *s)
{
	choose_tags(s);
#ifdef TW_HAVE_AVX512
	if (s->cfg.any_cpu || s->special || s->own_tags || !tw_cpu_is_wide())
		return;
	s->task.wide = true;
	s->receive = needs_any(s) ? tw_sender_receive_avx512_any : tw_sender_receive_avx512;
	if (!s->corrects)
		s->receive_nic = tw_sender_receive_avx512_nic;
#endif
}

static unsigned int receive_queue(struct tw_sender *s, uint16_t q)
{
	if (likely(s->receive != NULL))
		return s->receive(s, q);
	if (unlikely(s->special))
		return receive(s, q, true, false, true);
	return needs_any(s) ? receive(s, q, false, false, true)
			    : receive(s, q, false, false, false);
}

unsigned int tw_sender_receive(struct tw_sender *s)
{
	unsigned int n = 0;

	if (unlikely(s->stamper.rx || s->stamper.back.on))
		return receive_by_nic(s);
	for (uint16_t q = 0; q < s->port.n_rx_queues; q++) {
		s->reply.way = q; /* two queues tell nothing of the order of their replies */
		n += receive_queue(s, (uint16_t)(s->port.rx_queue + q));
	}
	return n;
}

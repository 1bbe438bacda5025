/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * The receiving loop for CPUs with AVX-512: eight open replies are looked at together, and their
 * fields then stand in lanes. What is anything else goes the same way as in loop_receive.c, each in
 * its turn.
 */

#include "loop_receive.h"
#include "receive_avx512.h"

#define LANES TW_WIDE
/* Fewer left of a burst are looked at one by one. */
#define LEAST 3
/* After one out of the ordinary so many are, before a group is looked at again: a stream that lost
 * a packet is not in step before the second one behind it. */
#define ALONE 2

/* A burst. */
struct burst {
	uint16_t n;
	struct rte_mbuf *rx[TW_BURST + LANES]; /* behind n: the last one again */
	uint64_t mono;
	uint64_t t4[TW_BURST + LANES]; /* by the NIC, and what became of its stamps */
	enum tw_stamp_verdict by[TW_BURST];
	unsigned int usual; /* so far, and of these the last one */
	uint32_t last_stream, last_seq;
	struct rte_mempool *pool; /* of the first group */
	bool mixed;               /* not all are known to be this pool's */
	unsigned int n_done;
	struct rte_mbuf *done[TW_BURST + LANES]; /* to be freed together */
};

/* What has to be equal of the IP headers: but lengths, which lanes are for, and addresses. */
static void want_ip(struct tw_wide_look *k, uint64_t marks, bool v6)
{
	const uint8_t tos = (uint8_t)(marks >> 40), ttl = (uint8_t)(marks >> 32);

	tw_put16(k->want + 12, v6 ? TW_ETHERTYPE_IPV6 : TW_ETHERTYPE_IPV4);
	k->want[14] = v6 ? (uint8_t)(0x60 | tos >> 4) : 0x45;
	k->want[15] = v6 ? (uint8_t)(tos << 4) : tos;
	k->want[v6 ? 20 : 23] = TW_IPPROTO_UDP;
	k->want[v6 ? 21 : 22] = ttl;
	tw_put16(k->care + 12, 0xffff);
	k->care[14] = 0xff;
	k->care[15] = v6 ? 0xf0 : 0xff;
	if (v6) {
		tw_put16(k->care + 20, 0xffff);
		return;
	}
	tw_put16(k->care + 20, 0xbfff); /* no fragment */
	tw_put16(k->care + 22, 0xffff);
}

/* Replies that are usual have these marks from now on. */
static void want_marks(struct tw_sender *s, uint64_t marks)
{
	const unsigned int shift = s->tags_len;
	uint8_t want[24] = {0}, care[24] = {0};
	const uint64_t mac_care = TW_MAC_MASK;

	memcpy(want, &s->mac, 6);
	memcpy(care, &mac_care, 8);
	memcpy(want + 12, &s->tags, 8);
	memcpy(care + 12, &s->tags_care, 8);
	for (unsigned int v6 = 0; v6 < 2; v6++) {
		memset(&s->look[v6], 0, sizeof(s->look[v6]));
		memcpy(s->look[v6].want, want + shift, 12);
		memcpy(s->look[v6].care, care + shift, 12);
		want_ip(&s->look[v6], marks, v6);
	}
	s->want_marks = marks;
}

/* They have a Sender TTL, and nothing of RFC 7750. */
static bool marks_are_plain(uint64_t marks)
{
	return (marks & ~0xffff00ffffffULL) == 1ULL << 24;
}

TW_LANES_INLINE int64_t stream_of(const struct tw_sender *s, const uint8_t *f, const bool v6)
{
	uint64_t addr[4] = {0};

	memcpy(addr, f + (v6 ? 22 : 26), v6 ? 32 : 8);
	return tw_sender_stream_of(s, addr, tw_raw32(f + (v6 ? 54 : 34)), v6);
}

/* Whose replies they are. @return bit per lane: one of ours */
TW_LANES_INLINE __mmask8 find_streams(const struct tw_sender *s, const struct tw_wide *w,
	const bool v6, struct tw_reply_group *g, __m512i *ret_stream)
{
	const uint8_t *f = w->f[0];
	int64_t stream = stream_of(s, f, v6);
	__m512i other;
	__mmask8 ok = stream >= 0;

	if (v6) {
		other = _mm512_xor_si512(
			tw_wide_upper(w->q[1]), _mm512_set1_epi64(tw_raw32(f + 54)));
		g->one = w->same_to && !_mm512_test_epi64_mask(other, other);
	} else {
		other = _mm512_xor_si512(w->q[1], _mm512_set1_epi64((int64_t)tw_raw64(f + 30)));
		other = _mm512_or_si512(other, _mm512_xor_si512(tw_wide_upper(w->q[0]),
						       _mm512_set1_epi64(tw_raw32(f + 26))));
		g->one = !_mm512_test_epi64_mask(other, other);
	}
	g->stream[0] = (uint32_t)stream;
	*ret_stream = _mm512_set1_epi64(stream);
	if (g->one || !ok)
		return ok ? UINT8_MAX : 0;
#pragma GCC unroll 8
	for (unsigned int i = 1; i < LANES; i++) {
		stream = stream_of(s, w->f[i], v6);
		g->stream[i] = (uint32_t)stream;
		ok |= (__mmask8)((stream >= 0) << i);
	}
	*ret_stream = _mm512_set_epi64(g->stream[7], g->stream[6], g->stream[5], g->stream[4],
		g->stream[3], g->stream[2], g->stream[1], g->stream[0]);
	return ok;
}

/* Results are kept apart: the first one's are in use now. @return those before one of others */
static __mmask8 one_group(struct tw_sender *s, const struct tw_reply_group *g, __mmask8 ok)
{
	const uint16_t group = s->streams[g->stream[0]].group;
	unsigned int n = 1;

	tw_sender_use_group(s, g->stream[0]);
	if (g->one)
		return ok;
	while (n < LANES && (ok >> n & 1) && s->streams[g->stream[n]].group == group)
		n++;
	return ok & (__mmask8)((1U << n) - 1);
}

/* Judge a group. @return how many of its first ones were usual; nothing was done about the others */
TW_LANES_INLINE unsigned int take(struct tw_sender *s, struct burst *b, unsigned int at,
	unsigned int n, unsigned int shift, const bool v6, const bool any, const bool nic)
{
	const uint64_t marks = s->reply.batch.marks;
	struct tw_reply_group g = {
		.sending = s->streams, .mono = nic ? b->t4 + at : &b->mono, .one_mono = !nic};
	struct tw_reply_lanes r;
	struct tw_wide w;
	unsigned int k;
	__mmask8 ok;

	if (unlikely(marks != s->want_marks))
		want_marks(s, marks);
	if (unlikely(!marks_are_plain(marks) || !tw_wide_look(s, b->rx + at, shift, v6, &w)))
		return 0;
	ok = (__mmask8)((1U << n) - 1) & tw_wide_check(&w, marks, v6);
	ok &= find_streams(s, &w, v6, &g, &r.stream);
	if (unlikely(!(ok & 1)))
		return 0;
	if (any && s->groups)
		ok = one_group(s, &g, ok);
	tw_wide_fields(&w, &r);
	r.mono = nic ? _mm512_loadu_si512(b->t4 + at) : _mm512_set1_epi64((int64_t)b->mono);
	k = tw_reply_lanes_usual(&s->reply, &g, &r, ok);
	if (unlikely(k == 0))
		return 0;
	_mm512_storeu_si512(b->done + b->n_done, _mm512_loadu_si512(b->rx + at));
	b->n_done += k;
	s->n_together += k;
	b->usual += k;
	b->last_stream = g.stream[g.one ? 0 : k - 1];
	b->last_seq = tw_get32(w.f[k - 1] + tw_wide_off(v6) + TW_REP_SENDER_SEQ);
	if (b->pool == NULL)
		b->pool = b->rx[at]->pool;
	b->mixed |= b->rx[at]->pool != b->pool;
	for (unsigned int i = at; nic && i < at + k; i++)
		tw_stamp_count(&s->stamper, b->by[i], 3);
	return k;
}

/* The careful way, as in loop_receive.c. */
static void take_one(struct tw_sender *s, struct burst *b, unsigned int at, bool any, bool nic)
{
	struct rte_mbuf *m = b->rx[at];
	uint64_t mono = nic ? b->t4[at] : b->mono;
	struct tw_found found;
	struct tw_reply_meta meta;

	if (!tw_recognise(s, m, any, &found)) {
		if (tw_sender_slow(s, m, mono) && nic)
			tw_stamp_count(&s->stamper, b->by[at], 3);
		return;
	}
	if (nic)
		tw_stamp_count(&s->stamper, b->by[at], 3);
	meta = (struct tw_reply_meta){mono, (uint8_t)found.ttl, (uint8_t)found.tos};
	if (tw_judge(s, &found, &meta, any)) {
		b->usual++;
		b->last_stream = found.stream;
		b->last_seq = found.e->seq;
	}
	b->mixed = true;
	b->done[b->n_done++] = m;
}

/* When they came, by the NIC where it says so. */
static void read_stamps(struct tw_sender *s, struct burst *b)
{
	bool use = tw_stamper_uses(&s->stamper, rte_rdtsc());

	for (unsigned int i = 0; i < b->n; i++) {
		b->by[i] = tw_stamp_received(
			&s->stamper, &s->task.clock, b->rx[i], b->mono, use, &b->t4[i]);
		if (unlikely(s->port.recorder != NULL))
			tw_recorder_put(
				s->port.recorder, &b->rx[i], 1, b->t4[i] + s->task.clock.offset);
	}
}

TW_LANES_INLINE unsigned int receive(
	struct tw_sender *s, uint16_t queue, const bool any, const bool nic)
{
	const unsigned int shift = s->tags_len;
	struct burst b;

	b.n = rte_eth_rx_burst(s->port.port_id, queue, b.rx, TW_BURST);
	if (b.n == 0)
		return 0;
	b.mono = tw_clock_mono(&s->task.clock, rte_rdtsc());
	b.usual = b.n_done = 0;
	b.pool = NULL;
	b.mixed = false;
	if (nic) {
		/* T1 of these replies may have been told since the last housekeeping. */
		tw_sender_readback(s);
		read_stamps(s, &b);
	} else if (unlikely(s->port.recorder != NULL)) {
		tw_recorder_put(s->port.recorder, b.rx, b.n, b.mono + s->task.clock.offset);
	}
	_mm512_storeu_si512(b.rx + b.n, _mm512_set1_epi64((int64_t)(uintptr_t)b.rx[b.n - 1]));
	for (unsigned int at = 0; at < b.n;) {
		unsigned int n = b.n - at < LANES ? b.n - at : LANES, k = 0, alone = n;

		if (likely(n >= LEAST)) {
			/* a plain frame of IPv4 has its type there, whatever this is */
			k = rte_pktmbuf_mtod(b.rx[at], const uint8_t *)[12 + shift] == 0x08
				    ? take(s, &b, at, n, shift, false, any, nic)
				    : take(s, &b, at, n, shift, true, any, nic);
			/* where groups come to nothing they are not tried again and again */
			alone = k >= LEAST ? k + ALONE : n;
		}
		for (; unlikely(k < n) && k < alone; k++)
			take_one(s, &b, at + k, any, nic);
		at += k;
	}
	if (likely(b.usual))
		tw_sender_gathered(s, b.usual, b.mono, b.last_stream, b.last_seq);
	if (unlikely(b.mixed))
		tw_free_plain(b.done, b.n_done);
	else if (likely(b.n_done))
		rte_mempool_put_bulk(b.pool, (void **)b.done, b.n_done);
	return b.n;
}

unsigned int tw_sender_receive_avx512(struct tw_sender *s, uint16_t queue)
{
	return receive(s, queue, false, false);
}

unsigned int tw_sender_receive_avx512_any(struct tw_sender *s, uint16_t queue)
{
	return receive(s, queue, true, false);
}

unsigned int tw_sender_receive_avx512_nic(struct tw_sender *s, uint16_t queue)
{
	return receive(s, queue, true, true);
}

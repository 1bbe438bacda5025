/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * The receiving loop of streams that take turns, for CPUs with AVX-512: eight plain IPv4 replies of
 * 44 octets are looked at together, and their fields then stand in lanes. What is anything else goes
 * the same way as in loop_receive.c, each in its turn.
 */

#include "loop_receive.h"
#include "tw_reply_avx512.h"

#define LANES TW_REPLY_LANES
#define PLAIN_LEN (TW_IP4_PAYLOAD_OFF + TW_STAMP_LEN)
/* From here a frame is a whole vector, whose words are those of the UDP checksum. */
#define TAIL_OFF (PLAIN_LEN - 64)
/* Fewer left of a burst are looked at one by one. */
#define LEAST 3

/* A burst. */
struct burst {
	uint16_t n;
	struct rte_mbuf *rx[TW_BURST + LANES]; /* behind n: the last one again */
	uint64_t mono;
	unsigned int usual; /* so far, and of these the last one */
	uint32_t last_stream, last_seq;
	struct rte_mempool *pool; /* of the first group */
	bool mixed;               /* not all are known to be this pool's */
	unsigned int n_done;
	struct rte_mbuf *done[TW_BURST + LANES]; /* to be freed together */
};

/* A frame's words in lanes. */
struct words {
	__m512i w14;  /* 14..21 */
	__m512i q[8]; /* 22..85 */
};

_Static_assert(
	offsetof(struct rte_mbuf, data_off) == 16 && offsetof(struct rte_mbuf, refcnt) == 18 &&
		offsetof(struct rte_mbuf, nb_segs) == 20 &&
		offsetof(struct rte_mbuf, ol_flags) == 24 &&
		offsetof(struct rte_mbuf, pkt_len) == 36 &&
		offsetof(struct rte_mbuf, data_len) == 40 && offsetof(struct rte_mbuf, pool) == 56,
	"DPDK's mbuf has changed");

/* What of a mbuf's first line has to be as in the group's first one: where the frame is and how long,
 * that nobody else holds it, that it is one segment, whose pool it is. */
_Alignas(64) static const uint64_t mbuf_care[8] = {
	[2] = UINT64_MAX,
	[3] = RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL,
	[4] = UINT64_MAX << 32,
	[5] = UINT16_MAX,
	[7] = UINT64_MAX,
};

/* What of a frame has to be as in tw_sender.want: addresses of Ethernet but no group as the source,
 * EtherType to total length, no fragment, TTL and protocol, length of UDP, Error Estimate. */
_Alignas(64) static const uint64_t frame_care[8] = {
	[0] = TW_LE64_FROM_OCTETS(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0),
	[1] = TW_LE64_FROM_OCTETS(0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff),
	[2] = TW_LE64_FROM_OCTETS(0xff, 0xff, 0, 0, 0xbf, 0xff, 0xff, 0xff),
	[4] = TW_LE64_FROM_OCTETS(0, 0, 0, 0, 0, 0, 0xff, 0xff),
	[6] = TW_LE64_FROM_OCTETS(0, 0, 0, 0, 0, 0, 0xff, 0xff),
};

/* Replies that are usual have these marks from now on. */
static void want_marks(struct tw_sender *s, uint64_t marks)
{
	uint8_t *want = s->want;

	memcpy(want, &s->mac, 6);
	tw_put16(want + 12, 0x0800);
	want[14] = 0x45;
	want[15] = (uint8_t)(marks >> 40);
	tw_put16(want + 16, PLAIN_LEN - TW_ETH_LEN);
	want[22] = (uint8_t)(marks >> 32);
	want[23] = TW_IPPROTO_UDP;
	tw_put16(want + 38, TW_UDP_LEN + TW_STAMP_LEN);
	tw_put16(want + TW_IP4_PAYLOAD_OFF + TW_REP_ERROR, (uint16_t)marks);
	s->want_marks = marks;
}

/* They have a Sender TTL, and nothing of RFC 7750. */
static bool marks_are_plain(uint64_t marks)
{
	return (marks & ~0xffff00ffffffULL) == 1ULL << 24;
}

/* A plain frame may be in it, as large as all are, and it can be freed with others. */
static bool is_plain(const struct rte_mbuf *m)
{
	return m->data_len == PLAIN_LEN && m->pkt_len == PLAIN_LEN && m->nb_segs == 1 &&
	       rte_mbuf_refcnt_read(m) == 1 && RTE_MBUF_DIRECT(m);
}

/* Rows into lanes. */
TW_LANES_INLINE void transpose(const __m512i *r, __m512i *ret)
{
	__m512i t[8], s[8];

	for (unsigned int i = 0; i < 8; i += 2) {
		t[i] = _mm512_unpacklo_epi64(r[i], r[i + 1]);
		t[i + 1] = _mm512_unpackhi_epi64(r[i], r[i + 1]);
	}
	for (unsigned int i = 0; i < 2; i++) {
		s[i] = _mm512_shuffle_i64x2(t[i], t[i + 2], 0x44);
		s[i + 2] = _mm512_shuffle_i64x2(t[i + 4], t[i + 6], 0x44);
		s[i + 4] = _mm512_shuffle_i64x2(t[i], t[i + 2], 0xee);
		s[i + 6] = _mm512_shuffle_i64x2(t[i + 4], t[i + 6], 0xee);
	}
	for (unsigned int i = 0; i < 2; i++) {
		ret[i] = _mm512_shuffle_i64x2(s[i], s[i + 2], 0x88);
		ret[i + 2] = _mm512_shuffle_i64x2(s[i], s[i + 2], 0xdd);
		ret[i + 4] = _mm512_shuffle_i64x2(s[i + 4], s[i + 6], 0x88);
		ret[i + 6] = _mm512_shuffle_i64x2(s[i + 4], s[i + 6], 0xdd);
	}
}

/* Buffers and headers of a group are as they should be: then their frames and their words. */
TW_LANES_INLINE bool look(const struct tw_sender *s, struct rte_mbuf *const *rx,
	const uint8_t **ret_frame, struct words *ret)
{
	const __m512i first = _mm512_loadu_si512(rx[0]), want = _mm512_load_si512(s->want);
	__m512i other = _mm512_setzero_si512(), bad = _mm512_setzero_si512(), row[LANES];
	const uint16_t off = rx[0]->data_off;
	uintptr_t more = 0;

	if (unlikely(!is_plain(rx[0])))
		return false;
#pragma GCC unroll 8
	for (unsigned int i = 0; i < LANES; i++) {
		/* other |= m ^ first */
		other = _mm512_ternarylogic_epi64(other, _mm512_loadu_si512(rx[i]), first, 0xf6);
		more |= (uintptr_t)rx[i]->next;
		ret_frame[i] = (const uint8_t *)rx[i]->buf_addr + off;
	}
	if (unlikely(more || _mm512_test_epi64_mask(other, _mm512_load_si512(mbuf_care))))
		return false;
#pragma GCC unroll 8
	for (unsigned int i = 0; i < LANES; i++) {
		bad = _mm512_ternarylogic_epi64(bad, _mm512_loadu_si512(ret_frame[i]), want, 0xf6);
		row[i] = _mm512_loadu_si512(ret_frame[i] + TAIL_OFF);
	}
	if (unlikely(_mm512_test_epi64_mask(bad, _mm512_load_si512(frame_care))))
		return false;
	transpose(row, ret->q);
#define W14(i) (int64_t) tw_raw64(ret_frame[i] + 14)
	ret->w14 = _mm512_set_epi64(W14(7), W14(6), W14(5), W14(4), W14(3), W14(2), W14(1), W14(0));
#undef W14
	return true;
}

TW_LANES_INLINE __m512i upper(__m512i q)
{
	return _mm512_srli_epi64(q, 32);
}

TW_LANES_INLINE __m512i lower(__m512i q)
{
	return _mm512_and_si512(q, _mm512_set1_epi64(UINT32_MAX));
}

TW_LANES_INLINE __m512i both(__m512i q)
{
	return _mm512_add_epi64(upper(q), lower(q));
}

/* Sums that fold to what a right checksum makes of them; all are below 2^40. */
TW_LANES_INLINE __mmask8 right(__m512i sum)
{
	const __m512i ones = _mm512_set1_epi64(0xffff);

	for (unsigned int i = 0; i < 3; i++)
		sum = _mm512_add_epi64(_mm512_srli_epi64(sum, 16), _mm512_and_si512(sum, ones));
	return _mm512_cmpeq_epi64_mask(sum, ones);
}

/* Both checksums are right, and the one of UDP is there; the TTL over there is as before. */
TW_LANES_INLINE __mmask8 check(const struct words *w, uint64_t marks)
{
	const __m512i sender_ttl = _mm512_set1_epi64((int64_t)((marks >> 16 & 0xff) << 32));
	__m512i addresses = _mm512_add_epi64(upper(w->q[0]), lower(w->q[1]));
	__m512i ip = _mm512_add_epi64(addresses, _mm512_add_epi64(both(w->w14), lower(w->q[0])));
	__m512i udp = _mm512_add_epi64(addresses, upper(w->q[1]));

	for (unsigned int i = 2; i < 8; i++)
		udp = _mm512_add_epi64(udp, both(w->q[i]));
	/* the pseudo header's length and protocol */
	udp = _mm512_add_epi64(udp, _mm512_set1_epi64(__builtin_bswap16(TW_UDP_LEN + TW_STAMP_LEN) +
						      (TW_IPPROTO_UDP << 8)));
	return right(ip) & right(udp) &
	       _mm512_test_epi64_mask(w->q[2], _mm512_set1_epi64(0xffff0000)) &
	       _mm512_testn_epi64_mask(
		       _mm512_xor_si512(w->q[7], sender_ttl), _mm512_set1_epi64(0xffLL << 32));
}

TW_LANES_INLINE int64_t stream_of(const struct tw_sender *s, const uint8_t *f)
{
	const uint64_t addr[4] = {tw_raw64(f + 26)};

	return tw_sender_stream_of(s, addr, tw_raw32(f + 34), false);
}

/* Whose replies they are. @return bit per lane: one of ours */
TW_LANES_INLINE __mmask8 find_streams(const struct tw_sender *s, const uint8_t *const *frame,
	const struct words *w, struct tw_reply_group *g, __m512i *ret_stream)
{
	__m512i other = _mm512_or_si512(
		_mm512_xor_si512(upper(w->q[0]), _mm512_set1_epi64(tw_raw32(frame[0] + 26))),
		_mm512_xor_si512(w->q[1], _mm512_set1_epi64((int64_t)tw_raw64(frame[0] + 30))));
	int64_t stream = stream_of(s, frame[0]);
	__mmask8 ok = stream >= 0;

	g->one = !_mm512_test_epi64_mask(other, other);
	g->stream[0] = (uint32_t)stream;
	*ret_stream = _mm512_set1_epi64(stream);
	if (g->one || !ok)
		return ok ? UINT8_MAX : 0;
#pragma GCC unroll 8
	for (unsigned int i = 1; i < LANES; i++) {
		stream = stream_of(s, frame[i]);
		g->stream[i] = (uint32_t)stream;
		ok |= (__mmask8)((stream >= 0) << i);
	}
	*ret_stream = _mm512_set_epi64(g->stream[7], g->stream[6], g->stream[5], g->stream[4],
		g->stream[3], g->stream[2], g->stream[1], g->stream[0]);
	return ok;
}

/* Fields in host order. */
TW_LANES_INLINE void read_fields(const struct words *w, struct tw_reply_lanes *ret)
{
	const __m512i swap64 = _mm512_broadcast_i32x4(
		_mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
	/* of the upper half, to the lower */
	const __m512i swap32 = _mm512_broadcast_i32x4(
		_mm_set_epi8(-1, -1, -1, -1, 12, 13, 14, 15, -1, -1, -1, -1, 4, 5, 6, 7));
	__m512i t2 = _mm512_or_si512(upper(w->q[4]), _mm512_slli_epi64(w->q[5], 32));

	ret->rseq = _mm512_shuffle_epi8(w->q[2], swap32);
	ret->sseq = _mm512_shuffle_epi8(w->q[5], swap32);
	ret->t1 = _mm512_shuffle_epi8(w->q[6], swap64);
	ret->t2 = _mm512_shuffle_epi8(t2, swap64);
	ret->t3 = _mm512_shuffle_epi8(w->q[3], swap64);
}

/* Judge a group. @return how many of its first ones were usual; nothing was done about the others */
TW_LANES_INLINE unsigned int take(
	struct tw_sender *s, struct burst *b, unsigned int at, unsigned int n)
{
	const uint64_t marks = s->reply.batch.marks;
	const uint8_t *frame[LANES];
	struct tw_reply_group g = {.sending = s->streams};
	struct tw_reply_lanes r;
	struct words w;
	unsigned int k;
	__mmask8 ok;

	if (unlikely(marks != s->want_marks))
		want_marks(s, marks);
	if (unlikely(!marks_are_plain(marks) || !look(s, b->rx + at, frame, &w)))
		return 0;
	ok = (__mmask8)((1U << n) - 1) & check(&w, marks);
	ok &= find_streams(s, frame, &w, &g, &r.stream);
	read_fields(&w, &r);
	k = tw_reply_lanes_usual(&s->reply, &g, &r, ok, b->mono);
	if (unlikely(k == 0))
		return 0;
	_mm512_storeu_si512(b->done + b->n_done, _mm512_loadu_si512(b->rx + at));
	b->n_done += k;
	b->usual += k;
	b->last_stream = g.stream[g.one ? 0 : k - 1];
	b->last_seq = tw_get32(frame[k - 1] + TW_IP4_PAYLOAD_OFF + TW_REP_SENDER_SEQ);
	if (b->pool == NULL)
		b->pool = b->rx[at]->pool;
	b->mixed |= b->rx[at]->pool != b->pool;
	return k;
}

/* The careful way, as in loop_receive.c. */
static void take_one(struct tw_sender *s, struct burst *b, unsigned int at)
{
	struct rte_mbuf *m = b->rx[at];
	struct tw_found found;
	struct tw_reply_meta meta;

	if (!tw_recognise(s, m, false, &found)) {
		tw_sender_slow(s, m, b->mono);
		return;
	}
	meta = (struct tw_reply_meta){b->mono, (uint8_t)found.ttl, (uint8_t)found.tos};
	if (tw_judge(s, &found, &meta, false)) {
		b->usual++;
		b->last_stream = found.stream;
		b->last_seq = found.e->seq;
	}
	b->mixed = true;
	b->done[b->n_done++] = m;
}

unsigned int tw_sender_receive_avx512(struct tw_sender *s, uint16_t queue)
{
	struct burst b;

	b.n = rte_eth_rx_burst(s->port.port_id, queue, b.rx, TW_BURST);
	if (b.n == 0)
		return 0;
	b.mono = tw_clock_mono(&s->task.clock, rte_rdtsc());
	b.usual = b.n_done = 0;
	b.pool = NULL;
	b.mixed = false;
	if (unlikely(s->port.recorder != NULL))
		tw_recorder_put(s->port.recorder, b.rx, b.n, b.mono + s->task.clock.offset);
	_mm512_storeu_si512(b.rx + b.n, _mm512_set1_epi64((int64_t)(uintptr_t)b.rx[b.n - 1]));
	for (unsigned int at = 0; at < b.n; at += LANES) {
		unsigned int n = b.n - at < LANES ? b.n - at : LANES, k = 0;

		if (likely(n >= LEAST))
			k = take(s, &b, at, n);
		for (; unlikely(k < n); k++)
			take_one(s, &b, at + k);
	}
	if (likely(b.usual))
		tw_sender_gathered(s, b.usual, b.mono, b.last_stream, b.last_seq);
	if (unlikely(b.mixed))
		tw_free_plain(b.done, b.n_done);
	else if (likely(b.n_done))
		rte_mempool_put_bulk(b.pool, (void **)b.done, b.n_done);
	return b.n;
}

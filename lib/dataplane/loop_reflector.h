/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_LOOP_REFLECTOR_H
#define TW_LOOP_REFLECTOR_H

/*
 * The reflector's loop: one always-inline body and its instances, which are constants of it.
 * Plain open STAMP packets take the straight way (reflector_quick.h), TWAMP Light the one behind
 * it (reflector_light.c), everything else goes to reflector_slow.c. Replies leave in the order in
 * which their requests came.
 *
 * With few sessions, which the caches hold, a packet is looked at and answered in one go. With
 * many of them a burst is looked at first, its slots of the index are fetched, then its entries,
 * and then it is answered.
 */

#include "reflector.h"

#include "loop_key.h"
#include "loop_looks.h"
#include "recorder.h"

/* Constants of an instance. */
enum {
	F_VLAN1 = 1 << 0,
	F_VLAN2 = 1 << 1,
	F_STATELESS = 1 << 2,
	F_PER_PACKET = 1 << 3, /* one clock reading for each T3 */
	F_HW_CHECKSUM = 1 << 4,
	F_MANY = 1 << 5,       /* sessions */
	F_LIGHT_ONLY = 1 << 6, /* whatever it looks like, it is TWAMP Light */
	F_SLOW_ONLY = 1 << 7,  /* keys, PTP: no straight way */
	F_AGREED = 1 << 8,     /* negotiated sessions: loop_agreed.h */
};

#define L2_OF(flags) (TW_ETH_LEN + ((flags)&F_VLAN1 ? 4u : 0u) + ((flags)&F_VLAN2 ? 8u : 0u))
/* Bursts up to this have one clock reading for each T3: their slope nobody knows. */
#define SHORT_BURST 8

enum kind {
	KIND_OTHER,
	KIND_PLAIN,
	KIND_UNFLAG, /* plain, and the U flag of its Extra Padding TLV goes */
};

/* The NIC found all checksums right. Those of IPv4 headers are a verdict of their own. */
TW_INLINE bool is_verified(const struct rte_mbuf *m, const bool v6, const unsigned int flags)
{
	const uint64_t mask = RTE_MBUF_F_RX_L4_CKSUM_MASK | (v6 ? 0 : RTE_MBUF_F_RX_IP_CKSUM_MASK);
	const uint64_t good = RTE_MBUF_F_RX_L4_CKSUM_GOOD | (v6 ? 0 : RTE_MBUF_F_RX_IP_CKSUM_GOOD);

	return (flags & F_HW_CHECKSUM) && (m->ol_flags & mask) == good;
}

TW_INLINE enum kind look(struct tw_reflector *r, const struct rte_mbuf *m, const uint8_t *f,
	struct looks *k, const bool v6, const unsigned int flags)
{
	const unsigned int l2 = L2_OF(flags), off = tw_quick_udp(l2, v6) + TW_UDP_LEN;
	const struct tw_shape *shape = &r->shape[v6];
	const uint8_t *p = f + off;
	uint32_t len = m->data_len;
	uint64_t tail;
	bool unflag = false;

	if ((flags & F_LIGHT_ONLY) || unlikely(len < off + TW_STAMP_LEN || m->pkt_len != len))
		return KIND_OTHER;
	if (unlikely(len != k->q.len))
		look_at_length(k, shape, len, l2, v6);
	if (unlikely(!is_stamp(k, shape, f, l2, v6)))
		return KIND_OTHER;
	if (unlikely(tw_raw16(p - 2) == 0 || p[TW_REQ_ERROR + 1] == 0))
		return KIND_OTHER;
	tail = k->q.pseudo;
	if (unlikely(len > off + TW_STAMP_LEN)) {
		if (!tw_quick_tail(p, len - off, r->knows_tlvs, &unflag))
			return KIND_OTHER;
		tail = tw_sum_add(tail, tw_sum(p + TW_STAMP_LEN, len - off - TW_STAMP_LEN));
	}
	if (!is_verified(m, v6, flags) && unlikely(!tw_quick_sums(f, tail, l2, v6)))
		return KIND_OTHER;
	if ((flags & F_STATELESS) && unlikely(!tw_reflector_may_answer(r, f + l2, v6)))
		return KIND_OTHER;
	return unlikely(unflag) ? KIND_UNFLAG : KIND_PLAIN;
}

/* The same where the first slot is another's: out of line, with nothing from the loop's registers. */
static __attribute__((noinline)) bool find_on(struct tw_reflector *r, const uint8_t *f,
	uint32_t now, unsigned int l2, bool v6, uint32_t *ret_seq)
{
	const unsigned int words = v6 ? TW_KEY6_WORDS : TW_KEY4_WORDS;
	const uint8_t *p = f + tw_quick_udp(l2, v6) + TW_UDP_LEN;
	uint32_t sseq = tw_get32(p), t1 = tw_get32(p + TW_REQ_TIMESTAMP + 2);
	uint64_t hash = hash_of(r, f, l2, v6), key[TW_KEY_MAX_WORDS] = {0};
	struct tw_reflect_state *s;

	make_key(key, f, l2, v6);
	s = tw_table_find_on(v6 ? &r->table6 : &r->table4, key, hash, words);
	if (!s)
		return tw_reflector_first(r, f + l2, v6, key, hash, sseq, t1, now, ret_seq);
	*ret_seq = tw_reflect_next(s, sseq, t1, now, r->idle, &r->n.sessions_reset);
	return true;
}

/* The session's next reply number; a packet without a session of its own gets its own back.
 * @return false when it may not be answered: counted, the mbuf is the caller's */
TW_INLINE bool next_number(struct tw_reflector *r, const uint8_t *f, uint64_t hash,
	const struct tw_burst *b, const unsigned int l2, const bool v6, const bool many,
	uint32_t *ret_seq)
{
	const unsigned int words = v6 ? TW_KEY6_WORDS : TW_KEY4_WORDS;
	const uint8_t *p = f + tw_quick_udp(l2, v6) + TW_UDP_LEN;
	uint32_t sseq = tw_get32(p), t1 = tw_get32(p + TW_REQ_TIMESTAMP + 2);
	uint64_t key[TW_KEY_MAX_WORDS];
	struct tw_reflect_state *s;

	make_key(key, f, l2, v6);
	s = tw_table_find_first(v6 ? &r->table6 : &r->table4, key, hash, words);
	if (many && unlikely(!s))
		s = tw_table_find_on(v6 ? &r->table6 : &r->table4, key, hash, words);
	if (unlikely(!s))
		return find_on(r, f, b->coarse, l2, v6, ret_seq);
	*ret_seq = tw_reflect_next(s, sseq, t1, b->coarse, r->idle, &r->n.sessions_reset);
	return true;
}

/* @return false when the packet was refused and freed */
TW_INLINE bool answer(struct tw_reflector *r, struct rte_mbuf *m, uint8_t *f, enum kind kind,
	uint64_t hash, const struct tw_burst *b, uint64_t t3, const bool v6,
	const unsigned int flags)
{
	const unsigned int l2 = L2_OF(flags);
	uint32_t seq;

	if (flags & F_STATELESS) {
		seq = tw_get32(f + tw_quick_udp(l2, v6) + TW_UDP_LEN);
	} else if (unlikely(!next_number(r, f, hash, b, l2, v6, flags & F_MANY, &seq))) {
		rte_pktmbuf_free(m);
		return false;
	}
	r->tos[tw_quick_tos(f, l2, v6)]++;
	r->ttl_seen[tw_quick_ttl(f, l2, v6)] = true;
	reply(r, f, b, seq, t3, l2, v6);
	if (unlikely(kind == KIND_UNFLAG))
		tw_quick_unflag(f + tw_quick_udp(l2, v6) + TW_UDP_LEN);
	return true;
}

TW_INLINE bool is_ip6(const uint8_t *f, const unsigned int l2)
{
	return f[l2 - 2] != TW_ETHERTYPE_IPV4 >> 8;
}

/* A burst on its way through the loop. */
struct round {
	struct tw_burst b;
	uint64_t t2, mono;
	uint64_t tsc3; /* of the first T3 */
	uint64_t t3;   /* of who would come next */
	unsigned int n_tx;
	bool quick; /* nobody in it but plain packets */
	struct rte_mbuf *tx[TW_BURST];
};

static inline void send_all(struct tw_reflector *r, struct round *d)
{
	if (unlikely(r->port.recorder != NULL))
		tw_recorder_put(r->port.recorder, d->tx, d->n_tx, d->t3);
	r->n.reflected += tw_tx_all(
		r->port.port_id, r->port.tx_queue, d->tx, (uint16_t)d->n_tx, &r->n.tx_failed);
	d->n_tx = 0;
}

static uint64_t wall_now(const struct tw_reflector *r)
{
	return tw_clock_mono(&r->task.clock, rte_rdtsc()) + r->task.clock.offset;
}

/*
 * Whoever is waiting on the slow way is answered now, so that nobody overtakes him. What is ready
 * goes first: it must not wait for him with a T3 that is past.
 * @return T3 of those who follow
 */
static __attribute__((noinline)) uint64_t answer_slow(struct tw_reflector *r, struct round *d)
{
	d->t3 = wall_now(r);
	if (d->n_tx)
		send_all(r, d);
	d->n_tx = tw_reflector_answer(r, d->tx, d->mono);
	d->quick = false; /* this burst says nothing of the slope */
	d->t3 = wall_now(r);
	return d->t3;
}

/* No plain packet. @return T3 of those who follow */
static __attribute__((noinline)) uint64_t take_other(
	struct tw_reflector *r, struct round *d, struct rte_mbuf *m, uint64_t t3)
{
	d->quick = false;
	if (r->light) {
		if (r->n_slow)
			answer_slow(r, d);
		t3 = wall_now(r);
		switch (tw_reflector_light(r, m, &d->b, t3)) {
		case TW_LIGHT_ANSWERED:
			d->tx[d->n_tx++] = m;
			return t3;
		case TW_LIGHT_REFUSED:
			return t3;
		case TW_LIGHT_NOT:
			break;
		}
	}
	tw_reflector_slow(r, m, d->mono);
	return wall_now(r);
}

/*
 * Packets as most are: the shortest STAMP over IPv4, of known sessions, one behind the other.
 * @return the number of the first one that is not
 */
TW_INLINE unsigned int quick_run(struct tw_reflector *r, struct round *d, struct rte_mbuf **rx,
	unsigned int i, const unsigned int n, uint64_t *t3_next, const unsigned int flags)
{
	const unsigned int l2 = L2_OF(flags), udp = tw_quick_udp(l2, false), off = udp + TW_UDP_LEN;
	const uint32_t len = off + TW_STAMP_LEN, coarse = d->b.coarse, idle = r->idle;
	const uint32_t pseudo =
		__builtin_bswap16(TW_UDP_LEN + TW_STAMP_LEN) + (TW_IPPROTO_UDP << 8);
	const struct tw_clock_map *clock = &r->task.clock;
	const struct constants c = load_constants(r, &d->b, l2);
	const uint64_t slope = r->slope.per_packet;
	const unsigned int first = i;
	uint64_t t3 = *t3_next;
	struct rte_mbuf **tx = d->tx + d->n_tx;

	for (; i < n; i++) {
		struct rte_mbuf *m = rx[i];
		uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *), *p = f + off;
		struct tw_reflect_state *s;
		uint64_t key[TW_KEY_MAX_WORDS];

		if (unlikely(m->data_len != len || m->pkt_len != len) ||
			unlikely(!is_shortest(r, &c, f, l2)) ||
			unlikely(tw_raw16(p - 2) == 0 || p[TW_REQ_ERROR + 1] == 0))
			break;
		if (!is_verified(m, false, flags) && unlikely(!tw_quick_sums(f, pseudo, l2, false)))
			break;
		make_key(key, f, l2, false);
		s = tw_table_find_first(&r->table4, key,
			tw_table_hash(&r->table4, key, TW_KEY4_WORDS), TW_KEY4_WORDS);
		if (unlikely(!s) || unlikely(!tw_reflect_usual(s, tw_get32(p),
					    tw_get32(p + TW_REQ_TIMESTAMP + 2), coarse, idle)))
			break;
		if (flags & F_PER_PACKET)
			t3 = tw_clock_mono(clock, rte_rdtsc()) + clock->offset;
		r->tos[tw_quick_tos(f, l2, false)]++;
		r->ttl_seen[tw_quick_ttl(f, l2, false)] = true;
		reply_shortest(&c, f, &d->b, s->next_seq++, t3, l2);
		t3 += slope;
		*tx++ = m;
	}
	d->n_tx = (unsigned int)(tx - d->tx);
	r->n.octets_in += (uint64_t)(i - first) * len;
	*t3_next = t3;
	return i;
}

/* The same, eight at a time where there are wide vectors for it.
 * alone: who stands before it is not looked at with others, after one that was different */
TW_INLINE unsigned int run_of(struct tw_reflector *r, struct round *d, struct rte_mbuf **rx,
	unsigned int i, const unsigned int n, unsigned int *alone, uint64_t *t3,
	const unsigned int flags)
{
	unsigned int end = n, to;

	for (;;) {
#ifdef TW_LOOP_AVX512
		if (!(flags & (F_VLAN1 | F_VLAN2 | F_PER_PACKET))) {
			if (likely(i >= *alone)) {
				to = tw_eight_run(r, &d->b, rx, i, n, d->tx + d->n_tx, t3);
				d->n_tx += to - i;
				if (likely(to == n))
					return n;
				i = to;
				*alone = i + TW_EIGHT;
			}
			end = *alone < n ? *alone : n;
		}
#else
		(void)alone;
#endif
		to = quick_run(r, d, rx, i, end, t3, flags);
		if (to < end || end == n)
			return to;
		i = to;
	}
}

/* The whole burst is looked at, and what it needs of the table is fetched. */
TW_INLINE void look_ahead(struct tw_reflector *r, struct rte_mbuf **rx, const unsigned int n,
	uint8_t *kind, uint64_t *hash, const unsigned int flags)
{
	const unsigned int l2 = L2_OF(flags);
	struct looks look4 = {0}, look6 = {0};

	for (unsigned int i = 0; i < n; i++) {
		const uint8_t *f = rte_pktmbuf_mtod(rx[i], const uint8_t *);
		bool v6 = is_ip6(f, l2);

		kind[i] = v6 ? look(r, rx[i], f, &look6, true, flags)
			     : look(r, rx[i], f, &look4, false, flags);
		if (unlikely(kind[i] == KIND_OTHER))
			continue;
		hash[i] = v6 ? hash_of(r, f, l2, true) : hash_of(r, f, l2, false);
		tw_table_fetch_slot(v6 ? &r->table6 : &r->table4, hash[i]);
	}
	for (unsigned int i = 0; i < n; i++) {
		if (unlikely(kind[i] == KIND_OTHER))
			continue;
		if (is_ip6(rte_pktmbuf_mtod(rx[i], const uint8_t *), l2))
			tw_table_fetch_entry(&r->table6, hash[i], TW_KEY6_WORDS);
		else
			tw_table_fetch_entry(&r->table4, hash[i], TW_KEY4_WORDS);
	}
}

TW_INLINE void burst_of(struct tw_reflector *r, struct round *d, struct rte_mbuf **rx,
	const unsigned int n, const unsigned int flags)
{
	const struct tw_clock_map *clock = &r->task.clock;
	const unsigned int l2 = L2_OF(flags);
	struct looks look4 = {0}, look6 = {0};
	uint64_t hash[TW_BURST], octets = 0, t3;
	uint8_t kind[TW_BURST];
	unsigned int n_tx = d->n_tx, alone = 0;

	if (flags & F_SLOW_ONLY) {
		for (unsigned int i = 0; i < n; i++)
			tw_reflector_slow(r, rx[i], d->mono);
		d->tsc3 = rte_rdtsc();
		return;
	}
	if (flags & F_MANY)
		look_ahead(r, rx, n, kind, hash, flags);
	/* T3 is read here; the burst follows at the measured pace. */
	d->tsc3 = rte_rdtsc();
	t3 = tw_clock_mono(clock, d->tsc3) + clock->offset;
	for (unsigned int i = 0; i < n; i++) {
		struct rte_mbuf *m = rx[i];
		uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);
		bool v6, ok;
		enum kind k;

		if (!(flags & (F_MANY | F_STATELESS | F_LIGHT_ONLY)) && likely(!r->n_slow)) {
			d->n_tx = n_tx;
			i = run_of(r, d, rx, i, n, &alone, &t3, flags);
			n_tx = d->n_tx;
			if (likely(i == n))
				break;
			m = rx[i];
			f = rte_pktmbuf_mtod(m, uint8_t *);
		}
		v6 = is_ip6(f, l2);
		if (flags & F_MANY)
			k = kind[i];
		else
			k = v6 ? look(r, m, f, &look6, true, flags)
			       : look(r, m, f, &look4, false, flags);
		if (unlikely(k == KIND_OTHER)) {
			d->n_tx = n_tx;
			t3 = take_other(r, d, m, t3);
			n_tx = d->n_tx;
			continue;
		}
		if (unlikely(r->n_slow)) {
			d->n_tx = n_tx;
			t3 = answer_slow(r, d);
			n_tx = d->n_tx;
		}
		if (flags & F_PER_PACKET)
			t3 = tw_clock_mono(clock, rte_rdtsc()) + clock->offset;
		octets += m->data_len;
		if (v6)
			ok = answer(r, m, f, k, flags & F_MANY ? hash[i] : hash_of(r, f, l2, true),
				&d->b, t3, true, flags);
		else
			ok = answer(r, m, f, k, flags & F_MANY ? hash[i] : hash_of(r, f, l2, false),
				&d->b, t3, false, flags);
		t3 += r->slope.per_packet;
		if (unlikely(!ok)) {
			octets -= m->data_len;
			continue;
		}
		d->tx[n_tx++] = m;
	}
	d->n_tx = n_tx;
	r->n.octets_in += octets;
	d->t3 = t3;
}

#endif

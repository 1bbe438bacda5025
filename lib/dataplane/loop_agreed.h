/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_LOOP_AGREED_H
#define TW_LOOP_AGREED_H

/*
 * The loop's straight way for negotiated TWAMP sessions in the open: a plain frame between the two
 * ends of one that has started, no shorter than its reply. Everything else of theirs goes to
 * reflector_slow.c, what belongs to no session where it would go without them.
 */

#include "loop_reflector.h"

TW_INLINE bool agreed_is_plain(const struct looks *k, const struct tw_shape *s, const uint8_t *f,
	const unsigned int l2, const bool v6)
{
#ifdef TW_LOOP_AVX512
	if (!v6 && l2 <= 18)
		return tw_avx512_is_plain(k->want, s, f);
#endif
	return tw_quick_is_plain(&k->q, s, f, l2, v6);
}

/* A plain frame that may be a session's. */
TW_INLINE bool agreed_look(struct tw_reflector *r, const struct rte_mbuf *m, const uint8_t *f,
	struct looks *k, const bool v6, const unsigned int flags)
{
	const unsigned int l2 = L2_OF(flags), off = tw_quick_udp(l2, v6) + TW_UDP_LEN;
	uint32_t len = m->data_len;

	if (unlikely(len < off + TW_TWAMP_REP_LEN || m->pkt_len != len))
		return false;
	if (unlikely(len != k->q.len))
		look_at_length(k, &r->any_port[v6], len, l2, v6);
	return likely(agreed_is_plain(k, &r->any_port[v6], f, l2, v6));
}

TW_INLINE void agreed_key(uint64_t *key, const uint8_t *f, const unsigned int l2, const bool v6)
{
	key[0] = tw_raw64(f + l2 + (v6 ? TW_IPV6_SRC : TW_IPV4_SRC));
	if (v6) {
		key[1] = tw_raw64(f + l2 + TW_IPV6_SRC + 8);
		key[2] = tw_raw64(f + l2 + TW_IPV6_DST);
		key[3] = tw_raw64(f + l2 + TW_IPV6_DST + 8);
	}
	key[v6 ? 4 : 1] = tw_raw32(f + tw_quick_udp(l2, v6)) | (uint64_t)TW_KEY_TWAMP << 48;
}

TW_INLINE uint64_t agreed_hash(
	const struct tw_reflector *r, const uint8_t *f, const unsigned int l2, const bool v6)
{
	uint64_t key[TW_KEY_MAX_WORDS] = {0};

	agreed_key(key, f, l2, v6);
	return tw_table_hash(
		v6 ? &r->agreed6 : &r->agreed4, key, v6 ? TW_KEY6_WORDS : TW_KEY4_WORDS);
}

/* The same from the second slot on: out of line, with nothing from the loop's registers. */
static __attribute__((noinline)) struct tw_negotiated *agreed_find_on(
	const struct tw_reflector *r, const uint8_t *f, unsigned int l2, bool v6)
{
	const unsigned int words = v6 ? TW_KEY6_WORDS : TW_KEY4_WORDS;
	const struct tw_table *t = v6 ? &r->agreed6 : &r->agreed4;
	uint64_t hash = agreed_hash(r, f, l2, v6), key[TW_KEY_MAX_WORDS] = {0};
	const struct tw_reflect_state *s;

	agreed_key(key, f, l2, v6);
	s = tw_table_find_on(t, key, hash, words);
	return s ? r->agreed[s->last_sseq] : NULL;
}

/* NULL: nobody negotiated it. */
TW_INLINE struct tw_negotiated *agreed_find(const struct tw_reflector *r, const uint8_t *f,
	uint64_t hash, const unsigned int l2, const bool v6)
{
	const unsigned int words = v6 ? TW_KEY6_WORDS : TW_KEY4_WORDS;
	uint64_t key[TW_KEY_MAX_WORDS];
	const struct tw_reflect_state *s;

	agreed_key(key, f, l2, v6);
	s = tw_table_find_first(v6 ? &r->agreed6 : &r->agreed4, key, hash, words);
	return likely(s != NULL) ? r->agreed[s->last_sseq] : agreed_find_on(r, f, l2, v6);
}

/* Two lines of the cache. */
TW_INLINE void agreed_fetch(const struct tw_negotiated *n)
{
	__builtin_prefetch(n, 1);
	__builtin_prefetch((const uint8_t *)n + 64, 1);
}

TW_INLINE void agreed_reply(const struct tw_reflector *r, uint8_t *f, const struct tw_burst *b,
	const struct tw_gone *gone, uint8_t tos, uint32_t seq, uint64_t t3, const unsigned int l2,
	const bool v6)
{
#ifdef TW_LOOP_AVX512
	if (!v6 && l2 <= 18) {
		tw_avx512_reply_twamp(f, b, &r->turn_twamp, gone, tos, seq, t3, l2);
		return;
	}
#endif
	(void)r;
	tw_quick_reply_twamp(f, b, gone, tos, seq, t3, l2, v6);
}

/* Octets of the payload from 40 on. The last one to eight are taken from a load that ends there. */
TW_INLINE uint64_t agreed_sum_of_end(const uint8_t *p, uint32_t payload)
{
	uint32_t n = payload - TW_REP_SENDER_TTL, whole = (n - 1) & ~7U;
	uint64_t last = tw_raw64(p + payload - 8) >> 8 * (whole + 8 - n);

	return unlikely(whole) ? tw_sum_add(tw_sum(p + TW_REP_SENDER_TTL, whole), last) : last;
}

/* @return false: the request is not as usual, nothing has happened yet */
TW_INLINE bool agreed_answer(struct tw_reflector *r, const struct round *d, struct rte_mbuf *m,
	uint8_t *f, struct tw_negotiated *n, uint64_t t3, const bool v6, const unsigned int flags)
{
	const unsigned int l2 = L2_OF(flags), off = tw_quick_udp(l2, v6) + TW_UDP_LEN;
	const uint8_t *p = f + off;
	uint32_t payload = m->data_len - off, seq;
	struct tw_gone gone = tw_quick_gone(p);
	uint64_t rest = gone.middle;
	uint8_t ttl;

	if (unlikely(tw_raw16(p - 2) == 0 || p[TW_REQ_ERROR + 1] == 0))
		return false;
	if (unlikely(payload > n->still_max))
		return tw_reflector_moving(r, m, n, &d->b, d->mono, t3);
	if (!is_verified(m, v6, flags)) {
		rest = tw_sum_add(
			rest, tw_raw16(p - TW_UDP_LEN + TW_UDP_LENGTH) + (TW_IPPROTO_UDP << 8));
		rest = tw_sum_add(rest, agreed_sum_of_end(p, payload));
		if (unlikely(!tw_quick_sums(f, rest, l2, v6)))
			return false;
	}
	if (unlikely(!tw_negotiated_admits(n, d->mono)))
		return false;
	ttl = tw_quick_ttl(f, l2, v6);
	n->n.received++;
	seq = tw_negotiated_next(n, tw_get32(p), payload, ttl, d->mono, d->t2);
	r->tos[tw_quick_tos(f, l2, v6)]++;
	r->ttl_seen[ttl] = true;
	agreed_reply(r, f, &d->b, &gone, n->tos, seq, t3, l2, v6);
	return true;
}

/* Not for the straight way. @return T3 of those who follow */
static __attribute__((noinline)) uint64_t take_unagreed(
	struct tw_reflector *r, struct round *d, struct rte_mbuf *m, bool nobodys)
{
	uint64_t tsc3 = d->tsc3;

	d->quick = false;
	if (nobodys && r->free_burst) {
		r->free_burst(r, d, &m, 1);
		d->tsc3 = tsc3;
	} else {
		tw_reflector_slow(r, m, d->mono);
	}
	return wall_now(r);
}

/* The whole burst is looked at, and what it needs of the sessions is fetched, in steps. */
TW_INLINE void agreed_look_ahead(struct tw_reflector *r, struct rte_mbuf **rx, const unsigned int n,
	bool *plain, struct tw_negotiated **whose, const unsigned int flags)
{
	const unsigned int l2 = L2_OF(flags);
	struct looks look4 = {0}, look6 = {0};
	uint64_t hash[TW_BURST];

	for (unsigned int i = 0; i < n; i++) {
		const uint8_t *f = rte_pktmbuf_mtod(rx[i], const uint8_t *);
		bool v6 = is_ip6(f, l2);

		plain[i] = v6 ? agreed_look(r, rx[i], f, &look6, true, flags)
			      : agreed_look(r, rx[i], f, &look4, false, flags);
		if (unlikely(!plain[i]))
			continue;
		hash[i] = v6 ? agreed_hash(r, f, l2, true) : agreed_hash(r, f, l2, false);
		tw_table_fetch_slot(v6 ? &r->agreed6 : &r->agreed4, hash[i]);
	}
	for (unsigned int i = 0; i < n; i++) {
		if (unlikely(!plain[i]))
			continue;
		if (is_ip6(rte_pktmbuf_mtod(rx[i], const uint8_t *), l2))
			tw_table_fetch_entry(&r->agreed6, hash[i], TW_KEY6_WORDS);
		else
			tw_table_fetch_entry(&r->agreed4, hash[i], TW_KEY4_WORDS);
	}
	for (unsigned int i = 0; i < n; i++) {
		const uint8_t *f = rte_pktmbuf_mtod(rx[i], const uint8_t *);

		if (unlikely(!plain[i]))
			continue;
		whose[i] = is_ip6(f, l2) ? agreed_find(r, f, hash[i], l2, true)
					 : agreed_find(r, f, hash[i], l2, false);
		agreed_fetch(whose[i]);
	}
}

TW_INLINE void agreed_burst_of(struct tw_reflector *r, struct round *d, struct rte_mbuf **rx,
	const unsigned int n, const unsigned int flags)
{
	const struct tw_clock_map *clock = &r->task.clock;
	const unsigned int l2 = L2_OF(flags);
	struct looks look4 = {0}, look6 = {0};
	uint64_t octets = 0, t3;
	struct tw_negotiated *whose[TW_BURST];
	bool plain[TW_BURST];
	unsigned int n_tx = d->n_tx;

	if (flags & F_MANY)
		agreed_look_ahead(r, rx, n, plain, whose, flags);
	d->tsc3 = rte_rdtsc();
	t3 = tw_clock_mono(clock, d->tsc3) + clock->offset;
	for (unsigned int i = 0; i < n; i++) {
		struct rte_mbuf *m = rx[i];
		uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);
		struct tw_negotiated *who = NULL;
		bool v6 = is_ip6(f, l2), ok;

		if (flags & F_MANY) {
			ok = plain[i];
			who = whose[i];
		} else {
			ok = v6 ? agreed_look(r, m, f, &look6, true, flags)
				: agreed_look(r, m, f, &look4, false, flags);
			if (likely(ok))
				who = v6 ? agreed_find(r, f, agreed_hash(r, f, l2, true), l2, true)
					 : agreed_find(
						   r, f, agreed_hash(r, f, l2, false), l2, false);
		}
		if (unlikely(!ok || !who || !who->plain || who->phase != TW_NEGOTIATED_STARTED)) {
			d->n_tx = n_tx;
			t3 = take_unagreed(r, d, m, ok && !who);
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
		if (v6)
			ok = agreed_answer(r, d, m, f, who, t3, true, flags);
		else
			ok = agreed_answer(r, d, m, f, who, t3, false, flags);
		if (unlikely(!ok)) {
			t3 = take_unagreed(r, d, m, false);
			continue;
		}
		octets += m->data_len;
		t3 += r->slope.per_packet;
		d->tx[n_tx++] = m;
	}
	d->n_tx = n_tx;
	r->n.octets_in += octets;
	d->t3 = t3;
}

#endif

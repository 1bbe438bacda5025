/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * TWAMP Light between the loop's straight way and the exact one: plain frames of 41 octets of
 * payload or more, which is to say requests that are as long as their replies.
 */

#include "reflector.h"

/* A plain frame with right checksums, its payload in the open. */
static bool is_good(const struct tw_reflector *r, const struct rte_mbuf *m, const uint8_t *f,
	unsigned int udp, bool v6)
{
	const uint8_t *p = f + udp + TW_UDP_LEN;
	uint32_t len = m->data_len, payload;

	if (m->pkt_len != len || len < udp + TW_UDP_LEN + TW_TWAMP_REP_LEN)
		return false;
	if (!tw_shape_fits(&r->shape[v6], f, len, r->l2, v6))
		return false;
	payload = len - udp - TW_UDP_LEN;
	if (tw_raw16(p - 2) == 0 || p[TW_REQ_ERROR + 1] == 0)
		return false;
	if (r->cfg.protocol == TW_PROTOCOL_AUTO && tw_payload_is_stamp(p, payload))
		return false;
	return tw_plain_sums(f, len, r->l2, v6);
}

static unsigned int make_key(const uint8_t *ip, const uint8_t *udp, bool v6, uint64_t *key)
{
	unsigned int words = v6 ? TW_KEY6_WORDS : TW_KEY4_WORDS;

	memcpy(key, ip + (v6 ? TW_IPV6_SRC : TW_IPV4_SRC), 8 * (words - 1));
	key[words - 1] = tw_raw32(udp) | (uint64_t)TW_KEY_LIGHT << 48;
	return words;
}

/* @return false when it may not be answered: counted */
static bool next_number(struct tw_reflector *r, const uint8_t *ip, const uint8_t *udp, bool v6,
	uint32_t now, uint32_t *ret_seq)
{
	struct tw_table *t = v6 ? &r->table6 : &r->table4;
	const uint8_t *p = udp + TW_UDP_LEN;
	uint32_t sseq = tw_get32(p), t1 = tw_reflect_t1(tw_get64(p + TW_REQ_TIMESTAMP));
	uint64_t key[TW_KEY_MAX_WORDS], hash;
	struct tw_reflect_state *s;
	unsigned int words;

	words = make_key(ip, udp, v6, key);
	hash = tw_table_hash(t, key, words);
	s = v6 ? tw_table_find(t, key, hash, TW_KEY6_WORDS)
	       : tw_table_find(t, key, hash, TW_KEY4_WORDS);
	if (!s)
		return tw_reflector_first(r, ip, v6, key, hash, sseq, t1, now, ret_seq);
	*ret_seq = tw_reflect_next(s, sseq, t1, now, r->idle, &r->n.sessions_reset);
	return true;
}

enum tw_light tw_reflector_light(
	struct tw_reflector *r, struct rte_mbuf *m, const struct tw_burst *b, uint64_t t3)
{
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *), *ip = f + r->l2, *udp, *p;
	bool v6 = f[r->l2 - 2] != TW_ETHERTYPE_IPV4 >> 8;
	uint32_t len = m->data_len, payload;
	struct tw_reflect_fields w = {.t2 = __builtin_bswap64(b->t2_be), .t3 = t3};
	uint64_t sum;

	udp = f + tw_quick_udp(r->l2, v6);
	p = udp + TW_UDP_LEN;
	if (!is_good(r, m, f, (unsigned int)(udp - f), v6))
		return TW_LIGHT_NOT;
	w.error_estimate = __builtin_bswap16(b->error_estimate_be);
	w.ttl = tw_quick_ttl(f, r->l2, v6);
	if (r->cfg.stateless) {
		if (!tw_reflector_may_answer(r, ip, v6))
			return TW_LIGHT_NOT;
		w.seq = tw_get32(p);
	} else if (!next_number(r, ip, udp, v6, b->coarse, &w.seq)) {
		rte_pktmbuf_free(m);
		return TW_LIGHT_REFUSED;
	}
	r->tos[tw_quick_tos(f, r->l2, v6)]++;
	r->ttl_seen[w.ttl] = true;
	r->n.octets_in += len;
	payload = len - (uint32_t)(p - f);
	/* Padding moves from an even place to an odd one: its sum does so by swapping octets. */
	sum = tw_sum_add(tw_moved_sum(ip, udp, payload + TW_UDP_LEN, v6, b, &w),
		__builtin_bswap16(
			tw_sum_fold(tw_sum(p + TW_TWAMP_REQ_LEN, payload - TW_TWAMP_REP_LEN))));
	tw_quick_turn(f, r->l2, v6, TW_TOS_KEPT);
	tw_reflect_write_open(p, payload, payload, false, &w);
	tw_set_raw16(p - 2, tw_udp_checksum_finish(sum));
	return TW_LIGHT_ANSWERED;
}

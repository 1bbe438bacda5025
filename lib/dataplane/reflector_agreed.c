/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Replies of negotiated sessions whose padding begins elsewhere than in the request. */

#include "reflector.h"

/* Padding of the reply where it will stand, as a sum. */
static uint64_t sum_of_padding(const struct tw_negotiated *n, const uint8_t *p, uint32_t payload)
{
	uint32_t base = n->cfg.dscp_ecn ? TW_TWAMP_REP_DSCP_LEN : TW_TWAMP_REP_LEN;
	uint32_t from = n->cfg.symmetrical ? base : TW_TWAMP_REQ_LEN;
	uint16_t sum = tw_sum_fold(tw_sum(p + from, payload - base));

	/* from an even place to an odd one */
	return (base - from) & 1 ? __builtin_bswap16(sum) : sum;
}

bool tw_reflector_moving(struct tw_reflector *r, struct rte_mbuf *m, struct tw_negotiated *n,
	const struct tw_burst *b, uint64_t mono, uint64_t t3)
{
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *), *ip = f + r->l2, *udp, *p;
	bool v6 = f[r->l2 - 2] != TW_ETHERTYPE_IPV4 >> 8;
	struct tw_reflect_fields w = {.t2 = __builtin_bswap64(b->t2_be), .t3 = t3};
	uint8_t tos = tw_quick_tos(f, r->l2, v6);
	int s_dscp_ecn = n->cfg.dscp_ecn ? tos : -1;
	uint32_t payload;
	uint64_t sum;

	udp = f + tw_quick_udp(r->l2, v6);
	p = udp + TW_UDP_LEN;
	payload = m->data_len - (uint32_t)(p - f);
	if (tw_negotiated_reply_len(n, payload) != payload ||
		!tw_plain_sums(f, m->data_len, r->l2, v6) || !tw_negotiated_admits(n, mono))
		return false;
	w.error_estimate = __builtin_bswap16(b->error_estimate_be);
	w.ttl = tw_quick_ttl(f, r->l2, v6);
	n->n.received++;
	w.seq = tw_negotiated_next(n, tw_get32(p), payload, w.ttl, mono, w.t2);
	r->tos[tos]++;
	r->ttl_seen[w.ttl] = true;
	sum = tw_moved_sum(ip, udp, payload + TW_UDP_LEN, v6, b, &w);
	sum = tw_sum_add(sum, sum_of_padding(n, p, payload));
	if (s_dscp_ecn >= 0)
		sum = tw_sum_add(sum, (uint64_t)tos << 8); /* octet 41 */
	tw_quick_turn(f, r->l2, v6, n->tos);
	tw_reflect_write_twamp(p, payload, payload, n->cfg.symmetrical, s_dscp_ecn, &w);
	tw_set_raw16(p - 2, tw_udp_checksum_finish(sum));
	return true;
}

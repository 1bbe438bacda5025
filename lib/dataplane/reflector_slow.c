/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * The reflector's slow way, one packet at a time: everything that the loop's quick look does not
 * recognise as a plain STAMP packet. Exact checks, one reason for every refusal; TWAMP Light, VLAN
 * tags, options, odd sizes, TLVs and partial checksums are answered here.
 */

#include "reflector.h"

#include "tw_frame.h"

/* Reason of a parser's verdict that needs no state; -1 when it is not a refusal. */
static int reason_of(enum tw_frame_status s)
{
	switch (s) {
#define X(sym)                                                                                     \
	case TW_FRAME_##sym:                                                                       \
		return TW_DISCARD_##sym;
		TW_FRAME_REASONS(X)
#undef X
	case TW_FRAME_OK:
	case TW_FRAME_ARP:
	case TW_FRAME_ICMP:
	case TW_FRAME_ICMPV6:
	case TW_FRAME_TCP:
		break;
	}
	return -1;
}

/* Not a test packet and not broken: the kernel has its own copy, or neighbour code answers. */
static struct rte_mbuf *hand_over(
	struct tw_reflector *r, struct rte_mbuf *m, enum tw_frame_status status)
{
	if (r->port.kernel_interface || r->port.answers) {
		r->n.passed++;
		rte_pktmbuf_free(m);
		return NULL;
	}
	return tw_reflector_discard(
		r, m, status == TW_FRAME_ARP ? TW_DISCARD_NOT_IP : TW_DISCARD_NOT_UDP);
}

/* Link layer: our tags and our MAC. @return the reason, -1 when all is well */
static int check_link(const struct tw_reflector *r, const uint8_t *f, const struct tw_frame *info)
{
	if (info->n_vlan != r->port.n_vlan)
		return TW_DISCARD_BAD_VLAN;
	for (unsigned int i = 0; i < info->n_vlan; i++)
		if ((info->tci[i] ^ r->port.tci[i]) & 0xfff)
			return TW_DISCARD_BAD_VLAN;
	if (f[0] & 1)
		return TW_DISCARD_MULTICAST;
	if (memcmp(f, r->port.mac.b, 6) != 0)
		return TW_DISCARD_NOT_OUR_MAC;
	return -1;
}

/* UDP checksum and ports. @return the reason, -1 when all is well */
static int check_udp(struct tw_reflector *r, const uint8_t *f, const struct tw_frame *info)
{
	if (info->dst.port != r->cfg.port)
		return TW_DISCARD_NOT_OUR_PORT;
	switch (tw_frame_check_udp(f, info)) {
	case TW_UDP_CHECK_BAD:
		return TW_DISCARD_BAD_UDP_CHECKSUM;
	case TW_UDP_CHECK_ZERO:
		return TW_DISCARD_ZERO_UDP_CHECKSUM;
	case TW_UDP_CHECK_PARTIAL:
		r->n.checksum_partial++;
		return -1;
	case TW_UDP_CHECK_GOOD:
	case TW_UDP_CHECK_NONE:
		break;
	}
	return -1;
}

static int check_payload(const struct tw_reflector *r, const uint8_t *p, uint32_t len, bool *stamp)
{
	if (len < TW_TWAMP_REQ_LEN)
		return TW_DISCARD_SHORT_PACKET;
	if (p[13] == 0)
		return TW_DISCARD_BAD_ERROR_ESTIMATE;
	*stamp = r->cfg.protocol == TW_PROTOCOL_STAMP ||
		 (r->cfg.protocol == TW_PROTOCOL_AUTO && tw_payload_is_stamp(p, len));
	return -1;
}

static uint32_t number_for(struct tw_reflector *r, const uint8_t *f, const struct tw_frame *info,
	bool stamp, uint64_t mono)
{
	const uint8_t *p = f + info->payload_off;
	uint32_t sseq = tw_get32(p), t1 = tw_reflect_t1(tw_get64(p + 4));
	uint32_t now = tw_reflect_coarse(mono);
	bool v6 = info->family == 6;
	unsigned int words = v6 ? TW_KEY6_WORDS : TW_KEY4_WORDS;
	struct tw_table *t = v6 ? &r->table6 : &r->table4;
	uint64_t key[TW_KEY_MAX_WORDS], hash;
	struct tw_reflect_state *s;

	if (r->cfg.stateless)
		return sseq;
	if (v6)
		memcpy(key, f + info->l3_off + TW_IPV6_SRC, 32);
	else
		memcpy(key, f + info->l3_off + TW_IPV4_SRC, 8);
	key[words - 1] = tw_raw32(f + info->l4_off) |
			 (uint64_t)(stamp && info->payload_len >= 16 ? tw_raw16(p + 14) : 0) << 32 |
			 (uint64_t)(stamp ? TW_KEY_STAMP : TW_KEY_LIGHT) << 48;
	hash = tw_table_hash(t, key, words);
	s = tw_table_find(t, key, hash, words);
	if (s)
		return tw_reflect_next(s, sseq, t1, now, r->idle, &r->n.sessions_reset);
	s = tw_reflector_open(r, key, hash, words, sseq, t1, now);
	return s ? s->next_seq++ : sseq;
}

/* Headers of the reply, in place: everything swapped, lengths and checksums new. */
static void turn_round(
	const struct tw_reflector *r, uint8_t *f, const struct tw_frame *info, uint32_t payload_len)
{
	uint8_t *ip = f + info->l3_off, *udp = f + info->l4_off;
	uint16_t udp_len = (uint16_t)(TW_UDP_LEN + payload_len);
	uint8_t tos = info->tos & 0xfc;
	uint8_t addr[16];
	uint64_t sum;

	memcpy(f, f + 6, 6);
	memcpy(f + 6, r->port.mac.b, 6);
	if (info->family == 4) {
		memcpy(addr, ip + TW_IPV4_SRC, 4);
		memcpy(ip + TW_IPV4_SRC, ip + TW_IPV4_DST, 4);
		memcpy(ip + TW_IPV4_DST, addr, 4);
		ip[TW_IPV4_TOS] = tos;
		ip[TW_IPV4_TTL] = 255;
		tw_put16(ip + TW_IPV4_TOTAL_LENGTH, (uint16_t)(TW_IPV4_LEN + udp_len));
		tw_put16(ip + TW_IPV4_CHECKSUM, 0);
		tw_set_raw16(ip + TW_IPV4_CHECKSUM, tw_checksum_finish(tw_sum(ip, TW_IPV4_LEN)));
		sum = tw_sum_pseudo4(ip + TW_IPV4_SRC, TW_IPPROTO_UDP, udp_len);
	} else {
		memcpy(addr, ip + TW_IPV6_SRC, 16);
		memcpy(ip + TW_IPV6_SRC, ip + TW_IPV6_DST, 16);
		memcpy(ip + TW_IPV6_DST, addr, 16);
		ip[0] = (uint8_t)(0x60 | tos >> 4);
		ip[1] = (uint8_t)((ip[1] & 0x0f) | tos << 4);
		ip[TW_IPV6_HOP_LIMIT] = 255;
		tw_put16(ip + TW_IPV6_PAYLOAD_LENGTH, udp_len);
		sum = tw_sum_pseudo6(ip + TW_IPV6_SRC, TW_IPPROTO_UDP, udp_len);
	}
	tw_put16(udp + TW_UDP_SRC_PORT, info->dst.port);
	tw_put16(udp + TW_UDP_DST_PORT, info->src.port);
	tw_put16(udp + TW_UDP_LENGTH, udp_len);
	tw_put16(udp + TW_UDP_CHECKSUM, 0);
	sum = tw_sum_add(sum, tw_sum(udp, udp_len));
	tw_set_raw16(udp + TW_UDP_CHECKSUM, tw_udp_checksum_finish(sum));
}

/* Make the frame end with a payload of `len` octets. */
static bool resize(struct rte_mbuf *m, const struct tw_frame *info, uint32_t len)
{
	uint32_t want = info->payload_off + len;

	if (want > m->data_len) {
		uint32_t had = m->data_len;
		uint8_t *more = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(want - had));

		if (!more)
			return false;
		memset(more, 0, want - had);
	} else {
		rte_pktmbuf_trim(m, (uint16_t)(m->data_len - want));
	}
	return true;
}

static struct rte_mbuf *answer(struct tw_reflector *r, struct rte_mbuf *m, struct tw_frame *info,
	bool stamp, uint64_t t2, uint64_t mono)
{
	const struct tw_clock_map *clock = &r->task.clock;
	uint32_t in = info->payload_len, out, gone;
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);
	struct tw_reflect_fields fields = {.t2 = t2, .ttl = info->ttl};

	gone = tw_frame_strip(f, info);
	if (gone)
		f = (uint8_t *)rte_pktmbuf_adj(m, (uint16_t)gone);
	out = tw_reflect_reply_len(in, r->cfg.protocol == TW_PROTOCOL_STAMP);
	if (!resize(m, info, out))
		return tw_reflector_discard(r, m, TW_DISCARD_NO_BUFFER);
	if (out > in)
		memset(f + info->payload_off + in, 0, out - in);
	fields.seq = number_for(r, f, info, stamp, mono);
	fields.error_estimate = r->error_estimate;
	fields.t3 = tw_clock_mono(clock, rte_rdtsc()) + clock->offset;
	tw_reflect_write_open(f + info->payload_off, in, out, stamp, &fields);
	turn_round(r, f, info, out);
	m->ol_flags = 0;
	r->tos[info->tos]++;
	r->ttl_min = info->ttl < r->ttl_min ? info->ttl : r->ttl_min;
	r->ttl_max = info->ttl > r->ttl_max ? info->ttl : r->ttl_max;
	return m;
}

struct rte_mbuf *tw_reflector_slow(
	struct tw_reflector *r, struct rte_mbuf *m, uint64_t t2, uint64_t mono)
{
	enum tw_frame_status status;
	struct tw_frame info;
	const uint8_t *f;
	bool stamp = false;
	int why;

	if (m->nb_segs > 1 && rte_pktmbuf_linearize(m) != 0)
		return tw_reflector_discard(r, m, TW_DISCARD_NO_BUFFER);
	f = rte_pktmbuf_mtod(m, const uint8_t *);
	status = tw_frame_parse(f, m->data_len, &info);
	if (status == TW_FRAME_ARP || status == TW_FRAME_ICMP || status == TW_FRAME_ICMPV6 ||
		status == TW_FRAME_TCP)
		return hand_over(r, m, status);
	why = reason_of(status);
	if (why < 0)
		why = check_link(r, f, &info);
	if (why < 0)
		why = tw_reflector_check_addresses(r, &info.src.addr, &info.dst.addr);
	if (why < 0)
		why = check_udp(r, f, &info);
	if (why < 0)
		why = check_payload(r, f + info.payload_off, info.payload_len, &stamp);
	if (why < 0) {
		r->n.octets_in += m->data_len;
		return answer(r, m, &info, stamp, t2, mono);
	}
	/* On a kernel's interface the rest of the world goes by: that is no refusal of ours. */
	if (r->port.kernel_interface &&
		(why == TW_DISCARD_NOT_OUR_PORT || why == TW_DISCARD_NOT_OUR_ADDRESS ||
			why == TW_DISCARD_NOT_UDP || why == TW_DISCARD_NOT_IP)) {
		r->n.passed++;
		rte_pktmbuf_free(m);
		return NULL;
	}
	return tw_reflector_discard(r, m, (enum tw_discard)why);
}

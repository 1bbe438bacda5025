/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * The reflector's slow way, one packet at a time: everything that the loop's quick look does not
 * recognise as a plain STAMP packet. Exact checks, one reason for every refusal. What may be
 * answered is noted and answered with the rest of its burst (reflector_answer.c), so that keys
 * are applied to many packets at once.
 */

#include "reflector.h"

#include "exception.h"
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

/* @return true: it was for the kernel, counted, and the mbuf is taken */
static bool pass_up(struct tw_reflector *r, struct rte_mbuf *m, enum tw_frame_status status,
	const struct tw_frame *info)
{
	switch (tw_exception_up(&r->port, &r->self, m, status, info)) {
	case TW_EXCEPTION_TAKEN:
		r->n.passed++;
		return true;
	case TW_EXCEPTION_FULL:
		r->n.discarded[TW_DISCARD_KERNEL_FULL]++;
		return true;
	case TW_EXCEPTION_NOT_WANTED:
		break;
	}
	return false;
}

/* Not a test packet and not broken: the kernel has its own copy, or neighbour code answers. */
static void hand_over(struct tw_reflector *r, struct rte_mbuf *m, enum tw_frame_status status,
	const struct tw_frame *info)
{
	if (status != TW_FRAME_TCP && tw_answer(&r->port, &r->self, m)) {
		r->n.passed++;
		return;
	}
	if (r->port.exception && pass_up(r, m, status, info))
		return;
	if (r->port.kernel_interface || r->port.answers) {
		r->n.passed++;
		rte_pktmbuf_free(m);
		return;
	}
	tw_reflector_discard(r, m, status == TW_FRAME_ARP ? TW_DISCARD_NOT_IP : TW_DISCARD_NOT_UDP);
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
	if (!tw_reflector_has_port(r, info->dst.port))
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

/* Key of the table entry for these two ends. */
static unsigned int make_key(const uint8_t *f, const struct tw_frame *info, uint16_t ssid,
	enum tw_key_mark mark, uint64_t *key)
{
	unsigned int words = info->family == 6 ? TW_KEY6_WORDS : TW_KEY4_WORDS;

	if (info->family == 6)
		memcpy(key, f + info->l3_off + TW_IPV6_SRC, 32);
	else
		memcpy(key, f + info->l3_off + TW_IPV4_SRC, 8);
	key[words - 1] = tw_raw32(f + info->l4_off) | (uint64_t)__builtin_bswap16(ssid) << 32 |
			 (uint64_t)mark << 48;
	return words;
}

/* A packet of a negotiated session. @return the reason, -1 when it may be answered, -2 when no
 * session was negotiated for its ends */
static int check_negotiated(struct tw_reflector *r, struct tw_slow *e, uint8_t *p, uint64_t mono)
{
	const struct tw_table *t = e->info.family == 6 ? &r->agreed6 : &r->agreed4;
	struct tw_reflect_state *s;
	struct tw_negotiated *n;

	if (!t->used)
		return -2;
	e->words = make_key(e->frame, &e->info, 0, TW_KEY_TWAMP, e->key);
	s = tw_table_find(t, e->key, tw_table_hash(t, e->key, e->words), e->words);
	if (!s)
		return -2;
	n = r->agreed[s->last_sseq];
	e->agreed = n;
	n->n.received++;
	e->sealed = n->cfg.security != TW_SECURITY_OPEN;
	e->kind = n->cfg.security == TW_SECURITY_ENCRYPTED ? TW_SEALED_TWAMP_ENCRYPTED
							   : TW_SEALED_TWAMP_AUTH;
	e->secret = n->cfg.key;
	if (!tw_negotiated_answers(n, mono)) {
		n->n.refused++;
		return TW_DISCARD_NOT_STARTED;
	}
	if (e->info.payload_len < tw_negotiated_request_min(n)) {
		n->n.refused++;
		return TW_DISCARD_SHORT_PACKET;
	}
	/* ciphered octets are judged once they are open */
	if (!e->sealed && (p[TW_REQ_ERROR + 1] == 0)) {
		n->n.refused++;
		return TW_DISCARD_BAD_ERROR_ESTIMATE;
	}
	if (!tw_negotiated_admits(n, mono)) {
		n->n.refused++;
		return TW_DISCARD_RATE_LIMIT;
	}
	return -1;
}

/* STAMP or TWAMP Light of nobody's making. @return the reason, -1 when it may be answered */
static int check_free(struct tw_reflector *r, struct tw_slow *e, const uint8_t *p)
{
	uint32_t len = e->info.payload_len;
	uint16_t ssid = 0;

	if (r->cfg.keys) {
		ssid = len >= TW_AUTH_LEN ? tw_get16(p + TW_AUTH_REQ_SSID) : 0;
		e->secret = tw_keyring_peer(r->cfg.keys, ssid, &e->info.src.addr);
		if (!e->secret && len >= 16)
			e->secret = tw_keyring_peer(
				r->cfg.keys, tw_get16(p + TW_REQ_SSID), &e->info.src.addr);
	}
	if (e->secret) {
		e->sealed = true;
		e->stamp = true;
		e->kind = TW_SEALED_STAMP;
		e->words = make_key(e->frame, &e->info, ssid, TW_KEY_STAMP_AUTH, e->key);
		return len < TW_AUTH_LEN ? (int)TW_DISCARD_BAD_HMAC : -1;
	}
	if (r->cfg.require_key)
		return TW_DISCARD_NO_KEY;
	if (len < TW_TWAMP_REQ_LEN)
		return TW_DISCARD_SHORT_PACKET;
	if (p[TW_REQ_ERROR + 1] == 0)
		return TW_DISCARD_BAD_ERROR_ESTIMATE;
	e->stamp = r->cfg.protocol == TW_PROTOCOL_STAMP ||
		   (r->cfg.protocol == TW_PROTOCOL_AUTO && tw_payload_is_stamp(p, len));
	if (e->stamp && len >= TW_REQ_SSID + 2)
		ssid = tw_get16(p + TW_REQ_SSID);
	e->words =
		make_key(e->frame, &e->info, ssid, e->stamp ? TW_KEY_STAMP : TW_KEY_LIGHT, e->key);
	return -1;
}

/* What is known of the packet before its session is looked at. @return the reason, -1 */
static int check_frame(struct tw_reflector *r, const uint8_t *f, enum tw_frame_status status,
	const struct tw_frame *info)
{
	int why = reason_of(status);

	if (why < 0)
		why = check_link(r, f, info);
	if (why < 0)
		why = tw_reflector_check_addresses(r, &info->src, &info->dst.addr);
	if (why < 0)
		why = check_udp(r, f, info);
	return why;
}

void tw_reflector_slow(struct tw_reflector *r, struct rte_mbuf *m, uint64_t mono)
{
	struct tw_slow *e = &r->slow[r->n_slow];
	enum tw_frame_status status;
	int why;

	if (m->nb_segs > 1 && rte_pktmbuf_linearize(m) != 0) {
		tw_reflector_discard(r, m, TW_DISCARD_NO_BUFFER);
		return;
	}
	memset(e, 0, offsetof(struct tw_slow, info));
	e->m = m;
	e->t2 = mono + r->task.clock.offset;
	e->frame = rte_pktmbuf_mtod(m, uint8_t *);
	status = tw_frame_parse(e->frame, m->data_len, &e->info);
	if (status == TW_FRAME_ARP || status == TW_FRAME_ICMP || status == TW_FRAME_ICMPV6 ||
		status == TW_FRAME_TCP) {
		hand_over(r, m, status, &e->info);
		return;
	}
	why = check_frame(r, e->frame, status, &e->info);
	if (why < 0) {
		uint8_t *p = e->frame + e->info.payload_off;

		why = check_negotiated(r, e, p, mono);
		if (why == -2)
			why = r->cfg.negotiated_only ? (int)TW_DISCARD_NO_SESSION
						     : check_free(r, e, p);
	}
	if (why < 0) {
		r->n_slow++;
		return;
	}
	if (r->port.exception && (status != TW_FRAME_OK || why == TW_DISCARD_NOT_OUR_PORT) &&
		pass_up(r, m, status, &e->info))
		return;
	tw_reflector_discard(r, m, (enum tw_discard)why);
}

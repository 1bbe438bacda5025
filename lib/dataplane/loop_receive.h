/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_LOOP_RECEIVE_H
#define TW_LOOP_RECEIVE_H

/* What the sender's receiving loops do to one reply. */

#include "recorder.h"
#include "sender.h"

/* A reply between the two passes. */
struct tw_found {
	uint8_t *payload; /* NULL: refused meanwhile */
	struct tw_window_entry *e;
	uint32_t len;
	uint32_t stream;
	bool check;        /* of the HMAC TLV */
	uint16_t ttl, tos; /* no octets: a store of one may have changed anything */
};

/* Is it a plain reply to one of ours? f: behind tags; bad: not zero when what comes before is
 * not right. */
static inline __attribute__((always_inline)) bool tw_recognise_as(const struct tw_sender *s,
	uint8_t *f, uint32_t len, uint64_t bad, bool v6, bool any, struct tw_found *ret)
{
	uint32_t off = v6 ? TW_IP6_PAYLOAD_OFF : TW_IP4_PAYLOAD_OFF;
	uint8_t *p = f + off;
	uint64_t addr[4] = {0};
	int64_t stream;

	/* a frame may be shorter than tags */
	if (unlikely((int32_t)len < (int32_t)(off + TW_TWAMP_REP_LEN)))
		return false;
	if (!(v6 ? tw_plain_ip6(f, len, bad) : tw_plain_ip4(f, len, bad)))
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
	if (unlikely(tw_sum_fold(v6 ? tw_udp_sum_ip6(f, len) : tw_udp_sum_ip4(f, len)) != 0xffff))
		return false;
	ret->payload = p;
	ret->len = len - off;
	ret->stream = (uint32_t)stream;
	ret->check = false;
	ret->ttl = v6 ? f[21] : f[22];
	ret->tos = v6 ? (uint16_t)((f[14] << 4 | f[15] >> 4) & 0xff) : f[15];
	ret->e = any ? tw_window_at(&s->window, (uint32_t)stream, tw_get32(p + 24))
		     : tw_window_in_turn(&s->window, (uint32_t)stream, tw_get32(p + 24));
	__builtin_prefetch(ret->e, 1);
	return true;
}

/* any: of whichever streams, and with the port's tags; else they are in turn, and there are none. */
static inline __attribute__((always_inline)) bool tw_recognise(
	const struct tw_sender *s, const struct rte_mbuf *m, bool any, struct tw_found *ret)
{
	const unsigned int shift = any ? s->tags_len : 0;
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *), *behind = f + shift;
	uint32_t len = m->data_len - shift;
	uint64_t bad = (tw_raw64(f) ^ s->mac) & TW_MAC_MASK;

	bad |= m->pkt_len ^ m->data_len;
	if (any)
		bad |= (tw_raw64(f + TW_ETH_LEN - 2) ^ s->tags) & s->tags_care;
	return behind[12] == 0x08 ? tw_recognise_as(s, behind, len, bad, false, any, ret)
				  : tw_recognise_as(s, behind, len, bad, true, any, ret);
}

/* An open reply without TLVs. @return it was a usual one, still to be counted */
static inline __attribute__((always_inline)) bool tw_judge(
	struct tw_sender *s, const struct tw_found *r, const struct tw_reply_meta *meta, bool any)
{
	struct tw_reply_fields f;

	tw_reply_read_open(r->payload, TW_STAMP_LEN, &f);
	if (any)
		tw_sender_use_group(s, r->stream);
	if (likely(tw_reply_usual(&s->reply, r->e, &s->reply.streams[r->stream],
		    s->streams[r->stream].sent, &f, meta)))
		return true;
	tw_sender_reply(s, r->stream, r->payload, r->len, meta, false);
	return false;
}

/* Replies of the usual kind were gathered: the last of them was one to this packet, or to one
 * before it. */
static inline void tw_sender_gathered(
	struct tw_sender *s, unsigned int n, uint64_t mono, uint32_t stream, uint32_t seq)
{
	s->answered += n;
	s->last_answer = mono;
	if (s->cfg.in_flight_max)
		tw_sender_note_newest(s, stream, seq);
	tw_reply_flush(&s->reply);
}

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * Answers to the requests that went the slow way, a burst in stages: open and verify what is
 * protected, take the session's number, TLVs, write, sign, turn the headers round.
 */

#include "recorder.h"
#include "reflector.h"

/* Refuse an entry whose place in the list stays. */
static void drop(struct tw_reflector *r, struct tw_slow *e, enum tw_discard why)
{
	tw_reflector_discard(r, e->m, why);
	e->m = NULL;
}

/* Stage one: HMACs of the whole burst; what is wrong is dropped. */
static void open_sealed(struct tw_reflector *r)
{
	struct tw_batch_op op[TW_BURST];
	unsigned int which[TW_BURST], n = 0;
	uint64_t good;

	for (unsigned int i = 0; i < r->n_slow; i++) {
		struct tw_slow *e = &r->slow[i];

		if (!e->m || !e->sealed)
			continue;
		op[n] = tw_sealed_request(e->kind, e->secret, e->frame + e->info.payload_off);
		which[n++] = i;
	}
	if (n == 0)
		return;
	good = tw_batch_open(r->batch, op, n);
	for (unsigned int i = 0; i < n; i++) {
		struct tw_slow *e = &r->slow[which[i]];
		const uint8_t *p = e->frame + e->info.payload_off;

		if (!(good >> i & 1)) {
			if (e->agreed)
				e->agreed->n.bad_hmac++;
			drop(r, e, TW_DISCARD_BAD_HMAC);
		} else if (p[TW_AUTH_REQ_ERROR + 1] == 0) {
			if (e->agreed)
				e->agreed->n.refused++;
			drop(r, e, TW_DISCARD_BAD_ERROR_ESTIMATE);
		}
	}
}

/* Verdicts on the HMAC TLVs of the burst (RFC 8972 section 4.8). */
static void check_tlv_macs(struct tw_reflector *r)
{
	struct tw_batch_op op[TW_BURST];
	uint32_t save[TW_BURST];
	unsigned int which[TW_BURST], n = 0;
	uint64_t good;

	for (unsigned int i = 0; i < r->n_slow; i++) {
		struct tw_slow *e = &r->slow[i];
		struct tw_tlv_outline o;
		uint8_t *p;

		if (!e->m || !e->has_tlvs)
			continue;
		p = e->frame + e->info.payload_off;
		tw_tlv_scan(p, e->base, e->info.payload_len, e->sealed, &o);
		e->check = TW_TLV_CHECK_GOOD;
		if (!o.hmac_at || o.bad_hmac)
			continue;
		e->check = TW_TLV_CHECK_BAD;
		if (!e->tlv_secret)
			continue;
		op[n].key = e->tlv_secret;
		op[n].text = tw_tlv_text(p, e->base, o.hmac_at, &save[n], &op[n].len);
		op[n].tag = p + o.hmac_at + TW_TLV_HEADER;
		which[n++] = i;
	}
	if (n == 0)
		return;
	good = tw_batch_verify(r->batch, op, n);
	for (unsigned int i = 0; i < n; i++) {
		struct tw_slow *e = &r->slow[which[i]];

		tw_tlv_text_done(e->frame + e->info.payload_off, e->base, save[i]);
		if (good >> i & 1)
			e->check = TW_TLV_CHECK_GOOD;
	}
}

/* The session's number for this reply, and the session's memory; rose: the number is a new one. */
static uint32_t take_number(struct tw_reflector *r, struct tw_slow *e, uint32_t sseq, uint64_t t1,
	uint64_t mono, bool *rose)
{
	struct tw_table *t = e->info.family == 6 ? &r->table6 : &r->table4;
	uint32_t now = tw_reflect_coarse(mono), coarse_t1 = tw_reflect_t1(t1);
	struct tw_reflect_state *s;
	uint64_t hash;
	uint32_t seq;

	*rose = false;
	if (r->cfg.stateless)
		return sseq;
	hash = tw_table_hash(t, e->key, e->words);
	s = tw_table_find(t, e->key, hash, e->words);
	e->state = s;
	if (s) {
		*rose = sseq > s->last_sseq;
		e->more = tw_table_more(t, s, e->words);
		seq = tw_reflect_next(s, sseq, coarse_t1, now, r->idle, &r->n.sessions_reset);
		if (e->more && seq == 0)
			memset(e->more, 0, sizeof(*e->more));
		return seq;
	}
	s = tw_reflector_open(r, e->key, hash, e->words, sseq, coarse_t1, now);
	if (!s)
		return sseq;
	*rose = true;
	e->state = s;
	e->more = tw_table_more(t, s, e->words);
	return s->next_seq++;
}

/* A reply that does not leave has no number: the next one gets it. */
static void give_back(const struct tw_slow *e)
{
	if (e->state)
		e->state->next_seq--;
	if (e->more)
		e->more->unanswered++;
}

/* TLVs of one request, in place. @return false when the packet is not to be answered */
static bool answer_tlvs(
	struct tw_reflector *r, struct tw_slow *e, bool rose, uint32_t seq, uint64_t mono)
{
	struct tw_tlv_request req = {
		.src = e->info.src.addr,
		.dst = e->info.dst.addr,
		.src_port = e->info.src.port,
		.dst_port = e->info.dst.port,
		.has_src_mac = true,
		.dscp = e->info.tos >> 2,
		.ecn = e->info.tos & 3,
		.authenticated = e->sealed,
		.sequence_rose = rose,
		.max_payload = r->port.max_frame - e->info.payload_off,
		.rx_count = seq + 1 + (e->more ? e->more->unanswered - e->more->repeated : 0),
		.tx_count = seq + 1,
		.uncounted = !e->more,
		.check = e->check,
	};
	uint8_t *p = e->frame + e->info.payload_off;
	size_t room = (size_t)e->m->data_len - e->info.payload_off + rte_pktmbuf_tailroom(e->m);

	memcpy(req.src_mac.b, e->frame + 6, 6);
	if (e->more && e->more->replied && e->more->last_seq + 1 == seq) {
		req.last_reply.seq = e->more->last_seq;
		req.last_reply.time = r->cfg.ptp
					      ? tw_ptp_from_ntp((struct tw_ntp){e->more->last_t3},
							TW_TAI_UTC_DEFAULT)
							.v
					      : e->more->last_t3;
		req.last_reply.mode = e->more->by_nic ? TW_METHOD_HARDWARE : TW_METHOD_SOFTWARE;
	}
	if (r->repeats)
		tw_reflector_volume(r, mono, &req);
	tw_tlv_reflect(&r->tlv, &req, p, e->base, e->info.payload_len, room, &e->tlv);
	if (e->tlv.action == TW_TLV_DROP) {
		give_back(e);
		drop(r, e, e->tlv.reason);
		return false;
	}
	if (r->repeats && (e->tlv.n_replies > 1 || e->tlv.len > e->info.payload_len)) {
		uint64_t octets = (uint64_t)e->tlv.len * e->tlv.n_replies;

		r->volume_left -= octets < r->volume_left ? octets : r->volume_left;
		r->n_promised += e->tlv.n_replies > 1;
	}
	return true;
}

/* Make the frame end with a payload of `len` octets. */
static bool resize(struct rte_mbuf *m, const struct tw_frame *info, uint32_t len)
{
	uint32_t want = info->payload_off + len, had = m->data_len;

	if (want > had) {
		uint8_t *more = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(want - had));

		if (!more)
			return false;
	} else {
		rte_pktmbuf_trim(m, (uint16_t)(had - want));
	}
	return true;
}

static void write_reply(struct tw_reflector *r, struct tw_slow *e)
{
	const struct tw_clock_map *clock = &r->task.clock;
	const struct tw_negotiated *n = e->agreed;
	uint8_t *p = e->frame + e->info.payload_off;
	struct tw_reflect_fields f = {
		.seq = e->seq, .t2 = e->t2, .ttl = e->info.ttl, .error_estimate = r->late_estimate};
	int s_dscp_ecn = n && n->cfg.dscp_ecn ? e->info.tos : -1;

	f.t3 = tw_clock_mono(clock, rte_rdtsc()) + clock->offset;
	e->t3 = f.t3;
	if (e->more) {
		e->more->last_t3 = f.t3;
		e->more->last_seq = e->seq;
		e->more->replied = true;
		e->more->by_nic = false;
	}
	if ((n && n->cfg.ptp) || (!n && r->cfg.ptp && e->stamp)) {
		f.t2 = tw_ptp_from_ntp((struct tw_ntp){f.t2}, TW_TAI_UTC_DEFAULT).v;
		f.t3 = tw_ptp_from_ntp((struct tw_ntp){f.t3}, TW_TAI_UTC_DEFAULT).v;
		f.error_estimate |= TW_ERROR_Z;
	}
	if (e->sealed)
		tw_sealed_write_reply(e->kind, p, e->info.payload_len, e->reply_len,
			n && n->cfg.symmetrical, s_dscp_ecn, &f);
	else if (n)
		tw_reflect_write_twamp(
			p, e->info.payload_len, e->reply_len, n->cfg.symmetrical, s_dscp_ecn, &f);
	else
		tw_reflect_write_open(p, e->info.payload_len, e->reply_len, e->stamp, &f);
}

/* A request of so many octets that will be answered. */
static void count(struct tw_reflector *r, const struct tw_slow *e, uint32_t octets)
{
	r->n.octets_in += octets;
	r->n.octets_out += (uint64_t)e->m->data_len - octets;
	r->tos[e->info.tos]++;
	r->ttl_seen[e->info.ttl] = true;
}

/* Stage two: everything of one reply but its HMAC and its headers. */
static void prepare(struct tw_reflector *r, struct tw_slow *e, uint64_t mono)
{
	const uint8_t *p = e->frame + e->info.payload_off;
	uint32_t sseq = tw_get32(p), in = e->info.payload_len, octets;
	uint64_t t1 = tw_get64(p + (e->sealed ? TW_AUTH_REQ_TIMESTAMP : TW_REQ_TIMESTAMP));
	bool rose = false;

	if (e->agreed) {
		e->seq = tw_negotiated_next(e->agreed, sseq, in, e->info.ttl, mono, e->t2);
		e->reply_len = tw_negotiated_reply_len(e->agreed, in);
	} else {
		e->seq = take_number(r, e, sseq, t1, mono, &rose);
		e->reply_len =
			e->sealed ? in
				  : tw_reflect_reply_len(in, r->cfg.protocol == TW_PROTOCOL_STAMP);
	}
	if (e->has_tlvs) {
		if (!answer_tlvs(r, e, rose, e->seq, mono))
			return;
		e->reply_len = e->tlv.len;
	}
	octets = e->m->data_len;
	if (!resize(e->m, &e->info, e->reply_len)) {
		give_back(e);
		drop(r, e, TW_DISCARD_NO_BUFFER);
		return;
	}
	if (e->reply_len > in && !e->has_tlvs)
		memset(e->frame + e->info.payload_off + in, 0, e->reply_len - in);
	count(r, e, octets);
	write_reply(r, e);
}

/* Stage three: HMAC TLVs, then the packets' own HMACs and ciphers, each for the whole burst. */
static void seal(struct tw_reflector *r)
{
	struct tw_batch_op op[TW_BURST];
	uint32_t save[TW_BURST];
	struct tw_slow *who[TW_BURST];
	unsigned int n = 0;

	for (unsigned int i = 0; i < r->n_slow; i++) {
		struct tw_slow *e = &r->slow[i];
		uint8_t *p = e->frame + e->info.payload_off;

		if (!e->m || !e->has_tlvs || !e->tlv.hmac_at || !e->tlv_secret)
			continue;
		op[n].key = e->tlv_secret;
		op[n].text = tw_tlv_text(p, e->base, e->tlv.hmac_at, &save[n], &op[n].len);
		op[n].tag = p + e->tlv.hmac_at + TW_TLV_HEADER;
		who[n++] = e;
	}
	if (n)
		tw_batch_sign(r->batch, op, n);
	for (unsigned int i = 0; i < n; i++)
		tw_tlv_text_done(who[i]->frame + who[i]->info.payload_off, who[i]->base, save[i]);
	n = 0;
	for (unsigned int i = 0; i < r->n_slow; i++) {
		struct tw_slow *e = &r->slow[i];

		if (e->m && e->sealed)
			op[n++] =
				tw_sealed_reply(e->kind, e->secret, e->frame + e->info.payload_off);
	}
	if (n)
		tw_batch_seal(r->batch, op, n);
}

static uint8_t reply_tos(const struct tw_slow *e)
{
	if (e->agreed)
		return (uint8_t)(e->agreed->cfg.dscp << 2);
	if (e->has_tlvs && e->tlv.set_dscp)
		return (uint8_t)(e->tlv.dscp << 2);
	return e->info.tos & 0xfc;
}

static uint64_t turn_ip4(uint8_t *ip, const struct tw_slow *e, uint8_t tos, uint16_t udp_len)
{
	uint8_t addr[4];

	memcpy(addr, ip + TW_IPV4_SRC, 4);
	memcpy(ip + TW_IPV4_SRC, e->tlv.set_source ? e->tlv.from.b : ip + TW_IPV4_DST, 4);
	memcpy(ip + TW_IPV4_DST, e->tlv.elsewhere ? e->tlv.to.b : addr, 4);
	ip[TW_IPV4_TOS] = tos;
	ip[TW_IPV4_TTL] = 255;
	tw_put16(ip + TW_IPV4_TOTAL_LENGTH, (uint16_t)(TW_IPV4_LEN + udp_len));
	tw_put16(ip + TW_IPV4_CHECKSUM, 0);
	tw_set_raw16(ip + TW_IPV4_CHECKSUM, tw_checksum_finish(tw_sum(ip, TW_IPV4_LEN)));
	return tw_sum_pseudo4(ip + TW_IPV4_SRC, TW_IPPROTO_UDP, udp_len);
}

static uint64_t turn_ip6(uint8_t *ip, const struct tw_slow *e, uint8_t tos, uint16_t udp_len)
{
	uint8_t addr[16];

	memcpy(addr, ip + TW_IPV6_SRC, 16);
	memcpy(ip + TW_IPV6_SRC, e->tlv.set_source ? e->tlv.from.b : ip + TW_IPV6_DST, 16);
	memcpy(ip + TW_IPV6_DST, e->tlv.elsewhere ? e->tlv.to.b : addr, 16);
	ip[0] = (uint8_t)(0x60 | tos >> 4);
	ip[1] = (uint8_t)((ip[1] & 0x0f) | tos << 4);
	ip[TW_IPV6_HOP_LIMIT] = 255;
	tw_put16(ip + TW_IPV6_PAYLOAD_LENGTH, udp_len);
	return tw_sum_pseudo6(ip + TW_IPV6_SRC, TW_IPPROTO_UDP, udp_len);
}

/* Stage four: headers of the reply, in place: everything swapped, lengths and checksums new. */
static void turn_round(const struct tw_reflector *r, struct tw_slow *e)
{
	uint8_t *ip = e->frame + e->info.l3_off, *udp = e->frame + e->info.l4_off;
	uint16_t udp_len = (uint16_t)(TW_UDP_LEN + e->reply_len);
	uint8_t tos = reply_tos(e);
	uint64_t sum;

	memcpy(e->frame, e->frame + 6, 6);
	memcpy(e->frame + 6, r->port.mac.b, 6);
	sum = e->info.family == 4 ? turn_ip4(ip, e, tos, udp_len) : turn_ip6(ip, e, tos, udp_len);
	tw_put16(udp + TW_UDP_SRC_PORT, e->info.dst.port);
	tw_put16(udp + TW_UDP_DST_PORT, e->info.src.port);
	tw_put16(udp + TW_UDP_LENGTH, udp_len);
	tw_put16(udp + TW_UDP_CHECKSUM, 0);
	sum = tw_sum_add(sum, tw_sum(udp, udp_len));
	tw_set_raw16(udp + TW_UDP_CHECKSUM, tw_udp_checksum_finish(sum));
	e->m->ol_flags = 0;
}

/* Options and extension headers go: a reply has none. What can have TLVs is marked. */
static void strip(struct tw_reflector *r, struct tw_slow *e)
{
	uint32_t gone = tw_frame_strip(e->frame, &e->info);

	if (gone)
		e->frame = (uint8_t *)rte_pktmbuf_adj(e->m, (uint16_t)gone);
	e->base = e->sealed ? TW_AUTH_LEN : TW_STAMP_LEN;
	e->has_tlvs = r->cfg.tlv && e->stamp && !e->agreed && e->info.payload_len > e->base;
	e->tlv_secret = e->secret;
}

/* Send here and not with the loop's burst: Follow-Up Telemetry tells when replies had left. The
 * NIC is asked for one of them. */
static void send_and_note(
	struct tw_reflector *r, struct rte_mbuf **tx, unsigned int n, uint64_t mono)
{
	struct tw_slow *asked = NULL;
	uint64_t t3, taken = r->n.reflected;

	for (unsigned int i = r->n_slow; r->stamper.back.armed && !asked && i-- > 0;)
		if (r->slow[i].m && r->slow[i].more)
			asked = &r->slow[i];
	if (asked)
		tw_readback_mark(asked->m);
	if (unlikely(r->port.recorder != NULL))
		tw_recorder_put(r->port.recorder, tx, n, mono + r->task.clock.offset);
	r->n.reflected +=
		tw_tx_all(r->port.port_id, r->port.tx_queue, tx, (uint16_t)n, &r->n.tx_failed);
	t3 = tw_clock_mono(&r->task.clock, rte_rdtsc()) + r->task.clock.offset;
	for (unsigned int i = 0; i < r->n_slow; i++) {
		struct tw_slow *e = &r->slow[i];

		if (e->m && e->more && e->more->last_seq == e->seq)
			e->more->last_t3 = t3;
	}
	if (asked && r->n.reflected - taken == n) {
		tw_readback_sent(
			&r->stamper, asked->t3 - r->task.clock.offset, rte_rdtsc(), 0, asked->seq);
		r->asked = asked->more;
	}
}

void tw_reflector_readback(struct tw_reflector *r, uint64_t tsc)
{
	const struct tw_readback *b = &r->stamper.back;
	struct tw_session_more *more = r->asked;
	uint64_t mono;

	if (!b->waiting || !tw_readback_poll(&r->stamper, &r->task.clock, tsc, &mono) || !more)
		return;
	/* the session may have sent another reply meanwhile, or be another session's */
	if (more->replied && more->last_seq == b->seq) {
		more->last_t3 = mono + r->task.clock.offset;
		more->by_nic = true;
	}
}

unsigned int tw_reflector_answer(struct tw_reflector *r, struct rte_mbuf **tx, uint64_t mono)
{
	unsigned int n = 0;
	bool tlvs = false;
	uint64_t t3;

	/* Follow-Up Telemetry of this burst may want what has come since the last housekeeping. */
	tw_reflector_readback(r, rte_rdtsc());
	open_sealed(r);
	for (unsigned int i = 0; i < r->n_slow; i++)
		if (r->slow[i].m)
			strip(r, &r->slow[i]);
	check_tlv_macs(r);
	t3 = rte_rdtsc();
	for (unsigned int i = 0; i < r->n_slow; i++)
		if (r->slow[i].m)
			prepare(r, &r->slow[i], mono);
	seal(r);
	for (unsigned int i = 0; i < r->n_slow; i++) {
		if (!r->slow[i].m)
			continue;
		turn_round(r, &r->slow[i]);
		tx[n++] = r->slow[i].m;
		r->slow_t3 = r->slow[i].t3;
		tlvs |= r->slow[i].has_tlvs;
		if (r->slow[i].has_tlvs && r->slow[i].tlv.n_replies > 1)
			tw_reflector_repeat(r, &r->slow[i]);
	}
	if (n)
		tw_late_measure(&r->late, &r->task.clock, t3, rte_rdtsc());
	if (tlvs) {
		send_and_note(r, tx, n, mono);
		n = 0;
	}
	r->n_slow = 0;
	r->n_promised = 0;
	return n;
}

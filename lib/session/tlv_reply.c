/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_tlv_reply.h"

#include "tw_tlv_reflect.h"

/* One reply being read. */
struct reading {
	const struct tw_tlv_expect *x;
	struct tw_tlv_reader *s;
	const struct tw_tlv_reply *m;
	size_t len;
	struct tw_tlv_result *r;
	bool foreign; /* another member link */
};

_Static_assert(TW_TLV_TALLIES == TW_TLV_TYPES, "a tally for each known type");

typedef void reader(struct reading *rd, uint8_t flags, const uint8_t *v, size_t len);

static bool same_addr(const struct tw_tlv_addr *a, const struct tw_tlv_addr *b)
{
	return a->family == b->family && memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

static struct tw_tlv_addr take_addr(const uint8_t *v, uint8_t family)
{
	struct tw_tlv_addr a = {.family = family};

	memcpy(a.b, v, family == 4 ? 4 : 16);
	return a;
}

static void read_location(struct reading *rd, uint8_t flags, const uint8_t *v, size_t len)
{
	struct tw_tlv_walk w = tw_tlv_walk_init(v, 4, len);
	struct tw_tlv_location_seen *old = &rd->r->location;
	struct tw_tlv_location_seen l = {
		.known = true,
		.destination_port = tw_get16(v),
		.source_port = tw_get16(v + 2),
		.changes = old->changes,
	};
	struct tw_tlv t;

	(void)flags;
	while (tw_tlv_next(&w, &t) == TW_TLV_STEP_ONE) {
		const uint8_t *sv = v + t.at + TW_TLV_HEADER;

		if (t.flags & (TW_TLV_U | TW_TLV_M))
			continue;
		if ((t.type == TW_SUB_SOURCE_EUI48 || t.type == TW_SUB_SOURCE_EUI64) &&
			t.len == 8) {
			/* All zero says that there is none to tell. */
			l.has_mac = tw_raw64(sv) != 0;
			memcpy(l.mac, sv, 8);
		} else if (t.len == 16) {
			if (t.type == TW_SUB_DESTINATION_IPV4)
				l.destination = take_addr(sv, 4);
			else if (t.type == TW_SUB_DESTINATION_IPV6)
				l.destination = take_addr(sv, 6);
			else if (t.type == TW_SUB_SOURCE_IPV4)
				l.source = take_addr(sv, 4);
			else if (t.type == TW_SUB_SOURCE_IPV6)
				l.source = take_addr(sv, 6);
		}
	}
	if (old->known &&
		(l.destination_port != old->destination_port || l.source_port != old->source_port ||
			l.has_mac != old->has_mac || memcmp(l.mac, old->mac, sizeof(l.mac)) != 0 ||
			!same_addr(&l.source, &old->source) ||
			!same_addr(&l.destination, &old->destination)))
		l.changes++;
	*old = l;
}

static void read_timestamp_info(struct reading *rd, uint8_t flags, const uint8_t *v, size_t len)
{
	struct tw_tlv_timestamp_info t = tw_tlv_timestamp_info_parse(v);
	struct tw_tlv_timestamps_seen *old = &rd->r->timestamps;

	(void)flags;
	(void)len;
	if (old->known && (t.sync_in != old->sync_in || t.method_in != old->method_in ||
				  t.sync_out != old->sync_out || t.method_out != old->method_out))
		old->changes++;
	old->known = true;
	old->sync_in = t.sync_in;
	old->method_in = t.method_in;
	old->sync_out = t.sync_out;
	old->method_out = t.method_out;
}

/* With RP the way back was not taken at the asked DSCP: only the way there can be judged. */
static void read_cos(struct reading *rd, uint8_t flags, const uint8_t *v, size_t len)
{
	struct tw_tlv_cos c = tw_tlv_cos_parse(v);
	struct tw_tlv_cos_seen *seen = &rd->r->cos;

	(void)flags;
	(void)len;
	seen->known = true;
	tw_range_record(&seen->dscp_there, c.dscp2);
	tw_range_record(&seen->ecn_there, c.ecn);
	if (c.rp) {
		seen->refused++;
		return;
	}
	tw_range_record(&seen->dscp_here, rd->m->dscp);
	tw_range_record(&seen->ecn_here, rd->m->ecn);
}

/* Counters of replies that arrive in order, summed as differences: they wrap at 2^32. */
static void read_direct(struct reading *rd, uint8_t flags, const uint8_t *v, size_t len)
{
	struct tw_tlv_direct d = tw_tlv_direct_parse(v);
	struct tw_tlv_direct_seen *seen = &rd->r->direct;
	struct tw_tlv_reader *s = rd->s;

	(void)flags;
	(void)len;
	if (s->counted) {
		if ((int32_t)(rd->m->sseq - s->last_sseq) <= 0)
			return;
		seen->intervals++;
		seen->sent += d.s_txc - s->last_direct.s_txc;
		seen->received_there += d.r_rxc - s->last_direct.r_rxc;
		seen->sent_there += d.r_txc - s->last_direct.r_txc;
		seen->received_here += rd->m->rx_count - s->last_rx_count;
	}
	s->counted = true;
	s->last_sseq = rd->m->sseq;
	s->last_rx_count = rd->m->rx_count;
	s->last_direct = d;
}

static void read_access(struct reading *rd, uint8_t flags, const uint8_t *v, size_t len)
{
	struct tw_tlv_access a = tw_tlv_access_parse(v);

	(void)flags;
	(void)len;
	if (a.id == rd->x->asked->access.id && a.code == rd->x->asked->access.code)
		rd->r->access.echoed++;
}

static void read_follow_up(struct reading *rd, uint8_t flags, const uint8_t *v, size_t len)
{
	struct tw_tlv_follow_up f = tw_tlv_follow_up_parse(v);
	struct tw_tlv_follow_up_seen *seen = &rd->r->follow_up;
	unsigned int i = f.seq % TW_TLV_FOLLOW_UP_WINDOW;
	struct tw_ntp left = tw_wire_time_ntp(
		(struct tw_wire_time){f.time}, rd->m->error_estimate, rd->x->tai_utc);

	(void)flags;
	(void)len;
	if (f.mode == TW_METHOD_UNSPECIFIED || f.time == 0) {
		seen->empty++;
		return;
	}
	if (!rd->s->sent[i].filled || rd->s->sent[i].rseq != f.seq) {
		seen->unmatched++;
		return;
	}
	seen->method[f.mode <= TW_METHOD_CONTROL_PLANE ? f.mode : 0]++;
	tw_moments_record(&seen->egress, tw_ntp_sub(left, rd->s->sent[i].t3).v);
	tw_moments_record(&seen->inbound, tw_ntp_sub(rd->s->sent[i].t4, left).v);
	rd->s->sent[i].filled = false; /* a duplicate must not count twice */
}

/* The first reply's member link is taken for the right one where none was configured. */
static void read_micro_session(struct reading *rd, uint8_t flags, const uint8_t *v, size_t len)
{
	struct tw_tlv_micro m = tw_tlv_micro_parse(v);
	const struct tw_tlv_micro *asked = &rd->x->asked->micro;
	struct tw_tlv_reader *s = rd->s;

	(void)flags;
	(void)len;
	if (asked->reflector) {
		s->reflector_known = true;
		s->reflector_id = asked->reflector;
	}
	if (m.sender != asked->sender || (s->reflector_known && m.reflector != s->reflector_id)) {
		rd->foreign = true;
		rd->r->micro.mismatched++;
		return;
	}
	s->reflector_known = true;
	s->reflector_id = m.reflector;
	rd->r->micro.known = true;
	rd->r->micro.sender = m.sender;
	rd->r->micro.reflector = m.reflector;
}

/* Which bound the reflector kept is told by the length of its reply (RFC 10052 section 3). */
static void read_control(struct reading *rd, uint8_t flags, const uint8_t *v, size_t len)
{
	struct tw_tlv_control_seen *seen = &rd->r->control;

	(void)len;
	if (!(flags & TW_TLV_C))
		seen->conforming++;
	else if (rd->len < tw_tlv_control_parse(v).length)
		seen->limited_length++;
	else
		seen->limited_volume++;
}

static reader *const readers[TW_TLV_TYPES] = {
	[TW_TLV_LOCATION] = read_location,
	[TW_TLV_TIMESTAMP_INFO] = read_timestamp_info,
	[TW_TLV_COS] = read_cos,
	[TW_TLV_DIRECT] = read_direct,
	[TW_TLV_ACCESS] = read_access,
	[TW_TLV_FOLLOW_UP] = read_follow_up,
	[TW_TLV_MICRO_SESSION] = read_micro_session,
	[TW_TLV_CONTROL] = read_control,
};

void tw_tlv_result_begin(struct tw_tlv_result *r, const struct tw_tlv_template *asked)
{
	*r = (struct tw_tlv_result){.asked = asked->n != 0};
	for (unsigned int i = 0; i < TW_TLV_TALLIES; i++) {
		const struct tw_tlv_kind *k = tw_tlv_find(i);

		r->tally[i].name = k ? k->name : "other";
		r->tally[i].asked = asked->asked >> i & 1;
	}
	r->cos.asked = asked->dscp;
	r->access.id = asked->access.id;
	r->access.code = asked->access.code;
}

/* What the HMAC TLV says of the TLVs. */
enum trust {
	TRUST_ALL,
	TRUST_FLAGS, /* the reflector could not process it: flags are read, Values are not */
	TRUST_NONE,
};

static enum trust judge(
	struct reading *rd, struct tw_hmac *mac, const uint8_t *pkt, const struct tw_tlv_outline *o)
{
	bool demanded = rd->x->authenticated || rd->x->asked->hmac_at != TW_TLV_NOWHERE;
	bool lone_padding = rd->x->authenticated && !o->unprotected && !o->hmac_at;
	bool here = rd->m->check == TW_TLV_CHECK_HERE;
	uint8_t tag[TW_TLV_HMAC_LEN];
	bool good;

	if ((here && !mac) || !demanded || lone_padding)
		return TRUST_ALL;
	if (o->hmac_at && pkt[o->hmac_at] & TW_TLV_U)
		return TRUST_FLAGS;
	good = o->hmac_at && !o->bad_hmac;
	if (good && here)
		good = tw_tlv_digest(mac, pkt, rd->x->base, o->hmac_at, tag) &&
		       tw_hmac_equal(tag, pkt + o->hmac_at + TW_TLV_HEADER, sizeof(tag));
	else if (good)
		good = rd->m->check == TW_TLV_CHECK_GOOD;
	if (!good) {
		rd->r->bad_hmac++;
		return TRUST_NONE;
	}
	rd->r->verified++;
	return TRUST_ALL;
}

/* One TLV. Returns false when nothing behind it may be read. */
static bool read_one(struct reading *rd, enum trust trust, const struct tw_tlv *t, const uint8_t *v)
{
	unsigned int i = t->type < TW_TLV_TALLIES ? t->type : 0;
	struct tw_tlv_tally *tally = &rd->r->tally[i];

	if (t->flags & TW_TLV_M) {
		tally->malformed++;
		return false;
	}
	if (t->flags & TW_TLV_U) {
		tally->unrecognized++;
		return true;
	}
	if ((i && !tally->asked && i != TW_TLV_PADDING) || !tw_tlv_length_ok(t->type, t->len)) {
		rd->r->unexpected++;
		return true;
	}
	tally->answered++;
	if (i && readers[i] && trust == TRUST_ALL)
		readers[i](rd, t->flags, v, t->len);
	return true;
}

/* A reply is about those before it: it is remembered for the next one's Follow-Up. */
static void remember(struct reading *rd)
{
	unsigned int i = rd->m->rseq % TW_TLV_FOLLOW_UP_WINDOW;

	rd->s->sent[i].filled = true;
	rd->s->sent[i].rseq = rd->m->rseq;
	rd->s->sent[i].t3 = rd->m->t3;
	rd->s->sent[i].t4 = rd->m->t4;
}

static void count_missing(struct reading *rd, uint32_t seen)
{
	uint32_t missing = rd->x->asked->asked & ~seen;

	/* A control makes the reflector drop it. */
	if (seen & 1U << TW_TLV_CONTROL)
		missing &= ~(1U << TW_TLV_PADDING);
	for (unsigned int i = 1; i < TW_TLV_TALLIES; i++)
		rd->r->tally[i].missing += missing >> i & 1;
}

bool tw_tlv_read_reply(const struct tw_tlv_expect *x, struct tw_tlv_reader *s, struct tw_hmac *mac,
	const struct tw_tlv_reply *m, const uint8_t *pkt, size_t len, struct tw_tlv_result *r)
{
	struct reading rd = {.x = x, .s = s, .m = m, .len = len, .r = r};
	struct tw_tlv_walk w = tw_tlv_walk_init(pkt, x->base, len);
	struct tw_tlv_outline o;
	enum tw_tlv_step step;
	enum trust trust;
	uint32_t seen = 0;
	struct tw_tlv t;

	r->replies++;
	tw_tlv_scan(pkt, x->base, len, x->authenticated, &o);
	if (o.n == 0 || (x->ssid && m->ssid == 0)) {
		r->plain++;
		return true;
	}
	if (o.integrity) {
		r->integrity_failed++;
		return true;
	}
	trust = judge(&rd, mac, pkt, &o);
	if (trust == TRUST_NONE)
		return true;
	while ((step = tw_tlv_next(&w, &t)) == TW_TLV_STEP_ONE) {
		if (t.type < TW_TLV_TYPES)
			seen |= 1U << t.type;
		if (!read_one(&rd, trust, &t, pkt + t.at + TW_TLV_HEADER))
			break;
	}
	if (step == TW_TLV_STEP_OVERRUN && t.flags & TW_TLV_M)
		r->tally[t.type < TW_TLV_TALLIES ? t.type : 0].malformed++;
	else if (step == TW_TLV_STEP_OVERRUN)
		r->cut_off++;
	else if (step != TW_TLV_STEP_ONE)
		count_missing(&rd, seen);
	if (rd.foreign)
		return false;
	if (x->asked->asked & 1U << TW_TLV_FOLLOW_UP)
		remember(&rd);
	return true;
}

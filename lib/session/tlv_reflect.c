/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_priv.h"

/*
 * The walk over a request's TLVs: integrity first, then each TLV by its type, then what several
 * of them decide together.
 */

void tw_tlv_scan(
	const uint8_t *pkt, size_t base, size_t len, bool authenticated, struct tw_tlv_outline *ret)
{
	struct tw_tlv_walk w = tw_tlv_walk_init(pkt, base, len);
	struct tw_tlv_outline o = {0};
	enum tw_tlv_step s;
	bool only_padding = true;
	struct tw_tlv t;

	do {
		s = tw_tlv_next(&w, &t);
		if (s != TW_TLV_STEP_ONE && s != TW_TLV_STEP_OVERRUN)
			break;
		o.n++;
		o.integrity |= t.flags & TW_TLV_I;
		if (t.type == TW_TLV_PADDING)
			continue;
		only_padding = false;
		if (o.hmac_at) {
			o.bad_hmac = true;
		} else if (t.type == TW_TLV_HMAC) {
			o.hmac_at = (uint32_t)t.at;
			o.bad_hmac = s == TW_TLV_STEP_OVERRUN || t.len != TW_TLV_HMAC_LEN;
		}
	} while (s == TW_TLV_STEP_ONE);
	o.unprotected = authenticated && !o.hmac_at && o.n && !(o.n == 1 && only_padding);
	*ret = o;
}

bool tw_tlv_digest(struct tw_hmac *mac, const uint8_t *pkt, size_t base, size_t hmac_at,
	uint8_t ret_tag[TW_TLV_HMAC_LEN])
{
	int a = tw_hmac_update(mac, pkt, 4);
	int b = tw_hmac_update(mac, pkt + base, hmac_at - base);

	return tw_hmac_final(mac, ret_tag, TW_TLV_HMAC_LEN) == 0 && a == 0 && b == 0;
}

void tw_tlv_sign(struct tw_hmac *mac, uint8_t *pkt, size_t base, size_t hmac_at)
{
	if (!tw_tlv_digest(mac, pkt, base, hmac_at, pkt + hmac_at + TW_TLV_HEADER))
		memset(pkt + hmac_at + TW_TLV_HEADER, 0, TW_TLV_HMAC_LEN);
}

/* May the TLVs be acted upon? */
static bool genuine(const struct tw_tlv_request *req, const uint8_t *pkt, size_t base, size_t len)
{
	struct tw_tlv_outline o;
	uint8_t tag[TW_TLV_HMAC_LEN];

	tw_tlv_scan(pkt, base, len, req->authenticated, &o);
	if (o.unprotected || o.bad_hmac)
		return false;
	if (!o.hmac_at)
		return true;
	if (req->check != TW_TLV_CHECK_HERE)
		return req->check == TW_TLV_CHECK_GOOD;
	/* Without a key nothing can be verified, hence nothing may be used. */
	return req->mac && tw_tlv_digest(req->mac, pkt, base, o.hmac_at, tag) &&
	       tw_hmac_equal(tag, pkt + o.hmac_at + TW_TLV_HEADER, sizeof(tag));
}

/* Send everything back as it came, with I in each TLV (RFC 8972 section 4.8). */
static void disown(struct tlv_work *w, size_t len)
{
	struct tw_tlv_walk walk = tw_tlv_walk_init(w->pkt, w->base, len);
	enum tw_tlv_step s;
	struct tw_tlv t;

	while ((s = tw_tlv_next(&walk, &t)) == TW_TLV_STEP_ONE) {
		bool bad = t.type == TW_TLV_HMAC && t.len != TW_TLV_HMAC_LEN;

		tlv_flag(w, t.at, bad ? TW_TLV_I | TW_TLV_M : TW_TLV_I);
	}
	if (s == TW_TLV_STEP_OVERRUN)
		tlv_flag(w, t.at, TW_TLV_I | TW_TLV_M);
}

static enum tlv_verdict answer_padding(struct tlv_work *w, uint8_t *v, uint16_t len)
{
	(void)w;
	(void)v;
	(void)len;
	return TLV_ANSWERED;
}

static enum tlv_verdict answer_timestamp_info(struct tlv_work *w, uint8_t *v, uint16_t len)
{
	const struct tw_tlv_policy *p = w->policy;

	(void)len;
	tw_tlv_timestamp_info_build(
		&(struct tw_tlv_timestamp_info){
			.sync_in = p->sync_source,
			.method_in = p->t2_method,
			.sync_out = p->sync_source,
			.method_out = p->t3_method,
		},
		v);
	return TLV_ANSWERED;
}

/* Erratum 8199: DSCP and ECN as received go into DSCP2 and ECN. */
static enum tlv_verdict answer_cos(struct tlv_work *w, uint8_t *v, uint16_t len)
{
	struct tw_tlv_cos c = {
		.dscp1 = tw_tlv_cos_parse(v).dscp1,
		.dscp2 = w->req->dscp,
		.ecn = w->req->ecn,
	};

	(void)len;
	if (w->policy->allowed_dscp >> c.dscp1 & 1) {
		w->out->set_dscp = true;
		w->out->dscp = c.dscp1;
	} else {
		c.rp = 1;
	}
	tw_tlv_cos_build(&c, v);
	return TLV_ANSWERED;
}

static enum tlv_verdict answer_direct(struct tlv_work *w, uint8_t *v, uint16_t len)
{
	struct tw_tlv_direct d = tw_tlv_direct_parse(v);

	(void)len;
	if (w->req->uncounted)
		return TLV_UNUSED;
	d.r_rxc = w->req->rx_count;
	d.r_txc = w->req->tx_count;
	tw_tlv_direct_build(&d, v);
	return TLV_ANSWERED;
}

/* An Access ID that is neither 3GPP nor non-3GPP makes the TLV invalid: it is not used. */
static enum tlv_verdict answer_access(struct tlv_work *w, uint8_t *v, uint16_t len)
{
	struct tw_tlv_access a = tw_tlv_access_parse(v);

	(void)len;
	if (a.id != 1 && a.id != 2)
		return TLV_UNUSED;
	w->out->access = a;
	tw_tlv_access_build(&a, v);
	return TLV_ANSWERED;
}

static enum tlv_verdict answer_follow_up(struct tlv_work *w, uint8_t *v, uint16_t len)
{
	static const struct tw_tlv_follow_up nothing;
	const struct tw_tlv_follow_up *last = &w->req->last_reply;

	(void)len;
	tw_tlv_follow_up_build(last->mode ? last : &nothing, v);
	return TLV_ANSWERED;
}

/* It was verified before anything was touched; the reply's digest comes last. */
static enum tlv_verdict answer_hmac(struct tlv_work *w, uint8_t *v, uint16_t len)
{
	(void)len;
	w->out->hmac_at = (uint32_t)(v - TW_TLV_HEADER - w->pkt);
	return TLV_ANSWERED;
}

/* RFC 9503 section 3: the node that is meant answers from the address that was meant. */
static enum tlv_verdict answer_destination(struct tlv_work *w, uint8_t *v, uint16_t len)
{
	struct tw_addr a = {.family = len == 4 ? 4 : 6};

	memcpy(a.b, v, len);
	for (unsigned int i = 0; i < w->policy->n_own_addr; i++) {
		if (!tw_addr_equal(&a, &w->policy->own_addr[i]))
			continue;
		if (a.family == w->req->src.family) {
			w->out->set_source = true;
			w->out->from = a;
		}
		return TLV_ANSWERED;
	}
	return TLV_UNUSED;
}

/* RFC 9534 section 3.2. */
static enum tlv_verdict answer_micro_session(struct tlv_work *w, uint8_t *v, uint16_t len)
{
	struct tw_tlv_micro m = tw_tlv_micro_parse(v);

	(void)len;
	if (w->policy->micro_session_id == 0)
		return TLV_UNUSED;
	if (m.reflector && m.reflector != w->policy->micro_session_id) {
		w->out->reason = TW_DISCARD_NOT_ADDRESSED;
		return TLV_DROP;
	}
	m.reflector = w->policy->micro_session_id;
	tw_tlv_micro_build(&m, v);
	return TLV_ANSWERED;
}

typedef enum tlv_verdict tlv_answer(struct tlv_work *w, uint8_t *v, uint16_t len);

static tlv_answer *const answers[TW_TLV_TYPES] = {
	[TW_TLV_PADDING] = answer_padding,
	[TW_TLV_LOCATION] = tlv_answer_location,
	[TW_TLV_TIMESTAMP_INFO] = answer_timestamp_info,
	[TW_TLV_COS] = answer_cos,
	[TW_TLV_DIRECT] = answer_direct,
	[TW_TLV_ACCESS] = answer_access,
	[TW_TLV_FOLLOW_UP] = answer_follow_up,
	[TW_TLV_HMAC] = answer_hmac,
	[TW_TLV_DESTINATION] = answer_destination,
	[TW_TLV_RETURN_PATH] = tlv_answer_return_path,
	[TW_TLV_MICRO_SESSION] = answer_micro_session,
	[TW_TLV_CONTROL] = tlv_answer_control,
};

static bool length_ok(const struct tlv_work *w, const struct tw_tlv *t)
{
	return tw_tlv_length_ok(t->type, t->len) ||
	       (t->type == TW_TLV_CONTROL && t->len == TW_TLV_CONTROL_FIXED &&
		       w->policy->lenient_control);
}

static enum tlv_verdict answer_one(struct tlv_work *w, const struct tw_tlv *t)
{
	const struct tw_tlv_kind *k = tw_tlv_find(t->type);
	uint8_t *v = w->pkt + t->at + TW_TLV_HEADER;
	bool again;

	if (!length_ok(w, t)) {
		/* RFC 8972 section 4.7, erratum 8339: nothing of a bad Follow-Up goes back. */
		if (t->type == TW_TLV_FOLLOW_UP)
			memset(v, 0, t->len);
		return TLV_MALFORMED;
	}
	if (!k)
		return TLV_UNUSED;
	again = w->seen & 1U << t->type;
	w->seen |= 1U << t->type;
	return k->once && again ? TLV_UNUSED : answers[t->type](w, v, t->len);
}

/* Each TLV in its turn. Returns false when the request is to be dropped. */
static bool answer_all(struct tlv_work *w, size_t len)
{
	struct tw_tlv_walk walk = tw_tlv_walk_init(w->pkt, w->base, len);
	enum tw_tlv_step s;
	struct tw_tlv t;

	while ((s = tw_tlv_next(&walk, &t)) == TW_TLV_STEP_ONE) {
		switch (answer_one(w, &t)) {
		case TLV_ANSWERED:
			tlv_flag(w, t.at, 0);
			break;
		case TLV_UNUSED:
			tlv_flag(w, t.at, TW_TLV_U);
			break;
		case TLV_MALFORMED:
			/* What follows goes back as it came. */
			tlv_flag(w, t.at, TW_TLV_M);
			w->malformed = true;
			return true;
		case TLV_DROP:
			return false;
		}
	}
	if (s == TW_TLV_STEP_OVERRUN) {
		tlv_flag(w, t.at, TW_TLV_M);
		w->malformed = true;
	}
	return true;
}

void tw_tlv_reflect(const struct tw_tlv_policy *policy, const struct tw_tlv_request *req,
	uint8_t *pkt, size_t base, size_t len, size_t room, struct tw_tlv_reflection *ret)
{
	struct tlv_work w = {.policy = policy, .req = req, .out = ret, .pkt = pkt, .base = base};

	*ret = (struct tw_tlv_reflection){
		.action = TW_TLV_REPLY,
		.n_replies = 1,
		.len = (uint32_t)len,
	};
	if (!genuine(req, pkt, base, len)) {
		disown(&w, len);
		return;
	}
	if (!answer_all(&w, len)) {
		ret->action = TW_TLV_DROP;
		return;
	}
	if (w.control_at)
		tlv_finish_control(&w, len, room);
	if (w.no_reply) {
		ret->action = TW_TLV_DROP;
		ret->reason = TW_DISCARD_NO_REPLY_WANTED;
	}
}

bool tlv_subs_ok(struct tlv_work *w, size_t from, size_t end, tlv_sub_length_ok *ok)
{
	struct tw_tlv_walk walk = tw_tlv_walk_init(w->pkt, from, end);
	enum tw_tlv_step s;
	struct tw_tlv t;

	while ((s = tw_tlv_next(&walk, &t)) == TW_TLV_STEP_ONE) {
		if (ok(t.type, t.len))
			continue;
		w->pkt[t.at] = TW_TLV_M;
		return false;
	}
	if (s == TW_TLV_STEP_OVERRUN)
		w->pkt[t.at] = TW_TLV_M;
	return s == TW_TLV_STEP_END || s == TW_TLV_STEP_ZEROS;
}

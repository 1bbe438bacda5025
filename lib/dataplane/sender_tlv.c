/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* The TLVs of replies: their HMACs a burst at a time, then what they say, into the result. */

#include "sender.h"

#include <errno.h>
#include <stdlib.h>

/* What is expected of a stream's replies. */
static struct tw_tlv_expect expected(const struct tw_sender *s, uint32_t stream)
{
	const struct tw_stream_config *c = &s->cfg.streams[stream];
	bool open = c->security == TW_SECURITY_OPEN;

	return (struct tw_tlv_expect){
		.asked = c->tlv,
		.base = open ? TW_STAMP_LEN : TW_AUTH_LEN,
		.ssid = c->ssid,
		.authenticated = !open,
		.tai_utc = TW_TAI_UTC_DEFAULT,
	};
}

static struct tw_tlv_result *result_of(struct tw_sender *s, uint32_t stream)
{
	return s->groups ? &s->groups[s->streams[stream].group].result->tlv : &s->result->tlv;
}

int tw_sender_tlv_init(struct tw_sender *s)
{
	for (uint32_t i = 0; i < s->n_streams; i++) {
		const struct tw_tlv_template *asked = s->cfg.streams[i].tlv;

		if (!asked)
			continue;
		if (!s->tlvs)
			s->tlvs = calloc(s->n_streams, sizeof(*s->tlvs));
		if (!s->tlvs)
			return -ENOMEM;
		if (!result_of(s, i)->asked)
			tw_tlv_result_begin(result_of(s, i), asked);
	}
	tw_sender_reports_init(s);
	return 0;
}

/* Did a reflector send as many replies as it was asked for? One that does not is not waited for. */
static bool conforming(const struct tw_sender *s)
{
	bool any = s->result->tlv.control.conforming;

	for (uint32_t g = 0; s->groups && g < s->cfg.n_groups; g++)
		any |= s->groups[g].result->tlv.control.conforming != 0;
	return any;
}

bool tw_sender_tlv_complete(const struct tw_sender *s)
{
	if (!conforming(s))
		return true;
	for (uint32_t i = 0; i < s->n_streams; i++) {
		const struct tw_tlv_template *asked = s->cfg.streams[i].tlv;

		if (asked && asked->asked >> TW_TLV_CONTROL & 1 &&
			s->tlvs[i].received < s->streams[i].sent * asked->control.count)
			return false;
	}
	return true;
}

uint64_t tw_sender_check_tlvs(struct tw_sender *s, const uint32_t *stream, uint8_t *const *payload,
	const uint32_t *len, unsigned int n)
{
	struct tw_batch_op op[TW_BURST];
	unsigned int which[TW_BURST], k = 0;
	uint32_t save[TW_BURST];
	size_t base[TW_BURST];
	uint64_t good = 0, verdict;

	for (unsigned int i = 0; i < n; i++) {
		const struct tw_batch_key *key = s->streams[stream[i]].tlv_key;
		struct tw_tlv_expect x;
		struct tw_tlv_outline o;

		if (!key || !payload[i])
			continue;
		x = expected(s, stream[i]);
		base[i] = x.base;
		if (len[i] < x.base)
			continue;
		tw_tlv_scan(payload[i], x.base, len[i], x.authenticated, &o);
		if (!o.hmac_at || o.bad_hmac)
			continue;
		op[k].key = key;
		op[k].text = tw_tlv_text(payload[i], x.base, o.hmac_at, &save[k], &op[k].len);
		op[k].tag = payload[i] + o.hmac_at + TW_TLV_HEADER;
		which[k++] = i;
	}
	if (k == 0)
		return 0;
	verdict = tw_batch_verify(s->batch, op, k);
	for (unsigned int i = 0; i < k; i++) {
		tw_tlv_text_done(payload[which[i]], base[which[i]], save[i]);
		good |= (verdict >> i & 1) << which[i];
	}
	return good;
}

bool tw_sender_tlv_read(struct tw_sender *s, uint32_t stream, const uint8_t *payload, uint32_t len,
	const struct tw_reply_fields *f, const struct tw_reply_meta *meta, bool check)
{
	const struct tw_tlv_expect x = expected(s, stream);
	struct tw_sender_tlv *t = &s->tlvs[stream];
	struct tw_tlv_reply m = {
		.rseq = f->rseq,
		.sseq = f->sseq,
		.error_estimate = f->error_estimate,
		.t3 = tw_wire_time_ntp(
			(struct tw_wire_time){f->t3}, f->error_estimate, TW_TAI_UTC_DEFAULT),
		.t4 = {meta->mono + s->task.clock.offset},
		.dscp = meta->tos >> 2,
		.ecn = meta->tos & 3,
	};

	if (!x.asked || len < x.base)
		return true;
	m.ssid = tw_get16(payload + (x.authenticated ? TW_AUTH_REP_SSID : TW_REP_SSID));
	m.rx_count = ++t->received;
	if (t->received == 1)
		tw_sender_report_answered(s, stream);
	if (s->streams[stream].tlv_key)
		m.check = check ? TW_TLV_CHECK_GOOD : TW_TLV_CHECK_BAD;
	return tw_tlv_read_reply(&x, &t->reader, NULL, &m, payload, len, result_of(s, stream));
}

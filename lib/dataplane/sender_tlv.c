/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* The TLVs of replies: their HMACs a burst at a time, then what they say, into the result. */

#include "sender.h"

#include <errno.h>
#include <stdlib.h>

int tw_sender_tlv_init(struct tw_sender *s)
{
	const struct tw_stream_config *c = &s->cfg.streams[0];

	if (!c->tlv)
		return 0;
	s->tlvs = calloc(s->n_streams, sizeof(*s->tlvs));
	if (!s->tlvs)
		return -ENOMEM;
	s->expect = (struct tw_tlv_expect){
		.asked = c->tlv,
		.base = c->security == TW_SECURITY_OPEN ? TW_STAMP_LEN : TW_AUTH_LEN,
		.ssid = c->ssid,
		.authenticated = c->security != TW_SECURITY_OPEN,
		.tai_utc = TW_TAI_UTC_DEFAULT,
	};
	tw_tlv_result_begin(&s->result->tlv, c->tlv);
	return 0;
}

uint64_t tw_sender_check_tlvs(struct tw_sender *s, const uint32_t *stream, uint8_t *const *payload,
	const uint32_t *len, unsigned int n)
{
	struct tw_batch_op op[TW_BURST];
	unsigned int which[TW_BURST], k = 0;
	uint32_t save[TW_BURST];
	size_t base = s->expect.base;
	uint64_t good = 0, verdict;

	for (unsigned int i = 0; i < n; i++) {
		const struct tw_batch_key *key = s->streams[stream[i]].tlv_key;
		struct tw_tlv_outline o;

		if (!key || !payload[i] || len[i] < base)
			continue;
		tw_tlv_scan(payload[i], base, len[i], s->expect.authenticated, &o);
		if (!o.hmac_at || o.bad_hmac)
			continue;
		op[k].key = key;
		op[k].text = tw_tlv_text(payload[i], base, o.hmac_at, &save[k], &op[k].len);
		op[k].tag = payload[i] + o.hmac_at + TW_TLV_HEADER;
		which[k++] = i;
	}
	if (k == 0)
		return 0;
	verdict = tw_batch_verify(s->batch, op, k);
	for (unsigned int i = 0; i < k; i++) {
		tw_tlv_text_done(payload[which[i]], base, save[i]);
		good |= (verdict >> i & 1) << which[i];
	}
	return good;
}

bool tw_sender_tlv_read(struct tw_sender *s, uint32_t stream, const uint8_t *payload, uint32_t len,
	const struct tw_reply_fields *f, const struct tw_reply_meta *meta, bool check)
{
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

	if (len < s->expect.base)
		return true;
	m.ssid = tw_get16(payload + (s->expect.authenticated ? TW_AUTH_REP_SSID : TW_REP_SSID));
	m.rx_count = ++t->received;
	if (s->streams[stream].tlv_key)
		m.check = check ? TW_TLV_CHECK_GOOD : TW_TLV_CHECK_BAD;
	return tw_tlv_read_reply(&s->expect, &t->reader, NULL, &m, payload, len, &s->result->tlv);
}

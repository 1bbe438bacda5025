/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_reflect.h"

const char *tw_protocol_name(enum tw_protocol p)
{
	static const char *const names[] = {
		[TW_PROTOCOL_AUTO] = "auto",
		[TW_PROTOCOL_STAMP] = "stamp",
		[TW_PROTOCOL_LIGHT] = "twamp-light",
		[TW_PROTOCOL_TWAMP] = "twamp",
	};

	return names[p];
}

/* The number rose, but T1 fell: a clock that was set back, or a late packet, of a life of the sender
 * that is over where its number is far ahead. Such a one must not make the next packet of this life
 * look like a restart. */
static void rise_with_older_t1(struct tw_reflect_state *s, uint32_t sseq, uint32_t t1)
{
	bool late = s->last_t1 - t1 < TW_REFLECT_LATE;

	if (!late)
		s->last_t1 = t1;
	if (!late || sseq - s->last_sseq <= TW_REFLECT_FAR_FALL)
		s->last_sseq = sseq;
}

bool tw_reflect_irregular(
	struct tw_reflect_state *s, uint32_t sseq, uint32_t t1, uint32_t now, uint32_t idle)
{
	bool newer = (int32_t)(t1 - s->last_t1) > 0;
	bool was_idle = tw_reflect_age(s, now) > idle;
	uint32_t fall = s->last_sseq - sseq;

	if (sseq > s->last_sseq) {
		rise_with_older_t1(s, sseq, t1);
		return false;
	}
	/* 32-bit wrap: the sender goes on upwards. */
	if (s->last_sseq >= 0U - TW_REFLECT_WRAP_ZONE && sseq < TW_REFLECT_WRAP_ZONE && newer) {
		s->last_sseq = sseq;
		s->last_t1 = t1;
		return false;
	}
	/* After a long silence a clock that was set back does not hide the restart. */
	if (was_idle || (newer && (sseq == 0 || fall > TW_REFLECT_FAR_FALL))) {
		tw_reflect_begin(s, sseq, t1, now);
		return true;
	}
	/* Overtaken by another, or a copy: the maximum stays. */
	if (newer)
		s->last_t1 = t1;
	return false;
}

void tw_reflect_write_open(uint8_t *p, uint32_t request_len, uint32_t reply_len, bool is_stamp,
	const struct tw_reflect_fields *f)
{
	uint8_t head[16];
	uint32_t base = is_stamp ? TW_STAMP_LEN : TW_TWAMP_REP_LEN;

	memcpy(head, p, 14);
	if (is_stamp && request_len >= 16)
		memcpy(head + 14, p + 14, 2);
	else
		memset(head + 14, 0, 2);

	if (!is_stamp && reply_len > base) {
		/* Padding octets are reused from their start; the last 27 are dropped. */
		uint32_t n = reply_len - base;

		memmove(p + base, p + 14, n < request_len - 14 ? n : request_len - 14);
	}
	tw_put32(p, f->seq);
	tw_put64(p + 4, f->t3);
	tw_put16(p + 12, f->error_estimate);
	memcpy(p + 14, head + 14, 2);
	tw_put64(p + 16, f->t2);
	memcpy(p + 24, head, 14);
	memset(p + 38, 0, 2);
	p[40] = f->ttl;
	if (is_stamp)
		memset(p + 41, 0, 3);
}

void tw_reflect_write_twamp(uint8_t *p, uint32_t request_len, uint32_t reply_len, bool symmetrical,
	int s_dscp_ecn, const struct tw_reflect_fields *f)
{
	uint32_t base = s_dscp_ecn >= 0 ? TW_TWAMP_REP_DSCP_LEN : TW_TWAMP_REP_LEN;
	uint8_t head[TW_TWAMP_REQ_LEN];

	memcpy(head, p, sizeof(head));
	/* A symmetrical request has its padding in place; else the octets from 14 on are reused,
	 * the highest-numbered ones are dropped. */
	if (!symmetrical && reply_len > base) {
		uint32_t n = reply_len - base, have = request_len - TW_TWAMP_REQ_LEN;

		memmove(p + base, p + TW_TWAMP_REQ_LEN, n < have ? n : have);
	}
	tw_put32(p + TW_REP_SEQ, f->seq);
	tw_put64(p + TW_REP_TIMESTAMP, f->t3);
	tw_put16(p + TW_REP_ERROR, f->error_estimate);
	tw_put16(p + TW_REP_SSID, 0);
	tw_put64(p + TW_REP_RECEIVE, f->t2);
	memcpy(p + TW_REP_SENDER_SEQ, head, sizeof(head));
	tw_put16(p + TW_REP_MBZ, 0);
	p[TW_REP_SENDER_TTL] = f->ttl;
	if (s_dscp_ecn >= 0) {
		p[TW_REP_S_DSCP_ECN] = (uint8_t)s_dscp_ecn;
		memset(p + TW_REP_S_DSCP_ECN + 1, 0, 2);
	}
}

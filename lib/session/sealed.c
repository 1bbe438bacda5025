/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_sealed.h"

#define SIGNED_STAMP 96
#define SIGNED_BLOCK 16
#define SIGNED_REQUEST 32
#define SIGNED_REPLY 96

struct tw_batch_op tw_sealed_request(
	enum tw_sealed_kind kind, const struct tw_batch_key *key, uint8_t *p)
{
	struct tw_batch_op op = {.key = key, .text = p};

	op.tag = p + (kind == TW_SEALED_STAMP ? TW_AUTH_REQ_STAMP_HMAC : TW_AUTH_REQ_TWAMP_HMAC);
	op.len = kind == TW_SEALED_STAMP        ? SIGNED_STAMP
		 : kind == TW_SEALED_TWAMP_AUTH ? SIGNED_BLOCK
						: SIGNED_REQUEST;
	return op;
}

struct tw_batch_op tw_sealed_reply(
	enum tw_sealed_kind kind, const struct tw_batch_key *key, uint8_t *p)
{
	struct tw_batch_op op = {.key = key, .text = p, .tag = p + TW_AUTH_REP_HMAC};

	op.len = kind == TW_SEALED_TWAMP_AUTH ? SIGNED_BLOCK : SIGNED_REPLY;
	return op;
}

uint32_t tw_sealed_request_len(enum tw_sealed_kind kind)
{
	return kind == TW_SEALED_STAMP ? TW_AUTH_LEN : TW_TWAMP_AUTH_REQ_LEN;
}

void tw_sealed_write_reply(enum tw_sealed_kind kind, uint8_t *p, uint32_t request_len,
	uint32_t reply_len, bool symmetrical, int s_dscp_ecn, const struct tw_reflect_fields *f)
{
	uint8_t sseq[4], t1[8], ee[2], ssid[2];

	memcpy(sseq, p + TW_AUTH_REQ_SEQ, 4);
	memcpy(t1, p + TW_AUTH_REQ_TIMESTAMP, 8);
	memcpy(ee, p + TW_AUTH_REQ_ERROR, 2);
	memcpy(ssid, p + TW_AUTH_REQ_SSID, 2);
	/* Symmetrical requests have their padding where the reply has it (RFC 6038 section 5.1);
	 * of the others the highest-numbered octets are dropped. */
	if (kind != TW_SEALED_STAMP && !symmetrical && reply_len > TW_AUTH_LEN) {
		uint32_t n = reply_len - TW_AUTH_LEN, have = request_len - TW_TWAMP_AUTH_REQ_LEN;

		memmove(p + TW_AUTH_LEN, p + TW_TWAMP_AUTH_REQ_LEN, n < have ? n : have);
	}
	memset(p, 0, TW_AUTH_REP_HMAC);
	tw_put32(p + TW_AUTH_REP_SEQ, f->seq);
	tw_put64(p + TW_AUTH_REP_TIMESTAMP, f->t3);
	tw_put16(p + TW_AUTH_REP_ERROR, f->error_estimate);
	if (kind == TW_SEALED_STAMP)
		memcpy(p + TW_AUTH_REP_SSID, ssid, 2);
	tw_put64(p + TW_AUTH_REP_RECEIVE, f->t2);
	memcpy(p + TW_AUTH_REP_SENDER_SEQ, sseq, 4);
	memcpy(p + TW_AUTH_REP_SENDER_TIMESTAMP, t1, 8);
	memcpy(p + TW_AUTH_REP_SENDER_ERROR, ee, 2);
	p[TW_AUTH_REP_SENDER_TTL] = f->ttl;
	if (s_dscp_ecn >= 0)
		p[TW_AUTH_REP_S_DSCP_ECN] = (uint8_t)s_dscp_ecn;
}

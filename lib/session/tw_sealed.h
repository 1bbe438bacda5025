/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_SEALED_H
#define TW_SEALED_H

/**
 * @file
 * Layouts of protected test packets, on payload bytes: what is signed and ciphered of each, and
 * the plain fields written and read. Signing itself is done a burst at a time by the caller
 * (tw_batch.h).
 */

#include "tw_backend.h"
#include "tw_batch.h"
#include "tw_reflect.h"
#include "tw_reply.h"

/** Which protected packet. */
enum tw_sealed_kind {
	TW_SEALED_STAMP,           /**< RFC 8762: HMAC-SHA-256 over 96 octets, nothing ciphered */
	TW_SEALED_TWAMP_AUTH,      /**< RFC 5357 authenticated: one block */
	TW_SEALED_TWAMP_ENCRYPTED, /**< RFC 5357 encrypted: 32 octets of a request, 96 of a reply */
};

/** The signed part of a request at @p p, which has at least tw_sealed_request_len() octets. */
struct tw_batch_op tw_sealed_request(
	enum tw_sealed_kind kind, const struct tw_batch_key *key, uint8_t *p);

/** The signed part of a reply at @p p, which has 112 octets. */
struct tw_batch_op tw_sealed_reply(
	enum tw_sealed_kind kind, const struct tw_batch_key *key, uint8_t *p);

/** Octets of a request that has all that is signed: 112 for STAMP, 48 for TWAMP. */
uint32_t tw_sealed_request_len(enum tw_sealed_kind kind);

/**
 * Write the plain reply over an opened request, in place (RFC 5357 section 4.2.1, RFC 8762
 * section 4.3.2), octets 0..95. The HMAC is the caller's, and what follows octet 112 for STAMP; a
 * TWAMP reply's padding repeats the request's from octet 48 on.
 *
 * @param s_dscp_ecn  RFC 7750: the received TOS octet, or -1
 */
void tw_sealed_write_reply(enum tw_sealed_kind kind, uint8_t *p, uint32_t request_len,
	uint32_t reply_len, bool symmetrical, int s_dscp_ecn, const struct tw_reflect_fields *f);

/** Which protected packet a protocol and a security make; not for open ones. */
static inline enum tw_sealed_kind tw_sealed_kind(
	enum tw_protocol protocol, enum tw_security security)
{
	if (protocol == TW_PROTOCOL_STAMP)
		return TW_SEALED_STAMP;
	return security == TW_SECURITY_ENCRYPTED ? TW_SEALED_TWAMP_ENCRYPTED : TW_SEALED_TWAMP_AUTH;
}

/** Write the changing fields of a plain request: sequence number, T1, Error Estimate. */
static inline void tw_sealed_write_request(uint8_t *p, uint32_t seq, uint64_t t1, uint16_t ee)
{
	tw_put32(p + TW_AUTH_REQ_SEQ, seq);
	tw_put64(p + TW_AUTH_REQ_TIMESTAMP, t1);
	tw_put16(p + TW_AUTH_REQ_ERROR, ee);
}

/** Read the fields of an opened reply of 112 octets. */
static inline void tw_sealed_read_reply(const uint8_t *p, struct tw_reply_fields *f)
{
	f->rseq = tw_get32(p + TW_AUTH_REP_SEQ);
	f->t3 = tw_get64(p + TW_AUTH_REP_TIMESTAMP);
	f->error_estimate = tw_get16(p + TW_AUTH_REP_ERROR);
	f->t2 = tw_get64(p + TW_AUTH_REP_RECEIVE);
	f->sseq = tw_get32(p + TW_AUTH_REP_SENDER_SEQ);
	f->t1 = tw_get64(p + TW_AUTH_REP_SENDER_TIMESTAMP);
	f->ttl_there = p[TW_AUTH_REP_SENDER_TTL];
	f->has_ttl = true;
	f->has_tos = false;
	f->tos_there = 0;
}

#endif

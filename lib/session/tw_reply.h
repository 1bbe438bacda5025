/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_REPLY_H
#define TW_REPLY_H

/**
 * @file
 * The sender's receiving half: what one reply says about the path. Fields and the receive stamp
 * come in, statistics come out; a peer's word is checked against the window, never believed.
 */

#include "tw_bytes.h"
#include "tw_loss.h"
#include "tw_ntp.h"
#include "tw_result.h"
#include "tw_stamp.h"
#include "tw_variation.h"
#include "tw_window.h"

#include <stddef.h>

/** Receiving state of one stream. w: receiving worker. */
struct tw_reply_stream {
	struct tw_loss loss;
	struct tw_variation variation;
	uint64_t received; /**< in time */
};

/** Where a worker's receiving half keeps its results. */
struct tw_reply_ctx {
	struct tw_window *window;
	struct tw_reply_stream *streams;
	uint64_t timeout;        /**< 2^-32 s */
	const uint64_t *offsets; /**< wall - mono by clock epoch */
	uint32_t offsets_mask;
	struct tw_result *result; /**< accumulates */
	bool ptp;                 /**< T1 is written as PTP */
	uint64_t first_mono;      /**< first and last reply in time; 0 = none */
	uint64_t last_mono;
};

/** An open reply's fields, as they stand in the packet (host order). */
struct tw_reply_fields {
	uint32_t rseq;
	uint32_t sseq;
	uint64_t t1; /**< as echoed */
	uint64_t t2;
	uint64_t t3;
	uint16_t error_estimate;
	uint8_t ttl_there; /**< Sender TTL */
	bool has_ttl;
};

/** What the reply came in. */
struct tw_reply_meta {
	uint64_t mono; /**< T4, 2^-32 s */
	uint8_t ttl;
	uint8_t tos;
};

/** Verdict on a reply: TW_REPLY_FIRST, or why it is not one. */
enum tw_reply_verdict {
	TW_REPLY_FIRST,
	TW_REPLY_DUPLICATE,
	TW_REPLY_LATE,
	TW_REPLY_STRAY,   /**< sequence number forgotten: taken as late, or as a duplicate */
	TW_REPLY_UNKNOWN, /**< sequence number not sent */
	TW_REPLY_ECHO,    /**< the copied T1 is not ours */
};

/**
 * Read the fields of an open reply of at least TW_REP_SHORT_LEN octets (RFC 5357 section
 * 4.2.1, RFC 8762 section 4.3.1). A reply below 41 octets carries no TTL.
 */
static inline void tw_reply_read_open(const uint8_t *p, uint32_t len, struct tw_reply_fields *f)
{
	f->rseq = tw_get32(p);
	f->t3 = tw_get64(p + 4);
	f->error_estimate = tw_get16(p + 12);
	f->t2 = tw_get64(p + 16);
	f->sseq = tw_get32(p + 24);
	f->t1 = tw_get64(p + 28);
	f->has_ttl = len >= TW_TWAMP_REP_LEN;
	f->ttl_there = f->has_ttl ? p[40] : 0;
}

/**
 * Judge and record one reply.
 *
 * @param c       context
 * @param stream  index of the stream that it belongs to
 * @param next_seq  next sequence number that the stream will send (modulo 2^32 of @p sent)
 * @param sent    packets that the stream has sent
 */
enum tw_reply_verdict tw_reply_record(struct tw_reply_ctx *c, uint32_t stream, uint64_t sent,
	const struct tw_reply_fields *f, const struct tw_reply_meta *meta);

#endif

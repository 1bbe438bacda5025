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

/**
 * Receiving state of one stream. w: receiving worker. What moves with every reply are the first
 * octets of both: a line each. An odd number of lines, so that streams do not meet in the same few
 * sets of the cache.
 */
struct tw_reply_stream {
	_Alignas(64) struct tw_variation variation;
	_Alignas(64) struct tw_loss loss;
};
_Static_assert(sizeof(struct tw_reply_stream) / 64 % 2 == 1, "an odd number of lines");

/**
 * What replies said that is not in the result yet: tw_reply_flush() records it in one go, a
 * quantity at a time.
 */
struct tw_reply_batch {
	unsigned int n;      /**< replies */
	unsigned int n_diff; /**< of them, such with a neighbour to be compared with */
	uint64_t marks;      /**< what the last replies have in common, see tw_reply_marks() */
	uint64_t n_marks;    /**< how many of them */
	uint64_t first_mono, last_mono;
	int64_t delay[TW_DIRECTIONS][TW_SERIES_BATCH];
	int64_t residence[TW_SERIES_BATCH];
	int64_t diff[TW_DIRECTIONS][TW_SERIES_BATCH];
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
	uint32_t way;             /**< by which the next replies came, see tw_loss_by() */
	int64_t t1_late;     /**< T1 of the next reply was later than its packet says, 2^-32 s */
	uint64_t first_mono; /**< first and last reply in time; 0 = none */
	uint64_t last_mono;
	struct tw_reply_batch batch;
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
	uint8_t tos_there; /**< S-DSCP-ECN (RFC 7750) */
	bool has_tos;
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
	f->has_tos = false;
	f->tos_there = 0;
}

/**
 * Read the octet that a reply has besides in the mode of RFC 7750; open ones that are too short have
 * none.
 */
static inline void tw_reply_read_dscp_ecn(
	const uint8_t *p, uint32_t len, bool sealed, struct tw_reply_fields *f)
{
	uint32_t at = sealed ? TW_AUTH_REP_S_DSCP_ECN : TW_REP_S_DSCP_ECN;

	f->has_tos = len > at;
	f->tos_there = f->has_tos ? p[at] : 0;
}

/** Record what is gathered. */
void tw_reply_flush(struct tw_reply_ctx *c);

/**
 * Another kind of reply than those before: those are recorded.
 * @return false: its stamps are PTP, which is nothing for tw_reply_usual()
 */
bool tw_reply_change_marks(struct tw_reply_ctx *c, uint64_t marks);

/** What most replies have in common with the one before, in one word. */
static inline uint64_t tw_reply_marks(
	const struct tw_reply_fields *f, const struct tw_reply_meta *meta)
{
	return (uint64_t)f->error_estimate | (uint64_t)f->ttl_there << 16 |
	       (uint64_t)f->has_ttl << 24 | (uint64_t)f->has_tos << 25 | (uint64_t)meta->ttl << 32 |
	       (uint64_t)meta->tos << 40 | (uint64_t)f->tos_there << 48;
}

/** Further apart than 34 years: NTP and PTP read for each other are 70 apart. */
static inline bool tw_reply_is_absurd(uint64_t d)
{
	return (d + ((uint64_t)1 << 62)) >> 63;
}

/**
 * Judge and gather one reply if nothing about it is out of the ordinary: the first one, in time,
 * with NTP stamps that make sense and a T1 that needs no correction. At most TW_SERIES_BATCH of them between two tw_reply_flush().
 *
 * @param c     context, whose T1 are not written as PTP
 * @param e     the window's entry for the reply's sequence number
 * @param s     the stream
 * @param sent  packets that the stream has sent
 * @return false: it is not, nothing was done, tw_reply_record() is to look at it
 */
static inline __attribute__((always_inline)) bool tw_reply_usual(struct tw_reply_ctx *c,
	struct tw_window_entry *e, struct tw_reply_stream *s, uint64_t sent,
	const struct tw_reply_fields *f, const struct tw_reply_meta *meta)
{
	struct tw_reply_batch *b = &c->batch;
	uint64_t behind = (uint32_t)((uint32_t)sent - f->sseq);
	uint64_t t1 = e->mono + c->offsets[e->epoch & c->offsets_mask];
	int64_t total = (int64_t)(meta->mono - e->mono);
	int64_t residence = (int64_t)(f->t3 - f->t2);
	uint64_t marks = tw_reply_marks(f, meta);
	int64_t d[TW_DIRECTIONS], diff[TW_DIRECTIONS];

	if (__builtin_expect((behind - 1 >= sent) | (e->seq != f->sseq) |
				     (e->mark != TW_WINDOW_WAITING) | (f->t1 != t1) |
				     (total > (int64_t)c->timeout) | (residence < 0) |
				     tw_reply_is_absurd(f->t2 - t1),
		    0))
		return false;
	if (__builtin_expect(marks != b->marks, 0) && !tw_reply_change_marks(c, marks))
		return false;
	b->n_marks++;
	e->mark = TW_WINDOW_ANSWERED;
	tw_loss_reply_by(&s->loss, sent - behind, f->rseq, c->way);
	d[TW_OUTBOUND] = (int64_t)(f->t2 - t1);
	d[TW_INBOUND] = (int64_t)(t1 + (uint64_t)total - f->t3);
	d[TW_ROUNDTRIP] = total - residence;
	if (__builtin_expect(tw_variation_next(&s->variation, sent - behind, d, diff), 1)) {
		for (unsigned int i = 0; i < TW_DIRECTIONS; i++)
			b->diff[i][b->n_diff] = diff[i];
		b->n_diff++;
	} else {
		tw_variation_record(&s->variation, sent - behind, d, c->result->ipdv);
	}
	if (b->n == 0)
		b->first_mono = meta->mono;
	b->last_mono = meta->mono;
	b->residence[b->n] = residence;
	for (unsigned int i = 0; i < TW_DIRECTIONS; i++)
		b->delay[i][b->n] = d[i];
	b->n++;
	return true;
}

/**
 * Judge and record one reply, of whichever kind.
 *
 * @param c       context
 * @param stream  index of the stream that it belongs to
 * @param sent    packets that the stream has sent
 */
enum tw_reply_verdict tw_reply_record(struct tw_reply_ctx *c, uint32_t stream, uint64_t sent,
	const struct tw_reply_fields *f, const struct tw_reply_meta *meta);

/**
 * May the reply be one to a packet of ours, as far as is remembered? What else it says is not worth
 * a look where tw_reply_record() would find TW_REPLY_UNKNOWN or TW_REPLY_ECHO.
 */
bool tw_reply_is_ours(const struct tw_reply_ctx *c, uint32_t stream, uint64_t sent,
	const struct tw_reply_fields *f);

#endif

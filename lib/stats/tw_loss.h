/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_LOSS_H
#define TW_LOSS_H

/**
 * @file
 * Loss by direction, duplicates and reordering of one stream, from the two sequence numbers of
 * its replies (the sender's, copied: sseq; the reflector's own: rseq).
 *
 * While replies come back in lockstep (each number one above the last) only two counters move;
 * what a later gap, duplicate or late arrival has to look up is written when the first of them
 * comes. State belongs to the worker that receives the replies.
 *
 * Loss (RFC 5357 with a counting reflector). Inside the span of answered sender numbers
 * everything missing is lost; of the reflector's numbers between its lowest and highest, what is
 * missing is lost inbound; the rest of the first is lost outbound. The span starts at the lowest
 * number, not at the first to arrive, so reordering at either end does not matter, and a
 * reflector that starts at another number than 0 is not loss. What was lost before the span,
 * behind it, or came late is unattributed. (Where the reflector is known to start at 0, as in a
 * session that was negotiated, the span starts there and nothing is before it.)
 * A reflector that restarts begins a new epoch: totals add up over epochs, and what is lost
 * between two of them is unattributed.
 *
 * Reordering (RFC 4737): round trip by sseq in arrival order, inbound by rseq in arrival order,
 * outbound by sseq in rseq order. Replies that are late or duplicates are not counted, but others
 * are compared with them. The reorder test of an outbound packet is repeated when a reply with a
 * lower rseq arrives, up to TW_LOSS_ORDER_WINDOW numbers later; beyond it is not known whether
 * the packet of that reply was reordered outbound, and it is counted in order_unknown only.
 * Order of arrival is that of the wire where replies come by one way, as by a queue of a device.
 * Two queues are looked at in whichever order: once replies of a stream came by both, one that
 * is behind a later one is counted in order_unknown, and as reordered on the round trip or inbound
 * no more. What is outbound has the reflector's word.
 */

#include "tw_result.h"

#include <stdbool.h>
#include <stdint.h>

/** Reflector numbers remembered to tell duplicates apart; a power of two, 64 at least. */
#define TW_LOSS_SEEN_BITS 4096
/** Reflector numbers for which the outbound order is exact; a power of two, 64 at least. */
#define TW_LOSS_ORDER_WINDOW 128

/** What is known of one life of the reflector's counter. Numbers unwrapped, next = highest + 1. */
struct tw_loss_span {
	uint64_t low_s;
	uint64_t next_s;
	uint64_t low_r;
	uint64_t next_r;
	uint64_t answered; /**< distinct sseq */
	uint64_t replies;  /**< distinct rseq */
};

/** Closed spans, summed. */
struct tw_loss_closed {
	uint64_t outbound;
	uint64_t inbound;
	bool inconsistent;
};

struct tw_loss_slot {
	uint64_t sseq;
	uint64_t next; /**< RFC 4737 NextExp before it: reordered when sseq is below */
};

/**
 * What is written when a reply comes that is not in lockstep, and not before: 2,592 octets of zeros
 * at the start. Of many streams these may stand apart, in pages that nobody has touched yet.
 */
struct tw_loss_tables {
	uint64_t seen[TW_LOSS_SEEN_BITS / 64];
	uint64_t ordered[TW_LOSS_ORDER_WINDOW / 64];   /**< slots that hold a reply */
	uint64_t uncounted[TW_LOSS_ORDER_WINDOW / 64]; /**< of them, late ones */
	struct tw_loss_slot slot[TW_LOSS_ORDER_WINDOW];
};

struct tw_loss {
	/* the hot line: replies in lockstep touch nothing else */
	uint64_t next_s;   /**< highest sseq answered + 1 (RFC 4737 NextExp) */
	uint64_t next_r;   /**< highest rseq + 1, unwrapped */
	uint64_t run_r;    /**< [run_r, next_r) came in lockstep and is in no table yet */
	uint64_t run_next; /**< next_s before the run */

	uint64_t
		epochs; /**< lives of the reflector's counter; 0 until the first is in the tables */
	uint64_t low_s, low_r;
	uint64_t answered, replies; /**< without the run */
	uint64_t floor_s;           /**< next_s when the epoch began */

	uint64_t in_time; /**< first replies in time, without the run */
	uint64_t late;
	uint64_t stray;
	uint64_t duplicates, duplicates_outbound, duplicates_inbound;
	uint64_t reordered, reordered_outbound, reordered_inbound;
	uint64_t order_unknown; /**< outbound */
	uint64_t order_untold;  /**< replies came by several ways */
	uint32_t way;           /**< 1 + that of the last reply out of step; 0: there was none */
	bool ways_differ;
	bool starts_at_zero; /**< see tw_loss_start_at_zero() */
	bool rseq_differs;   /**< a reply did not copy the sender's number */

	struct tw_loss_span before; /**< the epoch before this one: its stragglers still count */
	struct tw_loss_closed closed;

	struct tw_loss_span border; /**< see tw_loss_border() */
	struct tw_loss_span border_before;
	struct tw_loss_closed border_closed;
	uint64_t border_epoch;
	uint64_t border_next;    /**< next_s when it was drawn */
	uint64_t border_in_time; /**< replies in time to lower numbers */

	struct tw_loss_tables *t;
};

/**
 * Begin a stream: nothing sent, nothing received, the reflector's first number unknown.
 * @param t  all zero, kept by the caller as long as @p l is used
 */
void tw_loss_init(struct tw_loss *l, struct tw_loss_tables *t);

/**
 * To be called after tw_loss_init() where the reflector is known to answer the first packet that
 * it gets with number 0, as in a negotiated session (RFC 5357 section 4.2).
 */
static inline void tw_loss_start_at_zero(struct tw_loss *l)
{
	l->starts_at_zero = true;
}

/** What is not in lockstep; called by the inline functions below. */
void tw_loss_reply_other(struct tw_loss *l, uint64_t sseq, uint32_t rseq, bool late);

/**
 * First reply to a sender number, in time.
 * @param sseq  sender's number, unwrapped, known to have been sent
 * @param rseq  reflector's number as received
 */
static inline void tw_loss_reply(struct tw_loss *l, uint64_t sseq, uint32_t rseq)
{
	if (__builtin_expect(sseq == l->next_s && rseq == (uint32_t)l->next_r, 1)) {
		l->next_s++;
		l->next_r++;
		return;
	}
	tw_loss_reply_other(l, sseq, rseq, false);
}

/** The next reply came by this way: any number that tells it from others, below UINT32_MAX. */
static inline void tw_loss_by(struct tw_loss *l, uint32_t way)
{
	l->ways_differ |= l->way && l->way != way + 1;
	l->way = way + 1;
}

/** tw_loss_reply() of one that came by @p way, which matters to such out of step alone. */
static inline void tw_loss_reply_by(struct tw_loss *l, uint64_t sseq, uint32_t rseq, uint32_t way)
{
	if (__builtin_expect(sseq != l->next_s || rseq != (uint32_t)l->next_r, 0))
		tw_loss_by(l, way);
	tw_loss_reply(l, sseq, rseq);
}

/** First reply to a sender number, after the timeout: lost, but it tells which way it was not. */
static inline void tw_loss_late(struct tw_loss *l, uint64_t sseq, uint32_t rseq)
{
	tw_loss_reply_other(l, sseq, rseq, true);
}

/** Another reply to a sender number that has been answered. */
void tw_loss_duplicate(struct tw_loss *l, uint64_t sseq, uint32_t rseq);

/**
 * A reply to a sender number so old that nobody knows whether it was answered, or with which
 * timestamp: a duplicate when its rseq was seen, taken as late when that is missing among those
 * seen, no more than counted otherwise. Makes the split an estimate.
 */
void tw_loss_stray(struct tw_loss *l, uint64_t sseq, uint32_t rseq);

/** First replies in time, whichever way they came. */
static inline uint64_t tw_loss_in_time(const struct tw_loss *l)
{
	return l->in_time + (l->next_r - l->run_r);
}

/** Every reply so far copied the sender's number: a stateless reflector, or no outbound loss. */
static inline bool tw_loss_rseq_equals_sseq(const struct tw_loss *l)
{
	return !l->rseq_differs;
}

/** How often the reflector began to count anew. */
static inline uint64_t tw_loss_restarts(const struct tw_loss *l)
{
	return l->epochs > 1 ? l->epochs - 1 : 0;
}

/**
 * Running totals. lost_outbound and lost_inbound are unknown when @p stateless or when something
 * was lost and no reply came at all, and unknown with loss_inconsistent when they come out negative
 * or above what was lost; short_replies is 0.
 *
 * @param sent       packets sent, all judged: no reply to them is awaited any more
 * @param received   of them, answered in time
 * @param stateless  the reflector is known to copy the sender's number: no duplicate and no
 *                   reordering is put to a direction either
 */
void tw_loss_totals(const struct tw_loss *l, uint64_t sent, uint64_t received, bool stateless,
	struct tw_packet_counts *ret_counts);

/**
 * Draw a border between two intervals. Interim results are differences of the totals at borders,
 * but when one is drawn packets are on their way; so draw it, wait one timeout, then take
 * tw_loss_border_totals(). Replies that come in between go to the side they belong to.
 */
void tw_loss_border(struct tw_loss *l);

/**
 * Totals up to the last border; duplicates, late and reordered ones are those of now.
 *
 * The border is behind the highest number answered when it was drawn: what was then on its way
 * is in the next interval. When nothing above has been answered since, it is at @p sent, so that
 * an outage shows; what is lost there is unattributed, and the interval in which replies come
 * back then has no split (its running totals hold that of the outage too).
 *
 * @param sent  packets that had been sent when the border was drawn
 */
void tw_loss_border_totals(const struct tw_loss *l, uint64_t sent, bool stateless,
	struct tw_packet_counts *ret_counts);

#endif

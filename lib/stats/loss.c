/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_loss.h"

#include "loss_priv.h"

#include <string.h>

#define SEEN TW_LOSS_SEEN_BITS
/* How far apart in sender numbers packets may overtake each other before a reflector's number
 * that falls is a restart and not reordering. */
#define OVERTAKE 256

void tw_loss_init(struct tw_loss *l, struct tw_loss_tables *t)
{
	memset(l, 0, sizeof(*l));
	l->t = t;
	/* As if number 0 had just been announced: the usual first reply is then in lockstep. */
	l->next_r = l->run_r = l->low_r = FIRST_LAP;
	l->border.low_r = l->border.next_r = FIRST_LAP;
}

static bool seen(const struct tw_loss *l, uint64_t r)
{
	return l->t->seen[r % SEEN / 64] >> (r % 64) & 1;
}

/* Give the bits of [from, to) the value @v. */
static void seen_set(struct tw_loss *l, uint64_t from, uint64_t to, bool v)
{
	if (to - from >= SEEN) {
		memset(l->t->seen, v ? 0xff : 0, sizeof(l->t->seen));
		return;
	}
	while (from < to) {
		uint64_t n = 64 - from % 64 < to - from ? 64 - from % 64 : to - from;
		uint64_t mask = (n == 64 ? ~0ULL : (1ULL << n) - 1) << (from % 64);
		uint64_t *word = &l->t->seen[from % SEEN / 64];

		*word = v ? *word | mask : *word & ~mask;
		from += n;
	}
}

/* Enter the run into the tables. What follows starts another one. */
static void flush(struct tw_loss *l)
{
	uint64_t n = l->next_r - l->run_r;

	if (n == 0)
		return;
	l->answered += n;
	l->replies += n;
	l->in_time += n;
	seen_set(l, l->run_r, l->next_r, true);
	tw_loss_order_run(l, l->run_r, l->next_r, l->next_s - 1, l->run_next);
	l->run_r = l->next_r;
	l->run_next = l->next_s;
	if (l->epochs == 0)
		l->epochs = 1;
}

/* The epoch so far; a run not yet entered included. */
static struct tw_loss_span span(const struct tw_loss *l)
{
	uint64_t run = l->next_r - l->run_r;

	return (struct tw_loss_span){
		.low_s = l->low_s,
		.next_s = l->next_s,
		.low_r = l->low_r,
		.next_r = l->next_r,
		.answered = l->answered + run,
		.replies = l->replies + run,
	};
}

/* Add what was lost inside @e: the sum is known, the inbound share is what is missing of the
 * reflector's numbers, the outbound share is the rest. */
static void close_span(struct tw_loss_closed *c, const struct tw_loss_span *e, bool from_zero)
{
	uint64_t length = e->next_s - e->low_s;
	uint64_t numbers = e->next_r - e->low_r;
	uint64_t lost, inbound;

	if (e->answered == 0)
		return;
	if (from_zero) {
		length = e->next_s;
		numbers = e->next_r - FIRST_LAP;
	}
	if (e->answered > length) {
		c->inconsistent = true;
		return;
	}
	lost = length - e->answered;
	if (lost == 0)
		return;
	inbound = numbers - e->replies;
	if (e->replies > numbers || inbound > lost) {
		c->inconsistent = true;
		return;
	}
	c->inbound += inbound;
	c->outbound += lost - inbound;
}

/* A first reply that belongs into an earlier span. */
static void span_add(struct tw_loss_span *e, uint64_t s, uint64_t r)
{
	e->answered++;
	e->replies++;
	if (s < e->low_s)
		e->low_s = s;
	if (s >= e->next_s)
		e->next_s = s + 1;
	if (r < e->low_r)
		e->low_r = r;
	if (r >= e->next_r)
		e->next_r = r + 1;
}

static void begin_epoch(struct tw_loss *l, uint64_t s, uint32_t rseq)
{
	if (l->epochs > 0) {
		close_span(&l->closed, &l->before, l->starts_at_zero && l->epochs == 2);
		l->before = span(l);
	}
	l->epochs++;
	l->low_s = s;
	l->low_r = FIRST_LAP + rseq;
	l->next_r = l->run_r = l->low_r;
	l->answered = l->replies = 0;
	l->floor_s = l->next_s;
	memset(l->t->seen, 0, sizeof(l->t->seen));
	tw_loss_order_reset(l);
}

/* The 64-bit number closest to the highest so far that ends in @rseq. */
static uint64_t unwrap(uint64_t next, uint32_t rseq)
{
	return next + (uint64_t)(int64_t)(int32_t)(rseq - (uint32_t)next);
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* How far @r is from where a reply to @s is expected when one to @at_s had @at_r. */
static uint64_t misfit(uint64_t s, uint64_t r, uint64_t at_s, uint64_t at_r)
{
	return distance(r + at_s, s + at_r);
}

/* Does the reply belong to the epoch before? It was sent before this one began, and its number
 * fits there better. */
static bool of_epoch_before(const struct tw_loss *l, uint64_t s, uint32_t rseq, uint64_t *ret_r)
{
	uint64_t r = unwrap(l->before.next_r, rseq);

	if (l->epochs < 2 || s >= l->low_s)
		return false;
	if (misfit(s, r, l->before.next_s, l->before.next_r) >=
		misfit(s, unwrap(l->next_r, rseq), l->low_s, l->low_r))
		return false;
	*ret_r = r;
	return true;
}

/* Has the reflector lost its counter? Numbers are never above what was sent since, or twice that
 * with every packet duplicated; they never fall while the sender's rise, beyond overtaking; and
 * none is used twice for different packets. */
static bool restarted(const struct tw_loss *l, uint64_t s, uint64_t r)
{
	uint64_t ahead = s > l->next_s ? s - l->next_s : 0;
	uint64_t behind = l->next_r - r;

	if (r >= l->next_r)
		return r - l->next_r > 2 * ahead + SEEN;
	if (behind > SEEN)
		return s + SEEN / 2 > l->next_s;
	if (seen(l, r))
		return true;
	if (s < l->next_s)
		return false;
	/* Sent last of all and reflected before so many others: too good to be true. */
	return behind > OVERTAKE || (r < l->low_r && l->next_s - l->low_s > OVERTAKE);
}

/* Let a reply that came out of order count on its side of the border, too. Replies in order are
 * beyond it. */
static void border_add(struct tw_loss *l, uint64_t s, uint64_t r, bool answers)
{
	struct tw_loss_span *b = &l->border;

	if (answers && s < b->next_s) {
		b->answered++;
		if (s < b->low_s)
			b->low_s = s;
	}
	if (r < b->next_r) {
		b->replies++;
		if (r < b->low_r)
			b->low_r = r;
	}
}

/* A first reply that is not part of a run. overtaken: inbound; unknown: nobody knows of outbound. */
static void count_in_time(struct tw_loss *l, uint64_t s, bool late, bool overtaken, bool unknown)
{
	const bool behind = s < l->next_s;

	if (late)
		return;
	l->in_time++;
	l->border_in_time += s < l->border_next;
	if (l->ways_differ) {
		l->order_untold += behind | overtaken;
		l->order_unknown += unknown && !(behind | overtaken);
		return;
	}
	l->reordered += behind;
	l->reordered_inbound += overtaken;
	l->order_unknown += unknown;
}

/* A first reply to the epoch before the present one. */
static void add_to_epoch_before(struct tw_loss *l, uint64_t s, uint64_t r)
{
	span_add(&l->before, s, r);
	if (l->border_epoch == l->epochs)
		span_add(&l->border_before, s, r);
	else if (l->border_epoch + 1 == l->epochs)
		border_add(l, s, r, true);
}

static void note_sender_number(struct tw_loss *l, uint64_t s)
{
	if (s >= l->next_s)
		l->next_s = s + 1;
	l->run_next = l->next_s;
}

/* Numbers up to @r have been used. */
static void advance(struct tw_loss *l, uint64_t r)
{
	seen_set(l, l->next_r, r, false);
	tw_loss_order_skip(l, l->next_r, r);
	l->next_r = l->run_r = r;
}

/* The highest reflector number so far. */
static void append(struct tw_loss *l, uint64_t s, uint64_t r, bool late)
{
	advance(l, r);
	if (s >= l->next_s && !late) {
		l->run_next = l->next_s;
		l->next_r++;
		l->next_s = s + 1;
		return;
	}
	count_in_time(l, s, late, false, false);
	tw_loss_order_append(l, r, s, l->next_s, late);
	seen_set(l, r, r + 1, true);
	l->next_r = l->run_r = r + 1;
	l->answered++;
	l->replies++;
	if (l->border_epoch == l->epochs)
		border_add(l, s, r, true);
	note_sender_number(l, s);
}

/* A reflector number below the highest. */
static void insert(struct tw_loss *l, uint64_t s, uint64_t r, bool late)
{
	count_in_time(l, s, late, true, !tw_loss_order_insert(l, r, s, late));
	if (l->next_r - r <= SEEN)
		seen_set(l, r, r + 1, true);
	if (r < l->low_r)
		l->low_r = r;
	l->answered++;
	l->replies++;
	if (l->border_epoch == l->epochs)
		border_add(l, s, r, true);
	note_sender_number(l, s);
}

void tw_loss_reply_other(struct tw_loss *l, uint64_t sseq, uint32_t rseq, bool late)
{
	uint64_t r;

	flush(l);
	l->rseq_differs |= rseq != (uint32_t)sseq;
	l->late += late;
	if (l->epochs == 0)
		begin_epoch(l, sseq, rseq);
	if (of_epoch_before(l, sseq, rseq, &r)) {
		add_to_epoch_before(l, sseq, r);
		count_in_time(l, sseq, late, true, true);
		return;
	}
	r = unwrap(l->next_r, rseq);
	if (restarted(l, sseq, r)) {
		begin_epoch(l, sseq, rseq);
		r = l->next_r;
	}
	if (sseq < l->low_s)
		l->low_s = sseq;
	/* Two lives of the counter answered packets that overtook each other: no telling apart. */
	l->closed.inconsistent |= sseq < l->floor_s;
	if (r >= l->next_r)
		append(l, sseq, r, late);
	else
		insert(l, sseq, r, late);
}

void tw_loss_duplicate(struct tw_loss *l, uint64_t sseq, uint32_t rseq)
{
	uint64_t r;

	flush(l);
	l->duplicates++;
	l->rseq_differs |= rseq != (uint32_t)sseq;
	if (l->epochs == 0 || of_epoch_before(l, sseq, rseq, &r))
		return;
	r = unwrap(l->next_r, rseq);
	if (r < l->next_r && l->next_r - r <= SEEN && seen(l, r)) {
		l->duplicates_inbound++;
		return;
	}
	/* Too far off to tell: of a life of the counter that is over, or not worth believing. */
	if (distance(r, l->next_r) > SEEN)
		return;
	l->duplicates_outbound++;
	l->replies++;
	if (l->border_epoch == l->epochs)
		border_add(l, sseq, r, false);
	if (r >= l->next_r)
		advance(l, r + 1);
	if (r < l->low_r)
		l->low_r = r;
	seen_set(l, r, r + 1, true);
}

void tw_loss_stray(struct tw_loss *l, uint64_t sseq, uint32_t rseq)
{
	uint64_t r = unwrap(l->next_r, rseq);

	l->stray++;
	flush(l);
	/* Nobody vouches for it: it may fill a gap, but not move the numbers. */
	if (l->epochs == 0 || r < l->low_r || r >= l->next_r || l->next_r - r > SEEN)
		return;
	if (seen(l, r))
		tw_loss_duplicate(l, sseq, rseq);
	else
		tw_loss_reply_other(l, sseq, rseq, true);
}

/* @p heard: there was a reply. Without one nobody knows which way anything was lost. */
static void counts(const struct tw_loss *l, const struct tw_loss_closed *c, uint64_t sent,
	uint64_t received, bool stateless, bool heard, struct tw_packet_counts *ret)
{
	struct tw_packet_counts n = {
		.sent = sent,
		.received = received,
		.lost = sent > received ? sent - received : 0,
		.late = l->late,
		.duplicates = l->duplicates,
		.reordered = l->reordered,
	};

	n.lost_unattributed = n.lost;
	n.order_unknown = l->order_untold;
	if (!stateless) {
		n.duplicates_outbound = l->duplicates_outbound;
		n.duplicates_inbound = l->duplicates_inbound;
		n.reordered_outbound = l->reordered_outbound;
		n.reordered_inbound = l->reordered_inbound;
		n.order_unknown += l->order_unknown;
		n.loss_inconsistent = c->inconsistent || c->outbound > n.lost ||
				      c->inbound > n.lost - c->outbound;
		n.loss_estimated = n.lost && (l->duplicates || l->stray || l->reordered_outbound);
	}
	if (!stateless && !n.loss_inconsistent && (heard || !n.lost)) {
		n.lost_outbound = tw_known(c->outbound);
		n.lost_inbound = tw_known(c->inbound);
		n.lost_unattributed = n.lost - c->outbound - c->inbound;
	}
	*ret = n;
}

void tw_loss_totals(const struct tw_loss *l, uint64_t sent, uint64_t received, bool stateless,
	struct tw_packet_counts *ret_counts)
{
	struct tw_loss_closed c = l->closed;
	struct tw_loss_span now = span(l);

	if (l->epochs > 1)
		close_span(&c, &l->before, l->starts_at_zero && l->epochs == 2);
	close_span(&c, &now, l->starts_at_zero && l->epochs <= 1);
	counts(l, &c, sent, received, stateless, l->epochs > 0 || now.answered > 0, ret_counts);
}

void tw_loss_border(struct tw_loss *l)
{
	uint64_t run = l->next_r - l->run_r;

	/* The run goes on: it need not be entered into the tables for this. */
	if (run && l->epochs == 0)
		l->epochs = 1;
	l->border = span(l);
	l->border_before = l->before;
	l->border_closed = l->closed;
	l->border_epoch = l->epochs;
	l->border_next = l->next_s;
	l->border_in_time = tw_loss_in_time(l);
}

void tw_loss_border_totals(
	const struct tw_loss *l, uint64_t sent, bool stateless, struct tw_packet_counts *ret_counts)
{
	struct tw_loss_closed c = l->border_closed;
	/* While replies go on, what was on its way at the border is the next interval's. */
	uint64_t end = l->next_s > l->border_next ? l->border_next : sent;

	if (l->border_epoch > 1)
		close_span(&c, &l->border_before, l->starts_at_zero && l->border_epoch == 2);
	close_span(&c, &l->border, l->starts_at_zero && l->border_epoch <= 1);
	counts(l, &c, end, l->border_in_time, stateless,
		l->border_epoch > 1 || l->border.answered > 0, ret_counts);
}

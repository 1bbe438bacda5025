/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* What a sender task tells the control core: running results as one value, to which each task of a
 * measurement adds. */

#include "sender.h"
#include "tw_sender_results.h"

#include <errno.h>

/* An instant of 2026: the era of a start is right for 68 years from then. */
#define NEAR_NS (1767225600 * TW_NS_PER_SEC)

/* Streams that are looked at in one go: 50 us or so, in which no packet is sent. */
#define SLICE 1024

/* All groups: another than any there is. */
#define ALL UINT32_MAX

/* Packets given a number that the device has not taken yet. */
static uint64_t pending_of(const struct tw_sender *s, uint32_t stream)
{
	uint64_t n = 0;

	for (unsigned int k = 0; k < s->n_pending; k++)
		n += s->pending[k].stream == stream;
	return n;
}

/* What the result holds of one stream: loss by direction is a stream's own affair. */
static void add_stream(struct tw_sender *s, uint32_t i, bool border, struct tw_result *into)
{
	const struct tw_send_stream *t = &s->streams[i];
	const struct tw_reply_stream *r = &s->reply.streams[i];
	struct tw_result *part = s->groups ? s->groups[t->group].result : s->result;
	struct tw_packet_counts c;

	if (border)
		tw_loss_border_totals(&r->loss, t->sent_at_border, t->stateless_peer, &c);
	else
		tw_loss_totals(&r->loss, t->sent - pending_of(s, i), tw_loss_in_time(&r->loss),
			t->stateless_peer, &c);
	tw_packet_counts_merge(&into->packets, &c);
	tw_variation_add_jitter(&r->variation, into);
	part->peer.rseq_equals_sseq &= tw_loss_rseq_equals_sseq(&r->loss);
}

static struct tw_ns duration_of(uint64_t from, uint64_t to)
{
	return tw_span_to_ns((struct tw_span){to > from ? (int64_t)(to - from) : 0});
}

static struct tw_ns longer(struct tw_ns a, struct tw_ns b)
{
	return a.v > b.v ? a : b;
}

/* First and last reply in time to the group's packets. */
static void reply_times(
	const struct tw_sender *s, uint32_t group, uint64_t *ret_first, uint64_t *ret_last)
{
	uint64_t first = s->reply.first_mono, last = s->reply.last_mono;

	for (uint32_t g = 0; s->groups && g < s->cfg.n_groups; g++) {
		const struct tw_sender_group *x = &s->groups[g];
		bool current = x == s->current;

		if (group == g && !current) {
			first = x->first_mono;
			last = x->last_mono;
		}
		if (group != ALL || current || x->first_mono == 0)
			continue;
		if (first == 0 || x->first_mono < first)
			first = x->first_mono;
		last = x->last_mono > last ? x->last_mono : last;
	}
	*ret_first = first;
	*ret_last = last;
}

/* When it was, and how long; `into` may hold another task's. */
static void add_times(const struct tw_sender *s, uint32_t group, struct tw_result *into)
{
	const struct tw_clock_map *clock = &s->task.clock;
	struct tw_ns start =
		tw_ntp_to_ns((struct tw_ntp){s->start_mono + clock->offset}, tw_ns(NEAR_NS));
	uint64_t end = s->phase == TW_SENDER_DONE && s->last_answer > s->last_tx ? s->last_answer
										 : s->last_tx;
	uint64_t first, last;

	reply_times(s, group, &first, &last);
	if (s->start_mono && (into->start.v == 0 || start.v < into->start.v))
		into->start = start;
	into->send_time = longer(into->send_time, duration_of(s->first_tx, s->last_tx));
	into->receive_time = longer(into->receive_time, duration_of(first, last));
	into->duration = longer(into->duration, duration_of(s->start_mono, end));
	into->tester.stolen = tw_ns_add(
		into->tester.stolen, duration_of(0, tw_clock_ticks(clock, s->task.stolen)));
	into->tester.stolen_longest = longer(into->tester.stolen_longest,
		duration_of(0, tw_clock_ticks(clock, s->task.stolen_longest)));
}

/* Results are added in three steps, the second of which may be done in slices of the streams. */
static void begin_adding(struct tw_sender *s)
{
	s->result->peer.rseq_equals_sseq = s->result->peer.known;
	for (uint32_t g = 0; s->groups && g < s->cfg.n_groups; g++)
		s->groups[g].result->peer.rseq_equals_sseq = s->groups[g].result->peer.known;
}

static void add_streams(struct tw_sender *s, uint32_t group, bool border, uint32_t from,
	uint32_t to, struct tw_result *into)
{
	for (uint32_t i = from; i < to; i++)
		if (group == ALL || s->streams[i].group == group)
			add_stream(s, i, border, into);
}

/* Due by a schedule, offered, and never taken: with these sent and not_sent are all that was asked for. */
static uint64_t never_taken(const struct tw_sender *s, uint32_t group)
{
	uint64_t n = 0;

	if (s->phase != TW_SENDER_DONE || (s->cfg.schedule == TW_SCHEDULE_MAX && !s->own))
		return 0;
	for (unsigned int k = 0; k < s->n_pending; k++)
		n += group == ALL || s->streams[s->pending[k].stream].group == group;
	return n;
}

static void add_rest(struct tw_sender *s, uint32_t group, struct tw_result *into)
{
	const struct tw_clock_map *clock = &s->task.clock;

	into->tester.not_sent += never_taken(s, group);
	if (group == ALL)
		tw_result_merge(into, s->result);
	for (uint32_t g = 0; s->groups && g < s->cfg.n_groups; g++)
		if (group == ALL || group == g)
			tw_result_merge(into, s->groups[g].result);
	if (group == ALL)
		tw_stamping_merge(&into->stamping, &s->stamper.n);
	into->source[0] = tw_stamping_source(&s->stamper.n, 0,
		s->stamper.port.launch_flag ? TW_STAMP_LAUNCH_TIME : TW_STAMP_HARDWARE);
	into->source[1] = TW_STAMP_PEER;
	into->source[2] = TW_STAMP_PEER;
	into->source[3] = tw_stamping_source(&s->stamper.n, 3, TW_STAMP_HARDWARE);
	into->clock.error = tw_span_to_ns((struct tw_span){(int64_t)clock->error});
	into->clock.synchronised = clock->synchronised;
	into->clock.steps = (uint16_t)(clock->epoch - s->start_epoch);
	add_times(s, group, into);
}

void tw_sender_results(struct tw_sender *s, struct tw_result *into, bool border)
{
	begin_adding(s);
	add_streams(s, ALL, border, 0, s->n_streams, into);
	add_rest(s, ALL, into);
}

/* The next of the streams before `end`. @return where the slice ends */
static uint32_t slice_end(uint32_t from, uint32_t end)
{
	return end - from > SLICE ? from + SLICE : end;
}

int tw_sender_border(struct tw_task *task, void *arg)
{
	struct tw_sender *s = (struct tw_sender *)task;
	struct tw_sender_query *q = arg;
	uint32_t end = slice_end(q->at, s->n_streams);

	for (; q->at < end; q->at++) {
		s->streams[q->at].sent_at_border = s->streams[q->at].sent;
		tw_loss_border(&s->reply.streams[q->at].loss);
	}
	s->border_numbered = s->numbered;
	s->border_mono = tw_clock_mono(&task->clock, rte_rdtsc());
	return q->at < s->n_streams ? TW_SENDER_MORE : 0;
}

/* A slice of the streams from first to last. */
static int add_slice(struct tw_sender *s, struct tw_sender_query *q, uint32_t group, uint32_t first,
	uint32_t last)
{
	uint32_t from = q->at < first ? first : q->at, end = slice_end(from, last);

	if (q->at == 0)
		begin_adding(s);
	add_streams(s, group, q->border, from, end, q->into);
	q->at = end;
	if (end < last)
		return TW_SENDER_MORE;
	add_rest(s, group, q->into);
	return 0;
}

int tw_sender_group(struct tw_task *task, void *arg)
{
	struct tw_sender *s = (struct tw_sender *)task;
	struct tw_sender_query *q = arg;

	if (q->group >= s->cfg.n_groups)
		return -ENOENT;
	return add_slice(s, q, q->group, s->groups[q->group].first, s->groups[q->group].end);
}

int tw_sender_interim(struct tw_task *task, void *arg)
{
	struct tw_sender *s = (struct tw_sender *)task;

	return add_slice(s, arg, ALL, 0, s->n_streams);
}

int tw_sender_border_settled(struct tw_task *task, void *arg)
{
	const struct tw_sender *s = (const struct tw_sender *)task;
	uint64_t mono = tw_clock_mono(&task->clock, rte_rdtsc());

	(void)arg;
	/* Every packet answered is the quick way out; else the youngest before the border decides. */
	return s->answered >= s->border_numbered || mono - s->border_mono > s->reply.timeout;
}

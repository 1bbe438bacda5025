/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* What a sender task tells the control core: running results as one value, to which each task of a
 * measurement adds. */

#include "sender.h"
#include "tw_sender_results.h"

#include <errno.h>

/* An instant of 2026: the era of a start is right for 68 years from then. */
#define NEAR_NS (1767225600 * TW_NS_PER_SEC)

/* All groups: another than any there is. */
#define ALL UINT32_MAX

/* Is the stream one of the group? */
static bool is_of(const struct tw_sender *s, uint32_t stream, uint32_t group)
{
	return group == ALL || s->streams[stream].group == group;
}

/* Totals of streams: counted per stream, since loss by direction is a stream's own affair. */
static void count_packets(
	const struct tw_sender *s, uint32_t group, bool border, struct tw_packet_counts *ret)
{
	for (uint32_t i = 0; i < s->n_streams; i++) {
		const struct tw_send_stream *t = &s->streams[i];
		const struct tw_reply_stream *r = &s->reply.streams[i];
		uint64_t sent = border ? t->sent_at_border : t->sent, pending = 0;
		struct tw_packet_counts c;

		if (!is_of(s, i, group))
			continue;
		if (!border)
			for (unsigned int k = 0; k < s->n_pending; k++)
				pending += s->pending[k].stream == i;
		if (border)
			tw_loss_border_totals(&r->loss, sent, t->stateless_peer, &c);
		else
			tw_loss_totals(
				&r->loss, sent - pending, r->received, t->stateless_peer, &c);
		tw_packet_counts_merge(ret, &c);
	}
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

/* One part of what was recorded: the group's, or all that is no group's. */
static void add_recorded(
	struct tw_sender *s, struct tw_result *part, uint32_t group, struct tw_result *into)
{
	part->peer.rseq_equals_sseq = part->peer.known;
	for (uint32_t i = 0; i < s->n_streams; i++)
		if (is_of(s, i, group))
			part->peer.rseq_equals_sseq &=
				tw_loss_rseq_equals_sseq(&s->reply.streams[i].loss);
	tw_result_merge(into, part);
}

static void add_streams(struct tw_sender *s, uint32_t group, bool border, struct tw_result *into)
{
	const struct tw_clock_map *clock = &s->task.clock;

	count_packets(s, group, border, &into->packets);
	for (uint32_t i = 0; i < s->n_streams; i++)
		if (is_of(s, i, group))
			tw_variation_add_jitter(&s->reply.streams[i].variation, into);
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
	add_recorded(s, s->result, ALL, into);
	for (uint32_t g = 0; s->groups && g < s->cfg.n_groups; g++)
		add_recorded(s, s->groups[g].result, g, into);
	add_streams(s, ALL, border, into);
}

int tw_sender_group(struct tw_task *task, void *arg)
{
	struct tw_sender *s = (struct tw_sender *)task;
	const struct tw_sender_group_query *q = arg;

	if (q->group >= s->cfg.n_groups)
		return -ENOENT;
	add_recorded(s, s->groups[q->group].result, q->group, q->into);
	add_streams(s, q->group, q->border, q->into);
	return 0;
}

int tw_sender_border(struct tw_task *task, void *arg)
{
	struct tw_sender *s = (struct tw_sender *)task;

	(void)arg;
	for (uint32_t i = 0; i < s->n_streams; i++) {
		s->streams[i].sent_at_border = s->streams[i].sent;
		tw_loss_border(&s->reply.streams[i].loss);
	}
	s->border_numbered = s->numbered;
	s->border_mono = tw_clock_mono(&task->clock, rte_rdtsc());
	return 0;
}

int tw_sender_interim(struct tw_task *task, void *arg)
{
	tw_sender_results((struct tw_sender *)task, arg, true);
	return 0;
}

int tw_sender_border_settled(struct tw_task *task, void *arg)
{
	const struct tw_sender *s = (const struct tw_sender *)task;
	uint64_t mono = tw_clock_mono(&task->clock, rte_rdtsc());

	(void)arg;
	/* Every packet answered is the quick way out; else the youngest before the border decides. */
	return s->answered >= s->border_numbered || mono - s->border_mono > s->reply.timeout;
}

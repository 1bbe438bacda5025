/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Streams with schedules of their own: what is due next comes from one queue. */

#include "loop_sender.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Streams that are too late are skipped so many at a time: packets must not wait for all. */
#define SKIPS 64

uint64_t tw_sender_records(
	double pps, enum tw_schedule_kind kind, uint32_t burst, struct tw_ns timeout)
{
	/* what a horizon of delay may add, too */
	double n = pps * (tw_ns_sec(timeout) + TW_SENDER_HORIZON_NS * 1e-9);

	if (kind == TW_SCHEDULE_PERIODIC)
		return (uint64_t)n + 2ULL * burst + 2;
	/* arrivals of bursts, at eight deviations: 8 sqrt(n burst) <= n / 4 + 64 burst */
	return (uint64_t)fmin(n * 1.25 + 64.0 * burst, n + 8 * sqrt(n * burst) + 8.0 * burst) + 8;
}

uint64_t tw_sender_horizon(const struct tw_sender_config *cfg, uint64_t pps_num, uint64_t pps_den)
{
	double gap_ns = 1e9 * (double)pps_den / (double)pps_num;
	struct tw_ns h = cfg->horizon;

	if (h.v == 0)
		h = tw_ns((int64_t)fmax(gap_ns, TW_SENDER_HORIZON_NS));
	return (uint64_t)tw_ns_to_span(h).v;
}

static int init_one(struct tw_sender *s, uint32_t i, uint64_t *ret_records)
{
	const struct tw_stream_schedule *c = &s->cfg.schedules[i];
	struct tw_sender_own *o = &s->own[i];

	if ((c->kind != TW_SCHEDULE_PERIODIC && c->kind != TW_SCHEDULE_POISSON) ||
		c->offset.v < 0 ||
		tw_pace_init(&o->pace,
			c->kind == TW_SCHEDULE_POISSON ? TW_PACE_POISSON : TW_PACE_PERIODIC,
			c->pps_num, c->pps_den, c->burst,
			s->cfg.seed + (i + 1) * 0x9e3779b97f4a7c15ULL) < 0)
		return -EINVAL;
	o->left = c->count ? c->count : UINT64_MAX;
	o->horizon = tw_sender_horizon(&s->cfg, c->pps_num, c->pps_den);
	o->offset = (uint64_t)tw_ns_to_span(c->offset).v;
	*ret_records = tw_sender_records(
		(double)c->pps_num / (double)c->pps_den, c->kind, c->burst, s->cfg.timeout);
	return 0;
}

int tw_sender_own_init(struct tw_sender *s, struct tw_err *err)
{
	uint32_t n = s->n_streams;
	uint64_t *records = calloc(n, sizeof(*records));
	struct tw_due_entry *heap = calloc(n, sizeof(*heap));
	int rc = 0;

	s->own = calloc(n, sizeof(*s->own));
	if (!records || !heap || !s->own)
		rc = tw_fail(err, -ENOMEM, "no memory for %u streams", n);
	tw_due_queue_init(&s->due, heap, n);
	s->horizon = UINT64_MAX; /* each has its own */
	for (uint32_t i = 0; rc == 0 && i < n; i++)
		if (init_one(s, i, &records[i]) < 0)
			rc = tw_fail(err, -EINVAL, "stream %u: its schedule cannot be kept", i);
	if (rc == 0 && tw_window_init_rings(&s->window, n, records) < 0)
		rc = tw_fail(err, -ENOMEM, "no memory for %u streams", n);
	free(records);
	return rc;
}

void tw_sender_own_start(struct tw_sender *s)
{
	for (uint32_t i = 0; i < s->n_streams; i++) {
		tw_pace_start(&s->own[i].pace, s->start_mono + s->own[i].offset);
		tw_due_queue_push(&s->due, i, tw_pace_due(&s->own[i].pace));
	}
}

void tw_sender_not_sent(struct tw_sender *s, uint32_t stream, uint64_t n)
{
	tw_sender_health(s, stream)->not_sent += n;
}

/* The first stream's packets up to `until` will not be sent any more. */
static void skip(struct tw_sender *s, uint64_t until)
{
	uint32_t i = tw_due_queue_first(&s->due);
	struct tw_sender_own *o = &s->own[i];
	uint64_t gone = tw_pace_skip(&o->pace, until + 1);

	gone = gone < o->left ? gone : o->left;
	tw_sender_not_sent(s, i, gone);
	if (o->left != UINT64_MAX)
		o->left -= gone;
	if (o->left)
		tw_due_queue_again(&s->due, tw_pace_due(&o->pace));
	else
		tw_due_queue_pop(&s->due);
}

static bool nothing_left(const struct tw_sender *s, uint64_t mono)
{
	return s->due.n == 0 || (mono >= s->end_mono && tw_due_queue_due(&s->due) >= s->end_mono);
}

void tw_sender_own_wait(struct tw_sender *s, uint64_t mono, uint64_t patience)
{
	uint64_t until = tw_sender_last_due(s, mono), due;

	for (unsigned int k = 0; k < SKIPS; k++) {
		due = tw_due_queue_due(&s->due);
		if (due > until ||
			(mono - due < patience &&
				mono - due <= s->own[tw_due_queue_first(&s->due)].horizon))
			break;
		skip(s, until);
	}
	if (nothing_left(s, mono))
		s->left = 0;
}

static void record_late(struct tw_sender *s, const uint32_t *which, int64_t *late, unsigned int n)
{
	if (!s->groups) {
		tw_series_record_batch(&s->result->tester.pacing, late, n);
		return;
	}
	for (unsigned int i = 0; i < n; i++)
		tw_series_record(&tw_sender_health(s, which[i])->pacing, late[i]);
}

unsigned int tw_sender_own_due(
	struct tw_sender *s, uint64_t mono, uint32_t *ret_which, uint64_t *ret_due)
{
	uint64_t room = s->left < TW_BURST ? s->left : TW_BURST;
	uint64_t until = tw_sender_last_due(s, mono), due;
	unsigned int n = 0, skips = 0;
	int64_t late[TW_BURST];

	while (n < room && (due = tw_due_queue_due(&s->due)) <= until) {
		uint32_t i = tw_due_queue_first(&s->due);
		struct tw_sender_own *o = &s->own[i];

		if (unlikely(mono - due > o->horizon)) {
			if (++skips > SKIPS)
				break;
			skip(s, until);
			continue;
		}
		late[n] = (int64_t)(mono - due);
		ret_due[n] = due;
		ret_which[n++] = i;
		tw_pace_advance(&o->pace);
		if (o->left != UINT64_MAX && --o->left == 0)
			tw_due_queue_pop(&s->due);
		else
			tw_due_queue_again(&s->due, tw_pace_due(&o->pace));
	}
	if (n) {
		tw_sender_note_drift(s, mono, late[0]);
		record_late(s, ret_which, late, n);
	}
	if (unlikely(nothing_left(s, mono)))
		s->left = n;
	return n;
}

void tw_sender_change_group(struct tw_sender *s, struct tw_sender_group *g)
{
	tw_reply_flush(&s->reply);
	s->current->first_mono = s->reply.first_mono;
	s->current->last_mono = s->reply.last_mono;
	s->current = g;
	s->reply.result = g->result;
	s->reply.first_mono = g->first_mono;
	s->reply.last_mono = g->last_mono;
}

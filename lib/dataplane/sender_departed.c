/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* How wrong the times between departures were: the actual gap less that between the times due. */

#include "loop_sender.h"

void tw_sender_departed_each(struct tw_sender *s, int64_t *late, unsigned int n)
{
	int64_t before = (int64_t)s->last_late;

	for (unsigned int i = 0; i < n; i++) {
		int64_t now = late[i];

		late[i] = now - before;
		before = now;
	}
	s->last_late = (uint64_t)before;
	/* the first of all has none before it */
	if (s->numbered)
		tw_series_record_batch(&s->result->tester.departure, late, n);
	else
		tw_series_record_batch(&s->result->tester.departure, late + 1, n - 1);
}

static void departed_unevenly(
	struct tw_sender *s, const int64_t *late, unsigned int n, uint64_t first, uint64_t per)
{
	int64_t at[TW_BURST + 1];

	for (unsigned int i = 0; i < n; i++)
		at[i] = late[i] + (int64_t)(first + i * per);
	tw_sender_departed_each(s, at, n);
}

/*
 * n - 1 gaps of one go, `per` each, that should have been `span` together. Within a schedule's
 * burst a gap should have been none; from burst to burst a step, which is a whole number of
 * units or one more, for the instants are rounded down: so many of either as make up the span.
 */
static void record_run(
	struct tw_series *to, const struct tw_pace *p, uint64_t span, uint64_t per, unsigned int n)
{
	uint64_t steps = n - 1, gap, more;

	if (p->burst > 1)
		steps = (uint64_t)((tw_u128)(span + (uint64_t)(p->step >> 65)) * p->inverse >> 64);
	if (n - 1 > steps)
		tw_series_record_many(to, (int64_t)per, n - 1 - steps);
	if (steps == 0)
		return;
	gap = (uint32_t)span == span ? (uint32_t)span / (uint32_t)steps : span / steps;
	more = span - gap * steps;
	tw_series_record_many(to, (int64_t)(per - gap), steps - more);
	if (more)
		tw_series_record_many(to, (int64_t)(per - gap - 1), more);
}

void tw_sender_departed(
	struct tw_sender *s, const int64_t *late, unsigned int n, uint64_t first, uint64_t last)
{
	struct tw_series *to = &s->result->tester.departure;
	uint64_t per = n > 1 ? (last - first) / (n - 1) : 0;

	if (s->pace.kind != TW_PACE_PERIODIC) {
		departed_unevenly(s, late, n, first, per);
		return;
	}
	if (s->numbered)
		tw_series_record(to, late[0] + (int64_t)(first - s->last_late));
	if (n > 1)
		record_run(to, &s->pace, (uint64_t)(late[0] - late[n - 1]), per, n);
	s->last_late = (uint64_t)late[n - 1] + last;
}

void tw_sender_own_departed(
	struct tw_sender *s, const uint32_t *which, int64_t *gap, unsigned int n)
{
	if (!s->groups) {
		tw_series_record_batch(&s->result->tester.departure, gap, n);
		return;
	}
	for (unsigned int i = 0; i < n; i++)
		tw_series_record(&tw_sender_health(s, which[i])->departure, gap[i]);
}

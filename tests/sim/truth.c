/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "truth.h"

#include "event.h"
#include "tw_loss.h"

#include <stdlib.h>
#include <string.h>

void sim_truth_init(struct sim_truth *t, uint32_t streams)
{
	memset(t, 0, sizeof(*t));
	t->made = sim_grow(NULL, streams, sizeof(*t->made));
	memset(t->made, 0, streams * sizeof(*t->made));
}

void sim_truth_fini(struct sim_truth *t)
{
	free(t->request);
	free(t->reply);
	free(t->arrival);
	free(t->made);
	memset(t, 0, sizeof(*t));
}

/* Room for one more. */
static void *more(void *p, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return p;
	*room = *room ? 2 * *room : 1024;
	return sim_grow(p, *room, size);
}

uint32_t sim_truth_sent(struct sim_truth *t, uint32_t stream, uint64_t now)
{
	t->request = more(t->request, t->n_requests, &t->room_requests, sizeof(*t->request));
	t->request[t->n_requests] = (struct sim_request){.stream = stream,
		.seq = t->made[stream].requests++,
		.sent = now,
		.answer = SIM_NONE};
	return (uint32_t)t->n_requests++;
}

uint32_t sim_truth_reflected(struct sim_truth *t, uint32_t request, uint64_t t2, uint64_t t3)
{
	struct sim_request *q = &t->request[request];

	q->reached++;
	t->reply = more(t->reply, t->n_replies, &t->room_replies, sizeof(*t->reply));
	t->reply[t->n_replies] = (struct sim_reply){.request = request,
		.life = t->made[q->stream].life,
		.nth = t->made[q->stream].replies++,
		.t2 = t2,
		.t3 = t3};
	return (uint32_t)t->n_replies++;
}

void sim_truth_restarted(struct sim_truth *t, uint32_t stream)
{
	t->made[stream].life++;
	t->made[stream].replies = 0;
}

void sim_truth_returned(struct sim_truth *t, uint32_t reply, uint64_t now)
{
	struct sim_reply *r = &t->reply[reply];
	struct sim_request *q = &t->request[r->request];

	if (r->returned++ == 0)
		r->t4 = now;
	if (q->returned++ == 0)
		q->answer = reply;
	t->arrival = more(t->arrival, t->n_arrivals, &t->room_arrivals, sizeof(*t->arrival));
	t->arrival[t->n_arrivals++] = reply;
}

/* Where and how a count is made. */
struct view {
	const struct sim_truth *t;
	uint32_t stream;
	const struct sim_clock *clock;
	uint64_t timeout;
};

static bool is_late(const struct view *v, const struct sim_request *q)
{
	return sim_clock_mono(v->clock, v->t->reply[q->answer].t4) -
		       sim_clock_mono(v->clock, q->sent) >
	       v->timeout;
}

/* Sender numbers [low, high] that one life of the reflector's counter tells about. */
struct told {
	uint64_t low;
	uint64_t high;
};

static struct told told_by(const struct sim_truth *t, uint32_t stream, uint32_t life)
{
	struct told told = {UINT64_MAX, 0};

	for (size_t i = 0; i < t->n_replies; i++) {
		const struct sim_reply *r = &t->reply[i];
		const struct sim_request *q = &t->request[r->request];

		if (q->stream != stream || r->life != life || q->answer != i)
			continue;
		if (q->seq < told.low)
			told.low = q->seq;
		if (q->seq > told.high)
			told.high = q->seq;
	}
	if (life == 0 && t->known_start)
		told.low = 0;
	return told;
}

static void count_told(const struct sim_truth *t, uint32_t stream, struct sim_counts *c)
{
	for (uint32_t life = 0; life <= t->made[stream].life; life++) {
		struct told told = told_by(t, stream, life);

		for (size_t i = 0; i < t->n_requests; i++) {
			const struct sim_request *q = &t->request[i];

			if (q->stream != stream || q->answer != SIM_NONE || q->seq < told.low ||
				q->seq > told.high)
				continue;
			c->told_inbound += q->reached > 0;
			c->told_outbound += q->reached == 0;
		}
	}
}

static void count_loss(const struct view *v, struct sim_counts *c)
{
	const struct sim_truth *t = v->t;

	for (size_t i = 0; i < t->n_requests; i++) {
		const struct sim_request *q = &t->request[i];

		if (q->stream != v->stream)
			continue;
		c->sent++;
		c->copied |= q->reached > 1;
		if (q->answer != SIM_NONE && !is_late(v, q)) {
			c->received++;
			continue;
		}
		c->lost++;
		if (q->answer != SIM_NONE)
			c->late++;
		else if (q->reached)
			c->never_back++;
		else
			c->never_there++;
	}
}

static void count_duplicates(const struct sim_truth *t, uint32_t stream, struct sim_counts *c)
{
	for (size_t i = 0; i < t->n_replies; i++) {
		const struct sim_reply *r = &t->reply[i];
		const struct sim_request *q = &t->request[r->request];

		if (q->stream != stream || r->returned == 0)
			continue;
		c->duplicates_inbound += r->returned - 1;
		c->duplicates_outbound += q->answer != i;
	}
	c->duplicates = c->duplicates_inbound + c->duplicates_outbound;
}

/* RFC 4737 section 3.2: below what came before. What is late or a copy is not counted, but others
 * are compared with it. */
static void count_order(const struct view *v, struct sim_counts *c)
{
	const struct sim_truth *t = v->t;
	bool *seen = sim_grow(NULL, t->n_replies + 1, sizeof(*seen));
	uint64_t next = 0, next_nth = 0, seen_by_reflector = 0;
	uint32_t life = 0;

	memset(seen, 0, (t->n_replies + 1) * sizeof(*seen));
	for (size_t i = 0; i < t->n_arrivals; i++) {
		const struct sim_reply *r = &t->reply[t->arrival[i]];
		const struct sim_request *q = &t->request[r->request];
		bool answer = q->answer == t->arrival[i] && !seen[t->arrival[i]];
		bool counts = answer && !is_late(v, q), beyond;

		if (q->stream != v->stream)
			continue;
		seen[t->arrival[i]] = true;
		/* a new life's numbers are not compared with those before; a straggler's are */
		if (r->life > life) {
			life = r->life;
			next_nth = 0;
		}
		beyond = r->life == life && r->nth + TW_LOSS_ORDER_WINDOW < next_nth;
		c->order_unknown += counts && beyond;
		c->beyond |= answer && beyond;
		c->reordered += counts && q->seq < next;
		c->reordered_inbound += counts && (r->life < life || r->nth < next_nth);
		if (q->seq >= next)
			next = q->seq + 1;
		if (r->life == life && r->nth >= next_nth)
			next_nth = r->nth + 1;
	}
	free(seen);
	next = 0;
	for (size_t i = 0; i < t->n_replies; i++) {
		const struct sim_request *q = &t->request[t->reply[i].request];

		if (q->stream != v->stream)
			continue;
		c->overtaken |= q->seq + 1 < seen_by_reflector;
		if (q->seq >= seen_by_reflector)
			seen_by_reflector = q->seq + 1;
		if (q->answer != i)
			continue;
		c->reordered_outbound += !is_late(v, q) && q->seq < next;
		if (q->seq >= next)
			next = q->seq + 1;
	}
}

/* An answer as it came back. */
struct answer {
	uint64_t seq, nth;
	bool counts;    /* in time, and inside the window when it came */
	bool reordered; /* outbound, by those that came back so far */
};

/* What the reply @p tells of those that came before it, and they of it. @top: highest number + 1 */
static void tell(struct answer *a, size_t n, struct answer *p, uint64_t top)
{
	for (size_t i = 0; i < n; i++) {
		if (a[i].nth < p->nth)
			p->reordered |= a[i].seq > p->seq;
		else if (a[i].nth + TW_LOSS_ORDER_WINDOW >= top)
			a[i].reordered |= p->seq > a[i].seq;
	}
}

/* The outbound order with every pair of replies compared when the later one comes; of a reflector
 * that never restarts. */
static void count_told_order(const struct view *v, struct sim_counts *c)
{
	const struct sim_truth *t = v->t;
	struct answer *a = sim_grow(NULL, t->n_arrivals + 1, sizeof(*a));
	bool *seen = sim_grow(NULL, t->n_replies + 1, sizeof(*seen));
	uint64_t top = 0;
	size_t n = 0;

	memset(seen, 0, (t->n_replies + 1) * sizeof(*seen));
	for (size_t i = 0; i < t->n_arrivals; i++) {
		const struct sim_reply *r = &t->reply[t->arrival[i]];
		const struct sim_request *q = &t->request[r->request];
		bool beyond = r->nth + TW_LOSS_ORDER_WINDOW < top;

		if (q->stream != v->stream)
			continue;
		if (q->answer == t->arrival[i] && !seen[t->arrival[i]]) {
			a[n] = (struct answer){q->seq, r->nth, !beyond && !is_late(v, q), false};
			tell(a, n, &a[n], top);
			n++;
		}
		seen[t->arrival[i]] = true;
		if (r->nth >= top)
			top = r->nth + 1;
	}
	c->order_told = 0;
	for (size_t i = 0; i < n; i++)
		c->order_told += a[i].counts && a[i].reordered;
	free(seen);
	free(a);
}

void sim_truth_count(const struct sim_truth *t, uint32_t stream, const struct sim_clock *clock,
	uint64_t timeout, struct sim_counts *ret)
{
	const struct view v = {t, stream, clock, timeout};

	memset(ret, 0, sizeof(*ret));
	count_loss(&v, ret);
	count_told(t, stream, ret);
	count_duplicates(t, stream, ret);
	count_order(&v, ret);
	ret->order_told = ret->reordered_outbound;
	if (ret->beyond)
		count_told_order(&v, ret);
}

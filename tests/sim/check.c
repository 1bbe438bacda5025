/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "sim.h"

#include "tw_test.h"

#include <math.h>

/* What the sender should have measured, from true instants and the clocks alone. */
struct measured {
	uint32_t stream;
	uint64_t seq;
	int64_t d[TW_DIRECTIONS];
	int64_t residence;
	bool one_way; /* residence is not negative */
};

struct list {
	struct measured *m; /* in the order of arrival */
	size_t n;
};

static struct measured measure(
	const struct sim *s, const struct sim_request *q, const struct sim_reply *r)
{
	const struct sim_clock *here = &s->cfg.clock, *there = &s->peer->clock;
	/* modulo 2^64: clocks may be lifetimes apart */
	uint64_t t1 = sim_clock_wall(here, q->sent).v;
	uint64_t t2 = sim_clock_wall(there, r->t2).v, t3 = sim_clock_wall(there, r->t3).v;
	uint64_t total = sim_clock_mono(here, r->t4) - sim_clock_mono(here, q->sent);
	struct measured m = {.stream = q->stream, .seq = q->seq, .residence = (int64_t)(t3 - t2)};

	m.one_way = m.residence >= 0;
	m.d[TW_OUTBOUND] = (int64_t)(t2 - t1);
	m.d[TW_INBOUND] = (int64_t)(t1 + total - t3);
	m.d[TW_ROUNDTRIP] = (int64_t)(m.one_way ? total - (t3 - t2) : total);
	return m;
}

static struct list measurements(const struct sim *s)
{
	const struct sim_truth *t = &s->truth;
	struct list l = {sim_grow(NULL, t->n_requests + 1, sizeof(*l.m)), 0};
	bool *taken = sim_grow(NULL, t->n_requests + 1, sizeof(*taken));

	memset(taken, 0, (t->n_requests + 1) * sizeof(*taken));
	for (size_t i = 0; i < t->n_arrivals; i++) {
		const struct sim_reply *r = &t->reply[t->arrival[i]];
		const struct sim_request *q = &t->request[r->request];

		if (taken[r->request])
			continue;
		taken[r->request] = true;
		if (sim_clock_mono(&s->cfg.clock, r->t4) - sim_clock_mono(&s->cfg.clock, q->sent) >
			s->cfg.timeout)
			continue;
		l.m[l.n++] = measure(s, q, r);
	}
	free(taken);
	return l;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* A series against the sorted values that should be in it. */
static void check_series(const struct tw_series *got, int64_t *v, size_t n)
{
	static const double q[] = {0.5, 0.9, 0.95, 0.99, 0.999, 0.9999};
	double sum = 0, sumsq = 0, mean;
	size_t negative = 0;

	assert_int_equal(got->m.count, n);
	if (n == 0)
		return;
	qsort(v, n, sizeof(*v), by_value);
	for (size_t i = 0; i < n; i++) {
		sum += (double)(v[i] - v[0]);
		negative += v[i] < 0;
	}
	mean = sum / (double)n;
	for (size_t i = 0; i < n; i++)
		sumsq += ((double)(v[i] - v[0]) - mean) * ((double)(v[i] - v[0]) - mean);
	assert_int_equal(got->m.min, v[0]);
	assert_int_equal(got->m.max, v[n - 1]);
	assert_int_equal(tw_series_negative(got), negative);
	/* a double that is decades off zero has lost nanoseconds */
	assert_near(tw_moments_mean(&got->m) - (double)v[0], mean,
		1e-6 * mean + 0.01 + fabs((double)v[0]) * 0x1p-51);
	assert_near(tw_moments_stddev(&got->m), sqrt(sumsq / (double)n),
		1e-6 * sqrt(sumsq / (double)n) + 1);
	for (size_t i = 0; i < sizeof(q) / sizeof(q[0]); i++) {
		double want = (double)v[(size_t)ceil(q[i] * (double)n * (1 - 1e-12)) - 1];

		assert_near(tw_series_quantile(got, q[i]), want, fabs(want) * 0.0079 + 1);
	}
}

static void check_delays(const struct sim *s, const struct tw_result *r, const struct list *l)
{
	int64_t *v = sim_grow(NULL, l->n + 1, sizeof(*v));

	for (unsigned int dir = 0; dir < TW_DIRECTIONS; dir++) {
		size_t n = 0;

		for (size_t i = 0; i < l->n; i++)
			if (l->m[i].one_way || dir == TW_ROUNDTRIP)
				v[n++] = l->m[i].d[dir];
		check_series(&r->delay[dir], v, n);
	}
	for (size_t i = 0; i < l->n; i++)
		v[i] = l->m[i].residence;
	check_series(&r->residence, v, l->n);
	assert_int_equal(r->peer.negative_residence, tw_series_negative(&r->residence));
	if (l->n) {
		assert_int_equal(r->peer.synchronised, s->peer->error_estimate >> 15);
		assert_int_equal(r->ttl[TW_OUTBOUND].min, 252);
		assert_int_equal(r->ttl[TW_OUTBOUND].max, 252);
		assert_int_equal(r->ttl[TW_INBOUND].count, l->n);
	}
	free(v);
}

/* RFC 3550 section 6.4.1 in floating point, packets in order of arrival. */
static void check_jitter(const struct sim *s, const struct tw_result *r, const struct list *l)
{
	for (unsigned int dir = 0; dir < TW_DIRECTIONS; dir++) {
		double sum = 0, largest = 0;
		unsigned int streams = 0;

		for (uint32_t k = 0; k < s->cfg.streams; k++) {
			const struct measured *last = NULL;
			double j = 0;
			bool any = false;

			for (size_t i = 0; i < l->n; i++) {
				if (l->m[i].stream != k ||
					(!l->m[i].one_way && dir != TW_ROUNDTRIP))
					continue;
				if (last) {
					double d = fabs((double)(l->m[i].d[dir] - last->d[dir]));

					j += (d - j) / 16;
					largest = d > largest ? d : largest;
					any = true;
				}
				last = &l->m[i];
			}
			sum += j;
			streams += any;
		}
		if (streams == s->cfg.streams)
			assert_near(r->jitter[dir], sum / streams, 1);
	}
}

/* RFC 3393: of packets consecutive in sending order, while one is still remembered when the other
 * arrives. */
static void check_ipdv(const struct sim *s, const struct tw_result *r, const struct list *l)
{
	int64_t *v = sim_grow(NULL, l->n + 1, sizeof(*v));

	for (unsigned int dir = 0; dir < TW_DIRECTIONS; dir++) {
		size_t n = 0;

		for (uint32_t k = 0; k < s->cfg.streams; k++) {
			const struct measured *slot[TW_VARIATION_WINDOW] = {NULL};

			for (size_t i = 0; i < l->n; i++) {
				const struct measured *m = &l->m[i], *before, *after;

				if (m->stream != k)
					continue;
				before = slot[(m->seq - 1) % TW_VARIATION_WINDOW];
				after = slot[(m->seq + 1) % TW_VARIATION_WINDOW];
				slot[m->seq % TW_VARIATION_WINDOW] = m;
				if (!m->one_way && dir != TW_ROUNDTRIP)
					continue;
				if (before && before->seq + 1 == m->seq &&
					(before->one_way || dir == TW_ROUNDTRIP))
					v[n++] = m->d[dir] - before->d[dir];
				if (after && after->seq == m->seq + 1 &&
					(after->one_way || dir == TW_ROUNDTRIP))
					v[n++] = after->d[dir] - m->d[dir];
				assert_true(n <= l->n);
			}
		}
		check_series(&r->ipdv[dir], v, n);
	}
	free(v);
}

static void check_loss(const struct tw_packet_counts *n, const struct sim_counts *c)
{
	if (n->lost && !n->received && !n->late && !n->duplicates) {
		/* no reply: no direction either */
		assert_false(n->lost_outbound.known || n->lost_inbound.known);
		assert_false(n->loss_inconsistent);
		assert_int_equal(n->lost_unattributed, n->lost);
		return;
	}
	if (!c->copied && !c->overtaken) {
		assert_true(n->lost_outbound.known && n->lost_inbound.known);
		assert_int_equal(n->lost_outbound.v, c->told_outbound);
		assert_int_equal(n->lost_inbound.v, c->told_inbound);
	} else if (n->lost_outbound.known) {
		/* an estimate, but never more than was lost, and marked as one when it shows */
		assert_true(n->lost_outbound.v + n->lost_inbound.v <= n->lost);
		assert_int_equal(
			n->loss_estimated, n->lost && (c->duplicates || c->reordered_outbound));
	}
	if (n->lost_outbound.known)
		assert_int_equal(
			n->lost_outbound.v + n->lost_inbound.v + n->lost_unattributed, n->lost);
	else
		assert_true(n->loss_inconsistent && n->lost_unattributed == n->lost);
}

void sim_check_counts(const struct sim *s)
{
	for (uint32_t i = 0; i < s->cfg.streams; i++) {
		const struct tw_reply_stream *r = &s->reply_stream[i];
		uint64_t before = s->cfg.first_seq;
		struct tw_packet_counts n;
		struct sim_counts c;

		/* first_seq: those before are in the totals, and in order */
		tw_loss_totals(&r->loss, s->stream[i].sent, tw_loss_in_time(&r->loss),
			s->peer->stateless, &n);
		sim_truth_count(&s->truth, i, &s->cfg.clock, s->cfg.timeout, &c);
		assert_int_equal(n.sent, before + c.sent);
		assert_int_equal(n.received, before + c.received);
		assert_int_equal(n.lost, c.lost);
		assert_int_equal(n.late, c.late);
		assert_int_equal(n.duplicates, c.duplicates);
		assert_int_equal(n.reordered, c.reordered);
		if (s->peer->stateless) {
			assert_false(n.lost_outbound.known || n.lost_inbound.known);
			assert_int_equal(n.lost_unattributed, n.lost);
			continue;
		}
		assert_int_equal(n.duplicates_outbound, c.duplicates_outbound);
		assert_int_equal(n.duplicates_inbound, c.duplicates_inbound);
		assert_int_equal(r->loss.order_unknown, 0);
		assert_int_equal(n.reordered_outbound, c.reordered_outbound);
		assert_int_equal(n.reordered_inbound, c.reordered_inbound);
		check_loss(&n, &c);
	}
}

void sim_check(const struct sim *s)
{
	struct tw_result *r = tw_result_create();
	struct list l = measurements(s);

	assert_non_null(r);
	sim_result(s, r);
	sim_check_counts(s);
	assert_int_equal(r->packets.received, l.n + s->cfg.streams * s->cfg.first_seq);
	assert_int_equal(s->result->tester.window_overrun, 0);
	check_delays(s, r, &l);
	check_jitter(s, r, &l);
	check_ipdv(s, r, &l);
	free(l.m);
	tw_result_destroy(r);
}

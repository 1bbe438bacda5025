/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* From rows of single packets to what twping tells of them. */

#include "tw_twping.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct tw_twping_stamp tw_twping_stamp(uint64_t time, uint16_t error_estimate)
{
	return (struct tw_twping_stamp){
		.time = time,
		.error = ldexp(error_estimate & 0xff, (error_estimate >> 8 & 0x3f) - 32),
		.synchronised = error_estimate >> 15,
		.estimate = error_estimate,
	};
}

/* The smallest error that there is stands with a T1 that nobody echoed. */
#define UNECHOED 0x0001

struct tw_twping_row tw_twping_lost(uint32_t sseq, uint64_t t1, uint16_t here)
{
	struct tw_twping_stamp never = tw_twping_stamp(0, here);

	return (struct tw_twping_row){
		.sseq = sseq,
		.t1 = tw_twping_stamp(t1, UNECHOED),
		.t2 = never,
		.t3 = never,
		.t4 = never,
		.sttl = 255,
		.rttl = 255,
	};
}

/* b - a in seconds. */
static double between(const struct tw_twping_stamp *a, const struct tw_twping_stamp *b)
{
	return (double)(int64_t)(b->time - a->time) * 0x1p-32;
}

static void delays_of(const struct tw_twping_row *r, double ret[TW_TWPING_DELAYS])
{
	ret[TW_TWPING_SEND] = between(&r->t1, &r->t2);
	ret[TW_TWPING_REFLECT] = between(&r->t3, &r->t4);
	ret[TW_TWPING_PROCESSING] = between(&r->t2, &r->t3);
	ret[TW_TWPING_ROUNDTRIP] = between(&r->t1, &r->t4) - ret[TW_TWPING_PROCESSING];
}

static void errors_of(const struct tw_twping_row *r, double ret[TW_TWPING_PROCESSING])
{
	ret[TW_TWPING_SEND] = r->t1.error + r->t2.error;
	ret[TW_TWPING_REFLECT] = r->t3.error + r->t4.error;
	ret[TW_TWPING_ROUNDTRIP] = ret[TW_TWPING_SEND] + ret[TW_TWPING_REFLECT];
}

/* Away from zero, so that no delay is in bucket 0 but one of 0. */
static int32_t bucket_of(double delay, double width)
{
	double b = delay / width;

	b = b < 0 ? floor(b) : ceil(b);
	return b > INT32_MAX ? INT32_MAX : b < INT32_MIN ? INT32_MIN : (int32_t)b;
}

static void add_lost(struct tw_twping_sample *s, const struct tw_twping_row *r)
{
	s->sent++;
	s->lost++;
	s->synchronised &= r->t2.synchronised;
	for (int d = 0; d < TW_TWPING_PROCESSING; d++)
		s->error[d] = fmax(s->error[d], r->t2.error);
}

/* What counts of every reply, duplicates too. */
static void add_reply(
	struct tw_twping_sample *s, const struct tw_twping_row *r, double delay[TW_TWPING_DELAYS])
{
	double error[TW_TWPING_PROCESSING];

	delays_of(r, delay);
	errors_of(r, error);
	s->clocks_differ |= delay[TW_TWPING_SEND] < 0 || delay[TW_TWPING_REFLECT] < 0;
	s->synchronised &= r->t1.synchronised && r->t2.synchronised && r->t3.synchronised &&
			   r->t4.synchronised;
	for (int d = 0; d < TW_TWPING_DELAYS; d++) {
		s->min[d] = fmin(s->min[d], delay[d]);
		s->max[d] = fmax(s->max[d], delay[d]);
	}
	for (int d = 0; d < TW_TWPING_PROCESSING; d++)
		s->error[d] = fmax(s->error[d], error[d]);
}

static int by_packet(const void *pa, const void *pb)
{
	const struct tw_twping_row *a = *(const struct tw_twping_row *const *)pa;
	const struct tw_twping_row *b = *(const struct tw_twping_row *const *)pb;

	if (a->sseq != b->sseq)
		return a->sseq < b->sseq ? -1 : 1;
	return a < b ? -1 : a > b; /* as they came */
}

static int by_reply(const void *pa, const void *pb)
{
	const struct tw_twping_row *a = *(const struct tw_twping_row *const *)pa;
	const struct tw_twping_row *b = *(const struct tw_twping_row *const *)pb;

	return (a->rseq > b->rseq) - (a->rseq < b->rseq);
}

/* Rows of one packet: further reflector's numbers are requests that were doubled on their way,
 * the same one again is a reply that was. Sorts them. */
static void add_duplicates(struct tw_twping_sample *s, const struct tw_twping_row **r, size_t n)
{
	qsort(r, n, sizeof(struct tw_twping_row *), by_reply);
	for (size_t i = 1; i < n; i++)
		s->duplicates[r[i]->rseq == r[i - 1]->rseq]++;
}

static int by_value(const void *pa, const void *pb)
{
	double a = *(const double *)pa, b = *(const double *)pb;

	return (a > b) - (a < b);
}

static int by_number(const void *pa, const void *pb)
{
	const struct tw_twping_bucket *a = pa, *b = pb;

	return (a->n > b->n) - (a->n < b->n);
}

/* One bucket a delay, sorted, equal ones made one. */
static int fill_buckets(struct tw_twping_sample *s, double width)
{
	size_t n = (size_t)s->n_delays * TW_TWPING_PROCESSING, k = 0;
	struct tw_twping_bucket *b = calloc(n + 1, sizeof(*b));

	if (!b)
		return -ENOMEM;
	for (int d = 0; d < TW_TWPING_PROCESSING; d++)
		for (uint32_t i = 0; i < s->n_delays; i++, k++) {
			b[k].n = bucket_of(s->delay[d][i], width);
			b[k].count[d] = 1;
		}
	qsort(b, n, sizeof(*b), by_number);
	for (k = 0; k < n; k++) {
		struct tw_twping_bucket *last = &b[s->n_buckets ? s->n_buckets - 1 : 0];

		if (s->n_buckets && last->n == b[k].n)
			for (int d = 0; d < TW_TWPING_PROCESSING; d++)
				last->count[d] += b[k].count[d];
		else
			b[s->n_buckets++] = b[k];
	}
	s->bucket = b;
	return 0;
}

/* Rows of the sample, by packet. */
static size_t gather(const struct tw_twping_sample *s, const struct tw_twping_row *rows, size_t n,
	const struct tw_twping_row **ret)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (rows[i].sseq >= s->first && rows[i].sseq < s->last)
			ret[k++] = &rows[i];
	qsort(ret, k, sizeof(struct tw_twping_row *), by_packet);
	return k;
}

static void add_rows(
	struct tw_twping_sample *s, const struct tw_twping_row **r, size_t n, uint64_t start)
{
	double delay[TW_TWPING_DELAYS];

	s->start = n ? r[0]->t1.time : start;
	s->end = n ? r[n - 1]->t1.time : start;
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && r[end]->sseq == r[i]->sseq; end++)
			;
		if (tw_twping_is_lost(r[i])) {
			add_lost(s, r[i]);
			continue;
		}
		for (size_t k = end; k-- > i;)
			add_reply(s, r[k], delay); /* the first one last: its delays stay */
		for (int d = 0; d < TW_TWPING_PROCESSING; d++)
			s->delay[d][s->n_delays] = delay[d];
		s->n_delays++;
		s->sent++;
		s->ttl[0][r[i]->sttl]++;
		s->ttl[1][r[i]->rttl]++;
		add_duplicates(s, r + i, end - i);
	}
}

int tw_twping_sample_init(struct tw_twping_sample *s, const struct tw_twping_session *session,
	const struct tw_twping_row *rows, size_t n, uint32_t first, uint32_t last)
{
	const struct tw_twping_row **r = calloc(n + 1, sizeof(struct tw_twping_row *));
	bool room = r;
	int rc = -ENOMEM;

	memset(s, 0, sizeof(*s));
	s->first = first;
	s->last = last;
	s->synchronised = true;
	for (int d = 0; d < TW_TWPING_DELAYS; d++) {
		s->min[d] = INFINITY;
		s->max[d] = -INFINITY;
	}
	for (int d = 0; d < TW_TWPING_PROCESSING && room; d++) {
		s->delay[d] = calloc(n + 1, sizeof(double));
		room = s->delay[d];
	}
	if (room) {
		add_rows(s, r, gather(s, rows, n, r), session->start);
		for (int d = 0; d < TW_TWPING_PROCESSING; d++)
			qsort(s->delay[d], s->n_delays, sizeof(double), by_value);
		rc = fill_buckets(s, session->bucket);
	}
	free(r);
	if (rc < 0)
		tw_twping_sample_fini(s);
	return rc;
}

void tw_twping_sample_fini(struct tw_twping_sample *s)
{
	for (int d = 0; d < TW_TWPING_PROCESSING; d++) {
		free(s->delay[d]);
		s->delay[d] = NULL;
	}
	free(s->bucket);
	s->bucket = NULL;
}

bool tw_twping_percentile(
	const struct tw_twping_sample *s, enum tw_twping_delay d, double alpha, double *ret)
{
	double rank = ceil(alpha * s->sent - 1e-6); /* 0.07 * 100 is a little more than 7 */

	rank = rank < 1 ? 1 : rank;
	if (rank > s->n_delays)
		return false;
	*ret = s->delay[d][(uint32_t)rank - 1];
	return true;
}

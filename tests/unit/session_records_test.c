/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "tw_records.h"

#include <errno.h>
#include <pthread.h>

/* The ring between worker and control: order, bound, what is counted when it is full. */

struct taken {
	uint32_t n;
	uint32_t next;
	bool gaps; /* numbers may be missing, never repeated or swapped */
};

static void take(void *arg, const struct tw_packet_record *r)
{
	struct taken *t = arg;

	if (t->gaps)
		assert_true(r->sseq >= t->next);
	else
		assert_int_equal(r->sseq, t->next);
	assert_int_equal(r->t1, (uint64_t)r->sseq << 32);
	assert_int_equal(r->t4, ~r->t1);
	t->next = r->sseq + 1;
	t->n++;
}

static void put(struct tw_records *r, uint32_t i)
{
	struct tw_packet_record rec = {.sseq = i, .t1 = (uint64_t)i << 32, .kind = TW_PACKET_FIRST};

	rec.t4 = ~rec.t1;
	tw_records_put(r, &rec);
}

static void in_order(void **state)
{
	struct taken t = {0};
	struct tw_records *r;

	(void)state;
	assert_int_equal(tw_records_create(5, &r), 0);
	assert_int_equal(r->mask, 7);
	assert_int_equal(tw_records_drain(r, take, &t), 0);
	for (uint32_t i = 0; i < 100; i += 4) {
		for (uint32_t k = 0; k < 4; k++)
			put(r, i + k);
		assert_int_equal(tw_records_drain(r, take, &t), 4);
	}
	assert_int_equal(t.n, 100);
	assert_int_equal(tw_records_missed(r), 0);
	tw_records_destroy(r);
}

static void full(void **state)
{
	struct taken t = {0};
	struct tw_records *r;

	(void)state;
	assert_int_equal(tw_records_create(8, &r), 0);
	for (uint32_t i = 0; i < 11; i++)
		put(r, i);
	assert_int_equal(tw_records_missed(r), 3);
	assert_int_equal(tw_records_drain(r, take, &t), 8);
	/* what comes then has room again, the gap stays counted */
	t.next = 11;
	put(r, 11);
	assert_int_equal(tw_records_drain(r, take, &t), 1);
	assert_int_equal(tw_records_missed(r), 3);
	tw_records_destroy(r);
}

/* The counters of the ring wrap after 2^32 records. */
static void wraps(void **state)
{
	struct taken t = {0};
	struct tw_records *r;

	(void)state;
	assert_int_equal(tw_records_create(4, &r), 0);
	atomic_store(&r->head, UINT32_MAX - 1);
	atomic_store(&r->tail, UINT32_MAX - 1);
	for (uint32_t i = 0; i < 6; i++)
		put(r, i);
	assert_int_equal(tw_records_missed(r), 2);
	assert_int_equal(tw_records_drain(r, take, &t), 4);
	tw_records_destroy(r);
}

#define MANY 2000000U

static void *produce(void *arg)
{
	for (uint32_t i = 0; i < MANY; i++)
		put(arg, i);
	return NULL;
}

static void two_threads(void **state)
{
	struct taken t = {.gaps = true};
	struct tw_records *r;
	pthread_t p;

	(void)state;
	assert_int_equal(tw_records_create(1024, &r), 0);
	assert_int_equal(pthread_create(&p, NULL, produce, r), 0);
	while (t.n + tw_records_missed(r) < MANY)
		tw_records_drain(r, take, &t);
	pthread_join(p, NULL);
	assert_int_equal(tw_records_drain(r, take, &t), 0);
	assert_int_equal(t.n + tw_records_missed(r), MANY);
	tw_records_destroy(r);
}

static void refused(void **state)
{
	struct tw_records *r = NULL;

	(void)state;
	assert_int_equal(tw_records_create(0, &r), -EINVAL);
	assert_int_equal(tw_records_create((1U << 24) + 1, &r), -EINVAL);
	assert_null(r);
	tw_records_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(full),
		cmocka_unit_test(wraps),
		cmocka_unit_test(two_threads),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_due_queue.h"
#include "tw_pace.h"
#include "tw_test.h"

#include <errno.h>

#define STREAMS 100000

static struct tw_due_entry entries[STREAMS];
static struct tw_due_queue q;

static void empty(void **state)
{
	(void)state;
	tw_due_queue_init(&q, entries, 2);
	assert_true(tw_due_queue_due(&q) == UINT64_MAX);
	assert_false(tw_due_queue_remove(&q, 0));
	assert_int_equal(tw_due_queue_push(&q, 1, 10), 0);
	assert_int_equal(tw_due_queue_push(&q, 2, 5), 0);
	assert_int_equal(tw_due_queue_push(&q, 3, 1), -ENOSPC);
	assert_int_equal(tw_due_queue_due(&q), 5);
	assert_int_equal(tw_due_queue_pop(&q), 2);
	assert_int_equal(tw_due_queue_pop(&q), 1);
	assert_true(tw_due_queue_due(&q) == UINT64_MAX);
}

static void next_due_comes_first(void **state)
{
	struct tw_rand r;
	uint64_t last = 0;

	(void)state;
	tw_rand_init(&r, 1);
	tw_due_queue_init(&q, entries, STREAMS);
	for (uint32_t i = 0; i < STREAMS; i++)
		assert_int_equal(tw_due_queue_push(&q, i, tw_rand_u64(&r)), 0);
	for (uint32_t i = 0; i < STREAMS; i++) {
		uint64_t due = tw_due_queue_due(&q);

		assert_true(due >= last);
		last = due;
		tw_due_queue_pop(&q);
	}
	assert_int_equal(q.n, 0);
}

/* Due at the same instant for ever, they take turns. */
static void equals_take_turns(void **state)
{
	(void)state;
	tw_due_queue_init(&q, entries, STREAMS);
	q.order = UINT32_MAX - 3; /* the order wraps */
	for (uint32_t i = 0; i < 7; i++)
		tw_due_queue_push(&q, i, 100);
	for (uint32_t i = 0; i < 70; i++) {
		assert_int_equal(tw_due_queue_first(&q), i % 7);
		tw_due_queue_again(&q, 100);
	}
}

static void removal_keeps_the_order(void **state)
{
	struct tw_rand r;

	(void)state;
	tw_rand_init(&r, 2);
	for (int run = 0; run < 300; run++) {
		uint64_t due[50], last = 0;
		uint32_t n = 0;

		tw_due_queue_init(&q, entries, 50);
		for (uint32_t i = 0; i < 50; i++) {
			due[i] = tw_rand_below(&r, 1000);
			tw_due_queue_push(&q, i, due[i]);
		}
		for (uint32_t i = 0; i < 50; i += 3)
			assert_true(tw_due_queue_remove(&q, i));
		assert_false(tw_due_queue_remove(&q, 3));
		for (; q.n; n++) {
			uint64_t d = tw_due_queue_due(&q);
			uint32_t id = tw_due_queue_pop(&q);

			assert_true(id % 3 != 0);
			assert_int_equal(d, due[id]);
			assert_true(d >= last);
			last = d;
		}
		assert_int_equal(n, 33);
	}
}

/* 100,000 streams of 1..10 packets a second for a second: each sends what it should, in time. */
static void many_streams_keep_their_own_pace(void **state)
{
	static struct tw_pace pace[STREAMS];
	static uint32_t sent[STREAMS];
	uint64_t now = 0;

	(void)state;
	tw_due_queue_init(&q, entries, STREAMS);
	for (uint32_t i = 0; i < STREAMS; i++) {
		assert_int_equal(tw_pace_init(&pace[i], TW_PACE_PERIODIC, 1 + i % 10, 1, 1, i), 0);
		tw_pace_start(&pace[i], 0);
		tw_pace_stagger(&pace[i], i, STREAMS);
		tw_due_queue_push(&q, i, tw_pace_due(&pace[i]));
	}
	while (tw_due_queue_due(&q) < 1ULL << 32) {
		uint32_t i = tw_due_queue_first(&q);

		assert_true(tw_due_queue_due(&q) >= now);
		now = tw_due_queue_due(&q);
		sent[i]++;
		tw_pace_advance(&pace[i]);
		tw_due_queue_again(&q, tw_pace_due(&pace[i]));
	}
	for (uint32_t i = 0; i < STREAMS; i++)
		assert_int_equal(sent[i], 1 + i % 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty),
		cmocka_unit_test(next_due_comes_first),
		cmocka_unit_test(equals_take_turns),
		cmocka_unit_test(removal_keeps_the_order),
		cmocka_unit_test(many_streams_keep_their_own_pace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "kernel_time.h"

#include <stdlib.h>

/* A host whose TSC runs at 2.5 GHz and whose clock says what the test says. */

#define MS 1000000LL      /* ns */
#define TSC_MS 2500000ULL /* ticks */
#define EPOCH 1700000000000000000LL

static uint64_t tsc_at(int64_t ns)
{
	return 1000 * TSC_MS + (uint64_t)ns * 5 / 2;
}

/* At `ns` of the run, where the clock is `off` from where it began. */
static struct tw_kernel_reading reading(int64_t ns, int64_t off)
{
	return (struct tw_kernel_reading){.tsc = tsc_at(ns), .width = 100, .ns = EPOCH + ns + off};
}

static struct tw_kernel_time begun(void)
{
	struct tw_kernel_reading a = reading(0, 0), b = reading(20 * MS, 0);
	struct tw_kernel_time t;

	assert_true(tw_kernel_time_init(&t, &a, &b));
	return t;
}

static void look(struct tw_kernel_time *t, int64_t ns, int64_t off)
{
	struct tw_kernel_reading r = reading(ns, off);

	tw_kernel_time_look(t, &r);
}

/* Off by so many ticks from the truth; fails where there is no answer. */
static int64_t wrong(const struct tw_kernel_time *t, int64_t ns, int64_t off, int64_t since)
{
	uint64_t tsc;

	assert_true(tw_kernel_time_tsc(t, EPOCH + ns + off, tsc_at(since), &tsc));
	return llabs((int64_t)(tsc - tsc_at(ns)));
}

static bool refused(const struct tw_kernel_time *t, int64_t stamp, int64_t since)
{
	uint64_t tsc = 77;
	bool no = !tw_kernel_time_tsc(t, EPOCH + stamp, tsc_at(since), &tsc);

	assert_true(!no || tsc == 77);
	return no;
}

static void a_stamp_is_worth_its_age(void **state)
{
	struct tw_kernel_time t = begun();

	(void)state;
	for (int64_t ns = 25 * MS; ns < 5000 * MS; ns += 5 * MS) {
		look(&t, ns, 0);
		assert_int_equal(t.step, 0);
		assert_true(wrong(&t, ns, 0, ns - 5 * MS) <= 1);
		assert_true(wrong(&t, ns - 4 * MS, 0, ns - 5 * MS) <= 10);
	}
	/* much older ones, too: whether they can be true the caller judges */
	assert_true(wrong(&t, 1000 * MS, 0, 0) < (int64_t)TSC_MS / 100);
}

/* 500 ppm, as the kernel slews: no step, and the rate follows. */
static void a_slewed_clock_is_followed(void **state)
{
	struct tw_kernel_time t = begun();

	(void)state;
	for (int64_t ns = 25 * MS; ns < 1000 * MS; ns += 5 * MS) {
		look(&t, ns, (ns - 20 * MS) / 2000);
		assert_int_equal(t.step, 0);
	}
	/* within 10 ns */
	assert_true(wrong(&t, 990 * MS, 970 * MS / 2000, 989 * MS) <= 25);
}

/* An hour ahead or back while packets wait: each is dated right, from before the step or after it. */
static void a_step_harms_no_packet(void **state)
{
	static const int64_t steps[] = {3600000 * MS, -3600000 * MS, 30 * MS, -30 * MS};

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct tw_kernel_time t = begun();

		look(&t, 30 * MS, 0);
		look(&t, 35 * MS, steps[i]);
		assert_true(llabs(t.step - steps[i]) < 100);
		assert_true(wrong(&t, 31 * MS, 0, 30 * MS) <= 10);
		assert_true(wrong(&t, 34 * MS, steps[i], 30 * MS) <= 10);
		/* from neither side of it */
		assert_true(refused(&t, 32 * MS + steps[i] / 2, 30 * MS));
		/* and all is well again */
		tw_kernel_time_drained(&t);
		look(&t, 40 * MS, steps[i]);
		tw_kernel_time_drained(&t);
		assert_int_equal(t.step, 0);
		assert_true(wrong(&t, 36 * MS, steps[i], 35 * MS) <= 10);
	}
}

/* More wait than one burst takes: those behind it are from before the step, too. */
static void a_step_harms_no_backlog(void **state)
{
	static const int64_t steps[] = {3600000 * MS, -3600000 * MS, 30 * MS, -30 * MS};

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct tw_kernel_time t = begun();

		look(&t, 30 * MS, 0);
		for (int64_t burst = 0; burst < 5; burst++) {
			look(&t, 40 * MS + burst * MS / 10, steps[i]);
			assert_true(wrong(&t, 31 * MS + burst * MS, 0, 30 * MS) <= 10);
		}
		/* and a second one before they are all told */
		look(&t, 41 * MS, steps[i] + 7200000 * MS);
		assert_true(wrong(&t, 37 * MS, 0, 30 * MS) <= 10);
		assert_true(refused(&t, 38 * MS + steps[i], 30 * MS));
		assert_true(wrong(&t, 40 * MS, steps[i] + 7200000 * MS, 30 * MS) <= 10);
	}
}

/* What came between the last burst and the look that found the step is in the next burst. */
static void a_step_is_remembered_for_a_burst(void **state)
{
	struct tw_kernel_time t = begun();

	(void)state;
	look(&t, 30 * MS, 0);
	look(&t, 35 * MS, 3600000 * MS);
	tw_kernel_time_drained(&t);
	look(&t, 36 * MS, 3600000 * MS);
	assert_true(wrong(&t, 35 * MS - 1000, 0, 35 * MS - 2000) <= 10);
	assert_true(wrong(&t, 35 * MS + 1000, 3600000 * MS, 35 * MS - 2000) <= 10);
	tw_kernel_time_drained(&t);
	assert_int_equal(t.step, 0);
}

/* A reading that was disturbed is no step of the clock: it is forgotten, however many wait. */
static void a_disturbed_reading_is_forgotten(void **state)
{
	struct tw_kernel_time t = begun();

	(void)state;
	look(&t, 30 * MS, 0);
	look(&t, 35 * MS, -2000);
	look(&t, 36 * MS, 0);
	look(&t, 37 * MS, 0);
	assert_int_equal(t.step, 0);
	assert_true(wrong(&t, 34 * MS, 0, 30 * MS) <= 10);
	/* by much, there and nearly back; by what a second may be slewed */
	look(&t, 38 * MS, MS);
	look(&t, 39 * MS, 1000);
	assert_int_equal(t.step, 0);
	look(&t, 1039 * MS, 500000);
	assert_int_equal(t.step, 0);
}

/* Behind the empty queue that was seen a packet may be a little younger than its stamp, no more. */
static void a_stamp_may_be_a_little_older(void **state)
{
	struct tw_kernel_time t = begun();

	(void)state;
	look(&t, 30 * MS, 0);
	look(&t, 35 * MS, -3 * MS);
	assert_true(wrong(&t, 34 * MS, -3 * MS, 34 * MS - MS / 2) <= 10);
	assert_true(wrong(&t, 34 * MS, -3 * MS, 34 * MS + MS / 2) <= 10);
	assert_true(refused(&t, 31 * MS, 34 * MS + 3 * MS / 2));
}

/* By so little that a stamp may be from either side: none is believed that may be wrong. */
static void a_small_step_is_not_guessed(void **state)
{
	struct tw_kernel_time t = begun();

	(void)state;
	look(&t, 30 * MS, 0);
	look(&t, 35 * MS, 2 * MS);
	assert_true(refused(&t, 32 * MS, 30 * MS));
	/* this one only just could not have been before */
	assert_true(wrong(&t, 34 * MS, 2 * MS, 30 * MS) <= 10);
	tw_kernel_time_drained(&t);
	look(&t, 36 * MS, 2 * MS);
	tw_kernel_time_drained(&t);
	assert_true(wrong(&t, 35 * MS + MS / 2, 2 * MS, 35 * MS) <= 10);
}

static void a_clock_that_stands_or_leaps_is_none(void **state)
{
	struct tw_kernel_reading a = reading(0, 0), b = reading(20 * MS, 0);
	struct tw_kernel_time t;

	(void)state;
	b.ns = a.ns;
	assert_false(tw_kernel_time_init(&t, &a, &b));
	b.ns = a.ns + 3600000 * MS;
	assert_false(tw_kernel_time_init(&t, &a, &b));
	b.ns = a.ns - 3600000 * MS;
	assert_false(tw_kernel_time_init(&t, &a, &b));
	b.ns = a.ns + 20 * MS;
	assert_true(tw_kernel_time_init(&t, &a, &b));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stamp_is_worth_its_age),
		cmocka_unit_test(a_slewed_clock_is_followed),
		cmocka_unit_test(a_step_harms_no_packet),
		cmocka_unit_test(a_step_harms_no_backlog),
		cmocka_unit_test(a_step_is_remembered_for_a_burst),
		cmocka_unit_test(a_disturbed_reading_is_forgotten),
		cmocka_unit_test(a_stamp_may_be_a_little_older),
		cmocka_unit_test(a_small_step_is_not_guessed),
		cmocka_unit_test(a_clock_that_stands_or_leaps_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_moments.h"
#include "tw_test.h"

#include <math.h>

static struct tw_moments of(const int64_t *v, size_t n)
{
	struct tw_moments m = {0};

	for (size_t i = 0; i < n; i++)
		tw_moments_record(&m, v[i]);
	return m;
}

/* 2 4 4 4 5 5 7 9: mean 5, population standard deviation 2. */
static const int64_t textbook[] = {2, 4, 4, 4, 5, 5, 7, 9};

static void textbook_values(void **state)
{
	struct tw_moments m = of(textbook, 8);

	(void)state;
	assert_int_equal(m.count, 8);
	assert_int_equal(m.min, 2);
	assert_int_equal(m.max, 9);
	assert_near(tw_moments_mean(&m), 5, 0);
	assert_near(tw_moments_stddev(&m), 2, 1e-12);
}

static void empty_is_not_a_number(void **state)
{
	struct tw_moments m = {0};

	(void)state;
	assert_true(isnan(tw_moments_mean(&m)));
	assert_true(isnan(tw_moments_stddev(&m)));
}

/* A peer whose clock is 136 years off: the spread must not drown in the offset. */
static void offset_of_a_lifetime_keeps_the_spread(void **state)
{
	struct tw_moments m = {0};

	(void)state;
	for (size_t i = 0; i < 8; i++)
		tw_moments_record(&m, INT64_MAX - 16 + textbook[i]);
	assert_near(tw_moments_stddev(&m), 2, 1e-12);
	assert_int_equal(m.max, INT64_MAX - 7);
}

static void merge_is_as_if_recorded_together(void **state)
{
	struct tw_moments a, b, empty = {0}, all;

	(void)state;
	for (size_t cut = 0; cut <= 8; cut++) {
		a = of(textbook, cut);
		b = of(textbook + cut, 8 - cut);
		tw_moments_merge(&a, &b);
		tw_moments_merge(&a, &empty);
		all = of(textbook, 8);
		assert_int_equal(a.count, 8);
		assert_true(a.sum == all.sum);
		assert_int_equal(a.min, 2);
		assert_int_equal(a.max, 9);
		assert_near(tw_moments_stddev(&a), 2, 1e-12);
	}
}

/* Sums of 2^63-ish values exceed 64 bits; the mean of equal values is the value. */
static void sum_has_room(void **state)
{
	struct tw_moments m = {0};

	(void)state;
	for (int i = 0; i < 1000; i++)
		tw_moments_record(&m, INT64_MIN);
	assert_near(tw_moments_mean(&m), (double)INT64_MIN, 0);
	assert_near(tw_moments_stddev(&m), 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(textbook_values),
		cmocka_unit_test(empty_is_not_a_number),
		cmocka_unit_test(offset_of_a_lifetime_keeps_the_spread),
		cmocka_unit_test(merge_is_as_if_recorded_together),
		cmocka_unit_test(sum_has_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_series.h"
#include "tw_test.h"

#include <math.h>

static struct tw_series s1, s2, s3;

static int setup(void **state)
{
	(void)state;
	memset(&s1, 0, sizeof(s1));
	memset(&s2, 0, sizeof(s2));
	memset(&s3, 0, sizeof(s3));
	return 0;
}

/* Buckets tile the whole range: each ends where the next begins. */
static void buckets_tile_the_range(void **state)
{
	(void)state;
	assert_int_equal(tw_histogram_low(0), INT64_MIN);
	assert_int_equal(tw_histogram_low(TW_HIST_SIDE), 0);
	for (uint32_t i = 0; i < TW_HIST_BUCKETS; i++) {
		int64_t low = tw_histogram_low(i);
		int64_t last = low + (int64_t)(tw_histogram_width(i) - 1);

		assert_int_equal(tw_histogram_index(low), i);
		assert_int_equal(tw_histogram_index(last), i);
		if (i + 1 < TW_HIST_BUCKETS)
			assert_int_equal(tw_histogram_low(i + 1), last + 1);
		else
			assert_int_equal(last, INT64_MAX);
	}
}

/* 64 buckets an octave: half a bucket is at most 1/128 of its lower end. */
static void bucket_width_is_a_64th(void **state)
{
	(void)state;
	for (uint32_t i = TW_HIST_SIDE + 128; i < TW_HIST_BUCKETS; i++)
		assert_true((uint64_t)tw_histogram_low(i) / tw_histogram_width(i) >= 64);
	for (uint32_t i = TW_HIST_SIDE; i < TW_HIST_SIDE + 128; i++)
		assert_int_equal(tw_histogram_width(i), 1);
}

/* Values 1..100 are exact buckets: nearest rank gives the value itself. */
static void quantiles_of_one_to_hundred(void **state)
{
	(void)state;
	assert_true(isnan(tw_series_quantile(&s1, 0.5)));
	for (int64_t v = 100; v >= 1; v--)
		tw_series_record(&s1, v);
	assert_near(tw_series_quantile(&s1, 0), 1, 0);
	assert_near(tw_series_quantile(&s1, 0.07), 7, 0);
	assert_near(tw_series_quantile(&s1, 0.5), 50, 0);
	assert_near(tw_series_quantile(&s1, 0.99), 99, 0);
	assert_near(tw_series_quantile(&s1, 0.991), 100, 0);
	assert_near(tw_series_quantile(&s1, 1), 100, 0);
}

static void quantiles_are_within_one_percent(void **state)
{
	(void)state;
	for (int64_t v = 1; v <= 100000; v++)
		tw_series_record(&s1, v * 12345);
	for (int q = 1; q < 1000; q++) {
		double want = q * 100.0 * 12345;

		assert_true(fabs(tw_series_quantile(&s1, q / 1000.0) - want) <= want * 0.0079);
	}
	assert_near(tw_series_quantile(&s1, 1), 1234500000, 0);
}

/* A single value is reported exactly: quantiles stay within [min, max]. */
static void single_value_is_exact(void **state)
{
	(void)state;
	tw_series_record(&s1, 1000003);
	assert_near(tw_series_quantile(&s1, 0.5), 1000003, 0);
}

static void negative_values_sort_first_and_are_counted(void **state)
{
	(void)state;
	tw_series_record(&s1, -5);
	tw_series_record(&s1, -3);
	tw_series_record(&s1, 0);
	tw_series_record(&s1, 4);
	assert_int_equal(tw_series_negative(&s1), 2);
	assert_near(tw_series_quantile(&s1, 0.25), -5, 0);
	assert_near(tw_series_quantile(&s1, 0.5), -3, 0);
	assert_near(tw_series_quantile(&s1, 0.75), 0, 0);
	tw_series_record(&s2, -1);
	assert_int_equal(tw_series_negative(&s2), 1);
	assert_int_equal(tw_series_negative(&s3), 0);
}

static void reset_and_copy_leave_nothing_behind(void **state)
{
	(void)state;
	tw_series_record(&s1, INT64_MIN);
	tw_series_record(&s1, INT64_MAX);
	tw_series_record(&s2, 7);
	tw_series_copy(&s1, &s2);
	assert_memory_equal(&s1.h, &s2.h, sizeof(s1.h));
	assert_int_equal(s1.m.count, 1);
	tw_series_copy(&s1, &s3);
	assert_memory_equal(&s1.h, &s3.h, sizeof(s1.h));
	tw_series_reset(&s2);
	assert_memory_equal(&s2.h, &s3.h, sizeof(s2.h));
	assert_int_equal(s2.m.count, 0);
}

static void merge_adds(void **state)
{
	(void)state;
	tw_series_merge(&s1, &s2);
	assert_int_equal(s1.m.count, 0);
	for (int64_t v = 1; v <= 50; v++)
		tw_series_record(&s1, v);
	for (int64_t v = 51; v <= 100; v++)
		tw_series_record(&s2, v);
	tw_series_merge(&s1, &s2);
	assert_int_equal(s1.m.count, 100);
	assert_near(tw_series_quantile(&s1, 0.75), 75, 0);
	assert_near(tw_moments_mean(&s1.m), 50.5, 0);
}

/* Interval 2 4 4 4 5 5 7 9 after a first interval of other values: mean 5, deviation 2. */
static void diff_is_the_interval_alone(void **state)
{
	static const int64_t second[] = {2, 4, 4, 4, 5, 5, 7, 9};

	(void)state;
	for (int64_t v = 0; v < 100; v++)
		tw_series_record(&s1, v);
	tw_series_copy(&s2, &s1);
	for (size_t i = 0; i < 8; i++)
		tw_series_record(&s1, second[i]);
	tw_series_record(&s3, 77777); /* what the destination held is gone */
	tw_series_diff(&s3, &s1, &s2);
	assert_int_equal(s3.m.count, 8);
	assert_int_equal(s3.m.min, 2);
	assert_int_equal(s3.m.max, 9);
	assert_near(tw_moments_mean(&s3.m), 5, 0);
	assert_near(tw_moments_stddev(&s3.m), 2, 1e-9);
	assert_near(tw_series_quantile(&s3, 0.5), 4, 0);
	tw_series_reset(&s3);
	for (uint32_t i = 0; i < TW_HIST_BUCKETS; i++)
		assert_int_equal(s3.h.bucket[i], 0);
}

static void diff_with_nothing_new_is_empty(void **state)
{
	(void)state;
	tw_series_record(&s1, 5);
	tw_series_copy(&s2, &s1);
	tw_series_diff(&s3, &s1, &s2);
	assert_int_equal(s3.m.count, 0);
	assert_true(isnan(tw_series_quantile(&s3, 0.5)));
	tw_series_diff(&s3, &s1, &s3);
	assert_int_equal(s3.m.count, 1);
}

/* A maximum that is new in the interval is exact although its bucket is wide. */
static void diff_keeps_new_extremes_exact(void **state)
{
	(void)state;
	tw_series_record(&s1, 1000);
	tw_series_copy(&s2, &s1);
	tw_series_record(&s1, 999999);
	tw_series_record(&s1, 1007001);
	tw_series_record(&s1, -1007001);
	tw_series_diff(&s3, &s1, &s2);
	assert_int_equal(s3.m.max, 1007001);
	assert_int_equal(s3.m.min, -1007001);
	/* not new, the bucket has to do: 2^19 to 2^20 has buckets of 8192: 999424 to 1007615 */
	tw_series_copy(&s2, &s1);
	tw_series_record(&s1, 999999);
	tw_series_diff(&s3, &s1, &s2);
	assert_int_equal(s3.m.max, 1003519);
	tw_series_record(&s1, 600000);
	tw_series_diff(&s3, &s1, &s2);
	assert_in_range(s3.m.min, 595000, 605000);
}

/* The same value many times is that value recorded as often. */
static void many_are_so_many(void **state)
{
	static const struct {
		int64_t v;
		uint64_t n;
	} rows[] = {{5, 1}, {-70000, 31}, {900000, 3}, {900000, 1}};
	static struct tw_series one, many;

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		tw_series_record_many(&many, rows[i].v, rows[i].n);
		for (uint64_t k = 0; k < rows[i].n; k++)
			tw_series_record(&one, rows[i].v);
	}
	assert_int_equal(many.m.count, 36);
	assert_true(many.m.sum == 5 - 31 * 70000 + 4 * 900000);
	assert_int_equal(many.m.min, -70000);
	assert_int_equal(many.m.max, 900000);
	assert_near(many.m.sumsq, one.m.sumsq, 1);
	assert_memory_equal(&many.h, &one.h, sizeof(one.h));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_tile_the_range),
		cmocka_unit_test(bucket_width_is_a_64th),
		cmocka_unit_test_setup(quantiles_of_one_to_hundred, setup),
		cmocka_unit_test_setup(quantiles_are_within_one_percent, setup),
		cmocka_unit_test_setup(single_value_is_exact, setup),
		cmocka_unit_test_setup(negative_values_sort_first_and_are_counted, setup),
		cmocka_unit_test_setup(reset_and_copy_leave_nothing_behind, setup),
		cmocka_unit_test_setup(merge_adds, setup),
		cmocka_unit_test_setup(diff_is_the_interval_alone, setup),
		cmocka_unit_test_setup(diff_with_nothing_new_is_empty, setup),
		cmocka_unit_test(many_are_so_many),
		cmocka_unit_test_setup(diff_keeps_new_extremes_exact, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

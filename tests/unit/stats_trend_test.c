/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_rand.h"
#include "tw_test.h"
#include "tw_trend.h"

/* Points on a line give its slope, wherever it lies. */
static void a_line(void **state)
{
	(void)state;
	for (int k = -3; k <= 3; k++) {
		struct tw_trend t = {0};

		for (int i = 0; i < 1000; i++)
			tw_trend_record(&t, 5000 + i, 7 + k * 0.5 * i);
		assert_near(tw_trend_slope(&t), k * 0.5, 1e-9);
	}
}

/* One point, or all at one place, have no slope. */
static void nothing_to_tell(void **state)
{
	struct tw_trend t = {0};

	(void)state;
	assert_true(isnan(tw_trend_slope(&t)));
	for (int i = 0; i < 3; i++) {
		tw_trend_record(&t, 8, i);
		assert_true(isnan(tw_trend_slope(&t)));
	}
}

/* A drift of 1e-9 in an hour of packets 100 us apart, under a microsecond of noise. */
static void a_small_drift(void **state)
{
	struct tw_trend t = {0}, half = {0}, later = {0}, both = {0};
	struct tw_rand r;

	(void)state;
	tw_rand_init(&r, 1);
	for (int i = 0; i < 1000000; i++) {
		double x = i * 3600.0 / 1e6 * 4294967296.0;

		tw_trend_record(&t, x, x * 1e-9 + tw_rand_unit(&r) * 4295);
		if (i == 499999)
			half = t;
	}
	/* 3e-7 s / (3600 s * sqrt(1e6 / 12)): 3e-13 of noise */
	assert_near(tw_trend_slope(&t), 1e-9, 2e-12);
	tw_trend_diff(&later, &t, &half);
	assert_near(tw_trend_slope(&later), 1e-9, 1e-11);
	tw_trend_merge(&both, &later);
	tw_trend_merge(&both, &half);
	assert_near(tw_trend_slope(&both), tw_trend_slope(&t), 1e-15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line),
		cmocka_unit_test(nothing_to_tell),
		cmocka_unit_test(a_small_drift),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

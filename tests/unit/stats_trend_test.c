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
			tw_trend_record(
				&t, (5000 + i) * TW_TREND_PART, (7 + k * 0.5 * i) * TW_TREND_PART);
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
	assert_near(tw_trend_slope(&t), 1e-9, 1e-12);
	tw_trend_diff(&later, &t, &half);
	assert_near(tw_trend_slope(&later), 1e-9, 1e-11);
	tw_trend_merge(&both, &later);
	tw_trend_merge(&both, &half);
	assert_near(tw_trend_slope(&both), tw_trend_slope(&t), 1e-13);
}

#define SEC 4294967296.0
#define MSEC (SEC / 1000)

/* 30 s at `pps` whose thread stands still every now and then, the more the longer it runs, and at the
 * end; what became due is sent at once after it. */
static double stalled(double pps, double error, unsigned int seed)
{
	struct tw_trend t = {0};
	double until = 0;
	struct tw_rand r;

	tw_rand_init(&r, seed);
	for (double x = 0; x < 30 * SEC; x += SEC / pps) {
		double leaves = x * (1 + error) + tw_rand_unit(&r) * MSEC / 100;

		/* a hundred times a second in the last third */
		if (x > until && tw_rand_unit(&r) < (x > 20 * SEC ? 100 : 3) / pps)
			until = x + tw_rand_unit(&r) * 8 * MSEC;
		if (x < 29.99 * SEC && until > 0 && x + 10 * MSEC > 30 * SEC)
			until = 30 * SEC;
		leaves = leaves > until ? leaves : until;
		tw_trend_record(&t, x, leaves - x);
	}
	return tw_trend_slope(&t);
}

/* Stalls are not the rate's, and hide none that is wrong. */
static void stalls(void **state)
{
	static const double rates[] = {1000, 100000};

	(void)state;
	for (int k = 0; k < 2; k++)
		for (unsigned int seed = 1; seed < 6; seed++) {
			assert_near(stalled(rates[k], 0, seed), 0, 1e-7);
			assert_near(stalled(rates[k], 1e-6, seed), 1e-6, 1e-7);
			assert_near(stalled(rates[k], -1e-5, seed), -1e-5, 1e-7);
		}
}

/* An interval is what came after the one before, whose last part was not over. */
static void interval(void **state)
{
	struct tw_trend t = {0}, before = {0}, d = {0};

	(void)state;
	for (int i = 0; i < 95; i++) {
		if (i == 45)
			tw_trend_merge(&before, &t);
		tw_trend_record(&t, i * TW_TREND_PART / 10, i < 45 ? 9 * i : 300 - i);
	}
	tw_trend_diff(&d, &t, &before);
	/* the last packets of the parts 4 to 9, which lie on a line */
	assert_near(tw_trend_slope(&d) * TW_TREND_PART, -10, 1e-6);
	assert_near(d.n, 5, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line),
		cmocka_unit_test(nothing_to_tell),
		cmocka_unit_test(a_small_drift),
		cmocka_unit_test(stalls),
		cmocka_unit_test(interval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

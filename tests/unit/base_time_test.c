/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"
#include "tw_time.h"

static void every_nanosecond_survives_the_round_trip(void **state)
{
	static const int64_t values[] = {0, 1, 2, 999999999, 1000000000, 1000000001,
		123456789012345, -1, -2, -999999999, -1000000000, -1000000001, -123456789012345};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		assert_int_equal(tw_span_to_ns(tw_ns_to_span(tw_ns(values[i]))).v, values[i]);
	for (int64_t ns = 0; ns < 1000000000; ns += 99991)
		assert_int_equal(tw_span_to_ns(tw_ns_to_span(tw_ns(ns))).v, ns);
}

static void half_a_second_is_half_the_range(void **state)
{
	(void)state;
	assert_int_equal(tw_ns_to_span(tw_ns(500000000)).v, 0x80000000LL);
	assert_int_equal(tw_ns_to_span(tw_ns(-500000000)).v, -0x80000000LL);
}

/* vectors.json V01: ffffffffe6666666 to 0000000026666666 is 250 ms. */
static void difference_crosses_the_era(void **state)
{
	struct tw_ntp a = {0xffffffffe6666666ULL}, b = {0x0000000026666666ULL};

	(void)state;
	assert_int_equal(tw_span_to_ns(tw_ntp_sub(b, a)).v, 250000000);
	assert_int_equal(tw_span_to_ns(tw_ntp_sub(a, b)).v, -250000000);
}

static void sums_saturate(void **state)
{
	(void)state;
	assert_int_equal(tw_ns_add(tw_ns(INT64_MAX), tw_ns(1)).v, INT64_MAX);
	assert_int_equal(tw_ns_sub(tw_ns(INT64_MIN), tw_ns(1)).v, INT64_MIN);
	assert_int_equal(tw_ns_to_span(tw_ns(INT64_MAX)).v, INT64_MAX);
	assert_int_equal(tw_ns_to_span(tw_ns(INT64_MIN)).v, INT64_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_nanosecond_survives_the_round_trip),
		cmocka_unit_test(half_a_second_is_half_the_range),
		cmocka_unit_test(difference_crosses_the_era),
		cmocka_unit_test(sums_saturate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"
#include "tw_units.h"

#include <math.h>

static void durations(void **state)
{
	static const struct {
		double ns;
		const char *text;
	} cases[] = {
		{0, "0ns"},
		{-0.2, "0ns"},
		{42, "42ns"},
		{-42, "-42ns"},
		{99.4, "99ns"},
		{99.5, "0.1us"},
		{900, "0.9us"},
		{12100, "12.1us"},
		{-12100, "-12.1us"},
		{120500, "120.5us"},
		{999949, "999.9us"},
		{999951, "1.00ms"},
		{1230000, "1.23ms"},
		{999994000, "999.99ms"},
		{999996000, "1.0s"},
		{2.1e9, "2.1s"},
		{-2.1e9, "-2.1s"},
		{99999.9e9, "99999.9s"},
		{86400e9 * 2, "2.0d"},
		{-9223372036854775808.0, "-106752.0d"},
		{NAN, "-"},
		{INFINITY, "-"},
	};
	char buf[TW_UNITS_STR];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(tw_units_duration(cases[i].ns, buf), cases[i].text);
}

static void percentages_never_round_to_nothing_or_everything(void **state)
{
	static const struct {
		uint64_t part;
		uint64_t whole;
		const char *text;
	} cases[] = {
		{0, 0, "-"},
		{0, 5, "0.000%"},
		{5, 5, "100.000%"},
		{1, 3, "33.333%"},
		{1, 1000, "0.100%"},
		{1, 100000, "0.001%"},
		{1, 200001, "<0.001%"},
		{1, UINT64_MAX, "<0.001%"},
		{999999, 1000000, ">99.999%"},
		{99999, 100000, "99.999%"},
	};
	char buf[TW_UNITS_STR];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
			tw_units_percent(cases[i].part, cases[i].whole, buf), cases[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations),
		cmocka_unit_test(percentages_never_round_to_nothing_or_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

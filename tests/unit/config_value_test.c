/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_value.h"

#include "tw_test.h"

#include <errno.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static void whole_numbers(void **state)
{
	static const struct {
		const char *text;
		int rc;
		uint64_t v;
	} rows[] = {
		{"0", 0, 0},
		{"100", 0, 100},
		{"007", 0, 7},
		{"0x88", 0, 0x88},
		{"0XfF", 0, 255},
		{"18446744073709551615", 0, UINT64_MAX},
		{"18446744073709551616", -ERANGE, 0},
		{"0xffffffffffffffff", 0, UINT64_MAX},
		{"0x10000000000000000", -ERANGE, 0},
		{"99999999999999999999999999x", -EINVAL, 0},
		{"", -EINVAL, 0},
		{"0x", -EINVAL, 0},
		{"-1", -EINVAL, 0},
		{"+1", -EINVAL, 0},
		{" 1", -EINVAL, 0},
		{"1 ", -EINVAL, 0},
		{"1k", -EINVAL, 0},
		{"1e3", -EINVAL, 0},
		{"1.0", -EINVAL, 0},
		{"a", -EINVAL, 0},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		uint64_t v = 4711;

		if (tw_value_uint(rows[i].text, 0, UINT64_MAX, &v) != rows[i].rc)
			fail_msg("\"%s\"", rows[i].text);
		assert_true(v == (rows[i].rc ? 4711 : rows[i].v));
	}
}

static void ranges_include_their_ends(void **state)
{
	uint64_t u = 0;
	int64_t i = 0;
	double d = 0;

	(void)state;
	assert_int_equal(tw_value_uint("1", 1, 255, &u), 0);
	assert_int_equal(tw_value_uint("255", 1, 255, &u), 0);
	assert_int_equal(tw_value_uint("0", 1, 255, &u), -ERANGE);
	assert_int_equal(tw_value_uint("256", 1, 255, &u), -ERANGE);
	assert_int_equal(tw_value_int("-1", -1, 8958, &i), 0);
	assert_int_equal(i, -1);
	assert_int_equal(tw_value_int("-2", -1, 8958, &i), -ERANGE);
	assert_int_equal(tw_value_int("--1", -9, 9, &i), -EINVAL);
	assert_int_equal(tw_value_int("-", -9, 9, &i), -EINVAL);
	assert_int_equal(tw_value_int("+5", -9, 9, &i), 0);
	assert_int_equal(tw_value_double("1e-3", 0, 1, &d), 0);
	assert_true(d == 1e-3);
	assert_int_equal(tw_value_double("1e999", 0, 1e300, &d), -ERANGE);
	assert_int_equal(tw_value_double("nan", 0, 1, &d), -EINVAL);
	assert_int_equal(tw_value_double("0x1p3", 0, 10, &d), -EINVAL);
	assert_int_equal(tw_value_double(" 1", 0, 10, &d), -EINVAL);
	assert_int_equal(tw_value_double("e", 0, 10, &d), -EINVAL);
	assert_int_equal(tw_value_double("1.", 0, 10, &d), 0);
}

static void durations_are_exact(void **state)
{
	static const struct {
		const char *text;
		int rc;
		int64_t ns;
	} rows[] = {
		{"100", 0, 100000000},
		{"0.5", 0, 500000},
		{".25", 0, 250000},
		{"1.", 0, 1000000},
		{"0.000001", 0, 1},
		{"0.0000014", 0, 1},
		{"0.0000015", 0, 2},
		{"0.1", 0, 100000},
		{"500us", 0, 500000},
		{"7ns", 0, 7},
		{"1.5s", 0, 1500000000},
		{"2min", 0, 120000000000},
		{"1h", 0, 3600000000000},
		{"0", 0, 0},
		{"9223372036854.775807", 0, INT64_MAX},
		{"9223372036855", -ERANGE, 0},
		{"99999999999999999999999999", -ERANGE, 0},
		{"", -EINVAL, 0},
		{".", -EINVAL, 0},
		{"ms", -EINVAL, 0},
		{"1 ms", -EINVAL, 0},
		{"1MS", -EINVAL, 0},
		{"-1", -EINVAL, 0},
		{"1e3", -EINVAL, 0},
		{"1.2.3", -EINVAL, 0},
		{"1,5", -EINVAL, 0},
		{"1m", -EINVAL, 0},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		struct tw_ns d = {4711};

		if (tw_value_duration(rows[i].text, tw_ns(TW_NS_PER_MS), tw_ns(0), tw_ns(INT64_MAX),
			    &d) != rows[i].rc)
			fail_msg("\"%s\"", rows[i].text);
		assert_true(d.v == (rows[i].rc ? 4711 : rows[i].ns));
	}
}

static void rates(void **state)
{
	uint64_t v = 0;

	(void)state;
	assert_int_equal(tw_value_bitrate("10G", 1, UINT64_MAX - 1, &v), 0);
	assert_true(v == 10000000000ULL);
	assert_int_equal(tw_value_bitrate("250M", 1, UINT64_MAX - 1, &v), 0);
	assert_true(v == 250000000);
	assert_int_equal(tw_value_bitrate("2.5G", 1, UINT64_MAX - 1, &v), 0);
	assert_true(v == 2500000000ULL);
	assert_int_equal(tw_value_bitrate("64k", 1, UINT64_MAX - 1, &v), 0);
	assert_true(v == 64000);
	assert_int_equal(tw_value_bitrate("1.2345k", 1, UINT64_MAX - 1, &v), -ERANGE);
	assert_int_equal(tw_value_bitrate("0", 1, UINT64_MAX - 1, &v), -ERANGE);
	assert_int_equal(tw_value_bitrate("10Gbit", 1, UINT64_MAX - 1, &v), -EINVAL);
	assert_int_equal(tw_value_bitrate("10g", 1, UINT64_MAX - 1, &v), -EINVAL);
	assert_int_equal(tw_value_bitrate("9999999999T", 1, UINT64_MAX - 1, &v), -ERANGE);
	assert_int_equal(tw_value_pps("max", 1, 1000000000, &v), 0);
	assert_true(v == TW_PPS_MAX);
	assert_int_equal(tw_value_pps("100k", 1, 1000000000, &v), 0);
	assert_int_equal(v, 100000);
	assert_int_equal(tw_value_pps("1.5k", 1, 1000000000, &v), 0);
	assert_int_equal(v, 1500);
	assert_int_equal(tw_value_pps("0.5", 1, 1000000000, &v), -ERANGE);
	assert_int_equal(tw_value_pps("MAX", 1, 1000000000, &v), -EINVAL);
}

static void text_reads_back(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} durations[] = {
		{0, "0s"},
		{1, "1ns"},
		{999, "999ns"},
		{1000, "1us"},
		{1500, "1.5us"},
		{1000001, "1.000001ms"},
		{100000000, "100ms"},
		{1000000000, "1s"},
		{90000000000, "90s"},
		{1234567890, "1.23456789s"},
		{INT64_MAX, "9223372036.854775807s"},
	};
	static const struct {
		uint64_t v;
		const char *text;
	} bits[] = {
		{0, "0"},
		{1, "1"},
		{999, "999"},
		{1000, "1k"},
		{2500000000ULL, "2.5G"},
		{10000000001ULL, "10.000000001G"},
	};
	char buf[64];

	(void)state;
	for (size_t i = 0; i < LEN(durations); i++) {
		struct tw_ns d;

		tw_value_duration_format(tw_ns(durations[i].ns), buf, sizeof(buf));
		assert_string_equal(buf, durations[i].text);
		assert_int_equal(
			tw_value_duration(buf, tw_ns(1), tw_ns(0), tw_ns(INT64_MAX), &d), 0);
		assert_true(d.v == durations[i].ns);
	}
	for (size_t i = 0; i < LEN(bits); i++) {
		uint64_t v;

		tw_value_bitrate_format(bits[i].v, buf, sizeof(buf));
		assert_string_equal(buf, bits[i].text);
		assert_int_equal(tw_value_bitrate(buf, 0, UINT64_MAX, &v), 0);
		assert_true(v == bits[i].v);
	}
}

static void distances(void **state)
{
	(void)state;
	assert_int_equal(tw_value_distance("count", "count"), 0);
	assert_int_equal(tw_value_distance("cuont", "count"), 1);
	assert_int_equal(tw_value_distance("coun", "count"), 1);
	assert_int_equal(tw_value_distance("county", "count"), 1);
	assert_int_equal(tw_value_distance("counr", "count"), 1);
	assert_int_equal(tw_value_distance("", "count"), 5);
	assert_int_equal(tw_value_distance("count", ""), 5);
	assert_int_equal(tw_value_distance("kitten", "sitting"), 3);
}

static void names(void **state)
{
	static const char *const list[] = {"burst", "packet", NULL};
	int v = 4711;

	(void)state;
	assert_int_equal(tw_value_enum("packet", list, &v), 0);
	assert_int_equal(v, 1);
	assert_int_equal(tw_value_enum("Packet", list, &v), -EINVAL);
	assert_int_equal(tw_value_enum("", list, &v), -EINVAL);
	assert_int_equal(v, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_numbers),
		cmocka_unit_test(ranges_include_their_ends),
		cmocka_unit_test(durations_are_exact),
		cmocka_unit_test(rates),
		cmocka_unit_test(text_reads_back),
		cmocka_unit_test(distances),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

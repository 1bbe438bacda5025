/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_dscp.h"
#include "tw_test.h"

#include <errno.h>

/* Name, DSCP, TOS octet: RFC 2474, 2597, 3246, 4594, 5865, 8622. */
static const struct {
	const char *name;
	int value, tos;
} known[] = {
	{"CS0", 0, 0x00},
	{"DF", 0, 0x00},
	{"BE", 0, 0x00},
	{"LE", 1, 0x04},
	{"CS1", 8, 0x20},
	{"AF11", 10, 0x28},
	{"AF12", 12, 0x30},
	{"AF13", 14, 0x38},
	{"CS2", 16, 0x40},
	{"AF21", 18, 0x48},
	{"AF22", 20, 0x50},
	{"AF23", 22, 0x58},
	{"CS3", 24, 0x60},
	{"AF31", 26, 0x68},
	{"AF32", 28, 0x70},
	{"AF33", 30, 0x78},
	{"CS4", 32, 0x80},
	{"AF41", 34, 0x88},
	{"AF42", 36, 0x90},
	{"AF43", 38, 0x98},
	{"CS5", 40, 0xa0},
	{"VOICE-ADMIT", 44, 0xb0},
	{"VA", 44, 0xb0},
	{"EF", 46, 0xb8},
	{"CS6", 48, 0xc0},
	{"nc1", 48, 0xc0},
	{"CS7", 56, 0xe0},
	{"nc2", 56, 0xe0},
	{"ef", 46, 0xb8},
	{"Af11", 10, 0x28},
	{"46", 46, 0xb8},
	{"0", 0, 0x00},
	{"63", 63, 0xfc},
	{"cp46", 46, 0xb8},
	{"CP5", 5, 0x14},
};

static void names_and_numbers(void **state)
{
	static const char *const bad[] = {"", "64", "cp64", "cp", "-1", "+1", " 1", "1 ", "046",
		"0x2e", "e", "eff", "af", "af14", "df be", "cpef", "99999999999999999999"};
	uint8_t v;

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		v = 77;
		assert_int_equal(tw_dscp_parse(known[i].name, &v), 0);
		assert_int_equal(v, known[i].value);
		assert_int_equal(tw_tos(v, 0), known[i].tos);
		assert_int_equal(tw_tos_dscp((uint8_t)(known[i].tos | 3)), v);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		v = 77;
		assert_int_equal(tw_dscp_parse(bad[i], &v), -EINVAL);
		assert_int_equal(v, 77);
	}
	assert_int_equal(tw_tos(46, 2), 0xba);
	assert_int_equal(tw_tos_ecn(0xba), 2);
}

static void table_is_sorted_and_complete(void **state)
{
	int last = -1;
	size_t n = 0;

	(void)state;
	for (const struct tw_dscp *d; (d = tw_dscp_row(n)); n++) {
		uint8_t v;

		assert_true(d->value > last);
		last = d->value;
		assert_string_equal(tw_dscp_name(d->value), d->name);
		assert_int_equal(tw_dscp_parse(d->name, &v), 0);
		assert_int_equal(v, d->value);
	}
	assert_int_equal(n, 23); /* 8 CS, 12 AF, LE, VA, EF */
	assert_null(tw_dscp_row(SIZE_MAX));
}

static void every_value_has_a_name_that_reads_back(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 64; i++) {
		uint8_t v;

		assert_int_equal(tw_dscp_parse(tw_dscp_name((uint8_t)i), &v), 0);
		assert_int_equal(v, i);
	}
	assert_string_equal(tw_dscp_name(5), "cp5");
	assert_string_equal(tw_dscp_name(63), "cp63");
	assert_null(tw_dscp_name(64));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_numbers),
		cmocka_unit_test(table_is_sorted_and_complete),
		cmocka_unit_test(every_value_has_a_name_that_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

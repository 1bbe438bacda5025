/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_modes.h"
#include "tw_test.h"

#include <errno.h>

/* protocol registry: IANA TWAMP-Modes */
static void bits_have_their_values(void **state)
{
	(void)state;
	assert_int_equal(TW_MODE_UNAUTHENTICATED, 1);
	assert_int_equal(TW_MODE_AUTHENTICATED, 2);
	assert_int_equal(TW_MODE_ENCRYPTED, 4);
	assert_int_equal(TW_MODE_MIXED, 8);
	assert_int_equal(TW_MODE_INDIVIDUAL_CONTROL, 16);
	assert_int_equal(TW_MODE_REFLECT_OCTETS, 32);
	assert_int_equal(TW_MODE_SYMMETRICAL_SIZE, 64);
	assert_int_equal(TW_MODE_IKEV2_DERIVED, 128);
	assert_int_equal(TW_MODE_DSCP_ECN, 256);
	assert_int_equal(TW_MODE_PTPV2, 512);
	assert_int_equal(TW_MODES_KNOWN, 0x37f);
}

static void exactly_one_security_bit_and_nothing_unoffered(void **state)
{
	static const struct {
		uint32_t offered, selected;
		bool legal;
	} rows[] = {
		{0x001, 0x001, true},
		{0x3ff, 0x002, true},
		{0x3ff, 0x008, true},
		{0x3ff, 0x374, true},
		{0x3ff, 0x000, false}, /* declines */
		{0x3ff, 0x003, false},
		{0x3ff, 0x00c, false},
		{0x3ff, 0x010, false}, /* features alone */
		{0x001, 0x002, false},
		{0x001, 0x011, false},
		{0x00f, 0x401, false},
		{0x000, 0x001, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
			tw_mode_is_legal(rows[i].offered, rows[i].selected), rows[i].legal);
}

static void selects_the_strictest_common_mode(void **state)
{
	static const struct {
		uint32_t offered, wanted, mode;
	} rows[] = {
		{0x00f, 0x00f, 0x004},
		{0x00f, 0x00b, 0x002},
		{0x00f, 0x009, 0x008},
		{0x001, 0x00f, 0x001},
		{0x1ff, 0x311, 0x111},
		{0x002, 0x001, 0x000},
		{0x3f0, 0x3f0, 0x000}, /* no security bit, so no features either */
		{0x80000001, 0x00f, 0x001},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(tw_mode_select(rows[i].offered, rows[i].wanted), rows[i].mode);
}

static void what_is_protected(void **state)
{
	static const struct {
		uint32_t mode;
		bool control, test;
	} rows[] = {
		{1, false, false},
		{2, true, true},
		{4, true, true},
		{8, true, false},
		{16 | 1, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(tw_mode_protects_control(rows[i].mode), rows[i].control);
		assert_int_equal(tw_mode_protects_test(rows[i].mode), rows[i].test);
	}
}

static void names_both_ways(void **state)
{
	char buf[TW_MODES_STR], small[8];
	uint32_t bit = 77;

	(void)state;
	for (uint32_t b = 1; b <= 512; b <<= 1) {
		assert_int_equal(tw_mode_parse(tw_mode_name(b), &bit), 0);
		assert_int_equal(bit, b);
	}
	assert_int_equal(tw_mode_parse("Mixed", &bit), 0);
	assert_int_equal(bit, 8);
	assert_int_equal(tw_mode_parse("mix", &bit), -EINVAL);
	assert_int_equal(tw_mode_parse("", &bit), -EINVAL);
	assert_int_equal(bit, 8);
	assert_null(tw_mode_name(0));
	assert_null(tw_mode_name(3));
	assert_null(tw_mode_name(1024));
	assert_null(tw_mode_name(0x80000000));
	assert_string_equal(tw_modes_format(0, buf, sizeof(buf)), "none");
	assert_string_equal(
		tw_modes_format(0x80000102, buf, sizeof(buf)), "authenticated+dscp-ecn+0x80000000");
	assert_string_equal(tw_modes_format(0x400, buf, sizeof(buf)), "0x400");
	assert_string_equal(tw_modes_format(0xffff, small, sizeof(small)), "unauthe");
	assert_true(strlen(tw_modes_format(UINT32_MAX, buf, sizeof(buf))) < sizeof(buf) - 1);
	assert_non_null(strstr(buf, "ptpv2+0xfffffc00"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bits_have_their_values),
		cmocka_unit_test(exactly_one_security_bit_and_nothing_unoffered),
		cmocka_unit_test(selects_the_strictest_common_mode),
		cmocka_unit_test(what_is_protected),
		cmocka_unit_test(names_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_ntp.h"
#include "tw_rand.h"
#include "tw_test.h"

#include <jansson.h>

static uint64_t hex64(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	assert_non_null(s);
	return strtoull(s, NULL, 16);
}

static int64_t num(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	assert_true(json_is_integer(v));
	return json_integer_value(v);
}

/* vectors.json V01; its PTP column has no TAI offset applied */
static void conversions(void **state)
{
	json_t *root = json_load_file(TW_VECTORS_FILE, 0, NULL);
	json_t *rows = json_object_get(json_object_get(root, "V01_timestamps"), "rows");

	(void)state;
	assert_int_equal(json_array_size(rows), 10);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *row = json_array_get(rows, i);
		struct tw_ns t = {num(row, "unix_sec") * TW_NS_PER_SEC + num(row, "nsec")};
		struct tw_ntp ntp = {hex64(row, "ntp")};
		struct tw_ptp ptp = {hex64(row, "ptp_trunc_same_scale")};

		assert_int_equal(tw_ntp_from_ns(t).v, ntp.v);
		assert_int_equal(tw_ntp_to_ns(ntp, t).v, t.v);
		/* the era is right while the clock is within 68 years */
		assert_int_equal(
			tw_ntp_to_ns(ntp, tw_ns(t.v + (INT64_C(1) << 31) * TW_NS_PER_SEC - 1)).v,
			t.v);
		assert_int_equal(
			tw_ntp_to_ns(ntp, tw_ns(t.v - (INT64_C(1) << 31) * TW_NS_PER_SEC + 1)).v,
			t.v);
		assert_int_equal(tw_ptp_from_ntp(ntp, 0).v, ptp.v);
		assert_int_equal(tw_ntp_from_ptp(ptp, 0).v, ntp.v);
	}
	json_decref(root);
}

/* One era away, 2^32 s, when the clock is that far away. */
static void era_follows_the_clock(void **state)
{
	struct tw_ntp t = {0x83aa7e8000000000ULL}; /* 1970 in era 0 */
	int64_t era = (INT64_C(1) << 32) * TW_NS_PER_SEC;

	(void)state;
	assert_int_equal(tw_ntp_to_ns(t, tw_ns(5)).v, 0);
	assert_int_equal(tw_ntp_to_ns(t, tw_ns(era)).v, era);
	assert_int_equal(tw_ntp_to_ns(t, tw_ns(-era)).v, -era);
	assert_int_equal(
		tw_ntp_to_ns((struct tw_ntp){0x83aa7e7fc0000000ULL}, tw_ns(0)).v, -250000000);
	/* not beyond what 64 bits of nanoseconds hold */
	assert_int_equal(tw_ntp_to_ns((struct tw_ntp){tw_ntp_from_ns(tw_ns(INT64_MAX)).v +
						      ((uint64_t)5 << 32)},
				 tw_ns(INT64_MAX))
				 .v,
		INT64_MAX);
	assert_int_equal(tw_ntp_to_ns((struct tw_ntp){tw_ntp_from_ns(tw_ns(INT64_MIN)).v -
						      ((uint64_t)5 << 32)},
				 tw_ns(INT64_MIN))
				 .v,
		INT64_MIN);
}

static void every_nanosecond_survives(void **state)
{
	struct tw_rand r;

	(void)state;
	tw_rand_init(&r, 4);
	for (int i = 0; i < 200000; i++) {
		struct tw_ns t = {(int64_t)tw_rand_u64(&r)};
		struct tw_ntp n = tw_ntp_from_ns(t);

		assert_int_equal(tw_ntp_to_ns(n, t).v, t.v);
		assert_int_equal(tw_ntp_to_ns(n, tw_ns_add(t, tw_ns(12345678912345))).v, t.v);
		assert_int_equal(tw_ntp_from_ptp(tw_ptp_from_ntp(n, 37), 37).v, n.v);
	}
}

/* 2017-01-01T00:00:00 UTC is 00:00:37 TAI: Unix 1483228800, PTP 1483228837. */
static void ptp_is_ahead_by_the_leap_seconds(void **state)
{
	struct tw_ntp utc = tw_ntp_from_ns(tw_ns(1483228800 * TW_NS_PER_SEC));
	struct tw_ptp tai = {UINT64_C(1483228837) << 32};

	(void)state;
	assert_int_equal(TW_TAI_UTC_DEFAULT, 37);
	assert_int_equal(tw_ptp_from_ntp(utc, TW_TAI_UTC_DEFAULT).v, tai.v);
	assert_int_equal(tw_ntp_from_ptp(tai, TW_TAI_UTC_DEFAULT).v, utc.v);
	/* the seconds wrap in each scale at its own time */
	assert_int_equal(tw_ptp_from_ntp((struct tw_ntp){0x83aa7e7f80000000ULL}, 0).v,
		0xffffffff1dcd6500ULL);
	assert_int_equal(tw_ntp_from_ptp((struct tw_ptp){0xffffffff1dcd6500ULL}, 1).v,
		0x83aa7e7e80000000ULL);
}

static void ptp_rounds_up_into_the_next_second(void **state)
{
	struct tw_ntp almost = {0x83aa7e80ffffffffULL};

	(void)state;
	assert_int_equal(tw_ptp_from_ntp(almost, 0).v, 0x0000000100000000ULL);
	assert_true(tw_ptp_is_valid((struct tw_ptp){0x000000003b9ac9ff}));
	assert_false(tw_ptp_is_valid((struct tw_ptp){0x000000003b9aca00}));
	/* 4,000,000,000 ns from a peer that writes nonsense: four seconds */
	assert_int_equal(tw_ntp_from_ptp((struct tw_ptp){4000000000}, 0).v, 0x83aa7e8400000000ULL);
}

static void format_follows_z(void **state)
{
	struct tw_wire_time ntp = {0x83aa7e8080000000ULL}, ptp = {0x000000251dcd6500ULL};

	(void)state;
	assert_int_equal(tw_wire_time_ntp(ntp, 0x8001, 37).v, 0x83aa7e8080000000ULL);
	assert_int_equal(tw_wire_time_ntp(ptp, 0xc001, 37).v, 0x83aa7e8080000000ULL);
	assert_true(tw_wire_time_is_unknown((struct tw_wire_time){0}));
	assert_false(tw_wire_time_is_unknown(ntp));
}

/* vectors.json V02: seconds = Multiplier * 2^(Scale - 32) */
static void error_estimates_of_the_vectors(void **state)
{
	json_t *root = json_load_file(TW_VECTORS_FILE, 0, NULL);
	json_t *rows = json_object_get(json_object_get(root, "V02_error_estimate"), "rows");

	(void)state;
	assert_int_equal(json_array_size(rows), 8);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *row = json_array_get(rows, i);
		uint16_t e = (uint16_t)hex64(row, "octets");
		double units = json_real_value(json_object_get(row, "seconds")) * 4294967296.0;
		struct tw_span s = tw_error_estimate_span(e);

		assert_true(tw_error_estimate_is_valid(e));
		if (e == TW_ERROR_UNKNOWN) { /* 17,000 years: more than a span holds */
			assert_int_equal(s.v, INT64_MAX);
			continue;
		}
		assert_true((double)s.v == units);
		assert_int_equal(tw_error_estimate_encode(s, e & TW_ERROR_S, e & TW_ERROR_Z), e);
	}
	json_decref(root);
}

/* the bounds in words of V02 */
static void error_estimates_of_bounds(void **state)
{
	static const struct {
		int64_t ns;
		bool s, z;
		uint16_t want;
	} rows[] = {
		{0, true, false, 0x8001},
		{-5, true, false, 0x8001},
		{1000, true, false, 0x8587},
		{100000, true, false, 0x8bd2},
		{10000000, true, false, 0x92a4},
		{1000000000, false, false, 0x1980},
		{0, true, true, 0xc001},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(tw_error_estimate_encode(
					 tw_ns_to_span_up(tw_ns(rows[i].ns)), rows[i].s, rows[i].z),
			rows[i].want);
	assert_int_equal(tw_ns_to_span_up(tw_ns(1)).v, 5);                 /* 4.29 units */
	assert_int_equal(tw_ns_to_span_up(tw_ns(500000000)).v, 1LL << 31); /* exact */
	assert_int_equal(tw_ns_to_span_up(tw_ns(-1)).v, -4);
	assert_int_equal(tw_ns_to_span_up(tw_ns(INT64_MAX)).v, INT64_MAX);
	assert_int_equal(tw_ns_to_span_up(tw_ns(INT64_MIN)).v, INT64_MIN);
	assert_false(tw_error_estimate_is_valid(0x9200));
}

/* Never below the bound, never more than 1/128 above it, at the smallest scale. */
static void error_estimate_is_a_tight_upper_bound(void **state)
{
	struct tw_rand r;

	(void)state;
	tw_rand_init(&r, 5);
	for (int i = 0; i < 200000; i++) {
		int64_t u = (int64_t)(tw_rand_u64(&r) >> (1 + tw_rand_below(&r, 63)));
		uint16_t e = tw_error_estimate_encode((struct tw_span){u}, false, false);
		int64_t back = tw_error_estimate_span(e).v;

		assert_int_equal(e & 0xc000, 0);
		assert_true(tw_error_estimate_is_valid(e));
		assert_true(back >= u && back - u <= u / 128 + 1);
		if (e >> 8)
			assert_true((e & 0xff) >= 128);
	}
	assert_int_equal(
		tw_error_estimate_encode((struct tw_span){INT64_MAX}, false, false), 0x3880);
	assert_int_equal(tw_error_estimate_encode((struct tw_span){255}, false, false), 0x00ff);
	assert_int_equal(tw_error_estimate_encode((struct tw_span){256}, false, false), 0x0180);
	assert_int_equal(tw_error_estimate_encode((struct tw_span){511}, false, false), 0x0280);
	assert_int_equal(tw_error_estimate_span(0x37ff).v, INT64_C(255) << 55);
	assert_int_equal(tw_error_estimate_span(0x387f).v, INT64_C(127) << 56);
	assert_int_equal(tw_error_estimate_span(0x3880).v, INT64_MAX);
	assert_int_equal(tw_error_estimate_span(0x3e01).v, INT64_C(1) << 62);
	assert_int_equal(tw_error_estimate_span(0x3f01).v, INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversions),
		cmocka_unit_test(era_follows_the_clock),
		cmocka_unit_test(every_nanosecond_survives),
		cmocka_unit_test(ptp_is_ahead_by_the_leap_seconds),
		cmocka_unit_test(ptp_rounds_up_into_the_next_second),
		cmocka_unit_test(format_follows_z),
		cmocka_unit_test(error_estimates_of_the_vectors),
		cmocka_unit_test(error_estimates_of_bounds),
		cmocka_unit_test(error_estimate_is_a_tight_upper_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

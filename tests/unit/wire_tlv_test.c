/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"
#include "tw_tlv.h"

#include <jansson.h>

/* The walk, the Length rules and the Values of STAMP TLVs (RFC 8972 section 4). */

static enum tw_tlv_step step(const char *hex, struct tw_tlv *ret)
{
	uint8_t buf[256];
	struct tw_tlv_walk w = tw_tlv_walk_init(buf, 0, tw_unhex(hex, buf, sizeof(buf)));

	return tw_tlv_next(&w, ret);
}

static void walks_over_unaligned_tlvs(void **state)
{
	uint8_t buf[64];
	struct tw_tlv t;
	/* Lengths 3, 0 and 4 in a row: nothing is aligned, nothing pads. */
	size_t n = tw_unhex("8001000301020380c800008003000400000000", buf, sizeof(buf));
	struct tw_tlv_walk w = tw_tlv_walk_init(buf, 0, n);

	(void)state;
	assert_int_equal(tw_tlv_next(&w, &t), TW_TLV_STEP_ONE);
	assert_int_equal(t.at, 0);
	assert_int_equal(t.type, 1);
	assert_int_equal(t.len, 3);
	assert_int_equal(tw_tlv_next(&w, &t), TW_TLV_STEP_ONE);
	assert_int_equal(t.at, 7);
	assert_int_equal(t.type, 200);
	assert_int_equal(t.len, 0);
	assert_int_equal(tw_tlv_next(&w, &t), TW_TLV_STEP_ONE);
	assert_int_equal(t.at, 11);
	assert_int_equal(t.flags, TW_TLV_U);
	assert_int_equal(t.type, TW_TLV_TIMESTAMP_INFO);
	assert_int_equal(tw_tlv_next(&w, &t), TW_TLV_STEP_END);
	assert_int_equal(tw_tlv_next(&w, &t), TW_TLV_STEP_END);
}

static void names_what_is_not_a_tlv(void **state)
{
	struct tw_tlv t = {0};

	(void)state;
	assert_int_equal(step("", &t), TW_TLV_STEP_END);
	assert_int_equal(step("80", &t), TW_TLV_STEP_SHORT);
	assert_int_equal(step("800100", &t), TW_TLV_STEP_SHORT);
	assert_int_equal(step("000000", &t), TW_TLV_STEP_ZEROS);
	assert_int_equal(step("00000000", &t), TW_TLV_STEP_ZEROS);
	assert_int_equal(step("0000000000000000000000000000000000", &t), TW_TLV_STEP_ZEROS);
	/* One octet at the far end makes it a TLV of the reserved type 0. */
	assert_int_equal(step("0000000000000000000000000000000001", &t), TW_TLV_STEP_ONE);
	assert_int_equal(t.type, 0);
	assert_int_equal(step("80040004b80000", &t), TW_TLV_STEP_OVERRUN);
	assert_int_equal(t.type, TW_TLV_COS);
	assert_int_equal(t.len, 4);
	assert_int_equal(step("8001ffff", &t), TW_TLV_STEP_OVERRUN);
	assert_int_equal(step("80010000", &t), TW_TLV_STEP_ONE);
}

static void zero_tail_is_found_at_every_offset(void **state)
{
	uint8_t buf[40];

	(void)state;
	for (size_t last = 0; last < sizeof(buf); last++) {
		memset(buf, 0, sizeof(buf));
		buf[last] = 1;
		for (size_t from = 0; from <= sizeof(buf); from++)
			assert_int_equal(tw_tlv_zero_tail(buf, from, sizeof(buf)),
				from > last ? from : last + 1);
	}
}

static void many_zero_headers_cost_one_look_ahead(void **state)
{
	static uint8_t buf[9000];
	struct tw_tlv_walk w = tw_tlv_walk_init(buf, 0, sizeof(buf));
	struct tw_tlv t;
	unsigned int n = 0;

	(void)state;
	buf[sizeof(buf) - 1] = 1;
	while (tw_tlv_next(&w, &t) == TW_TLV_STEP_ONE)
		n++;
	assert_int_equal(n, sizeof(buf) / 4 - 1); /* the last header claims one octet too many */
	assert_int_equal(w.zeros, sizeof(buf));
}

static void lengths_are_those_of_the_rfcs(void **state)
{
	/* type, then pairs of a Length and whether it is valid */
	static const struct {
		uint8_t type;
		uint16_t len;
		bool ok;
	} rows[] = {
		{TW_TLV_PADDING, 0, true},
		{TW_TLV_PADDING, 65535, true},
		{TW_TLV_LOCATION, 3, false},
		{TW_TLV_LOCATION, 4, true},
		{TW_TLV_TIMESTAMP_INFO, 3, false},
		{TW_TLV_TIMESTAMP_INFO, 4, true},
		{TW_TLV_TIMESTAMP_INFO, 12, true},
		{TW_TLV_COS, 0, false},
		{TW_TLV_COS, 3, false},
		{TW_TLV_COS, 4, true},
		{TW_TLV_COS, 8, false},
		{TW_TLV_DIRECT, 11, false},
		{TW_TLV_DIRECT, 12, true},
		{TW_TLV_DIRECT, 16, false},
		{TW_TLV_ACCESS, 2, false},
		{TW_TLV_ACCESS, 4, true},
		{TW_TLV_FOLLOW_UP, 12, false},
		{TW_TLV_FOLLOW_UP, 16, true},
		{TW_TLV_FOLLOW_UP, 20, false},
		{TW_TLV_HMAC, 15, false},
		{TW_TLV_HMAC, 16, true},
		{TW_TLV_HMAC, 32, false},
		{TW_TLV_DESTINATION, 4, true},
		{TW_TLV_DESTINATION, 8, false},
		{TW_TLV_DESTINATION, 16, true},
		{TW_TLV_DESTINATION, 28, false},
		{TW_TLV_RETURN_PATH, 0, true},
		{TW_TLV_MICRO_SESSION, 4, true},
		{TW_TLV_MICRO_SESSION, 8, false},
		{TW_TLV_CONTROL, 8, false},
		{TW_TLV_CONTROL, 12, true},
		{TW_TLV_CONTROL, 20, true},
		{0, 0, true},
		{200, 0, true},
		{251, 0, true},
		{252, 3, false}, /* Private Use: an enterprise number comes first */
		{252, 4, true},
		{254, 0, false},
		{255, 0, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (tw_tlv_length_ok(rows[i].type, rows[i].len) != rows[i].ok)
			fail_msg("type %u length %u", rows[i].type, rows[i].len);
}

/* The Values of V11's responses, field by field. */
static void values_read_as_the_vectors_say(void **state)
{
	json_error_t e;
	json_t *all = json_load_file(TW_VECTORS_FILE, 0, &e);
	json_t *rsp = json_object_get(json_object_get(all, "V11_stamp_tlvs"), "responses");
	static const struct {
		const char *name;
		const char *text;
	} rows[] = {
		{"1 Extra Padding (8)", "padding"},
		{"2 Location response",
			"location destination-port=862 source-port=20000 mac=02:00:5e:10:00:01 "
			"destination=192.0.2.2 source=192.0.2.1"},
		{"3 Timestamp Information NTP/SW,NTP/SW",
			"timestamp-info sync-in=1 method-in=2 sync-out=1 method-out=2"},
		{"4 Class of Service response DSCP2=46 ECN=2 RP=0",
			"cos dscp1=46 dscp2=46 ecn=2 rp=0"},
		{"4 Class of Service response refused RP=1", "cos dscp1=46 dscp2=0 ecn=0 rp=1"},
		{"5 Direct Measurement response", "direct-measurement s-tx=1000 r-rx=990 r-tx=985"},
		{"6 Access Report echoed", "access-report id=1 code=1"},
		{"7 Follow-Up Telemetry: seq 3, HW",
			"follow-up seq=3 time=eeab5d9419b13165 method=1"},
		{"unknown type 200 echoed with U", "raw type=200 length=4"},
		{"malformed CoS (length 3) echoed with M", "cos type=4 length=3"},
	};

	(void)state;
	assert_int_equal(json_object_size(rsp), sizeof(rows) / sizeof(rows[0]));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t buf[256];
		char text[256];
		const char *hex = json_string_value(json_object_get(rsp, rows[i].name));
		struct tw_tlv_walk w;
		struct tw_tlv t;
		int n;

		assert_non_null(hex);
		w = tw_tlv_walk_init(buf, 0, tw_unhex(hex, buf, sizeof(buf)));
		assert_int_equal(tw_tlv_next(&w, &t), TW_TLV_STEP_ONE);
		assert_int_equal(tw_tlv_next(&w, &t), TW_TLV_STEP_END);
		w.at = 0;
		assert_int_equal(tw_tlv_next(&w, &t), TW_TLV_STEP_ONE);
		n = tw_tlv_print(&t, buf + TW_TLV_HEADER, text, sizeof(text));
		assert_string_equal(text, rows[i].text);
		assert_int_equal(n, strlen(text));
		/* A short buffer gets the beginning, terminated, whatever its size. */
		for (size_t cap = 0; cap <= strlen(rows[i].text); cap++) {
			memset(text, 'x', sizeof(text));
			tw_tlv_print(&t, buf + TW_TLV_HEADER, text, cap);
			assert_int_equal(text[cap], 'x');
			if (cap)
				assert_true(strnlen(text, cap) < cap);
		}
	}
	json_decref(all);
}

static void values_build_what_they_parse(void **state)
{
	uint8_t v[16];
	struct tw_tlv_cos c = {.dscp1 = 63, .dscp2 = 21, .ecn = 1, .rp = 3};
	struct tw_tlv_micro m = {3, 0xfffe};
	struct tw_tlv_control k = {128, 3, 1000000};

	(void)state;
	memset(v, 0xff, sizeof(v));
	tw_tlv_cos_build(&c, v);
	assert_memory_equal(v, "\xfd\x57\x00\x00", 4); /* 111111 010101 01 11, reserved zero */
	c = tw_tlv_cos_parse(v);
	assert_int_equal(c.dscp1, 63);
	assert_int_equal(c.dscp2, 21);
	assert_int_equal(c.ecn, 1);
	assert_int_equal(c.rp, 3);
	tw_tlv_micro_build(&m, v);
	assert_memory_equal(v, "\x00\x03\xff\xfe", 4);
	assert_int_equal(tw_tlv_micro_parse(v).reflector, 0xfffe);
	tw_tlv_control_build(&k, v);
	assert_memory_equal(v, "\x00\x80\x00\x03\x00\x0f\x42\x40", 8);
	assert_int_equal(tw_tlv_control_parse(v).interval_ns, 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_over_unaligned_tlvs),
		cmocka_unit_test(names_what_is_not_a_tlv),
		cmocka_unit_test(zero_tail_is_found_at_every_offset),
		cmocka_unit_test(many_zero_headers_cost_one_look_ahead),
		cmocka_unit_test(lengths_are_those_of_the_rfcs),
		cmocka_unit_test(values_read_as_the_vectors_say),
		cmocka_unit_test(values_build_what_they_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

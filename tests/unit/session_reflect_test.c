/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_reflect.h"

#include "tw_test.h"
#include "tw_vectors.h"

/* The octets of open replies: V08 and V10, sizes and reuse of padding. */

#define ROOM 256
#define GUARD 0xee

/* What V08 and V10 share. */
static const struct tw_reflect_fields fields = {
	.seq = 4,
	.t2 = 0xeeab5d9419b089a0,
	.t3 = 0xeeab5d9419b13165,
	.error_estimate = 0x8956,
	.ttl = 57,
};

/* Reflect a request; what lies behind the reply must stay as it is. */
static uint32_t reflect(const uint8_t *request, size_t len, bool is_stamp, bool forced,
	const struct tw_reflect_fields *f, uint8_t *ret)
{
	uint32_t out = tw_reflect_reply_len((uint32_t)len, forced);

	memset(ret, GUARD, ROOM);
	memcpy(ret, request, len);
	tw_reflect_write_open(ret, (uint32_t)len, out, is_stamp, f);
	for (size_t i = out; i < ROOM; i++)
		assert_int_equal(ret[i], GUARD);
	return out;
}

static void stamp_vectors(void **state)
{
	uint8_t request[64], want[64], got[ROOM];
	struct tw_reflect_fields stateless = fields;

	(void)state;
	assert_int_equal(tw_vector_hex(request, "V10_stamp_base", "unauth_sender"), 44);
	assert_int_equal(tw_vector_hex(want, "V10_stamp_base", "unauth_reflector_stateful"), 44);
	assert_int_equal(reflect(request, 44, true, false, &fields, got), 44);
	assert_memory_equal(got, want, 44);
	memset(got, GUARD, sizeof(got));
	memcpy(got, request, 44);
	tw_reflect_write_stamp(got, &fields);
	assert_memory_equal(got, want, 44);
	assert_int_equal(got[44], GUARD);

	tw_vector_hex(want, "V10_stamp_base", "unauth_reflector_stateless");
	stateless.seq = 5;
	memcpy(got, request, 44);
	tw_reflect_write_stamp(got, &stateless);
	assert_memory_equal(got, want, 44);
}

static void light_vectors(void **state)
{
	uint8_t request[ROOM], want[ROOM], got[ROOM];
	size_t len = tw_vector_hex(request, "V08_twamp_test_packets", "unauth_sender_14_plus_27");

	(void)state;
	assert_int_equal(len, 41);
	tw_vector_hex(want, "V08_twamp_test_packets", "unauth_reflector_41");
	/* A15: whatever is below 41 octets is answered with the bare 41 */
	for (size_t n = 14; n <= 41; n++) {
		assert_int_equal(reflect(request, n, false, false, &fields, got), 41);
		assert_memory_equal(got, want, 41);
	}
	len = tw_vector_hex(request, "V08_twamp_test_packets",
		"unauth_reflector_from_100_octet_sender", "sender");
	assert_int_equal(len, 100);
	tw_vector_hex(want, "V08_twamp_test_packets", "unauth_reflector_from_100_octet_sender",
		"reflector_truncated_padding_reused");
	assert_int_equal(reflect(request, 100, false, false, &fields, got), 100);
	assert_memory_equal(got, want, 100);
	/* any length: the padding from its start, the last 27 octets dropped */
	for (size_t n = 42; n < 100; n++) {
		assert_int_equal(reflect(request, n, false, false, &fields, got), n);
		assert_memory_equal(got, want, 41);
		assert_memory_equal(got + 41, request + 14, n - 41);
	}
}

/* A STAMP-only reflector answers a short request with 44 octets. */
static void forced_stamp(void **state)
{
	uint8_t request[ROOM], want[64], got[ROOM];

	(void)state;
	tw_vector_hex(request, "V10_stamp_base", "unauth_sender");
	tw_vector_hex(want, "V10_stamp_base", "unauth_reflector_stateful");
	for (size_t n = 16; n < 44; n++) {
		assert_int_equal(reflect(request, n, true, true, &fields, got), 44);
		assert_memory_equal(got, want, 44);
	}
	/* no room for an SSID: none */
	want[14] = want[15] = 0;
	for (size_t n = 14; n < 16; n++) {
		assert_int_equal(reflect(request, n, true, true, &fields, got), 44);
		assert_memory_equal(got, want, 44);
	}
}

/* What follows the 44 octets of a STAMP request stays: TLVs are somebody else's. */
static void stamp_tail(void **state)
{
	uint8_t request[ROOM], want[64], got[ROOM];

	(void)state;
	tw_vector_hex(request, "V10_stamp_base", "unauth_sender");
	tw_vector_hex(want, "V10_stamp_base", "unauth_reflector_stateful");
	for (size_t i = 44; i < 100; i++)
		request[i] = (uint8_t)(i * 7);
	assert_int_equal(reflect(request, 100, true, false, &fields, got), 100);
	assert_memory_equal(got, want, 44);
	assert_memory_equal(got + 44, request + 44, 56);
}

static void sizes(void **state)
{
	static const struct {
		uint32_t in, any, stamp;
	} rows[] = {{14, 41, 44}, {40, 41, 44}, {41, 41, 44}, {42, 42, 44}, {43, 43, 44},
		{44, 44, 44}, {45, 45, 45}, {100, 100, 100}, {8972, 8972, 8972},
		{65507, 65507, 65507}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(tw_reflect_reply_len(rows[i].in, false), rows[i].any);
		assert_int_equal(tw_reflect_reply_len(rows[i].in, true), rows[i].stamp);
	}
}

/* The quick writer of the loop and the general one say the same. */
static void writers_agree(void **state)
{
	uint64_t x = 88172645463325252ULL;

	(void)state;
	for (int n = 0; n < 1000; n++) {
		uint8_t request[44] = {0}, a[44], b[44];
		struct tw_reflect_fields f;

		for (int i = 0; i < 16; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			request[i] = (uint8_t)x;
		}
		f = (struct tw_reflect_fields){.seq = (uint32_t)x,
			.t2 = x * 3,
			.t3 = x * 5,
			.error_estimate = (uint16_t)(x >> 8),
			.ttl = (uint8_t)(x >> 32)};
		memcpy(a, request, 44);
		memcpy(b, request, 44);
		tw_reflect_write_stamp(a, &f);
		tw_reflect_write_open(b, 44, 44, true, &f);
		assert_memory_equal(a, b, 44);
	}
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(tw_protocol_name(TW_PROTOCOL_AUTO), "auto");
	assert_string_equal(tw_protocol_name(TW_PROTOCOL_STAMP), "stamp");
	assert_string_equal(tw_protocol_name(TW_PROTOCOL_LIGHT), "twamp-light");
	assert_string_equal(tw_protocol_name(TW_PROTOCOL_TWAMP), "twamp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stamp_vectors),
		cmocka_unit_test(light_vectors),
		cmocka_unit_test(forced_stamp),
		cmocka_unit_test(stamp_tail),
		cmocka_unit_test(sizes),
		cmocka_unit_test(writers_agree),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

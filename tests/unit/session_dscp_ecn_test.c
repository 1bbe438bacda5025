/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_reply.h"
#include "tw_sealed.h"
#include "tw_test.h"
#include "tw_vectors.h"

/* RFC 7750: with which DSCP and ECN a request came to the reflector. */

#define MS ((1ULL << 32) / 1000)

/* One octet more, behind Sender TTL, in both layouts. */
static void fields(void **state)
{
	struct tw_reply_fields f;
	uint8_t p[112] = {0};

	(void)state;
	assert_int_equal(
		tw_vector_hex(p, "V08_twamp_test_packets", "unauth_reflector_dscp_ecn"), 44);
	for (uint32_t len = 41; len <= 44; len++) {
		tw_reply_read_open(p, len, &f);
		assert_false(f.has_tos);
		tw_reply_read_dscp_ecn(p, len, false, &f);
		assert_int_equal(f.has_tos, len >= 42);
		assert_int_equal(f.tos_there, len >= 42 ? 0xba : 0);
		assert_int_equal(f.ttl_there, 57);
	}
	memset(p, 0, sizeof(p));
	p[81] = 0xb9;
	tw_sealed_read_reply(p, &f);
	assert_false(f.has_tos);
	tw_reply_read_dscp_ecn(p, sizeof(p), true, &f);
	assert_true(f.has_tos);
	assert_int_equal(f.tos_there, 0xb9);
}

/* The last of four replies does not say. */
static void become_the_result(void **state)
{
	static const uint8_t tos[] = {0xb9, 0xb9, 0xba, 0x00};
	static struct tw_reply_stream stream;
	static struct tw_loss_tables tables;
	struct tw_result *result = tw_result_create();
	uint64_t offset = 0xeeab5d94ULL << 32;
	struct tw_window window;
	struct tw_reply_ctx ctx = {
		.window = &window,
		.streams = &stream,
		.timeout = 1000 * MS,
		.offsets = &offset,
		.result = result,
	};

	(void)state;
	assert_non_null(result);
	assert_int_equal(tw_window_init(&window, 1, 64), 0);
	tw_loss_init(&stream.loss, &tables);
	tw_variation_init(&stream.variation);
	for (uint32_t i = 0; i < 4; i++) {
		uint64_t mono = 10000 * MS * (i + 1), t1 = mono + offset;
		struct tw_reply_fields f = {.rseq = i,
			.sseq = i,
			.t1 = t1,
			.t2 = t1 + MS,
			.t3 = t1 + MS,
			.error_estimate = 0x8956,
			.has_tos = i < 3,
			.tos_there = tos[i]};
		struct tw_reply_meta m = {.mono = mono + 3 * MS, .ttl = 61, .tos = 0x28};

		tw_window_put(&window, 0, i, mono, 0, 0);
		assert_int_equal(tw_reply_record(&ctx, 0, i + 1, &f, &m), TW_REPLY_FIRST);
	}
	assert_int_equal(result->dscp[TW_OUTBOUND].count, 3);
	assert_int_equal(result->dscp[TW_OUTBOUND].min, 46);
	assert_int_equal(result->dscp[TW_OUTBOUND].max, 46);
	assert_int_equal(result->ecn[TW_OUTBOUND].min, 1);
	assert_int_equal(result->ecn[TW_OUTBOUND].max, 2);
	assert_int_equal(result->dscp[TW_INBOUND].count, 4);
	assert_int_equal(result->dscp[TW_INBOUND].min, 10);
	tw_window_fini(&window);
	tw_result_destroy(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(become_the_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

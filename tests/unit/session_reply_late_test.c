/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_reply.h"

#include "tw_test.h"

/* A T1 that the NIC puts right, and one that is not ours. */

#define SEC (1ULL << 32)
#define MS (SEC / 1000)
#define US (SEC / 1000000)
#define T0 (1000 * SEC)

static void assert_one(const struct tw_series *s, int64_t v)
{
	assert_int_equal(s->m.count, 1);
	assert_int_equal(s->m.min, v);
}

/* It left 200 us after the T1 in it: the way out was shorter by that, the way back is as long as it
 * was, and both are still the round trip. What comes back is compared with what was sent. */
static void t1_put_right(void **state)
{
	const uint64_t offset = 0xeeab5d94ULL << 32;
	const struct tw_reply_meta meta = {.mono = T0 + 3 * MS, .ttl = 61};
	static struct tw_loss_tables tables;
	struct tw_reply_stream stream = {0};
	struct tw_window window;
	struct tw_reply_ctx c = {.window = &window,
		.streams = &stream,
		.timeout = 2 * SEC,
		.offsets = &offset,
		.result = tw_result_create(),
		.t1_late = 200 * US};
	struct tw_reply_fields f = {.t1 = T0 + offset,
		.t2 = T0 + offset + MS,
		.t3 = T0 + offset + MS + 100 * US,
		.error_estimate = 0x8956};
	const struct tw_result *r = c.result;

	(void)state;
	assert_non_null(r);
	assert_int_equal(tw_window_init(&window, 1, 64), 0);
	tw_loss_init(&stream.loss, &tables);
	tw_variation_init(&stream.variation);
	tw_window_put(&window, 0, 0, T0, 0, 0);
	tw_window_put(&window, 0, 1, T0, 0, 0);
	assert_int_equal(tw_reply_record(&c, 0, 2, &f, &meta), TW_REPLY_FIRST);
	assert_one(&r->delay[TW_OUTBOUND], (int64_t)(MS - 200 * US));
	assert_one(&r->delay[TW_INBOUND], (int64_t)(2 * MS - 100 * US));
	assert_one(&r->delay[TW_ROUNDTRIP], (int64_t)(3 * MS - 300 * US));
	assert_one(&r->residence, 100 * US);
	f.sseq = f.rseq = 1;
	f.t1 += 200 * US;
	assert_int_equal(tw_reply_record(&c, 0, 2, &f, &meta), TW_REPLY_ECHO);
	tw_window_fini(&window);
	tw_result_destroy(c.result);
}

/* What the rest of a reply may be read of: numbers that were sent, and T1 as long as we know it. */
static void ours(void **state)
{
	const uint64_t offset = 0xeeab5d94ULL << 32;
	struct tw_reply_fields f = {0};
	struct tw_window window;
	struct tw_reply_ctx c = {.window = &window, .offsets = &offset};

	(void)state;
	assert_int_equal(tw_window_init(&window, 2, 64), 0);
	tw_window_put(&window, 0, 0, T0, 0, 0);
	for (int ptp = 0; ptp < 2; ptp++) {
		c.ptp = ptp;
		f.t1 = T0 + offset;
		if (ptp)
			f.t1 = tw_ptp_from_ntp((struct tw_ntp){f.t1}, TW_TAI_UTC_DEFAULT).v;
		assert_true(tw_reply_is_ours(&c, 0, 1, &f));
		f.t1++;
		assert_false(tw_reply_is_ours(&c, 0, 1, &f));
		f.t1--;
		assert_false(tw_reply_is_ours(&c, 0, 0, &f)); /* not sent yet */
	}
	/* forgotten */
	f.t1 = 1;
	assert_true(tw_reply_is_ours(&c, 1, 1, &f));
	f.sseq = 1;
	assert_true(tw_reply_is_ours(&c, 0, 2, &f));
	tw_window_fini(&window);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t1_put_right),
		cmocka_unit_test(ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

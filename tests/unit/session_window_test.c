/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_window.h"

#include "tw_test.h"

#define SEC (1ULL << 32)

static void size_of_memory(void **state)
{
	static const struct {
		uint32_t streams;
		uint64_t per_stream;
		uint64_t records;
	} rows[] = {
		{1, 0, 64},
		{1, 64, 64},
		{1, 65, 128},
		{10, 1000, 1024},
		{60000, 1, 64},
		/* 256 MiB are 2^24 records of 16 octets */
		{1, UINT64_MAX, 1 << 24},
		{3, UINT64_MAX, 1 << 22},
		{60000, UINT64_MAX, 256},
	};

	(void)state;
	assert_int_equal(sizeof(struct tw_window_entry), 16);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tw_window w;

		assert_int_equal(tw_window_init(&w, rows[i].streams, rows[i].per_stream), 0);
		assert_int_equal(w.mask + 1, rows[i].records);
		assert_int_equal(w.stride, rows[i].streams);
		assert_int_equal(w.bytes, rows[i].records * rows[i].streams * 16);
		assert_true(w.bytes <= TW_WINDOW_MAX_BYTES);
		/* both ends are there, and empty */
		assert_int_equal(tw_window_at(&w, 0, 0)->mark, TW_WINDOW_EMPTY);
		assert_int_equal(
			tw_window_at(&w, rows[i].streams - 1, UINT32_MAX)->mark, TW_WINDOW_EMPTY);
		tw_window_fini(&w);
		assert_null(w.e);
		tw_window_fini(&w);
	}
}

/* Every record of every stream is its own. */
static void records_are_apart(void **state)
{
	struct tw_window w;

	(void)state;
	assert_int_equal(tw_window_init(&w, 7, 64), 0);
	for (uint32_t s = 0; s < 7; s++)
		for (uint32_t q = 0; q < 64; q++)
			assert_false(tw_window_put(&w, s, q, 1000 * s + q, (uint16_t)s, 0));
	for (uint32_t s = 0; s < 7; s++)
		for (uint32_t q = 0; q < 64; q++) {
			const struct tw_window_entry *e = tw_window_at(&w, s, q);

			assert_int_equal(e->mono, 1000 * s + q);
			assert_int_equal(e->seq, q);
			assert_int_equal(e->epoch, s);
			assert_int_equal(e->mark, TW_WINDOW_WAITING);
		}
	/* streams sent in turn lie side by side */
	assert_ptr_equal(tw_window_at(&w, 3, 5), tw_window_at(&w, 2, 5) + 1);
	assert_ptr_equal(tw_window_at(&w, 0, 6), tw_window_at(&w, 6, 5) + 1);
	tw_window_fini(&w);
}

static void overwriting(void **state)
{
	struct tw_window w;

	(void)state;
	assert_int_equal(tw_window_init(&w, 1, 64), 0);
	assert_false(tw_window_put(&w, 0, 0, 1000 * SEC, 0, 998 * SEC));
	/* the same number again is a new stamp of a packet that has not left */
	assert_false(tw_window_put(&w, 0, 0, 1001 * SEC, 0, 999 * SEC));
	/* still awaited */
	assert_true(tw_window_put(&w, 0, 64, 1002 * SEC, 0, 1000 * SEC));
	/* timed out: exactly the horizon is over */
	assert_false(tw_window_put(&w, 0, 128, 1004 * SEC, 0, 1002 * SEC));
	/* answered */
	tw_window_at(&w, 0, 128)->mark = TW_WINDOW_ANSWERED;
	assert_false(tw_window_put(&w, 0, 192, 1005 * SEC, 0, 1003 * SEC));
	assert_int_equal(tw_window_at(&w, 0, 0)->seq, 192);
	assert_int_equal(tw_window_at(&w, 0, 0)->mark, TW_WINDOW_WAITING);
	tw_window_fini(&w);
}

/* A timeout longer than the clock has run: the horizon lies before its beginning. */
static void horizon_before_the_clock(void **state)
{
	struct tw_window w;

	(void)state;
	assert_int_equal(tw_window_init(&w, 1, 64), 0);
	assert_false(tw_window_put(&w, 0, 0, 256 * SEC, 0, (256 - 600) * SEC));
	assert_true(tw_window_put(&w, 0, 64, 300 * SEC, 0, (300 - 600) * SEC));
	tw_window_fini(&w);
}

static void numbers_wrap(void **state)
{
	struct tw_window w;

	(void)state;
	assert_int_equal(tw_window_init(&w, 1, 64), 0);
	for (uint32_t i = 0; i < 64; i++)
		assert_false(tw_window_put(&w, 0, 0xffffffe0 + i, 1000 * SEC + i, 0, 0));
	for (uint32_t i = 0; i < 64; i++)
		assert_int_equal(tw_window_at(&w, 0, 0xffffffe0 + i)->mono, 1000 * SEC + i);
	tw_window_fini(&w);
}

/* Rings as long as asked for, none of them in another; the longest give way to the bound. */
static void rings(void **state)
{
	const uint64_t want[] = {0, 1, 4, 5, 1000, 64, 3};
	const uint32_t got[] = {4, 4, 4, 8, 1024, 64, 4};
	const uint64_t huge[] = {1ULL << 40, 10, 1ULL << 23};
	struct tw_window w;
	uint64_t all = 0;

	(void)state;
	assert_int_equal(tw_window_init_rings(&w, 7, want), 0);
	for (uint32_t s = 0; s < 7; s++) {
		for (uint32_t q = 100; q < 100 + got[s]; q++)
			assert_false(tw_window_put(&w, s, q, s * SEC + q, 0, 0));
		all += got[s];
	}
	assert_int_equal(w.bytes, all * sizeof(struct tw_window_entry));
	for (uint32_t s = 0; s < 7; s++)
		for (uint32_t q = 100; q < 100 + got[s]; q++)
			assert_int_equal(tw_window_at(&w, s, q)->mono, s * SEC + q);
	assert_true(tw_window_put(&w, 3, 108, 4 * SEC, 0, 0));
	assert_int_equal(tw_window_at(&w, 2, 103)->mono, 2 * SEC + 103);
	assert_int_equal(tw_window_at(&w, 4, 104)->mono, 4 * SEC + 104);
	tw_window_fini(&w);

	assert_int_equal(tw_window_init_rings(&w, 3, huge), 0);
	assert_true(w.bytes <= TW_WINDOW_MAX_BYTES);
	assert_true(w.bytes > TW_WINDOW_MAX_BYTES / 4);
	assert_int_equal(w.rings[1].mask, 15);
	assert_true(w.rings[0].mask == w.rings[2].mask);
	tw_window_fini(&w);
	assert_null(w.e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(size_of_memory),
		cmocka_unit_test(records_are_apart),
		cmocka_unit_test(overwriting),
		cmocka_unit_test(horizon_before_the_clock),
		cmocka_unit_test(numbers_wrap),
		cmocka_unit_test(rings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_negotiated.h"

#include "tw_test.h"

#define SEC (1ULL << 32)

static struct tw_negotiated session(uint32_t pps, int64_t refwait)
{
	const struct tw_reflector_session cfg = {
		.pps = pps, .refwait = tw_ns(refwait * TW_NS_PER_SEC)};
	struct tw_negotiated s;

	tw_negotiated_init(&s, &cfg);
	return s;
}

/* Answers from the start to the stop and its linger, not a moment before or after. */
static void phases(void **state)
{
	struct tw_negotiated s = session(0, 900);

	(void)state;
	assert_false(tw_negotiated_answers(&s, 10 * SEC));
	tw_negotiated_start(&s, 10 * SEC);
	assert_true(tw_negotiated_answers(&s, 10 * SEC));
	tw_negotiated_stop(&s, 20 * SEC, 2 * SEC);
	assert_true(tw_negotiated_answers(&s, 22 * SEC - 1));
	assert_false(tw_negotiated_answers(&s, 22 * SEC));
	tw_negotiated_start(&s, 23 * SEC); /* it is over for good */
	assert_false(tw_negotiated_answers(&s, 23 * SEC));
}

static void stop_before_start(void **state)
{
	struct tw_negotiated s = session(0, 900);

	(void)state;
	tw_negotiated_stop(&s, SEC, 9 * SEC);
	assert_false(tw_negotiated_answers(&s, SEC));
}

/* REFWAIT counts from the start, then from the last request. */
static void refwait(void **state)
{
	struct tw_negotiated s = session(0, 5);

	(void)state;
	tw_negotiated_start(&s, 100 * SEC);
	tw_negotiated_next(&s, 0, 41, 255, 103 * SEC, 1);
	tw_negotiated_tick(&s, 103 * SEC - 1); /* a NIC's clock is not quite ours */
	assert_true(tw_negotiated_answers(&s, 103 * SEC - 1));
	tw_negotiated_tick(&s, 108 * SEC - 1);
	assert_true(tw_negotiated_answers(&s, 108 * SEC - 1));
	tw_negotiated_tick(&s, 108 * SEC);
	assert_false(tw_negotiated_answers(&s, 108 * SEC));
	assert_true(s.n.expired);
}

/* 100 a second, with a tenth of a second at once: 11, then one each 10 ms. */
static void rate(void **state)
{
	struct tw_negotiated s = session(100, 900);
	unsigned int n = 0;

	(void)state;
	for (int i = 0; i < 50; i++)
		n += tw_negotiated_admits(&s, 7 * SEC);
	assert_in_range(n, 10, 11);
	assert_true(tw_negotiated_admits(&s, 7 * SEC + SEC / 50));
	n = 0;
	for (uint64_t ms = 1000; ms < 11000; ms++)
		n += tw_negotiated_admits(&s, 7 * SEC + ms * SEC / 1000);
	assert_in_range(n, 1000, 1011);
}

static void no_rate(void **state)
{
	struct tw_negotiated s = session(0, 900);

	(void)state;
	for (int i = 0; i < 100000; i++)
		assert_true(tw_negotiated_admits(&s, SEC));
}

/* 0, 1, 4, 2, 5: two passed over at 4, of which one came late. */
static void numbers(void **state)
{
	static const uint32_t sseq[] = {0, 1, 4, 2, 5};
	struct tw_negotiated s = session(0, 900);

	(void)state;
	tw_negotiated_start(&s, SEC);
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(
			tw_negotiated_next(&s, sseq[i], 41, (uint8_t)(64 - i), 2 * SEC, 9), i);
	assert_int_equal(s.n.gaps, 2);
	assert_int_equal(s.n.reordered, 1);
	assert_int_equal(s.n.octets, 5 * 41);
	assert_int_equal(s.n.ttl_min, 60);
	assert_int_equal(s.n.ttl_max, 64);
	assert_int_equal(s.n.last_sender_seq, 5);
	assert_int_equal(s.n.last_reflector_seq, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phases),
		cmocka_unit_test(stop_before_start),
		cmocka_unit_test(refwait),
		cmocka_unit_test(rate),
		cmocka_unit_test(no_rate),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

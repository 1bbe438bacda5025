/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Reordering by direction. */

#include "stats_loss.h"

/* Arrivals 1 2 3 7 8 9 4 5 6: three reordered, in the direction in which it happened. */
static void v14_reordering(void **state)
{
	json_t *v = v14("reorder");
	json_t *s = json_object_get(v, "arrivals");
	size_t want = json_array_size(json_object_get(v, "reordered"));

	(void)state;
	for (size_t i = 0; i < json_array_size(s); i++)
		tw_loss_reply(&l, number(s, i), (uint32_t)i);
	tw_loss_totals(&l, 10, 9, false, &got);
	assert_int_equal(got.reordered, want);
	assert_int_equal(got.reordered_outbound, want);
	assert_int_equal(got.reordered_inbound, 0);

	begin();
	for (size_t i = 0; i < json_array_size(s); i++)
		tw_loss_reply(&l, number(s, i), (uint32_t)number(s, i) - 1);
	tw_loss_totals(&l, 10, 9, false, &got);
	assert_int_equal(got.reordered, want);
	assert_int_equal(got.reordered_outbound, 0);
	assert_int_equal(got.reordered_inbound, want);
	json_decref(v);
}

static void the_lowest_number_counts_not_the_first_to_arrive(void **state)
{
	(void)state;
	tw_loss_reply(&l, 2, 502);
	tw_loss_reply(&l, 0, 500);
	tw_loss_reply(&l, 1, 501);
	run(3, 100, 503);
	expect(100, 100, 0, 0, 0);
	assert_int_equal(got.reordered, 2);
	assert_int_equal(got.reordered_inbound, 2);
	assert_int_equal(got.reordered_outbound, 0);
}

/* The last packets overtake each other outbound: 98 and 99 reflected as 99 and 98. */
static void overtaking_at_the_end_is_not_loss(void **state)
{
	(void)state;
	run(0, 98, 0);
	tw_loss_reply(&l, 99, 98);
	tw_loss_reply(&l, 98, 99);
	expect(100, 100, 0, 0, 0);
	assert_int_equal(got.reordered_outbound, 1);
	begin();
	tw_loss_reply(&l, 1, 0);
	tw_loss_reply(&l, 0, 1);
	run(2, 100, 2);
	expect(100, 100, 0, 0, 0);
}

/* The new life's replies overtake each other inbound: what the slots held before is forgotten.
 * 200 and 201 are before its lowest number, 203 and 204 were reflected as 3 and 4. */
static void inbound_order_after_a_restart(void **state)
{
	(void)state;
	run(0, 200, 0);
	tw_loss_reply(&l, 205, 5);
	tw_loss_reply(&l, 202, 2);
	run(206, 210, 6);
	expect(210, 206, 0, 2, 2);
	assert_int_equal(got.reordered_inbound, 1);
	assert_int_equal(got.reordered_outbound, 0);
}

/* Reflector saw 0 2 1 3 (as 0 1 2 3); replies arrive 0 2 3 1, so that 1's overtaking by 2 shows
 * only when rseq 1 is in. */
static void outbound_order_is_judged_again(void **state)
{
	(void)state;
	tw_loss_reply(&l, 0, 0);
	tw_loss_reply(&l, 1, 2);
	tw_loss_totals(&l, 4, 2, false, &got);
	assert_int_equal(got.reordered_outbound, 0);
	tw_loss_reply(&l, 3, 3);
	tw_loss_reply(&l, 2, 1);
	tw_loss_totals(&l, 4, 4, false, &got);
	assert_int_equal(got.reordered_outbound, 1);
	assert_int_equal(got.reordered_inbound, 1);
	assert_int_equal(got.reordered, 1);
}

/* A late packet that comes back at the far edge of the window, and one beyond it. */
static void outbound_order_has_a_window(void **state)
{
	const uint32_t w = TW_LOSS_ORDER_WINDOW;

	(void)state;
	run(0, 10, 0);
	run(12, 10 + w, 12); /* 10 and 11 are out */
	tw_loss_reply(&l, 10, 10);
	assert_int_equal(l.order_unknown, 0);
	run(10 + w, 12 + w, 10 + w);
	tw_loss_reply(&l, 11, 11);
	assert_int_equal(l.order_unknown, 1);
	expect(12 + w, 12 + w, 0, 0, 0);
	assert_int_equal(got.reordered_outbound, 0);
	assert_int_equal(got.reordered_inbound, 2);
	assert_int_equal(got.order_unknown, 1);
	/* of one that is late nobody asks */
	run(13 + w, 13 + 3 * w, 13 + w);
	tw_loss_late(&l, 12 + w, 12 + w);
	assert_int_equal(l.order_unknown, 1);
}

/* All packets before are out of the window: what follows tells what was before. 15 was overtaken
 * by 1000 outbound. */
static void outbound_order_from_the_successor(void **state)
{
	const uint32_t w = TW_LOSS_ORDER_WINDOW;

	(void)state;
	run(0, 10, 0);
	tw_loss_reply(&l, 1000, 10);
	tw_loss_reply(&l, 20, 10 + w);
	tw_loss_reply(&l, 15, w - 20);
	tw_loss_totals(&l, 1001, 13, false, &got);
	assert_int_equal(got.reordered_outbound, 2);
	assert_int_equal(l.order_unknown, 0);
}

/* The same when the successor is only a duplicate, and when it is the first of a run. */
static void outbound_order_without_neighbours(void **state)
{
	const uint32_t w = TW_LOSS_ORDER_WINDOW;

	(void)state;
	for (int with_run = 0; with_run < 2; with_run++) {
		begin();
		run(0, 10, 0);
		tw_loss_reply(&l, 20, 10);
		tw_loss_duplicate(&l, 20, 10 + w);
		if (with_run)
			run(21, 25, 11 + w);
		tw_loss_reply(&l, 15, w - 20);
		tw_loss_totals(&l, 25, 12, false, &got);
		assert_int_equal(got.reordered_outbound, 1);
	}
}

/* The highest number was raised by a reply that is itself out of the window. */
static void outbound_order_after_the_window(void **state)
{
	const uint32_t w = TW_LOSS_ORDER_WINDOW;

	(void)state;
	run(0, 10, 0);
	tw_loss_duplicate(&l, 9, 10 + w);
	tw_loss_reply(&l, 20, 10);
	assert_int_equal(l.order_unknown, 1);
	run(21, 25, 11 + w);
	tw_loss_reply(&l, 15, w - 20);
	tw_loss_totals(&l, 25, 16, false, &got);
	assert_int_equal(got.reordered_outbound, 1);
}

/* Reflected as 0 3 1 4 2 (rseq 0..4), 1 late: neither its own place nor what another late
 * arrival does to it is counted; 2 is. */
static void late_replies_are_not_counted_as_reordered(void **state)
{
	(void)state;
	tw_loss_reply(&l, 0, 0);
	tw_loss_late(&l, 1, 2);
	tw_loss_reply(&l, 4, 3);
	tw_loss_reply(&l, 3, 1);
	tw_loss_reply(&l, 2, 4);
	tw_loss_totals(&l, 5, 4, false, &got);
	assert_int_equal(got.reordered_outbound, 1);
	begin();
	tw_loss_reply(&l, 0, 0);
	tw_loss_reply(&l, 3, 1);
	tw_loss_late(&l, 1, 2);
	tw_loss_totals(&l, 5, 2, false, &got);
	assert_int_equal(got.reordered_outbound, 0);
}

/* 0 1 3 4 2 by one way, and by two. */
static void order_among_ways_is_not_known(void **state)
{
	(void)state;
	for (uint32_t other = 0; other < 2; other++)
		for (uint32_t late = 0; late < 2; late++) {
			begin();
			run(0, 2, 0);
			tw_loss_reply_by(&l, 3, 3, 7);
			tw_loss_reply_by(&l, 4, 4, 7);
			tw_loss_by(&l, 7 + other);
			if (late)
				tw_loss_late(&l, 2, 2);
			else
				tw_loss_reply(&l, 2, 2);
			expect(5, 5 - late, 0, 0, late);
			assert_int_equal(got.reordered, !other && !late);
			assert_int_equal(got.reordered_inbound, !other && !late);
			assert_int_equal(got.reordered_outbound, 0);
			assert_int_equal(got.order_unknown, other && !late);
			/* the sender's own view needs no counter over there */
			tw_loss_totals(&l, 5, 5 - late, true, &got);
			assert_int_equal(got.order_unknown, other && !late);
		}
}

/* Reflected as 0 2 1: what overtook 1 on the way there did so whichever way the replies took. */
static void the_reflector_knows_the_order_outbound(void **state)
{
	const uint32_t w = TW_LOSS_ORDER_WINDOW;

	(void)state;
	tw_loss_reply_by(&l, 2, 1, 0);
	tw_loss_reply_by(&l, 0, 0, 1);
	tw_loss_reply_by(&l, 1, 2, 0);
	expect(3, 3, 0, 0, 0);
	assert_int_equal(got.reordered, 0);
	assert_int_equal(got.reordered_inbound, 0);
	assert_int_equal(got.reordered_outbound, 1);
	assert_int_equal(got.order_unknown, 2);
	/* one that nobody knows anything of is one */
	run(4, 5 + w, 4);
	tw_loss_reply_by(&l, 3, 3, 1);
	expect(5 + w, 5 + w, 0, 0, 0);
	assert_int_equal(got.order_unknown, 3);
}

/* What is in step is in order, by however many ways. */
static void ways_matter_to_what_is_out_of_step(void **state)
{
	(void)state;
	for (uint32_t s = 0; s < 100; s++)
		tw_loss_reply_by(&l, s, s, s % 2);
	tw_loss_reply_by(&l, 101, 101, 0);
	tw_loss_reply_by(&l, 100, 100, 0);
	expect(102, 102, 0, 0, 0);
	assert_int_equal(got.reordered, 1);
	assert_int_equal(got.order_unknown, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(v14_reordering, setup),
		cmocka_unit_test_setup(the_lowest_number_counts_not_the_first_to_arrive, setup),
		cmocka_unit_test_setup(overtaking_at_the_end_is_not_loss, setup),
		cmocka_unit_test_setup(inbound_order_after_a_restart, setup),
		cmocka_unit_test_setup(outbound_order_is_judged_again, setup),
		cmocka_unit_test_setup(outbound_order_has_a_window, setup),
		cmocka_unit_test_setup(outbound_order_from_the_successor, setup),
		cmocka_unit_test_setup(outbound_order_without_neighbours, setup),
		cmocka_unit_test_setup(outbound_order_after_the_window, setup),
		cmocka_unit_test_setup(late_replies_are_not_counted_as_reordered, setup),
		cmocka_unit_test_setup(order_among_ways_is_not_known, setup),
		cmocka_unit_test_setup(the_reflector_knows_the_order_outbound, setup),
		cmocka_unit_test_setup(ways_matter_to_what_is_out_of_step, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

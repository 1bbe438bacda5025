/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Lives of the reflector's counter, and borders between intervals. */

#include "stats_loss.h"

static void wrap_of_the_reflectors_number_is_no_restart(void **state)
{
	(void)state;
	run(0, 100, 0xffffffce); /* wraps at 50 */
	run(110, 200, 0xffffffce + 105);
	expect(200, 190, 5, 5, 0);
	assert_int_equal(tw_loss_restarts(&l), 0);
}

/* The first reply to arrive is already behind the wrap, the second in front of it. */
static void wrap_between_the_first_two_replies(void **state)
{
	(void)state;
	tw_loss_reply(&l, 1, 0);
	tw_loss_reply(&l, 0, 0xffffffff);
	run(2, 10, 1);
	expect(10, 10, 0, 0, 0);
	assert_int_equal(tw_loss_restarts(&l), 0);
}

/* 0..99 answered as 0..99, 100..119 lost in the restart, 120.. answered as 0...: the 20 have no
 * direction, loss inside both lives has one. */
static void restart_begins_a_new_epoch(void **state)
{
	(void)state;
	run(0, 50, 0);
	run(53, 100, 50); /* 3 lost outbound */
	run(120, 150, 0);
	run(155, 200, 35); /* 5 lost inbound */
	expect(200, 172, 3, 5, 20);
	assert_int_equal(tw_loss_restarts(&l), 1);
	assert_int_equal(got.reordered_inbound, 0);
}

/* From far below, from far above 2^31, twice; no packet lost. */
static void restarts_without_loss(void **state)
{
	(void)state;
	run(0, 100000, 0);
	run(100000, 100100, 0);
	run(100100, 100200, 3000000000u);
	run(100200, 100300, 0);
	run(100300, 100400, 0);
	expect(100400, 100400, 0, 0, 0);
	assert_int_equal(tw_loss_restarts(&l), 4);
}

/* Replies of the life before come in after the first of the new one; one of them stays away. */
static void stragglers_count_for_their_epoch(void **state)
{
	(void)state;
	run(0, 9997, 0);
	run(10000, 10010, 0);
	tw_loss_reply(&l, 9999, 9999);
	tw_loss_reply(&l, 9997, 9997);
	run(10010, 10100, 10);
	expect(10100, 10099, 0, 1, 0);
	assert_int_equal(tw_loss_restarts(&l), 1);
	assert_int_equal(got.reordered, 2);
	/* nobody knows any more what they were overtaken by on the way there */
	assert_int_equal(got.order_unknown, 2);
}

/* A counter that began in the middle and is back at 0 before the window is full. */
static void restart_below_the_first_number(void **state)
{
	(void)state;
	run(0, 300, 1000);
	run(310, 400, 0);
	expect(400, 390, 0, 0, 10);
	assert_int_equal(tw_loss_restarts(&l), 1);
}

/* The same after so few numbers that overtaking alone could be as far. */
static void restart_just_below_the_first_number(void **state)
{
	(void)state;
	run(0, 100, 10);
	run(300, 400, 110);
	run(410, 500, 0);
	tw_loss_totals(&l, 500, 290, false, &got);
	assert_int_equal(tw_loss_restarts(&l), 1);
	assert_int_equal(got.reordered_inbound, 0);
}

/* Behind a gap a reflector's number may be twice as far where every packet was duplicated on its way
 * there; beyond that and what it may remember it is another counter. */
static void a_gap_and_how_far_numbers_go_in_it(void **state)
{
	const uint32_t gap = 2 * TW_LOSS_SEEN_BITS;

	(void)state;
	run(0, 10, 0);
	tw_loss_reply(&l, 10 + gap, 10 + 2 * gap + TW_LOSS_SEEN_BITS);
	assert_int_equal(tw_loss_restarts(&l), 0);
	begin();
	run(0, 10, 0);
	tw_loss_reply(&l, 10 + gap, 10 + 2 * gap + TW_LOSS_SEEN_BITS + 1);
	tw_loss_totals(&l, 11 + gap, 11, false, &got);
	assert_int_equal(tw_loss_restarts(&l), 1);
}

/* The first number to come back after the restart is one that was lost before it. */
static void restart_into_a_gap(void **state)
{
	(void)state;
	run(0, 3, 0);
	run(4, 400, 4); /* 3 lost inbound */
	run(410, 500, 3);
	expect(500, 489, 0, 1, 10);
	assert_int_equal(tw_loss_restarts(&l), 1);
}

static void every_life_of_the_counter_counts(void **state)
{
	(void)state;
	run(1, 50, 0); /* 0 is before the first answer */
	run(52, 100, 49);
	run(100, 150, 0);
	run(154, 200, 54);
	run(200, 250, 0);
	run(258, 300, 50);
	expect(300, 285, 2 + 8, 4, 1);
	assert_int_equal(tw_loss_restarts(&l), 2);
}

/* Reflected before the restart: 0..199 and 209; after it the rest of 200..208. */
static void overtaking_across_a_restart_is_unknown(void **state)
{
	(void)state;
	run(0, 200, 0);
	tw_loss_reply(&l, 209, 200);
	run(200, 208, 0);
	expect_unknown(300, 209); /* not 9 lost outbound */
}

/* The same in one life of the counter, covered up by what was lost in the next one. */
static void impossible_split_is_not_summed_up(void **state)
{
	(void)state;
	run(0, 10, 0);
	run(11, 20, 12);
	run(20, 30, 0);
	run(35, 40, 10);
	expect_unknown(40, 34);
}

/* A reflector with one counter for all of its sessions. */
static void shared_counter_is_unknown_but_only_when_packets_are_lost(void **state)
{
	(void)state;
	for (uint32_t s = 0; s < 100; s++)
		tw_loss_reply(&l, s, 10 * s);
	expect(100, 100, 0, 0, 0);
	for (uint32_t s = 101; s < 200; s++)
		tw_loss_reply(&l, s, 10 * s);
	expect_unknown(200, 199);
}

/* A reflector that always says the same number attributes nothing and breaks nothing. */
static void constant_number_attributes_nothing(void **state)
{
	(void)state;
	for (uint32_t s = 0; s < 100; s += 2)
		tw_loss_reply(&l, s, 0);
	expect(100, 50, 0, 0, 50);
}

/* Packets on their way at the border belong behind it; what is out of order comes home. */
static void intervals_are_differences_at_borders(void **state)
{
	struct tw_packet_counts first, second, d;

	(void)state;
	run(0, 40, 0);
	run(42, 50, 40); /* 40, 41 lost outbound */
	run(51, 60, 49); /* 50 is behind: rseq 48 */
	tw_loss_border(&l);
	tw_loss_reply(&l, 50, 48);
	run(65, 100, 63); /* 60..64 lost inbound */
	tw_loss_border_totals(&l, 70, false, &first);
	assert_int_equal(first.sent, 60);
	assert_int_equal(first.received, 58);
	assert_int_equal(first.lost_outbound.v, 2);
	assert_int_equal(first.lost_inbound.v, 0);
	assert_int_equal(first.lost_unattributed, 0);
	tw_loss_border(&l);
	tw_loss_reply(&l, 100, 98);
	tw_loss_border_totals(&l, 101, false, &second);
	tw_packet_counts_diff(&d, &second, &first);
	assert_int_equal(d.sent, 40);
	assert_int_equal(d.received, 35);
	assert_int_equal(d.lost_outbound.v, 0);
	assert_int_equal(d.lost_inbound.v, 5);
	assert_true(d.lost_inbound.known);
	assert_int_equal(d.lost_unattributed, 0);
	expect(101, 94, 2, 5, 0);
}

static void outage_shows_in_its_interval(void **state)
{
	struct tw_packet_counts n;

	(void)state;
	run(0, 50, 0);
	tw_loss_border(&l);
	tw_loss_border_totals(&l, 80, false, &n);
	assert_int_equal(n.sent, 80);
	assert_int_equal(n.received, 50);
	assert_int_equal(n.lost_unattributed, 30);
	assert_int_equal(n.lost_outbound.v, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(wrap_of_the_reflectors_number_is_no_restart, setup),
		cmocka_unit_test_setup(wrap_between_the_first_two_replies, setup),
		cmocka_unit_test_setup(restart_begins_a_new_epoch, setup),
		cmocka_unit_test_setup(restarts_without_loss, setup),
		cmocka_unit_test_setup(stragglers_count_for_their_epoch, setup),
		cmocka_unit_test_setup(restart_below_the_first_number, setup),
		cmocka_unit_test_setup(restart_just_below_the_first_number, setup),
		cmocka_unit_test_setup(a_gap_and_how_far_numbers_go_in_it, setup),
		cmocka_unit_test_setup(restart_into_a_gap, setup),
		cmocka_unit_test_setup(every_life_of_the_counter_counts, setup),
		cmocka_unit_test_setup(overtaking_across_a_restart_is_unknown, setup),
		cmocka_unit_test_setup(impossible_split_is_not_summed_up, setup),
		cmocka_unit_test_setup(
			shared_counter_is_unknown_but_only_when_packets_are_lost, setup),
		cmocka_unit_test_setup(constant_number_attributes_nothing, setup),
		cmocka_unit_test_setup(intervals_are_differences_at_borders, setup),
		cmocka_unit_test_setup(outage_shows_in_its_interval, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

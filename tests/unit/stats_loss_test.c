/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_loss.h"
#include "tw_test.h"

#include <jansson.h>

static struct tw_loss l;
static struct tw_packet_counts got;

static int setup(void **state)
{
	(void)state;
	tw_loss_init(&l);
	return 0;
}

/* Replies to [from, to) in order, numbered from @rseq on. */
static void run(uint64_t from, uint64_t to, uint32_t rseq)
{
	for (uint64_t s = from; s < to; s++)
		tw_loss_reply(&l, s, rseq++);
}

static void expect(uint64_t sent, uint64_t received, uint64_t out, uint64_t in, uint64_t rest)
{
	tw_loss_totals(&l, sent, received, false, &got);
	assert_int_equal(got.sent, sent);
	assert_int_equal(got.received, received);
	assert_int_equal(got.lost, sent - received);
	assert_true(got.lost_outbound.known);
	assert_true(got.lost_inbound.known);
	assert_int_equal(got.lost_outbound.v, out);
	assert_int_equal(got.lost_inbound.v, in);
	assert_int_equal(got.lost_unattributed, rest);
	assert_false(got.loss_inconsistent);
}

static void expect_unknown(uint64_t sent, uint64_t received)
{
	tw_loss_totals(&l, sent, received, false, &got);
	assert_false(got.lost_outbound.known);
	assert_false(got.lost_inbound.known);
	assert_true(got.loss_inconsistent);
	assert_int_equal(got.lost_unattributed, sent - received);
}

static json_t *v14(const char *name)
{
	json_error_t e;
	json_t *all = json_load_file(TW_TEST_DATA "/vectors.json", 0, &e);
	json_t *v = json_object_get(json_object_get(all, "V14_metrics"), name);

	assert_non_null(v);
	json_incref(v);
	json_decref(all);
	return v;
}

static uint64_t number(const json_t *a, size_t i)
{
	return (uint64_t)json_integer_value(json_array_get(a, i));
}

static void v14_loss(void **state)
{
	json_t *v = v14("loss");
	json_t *s = json_object_get(v, "sender_seq_returned");
	json_t *r = json_object_get(v, "reflector_seq_returned");
	uint64_t sent = (uint64_t)json_integer_value(json_object_get(v, "sent"));

	(void)state;
	for (size_t i = 0; i < json_array_size(s); i++)
		tw_loss_reply(&l, number(s, i), (uint32_t)number(r, i));
	expect(sent, json_array_size(s),
		(uint64_t)json_integer_value(json_object_get(v, "forward_lost")),
		(uint64_t)json_integer_value(json_object_get(v, "backward_lost")), 0);
	assert_int_equal(got.reordered, 0);
	json_decref(v);
}

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

	tw_loss_init(&l);
	for (size_t i = 0; i < json_array_size(s); i++)
		tw_loss_reply(&l, number(s, i), (uint32_t)number(s, i) - 1);
	tw_loss_totals(&l, 10, 9, false, &got);
	assert_int_equal(got.reordered, want);
	assert_int_equal(got.reordered_outbound, 0);
	assert_int_equal(got.reordered_inbound, want);
	json_decref(v);
}

static void nothing_lost(void **state)
{
	(void)state;
	run(0, 100000, 0);
	expect(100000, 100000, 0, 0, 0);
	assert_false(got.loss_estimated);
	assert_true(tw_loss_rseq_equals_sseq(&l));
}

static void nothing_received(void **state)
{
	(void)state;
	expect(0, 0, 0, 0, 0);
	expect(10, 0, 0, 0, 10);
}

static void tail_is_unattributed(void **state)
{
	(void)state;
	run(0, 90, 0);
	expect(100, 90, 0, 0, 10);
}

/* Numbered from 0, the first packets cannot have been reflected: they were lost outbound. */
static void head_before_number_0_is_outbound(void **state)
{
	(void)state;
	run(5, 100, 0);
	expect(100, 95, 5, 0, 0);
	assert_false(tw_loss_rseq_equals_sseq(&l));
}

/* A counter that starts elsewhere is not loss; what was lost at the head has no direction. */
static void other_first_number_is_not_loss(void **state)
{
	(void)state;
	run(0, 100, 7777);
	expect(100, 100, 0, 0, 0);
	tw_loss_init(&l);
	run(5, 100, 7777);
	expect(100, 95, 0, 0, 5);
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
	tw_loss_init(&l);
	tw_loss_reply(&l, 1, 0);
	tw_loss_reply(&l, 0, 1);
	run(2, 100, 2);
	expect(100, 100, 0, 0, 0);
}

/* 10..19 lost outbound, then 20 reflected numbers lost inbound (sender's 30..49). */
static void gaps_of_either_direction(void **state)
{
	(void)state;
	run(0, 10, 0);
	run(20, 30, 10);
	run(50, 100, 40);
	expect(100, 70, 10, 20, 0);
}

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

static void every_life_of_the_counter_counts(void **state)
{
	(void)state;
	run(1, 50, 0); /* 0 lost outbound */
	run(52, 100, 49);
	run(100, 150, 0);
	run(154, 200, 54);
	run(200, 250, 0);
	run(258, 300, 50);
	expect(300, 285, 1 + 2 + 8, 4, 0);
	assert_int_equal(tw_loss_restarts(&l), 2);
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

/* Reflected before the restart: 0..199 and 209; after it the rest of 200..208. */
static void overtaking_across_a_restart_is_unknown(void **state)
{
	(void)state;
	run(0, 200, 0);
	tw_loss_reply(&l, 209, 200);
	run(200, 208, 0);
	expect_unknown(300, 209); /* not 9 lost outbound */
}

static void duplicates_have_a_direction(void **state)
{
	(void)state;
	run(0, 10, 0);
	tw_loss_duplicate(&l, 9, 9);  /* reply copied */
	tw_loss_duplicate(&l, 9, 10); /* request copied */
	run(10, 20, 11);
	tw_loss_duplicate(&l, 3, 3);
	expect(20, 20, 0, 0, 0);
	assert_int_equal(got.duplicates, 3);
	assert_int_equal(got.duplicates_outbound, 1);
	assert_int_equal(got.duplicates_inbound, 2);
	assert_int_equal(got.reordered_inbound, 0);
	assert_false(got.loss_estimated);
}

/* The reply to a copied request arrives after later ones, then once more. */
static void duplicate_out_of_order(void **state)
{
	(void)state;
	run(0, 10, 0);
	run(10, 20, 11);
	tw_loss_duplicate(&l, 9, 10);
	tw_loss_duplicate(&l, 9, 10);
	expect(20, 20, 0, 0, 0);
	assert_int_equal(got.duplicates_outbound, 1);
	assert_int_equal(got.duplicates_inbound, 1);
}

static void duplicate_beyond_the_window_has_no_direction(void **state)
{
	(void)state;
	run(0, TW_LOSS_SEEN_BITS + 1, 0);
	tw_loss_duplicate(&l, 0, 0);
	tw_loss_duplicate(&l, 1, 1);
	tw_loss_totals(&l, 1, 1, false, &got);
	assert_int_equal(got.duplicates, 2);
	assert_int_equal(got.duplicates_inbound, 1);
	assert_int_equal(got.duplicates_outbound, 0);
}

/* A gap in the window is not "seen" by what the window held before. */
static void gaps_are_forgotten_by_the_window(void **state)
{
	(void)state;
	run(0, TW_LOSS_SEEN_BITS, 0);
	run(TW_LOSS_SEEN_BITS + 100, TW_LOSS_SEEN_BITS + 200, TW_LOSS_SEEN_BITS + 100);
	tw_loss_duplicate(&l, TW_LOSS_SEEN_BITS + 150, TW_LOSS_SEEN_BITS + 50);
	tw_loss_totals(&l, 1, 1, false, &got);
	assert_int_equal(got.duplicates_outbound, 1);
	assert_int_equal(got.duplicates_inbound, 0);
}

/* With a loss beside a duplicate the outbound share is an estimate (RFC 5560). */
static void duplicates_and_loss_are_an_estimate(void **state)
{
	(void)state;
	run(0, 10, 0);
	tw_loss_duplicate(&l, 9, 10);
	run(12, 20, 11);
	expect(20, 18, 2, 0, 0);
	assert_true(got.loss_estimated);
}

/* A copied request lost one reply, a packet was lost: two numbers of the reflector are missing
 * and one packet only. Impossible, so neither direction is told. */
static void impossible_split_is_unknown(void **state)
{
	(void)state;
	run(0, 10, 0);
	run(11, 20, 12);
	expect_unknown(20, 19);
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

static void stateless_peer_has_no_directions(void **state)
{
	(void)state;
	run(0, 10, 0);
	tw_loss_duplicate(&l, 9, 9);
	run(12, 20, 12);
	tw_loss_totals(&l, 20, 18, true, &got);
	assert_false(got.lost_outbound.known);
	assert_false(got.lost_inbound.known);
	assert_false(got.loss_inconsistent);
	assert_int_equal(got.lost_unattributed, 2);
	assert_int_equal(got.duplicates, 1);
	assert_int_equal(got.duplicates_inbound, 0);
	assert_true(tw_loss_rseq_equals_sseq(&l));
}

/* 5 came late: part of lost, in no direction; 6 was lost inbound. */
static void late_is_lost_but_not_in_a_direction(void **state)
{
	(void)state;
	run(0, 5, 0);
	run(7, 10, 7);
	tw_loss_late(&l, 5, 5);
	expect(10, 8, 0, 1, 1);
	assert_int_equal(got.late, 1);
	assert_int_equal(got.reordered, 0);
	assert_int_equal(got.reordered_inbound, 0);
}

static void all_late(void **state)
{
	(void)state;
	for (uint32_t s = 0; s < 10; s++)
		tw_loss_late(&l, s, s);
	expect(10, 0, 0, 0, 10);
	assert_int_equal(got.late, 10);
	assert_int_equal(got.reordered, 0);
}

/* Its record was overwritten: known by its rseq a duplicate, unknown taken as late. */
static void strays(void **state)
{
	(void)state;
	run(0, 5, 0);
	run(6, 10, 6);
	tw_loss_stray(&l, 3, 3);
	tw_loss_stray(&l, 5, 5);
	expect(10, 9, 0, 0, 1);
	assert_int_equal(got.duplicates_inbound, 1);
	assert_int_equal(got.late, 1);
	assert_true(got.loss_estimated);
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
		tw_loss_init(&l);
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
	tw_loss_init(&l);
	tw_loss_reply(&l, 0, 0);
	tw_loss_reply(&l, 3, 1);
	tw_loss_late(&l, 1, 2);
	tw_loss_totals(&l, 5, 2, false, &got);
	assert_int_equal(got.reordered_outbound, 0);
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
		cmocka_unit_test_setup(v14_loss, setup),
		cmocka_unit_test_setup(v14_reordering, setup),
		cmocka_unit_test_setup(nothing_lost, setup),
		cmocka_unit_test_setup(nothing_received, setup),
		cmocka_unit_test_setup(tail_is_unattributed, setup),
		cmocka_unit_test_setup(head_before_number_0_is_outbound, setup),
		cmocka_unit_test_setup(other_first_number_is_not_loss, setup),
		cmocka_unit_test_setup(the_lowest_number_counts_not_the_first_to_arrive, setup),
		cmocka_unit_test_setup(overtaking_at_the_end_is_not_loss, setup),
		cmocka_unit_test_setup(gaps_of_either_direction, setup),
		cmocka_unit_test_setup(wrap_of_the_reflectors_number_is_no_restart, setup),
		cmocka_unit_test_setup(wrap_between_the_first_two_replies, setup),
		cmocka_unit_test_setup(restart_begins_a_new_epoch, setup),
		cmocka_unit_test_setup(restarts_without_loss, setup),
		cmocka_unit_test_setup(stragglers_count_for_their_epoch, setup),
		cmocka_unit_test_setup(restart_below_the_first_number, setup),
		cmocka_unit_test_setup(every_life_of_the_counter_counts, setup),
		cmocka_unit_test_setup(inbound_order_after_a_restart, setup),
		cmocka_unit_test_setup(overtaking_across_a_restart_is_unknown, setup),
		cmocka_unit_test_setup(duplicates_have_a_direction, setup),
		cmocka_unit_test_setup(duplicate_out_of_order, setup),
		cmocka_unit_test_setup(duplicate_beyond_the_window_has_no_direction, setup),
		cmocka_unit_test_setup(gaps_are_forgotten_by_the_window, setup),
		cmocka_unit_test_setup(duplicates_and_loss_are_an_estimate, setup),
		cmocka_unit_test_setup(impossible_split_is_unknown, setup),
		cmocka_unit_test_setup(impossible_split_is_not_summed_up, setup),
		cmocka_unit_test_setup(
			shared_counter_is_unknown_but_only_when_packets_are_lost, setup),
		cmocka_unit_test_setup(constant_number_attributes_nothing, setup),
		cmocka_unit_test_setup(stateless_peer_has_no_directions, setup),
		cmocka_unit_test_setup(late_is_lost_but_not_in_a_direction, setup),
		cmocka_unit_test_setup(all_late, setup),
		cmocka_unit_test_setup(strays, setup),
		cmocka_unit_test_setup(outbound_order_is_judged_again, setup),
		cmocka_unit_test_setup(outbound_order_has_a_window, setup),
		cmocka_unit_test_setup(outbound_order_from_the_successor, setup),
		cmocka_unit_test_setup(outbound_order_without_neighbours, setup),
		cmocka_unit_test_setup(outbound_order_after_the_window, setup),
		cmocka_unit_test_setup(late_replies_are_not_counted_as_reordered, setup),
		cmocka_unit_test_setup(intervals_are_differences_at_borders, setup),
		cmocka_unit_test_setup(outage_shows_in_its_interval, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

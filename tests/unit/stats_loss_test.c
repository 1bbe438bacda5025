/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "stats_loss.h"

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
	tw_loss_totals(&l, 10, 0, false, &got);
	assert_false(got.lost_outbound.known || got.lost_inbound.known);
	assert_false(got.loss_inconsistent);
	assert_int_equal(got.lost_unattributed, 10);
	/* ... nor in the interval up to a border */
	tw_loss_border(&l);
	tw_loss_border_totals(&l, 10, false, &got);
	assert_false(got.lost_outbound.known || got.lost_inbound.known);
	assert_int_equal(got.lost_unattributed, 10);
	/* one reply, and the rest is the tail */
	run(0, 1, 0);
	expect(10, 1, 0, 0, 9);
}

static void tail_is_unattributed(void **state)
{
	(void)state;
	run(0, 90, 0);
	expect(100, 90, 0, 0, 10);
}

/* Lost before the first answer: on the way, or before the reflector counted. */
static void head_is_unattributed(void **state)
{
	(void)state;
	run(5, 100, 0);
	expect(100, 95, 0, 0, 5);
	assert_false(tw_loss_rseq_equals_sseq(&l));
}

/* Known to be numbered from 0: 5 packets were not reflected, then 2 replies were lost. */
static void head_of_a_known_start_has_a_direction(void **state)
{
	(void)state;
	begin();
	tw_loss_start_at_zero(&l);
	expect(0, 0, 0, 0, 0);
	run(7, 500, 2);
	expect(500, 493, 5, 2, 0);
	run(510, 520, 0); /* a restart: what was sent just before it is not told */
	expect(520, 503, 5, 2, 10);
}

/* A counter that starts elsewhere is not loss; what was lost at the head has no direction. */
static void other_first_number_is_not_loss(void **state)
{
	(void)state;
	run(0, 100, 7777);
	expect(100, 100, 0, 0, 0);
	begin();
	run(5, 100, 7777);
	expect(100, 95, 0, 0, 5);
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
	/* what anybody could have sent moves nothing */
	tw_loss_stray(&l, 2, 10);
	tw_loss_stray(&l, 2, 0x80000000u);
	tw_loss_stray(&l, 2, 0xffffffffu);
	expect(10, 9, 0, 0, 1);
	assert_int_equal(got.duplicates_inbound, 1);
	assert_int_equal(got.late, 1);
	assert_int_equal(got.duplicates, 1);
	assert_int_equal(tw_loss_restarts(&l), 0);
	assert_true(got.loss_estimated);
}

/* Whether it was the only reply to its packet is not known, and then the split is no more than likely. */
static void a_stray_makes_loss_an_estimate(void **state)
{
	(void)state;
	run(0, 5, 0);
	run(6, 10, 6);
	tw_loss_stray(&l, 5, 5);
	expect(10, 9, 0, 0, 1);
	assert_int_equal(got.duplicates, 0);
	assert_true(got.loss_estimated);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(v14_loss, setup),
		cmocka_unit_test_setup(nothing_lost, setup),
		cmocka_unit_test_setup(nothing_received, setup),
		cmocka_unit_test_setup(tail_is_unattributed, setup),
		cmocka_unit_test_setup(head_is_unattributed, setup),
		cmocka_unit_test_setup(head_of_a_known_start_has_a_direction, setup),
		cmocka_unit_test_setup(other_first_number_is_not_loss, setup),
		cmocka_unit_test_setup(gaps_of_either_direction, setup),
		cmocka_unit_test_setup(duplicates_have_a_direction, setup),
		cmocka_unit_test_setup(duplicate_out_of_order, setup),
		cmocka_unit_test_setup(duplicate_beyond_the_window_has_no_direction, setup),
		cmocka_unit_test_setup(gaps_are_forgotten_by_the_window, setup),
		cmocka_unit_test_setup(duplicates_and_loss_are_an_estimate, setup),
		cmocka_unit_test_setup(impossible_split_is_unknown, setup),
		cmocka_unit_test_setup(stateless_peer_has_no_directions, setup),
		cmocka_unit_test_setup(late_is_lost_but_not_in_a_direction, setup),
		cmocka_unit_test_setup(all_late, setup),
		cmocka_unit_test_setup(strays, setup),
		cmocka_unit_test_setup(a_stray_makes_loss_an_estimate, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

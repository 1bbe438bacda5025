/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_result.h"
#include "tw_test.h"

static const struct tw_packet_counts a = {
	.sent = 100,
	.received = 90,
	.lost = 10,
	.lost_outbound = {6, true},
	.lost_inbound = {3, true},
	.lost_unattributed = 1,
	.late = 1,
	.duplicates = 5,
	.duplicates_outbound = 3,
	.duplicates_inbound = 2,
	.reordered = 7,
	.reordered_outbound = 4,
	.reordered_inbound = 8,
	.order_unknown = 2,
	.short_replies = 9,
};
static const struct tw_packet_counts b = {
	.sent = 1000,
	.received = 960,
	.lost = 40,
	.lost_outbound = {20, true},
	.lost_inbound = {15, true},
	.lost_unattributed = 5,
	.loss_estimated = true,
	.late = 11,
	.duplicates = 50,
	.duplicates_outbound = 30,
	.duplicates_inbound = 20,
	.reordered = 70,
	.reordered_outbound = 41,
	.reordered_inbound = 80,
	.order_unknown = 20,
	.short_replies = 90,
};

static void merge_adds(void **state)
{
	struct tw_packet_counts d = {0};

	(void)state;
	tw_packet_counts_merge(&d, &a);
	assert_memory_equal(&d, &a, sizeof(d));
	tw_packet_counts_merge(&d, &b);
	assert_int_equal(d.sent, 1100);
	assert_int_equal(d.received, 1050);
	assert_int_equal(d.lost, 50);
	assert_true(d.lost_outbound.known && d.lost_inbound.known);
	assert_int_equal(d.lost_outbound.v, 26);
	assert_int_equal(d.lost_inbound.v, 18);
	assert_int_equal(d.lost_unattributed, 6);
	assert_int_equal(d.late, 12);
	assert_int_equal(d.duplicates, 55);
	assert_int_equal(d.duplicates_outbound, 33);
	assert_int_equal(d.duplicates_inbound, 22);
	assert_int_equal(d.reordered, 77);
	assert_int_equal(d.reordered_outbound, 45);
	assert_int_equal(d.reordered_inbound, 88);
	assert_int_equal(d.order_unknown, 22);
	assert_int_equal(d.short_replies, 99);
	assert_true(d.loss_estimated);
	assert_false(d.loss_inconsistent);
}

static void one_unknown_direction_makes_the_sum_unknown(void **state)
{
	struct tw_packet_counts unknown = b, d;

	(void)state;
	unknown.lost_outbound = unknown.lost_inbound = (struct tw_maybe){0, false};
	unknown.lost_unattributed = 40;
	for (int order = 0; order < 2; order++) {
		d = order ? a : unknown;
		tw_packet_counts_merge(&d, order ? &unknown : &a);
		assert_false(d.lost_outbound.known);
		assert_false(d.lost_inbound.known);
		assert_int_equal(d.lost, 50);
		assert_int_equal(d.lost_unattributed, 50);
	}
}

static void a_stream_that_sent_nothing_changes_nothing(void **state)
{
	struct tw_packet_counts nothing = {0}, d = a;

	(void)state;
	tw_packet_counts_merge(&d, &nothing);
	assert_memory_equal(&d, &a, sizeof(d));
}

static const struct tw_packet_counts silent = {.sent = 30, .lost = 30, .lost_unattributed = 30};

/* Nobody knows which way its packets were lost; of the others that is known all the same. */
static void a_stream_without_replies_is_unattributed(void **state)
{
	struct tw_packet_counts d;

	(void)state;
	for (int order = 0; order < 2; order++) {
		d = order ? a : silent;
		tw_packet_counts_merge(&d, order ? &silent : &a);
		assert_true(d.lost_outbound.known && d.lost_inbound.known);
		assert_int_equal(d.lost_outbound.v, 6);
		assert_int_equal(d.lost_inbound.v, 3);
		assert_int_equal(d.lost, 40);
		assert_int_equal(d.lost_unattributed, 31);
	}
	d = silent;
	tw_packet_counts_merge(&d, &silent);
	assert_false(d.lost_outbound.known || d.lost_inbound.known);
	assert_int_equal(d.lost_unattributed, 60);
}

static void an_interval_without_replies_has_no_split(void **state)
{
	struct tw_packet_counts now = a, d;

	(void)state;
	now.sent += 30;
	now.lost += 30;
	now.lost_unattributed += 30;
	tw_packet_counts_diff(&d, &now, &a);
	assert_int_equal(d.lost, 30);
	assert_false(d.lost_outbound.known || d.lost_inbound.known);
	assert_int_equal(d.lost_unattributed, 30);
	assert_false(d.loss_inconsistent);
	/* nothing lost: that is known */
	now = a;
	tw_packet_counts_diff(&d, &now, &a);
	assert_true(d.lost_outbound.known && d.lost_inbound.known);
	assert_int_equal(d.lost_outbound.v, 0);
}

static void diff_of_totals_is_the_interval(void **state)
{
	struct tw_packet_counts d, zero = {0};

	(void)state;
	tw_packet_counts_diff(&d, &b, &a);
	assert_int_equal(d.sent, 900);
	assert_int_equal(d.received, 870);
	assert_int_equal(d.lost, 30);
	assert_int_equal(d.lost_outbound.v, 14);
	assert_int_equal(d.lost_inbound.v, 12);
	assert_int_equal(d.lost_unattributed, 4);
	assert_true(d.lost_outbound.known && d.lost_inbound.known);
	assert_int_equal(d.reordered_outbound, 37);
	assert_int_equal(d.order_unknown, 18);
	tw_packet_counts_diff(&d, &a, &zero);
	assert_memory_equal(&d, &a, sizeof(d));
}

/* An outage of an earlier interval is attributed in this one: no split for this one. */
static void attribution_of_an_earlier_interval_is_not_ours(void **state)
{
	struct tw_packet_counts before = {.sent = 200,
		.received = 100,
		.lost = 100,
		.lost_outbound = {0, true},
		.lost_inbound = {0, true},
		.lost_unattributed = 100};
	struct tw_packet_counts now = {.sent = 300,
		.received = 195,
		.lost = 105,
		.lost_outbound = {105, true},
		.lost_inbound = {0, true}};
	struct tw_packet_counts d;

	(void)state;
	tw_packet_counts_diff(&d, &now, &before);
	assert_int_equal(d.lost, 5);
	assert_false(d.lost_outbound.known);
	assert_false(d.lost_inbound.known);
	assert_true(d.loss_inconsistent);
	assert_int_equal(d.lost_unattributed, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merge_adds),
		cmocka_unit_test(a_stream_without_replies_is_unattributed),
		cmocka_unit_test(an_interval_without_replies_has_no_split),
		cmocka_unit_test(one_unknown_direction_makes_the_sum_unknown),
		cmocka_unit_test(a_stream_that_sent_nothing_changes_nothing),
		cmocka_unit_test(diff_of_totals_is_the_interval),
		cmocka_unit_test(attribution_of_an_earlier_interval_is_not_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

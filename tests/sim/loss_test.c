/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Loss, duplication, reordering and lateness over the cores: the report equals what happened. */

#include "sim.h"

#include "tw_test.h"

#define SEC (1ULL << 32)

static uint64_t seed;
static struct sim_config cfg;
static struct sim_reflector peer;
static struct sim_events events;
static struct sim s;
static struct tw_result *r;

static int setup(void **state)
{
	(void)state;
	sim_defaults(&cfg);
	cfg.seed = seed;
	cfg.count = 5000;
	cfg.pps = 100000;
	sim_reflector_init(&peer);
	r = tw_result_create();
	return r ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	tw_result_destroy(r);
	return 0;
}

static void go(void)
{
	sim_run(&s, &cfg, &peer, &events, SIM_BEGIN);
	tw_result_reset(r);
	sim_result(&s, r);
	sim_events_fini(&events);
}

/* Forget everything, so that the next run is like the first but for its seed. */
static void again(void)
{
	struct sim_reflector fresh = peer;

	sim_fini(&s);
	memset(fresh.known, 0, sizeof(fresh.known));
	fresh.resets = 0;
	peer = fresh;
}

static struct tw_rand dice;

static double some(double most)
{
	return tw_rand_below(&dice, 3) ? most * tw_rand_unit(&dice) : 0;
}

/* Any path; packets are 10 us apart, and none is held back beyond the order window. */
static struct sim_path_config any_path(void)
{
	struct sim_path_config c = {
		.delay = {(enum sim_delay_kind)tw_rand_below(&dice, 4), sim_us(100),
			sim_us(some(60)), 0.1},
		.loss = some(0.3),
		.duplicate = some(0.1),
		.duplicate_gap = sim_us(some(30)),
		.reorder = some(0.05),
		.reorder_by = sim_us(some(300)),
	};

	if (tw_rand_below(&dice, 2)) {
		c.to_bad = some(0.05);
		c.to_good = 0.1;
		c.bad_loss = 0.8;
	}
	return c;
}

static void loss_of_one_direction(void **state)
{
	(void)state;
	cfg.out.loss = 0.05;
	go();
	sim_check(&s);
	assert_int_equal(r->packets.lost_inbound.v, 0);
	assert_in_range(r->packets.lost_outbound.v, 170, 330);
	again();
	cfg.in.loss = 0.05;
	cfg.out.loss = 0;
	go();
	sim_check(&s);
	assert_int_equal(r->packets.lost_outbound.v, 0);
	assert_in_range(r->packets.lost_inbound.v, 170, 330);
	again();
}

static void loss_both_ways_is_split_exactly(void **state)
{
	(void)state;
	for (int i = 0; i < 60; i++) {
		cfg.out = any_path();
		cfg.in = any_path();
		cfg.out.duplicate = cfg.in.duplicate = 0;
		cfg.out.in_order = true;
		cfg.streams = 1 + (uint32_t)tw_rand_below(&dice, 4);
		cfg.known_start = i & 1;
		go();
		sim_check(&s);
		assert_true(r->packets.lost_outbound.known);
		again();
	}
}

static void everything_at_once(void **state)
{
	(void)state;
	for (int i = 0; i < 60; i++) {
		cfg.out = any_path();
		cfg.in = any_path();
		cfg.streams = 1 + (uint32_t)tw_rand_below(&dice, 4);
		cfg.schedule = tw_rand_below(&dice, 2) ? TW_PACE_POISSON : TW_PACE_PERIODIC;
		go();
		sim_check(&s);
		again();
	}
}

static void duplicates(void **state)
{
	(void)state;
	cfg.out.duplicate = 0.1;
	cfg.in.duplicate = 0.2;
	go();
	sim_check(&s);
	assert_int_equal(r->packets.received, 5000);
	assert_int_equal(r->packets.duplicates_outbound, s.out.duplicated);
	assert_int_equal(r->packets.duplicates_inbound, s.in.duplicated);
	assert_int_equal(s.verdicts[TW_REPLY_DUPLICATE], r->packets.duplicates);
	assert_int_equal(r->packets.lost, 0);
	assert_int_equal(r->packets.lost_outbound.v + r->packets.lost_inbound.v, 0);
	again();
}

/* Held back by one and a half gaps: overtaken by one packet, unless that is held back as well. */
static void reordering(void **state)
{
	(void)state;
	for (int inbound = 0; inbound < 2; inbound++) {
		struct sim_path_config *p = inbound ? &cfg.in : &cfg.out;
		const struct sim_path *path = inbound ? &s.in : &s.out;

		p->reorder = 0.02;
		p->reorder_by = sim_us(15);
		go();
		sim_check(&s);
		assert_true(path->held_back > 50);
		assert_in_range(r->packets.reordered, path->held_back - 30, path->held_back);
		assert_int_equal(r->packets.reordered,
			inbound ? r->packets.reordered_inbound : r->packets.reordered_outbound);
		assert_int_equal(r->packets.reordered_inbound * r->packets.reordered_outbound, 0);
		assert_int_equal(r->packets.lost, 0);
		p->reorder = 0;
		again();
	}
}

static void late_replies(void **state)
{
	(void)state;
	cfg.timeout = sim_us(400);
	cfg.in.delay = (struct sim_delay){SIM_UNIFORM, sim_us(150), sim_us(200), 0};
	cfg.in.loss = 0.01;
	go();
	sim_check(&s);
	assert_true(r->packets.late > 0);
	assert_int_equal(r->packets.late, s.verdicts[TW_REPLY_LATE]);
	again();
	/* all of them */
	cfg.timeout = sim_us(100);
	go();
	sim_check_counts(&s);
	assert_int_equal(r->packets.received, 0);
	assert_int_equal(r->packets.lost, 5000);
	assert_int_equal(r->delay[TW_ROUNDTRIP].m.count, 0);
	again();
}

static void nothing_comes_back(void **state)
{
	(void)state;
	cfg.in.loss = 1;
	go();
	sim_check(&s);
	assert_int_equal(r->packets.lost, 5000);
	assert_int_equal(r->packets.lost_unattributed, 5000);
	again();
	cfg.in.loss = 0;
	cfg.out.loss = 1;
	go();
	sim_check(&s);
	again();
}

/* Records are overwritten before their replies are back: the tester says so, and what comes
 * back then is neither believed nor taken for a duplicate. */
static void window_too_small(void **state)
{
	(void)state;
	cfg.window = 64;
	cfg.in.delay.base = sim_us(2000);
	go();
	assert_int_equal(s.window.mask, 63);
	assert_true(s.result->tester.window_overrun > 4000);
	assert_int_equal(s.verdicts[TW_REPLY_STRAY] + s.verdicts[TW_REPLY_FIRST], 5000);
	assert_int_equal(r->packets.duplicates, 0);
	assert_int_equal(s.reply_stream[0].loss.stray, s.verdicts[TW_REPLY_STRAY]);
	again();
}

/* Replies to what was never sent, and with another T1: neither believed nor counted. */
static void invented_replies(void **state)
{
	struct tw_reply_fields f = {.rseq = 77, .error_estimate = 0x0101};
	const struct tw_reply_meta meta = {.mono = SIM_BEGIN + 10 * SEC};

	(void)state;
	go();
	f.sseq = 5000;
	assert_int_equal(tw_reply_record(&s.reply, 0, 5000, &f, &meta), TW_REPLY_UNKNOWN);
	f.sseq = UINT32_MAX;
	assert_int_equal(tw_reply_record(&s.reply, 0, 5000, &f, &meta), TW_REPLY_UNKNOWN);
	f.sseq = 4999;
	f.t1 = 12345;
	assert_int_equal(tw_reply_record(&s.reply, 0, 5000, &f, &meta), TW_REPLY_ECHO);
	assert_int_equal(s.reply_stream[0].loss.stray, 0);
	sim_check(&s);
	again();
}

static void stateless_peer(void **state)
{
	(void)state;
	peer.stateless = true;
	cfg.out.loss = cfg.in.loss = 0.05;
	go();
	sim_check(&s);
	assert_true(tw_loss_rseq_equals_sseq(&s.reply_stream[0].loss));
	again();
}

/* A reflector whose sessions do not start at 0, one just before the wrap of its numbers. */
static void other_first_numbers(void **state)
{
	static const uint32_t first[] = {1, 4711, 0x7ffffff0u, 0xfffff000u};

	(void)state;
	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		peer.first = first[i];
		cfg.in.loss = 0.02;
		go();
		assert_true(r->packets.lost_outbound.known);
		assert_int_equal(r->packets.lost_outbound.v, 0);
		assert_true(r->packets.lost_inbound.v <= r->packets.lost);
		/* what is missing at either end */
		assert_true(r->packets.lost_unattributed <= 10);
		again();
	}
}

/* Both counters wrap at 2^32 in mid-run. */
static void wrap_of_the_sequence_numbers(void **state)
{
	(void)state;
	cfg.first_seq = (1ULL << 32) - 2000;
	for (int i = 0; i < 10; i++) {
		cfg.out = any_path();
		cfg.in = any_path();
		cfg.out.duplicate = cfg.in.duplicate = 0;
		cfg.out.in_order = true;
		go();
		sim_check(&s);
		assert_int_equal(peer.resets, 0);
		again();
	}
}

static void outage_of_seconds(void **state)
{
	(void)state;
	cfg.count = 20000;
	cfg.pps = 10000;
	cfg.out.outage_from = SIM_BEGIN + SEC / 2;
	cfg.out.outage_to = SIM_BEGIN + SEC;
	go();
	sim_check(&s);
	assert_int_equal(r->packets.lost_outbound.v, 5000);
	again();
}

/* Interim results: intervals add up to the whole, and each of them is split as the whole is. */
static void intervals_add_up(void **state)
{
	(void)state;
	cfg.count = 20000;
	cfg.timeout = sim_us(2000);
	for (int i = 0; i < 30; i++) {
		struct tw_packet_counts sum = {0}, before = {0}, d;

		cfg.out = any_path();
		cfg.in = any_path();
		cfg.out.duplicate = cfg.in.duplicate = 0;
		cfg.out.in_order = true;
		cfg.interval = sim_us(10000);
		cfg.streams = 1 + (uint32_t)tw_rand_below(&dice, 3);
		go();
		sim_check(&s);
		assert_true(s.n_intervals > 10);
		for (unsigned int k = 0; k < s.n_intervals; k++) {
			tw_packet_counts_diff(&d, &s.interval[k], &before);
			assert_true(d.lost_outbound.known && d.lost_inbound.known);
			assert_int_equal(d.sent, d.received + d.lost);
			assert_true(d.sent > 0);
			/* all but the head of the run and its end */
			if (k && k + 1 < s.n_intervals)
				assert_int_equal(d.lost_unattributed, 0);
			tw_packet_counts_merge(&sum, &d);
			before = s.interval[k];
		}
		assert_int_equal(sum.sent, s.interval[s.n_intervals - 1].sent);
		assert_int_equal(
			sum.lost_outbound.v, s.interval[s.n_intervals - 1].lost_outbound.v);
		assert_true(sum.sent <= r->packets.sent);
		assert_true(sum.lost_outbound.v <= r->packets.lost_outbound.v);
		assert_true(sum.lost_inbound.v <= r->packets.lost_inbound.v);
		again();
	}
}

/* Nothing is lost, but packets overtake each other both ways around every border. */
static void intervals_without_loss_have_none(void **state)
{
	(void)state;
	cfg.count = 20000;
	cfg.timeout = sim_us(2000);
	cfg.interval = sim_us(5000);
	cfg.out.delay = cfg.in.delay = (struct sim_delay){SIM_UNIFORM, sim_us(50), sim_us(200), 0};
	go();
	sim_check(&s);
	assert_true(s.n_intervals > 10);
	for (unsigned int k = 0; k < s.n_intervals; k++) {
		const struct tw_packet_counts *n = &s.interval[k];

		assert_int_equal(n->lost, 0);
		assert_true(n->lost_outbound.known && n->lost_inbound.known);
		assert_int_equal(n->lost_outbound.v + n->lost_inbound.v, 0);
		assert_int_equal(n->lost_unattributed, 0);
	}
	again();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(loss_of_one_direction, setup, teardown),
		cmocka_unit_test_setup_teardown(loss_both_ways_is_split_exactly, setup, teardown),
		cmocka_unit_test_setup_teardown(everything_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(duplicates, setup, teardown),
		cmocka_unit_test_setup_teardown(reordering, setup, teardown),
		cmocka_unit_test_setup_teardown(late_replies, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(window_too_small, setup, teardown),
		cmocka_unit_test_setup_teardown(invented_replies, setup, teardown),
		cmocka_unit_test_setup_teardown(stateless_peer, setup, teardown),
		cmocka_unit_test_setup_teardown(other_first_numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(wrap_of_the_sequence_numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(outage_of_seconds, setup, teardown),
		cmocka_unit_test_setup_teardown(intervals_add_up, setup, teardown),
		cmocka_unit_test_setup_teardown(intervals_without_loss_have_none, setup, teardown),
	};

	seed = sim_seed();
	tw_rand_init(&dice, seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Senders that start again from the same port, and reflectors that forget: neither looks like
 * loss, and what was lost is never put to the wrong direction. */

#include "sim.h"

#include "tw_test.h"

#define SEC (1ULL << 32)

static uint64_t seed;
static struct tw_rand dice;
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
	cfg.count = 2000;
	cfg.pps = 10000;
	sim_reflector_init(&peer);
	r = tw_result_create();
	return r ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	tw_result_destroy(r);
	sim_events_fini(&events);
	return 0;
}

static void go(uint64_t begin)
{
	sim_run(&s, &cfg, &peer, &events, begin);
	tw_result_reset(r);
	sim_result(&s, r);
}

static void expect_no_loss(void)
{
	assert_int_equal(r->packets.lost, 0);
	assert_true(r->packets.lost_outbound.known && r->packets.lost_inbound.known);
	assert_int_equal(r->packets.lost_outbound.v + r->packets.lost_inbound.v, 0);
	assert_int_equal(r->packets.duplicates, 0);
	assert_int_equal(r->packets.reordered_inbound + r->packets.reordered_outbound, 0);
}

/* What is told of a direction is true, if perhaps not all of the truth. */
static void expect_nothing_wrong(void)
{
	struct sim_counts c;

	sim_truth_count(&s.truth, 0, &cfg.clock, cfg.timeout, &c);
	assert_int_equal(r->packets.lost, c.lost);
	if (!r->packets.lost_outbound.known)
		return;
	assert_true(r->packets.lost_outbound.v <= c.never_there);
	assert_true(r->packets.lost_inbound.v <= c.never_back);
	assert_int_equal(r->packets.lost_outbound.v + r->packets.lost_inbound.v +
				 r->packets.lost_unattributed,
		c.lost);
}

static void two_runs_in_a_row(void **state)
{
	(void)state;
	go(SIM_BEGIN);
	sim_check(&s);
	sim_fini(&s);
	go(SIM_BEGIN + SEC);
	sim_check(&s);
	expect_no_loss();
	assert_int_equal(peer.resets, 1);
	sim_fini(&s);
}

/* Both directions of both runs are told exactly; the second run's first packets may be lost. */
static void two_runs_with_loss(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 40; i++) {
		cfg.seed = seed + i;
		cfg.out.loss = 0.3 * tw_rand_unit(&dice);
		cfg.in.loss = 0.3 * tw_rand_unit(&dice);
		cfg.in.delay = (struct sim_delay){SIM_UNIFORM, sim_us(100), sim_us(900), 0};
		for (uint64_t k = 0; k < 3; k++) {
			go(SIM_BEGIN + k * SEC);
			sim_check(&s);
			sim_fini(&s);
		}
		memset(peer.known, 0, sizeof(peer.known));
	}
}

/* Killed with 100 packets on their way, started again at once: what comes of the old run is
 * neither counted nor allowed to look like loss. */
static void killed_and_started_again(void **state)
{
	struct sim_config first;

	(void)state;
	cfg.out.delay.base = cfg.in.delay.base = sim_us(5000);
	first = cfg;
	cfg.stop_at = SIM_BEGIN + SEC / 10;
	go(SIM_BEGIN);
	assert_true(events.n > 90);
	sim_fini(&s);
	first.stop_at = 0;
	cfg = first;
	go(SIM_BEGIN + SEC / 10);
	assert_true(s.verdicts[TW_REPLY_ECHO] + s.verdicts[TW_REPLY_UNKNOWN] > 90);
	assert_int_equal(r->packets.received, 2000);
	expect_no_loss();
	assert_int_equal(r->delay[TW_ROUNDTRIP].m.count, 2000);
	assert_int_equal(r->packets.reordered, 0);
	sim_fini(&s);
}

/* Replies to the numbers 0 to 99 of the old run come while the new one waits for its own. */
static void replies_to_the_run_before(void **state)
{
	(void)state;
	cfg.out.delay.base = sim_us(100);
	cfg.in.delay.base = sim_us(20000);
	cfg.stop_at = SIM_BEGIN + SEC / 100;
	go(SIM_BEGIN);
	sim_fini(&s);
	cfg.stop_at = 0;
	go(SIM_BEGIN + SEC / 100);
	assert_in_range(s.verdicts[TW_REPLY_ECHO], 90, 100);
	assert_int_equal(r->packets.received, 2000);
	expect_no_loss();
	assert_near((double)r->delay[TW_ROUNDTRIP].m.max, (double)sim_us(20100), 10);
	sim_fini(&s);
}

/* Runs too short for their numbers to fall far; sometimes the first packets are lost. */
static void short_runs(void **state)
{
	(void)state;
	cfg.count = 50;
	for (uint64_t k = 0; k < 5; k++) {
		go(SIM_BEGIN + k * SEC);
		sim_check(&s);
		expect_no_loss();
		assert_int_equal(peer.resets, k);
		sim_fini(&s);
	}
	cfg.out.loss = 0.5;
	for (uint64_t k = 5; k < 100; k++) {
		cfg.seed = seed + k;
		go(SIM_BEGIN + k * SEC);
		expect_nothing_wrong();
		sim_fini(&s);
	}
}

/* Longer than --session-idle, packets overtaking each other: it was never idle. */
static void long_session_is_not_idle(void **state)
{
	(void)state;
	cfg.pps = 100;
	cfg.count = 4000;
	cfg.out.reorder = 0.05;
	cfg.out.reorder_by = sim_us(25000);
	cfg.out.duplicate = 0.05;
	go(SIM_BEGIN);
	sim_check(&s);
	assert_int_equal(peer.resets, 0);
	sim_fini(&s);
}

static void killed_and_started_again_with_loss(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 100; i++) {
		uint64_t begin;

		cfg.seed = seed + i;
		cfg.out.delay.base = cfg.in.delay.base = sim_us(5000 * tw_rand_unit(&dice));
		cfg.out.loss = 0.2 * tw_rand_unit(&dice);
		cfg.in.loss = 0.2 * tw_rand_unit(&dice);
		cfg.stop_at = SIM_BEGIN + tw_rand_below(&dice, SEC / 10);
		go(SIM_BEGIN);
		sim_fini(&s);
		/* no process is started again within a millisecond */
		begin = cfg.stop_at + sim_us(1000);
		cfg.stop_at = 0;
		go(begin);
		expect_nothing_wrong();
		sim_fini(&s);
		memset(peer.known, 0, sizeof(peer.known));
	}
}

/* The sender's clock was set back between two runs: the second does not look newer, the counter
 * goes on from where it was, and that is not loss either. */
static void second_run_with_an_older_clock(void **state)
{
	(void)state;
	go(SIM_BEGIN);
	sim_fini(&s);
	cfg.clock.offset = tw_ns_to_span(tw_ns(-3600 * TW_NS_PER_SEC));
	go(SIM_BEGIN + SEC);
	expect_no_loss();
	assert_int_equal(peer.resets, 0);
	sim_fini(&s);
	/* after a pause above --session-idle it is known all the same */
	go(SIM_BEGIN + 40 * SEC);
	expect_no_loss();
	assert_int_equal(peer.resets, 1);
	sim_fini(&s);
}

/* Slower than --session-idle: the session goes on upwards. */
static void slow_session_keeps_its_counter(void **state)
{
	(void)state;
	peer.idle = SEC / 2;
	cfg.pps = 1;
	cfg.count = 60;
	cfg.in.loss = 0.2;
	go(SIM_BEGIN);
	sim_check(&s);
	assert_int_equal(peer.resets, 0);
	sim_fini(&s);
}

/* The first packets copied, or overtaking each other: no new session. */
static void an_untidy_start_resets_nothing(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 200; i++) {
		cfg.seed = seed + i;
		cfg.count = 20;
		cfg.out.duplicate = tw_rand_unit(&dice);
		cfg.out.duplicate_gap = sim_us(500 * tw_rand_unit(&dice));
		cfg.out.delay = (struct sim_delay){SIM_UNIFORM, sim_us(100), sim_us(1000), 0};
		go(SIM_BEGIN);
		assert_int_equal(peer.resets, 0);
		sim_check(&s);
		sim_fini(&s);
		memset(peer.known, 0, sizeof(peer.known));
	}
}

/* The reflector forgets its sessions in mid-run. Where packets are lost not so early that the new
 * numbers could be a continuation of the few before: nobody could tell then. */
static void reflector_restarts(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 100; i++) {
		cfg.seed = seed + i;
		cfg.out.loss = (double)(i & 1) * 0.1 * tw_rand_unit(&dice);
		cfg.in.loss = (double)(i >> 1 & 1) * 0.1 * tw_rand_unit(&dice);
		cfg.out.delay.base = cfg.in.delay.base = sim_us(1000);
		peer.restart_at =
			SIM_BEGIN + (i & 3 ? SEC / 20 : 0) + tw_rand_below(&dice, SEC / 10);
		peer.restarted = false;
		go(SIM_BEGIN);
		expect_nothing_wrong();
		assert_int_equal(r->packets.reordered, 0);
		assert_int_equal(r->packets.duplicates, 0);
		if (cfg.out.loss == 0 && cfg.in.loss == 0)
			expect_no_loss();
		sim_fini(&s);
		memset(peer.known, 0, sizeof(peer.known));
	}
}

/* The same with replies of the old life overtaken by those of the new one. */
static void reflector_restarts_while_replies_overtake(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 100; i++) {
		cfg.seed = seed + i;
		cfg.out.loss = 0.1 * tw_rand_unit(&dice);
		cfg.in.loss = 0.1 * tw_rand_unit(&dice);
		cfg.in.delay = (struct sim_delay){SIM_UNIFORM, sim_us(100), sim_us(1500), 0};
		peer.restart_at = SIM_BEGIN + SEC / 20 + tw_rand_below(&dice, SEC / 10);
		peer.restarted = false;
		go(SIM_BEGIN);
		expect_nothing_wrong();
		assert_true(tw_loss_restarts(&s.reply_stream[0].loss) <= 1);
		sim_fini(&s);
		memset(peer.known, 0, sizeof(peer.known));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(two_runs_in_a_row, setup, teardown),
		cmocka_unit_test_setup_teardown(two_runs_with_loss, setup, teardown),
		cmocka_unit_test_setup_teardown(killed_and_started_again, setup, teardown),
		cmocka_unit_test_setup_teardown(replies_to_the_run_before, setup, teardown),
		cmocka_unit_test_setup_teardown(short_runs, setup, teardown),
		cmocka_unit_test_setup_teardown(long_session_is_not_idle, setup, teardown),
		cmocka_unit_test_setup_teardown(
			killed_and_started_again_with_loss, setup, teardown),
		cmocka_unit_test_setup_teardown(second_run_with_an_older_clock, setup, teardown),
		cmocka_unit_test_setup_teardown(slow_session_keeps_its_counter, setup, teardown),
		cmocka_unit_test_setup_teardown(an_untidy_start_resets_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(reflector_restarts, setup, teardown),
		cmocka_unit_test_setup_teardown(
			reflector_restarts_while_replies_overtake, setup, teardown),
	};

	seed = sim_seed();
	tw_rand_init(&dice, seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

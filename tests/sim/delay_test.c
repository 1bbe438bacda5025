/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Delays and what is derived from them, over paths and clocks of all kinds. */

#include "sim.h"

#include "tw_test.h"

#include <math.h>

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

/* Run, check all there is, and leave the result in r. */
static void go(void)
{
	sim_run(&s, &cfg, &peer, &events, SIM_BEGIN);
	sim_check(&s);
	tw_result_reset(r);
	sim_result(&s, r);
	sim_fini(&s);
	sim_events_fini(&events);
	peer.runs = 0;
	memset(peer.known, 0, sizeof(peer.known));
}

static double us(double units)
{
	return units * 1e6 / 4294967296.0;
}

static void a_quiet_path(void **state)
{
	(void)state;
	go();
	assert_int_equal(r->packets.received, 1000);
	assert_int_equal(r->packets.lost, 0);
	assert_near(us(tw_moments_mean(&r->delay[TW_OUTBOUND].m)), 100, 0.001);
	assert_near(us(tw_moments_mean(&r->delay[TW_INBOUND].m)), 150, 0.001);
	assert_near(us(tw_moments_mean(&r->delay[TW_ROUNDTRIP].m)), 250, 0.001);
	assert_near(us(tw_moments_mean(&r->residence.m)), 5, 0.001);
	assert_near(us(r->jitter[TW_ROUNDTRIP]), 0, 0.001);
	assert_int_equal(r->ipdv[TW_OUTBOUND].m.count, 999);
}

static void every_distribution(void **state)
{
	(void)state;
	cfg.count = 20000;
	cfg.pps = 50000;
	for (unsigned int k = 0; k < 16; k++) {
		cfg.out.delay = (struct sim_delay){
			(enum sim_delay_kind)(k % 4), sim_us(80), sim_us(200), 0.03};
		cfg.in.delay = (struct sim_delay){
			(enum sim_delay_kind)(k / 4), sim_us(120), sim_us(90), 0.3};
		go();
		assert_int_equal(r->packets.received, 20000);
	}
}

/* Quantiles of an exponential distribution are known: base - mean * ln(1 - q). */
static void percentiles_of_a_known_distribution(void **state)
{
	static const double q[] = {0.5, 0.9, 0.99};

	(void)state;
	cfg.count = 100000;
	cfg.pps = 100000;
	cfg.out.delay = (struct sim_delay){SIM_EXPONENTIAL, sim_us(50), sim_us(100), 0};
	cfg.out.in_order = false;
	go();
	for (size_t i = 0; i < sizeof(q) / sizeof(q[0]); i++) {
		double want = 50 - 100 * log(1 - q[i]);
		double sigma = 100 * sqrt(q[i] / (1 - q[i]) / 100000);

		assert_near(us(tw_series_quantile(&r->delay[TW_OUTBOUND], q[i])), want,
			want * 0.0079 + 5 * sigma);
	}
}

/* The peer is ahead by half a day: one way is off by it, both together are not. */
static void offset_of_the_peer(void **state)
{
	struct tw_ns offset;

	(void)state;
	cfg.in.delay.base = cfg.out.delay.base;
	peer.clock.offset = tw_ns_to_span(tw_ns(43200 * TW_NS_PER_SEC));
	go();
	assert_int_equal(tw_series_negative(&r->delay[TW_INBOUND]), 1000);
	assert_near(us(tw_moments_mean(&r->delay[TW_ROUNDTRIP].m)), 200, 0.001);
	assert_true(tw_result_offset(r, &offset));
	assert_near((double)(offset.v - 43200 * TW_NS_PER_SEC), 0, 2);
	peer.clock.offset = tw_ns_to_span(tw_ns(-700000));
	go();
	assert_int_equal(tw_series_negative(&r->delay[TW_OUTBOUND]), 1000);
	assert_true(tw_result_offset(r, &offset));
	assert_near((double)(offset.v + 700000), 0, 2);
}

/* Either clock is off by lifetimes, in either direction: one-way delays wrap, nothing else. */
static void clocks_of_other_eras(void **state)
{
	(void)state;
	cfg.out.delay = (struct sim_delay){SIM_UNIFORM, sim_us(80), sim_us(200), 0};
	peer.clock.offset.v = INT64_MAX - (int64_t)SEC;
	go();
	peer.clock.offset.v = INT64_MIN + (int64_t)SEC;
	go();
	cfg.clock.offset.v = INT64_MAX - 12345;
	go();
}

/* 200 ppm apart for a minute: 12 ms of drift in one-way delays, 25 ns in a round trip. */
static void drift(void **state)
{
	(void)state;
	cfg.count = 60000;
	cfg.clock.drift_ppb = -100000;
	peer.clock.drift_ppb = 100000;
	go();
	assert_near(
		us((double)(r->delay[TW_OUTBOUND].m.max - r->delay[TW_OUTBOUND].m.min)), 12000, 5);
	assert_near(us(tw_moments_mean(&r->delay[TW_ROUNDTRIP].m)), 250, 0.06);
	assert_near(
		us((double)(r->delay[TW_ROUNDTRIP].m.max - r->delay[TW_ROUNDTRIP].m.min)), 0, 0.01);
}

/* The sender's clock is stepped back and forth in mid-run: replies that echo a T1 of before are
 * still ours, round trips know nothing of it. */
static void steps_of_the_senders_clock(void **state)
{
	(void)state;
	cfg.out.delay = (struct sim_delay){SIM_UNIFORM, sim_us(80), sim_us(3000), 0};
	sim_clock_step(
		&cfg.clock, SIM_BEGIN + SEC / 4, tw_ns_to_span(tw_ns(-3600 * TW_NS_PER_SEC)));
	sim_clock_step(&cfg.clock, SIM_BEGIN + SEC / 2, tw_ns_to_span(tw_ns(7200 * TW_NS_PER_SEC)));
	sim_clock_step(&cfg.clock, SIM_BEGIN + SEC / 4 * 3, tw_ns_to_span(tw_ns(-40000)));
	go();
	assert_int_equal(s.verdicts[TW_REPLY_ECHO], 0);
	assert_int_equal(r->packets.received, 1000);
	assert_true(us((double)r->delay[TW_ROUNDTRIP].m.max) <= 3235);
	assert_true(us((double)r->delay[TW_ROUNDTRIP].m.min) >= 229);
}

/* The reflector's clock is stepped back while it holds a packet: that residence is negative, the
 * packet has a round trip and nothing else. */
static void step_of_the_reflectors_clock(void **state)
{
	(void)state;
	peer.residence = sim_us(200);
	/* packet 100 arrives 100 us after it was sent, and stays for 200 us */
	sim_clock_step(
		&peer.clock, SIM_BEGIN + SEC / 10 + sim_us(200), tw_ns_to_span(tw_ns(-1000000)));
	sim_clock_step(&peer.clock, SIM_BEGIN + SEC / 5, tw_ns_to_span(tw_ns(60 * TW_NS_PER_SEC)));
	go();
	assert_int_equal(r->peer.negative_residence, 1);
	assert_int_equal(r->delay[TW_OUTBOUND].m.count, 999);
	assert_int_equal(r->delay[TW_ROUNDTRIP].m.count, 1000);
	assert_near(us((double)r->delay[TW_ROUNDTRIP].m.max), 450, 0.01);
}

/* The NTP era ends 76 s into the run. */
static void across_the_era(void **state)
{
	(void)state;
	cfg.pps = 10;
	cfg.out.delay = (struct sim_delay){SIM_EXPONENTIAL, sim_us(80), sim_us(200), 0};
	go();
	assert_int_equal(r->packets.received, 1000);
	assert_true(us((double)r->delay[TW_OUTBOUND].m.max) < 10000);
}

static void schedules_and_streams(void **state)
{
	static const uint16_t imix[] = {TW_STAMP_LEN, 44, 44, 548, 548, 1472};

	(void)state;
	cfg.sizes = imix;
	cfg.n_sizes = 6;
	cfg.streams = 7;
	cfg.count = 7000;
	cfg.pps = 50000;
	cfg.out.delay = (struct sim_delay){SIM_UNIFORM, sim_us(80), sim_us(30), 0};
	for (unsigned int k = 0; k < 8; k++) {
		cfg.schedule = k & 1 ? TW_PACE_POISSON : TW_PACE_PERIODIC;
		cfg.burst = k & 2 ? 16 : 1;
		cfg.v6 = k & 4;
		go();
		assert_int_equal(r->packets.received, 7000);
		assert_int_equal(r->jitter_streams, 7);
	}
}

static void twamp_light(void **state)
{
	static const uint16_t sizes[] = {14, 41, 20};

	(void)state;
	cfg.protocol = TW_PROTOCOL_LIGHT;
	cfg.sizes = sizes;
	cfg.n_sizes = 3;
	for (unsigned int v6 = 0; v6 < 2; v6++) {
		cfg.v6 = v6;
		go();
		assert_int_equal(r->packets.received, 1000);
		assert_int_equal(r->packets.short_replies, 0);
	}
}

/* What the peer says of its clock is passed on. */
static void unsynchronised_peer(void **state)
{
	(void)state;
	peer.error_estimate = 0x2203;
	go();
	assert_false(r->peer.synchronised);
	assert_int_equal(r->peer.error.v, 3LL << 34);
	peer.error_estimate = 0;
	go();
	assert_int_equal(r->peer.zero_multiplier, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_quiet_path, setup, teardown),
		cmocka_unit_test_setup_teardown(every_distribution, setup, teardown),
		cmocka_unit_test_setup_teardown(
			percentiles_of_a_known_distribution, setup, teardown),
		cmocka_unit_test_setup_teardown(offset_of_the_peer, setup, teardown),
		cmocka_unit_test_setup_teardown(clocks_of_other_eras, setup, teardown),
		cmocka_unit_test_setup_teardown(drift, setup, teardown),
		cmocka_unit_test_setup_teardown(steps_of_the_senders_clock, setup, teardown),
		cmocka_unit_test_setup_teardown(step_of_the_reflectors_clock, setup, teardown),
		cmocka_unit_test_setup_teardown(across_the_era, setup, teardown),
		cmocka_unit_test_setup_teardown(schedules_and_streams, setup, teardown),
		cmocka_unit_test_setup_teardown(twamp_light, setup, teardown),
		cmocka_unit_test_setup_teardown(unsynchronised_peer, setup, teardown),
	};

	seed = sim_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

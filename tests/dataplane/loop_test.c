/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_pair.h"
#include "loop.h"
#include "tw_rand.h"
#include "tw_tlv_reflect.h"
#include "tw_tlv_spec.h"

/*
 * Sender and reflector as they run, on one worker and on two. Nothing is lost between them, so
 * every count has to be exact; how fast it goes is the machine's affair. A shared machine may hold
 * a worker up: what was then not sent has to be counted, nothing else may differ.
 */

static void check_delays(const struct tw_result *r)
{
	double mean[TW_DIRECTIONS];

	for (int i = 0; i < TW_DIRECTIONS; i++) {
		assert_int_equal(r->delay[i].m.count, r->packets.received);
		mean[i] = tw_moments_mean(&r->delay[i].m);
	}
	assert_near(mean[TW_ROUNDTRIP], mean[TW_OUTBOUND] + mean[TW_INBOUND], 1);
	assert_int_equal(r->residence.m.count, r->packets.received);
	/* T2 and T3 are two readings */
	assert_true(r->residence.m.min > 0);
	assert_int_equal(r->peer.negative_residence, 0);
	/* linear stamps are a guess: on a busy machine one may be a little ahead of its packet */
	assert_true(r->delay[TW_ROUNDTRIP].m.min > -4295); /* 1 us */
}

/* All that holds of a run without loss. */
static void check(struct dp_pair *p)
{
	const struct tw_packet_counts *n = &p->result->packets;
	const struct tw_reflector_counters *c = &p->reflected.counters;

	if (p->sender_cfg.count)
		assert_int_equal(n->sent + p->result->tester.not_sent, p->sender_cfg.count);
	assert_int_equal(n->received, n->sent);
	assert_int_equal(n->lost, 0);
	assert_int_equal(n->lost_unattributed, 0);
	assert_int_equal(n->late + n->duplicates + n->reordered + n->short_replies, 0);
	assert_false(n->loss_inconsistent);
	for (unsigned int i = 0; i < TW_DISCARD_MAX; i++)
		assert_int_equal(p->result->discarded[i], 0);
	assert_int_equal(p->result->tester.window_overrun, 0);
	assert_int_equal(c->received, n->sent);
	assert_int_equal(c->reflected, n->sent);
	/* in turn: fewer only when a busy machine let almost nothing be sent in time */
	assert_int_equal(c->sessions_active,
		n->sent < p->sender_cfg.n_streams ? n->sent : p->sender_cfg.n_streams);
	/* every packet of a schedule but the first */
	assert_int_equal(p->result->tester.departure.m.count,
		p->sender_cfg.schedule == TW_SCHEDULE_MAX || n->sent == 0 ? 0 : n->sent - 1);
	assert_int_equal(c->sessions_reset, 0);
	assert_int_equal(c->checksum_partial, 0);
	if (n->received)
		check_delays(p->result);
}

static void run(struct dp_pair *p, unsigned int workers)
{
	dp_pair_open(p);
	dp_pair_launch(p, workers);
	dp_pair_wait(p);
	dp_pair_stop(p);
	check(p);
}

/* --pps max with a bound in flight: every family, one worker and two, several streams. */
static void as_fast_as_possible(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		struct dp_pair p = dp_pair();
		char why[200];

		p.family = i & 1 ? 6 : 4;
		p.sender_cfg.count = 20000;
		p.sender_cfg.n_streams = i & 4 ? 7 : 1;
		p.sender_cfg.stamp = i & 4 ? TW_STAMP_PER_PACKET : TW_STAMP_PER_BURST;
		p.reflector_cfg.stamp = p.sender_cfg.stamp;
		run(&p, i & 2 ? 2 : 1);
		assert_int_equal(p.result->packets.sent, 20000);
		assert_int_equal(p.result->tester.not_sent, 0);
		/* of all reasons a busy machine may give this one */
		if (p.result->tester.stolen_longest.v < TW_STOLEN_SPOILS_NS)
			assert_true(tw_result_tester_ok(p.result, why, sizeof(why)));
		assert_int_equal(p.result->ttl[TW_OUTBOUND].min, 255);
		assert_int_equal(p.result->ttl[TW_INBOUND].min, 255);
		assert_int_equal(p.result->packets.lost_outbound.v, 0);
		assert_true(p.result->packets.lost_outbound.known);
		dp_pair_close(&p);
	}
}

static void paced(void **state)
{
	static const struct {
		enum tw_schedule_kind kind;
		uint64_t pps;
		uint32_t burst;
	} rows[] = {
		{TW_SCHEDULE_PERIODIC, 20000, 1},
		{TW_SCHEDULE_PERIODIC, 20000, 16},
		{TW_SCHEDULE_PERIODIC, 20000, 100},
		{TW_SCHEDULE_POISSON, 20000, 1},
	};

	(void)state;
	for (unsigned int i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct dp_pair p = dp_pair();
		const struct tw_series *late;
		double sec, slowest;

		p.sender_cfg.schedule = rows[i / 2].kind;
		p.sender_cfg.pps_num = rows[i / 2].pps;
		p.sender_cfg.pps_den = 1;
		p.sender_cfg.burst = rows[i / 2].burst;
		p.sender_cfg.count = 2000;
		p.sender_cfg.n_streams = 3;
		run(&p, 1 + i % 2);
		late = &p.result->tester.pacing;
		assert_int_equal(late->m.count, p.result->packets.sent);
		assert_true(late->m.min >= 0);
		/* 2,000 at 20,000 a second, unless the machine holds us up */
		sec = tw_ns_sec(p.result->send_time);
		assert_true(tw_ns_sec(p.result->duration) >= sec);
		if (p.result->tester.not_sent == 0) {
			assert_true(sec > 0.08 && sec < 5);
			/* shorter by as much as the first reply took, on a busy machine */
			slowest = (double)(p.result->delay[TW_ROUNDTRIP].m.max +
					   p.result->residence.m.max) /
				  4294967296.0;
			assert_true(tw_ns_sec(p.result->receive_time) + slowest > 0.08);
		}
		dp_pair_close(&p);
	}
}

/* --duration: what is due in that time is sent, neither more nor less. */
static void duration(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 6; i++) {
		struct dp_pair p = dp_pair();

		p.sender_cfg.schedule = TW_SCHEDULE_PERIODIC;
		p.sender_cfg.pps_num = i % 3 == 0 ? 1000 : i % 3 == 1 ? 12345 : 100000;
		p.sender_cfg.pps_den = 1;
		p.sender_cfg.burst = i > 3 ? 7 : 1;
		p.sender_cfg.duration = tw_ns_from_ms(100);
		dp_pair_open(&p);
		dp_pair_launch(&p, 1 + i % 2);
		dp_pair_wait(&p);
		dp_pair_stop(&p);
		check(&p);
		/* due at 0, 1/pps, ... and below 0.1 s; bursts are due together */
		if (p.sender_cfg.burst == 1)
			assert_int_equal(p.result->packets.sent + p.result->tester.not_sent,
				i % 3 == 0   ? 100
				: i % 3 == 1 ? 1235
					     : 10000);
		else
			assert_int_equal((p.result->packets.sent + p.result->tester.not_sent) %
						 p.sender_cfg.burst,
				0);
		dp_pair_close(&p);
	}
}

/* Stopped in the middle: what is away comes back, then it is over. */
static void stopped(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct dp_pair p = dp_pair();

		p.sender_cfg.n_streams = 3;
		if (i & 1) {
			p.sender_cfg.schedule = TW_SCHEDULE_PERIODIC;
			p.sender_cfg.pps_num = 50000;
			p.sender_cfg.pps_den = 1;
		}
		dp_pair_open(&p);
		dp_pair_launch(&p, i & 2 ? 2 : 1);
		dp_sleep_ms(30);
		assert_int_equal(tw_task_ask(p.sender, TW_LETTER_STOP, NULL), 0);
		dp_pair_wait(&p);
		dp_pair_stop(&p);
		check(&p);
		assert_true(p.result->packets.sent + p.result->tester.not_sent > 0);
		dp_pair_close(&p);
	}
}

/* IMIX and jumbo, Light and STAMP, tags: all sizes arrive and come back. */
static void sizes(void **state)
{
	static const uint16_t imix[] = {48, 552, 48, 552, 48, 1476, 48, 552, 48, 552, 48, 48};
	static const uint16_t jumbo[] = {44, 45, 47, 48, 49, 8930, 8920};

	(void)state;
	for (unsigned int i = 0; i < 12; i++) {
		struct dp_pair p = dp_pair();

		p.family = i & 1 ? 6 : 4;
		p.n_vlan = (uint8_t)(i / 4);
		p.max_frame = 9014;
		p.sender_cfg.count = 1300;
		p.sender_cfg.n_streams = 2;
		for (int k = 0; k < 2; k++) {
			p.streams[k].sizes = k ? imix : jumbo;
			p.streams[k].n_sizes = k ? 12 : 7;
			p.streams[k].protocol = i & 2 ? TW_PROTOCOL_LIGHT : TW_PROTOCOL_STAMP;
		}
		/* zeros from a Light sender look like STAMP: the reflector is told */
		p.reflector_cfg.protocol = i & 2 ? TW_PROTOCOL_LIGHT : TW_PROTOCOL_STAMP;
		run(&p, 1 + i % 2);
		assert_int_equal(p.reflected.counters.octets_in, p.reflected.counters.octets_out);
		dp_pair_close(&p);
	}
}

/* Streams with tags that their port does not have: replies come with the streams' own. */
static void own_tags(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < 4; i++) {
		struct dp_pair p = dp_pair();

		p.family = i & 1 ? 6 : 4;
		p.n_vlan = 1 + i / 2;
		p.plain_sender = true;
		p.sender_cfg.count = 200;
		p.sender_cfg.n_streams = 2;
		run(&p, 1 + i % 2);
		dp_pair_close(&p);
	}
}

/*
 * Sizes in turn with TLVs: behind them there is a padding TLV, or less than its header, in buffers
 * that have held the other.
 */
static void sizes_with_tlvs(void **state)
{
	static const char *const words[] = {"location"};
	static const struct tw_tlv_policy policy = {.t2_method = TW_METHOD_SOFTWARE};
	static struct tw_tlv_template tlv;
	struct tw_rand rand;
	struct tw_err err;

	(void)state;
	tw_rand_init(&rand, 1);
	assert_int_equal(tw_tlv_compile(words, 1, false, &rand, &tlv, &err), 0);
	for (unsigned int i = 0; i < 4; i++) {
		uint16_t least = (uint16_t)(TW_STAMP_LEN + tlv.len), cycle[3] = {least, 900, least};
		struct dp_pair p = dp_pair();

		cycle[2] = (uint16_t)(least + i);
		p.family = i & 1 ? 6 : 4;
		p.sender_cfg.count = 6000;
		p.streams[0].sizes = cycle;
		p.streams[0].n_sizes = 3;
		p.streams[0].tlv = &tlv;
		p.reflector_cfg.tlv = &policy;
		run(&p, 1 + i % 2);
		dp_pair_close(&p);
	}
}

/* A reflector without state: numbers are the sender's own, directions of loss are not told. */
static void stateless(void **state)
{
	struct dp_pair p = dp_pair();

	(void)state;
	p.sender_cfg.count = 1000;
	p.streams[0].stateless_peer = true;
	p.reflector_cfg.stateless = true;
	dp_pair_open(&p);
	dp_pair_launch(&p, 1);
	dp_pair_wait(&p);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.received, 1000);
	assert_false(p.result->packets.lost_outbound.known);
	assert_true(p.result->peer.rseq_equals_sseq);
	assert_int_equal(p.reflected.counters.sessions_created, 0);
	dp_pair_close(&p);
}

/* The same ports twice in a row: the second run sees no loss. */
static void twice(void **state)
{
	struct dp_pair p = dp_pair();
	struct tw_err err;

	(void)state;
	p.sender_cfg.count = 500;
	run(&p, 1);
	tw_task_destroy(p.sender);
	assert_int_equal(tw_sender_create(&p.lp[0], &p.sender_cfg, &dp_clock, &err, &p.sender), 0);
	dp_pair_launch(&p, 1);
	dp_pair_wait(&p);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.received, 500);
	assert_int_equal(p.result->packets.lost, 0);
	assert_int_equal(p.result->packets.reordered, 0);
	assert_true(p.result->packets.lost_outbound.known);
	assert_int_equal(p.reflected.counters.sessions_reset, 1);
	dp_pair_close(&p);
}

/* The linear part of a burst's stamps: never taken from short bursts, quick down, slow up. */
static void slope(void **state)
{
	struct tw_clock_map m = {0};
	struct tw_slope s = {.countdown = 1};
	uint64_t us, up;

	(void)state;
	assert_true(tw_clock_read(&dp_clock, &m, rte_rdtsc()));
	us = (uint64_t)(4294.967296 / ((double)m.mult / 4294967296.0)); /* ticks */
	for (unsigned int n = 1; n < TW_BURST / 2; n++)
		tw_slope_measure(&s, &m, 0, us, n);
	assert_int_equal(s.per_packet, 0);
	assert_int_equal(s.countdown, TW_SLOPE_EVERY);
	/* 1 us for 32 packets is 31 ns or 134 units each; it is not believed at once */
	tw_slope_measure(&s, &m, 0, us, 32);
	assert_in_range(s.per_packet, 1, 10);
	up = s.per_packet;
	for (int i = 0; i < 1000; i++)
		tw_slope_measure(&s, &m, 0, us, 32);
	assert_in_range(s.per_packet, 130, 136);
	assert_true(s.per_packet > up);
	/* a burst that was interrupted says nothing */
	tw_slope_measure(&s, &m, 0, 1000 * us, 32);
	assert_in_range(s.per_packet, 130, 136);
	/* a quicker one counts at once */
	tw_slope_measure(&s, &m, 0, us / 2, 32);
	assert_in_range(s.per_packet, 64, 68);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_fast_as_possible),
		cmocka_unit_test(paced),
		cmocka_unit_test(duration),
		cmocka_unit_test(stopped),
		cmocka_unit_test(sizes),
		cmocka_unit_test(own_tags),
		cmocka_unit_test(sizes_with_tlvs),
		cmocka_unit_test(stateless),
		cmocka_unit_test(twice),
		cmocka_unit_test(slope),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}

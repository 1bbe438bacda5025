/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_pair.h"
#include "loop.h"
#include "tw_sender_results.h"

#include <rte_mempool.h>

/*
 * What the sender does at its limits: a wire that is full, no buffers, no time, no answer, a clock
 * that is stepped. The tasks are moved by hand, so that things happen in one order only.
 */

#define SEC (1ULL << 32)

/* Rounds of the sender for so long, and some more: the machine may take the time away. */
static void send_for(struct dp_pair *p, unsigned int ms)
{
	uint64_t end = dp_now_ms() + ms;

	while (dp_now_ms() < end)
		dp_tick(p->sender);
	for (int i = 0; i < 10; i++)
		dp_tick(p->sender);
}

static void step_clock(struct tw_clock *c, int64_t by)
{
	dp_change_clock(c, by, tw_ns(0));
}

/* --pps max against a full ring: back-pressure, counted once a packet; no number is left out. */
static void ring_full(void **state)
{
	struct tw_clock clock = dp_clock;
	struct dp_pair p = dp_pair();
	char why[200];
	uint32_t got = 0;

	(void)state;
	p.clock = &clock;
	p.wire = 50;
	p.sender_cfg.in_flight_max = 0;
	p.sender_cfg.count = 1000;
	dp_pair_open(&p);
	dp_start(&p);
	for (int i = 0; i < 200; i++)
		dp_tick(p.sender);
	/* 50 are on the wire, the rest of their burst waits */
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.sent, 50);
	assert_int_equal(p.result->tester.tx_full, 64 - 50);
	while (got < 1000) {
		got += dp_pair_take(&p, got);
		for (int i = 0; i < 5; i++)
			dp_tick(p.sender);
	}
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.sent, 1000);
	assert_in_range(p.result->tester.tx_full, 14, 1000);
	assert_int_equal(p.result->tester.not_sent, 0);
	assert_true(tw_result_tester_ok(p.result, why, sizeof(why)));
	dp_change_clock(&clock, 0, p.sender_cfg.timeout);
	dp_until_finished(&p, false);
	dp_pair_close(&p);
}

/* The device never takes another packet: the run ends all the same. */
static void ring_stuck(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct dp_pair p = dp_pair();
		char why[200];

		p.wire = 50;
		p.sender_cfg.in_flight_max = 0;
		p.sender_cfg.timeout = tw_ns_from_ms(50);
		if (i & 1) {
			p.sender_cfg.schedule = TW_SCHEDULE_PERIODIC;
			p.sender_cfg.pps_num = 1000, p.sender_cfg.pps_den = 1;
		}
		if (i & 2)
			p.sender_cfg.duration = tw_ns_from_ms(200);
		else
			p.sender_cfg.count = 200;
		dp_pair_open(&p);
		uint64_t began = dp_now_ms(), used = dp_cpu_ms();

		dp_start(&p);
		dp_until_finished(&p, false);
		assert_true(
			dp_now_ms() - began >= (i == 0 ? 40 : 180) && dp_cpu_ms() - used <= 2000);
		dp_pair_stop(&p);
		assert_int_equal(p.result->packets.sent, 50);
		if (i & 1) {
			assert_int_equal(p.result->tester.not_sent, 150);
			assert_in_range(p.result->tester.tx_full, 1, 64);
			p.result->offered_pps = 1000;
			assert_false(tw_result_tester_ok(p.result, why, sizeof(why)));
		}
		assert_int_equal(dp_pair_take(&p, 0), 50);
		tw_task_destroy(p.sender); /* it alone has those that wait */
		p.sender_cfg.count = 1;
		assert_int_equal(tw_sender_create(&p.lp[0], &p.sender_cfg, &dp_clock,
					 &(struct tw_err){0}, &p.sender),
			0);
		dp_pair_close(&p);
	}
}

static struct rte_mempool *pool_of(const struct dp_pair *p)
{
	char name[RTE_MEMPOOL_NAMESIZE];

	snprintf(name, sizeof(name), "tw_tx_%u_0", p->port[0]);
	return rte_mempool_lookup(name);
}

/* No buffers: a schedule goes on without the packets, without one they wait. */
static void no_buffers(void **state)
{
	(void)state;
	for (int paced = 0; paced < 2; paced++) {
		struct dp_pair p = dp_pair();
		static void *all[16384];
		uint64_t missing;
		unsigned int n;
		char why[200];

		if (paced) {
			p.sender_cfg.schedule = TW_SCHEDULE_PERIODIC;
			p.sender_cfg.pps_num = 2000;
			p.sender_cfg.pps_den = 1;
			/* none is too late: it is the buffers that are missing */
			p.sender_cfg.horizon = tw_ns_from_sec(60);
		}
		p.sender_cfg.count = 100;
		dp_pair_open(&p);
		n = rte_mempool_avail_count(pool_of(&p));
		assert_in_range(n, 1, 16384);
		assert_int_equal(rte_mempool_get_bulk(pool_of(&p), all, n), 0);
		dp_start(&p);
		for (uint64_t end = dp_cpu_ms() + 5000; p.result->tester.tx_full < 20;) {
			assert_true(dp_cpu_ms() < end);
			dp_tick(p.sender);
			dp_pair_stop(&p);
		}
		missing = p.result->tester.tx_full;
		assert_int_equal(p.result->packets.sent, 0);
		assert_int_equal(p.result->tester.not_sent, paced ? missing : 0);
		rte_mempool_put_bulk(pool_of(&p), all, n);
		dp_until_finished(&p, true);
		dp_pair_stop(&p);
		assert_int_equal(p.result->tester.tx_full, missing);
		assert_int_equal(p.result->tester.not_sent, paced ? missing : 0);
		assert_int_equal(p.result->packets.sent, paced ? 100 - missing : 100);
		assert_int_equal(p.result->packets.received, p.result->packets.sent);
		p.result->offered_pps = paced ? 2000 : 0;
		assert_int_equal(tw_result_tester_ok(p.result, why, sizeof(why)), !paced);
		dp_pair_close(&p);
	}
}

/* Stopped before it began. */
static void stopped_first(void **state)
{
	struct dp_pair p = dp_pair();

	(void)state;
	dp_pair_open(&p);
	p.sender->control(p.sender, TW_LETTER_STOP);
	dp_until_finished(&p, false);
	dp_start(&p);
	send_for(&p, 5);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.sent, 0);
	assert_int_equal(p.result->start.v, 0);
	assert_int_equal(p.result->duration.v, 0);
	dp_pair_close(&p);
}

static int hold(struct tw_task *t, void *arg)
{
	(void)t;
	dp_sleep_ms(*(unsigned int *)arg);
	return 0;
}

static bool sends(void *arg)
{
	return atomic_load(&((struct tw_task *)arg)->packets) > 0;
}

/* A worker that is held up gives up what is too old to be sent, and says so. */
static void starved(void **state)
{
	struct dp_pair p = dp_pair();
	unsigned int ms = 150;
	char why[200];

	(void)state;
	p.sender_cfg.schedule = TW_SCHEDULE_PERIODIC;
	p.sender_cfg.pps_num = 2000;
	p.sender_cfg.pps_den = 1;
	p.sender_cfg.count = 1500;
	dp_pair_open(&p);
	dp_pair_launch(&p, 1);
	dp_wait(sends, p.sender);
	assert_int_equal(tw_task_call(p.sender, hold, &ms), 0);
	dp_pair_wait(&p);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.sent + p.result->tester.not_sent, 1500);
	assert_int_equal(p.result->packets.received, p.result->packets.sent);
	/* 300 were due meanwhile */
	assert_in_range(p.result->tester.not_sent, 250, 1500);
	assert_false(tw_result_tester_ok(p.result, why, sizeof(why)));
	assert_non_null(strstr(why, "packets were due but not sent in time"));
	dp_pair_close(&p);
}

/* Packets of all schedules that are held up across the end of --duration are counted. */
static void starved_at_the_end(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct dp_pair p = dp_pair();

		p.sender_cfg.schedule = TW_SCHEDULE_PERIODIC;
		p.sender_cfg.pps_num = 1000;
		p.sender_cfg.pps_den = 1;
		p.sender_cfg.duration = tw_ns_from_ms(30);
		dp_pair_open(&p);
		dp_start(&p);
		send_for(&p, 5);
		/* up to 20 ms late is sent, later is not */
		dp_sleep_ms(i & 1 ? 35 : 200);
		dp_until_finished(&p, true);
		dp_pair_stop(&p);
		assert_int_equal(p.result->packets.sent + p.result->tester.not_sent, 30);
		assert_int_equal(p.result->packets.received, p.result->packets.sent);
		/* 25 of them were due meanwhile, unless the machine held us up before */
		if (!(i & 1))
			assert_in_range(p.result->tester.not_sent, 1, 30);
		dp_pair_close(&p);
	}
}

/*
 * The clock is stepped by an hour while packets are away, on their way there and back: round
 * trips do not notice, one-way delays show it, and the result says that it happened.
 */
static void clock_step(void **state)
{
	struct tw_clock clock = dp_clock;
	struct dp_pair p = dp_pair();
	const int64_t hour = 3600LL << 32;
	uint64_t began = rte_rdtsc();
	int64_t most;

	(void)state;
	p.clock = &clock;
	p.sender_cfg.timeout = tw_ns_from_sec(60);
	p.sender_cfg.count = 300;
	dp_pair_open(&p);
	dp_start(&p);
	dp_ticks(p.sender, 10);
	step_clock(&clock, hour); /* on the way there: outbound + 1 h, inbound - 1 h */
	dp_ticks(p.reflector, 10);
	dp_ticks(p.sender, 10);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.received, 100);
	assert_true(p.result->delay[TW_OUTBOUND].m.min > hour - (int64_t)SEC);
	assert_true(p.result->delay[TW_INBOUND].m.max < -hour + (int64_t)SEC);
	dp_ticks(p.reflector, 10);
	step_clock(&clock, -hour); /* on the way back: T4 stays on T1's scale */
	dp_until_finished(&p, true);
	dp_pair_stop(&p);
	/* no packet was away for longer than all of it took */
	most = (int64_t)tw_clock_ticks(&clock.map, rte_rdtsc() - began);
	assert_int_equal(p.result->packets.received, 300);
	assert_int_equal(p.result->clock.steps, 2);
	assert_int_equal(p.result->discarded[TW_DISCARD_BAD_ECHO], 0);
	assert_int_equal(p.result->peer.negative_residence, 0);
	assert_in_range(p.result->delay[TW_ROUNDTRIP].m.min, 0, most);
	assert_in_range(p.result->delay[TW_ROUNDTRIP].m.max, 0, most);
	/* the second hundred both ways on one scale, the third again */
	assert_in_range(p.result->delay[TW_OUTBOUND].m.min, 0, most);
	assert_in_range(p.result->delay[TW_INBOUND].m.max, 0, most);
	dp_pair_close(&p);
}

/* Two senders of one measurement add up; a step of the clock before the start is not theirs. */
static void two_senders(void **state)
{
	struct tw_clock clock = dp_clock;
	struct dp_pair p = dp_pair();
	struct tw_result *both = tw_result_create(), *one = tw_result_create();
	uint64_t before = dp_wall();

	(void)state;
	p.clock = &clock;
	p.sender_cfg.count = 100;
	dp_pair_open(&p);
	for (int i = 0; i < 2; i++) {
		if (i) {
			tw_task_destroy(p.sender);
			step_clock(&clock, (int64_t)SEC);
			p.sender_cfg.count = 50;
			assert_int_equal(tw_sender_create(&p.lp[0], &p.sender_cfg, &clock,
						 &(struct tw_err){0}, &p.sender),
				0);
		}
		dp_start(&p);
		dp_until_finished(&p, true);
		p.sender->snapshot(p.sender, both);
		tw_result_reset(one);
		p.sender->snapshot(p.sender, one);
		assert_int_equal(one->clock.steps, 0);
		assert_int_equal(one->packets.sent, i ? 50 : 100);
	}
	assert_int_equal(both->packets.sent, 150);
	assert_int_equal(both->packets.received, 150);
	assert_true(both->packets.lost_outbound.known);
	assert_int_equal(both->delay[TW_ROUNDTRIP].m.count, 150);
	assert_true(both->start.v < one->start.v);
	assert_true(both->duration.v >= one->duration.v);
	assert_true(both->start.v / 1000000000 + 2208988800 >= (int64_t)(before >> 32));
	assert_true(both->start.v / 1000000000 + 2208988800 <= (int64_t)(dp_wall() >> 32) + 1);
	tw_result_destroy(both);
	tw_result_destroy(one);
	dp_pair_close(&p);
}

/* A border between two intervals: what is away belongs to the next one. */
static void interim(void **state)
{
	struct dp_pair p = dp_pair();
	struct tw_result *r = tw_result_create();
	struct tw_sender_query border = {0}, q = {.border = true, .into = r};

	(void)state;
	/* nothing is settled by time alone */
	p.sender_cfg.timeout = tw_ns_from_sec(60);
	p.sender_cfg.count = 150;
	dp_pair_open(&p);
	dp_start(&p);
	dp_ticks(p.sender, 10);
	dp_ticks(p.reflector, 10);
	for (int i = 0; i < 2; i++)
		dp_tick(p.sender);
	assert_int_equal(tw_sender_border(p.sender, &border), 0);
	assert_int_equal(tw_sender_border_settled(p.sender, NULL), 0);
	dp_ticks(p.reflector, 10);
	for (int i = 0; i < 20; i++)
		dp_tick(p.sender);
	assert_int_equal(tw_sender_border_settled(p.sender, NULL), 1);
	assert_int_equal(tw_sender_interim(p.sender, &q), 0);
	assert_int_equal(r->packets.lost, 0);
	assert_in_range(r->packets.received, 1, 149);
	dp_until_finished(&p, true);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.received, 150);
	tw_result_destroy(r);
	dp_pair_close(&p);
}

/* A tagged sender takes tagged replies only. */
static void untagged_reply(void **state)
{
	struct dp_pair p = dp_pair();
	struct rte_mbuf *m[8];
	uint16_t n;

	(void)state;
	p.n_vlan = 1;
	p.sender_cfg.count = 4;
	p.sender_cfg.timeout = tw_ns_from_ms(50);
	dp_pair_open(&p);
	dp_start(&p);
	for (int i = 0; i < 5; i++)
		dp_tick(p.sender);
	for (int i = 0; i < 5; i++)
		dp_tick(p.reflector);
	n = rte_eth_rx_burst(p.port[0], 0, m, 8);
	assert_int_equal(n, 4);
	/* the tag is lost on the way */
	for (uint16_t i = 0; i < n; i++) {
		uint8_t *f = rte_pktmbuf_mtod(m[i], uint8_t *);

		memmove(f + 4, f, 12);
		rte_pktmbuf_adj(m[i], 4);
	}
	assert_int_equal(rte_eth_tx_burst(p.port[1], 0, m, n), n);
	dp_tick(p.sender); /* they are there: no timeout comes before them */
	dp_until_finished(&p, false);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.received, 0);
	assert_int_equal(p.result->discarded[TW_DISCARD_BAD_VLAN], 4);
	dp_pair_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ring_full),
		cmocka_unit_test(ring_stuck),
		cmocka_unit_test(no_buffers),
		cmocka_unit_test(stopped_first),
		cmocka_unit_test(starved),
		cmocka_unit_test(starved_at_the_end),
		cmocka_unit_test(clock_step),
		cmocka_unit_test(two_senders),
		cmocka_unit_test(interim),
		cmocka_unit_test(untagged_reply),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}

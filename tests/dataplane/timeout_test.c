/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_pair.h"
#include "loop.h"

/* What ends a sender's wait for replies. The tasks are moved by hand, time by the test. */

/* The bound on packets in flight, and what ends the wait for lost ones. */
static void in_flight(void **state)
{
	struct tw_clock clock = dp_clock;
	struct dp_pair p = dp_pair();

	(void)state;
	p.clock = &clock;
	p.sender_cfg.timeout = tw_ns_from_sec(60);
	p.sender_cfg.count = 0;
	dp_pair_open(&p);
	dp_start(&p);
	dp_ticks(p.sender, 20);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.sent, 100);
	dp_change_clock(&clock, 0, p.sender_cfg.timeout);
	dp_ticks(p.sender, 20);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.sent, 200);
	/* the answers come after all, late those to the first hundred: 100 more may go */
	dp_ticks(p.reflector, 20);
	dp_ticks(p.sender, 20);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.sent, 300);
	assert_int_equal(p.result->packets.late, 100);
	/* and on it goes, without a pause of a whole timeout */
	for (int i = 0; i < 100; i++) {
		dp_tick(p.reflector);
		dp_tick(p.sender);
	}
	dp_pair_stop(&p);
	assert_in_range(p.result->packets.sent, 1000, 5000);
	p.sender->control(p.sender, TW_LETTER_STOP);
	dp_until_finished(&p, true);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.late, 100);
	assert_int_equal(p.result->packets.sent, p.result->packets.received + 100);
	dp_pair_close(&p);
}

/* Nobody answers: over when the last packet has timed out, and everything is lost. */
static void no_answer(void **state)
{
	struct dp_pair p = dp_pair();
	uint64_t began = dp_now_ms(), used = dp_cpu_ms();

	(void)state;
	p.sender_cfg.timeout = tw_ns_from_ms(60);
	p.sender_cfg.count = 10;
	dp_pair_open(&p);
	dp_start(&p);
	dp_until_finished(&p, false);
	assert_true(dp_now_ms() - began >= 59);
	/* it is moved all the time: as much wall time on a machine of its own */
	assert_true(dp_cpu_ms() - used <= 1000);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.sent, 10);
	assert_int_equal(p.result->packets.received, 0);
	assert_int_equal(p.result->packets.lost_unattributed, 10);
	assert_int_equal(p.result->delay[TW_ROUNDTRIP].m.count, 0);
	assert_false(p.result->peer.known);
	dp_pair_take(&p, 0);
	dp_pair_close(&p);
}

/* The worker was held up past the last timeout: what came meanwhile is heard, late, not lost unseen. */
static void heard_at_last(void **state)
{
	struct tw_clock clock = dp_clock;
	struct dp_pair p = dp_pair();

	(void)state;
	p.clock = &clock;
	p.sender_cfg.in_flight_max = 0;
	p.sender_cfg.count = 1000;
	dp_pair_open(&p);
	dp_start(&p);
	dp_ticks(p.sender, 50);
	dp_ticks(p.reflector, 50);
	dp_change_clock(&clock, 0, p.sender_cfg.timeout);
	dp_until_finished(&p, false);
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.sent, 1000);
	assert_int_equal(p.result->packets.received, 0);
	assert_int_equal(p.result->packets.late, 1000);
	dp_pair_close(&p);
}

/* Somebody who sends for ever keeps no run from its end. */
static void not_for_ever(void **state)
{
	struct tw_clock clock = dp_clock;
	struct dp_pair p = dp_pair();
	unsigned int n = 0;

	(void)state;
	p.clock = &clock;
	p.sender_cfg.count = 10;
	dp_pair_open(&p);
	dp_start(&p);
	dp_ticks(p.sender, 5);
	dp_pair_take(&p, 0);
	dp_change_clock(&clock, 0, p.sender_cfg.timeout);
	for (; !atomic_load(&p.sender->finished); n++) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(p.pool[1]);

		assert_non_null(m);
		memset(rte_pktmbuf_append(m, 60), 0, 60);
		assert_int_equal(rte_eth_tx_burst(p.port[1], 0, &m, 1), 1);
		assert_true(n < 100000);
		tw_task_housekeeping(p.sender, rte_rdtsc());
	}
	dp_pair_stop(&p);
	assert_int_equal(p.result->packets.lost, 10);
	dp_ticks(p.sender, 1);
	dp_pair_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_flight),
		cmocka_unit_test(no_answer),
		cmocka_unit_test(heard_at_last),
		cmocka_unit_test(not_for_ever),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}

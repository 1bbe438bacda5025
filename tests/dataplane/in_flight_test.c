/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_pair.h"
#include "sender.h"

/* Losses take no room from the packets in flight: those that come after them are answered. */
static void in_flight_with_losses(void **state)
{
	(void)state;
	for (int special = 0; special < 2; special++) {
		struct dp_pair p = dp_pair();
		struct tw_sender *s;
		struct rte_mbuf *m[5];
		uint64_t lost = 0, began;

		p.sender_cfg.timeout = tw_ns_from_sec(30);
		p.sender_cfg.count = 0;
		p.sender_cfg.n_streams = 3;
		dp_pair_open(&p);
		s = (struct tw_sender *)p.sender;
		s->special = special;
		dp_start(&p);
		began = dp_now_ms();
		/* 100 may be in flight: with 5 lost of each burst they would all be gone soon */
		for (int i = 0; i < 400; i++) {
			uint16_t n;

			dp_tick(p.sender);
			n = rte_eth_rx_burst(p.port[1], 0, m, 5);
			rte_pktmbuf_free_bulk(m, n);
			lost += n;
			for (int k = 0; k < 4; k++)
				dp_tick(p.reflector);
		}
		dp_pair_stop(&p);
		assert_true(lost > 1000);
		assert_true(p.result->packets.sent > 400 * 16);
		assert_true(dp_now_ms() - began < 30000);
		p.sender->control(p.sender, TW_LETTER_STOP);
		for (int i = 0; i < 20; i++) {
			dp_tick(p.reflector);
			dp_tick(p.sender);
		}
		dp_pair_stop(&p);
		assert_int_equal(p.result->packets.sent, p.result->packets.received + lost);
		assert_int_equal(p.result->packets.late, 0);
		/* what was lost outbound set the reflector's numbers apart from ours */
		assert_false(p.result->peer.rseq_equals_sseq);
		dp_pair_close(&p);
	}
}

/* A worker that sleeps through replies, since the kernel stamps them, finds them in its queue after
 * 5 ms: the smallest holds 2,048. */
static void patience_has_room(void **state)
{
	enum { OWN = 3 };
	static struct tw_stream_schedule schedules[OWN];
	static const struct {
		bool own;
		uint32_t burst;
		uint64_t pps;
		bool patient;
	} rows[] = {{false, 1, 1000, true}, {false, 512, 1000, true}, {false, 2048, 1000, false},
		{false, 1, 1000000, false}, {true, 1, 10, true}, {true, 64, 1000, true},
		{true, 1024, 1000, false}, {true, 1, 100000, false}};

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(rows); i++) {
		struct dp_pair p = dp_pair();
		struct tw_sender *s;

		for (uint32_t k = 0; k < OWN; k++)
			schedules[k] = (struct tw_stream_schedule){.kind = TW_SCHEDULE_PERIODIC,
				.pps_num = rows[i].pps,
				.pps_den = 1,
				.burst = rows[i].burst};
		p.sender_cfg.schedule = TW_SCHEDULE_PERIODIC;
		p.sender_cfg.in_flight_max = 0;
		p.sender_cfg.pps_num = rows[i].pps;
		p.sender_cfg.pps_den = 1;
		p.sender_cfg.burst = rows[i].burst;
		if (rows[i].own) {
			p.sender_cfg.n_streams = OWN;
			p.sender_cfg.schedules = schedules;
		}
		dp_pair_open(&p);
		s = (struct tw_sender *)p.sender;
		s->phase = TW_SENDER_SENDING;
		s->stamper.rx = s->stamper.by_kernel = s->stamper.steady = true;
		assert_int_equal(s->task.patient(&s->task), rows[i].patient);
		s->stamper.steady = false;
		assert_false(s->task.patient(&s->task));
		s->phase = TW_SENDER_DONE;
		dp_pair_close(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_flight_with_losses),
		cmocka_unit_test(patience_has_room),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_pair.h"

#include "dp_nic.h"
#include "sender.h"

#include <rte_mbuf_dyn.h>

/* Transmit stamps that are read back, with their faults, and launch time. */

/* A pair whose sender has its T1 corrected, by half a millisecond. */
static struct dp_pair corrected(void)
{
	struct dp_pair p;

	dp_nic_reset();
	dp_nic.tx_ns = DP_MS / 2;
	dp_nic.tx_polls = 1;
	p = dp_nic_pair();
	p.sender_cfg.pps_num = 200;
	p.stamps[0].rx_flag = 0;
	p.stamps[0].readback = true;
	p.stamps[1] = (struct tw_loop_stamps){0};
	return p;
}

/* T1 of each packet by its transmit stamp: half a millisecond after software's, so the way out is shorter by it. */
static void corrects(struct dp_pair p)
{
	const struct tw_stamping *n;

	dp_nic_begin(&p);
	/* the reflector holds what it has for a while, so that the stamp is there in time */
	for (uint64_t late = dp_now_ms() + 30000, next = 0;
		dp_sender_stamps(&p)->hardware[0] < 50;) {
		assert_true(dp_now_ms() < late);
		dp_tick(p.sender);
		if (dp_now_ms() < next)
			continue;
		next = dp_now_ms() + 3;
		dp_nic_round(&p);
	}
	dp_nic_end(&p);
	n = &p.result->stamping;
	assert_int_equal(n->hardware[0] + n->software[0], p.result->packets.received);
	assert_int_equal(n->missed + n->refused, 0);
	assert_int_equal(n->notes, 0);
	assert_true(n->to_wire.m.count >= n->hardware[0]);
	assert_int_equal(
		p.result->source[0], n->software[0] ? TW_STAMP_SOFTWARE : TW_STAMP_HARDWARE);
	/* the NIC's T1 is half a millisecond later at least, and the delays end where they ended */
	assert_true(dp_ms((double)n->to_wire.m.min) > 0.45);
	dp_nic_done(&p);
}

static void transmit_stamps(void **state)
{
	(void)state;
	corrects(corrected());
}

/* Their numbers are elsewhere in the reply, and mean something only once its HMAC is right. */
static void transmit_stamps_of_protected_packets(void **state)
{
	struct dp_pair p = corrected();

	(void)state;
	dp_pair_protect(&p);
	corrects(p);
}

/* What was found out of one packet is nothing of the next one's, whoever received the reply. */
static void a_correction_is_one_packet_s(void **state)
{
	struct dp_pair p = corrected();
	struct rte_mbuf *m;
	struct tw_sender *s;
	unsigned int told = 0;

	(void)state;
	p.sender_cfg.ptp = true; /* such replies are all looked at closely */
	dp_nic_begin(&p);
	s = (struct tw_sender *)p.sender;
	for (uint64_t late = dp_now_ms() + 30000; s->reply.t1_late == 0;) {
		assert_true(dp_now_ms() < late);
		s->task.housekeeping(&s->task);
		tw_sender_transmit(s, rte_rdtsc());
		tw_sender_readback(s);
		/* replies come after another packet's stamp */
		if (s->n_late == told)
			continue;
		told = s->n_late;
		dp_tick(p.reflector);
		/* as one that another worker handed over */
		while (s->reply.t1_late == 0 && rte_eth_rx_burst(p.port[0], 0, &m, 1))
			tw_sender_slow(s, m, tw_clock_mono(&s->task.clock, rte_rdtsc()));
	}
	s->stamper.back.on = false;
	s->stamper.back.armed = s->stamper.back.waiting = false;
	memset(s->late_of, 0, sizeof(s->late_of));
	for (uint64_t n = s->answered, late = dp_now_ms() + 30000; s->answered < n + 5;) {
		assert_true(dp_now_ms() < late);
		dp_nic_round(&p);
	}
	assert_int_equal(s->reply.t1_late, 0);
	dp_nic_end(&p);
	dp_nic_done(&p);
}

/* A packet has one T1, however many replies come in its name, and from whomever. */
static void more_replies_than_packets(void **state)
{
	struct dp_pair p = corrected();
	struct rte_mbuf *m, *copy;
	const struct tw_stamping *n;
	struct tw_sender *s;

	(void)state;
	dp_nic_begin(&p);
	s = (struct tw_sender *)p.sender;
	for (uint64_t late = dp_now_ms() + 30000; s->answered < 5;) {
		uint64_t mono;

		assert_true(dp_now_ms() < late);
		s->task.housekeeping(&s->task);
		tw_sender_transmit(s, rte_rdtsc());
		dp_tick(p.reflector);
		if (rte_eth_rx_burst(p.port[0], 0, &m, 1) == 0)
			continue;
		copy = rte_pktmbuf_copy(m, p.pool[0], 0, UINT32_MAX);
		assert_non_null(copy);
		mono = tw_clock_mono(&s->task.clock, rte_rdtsc());
		tw_sender_slow(s, m, mono);
		tw_sender_slow(s, copy, mono);
	}
	dp_nic_end(&p);
	n = &p.result->stamping;
	assert_int_equal(p.result->packets.duplicates, 5);
	assert_int_equal(n->hardware[0] + n->software[0], p.result->packets.received);
	dp_nic_done(&p);
}

/* Five stamps, and then none: it ends after eight questions. */
static void the_register_stops(void **state)
{
	struct dp_pair p;

	(void)state;
	dp_nic_reset();
	dp_nic.tx_stops_after = 5;
	p = dp_nic_pair();
	p.stamps[0].readback = true;
	p.stamps[0].rx_flag = 0;
	p.stamps[1] = (struct tw_loop_stamps){0};
	dp_nic_begin(&p);
	DP_NIC_UNTIL(&p, dp_sender_stamps(&p)->notes);
	dp_nic_end(&p);
	assert_int_equal(p.result->stamping.to_wire.m.count, 5);
	assert_int_equal(p.result->stamping.asked, 13);
	assert_int_equal(p.result->stamping.missed, 8);
	assert_int_equal(p.result->stamping.notes, 1 << TW_STAMP_NOTE_TX_CEASED);
	dp_nic_done(&p);
}

/* A stamp from before the packet was made is another one's. */
static void a_stale_transmit_stamp(void **state)
{
	struct dp_pair p;

	(void)state;
	dp_nic_reset();
	dp_nic.tx_ns = -5 * DP_MS;
	p = dp_nic_pair();
	p.stamps[0].readback = true;
	p.stamps[0].rx_flag = 0;
	p.stamps[1] = (struct tw_loop_stamps){0};
	dp_nic_begin(&p);
	DP_NIC_UNTIL(&p, dp_sender_stamps(&p)->notes);
	dp_nic_end(&p);
	assert_int_equal(p.result->stamping.to_wire.m.count, 0);
	assert_int_equal(p.result->stamping.hardware[0], 0);
	assert_int_equal(p.result->stamping.refused, 8);
	assert_int_equal(p.result->stamping.notes, 1 << TW_STAMP_NOTE_TX_REFUSED);
	dp_nic_done(&p);
}

/* The reflector's plain replies: a sample of T3 to the wire. */
static void a_reflector_s_transmit_stamps(void **state)
{
	struct dp_pair p;

	(void)state;
	dp_nic_reset();
	dp_nic.tx_ns = DP_MS / 2;
	p = dp_nic_pair();
	p.stamps[0] = (struct tw_loop_stamps){0};
	p.stamps[1].rx_flag = 0;
	p.stamps[1].readback = true;
	dp_nic_begin(&p);
	DP_NIC_UNTIL(&p, dp_reflector_stamps(&p)->to_wire.m.count >= 10);
	dp_nic_end(&p);
	assert_int_equal(p.reflected.stamping.missed, 0);
	assert_true(dp_ms((double)p.reflected.stamping.to_wire.m.min) > 0.45);
	assert_int_equal(p.reflected.stamping.notes, 0);
	dp_nic_done(&p);
}

/* A sender that has launch time and nothing else, a reflector that has nothing. */
static struct dp_pair launching_pair(void)
{
	struct dp_pair p;
	uint64_t flag;
	int field;

	dp_nic_reset();
	assert_int_equal(rte_mbuf_dyn_tx_timestamp_register(&field, &flag), 0);
	p = dp_nic_pair();
	p.stamps[0].rx_flag = 0;
	p.stamps[0].launch_flag = flag;
	p.stamps[1] = (struct tw_loop_stamps){0};
	return p;
}

/* Launch time: T1 is when the packet is due, and the NIC is told that very instant. */
static void launch_time(void **state)
{
	struct dp_pair p;

	(void)state;
	p = launching_pair();
	dp_nic_begin(&p);
	/* those that the machine lets be handed over in time */
	DP_NIC_UNTIL(&p, dp_nic.launched >= 50);
	dp_nic_end(&p);
	assert_int_equal(dp_nic.launched, p.result->stamping.hardware[0]);
	assert_int_equal(p.result->stamping.hardware[0] + p.result->stamping.software[0],
		p.result->packets.sent);
	assert_int_equal(dp_nic.launched_wrong, 0);
	assert_int_equal(dp_nic.launched_late, 0);
	assert_int_equal(p.result->source[0],
		p.result->stamping.software[0] ? TW_STAMP_SOFTWARE : TW_STAMP_LAUNCH_TIME);
	/* the ring does not wait for the time: packets arrive before they left */
	assert_true(dp_ms((double)p.result->delay[TW_OUTBOUND].m.min) < 0);
	dp_nic_done(&p);
}

/* What the NIC was to hold and did not take is software's, also where its stamp was asked for. */
static void launch_time_and_a_full_ring(void **state)
{
	struct tw_sender *s;
	struct dp_pair p;
	uint64_t before = 0;

	(void)state;
	p = launching_pair();
	p.wire = 16;
	p.stamps[0].readback = true;
	dp_nic_begin(&p);
	s = (struct tw_sender *)p.sender;
	/* nobody reflects */
	for (uint64_t late = dp_now_ms() + 30000; s->n_pending == 0;) {
		assert_true(dp_now_ms() < late);
		before = s->stamper.n.software[0];
		s->stamper.back.armed = true;
		dp_tick(p.sender);
	}
	assert_in_range(s->stamper.n.software[0] - before, s->n_pending, TW_BURST);
	/* stopped before the last one is due: its reply is waited for all the same */
	dp_nic_end(&p);
	assert_int_equal(p.result->stamping.hardware[0] + p.result->stamping.software[0],
		p.result->packets.sent);
	dp_nic_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transmit_stamps),
		cmocka_unit_test(transmit_stamps_of_protected_packets),
		cmocka_unit_test(a_correction_is_one_packet_s),
		cmocka_unit_test(more_replies_than_packets),
		cmocka_unit_test(the_register_stops),
		cmocka_unit_test(a_stale_transmit_stamp),
		cmocka_unit_test(a_reflector_s_transmit_stamps),
		cmocka_unit_test(launch_time),
		cmocka_unit_test(launch_time_and_a_full_ring),
	};

	return cmocka_run_group_tests(tests, dp_nic_setup, dp_nic_teardown);
}

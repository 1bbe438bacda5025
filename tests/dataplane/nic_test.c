/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_pair.h"

#include "dp_nic.h"
#include "reflector.h"

#include <errno.h>

#include <rte_cycles.h>

/*
 * Stamps by a NIC, with its faults: the loops are the real ones, moved by hand. The NIC stamps 3 ms
 * away from where software does, in which nothing else can be.
 */

#define OFF (3 * DP_MS)

static void a_good_clock_passes(void **state)
{
	static const enum tw_nic_source sources[] = {TW_NIC_TIMESYNC, TW_NIC_READ_CLOCK};

	(void)state;
	dp_nic_reset();
	for (int i = 0; i < 2; i++) {
		int64_t off = INT64_MAX;
		struct tw_nic_map m = {0};

		if (dp_nic_try(sources[i]) < 0)
			fail_msg("%s", dp_nic_why);
		assert_true(tw_nic_clock_read(dp_nic_clock, &m));
		assert_false(tw_nic_clock_read(dp_nic_clock, &m));
		/* the best of some, since the machine may take the time between two readings */
		for (int k = 0; k < 100; k++) {
			int64_t now = dp_nic_now();
			int64_t d = (int64_t)(tw_nic_to_tsc(&m, (uint64_t)now) - rte_rdtsc());

			d = d < 0 ? -d : d;
			off = d < off ? d : off;
		}
		if ((uint64_t)off > m.error + rte_get_tsc_hz() / 100000)
			fail_msg("off by %lld ticks of %llu", (long long)off,
				(unsigned long long)m.error);
	}
}

static void one_that_is_none_does_not(void **state)
{
	static const struct {
		enum dp_nic_kind kind;
		int rc;
		enum tw_stamp_note note;
		const char *words;
	} kinds[] = {
		{DP_NIC_RAW, -EINVAL, TW_STAMP_NOTE_HOST_CLOCK, "CLOCK_MONOTONIC_RAW"},
		{DP_NIC_MONOTONIC, -EINVAL, TW_STAMP_NOTE_HOST_CLOCK, "CLOCK_MONOTONIC of"},
		{DP_NIC_REALTIME, -EINVAL, TW_STAMP_NOTE_HOST_CLOCK, "CLOCK_REALTIME"},
		{DP_NIC_TAI, -EINVAL, TW_STAMP_NOTE_HOST_CLOCK, "of this host"},
		{DP_NIC_STANDS, -EINVAL, TW_STAMP_NOTE_CLOCK_STUCK, "stands still"},
		{DP_NIC_NONE, -ENOTSUP, TW_STAMP_NOTE_NO_CLOCK, "not supported"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		dp_nic_reset();
		dp_nic.kind = kinds[i].kind;
		assert_int_equal(dp_nic_try(TW_NIC_TIMESYNC), kinds[i].rc);
		assert_int_equal(dp_nic_clock->notes, 1 << kinds[i].note);
		if (!strstr(dp_nic_why, kinds[i].words))
			fail_msg("'%s' does not say '%s'", dp_nic_why, kinds[i].words);
	}
}

/* T2 and T4 are 3 ms before software saw the packets: residence grows by that, and the way back
 * shrinks by it. */
static void receive_stamps(bool in_register)
{
	const struct tw_stamping *t4, *t2;
	struct dp_pair p;
	uint64_t n;

	dp_nic_reset();
	dp_nic.in_register = in_register;
	dp_nic.rx_every[0] = dp_nic.rx_every[1] = 1;
	dp_nic.rx_ns = -OFF;
	p = dp_nic_pair();
	dp_nic_begin(&p);
	DP_NIC_UNTIL(&p, dp_sender_stamps(&p)->hardware[3] >= 100 &&
				 dp_reflector_stamps(&p)->hardware[1] >= 100);
	dp_nic_end(&p);
	n = p.result->packets.received;
	t4 = &p.result->stamping;
	t2 = &p.reflected.stamping;
	assert_int_equal(t4->hardware[3] + t4->software[3], n);
	assert_int_equal(t2->hardware[1] + t2->software[1], n);
	/* of packets that are taken together one has the register */
	if (!in_register)
		assert_int_equal(t4->software[3] + t2->software[1], 0);
	assert_int_equal(p.result->source[0], TW_STAMP_SOFTWARE);
	assert_int_equal(
		p.result->source[3], t4->software[3] ? TW_STAMP_SOFTWARE : TW_STAMP_HARDWARE);
	assert_int_equal(t4->notes | t2->notes, 0);
	assert_int_equal(t4->refused + t2->refused, 0);
	assert_true(t4->error.v > 0);
	/* the error of the NIC's clock is far below a millisecond */
	assert_true(in_register || dp_ms((double)p.result->residence.m.min) > 2.5);
	assert_true(dp_ms((double)p.result->residence.m.max) > 2.5);
	assert_true(dp_ms((double)p.result->delay[TW_OUTBOUND].m.min) < -2);
	assert_true(dp_ms((double)p.result->delay[TW_INBOUND].m.min) < -2);
	dp_nic_done(&p);
}

static void stamps_in_the_mbuf(void **state)
{
	(void)state;
	receive_stamps(false);
}

static void stamps_in_a_register(void **state)
{
	(void)state;
	receive_stamps(true);
}

/* Every third packet has a stamp: the others get software's, and the result says so. */
static void some_without(void **state)
{
	struct dp_pair p;
	const struct tw_stamping *s;

	(void)state;
	dp_nic_reset();
	dp_nic.rx_every[0] = 3;
	dp_nic.rx_ns = -OFF;
	p = dp_nic_pair();
	p.stamps[1] = (struct tw_loop_stamps){0};
	dp_nic_all(&p);
	s = &p.result->stamping;
	assert_int_equal(p.result->source[3], TW_STAMP_SOFTWARE);
	assert_int_equal(s->hardware[3] + s->software[3], p.result->packets.received);
	assert_in_range(
		3 * s->hardware[3], p.result->packets.received - 3, p.result->packets.received + 3);
	assert_int_equal(s->refused, 0);
	assert_int_equal(s->notes, 0);
	dp_nic_done(&p);
}

/* The driver said yes, and nothing comes: the plain loop takes over. */
static void none_at_all(void **state)
{
	tw_reflector_step *before;
	struct dp_pair p;

	(void)state;
	dp_nic_reset();
	p = dp_nic_pair();
	p.stamps[0].readback = true;
	dp_nic.tx_never = true;
	dp_nic_begin(&p);
	before = p.reflector->step;
	DP_NIC_UNTIL(
		&p, p.reflector->step != before &&
			    dp_sender_stamps(&p)->notes ==
				    (1 << TW_STAMP_NOTE_RX_NEVER | 1 << TW_STAMP_NOTE_TX_NEVER));
	dp_nic_end(&p);
	assert_int_equal(p.result->source[0], TW_STAMP_SOFTWARE);
	assert_int_equal(p.result->source[3], TW_STAMP_SOFTWARE);
	assert_int_equal(p.result->stamping.notes,
		1 << TW_STAMP_NOTE_RX_NEVER | 1 << TW_STAMP_NOTE_TX_NEVER);
	assert_int_equal(p.reflected.stamping.notes, 1 << TW_STAMP_NOTE_RX_NEVER);
	assert_int_equal(p.result->stamping.hardware[3], 0);
	/* the rest of the burst it was noticed in */
	assert_in_range(p.reflected.stamping.software[1], 64, 64 + TW_BURST);
	assert_int_equal(p.result->stamping.asked, 8);
	assert_int_equal(p.result->stamping.missed, 8);
	assert_int_equal(dp_nic.marked, 8);
	/* the control core hears of it */
	assert_int_equal(atomic_load(&p.sender->notes), p.result->stamping.notes);
	assert_int_equal(atomic_load(&p.reflector->notes), p.reflected.stamping.notes);
	dp_nic_done(&p);
}

/* A run in which all receive stamps of the sender are off by ns; kernel_lost: they are the kernel's. */
static struct dp_pair all_off_by(int64_t ns, const _Atomic bool *kernel_lost)
{
	struct dp_pair p;

	dp_nic_reset();
	dp_nic.rx_every[0] = 1;
	dp_nic.rx_ns = ns;
	p = dp_nic_pair();
	p.stamps[0].kernel_lost = kernel_lost;
	p.stamps[1] = (struct tw_loop_stamps){0};
	dp_nic_all(&p);
	return p;
}

/* Stamps of another clock: in the future, or long before the queue was seen empty. */
static void that_cannot_be(void **state)
{
	static const int64_t ns[] = {
		40 * DP_MS, 3600 * TW_NS_PER_SEC, -100 * DP_MS, -3600 * TW_NS_PER_SEC};

	(void)state;
	for (size_t i = 0; i < sizeof(ns) / sizeof(ns[0]); i++) {
		struct dp_pair p = all_off_by(ns[i], NULL);

		assert_int_equal(p.result->source[3], TW_STAMP_SOFTWARE);
		/* a worker that did not run for a second cannot know better */
		assert_in_range(p.result->stamping.refused, 64,
			64 + TW_BURST + p.result->stamping.hardware[3]);
		assert_in_range(p.result->stamping.hardware[3], 0, 5);
		assert_int_equal(p.result->stamping.notes, 1 << TW_STAMP_NOTE_RX_REFUSED);
		dp_nic_done(&p);
	}
}

/* The kernel may have had a packet for long that was not to be seen yet; but not for an hour. */
static void the_kernel_may_be_late(void **state)
{
	static atomic_bool lost;
	static const int64_t ns[] = {-100 * DP_MS, -3600 * TW_NS_PER_SEC};

	(void)state;
	for (size_t i = 0; i < sizeof(ns) / sizeof(ns[0]); i++) {
		struct dp_pair p = all_off_by(ns[i], &lost);

		if (i == 0) {
			assert_int_equal(p.result->stamping.refused, 0);
			assert_true(p.result->stamping.kernel[3] > 0);
			assert_int_equal(p.result->stamping.notes, 0);
		} else {
			assert_true(p.result->stamping.refused >= 64);
			assert_int_equal(p.result->stamping.notes, 1 << TW_STAMP_NOTE_RX_REFUSED);
		}
		dp_nic_done(&p);
	}
}

/* The NIC's clock is set in the middle of a run: seen at once or at the next look, and then used
 * again. */
static void a_clock_that_jumps(void **state)
{
	static const int64_t ns[] = {50 * DP_MS, -2 * TW_NS_PER_SEC, 2 * TW_NS_PER_SEC};

	(void)state;
	for (size_t i = 0; i < sizeof(ns) / sizeof(ns[0]); i++) {
		struct dp_pair p;
		uint64_t by_nic;

		dp_nic_reset();
		dp_nic.rx_every[0] = dp_nic.rx_every[1] = 1;
		p = dp_nic_pair();
		dp_nic_begin(&p);
		DP_NIC_UNTIL(&p, dp_sender_stamps(&p)->hardware[3] >= 50);
		dp_nic.ahead_ns = ns[i];
		DP_NIC_UNTIL(&p, dp_nic_clock->line.jumps);
		assert_int_equal(dp_nic_clock->notes, 1 << TW_STAMP_NOTE_CLOCK_JUMPED);
		by_nic = dp_sender_stamps(&p)->hardware[3];
		DP_NIC_UNTIL(&p, dp_sender_stamps(&p)->software[3] &&
					 dp_sender_stamps(&p)->hardware[3] >= by_nic + 50);
		dp_nic_end(&p);
		assert_int_equal(dp_nic_clock->line.jumps, 1);
		assert_int_equal(p.result->source[3], TW_STAMP_SOFTWARE);
		/* nothing of the jump is in the delays: they are those of a ring */
		for (int d = TW_OUTBOUND; d < TW_DIRECTIONS; d++)
			assert_true(dp_ms((double)p.result->delay[d].m.min) > -20);
		dp_nic_done(&p);
	}
}

/* Nobody looks after the NIC's clock: an old line is not believed. */
static void a_clock_that_nobody_reads(void **state)
{
	uint64_t by_nic, by_software, old;
	struct dp_pair p;

	(void)state;
	dp_nic_reset();
	dp_nic.rx_every[0] = 1;
	p = dp_nic_pair();
	p.stamps[1] = (struct tw_loop_stamps){0};
	dp_nic_begin(&p);
	DP_NIC_UNTIL(&p, dp_sender_stamps(&p)->hardware[3] >= 50);
	old = dp_now_ms() + 1100;
	while (dp_now_ms() < old) {
		dp_tick(p.sender);
		dp_tick(p.reflector);
	}
	by_nic = dp_sender_stamps(&p)->hardware[3];
	by_software = dp_sender_stamps(&p)->software[3];
	for (int i = 0; dp_sender_stamps(&p)->software[3] < by_software + 20; i++) {
		assert_true(dp_now_ms() < old + 20000);
		dp_tick(p.sender);
		dp_tick(p.reflector);
	}
	assert_int_equal(dp_sender_stamps(&p)->hardware[3], by_nic);
	/* and then somebody does */
	DP_NIC_UNTIL(&p, dp_sender_stamps(&p)->hardware[3] > by_nic);
	dp_nic_end(&p);
	assert_int_equal(p.result->stamping.notes, 0);
	dp_nic_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_clock_passes),
		cmocka_unit_test(one_that_is_none_does_not),
		cmocka_unit_test(stamps_in_the_mbuf),
		cmocka_unit_test(stamps_in_a_register),
		cmocka_unit_test(some_without),
		cmocka_unit_test(none_at_all),
		cmocka_unit_test(that_cannot_be),
		cmocka_unit_test(the_kernel_may_be_late),
		cmocka_unit_test(a_clock_that_jumps),
		cmocka_unit_test(a_clock_that_nobody_reads),
	};

	return cmocka_run_group_tests(tests, dp_nic_setup, dp_nic_teardown);
}

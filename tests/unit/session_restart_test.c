/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_reflect.h"

#include "tw_test.h"

/*
 * Rule A16 of the protocol notes: when does a reflector that made a session by its first packet
 * begin to count anew? A life is fed with sender number, T1 and now in seconds; what comes back is
 * the number of the reply.
 */

#define IDLE 30

struct life {
	struct tw_reflect_state s;
	uint64_t resets;
};

static uint32_t t1_of(double sec)
{
	/* any instant of 2026; fractions as they are on the wire */
	return tw_reflect_t1((0xeeab5d94ULL << 32) + (uint64_t)(int64_t)(sec * 4294967296.0));
}

static uint32_t coarse_of(double sec)
{
	return tw_reflect_coarse((uint64_t)(sec * 4294967296.0));
}

static uint32_t begin(struct life *l, uint32_t sseq, double t1, double now)
{
	memset(l, 0xee, sizeof(*l));
	l->resets = 0;
	tw_reflect_begin(&l->s, sseq, t1_of(t1), coarse_of(now));
	return l->s.next_seq++;
}

static uint32_t feed(struct life *l, uint32_t sseq, double t1, double now)
{
	return tw_reflect_next(&l->s, sseq, t1_of(t1), coarse_of(now), coarse_of(IDLE), &l->resets);
}

/* Packets 0..n-1, one a millisecond from second 1000; T1 runs with now. */
static struct life after(uint32_t n)
{
	struct life l;

	assert_int_equal(begin(&l, 0, 1000, 1000), 0);
	for (uint32_t i = 1; i < n; i++)
		assert_int_equal(feed(&l, i, 1000 + i * 0.001, 1000 + i * 0.001), i);
	return l;
}

static void units(void **state)
{
	(void)state;
	assert_int_equal(tw_reflect_coarse(1ULL << 32), 1024);
	assert_int_equal(tw_reflect_coarse(0xffffffffffffffffULL), 0xffffffff);
	assert_int_equal(tw_reflect_t1(0x0001000280000000ULL), 0x00028000);
}

static void counts_up(void **state)
{
	struct life l = after(1000);

	(void)state;
	/* loss on the way does not show in the reply's number */
	assert_int_equal(feed(&l, 2000, 1002, 1002), 1000);
	assert_int_equal(feed(&l, 2001, 1002.1, 1002.1), 1001);
	/* nor does reordering */
	assert_int_equal(feed(&l, 1999, 1001.9, 1002.2), 1002);
	assert_int_equal(feed(&l, 1900, 1001.5, 1002.3), 1003);
	assert_int_equal(feed(&l, 2002, 1002.4, 1002.4), 1004);
	/* nor a duplicate */
	assert_int_equal(feed(&l, 2002, 1002.4, 1002.5), 1005);
	assert_int_equal(l.resets, 0);
}

static void starts_elsewhere(void **state)
{
	struct life l;

	(void)state;
	assert_int_equal(begin(&l, 77, 1000, 1000), 0);
	assert_int_equal(feed(&l, 78, 1001, 1001), 1);
	assert_int_equal(l.resets, 0);
}

static void zero_with_newer_t1(void **state)
{
	struct life l = after(10);

	(void)state;
	assert_int_equal(feed(&l, 0, 1005, 1005), 0);
	assert_int_equal(l.resets, 1);
	assert_int_equal(feed(&l, 1, 1006, 1006), 1);
	/* after a single packet, too */
	l = after(1);
	assert_int_equal(feed(&l, 0, 1005, 1005), 0);
	assert_int_equal(feed(&l, 0, 1006, 1006), 0);
	assert_int_equal(l.resets, 2);
}

/* A sender starts again, and packets of its old life come after the new one's first. */
static void late_packets_of_an_old_life(void **state)
{
	struct life l = after(1000);

	(void)state;
	assert_int_equal(feed(&l, 0, 1005, 1005), 0);
	assert_int_equal(l.resets, 1);
	/* far ahead and near: answered, and forgotten */
	assert_int_equal(feed(&l, 999, 1001, 1005.1), 1);
	assert_int_equal(feed(&l, 90, 1000.1, 1005.1), 2);
	assert_int_equal(feed(&l, 1, 1005.1, 1005.1), 3);
	assert_int_equal(feed(&l, 998, 1000.9, 1005.2), 4);
	for (uint32_t i = 2; i < 500; i++)
		assert_int_equal(feed(&l, i, 1005 + i * 0.1, 1005 + i * 0.1), i + 3);
	assert_int_equal(l.resets, 1);
	/* and once more */
	assert_int_equal(feed(&l, 0, 1060, 1060), 0);
	assert_int_equal(l.resets, 2);
}

/* A clock that is set back is no restart, and does not hide one for long. */
static void clock_set_back(void **state)
{
	static const double steps[] = {0.5, 9, 11, 3600};

	(void)state;
	for (unsigned int k = 0; k < 4; k++) {
		struct life l = after(1000);
		double back = steps[k];

		for (uint32_t i = 1000; i < 2000; i++)
			assert_int_equal(feed(&l, i, 1000 + i * 0.02 - back, 1000 + i * 0.02), i);
		assert_int_equal(l.resets, 0);
		assert_int_equal(feed(&l, 0, 1041 - back, 1041), 0);
		assert_int_equal(l.resets, 1);
	}
}

static void duplicate_of_zero(void **state)
{
	struct life l = after(1);

	(void)state;
	assert_int_equal(feed(&l, 0, 1000, 1000.5), 1);
	assert_int_equal(feed(&l, 0, 1000, 1001), 2);
	l = after(1000);
	assert_int_equal(feed(&l, 0, 1000, 1001), 1000);
	assert_int_equal(feed(&l, 1000, 1001.1, 1001.1), 1001);
	/* after a restart it is the new life's first packet that may come twice */
	assert_int_equal(feed(&l, 0, 1005, 1005), 0);
	assert_int_equal(feed(&l, 0, 1005, 1005.1), 1);
	/* and one of the old life that was long on its way is nothing new */
	assert_int_equal(feed(&l, 0, 1000, 1005.2), 2);
	assert_int_equal(feed(&l, 999, 1000.999, 1005.3), 3);
	assert_int_equal(l.resets, 1);
}

static void zero_with_older_t1(void **state)
{
	struct life l = after(10);

	(void)state;
	assert_int_equal(feed(&l, 0, 500, 1005), 10);
	assert_int_equal(feed(&l, 1, 500.1, 1005), 11);
	assert_int_equal(l.resets, 0);
}

static void far_fall(void **state)
{
	struct life l = after(1000);

	(void)state;
	/* reordering: not far, although the T1 is newer */
	assert_int_equal(feed(&l, 999 - TW_REFLECT_FAR_FALL, 1002, 1002), 1000);
	/* far, but an old packet */
	assert_int_equal(feed(&l, 5, 1000.005, 1002), 1001);
	assert_int_equal(l.resets, 0);
	/* far and new: packet 0 of a new life was lost */
	assert_int_equal(feed(&l, 999 - TW_REFLECT_FAR_FALL - 1, 1003, 1003), 0);
	assert_int_equal(l.resets, 1);
	assert_int_equal(feed(&l, 999 - TW_REFLECT_FAR_FALL, 1004, 1004), 1);
	assert_int_equal(l.resets, 1);
}

static void idle(void **state)
{
	struct life l = after(100);

	(void)state;
	/* upwards: the sender goes on after a pause */
	assert_int_equal(feed(&l, 100, 1131, 1131), 100);
	assert_int_equal(feed(&l, 5000, 1200, 1200), 101);
	assert_int_equal(l.resets, 0);
	/* not above: a new life, however near the number is */
	assert_int_equal(feed(&l, 4999, 1300, 1300), 0);
	assert_int_equal(feed(&l, 4999, 1400, 1400), 0);
	assert_int_equal(l.resets, 2);
	/* even when its clock was set back */
	assert_int_equal(feed(&l, 4999, 100, 1500), 0);
	assert_int_equal(feed(&l, 0, 50, 1600), 0);
	assert_int_equal(l.resets, 4);
}

/* A pause of exactly --session-idle is none, and any packet ends it. */
static void idle_border(void **state)
{
	struct life l = after(100);

	(void)state;
	assert_int_equal(feed(&l, 98, 1000.098, 1000.099 + IDLE), 100);
	assert_int_equal(feed(&l, 98, 1000.098, 1000.099 + 2 * IDLE), 101);
	assert_int_equal(l.resets, 0);
	assert_int_equal(feed(&l, 98, 1000.098, 1000.099 + 3 * IDLE + 0.01), 0);
	assert_int_equal(l.resets, 1);
}

static void wrap(void **state)
{
	struct life l;

	(void)state;
	begin(&l, 0xfffffffe, 1000, 1000);
	assert_int_equal(feed(&l, 0xffffffff, 1001, 1001), 1);
	assert_int_equal(feed(&l, 0, 1002, 1002), 2);
	assert_int_equal(feed(&l, 1, 1003, 1003), 3);
	assert_int_equal(l.resets, 0);
	/* those around the wrap are lost, and it takes a while */
	begin(&l, 0xffff0000, 1000, 1000);
	assert_int_equal(feed(&l, 0x00ff0000, 1001, 1001), 1);
	begin(&l, 0xffff0000, 1000, 1000);
	assert_int_equal(feed(&l, 7, 1100, 1100), 1);
	assert_int_equal(l.resets, 0);
	/* the same distance elsewhere is a fall */
	begin(&l, 0U - TW_REFLECT_WRAP_ZONE - 1, 1000, 1000);
	assert_int_equal(feed(&l, 0, 1001, 1001), 0);
	assert_int_equal(l.resets, 1);
	begin(&l, 0U - TW_REFLECT_WRAP_ZONE, 1000, 1000);
	assert_int_equal(feed(&l, TW_REFLECT_WRAP_ZONE, 1001, 1001), 0);
	assert_int_equal(l.resets, 1);
}

/* The wrap zone begins 2^24 before the end, and an old packet is no wrap. */
static void wrap_zone(void **state)
{
	struct life l;

	(void)state;
	begin(&l, 0U - TW_REFLECT_WRAP_ZONE, 1000, 1000);
	assert_int_equal(feed(&l, 0, 1001, 1001), 1);
	begin(&l, 0xfffffff0, 1000, 1000);
	assert_int_equal(feed(&l, 5, 900, 1001), 1);
	assert_int_equal(l.resets, 0);
	/* 0xfffffff0 is still the highest: not above it after a pause is a restart */
	assert_int_equal(feed(&l, 0xffffffef, 1100, 1100), 0);
	assert_int_equal(l.resets, 1);
}

/* It is the latest T1 that counts, not that of the highest number. */
static void latest_t1(void **state)
{
	struct life l = after(100);

	(void)state;
	assert_int_equal(feed(&l, 98, 1010, 1010), 100);
	assert_int_equal(feed(&l, 0, 1009, 1010), 101);
	assert_int_equal(l.resets, 0);
	assert_int_equal(feed(&l, 0, 1011, 1011), 0);
	assert_int_equal(l.resets, 1);
}

/* Packets overtake each other at the wrap. */
static void wrap_reordered(void **state)
{
	struct life l;

	(void)state;
	begin(&l, 0xfffffffd, 1000.0, 1000);
	assert_int_equal(feed(&l, 0, 1000.3, 1001), 1);
	assert_int_equal(feed(&l, 0xfffffffe, 1000.1, 1002), 2);
	assert_int_equal(feed(&l, 1, 1000.4, 1003), 3);
	assert_int_equal(feed(&l, 0xffffffff, 1000.2, 1004), 4);
	assert_int_equal(feed(&l, 0, 1000.3, 1005), 5); /* a duplicate */
	assert_int_equal(feed(&l, 2, 1000.5, 1006), 6);
	assert_int_equal(feed(&l, 3, 1000.6, 1007), 7);
	assert_int_equal(l.resets, 0);
	/* and the new sender is still recognised */
	for (uint32_t i = 4; i < 400; i++)
		feed(&l, i, 1000 + i, 1007 + i);
	assert_int_equal(feed(&l, 0, 1500, 1500), 0);
	assert_int_equal(l.resets, 1);
}

/* The middle bits of T1 and the coarse clock wrap, too. */
static void clocks_wrap(void **state)
{
	struct life l;
	double t1_wrap = 65536 - 0x5d94; /* seconds until the low half of the seconds is 0 */

	(void)state;
	begin(&l, 5, t1_wrap - 1, 1000);
	assert_int_equal(feed(&l, 0, t1_wrap + 1, 1002), 0);
	assert_int_equal(l.resets, 1);
	assert_int_equal(feed(&l, 0, t1_wrap - 1, 1003), 1);
	assert_int_equal(l.resets, 1);

	tw_reflect_begin(&l.s, 5, t1_of(0), 0U - 1024);
	l.s.next_seq++;
	assert_int_equal(tw_reflect_next(&l.s, 5, t1_of(0), 10 * 1024, coarse_of(IDLE), &l.resets),
		1); /* 11 s later */
	assert_int_equal(tw_reflect_next(&l.s, 5, t1_of(0), 41 * 1024, coarse_of(IDLE), &l.resets),
		0); /* 31 s later */
}

/* The NIC stamps one packet and software, a little later, the one before it. */
static void now_set_back(void **state)
{
	struct life l = after(1000);

	(void)state;
	assert_int_equal(feed(&l, 1001, 1001.001, 1001.002), 1000);
	assert_int_equal(feed(&l, 1000, 1001, 1001.0005), 1001);
	assert_int_equal(l.resets, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units),
		cmocka_unit_test(counts_up),
		cmocka_unit_test(starts_elsewhere),
		cmocka_unit_test(zero_with_newer_t1),
		cmocka_unit_test(late_packets_of_an_old_life),
		cmocka_unit_test(clock_set_back),
		cmocka_unit_test(duplicate_of_zero),
		cmocka_unit_test(zero_with_older_t1),
		cmocka_unit_test(far_fall),
		cmocka_unit_test(idle),
		cmocka_unit_test(idle_border),
		cmocka_unit_test(now_set_back),
		cmocka_unit_test(wrap),
		cmocka_unit_test(wrap_zone),
		cmocka_unit_test(latest_t1),
		cmocka_unit_test(wrap_reordered),
		cmocka_unit_test(clocks_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

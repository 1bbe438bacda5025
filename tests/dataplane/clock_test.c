/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_rig.h"

#include "tw_ntp.h"

#include <rte_cycles.h>

/* From the TSC to wall time. No EAL is needed: the clock reads the TSC and CLOCK_REALTIME only. */

#define SEC (1ULL << 32)
#define US (SEC / 1000000)

static struct tw_clock c;

static int setup(void **state)
{
	(void)state;
	return tw_clock_init(&c);
}

/* Wall time between two looks at CLOCK_REALTIME; the narrowest of some counts. @return offset */
static int64_t offset_now(const struct tw_clock_map *m)
{
	uint64_t best = UINT64_MAX;
	int64_t offset = 0;

	for (int i = 0; i < 20; i++) {
		uint64_t a = dp_wall(), w = tw_clock_wall_now(m).v, b = dp_wall();

		if (b - a < best) {
			best = b - a;
			offset = (int64_t)(w - a) - (int64_t)(b - a) / 2;
		}
	}
	return offset;
}

static struct tw_clock_map map_now(void)
{
	struct tw_clock_map m = {0};

	assert_true(tw_clock_read(&c, &m, rte_rdtsc()));
	assert_int_not_equal(m.mult, 0);
	return m;
}

static void update(void)
{
	/* not before the last map has begun */
	while ((int64_t)(rte_rdtsc() - c.map.tsc0) <= 0)
		;
	tw_clock_update(&c);
}

static void first_map(void **state)
{
	struct tw_clock_map m = map_now();

	(void)state;
	assert_int_equal(m.epoch, 0);
	assert_int_equal(m.offsets[0], m.offset);
	assert_in_range(offset_now(&m) + (int64_t)(100 * US), 0, 200 * US);
	/* 0 is no instant: it means "none" in many places */
	assert_true(tw_clock_mono(&m, rte_rdtsc()) > SEC);
	/* the same map again is no news */
	assert_false(tw_clock_read(&c, &m, rte_rdtsc()));
}

/*
 * 100 updates under the eyes of two readers that look at different times: time never goes back,
 * both say the same, and it stays with CLOCK_REALTIME.
 */
static void goes_on(void **state)
{
	struct tw_clock_map a = map_now(), b = a, before;
	uint64_t last = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		before = c.map;
		dp_sleep_ms(2);
		update();
		/* both lines meet where the new one begins */
		assert_int_equal(tw_clock_mono(&before, c.map.tsc0), c.map.mono0);
		assert_true((int64_t)(c.map.tsc0 - before.tsc0) > 0);
		for (int k = 0; k < 300; k++) {
			uint64_t tsc = rte_rdtsc(), mono;

			tw_clock_read(&c, &a, tsc);
			if (k % 50 == 49)
				tw_clock_read(&c, &b, tsc);
			tsc = rte_rdtsc();
			mono = tw_clock_mono(&a, tsc);
			assert_true(mono >= last);
			last = mono;
			/* a reader that is 2 ms late with a line that is 100 ppm off: 200 ns */
			assert_in_range(mono - tw_clock_mono(&b, tsc) + US, 0, 2 * US);
		}
		assert_in_range(offset_now(&a) + (int64_t)(100 * US), 0, 200 * US);
	}
	assert_int_equal(c.map.epoch, 0);
	assert_int_equal(c.steps, 0);
}

/* Somebody who comes between publishing and beginning of a map needs one at once. */
static void newcomer(void **state)
{
	struct tw_clock_map m = {0}, old = map_now();

	(void)state;
	update();
	/* it lies ahead: said by its own time, for this machine may stop here until that is past */
	assert_in_range(c.map.tsc0 - c.last_tsc, c.lead, UINT64_MAX / 2);
	assert_true(tw_clock_read(&c, &m, c.map.tsc0 - 1));
	assert_int_equal(m.mult, old.mult);
	assert_int_equal(m.tsc0, old.tsc0);
	/* who has it already gets nothing before its time */
	assert_false(tw_clock_read(&c, &old, c.map.tsc0 - 1));
	assert_true(tw_clock_read(&c, &m, c.map.tsc0));
	assert_int_equal(m.tsc0, c.map.tsc0);
	assert_true(m.tsc0 != old.tsc0);
	/* a map behind the times is replaced by the one that holds, not by the one to come */
	update();
	m = c.map;
	update();
	assert_true(tw_clock_read(&c, &old, c.map.tsc0 - 1));
	assert_int_equal(old.tsc0, m.tsc0);
}

/* A worker never waits for a publisher that was interrupted. */
static void publisher_interrupted(void **state)
{
	struct tw_clock_map m = map_now();

	(void)state;
	update();
	dp_sleep_ms(3);
	atomic_fetch_add(&c.seq, 1);
	assert_false(tw_clock_read(&c, &m, rte_rdtsc()));
	atomic_fetch_add(&c.seq, 1);
	assert_true(tw_clock_read(&c, &m, rte_rdtsc()));
}

static void rate(void **state)
{
	uint64_t tsc, wall, best = UINT64_MAX, t0 = 0, w0 = 0, t1 = 0, w1 = 0;
	double measured, got;

	(void)state;
	for (int end = 0; end < 2; end++) {
		best = UINT64_MAX;
		for (int i = 0; i < 20; i++) {
			uint64_t a = rte_rdtsc_precise(), b;

			wall = dp_wall();
			b = rte_rdtsc_precise();
			tsc = a + (b - a) / 2;
			if (b - a < best) {
				best = b - a;
				*(end ? &t1 : &t0) = tsc;
				*(end ? &w1 : &w0) = wall;
			}
		}
		for (int i = 0; !end && i < 25; i++) {
			dp_sleep_ms(100);
			update();
		}
	}
	measured = (double)(w1 - w0) / (double)(t1 - t0) * SEC;
	got = (double)c.base_mult;
	assert_near(got / measured, 1, 1e-6);
}

/* CLOCK_REALTIME jumps: a new epoch, wall time follows, nothing else does. */
static void step(void **state)
{
	struct tw_clock_map m = map_now(), before = m;
	uint64_t tsc;

	(void)state;
	for (int i = 1; i <= 70; i++) {
		int64_t jump = (i % 2 ? 1 : -1) * (int64_t)(i % 3 ? SEC / 1000 : 5000 * SEC);

		/* as if the clock had always been elsewhere */
		c.map.offset -= (uint64_t)jump;
		m.offset -= (uint64_t)jump;
		before = m;
		dp_sleep_ms(2);
		update();
		assert_int_equal(c.map.epoch, i);
		assert_int_equal(c.map.offsets[i % TW_CLOCK_EPOCHS], c.map.offset);
		dp_sleep_ms(2);
		tsc = rte_rdtsc();
		assert_true(tw_clock_read(&c, &m, tsc));
		assert_in_range((int64_t)(m.offset - before.offset) - jump + (int64_t)(200 * US), 0,
			400 * US);
		/* round trips do not notice */
		assert_in_range(
			tw_clock_mono(&m, tsc) - tw_clock_mono(&before, tsc) + US, 0, 2 * US);
		assert_in_range(offset_now(&m) + (int64_t)(100 * US), 0, 200 * US);
	}
	assert_int_equal(c.steps, 70);
	/* earlier offsets are remembered for replies on their way */
	assert_int_equal(m.offsets[69 % TW_CLOCK_EPOCHS], c.map.offsets[5]);
}

/* A small difference is worn off: no epoch, a rate that is a little off, 50 ppm at most. */
static void slew(void **state)
{
	static const int64_t away[] = {300, -300, 20, -20};

	(void)state;
	for (size_t i = 0; i < sizeof(away) / sizeof(away[0]); i++) {
		int64_t was, is;
		double ppm;

		setup(NULL);
		dp_sleep_ms(2);
		c.map.offset += (uint64_t)(away[i] * (int64_t)US);
		update();
		ppm = ((double)c.map.mult / (double)c.base_mult - 1) * 1e6;
		assert_int_equal(c.map.epoch, 0);
		/* ahead: slower. All of it in a second, if that were possible */
		assert_near(ppm, away[i] > 50 ? -50 : away[i] < -50 ? 50 : -away[i], 10);
		assert_true(c.map.error >= 10 * US);
		dp_sleep_ms(3);
		was = offset_now(&c.map);
		for (int k = 0; k < 5; k++) {
			dp_sleep_ms(40);
			update();
		}
		dp_sleep_ms(2);
		is = offset_now(&c.map);
		assert_true((is < 0 ? -is : is) < (was < 0 ? -was : was));
	}
}

static void deadlines(void **state)
{
	struct tw_clock_map m = map_now();

	(void)state;
	for (uint64_t ticks = 0; ticks < 1ULL << 45; ticks = 3 * ticks + 1) {
		uint64_t tsc = m.tsc0 + ticks, mono = tw_clock_mono(&m, tsc);
		uint64_t back = tw_clock_tsc_at(&m, mono);

		assert_in_range(tsc - back, 0, 1);
		assert_true(tw_clock_mono(&m, back) <= mono);
		assert_int_equal(tw_clock_ticks(&m, ticks), mono - m.mono0);
	}
	/* the past is due now, never is far */
	assert_int_equal(tw_clock_tsc_at(&m, 0), m.tsc0);
	assert_true(tw_clock_tsc_at(&m, UINT64_MAX) - m.tsc0 > 1ULL << 62);
}

static void error_estimate(void **state)
{
	struct tw_clock_map m = {.error = 1000, .synchronised = true};

	(void)state;
	assert_int_equal(tw_clock_error_estimate(&m, 0) & 0xc000, 0x8000);
	assert_true(tw_error_estimate_span(tw_clock_error_estimate(&m, 0)).v >= 1000);
	assert_true(tw_error_estimate_span(tw_clock_error_estimate(&m, 5000)).v >= 6000);
	m.synchronised = false;
	m.error = 0;
	assert_int_equal(tw_clock_error_estimate(&m, 0) & 0xc000, 0);
	assert_int_not_equal(tw_clock_error_estimate(&m, 0) & 0xff, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(first_map, setup),
		cmocka_unit_test_setup(goes_on, setup),
		cmocka_unit_test_setup(newcomer, setup),
		cmocka_unit_test_setup(publisher_interrupted, setup),
		cmocka_unit_test_setup(rate, setup),
		cmocka_unit_test_setup(step, setup),
		cmocka_unit_test_setup(slew, setup),
		cmocka_unit_test_setup(deadlines, setup),
		cmocka_unit_test_setup(error_estimate, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

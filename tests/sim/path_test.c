/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* The model itself: what it is told to do to packets is what it does. Bounds are five standard
 * deviations, for any seed. */

#include "path.h"

#include "clock.h"
#include "event.h"
#include "tw_test.h"

#include <math.h>

#define N 100000
#define SEC (1ULL << 32)

static uint64_t seed;

/* Mean and variance of the delay in us, share of lost packets. */
struct seen {
	double mean;
	double variance;
	double lost;
	double min;
	double max;
};

static struct seen watch(const struct sim_path_config *cfg)
{
	struct seen s = {.min = 1e9};
	struct sim_path p;
	double sum = 0, sumsq = 0;
	unsigned int arrived = 0;

	sim_path_init(&p, cfg, seed, 1);
	for (uint64_t i = 0; i < N; i++) {
		uint64_t at[SIM_MAX_COPIES], now = i * sim_us(10);
		double us;

		if (sim_path_send(&p, now, at) == 0)
			continue;
		us = (double)(at[0] - now) / (double)SEC * 1e6;
		arrived++;
		sum += us;
		sumsq += us * us;
		s.min = us < s.min ? us : s.min;
		s.max = us > s.max ? us : s.max;
	}
	assert_int_equal(p.offered, N);
	assert_int_equal(p.copies_lost, N - arrived);
	s.mean = sum / arrived;
	s.variance = sumsq / arrived - s.mean * s.mean;
	s.lost = 1 - (double)arrived / N;
	return s;
}

static void constant_delay(void **state)
{
	struct seen s = watch(&(struct sim_path_config){.delay = {.base = sim_us(250)}});

	(void)state;
	assert_near(s.min, 250, 0.001);
	assert_near(s.max, 250, 0.001);
	assert_near(s.lost, 0, 0);
}

static void uniform_delay(void **state)
{
	struct seen s = watch(
		&(struct sim_path_config){.delay = {SIM_UNIFORM, sim_us(100), sim_us(120), 0}});

	(void)state;
	/* variance 120^2 / 12 = 1200: sigma of the mean 34.6 / 316 */
	assert_near(s.mean, 160, 5 * 0.11);
	assert_near(s.variance, 1200, 1200 * 0.03);
	assert_true(s.min >= 99.99 && s.max <= 220.01);
}

static void exponential_delay(void **state)
{
	struct seen s = watch(
		&(struct sim_path_config){.delay = {SIM_EXPONENTIAL, sim_us(100), sim_us(50), 0}});

	(void)state;
	assert_near(s.mean, 150, 5 * 50 / 316.0);
	assert_near(s.variance, 2500, 5 * 2500 * 2.83 / 316.0);
	assert_true(s.min >= 99.99);
}

static void bimodal_delay(void **state)
{
	struct seen s = watch(
		&(struct sim_path_config){.delay = {SIM_BIMODAL, sim_us(100), sim_us(1000), 0.1}});

	(void)state;
	/* 100 + 1000 * share: sigma of the share 0.3 / 316 */
	assert_near(s.mean, 200, 5 * 1000 * 0.3 / 316);
	assert_near(s.min, 100, 0.001);
	assert_near(s.max, 1100, 0.001);
}

static void single_loss(void **state)
{
	struct seen s = watch(&(struct sim_path_config){.loss = 0.2});

	(void)state;
	assert_near(s.lost, 0.2, 5 * 0.4 / 316);
}

/* Bad for 20 packets on average, one packet in five: runs of lost packets are that long. */
static void bursty_loss(void **state)
{
	const struct sim_path_config cfg = {.to_bad = 0.0125, .to_good = 0.05, .bad_loss = 1};
	struct sim_path p;
	uint64_t at[SIM_MAX_COPIES], lost = 0, runs = 0;
	bool before = false;

	(void)state;
	sim_path_init(&p, &cfg, seed, 1);
	for (uint64_t i = 0; i < 10 * N; i++) {
		bool now = sim_path_send(&p, i, at) == 0;

		lost += now;
		runs += now && !before;
		before = now;
	}
	/* 10,000 runs of mean 20, geometric: sigma of the mean 0.2 */
	assert_near((double)lost / (double)runs, 20, 1);
	assert_near((double)lost / (10.0 * N), 0.2, 0.02);
}

static void outage(void **state)
{
	const struct sim_path_config cfg = {.outage_from = 100, .outage_to = 200};
	struct sim_path p;
	uint64_t at[SIM_MAX_COPIES];

	(void)state;
	sim_path_init(&p, &cfg, seed, 1);
	for (uint64_t i = 0; i < 300; i++)
		assert_int_equal(sim_path_send(&p, i, at), i >= 100 && i < 200 ? 0 : 1);
}

static void duplication(void **state)
{
	const struct sim_path_config cfg = {
		.delay = {.base = 1000}, .duplicate = 0.3, .duplicate_gap = 7};
	struct sim_path p;
	uint64_t at[SIM_MAX_COPIES], twice = 0;

	(void)state;
	sim_path_init(&p, &cfg, seed, 1);
	for (uint64_t i = 0; i < N; i++) {
		if (sim_path_send(&p, i, at) == 1)
			continue;
		twice++;
		assert_int_equal(at[0], i + 1000);
		assert_int_equal(at[1], i + 1007);
	}
	assert_int_equal(p.duplicated, twice);
	assert_near((double)twice / N, 0.3, 5 * 0.46 / 316);
}

static void reordering_and_its_absence(void **state)
{
	struct sim_path_config cfg = {.delay = {SIM_EXPONENTIAL, 1000, 1000, 0}};
	uint64_t at[SIM_MAX_COPIES], last;
	struct sim_path p;

	(void)state;
	cfg.in_order = true;
	sim_path_init(&p, &cfg, seed, 1);
	last = 0;
	for (uint64_t i = 0; i < N; i++) {
		assert_int_equal(sim_path_send(&p, i * 10, at), 1);
		assert_true(at[0] >= last && at[0] >= i * 10 + 1000);
		last = at[0];
	}
	cfg = (struct sim_path_config){.reorder = 0.01, .reorder_by = 35};
	sim_path_init(&p, &cfg, seed, 1);
	for (uint64_t i = 0, held = 0; i < N; i++) {
		assert_int_equal(sim_path_send(&p, i * 10, at), 1);
		held += at[0] == i * 10 + 35;
		assert_true(at[0] == i * 10 || at[0] == i * 10 + 35);
		assert_int_equal(held, p.held_back);
	}
	assert_near((double)p.held_back / N, 0.01, 5 * 0.1 / 316);
}

static void a_seed_repeats_and_numbers_differ(void **state)
{
	const struct sim_path_config cfg = {.delay = {SIM_UNIFORM, 0, SEC, 0}, .loss = 0.5};
	struct sim_path p[3];
	int same = 0;

	(void)state;
	for (uint64_t i = 0; i < 3; i++)
		sim_path_init(&p[i], &cfg, seed, i / 2);
	for (int i = 0; i < 1000; i++) {
		uint64_t a[SIM_MAX_COPIES] = {0}, b[SIM_MAX_COPIES] = {0}, c[SIM_MAX_COPIES] = {0};

		assert_int_equal(sim_path_send(&p[0], 0, a), sim_path_send(&p[1], 0, b));
		sim_path_send(&p[2], 0, c);
		assert_int_equal(a[0], b[0]);
		same += a[0] && a[0] == c[0];
	}
	assert_in_range(same, 0, 2);
}

static void events_come_in_order(void **state)
{
	struct sim_events q = {0};
	struct sim_event e, last = {0};
	struct tw_rand r;

	(void)state;
	tw_rand_init(&r, seed);
	for (uint32_t i = 0; i < 5000; i++)
		sim_events_add(&q, tw_rand_below(&r, 500), 3, i, NULL);
	for (uint32_t i = 0; i < 5000; i++) {
		assert_true(sim_events_next(&q, &e));
		assert_int_equal(e.kind, 3);
		assert_true(e.at > last.at || (e.at == last.at && (i == 0 || e.id > last.id)));
		last = e;
	}
	assert_false(sim_events_next(&q, &e));
	sim_events_fini(&q);
}

static void clocks(void **state)
{
	struct sim_clock c = {.offset = tw_ns_to_span(tw_ns(-5000000)), .drift_ppb = 50000};
	const uint64_t minute = 60 * SEC;

	(void)state;
	sim_clock_step(&c, minute, tw_ns_to_span(tw_ns(1000000)));
	/* 50 ppm over a minute is 3 ms */
	assert_int_equal(sim_clock_mono(&c, minute), minute + SEC * 3 / 1000);
	assert_int_equal(sim_clock_wall(&c, 0).v, SIM_EPOCH + (uint64_t)c.offset.v);
	/* an instant before the step -5 + 3, then -5 + 3 + 1 */
	assert_in_range(tw_span_to_ns(tw_ntp_sub(sim_clock_wall(&c, minute - 1),
					      (struct tw_ntp){SIM_EPOCH + minute - 1}))
					.v +
				2000001,
		0, 2);
	assert_in_range(tw_span_to_ns(tw_ntp_sub(sim_clock_wall(&c, minute),
					      (struct tw_ntp){SIM_EPOCH + minute}))
					.v +
				1000001,
		0, 2);
	for (uint64_t t = 0; t < 10 * minute; t += 12345678901) {
		uint64_t back = sim_clock_true(&c, sim_clock_mono(&c, t));

		assert_in_range(back + 2 - t, 0, 4);
	}
	c.drift_ppb = -50000;
	assert_in_range(sim_clock_true(&c, sim_clock_mono(&c, minute)) + 2 - minute, 0, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(constant_delay),
		cmocka_unit_test(uniform_delay),
		cmocka_unit_test(exponential_delay),
		cmocka_unit_test(bimodal_delay),
		cmocka_unit_test(single_loss),
		cmocka_unit_test(bursty_loss),
		cmocka_unit_test(outage),
		cmocka_unit_test(duplication),
		cmocka_unit_test(reordering_and_its_absence),
		cmocka_unit_test(a_seed_repeats_and_numbers_differ),
		cmocka_unit_test(events_come_in_order),
		cmocka_unit_test(clocks),
	};

	seed = sim_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

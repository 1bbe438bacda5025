/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_pace.h"
#include "tw_test.h"

#include <errno.h>

#define SEC (1ULL << 32)
#define START 0x123456789abcULL

static struct tw_pace p;

/* n / rate seconds in 2^-32 s, rounded down. */
static uint64_t exact(uint64_t n, uint64_t num, uint64_t den)
{
	return (uint64_t)(((tw_u128)n * den << 32) / num);
}

static const struct {
	uint64_t num;
	uint64_t den;
} rates[] = {
	{3, 1},
	{999983, 1},
	{14880952, 1},
	{1, 1},
	{1000000, 1},
	{148809523, 1},
	{1, 3},
	{100000000000, 672},
	{4000000000, 1},
	{1000000, 999999},
};
#define N_RATES (sizeof(rates) / sizeof(rates[0]))

static void begin(uint64_t num, uint64_t den, uint32_t burst)
{
	assert_int_equal(tw_pace_init(&p, TW_PACE_PERIODIC, num, den, burst, 1), 0);
	tw_pace_start(&p, START);
}

static void every_instant_is_the_rational_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_RATES; i++) {
		begin(rates[i].num, rates[i].den, 1);
		for (uint64_t n = 0; n < 100000; n++) {
			assert_int_equal(
				tw_pace_due(&p) - START, exact(n, rates[i].num, rates[i].den));
			tw_pace_advance(&p);
		}
	}
}

/* In strides of a prime, so that one-by-one and many-at-a-time are mixed. */
static void after_a_thousand_million_packets(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_RATES; i++) {
		uint64_t n = 0;

		begin(rates[i].num, rates[i].den, 1);
		while (n < 1000000000) {
			n += tw_pace_take(&p, UINT64_MAX - 1, 999983);
			tw_pace_advance(&p);
			n++;
		}
		assert_int_equal(tw_pace_due(&p) - START, exact(n, rates[i].num, rates[i].den));
	}
}

static void take_counts_what_is_due(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_RATES; i++) {
		const uint64_t num = rates[i].num, den = rates[i].den;
		struct tw_rand r;
		uint64_t n = 0, now = START;

		tw_rand_init(&r, 7);
		begin(num, den, 1);
		for (int k = 0; k < 2000; k++) {
			uint64_t due = tw_pace_due(&p);
			uint32_t max = (uint32_t)tw_rand_below(&r, 70), got, want = 0;

			/* at the instant, just before it, or some steps later */
			now = due + exact(tw_rand_below(&r, 80), num, den) - tw_rand_below(&r, 2);
			while (want < max && START + exact(n + want, num, den) <= now)
				want++;
			got = tw_pace_take(&p, now, max);
			assert_int_equal(got, want);
			n += got;
			assert_int_equal(tw_pace_due(&p), START + exact(n, num, den));
		}
	}
}

static void bursts_keep_the_rate(void **state)
{
	(void)state;
	begin(999983, 1, 8);
	for (uint64_t n = 0; n < 100000; n++) {
		assert_int_equal(tw_pace_due(&p) - START, exact(n / 8 * 8, 999983, 1));
		tw_pace_advance(&p);
	}
	begin(1000, 1, 4);
	assert_int_equal(tw_pace_take(&p, START, 3), 3);
	assert_int_equal(tw_pace_take(&p, START, 3), 1);
	assert_int_equal(tw_pace_take(&p, START, 3), 0);
	assert_int_equal(tw_pace_take(&p, START + SEC, 100), 100);
}

static void interval_is_a_rate(void **state)
{
	(void)state;
	assert_int_equal(tw_pace_init_interval(&p, TW_PACE_PERIODIC, tw_ns(100000000), 1, 1), 0);
	tw_pace_start(&p, START);
	for (int n = 0; n < 25; n++)
		tw_pace_advance(&p);
	assert_int_equal(tw_pace_due(&p), START + 2 * SEC + SEC / 2);
}

/* 10 Gbit/s, frames of 84 and 1538 octets on the wire: 67.2 ns and 1230.4 ns. */
static void bit_rate_counts_octets(void **state)
{
	uint64_t bits = 0;

	(void)state;
	assert_int_equal(tw_pace_init_bits(&p, TW_PACE_PERIODIC, 10000000000, 1, 1), 0);
	tw_pace_start(&p, START);
	for (int n = 0; n < 1000000; n++) {
		uint32_t octets = n & 1 ? 1538 : 84;

		assert_int_equal(tw_pace_due(&p) - START, exact(bits, 10000000000, 1));
		tw_pace_advance_octets(&p, octets);
		bits += 8 * octets;
	}
	/* in bursts of 4: each after the octets of the one before */
	assert_int_equal(tw_pace_init_bits(&p, TW_PACE_PERIODIC, 400000000000, 4, 1), 0);
	tw_pace_start(&p, START);
	for (uint32_t n = 0; n < 1000; n++) {
		assert_int_equal(
			tw_pace_due(&p) - START, exact(n / 4 * 4 * 84 * 8, 400000000000, 1));
		tw_pace_advance_octets(&p, 84);
	}
}

/* 1 Gbit/s of 1250 octets: 10 us on average; 100,000 gaps, sigma of their mean 1/316. */
static void poisson_bit_rate(void **state)
{
	(void)state;
	assert_int_equal(tw_pace_init_bits(&p, TW_PACE_POISSON, 1000000000, 1, 42), 0);
	tw_pace_start(&p, START);
	for (int n = 0; n < 100000; n++)
		tw_pace_advance_octets(&p, 1250);
	assert_near((double)(tw_pace_due(&p) - START) / (double)SEC, 1, 5 / 316.0);
}

static void list_ends_or_repeats(void **state)
{
	static const uint64_t at[] = {0, 5, 5, 100};
	static const uint64_t falling[] = {0, 5, 4};

	(void)state;
	assert_int_equal(tw_pace_init_list(&p, at, 4, 0), 0);
	tw_pace_start(&p, START);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(tw_pace_due(&p), START + at[i]);
		tw_pace_advance(&p);
	}
	assert_true(tw_pace_due(&p) == TW_PACE_NEVER);
	tw_pace_advance(&p);
	assert_true(tw_pace_due(&p) == TW_PACE_NEVER);
	assert_int_equal(tw_pace_take(&p, START + SEC, 10), 0);
	assert_int_equal(tw_pace_init_list(&p, at, 4, 150), 0);
	tw_pace_start(&p, START);
	assert_int_equal(tw_pace_take(&p, START + 149, 10), 4);
	assert_int_equal(tw_pace_due(&p), START + 150);
	assert_int_equal(tw_pace_skip(&p, START + 300), 4);
	assert_int_equal(tw_pace_due(&p), START + 300);
	tw_pace_advance(&p);
	assert_int_equal(tw_pace_due(&p), START + 305);
	assert_int_equal(tw_pace_init_list(&p, falling, 3, 0), -EINVAL);
	assert_int_equal(tw_pace_init_list(&p, at, 4, 99), -EINVAL);
	assert_int_equal(tw_pace_init_list(&p, at, 0, 0), -EINVAL);
}

static void max_is_always_due(void **state)
{
	(void)state;
	tw_pace_init_max(&p);
	tw_pace_start(&p, START);
	assert_int_equal(tw_pace_due(&p), 0);
	assert_int_equal(tw_pace_take(&p, START, 77), 77);
	tw_pace_advance(&p);
	assert_int_equal(tw_pace_due(&p), 0);
	assert_int_equal(tw_pace_catch_up(&p, START + SEC, 1), 0);
}

/* Gaps of mean 1 us: mean and variance of an exponential distribution, each within 5 sigma for
 * 400,000 gaps (sigma of the mean 1/632; of the variance sqrt(8)/632). */
static void poisson_gaps_are_exponential(void **state)
{
	const int n = 400000;
	double sum = 0, sumsq = 0;
	uint64_t last = START;
	int above = 0;

	(void)state;
	assert_int_equal(tw_pace_init(&p, TW_PACE_POISSON, 1000000, 1, 1, 42), 0);
	tw_pace_start(&p, START);
	for (int i = 0; i < n; i++) {
		double gap = (double)(tw_pace_due(&p) - last) * 1e6 / (double)SEC;

		last = tw_pace_due(&p);
		sum += gap;
		sumsq += gap * gap;
		above += gap > 1;
		tw_pace_advance(&p);
	}
	assert_near(sum / n, 1, 5 / 632.0);
	assert_near(sumsq / n - sum / n * sum / n, 1, 5 * 2.83 / 632.0);
	assert_near((double)above / n, 0.367879, 5 * 0.48 / 632.0);
}

static void poisson_repeats_with_its_seed(void **state)
{
	uint64_t first;

	(void)state;
	assert_int_equal(tw_pace_init(&p, TW_PACE_POISSON, 100, 1, 1, 42), 0);
	tw_pace_start(&p, START);
	first = tw_pace_due(&p);
	assert_int_equal(tw_pace_init(&p, TW_PACE_POISSON, 100, 1, 1, 42), 0);
	tw_pace_start(&p, START);
	assert_int_equal(tw_pace_due(&p), first);
	assert_int_equal(tw_pace_init(&p, TW_PACE_POISSON, 100, 1, 1, 43), 0);
	tw_pace_start(&p, START);
	assert_int_not_equal(tw_pace_due(&p), first);
}

/* Three in a burst: a gap after each third packet only, three times as long. */
static void poisson_bursts(void **state)
{
	uint64_t last = START;
	double sum = 0;

	(void)state;
	assert_int_equal(tw_pace_init(&p, TW_PACE_POISSON, 1000, 1, 3, 42), 0);
	tw_pace_start(&p, START);
	for (int i = 0; i < 90000; i++) {
		if (i % 3)
			assert_int_equal(tw_pace_due(&p), last);
		sum += (double)(tw_pace_due(&p) - last);
		last = tw_pace_due(&p);
		tw_pace_advance(&p);
	}
	/* 30,000 gaps: sigma of the mean 1/173 */
	assert_near(sum / 90000 / (double)SEC * 1000, 1, 5 / 173.0);
}

static void skip_stays_on_the_schedule(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_RATES; i++) {
		const uint64_t num = rates[i].num, den = rates[i].den;
		uint64_t now = START + exact(12345, num, den), gone = 1;

		begin(num, den, 1);
		tw_pace_advance(&p);
		assert_int_equal(tw_pace_skip(&p, START), 0);
		assert_int_equal(tw_pace_skip(&p, now), 12344);
		assert_int_equal(tw_pace_due(&p), now);
		/* a unit later what was due now is gone too, which may be more than one packet */
		while (START + exact(12345 + gone, num, den) < now + 1)
			gone++;
		assert_int_equal(tw_pace_skip(&p, now + 1), gone);
		assert_int_equal(tw_pace_due(&p), START + exact(12345 + gone, num, den));
	}
}

static void skip_counts_bursts(void **state)
{
	(void)state;
	begin(1000, 1, 4);
	tw_pace_advance(&p);
	/* 3 of the first burst, 4 of each at 4 and 8 ms; the one at 12 ms is due now */
	assert_int_equal(tw_pace_skip(&p, START + exact(12, 1000, 1)), 11);
	assert_int_equal(tw_pace_due(&p), START + exact(12, 1000, 1));
	assert_int_equal(tw_pace_take(&p, START + exact(12, 1000, 1), 100), 4);
}

static void catch_up_leaves_what_is_within_the_horizon(void **state)
{
	(void)state;
	begin(1000, 1, 1);
	assert_int_equal(tw_pace_catch_up(&p, START + SEC, SEC), 0);
	assert_int_equal(tw_pace_due(&p), START);
	assert_int_equal(tw_pace_catch_up(&p, START + SEC + 1, SEC), 1001);
	assert_int_equal(tw_pace_due(&p), START + exact(1001, 1000, 1));
	assert_int_equal(tw_pace_catch_up(&p, START, 0), 0);
}

/* A day asleep at a million a second: at once, with the number that was to be expected. */
static void poisson_skip_of_a_day(void **state)
{
	uint64_t day = START + 86400 * SEC, n;

	(void)state;
	assert_int_equal(tw_pace_init(&p, TW_PACE_POISSON, 1000000, 1, 1, 42), 0);
	tw_pace_start(&p, START);
	n = tw_pace_skip(&p, day);
	assert_in_range(n, 86399999900, 86400000000);
	assert_in_range(tw_pace_due(&p), day + 1, day + SEC / 1000);
	n = tw_pace_skip(&p, day + SEC / 100);
	assert_in_range(n, 9500, 10500);
	assert_in_range(tw_pace_due(&p), day + SEC / 100, day + SEC / 100 + SEC / 1000);
}

static void stagger_spreads_streams(void **state)
{
	(void)state;
	begin(10, 1, 1);
	tw_pace_stagger(&p, 3, 4);
	assert_in_range(tw_pace_due(&p), START + SEC * 3 / 40 - 1, START + SEC * 3 / 40);
}

static void what_cannot_be_kept_is_refused(void **state)
{
	(void)state;
	assert_int_equal(tw_pace_init(&p, TW_PACE_PERIODIC, 0, 1, 1, 1), -EINVAL);
	assert_int_equal(tw_pace_init(&p, TW_PACE_PERIODIC, 1, 0, 1, 1), -EINVAL);
	assert_int_equal(tw_pace_init(&p, TW_PACE_PERIODIC, 1, 1, 0, 1), -EINVAL);
	assert_int_equal(tw_pace_init(&p, TW_PACE_MAX, 1, 1, 1, 1), -EINVAL);
	assert_int_equal(tw_pace_init(&p, TW_PACE_PERIODIC, SEC + 1, 1, 1, 1), -ERANGE);
	assert_int_equal(tw_pace_init(&p, TW_PACE_PERIODIC, SEC, 1, 1, 1), 0);
	assert_int_equal(tw_pace_init(&p, TW_PACE_PERIODIC, 1, 1 << 24, 1, 1), -ERANGE);
	assert_int_equal(tw_pace_init(&p, TW_PACE_PERIODIC, 1, (1 << 24) - 1, 1, 1), 0);
	assert_int_equal(tw_pace_init(&p, TW_PACE_PERIODIC, 1, UINT64_MAX, UINT32_MAX, 1), -ERANGE);
	assert_int_equal(tw_pace_init_interval(&p, TW_PACE_PERIODIC, tw_ns(0), 1, 1), -EINVAL);
	assert_int_equal(tw_pace_init_bits(&p, TW_PACE_PERIODIC, 0, 1, 1), -EINVAL);
}

/* RFC 4656 section 3.6: each gap in its turn, then the first one again. */
static void gaps_in_turn(void **state)
{
	static const struct tw_pace_gap gaps[] = {{SEC, false}, {0, false}, {SEC / 4, false}};
	static const uint64_t due[] = {4, 4, 5, 9, 9, 10, 14, 14, 15}; /* quarters */

	(void)state;
	assert_int_equal(tw_pace_init_gaps(&p, gaps, 3, 1), 0);
	for (int again = 0; again < 2; again++) {
		tw_pace_start(&p, START);
		for (size_t i = 0; i < sizeof(due) / sizeof(due[0]); i++) {
			assert_int_equal(tw_pace_due(&p), START + due[i] * SEC / 4);
			tw_pace_advance(&p);
		}
	}
}

/* `1e,0f`: pairs, a second apart on average, never the same distance. */
static void gaps_of_both_kinds(void **state)
{
	static const struct tw_pace_gap gaps[] = {{SEC, true}, {0, false}};
	uint64_t last = START, longest = 0, below = 0;
	const uint64_t pairs = 100000;

	(void)state;
	assert_int_equal(tw_pace_init_gaps(&p, gaps, 2, 7), 0);
	tw_pace_start(&p, START);
	for (uint64_t i = 0; i < pairs; i++) {
		uint64_t due = tw_pace_due(&p);

		assert_true(due >= last);
		longest = due - last > longest ? due - last : longest;
		below += due - last < SEC;
		last = due;
		tw_pace_advance(&p);
		assert_int_equal(tw_pace_due(&p), due);
		tw_pace_advance(&p);
	}
	/* mean 1 s, at five deviations; of an exponential distribution 63.2 % are below its mean */
	assert_in_range((last - START) / (SEC / 1000), pairs * 984, pairs * 1016);
	assert_in_range(below, pairs * 62 / 100, pairs * 644 / 1000);
	assert_true(longest > 8 * SEC);
}

static void gaps_are_skipped(void **state)
{
	static const struct tw_pace_gap gaps[] = {{SEC, false}, {0, false}};
	static const struct tw_pace_gap tiny[] = {{1, true}};

	(void)state;
	assert_int_equal(tw_pace_init_gaps(&p, gaps, 2, 1), 0);
	tw_pace_start(&p, START);
	assert_int_equal(tw_pace_skip(&p, START + 10 * SEC), 18);
	assert_int_equal(tw_pace_due(&p), START + 10 * SEC);
	/* a minute of the shortest gaps there are takes no minute to skip */
	assert_int_equal(tw_pace_init_gaps(&p, tiny, 1, 1), 0);
	tw_pace_start(&p, START);
	assert_in_range(tw_pace_skip(&p, START + 60 * SEC), 60 * SEC - 100, 60 * SEC);
	assert_int_equal(tw_pace_due(&p), START + 60 * SEC);
}

static void gaps_that_are_refused(void **state)
{
	static const struct tw_pace_gap zeros[] = {{0, false}, {0, true}};
	static const struct tw_pace_gap huge[] = {{1ULL << 56, false}};

	(void)state;
	assert_int_equal(tw_pace_init_gaps(&p, zeros, 0, 1), -EINVAL);
	assert_int_equal(tw_pace_init_gaps(&p, zeros, 2, 1), -EINVAL);
	assert_int_equal(tw_pace_init_gaps(&p, zeros, TW_PACE_GAPS_MAX + 1, 1), -EINVAL);
	assert_int_equal(tw_pace_init_gaps(&p, huge, 1, 1), -ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_instant_is_the_rational_one),
		cmocka_unit_test(after_a_thousand_million_packets),
		cmocka_unit_test(take_counts_what_is_due),
		cmocka_unit_test(bursts_keep_the_rate),
		cmocka_unit_test(interval_is_a_rate),
		cmocka_unit_test(bit_rate_counts_octets),
		cmocka_unit_test(poisson_bit_rate),
		cmocka_unit_test(list_ends_or_repeats),
		cmocka_unit_test(gaps_in_turn),
		cmocka_unit_test(gaps_of_both_kinds),
		cmocka_unit_test(gaps_are_skipped),
		cmocka_unit_test(gaps_that_are_refused),
		cmocka_unit_test(max_is_always_due),
		cmocka_unit_test(poisson_gaps_are_exponential),
		cmocka_unit_test(poisson_repeats_with_its_seed),
		cmocka_unit_test(poisson_bursts),
		cmocka_unit_test(skip_stays_on_the_schedule),
		cmocka_unit_test(skip_counts_bursts),
		cmocka_unit_test(catch_up_leaves_what_is_within_the_horizon),
		cmocka_unit_test(poisson_skip_of_a_day),
		cmocka_unit_test(stagger_spreads_streams),
		cmocka_unit_test(what_cannot_be_kept_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

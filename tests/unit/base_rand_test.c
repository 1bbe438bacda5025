/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_rand.h"
#include "tw_test.h"

static void same_seed_same_numbers(void **state)
{
	struct tw_rand a, b, c;
	int same = 0;

	(void)state;
	tw_rand_init(&a, 42);
	tw_rand_init(&b, 42);
	tw_rand_init(&c, 43);
	for (int i = 0; i < 1000; i++) {
		uint64_t x = tw_rand_u64(&a);

		assert_true(x == tw_rand_u64(&b));
		same += x == tw_rand_u64(&c);
	}
	assert_int_equal(same, 0);
}

static void uniform_and_exponential_have_their_means(void **state)
{
	struct tw_rand r;
	double sum = 0, esum = 0;

	(void)state;
	tw_rand_init(&r, 1);
	for (int i = 0; i < 1000000; i++) {
		double u = tw_rand_unit(&r);

		assert_true(u >= 0 && u < 1);
		sum += u;
		esum += tw_rand_exp(&r);
	}
	assert_true(sum / 1e6 > 0.499 && sum / 1e6 < 0.501);
	assert_true(esum / 1e6 > 0.995 && esum / 1e6 < 1.005);
}

static void below_stays_below(void **state)
{
	struct tw_rand r;
	int seen[7] = {0};

	(void)state;
	tw_rand_init(&r, 7);
	for (int i = 0; i < 70000; i++)
		seen[tw_rand_below(&r, 7)]++;
	for (int i = 0; i < 7; i++)
		assert_in_range(seen[i], 9500, 10500);
	assert_int_equal(tw_rand_below(&r, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_same_numbers),
		cmocka_unit_test(uniform_and_exponential_have_their_means),
		cmocka_unit_test(below_stays_below),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

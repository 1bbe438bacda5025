/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Batches against values recorded one by one: every way that this CPU can go. */

#include "series_priv.h"
#include "tw_rand.h"
#include "tw_test.h"

#include <math.h>

static struct tw_series one, many;

/* Compare everything; squares may have been added in another order. */
static void assert_same(const char *way)
{
	if (one.m.count != many.m.count || one.m.ref != many.m.ref || one.m.min != many.m.min ||
		one.m.max != many.m.max || one.m.sum != many.m.sum)
		fail_msg("%s: count, reference, extremes or sum differ", way);
	assert_near(many.m.sumsq, one.m.sumsq, 1e-10 * one.m.sumsq);
	for (uint32_t i = 0; i < TW_HIST_BUCKETS; i++)
		if (one.h.bucket[i] != many.h.bucket[i])
			fail_msg("%s: bucket %u holds %llu, not %llu", way, i,
				(unsigned long long)many.h.bucket[i],
				(unsigned long long)one.h.bucket[i]);
}

static void record(const struct tw_series_way *way, const int64_t *v, unsigned int n)
{
	int64_t room[TW_SERIES_BATCH];

	for (unsigned int i = 0; i < TW_SERIES_BATCH; i++)
		room[i] = i < n ? v[i] : 0x5555555555555555;
	way->record(&many, room, n);
	for (unsigned int i = 0; i < n; i++)
		tw_series_record(&one, v[i]);
}

static void each_way(void (*scene)(const struct tw_series_way *))
{
	const struct tw_series_way *w = tw_series_ways;

	for (;; w++) {
		if (w->usable()) {
			memset(&one, 0, sizeof(one));
			memset(&many, 0, sizeof(many));
			scene(w);
			assert_same(w->name);
		}
		if (strcmp(w->name, "plain") == 0)
			break;
	}
}

/* Both sides of every power of two, and of every bucket's lower end, as far as lanes go. */
static void edges_of(const struct tw_series_way *w)
{
	int64_t v[TW_SERIES_BATCH];
	unsigned int n = 0;

	for (uint32_t i = 0; i < TW_HIST_BUCKETS; i++) {
		int64_t low = tw_histogram_low(i);

		if (low <= -(1LL << 49) || low >= 1LL << 49)
			continue;
		v[n++] = low;
		v[n++] = low - 1;
		if (n < TW_SERIES_BATCH)
			continue;
		record(w, v, n);
		n = 0;
	}
	record(w, v, n);
}

static void edges(void **state)
{
	(void)state;
	each_way(edges_of);
}

/* Random lengths and sizes; now and then one that no lane can hold. */
static void random_of(const struct tw_series_way *w)
{
	const char *env = getenv("TW_SEED");
	uint64_t seed = env ? strtoull(env, NULL, 10) : tw_rand_seed();
	struct tw_rand r;

	print_message("TW_SEED=%llu\n", (unsigned long long)seed);
	tw_rand_init(&r, seed);
	for (int round = 0; round < 3000; round++) {
		unsigned int n = (unsigned int)tw_rand_below(&r, TW_SERIES_BATCH + 1);
		unsigned int bits = 1 + (unsigned int)tw_rand_below(&r, 49);
		int64_t v[TW_SERIES_BATCH];

		for (unsigned int i = 0; i < n; i++)
			v[i] = (int64_t)(tw_rand_u64(&r) >> (64 - bits)) - (1LL << (bits - 1));
		if (round % 50 == 49 && n)
			v[tw_rand_below(&r, n)] = (int64_t)tw_rand_u64(&r);
		record(w, v, n);
	}
}

static void random_values(void **state)
{
	(void)state;
	each_way(random_of);
}

/* A clock that is years off: too far for lanes from the first value on. */
static void far_of(const struct tw_series_way *w)
{
	int64_t v[TW_SERIES_BATCH];

	for (int sign = -1; sign <= 1; sign += 2) {
		for (unsigned int i = 0; i < 40; i++)
			v[i] = sign * ((1LL << 58) + (int64_t)i * 12345);
		record(w, v, 40);
	}
	for (unsigned int i = 0; i < 40; i++)
		v[i] = i;
	record(w, v, 40);
	v[0] = INT64_MIN;
	v[39] = INT64_MAX;
	record(w, v, 40);
}

static void far_values(void **state)
{
	(void)state;
	each_way(far_of);
}

/* The one that was chosen, and nothing for nothing. */
static void chosen(void **state)
{
	int64_t v[8] = {5, 4, 3, 2, 1, 0, -1, -2};

	(void)state;
	memset(&many, 0, sizeof(many));
	tw_series_record_batch(&many, v, 0);
	assert_int_equal(many.m.count, 0);
	tw_series_record_batch(&many, v, 7);
	assert_int_equal(many.m.count, 7);
	assert_int_equal((int64_t)many.m.sum, 14);
	assert_int_equal(many.m.min, -1);
	assert_int_equal(many.m.max, 5);
	assert_near(tw_moments_stddev(&many.m), 2, 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edges),
		cmocka_unit_test(random_values),
		cmocka_unit_test(far_values),
		cmocka_unit_test(chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

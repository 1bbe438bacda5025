/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "tx_drops.h"

#include <stdbool.h>

/* What the counters stood at, whether that look ended a turn, and how many of ours were dropped by then. */
struct step {
	uint64_t dropped, sent;
	bool turn;
	uint64_t ours;
};

static void feed(const struct step *s, size_t n)
{
	struct tw_tx_drops d = {.dropped = s->dropped, .sent = s->sent};

	for (size_t i = 1; i < n; i++) {
		(s[i].turn ? tw_tx_drops_turn : tw_tx_drops_see)(&d, s[i].dropped, s[i].sent);
		if (d.ours != s[i].ours)
			fail_msg("step %zu: %llu are ours, not %llu", i, (unsigned long long)d.ours,
				(unsigned long long)s[i].ours);
	}
}

#define FEED(...)                                                                                  \
	do {                                                                                       \
		static const struct step steps[] = {__VA_ARGS__};                                  \
		feed(steps, sizeof(steps) / sizeof(steps[0]));                                     \
	} while (0)

static void test_all_traffic_is_ours(void **state)
{
	(void)state;
	FEED({1000, 0, false, 0}, {1000, 500, false, 0}, {1007, 900, true, 7},
		{1207, 1100, false, 207}, {1207, 1100, true, 207});
	/* each packet that was sent */
	FEED({5, 0, false, 0}, {1005, 1000, false, 1000}, {1005, 1000, true, 1000});
}

static void test_never_more_than_we_sent(void **state)
{
	(void)state;
	FEED({0, 0, false, 0}, {9000, 40, true, 40}, {18000, 41, true, 41}, {19000, 41, false, 41});
	/* also when they are told bit by bit */
	FEED({0, 0, false, 0}, {30, 40, false, 30}, {60, 40, false, 40}, {90, 40, true, 40},
		{120, 40, true, 40});
}

static void test_a_silent_turn_loses_nothing(void **state)
{
	(void)state;
	FEED({0, 0, false, 0}, {0, 1000000, true, 0}, {0, 1000000, true, 0},
		{500, 1000000, true, 0}, {1000, 1000000, true, 0}, {1001, 1000001, true, 1});
}

static void test_dropped_in_the_turn_after(void **state)
{
	(void)state;
	FEED({0, 0, false, 0}, {0, 10, true, 0}, {4, 10, false, 4}, {4, 10, true, 4},
		{8, 10, true, 4});
	/* what was sent in both: twelve, of which five are the older ones */
	FEED({0, 0, false, 0}, {0, 5, true, 0}, {20, 12, true, 12}, {30, 12, true, 12});
	/* the older ones are taken first, what is left may fall in its own next turn */
	FEED({0, 0, false, 0}, {0, 5, true, 0}, {6, 12, true, 6}, {30, 12, true, 12});
}

/* A driver that was loaded again, or whose counters ethtool cleared. */
static void test_counter_is_reset(void **state)
{
	(void)state;
	FEED({1000, 0, false, 0}, {1003, 100, true, 3}, {0, 200, true, 3}, {2, 300, true, 5},
		{2, 400, true, 5});
	FEED({1000, 0, false, 0}, {7, 100, true, 7}, {8, 200, true, 8});
	/* ours as well */
	FEED({0, 500, false, 0}, {0, 600, true, 0}, {50, 10, true, 50}, {200, 10, true, 60});
	/* the highest there is */
	FEED({UINT64_MAX, 0, false, 0}, {0, 100, true, 0}, {1, 100, true, 1});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_traffic_is_ours),
		cmocka_unit_test(test_never_more_than_we_sent),
		cmocka_unit_test(test_a_silent_turn_loses_nothing),
		cmocka_unit_test(test_dropped_in_the_turn_after),
		cmocka_unit_test(test_counter_is_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

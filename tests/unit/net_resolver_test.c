/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_resolver.h"
#include "tw_test.h"

#include <errno.h>

static const struct tw_mac mac_a = {{2, 0, 0, 0, 0, 1}};
static const struct tw_mac mac_b = {{2, 0, 0, 0, 0, 9}};

static struct tw_addr host(unsigned int i)
{
	const uint8_t b[4] = {192, 0, 2, (uint8_t)i};

	return tw_addr_v4(b);
}

static struct tw_ns sec(int64_t s)
{
	return tw_ns(s * TW_NS_PER_SEC);
}

static struct tw_neighbour_news news(unsigned int i, const struct tw_mac *m, bool override)
{
	return (struct tw_neighbour_news){true, override, host(i), *m};
}

/* What is asked at @now: 'b' everybody, 'u' the known host, '-' nothing. */
static char asked(struct tw_resolver *r, struct tw_ns now)
{
	struct tw_resolver_question q, more;

	if (!tw_resolver_poll(r, now, &q))
		return '-';
	assert_false(tw_resolver_poll(r, now, &more));
	return q.unicast ? 'u' : 'b';
}

static void asks_until_answered(void **state)
{
	struct tw_resolver r;
	struct tw_addr a = host(1);
	struct tw_neighbour_news n = news(1, &mac_a, true);
	struct tw_mac m = mac_b;

	(void)state;
	tw_resolver_init(&r, &TW_RESOLVER_TIMING);
	assert_int_equal(tw_resolver_next(&r).v, INT64_MAX);
	assert_int_equal(asked(&r, sec(5)), '-');
	assert_int_equal(tw_resolver_lookup(&r, &a, sec(10), &m), -EAGAIN);
	assert_int_equal(tw_resolver_next(&r).v, sec(10).v);
	assert_int_equal(asked(&r, sec(10)), 'b');
	assert_int_equal(tw_resolver_next(&r).v, sec(11).v);
	assert_int_equal(asked(&r, tw_ns(sec(11).v - 1)), '-');
	assert_int_equal(asked(&r, sec(11)), 'b');
	assert_true(tw_mac_equal(&m, &mac_b)); /* untouched so far */
	assert_true(tw_resolver_learn(&r, &n, sec(12)));
	assert_int_equal(tw_resolver_lookup(&r, &a, sec(12), &m), 0);
	assert_true(tw_mac_equal(&m, &mac_a));
	assert_int_equal(tw_resolver_next(&r).v, sec(42).v);
	assert_false(tw_resolver_learn(&r, &n, sec(20))); /* the same again */
	assert_int_equal(tw_resolver_next(&r).v, sec(50).v);
}

static void silent_hosts_are_asked_more_slowly(void **state)
{
	struct tw_resolver r;
	struct tw_addr a = host(1);
	struct tw_neighbour_news n = news(1, &mac_a, false);
	struct tw_mac m;

	(void)state;
	tw_resolver_init(&r, &TW_RESOLVER_TIMING);
	tw_resolver_lookup(&r, &a, sec(0), &m);
	for (int s = 0; s < 3; s++) {
		assert_int_equal(asked(&r, sec(s)), 'b');
		assert_int_equal(tw_resolver_lookup(&r, &a, sec(s), &m), -EAGAIN);
	}
	assert_int_equal(asked(&r, sec(3)), 'b');
	assert_int_equal(tw_resolver_lookup(&r, &a, sec(3), &m), -EHOSTUNREACH);
	assert_int_equal(asked(&r, sec(32)), '-');
	assert_int_equal(asked(&r, sec(33)), 'b');
	assert_int_equal(tw_resolver_lookup(&r, &a, sec(33), &m), -EHOSTUNREACH);
	assert_true(tw_resolver_learn(&r, &n, sec(34))); /* nothing to override */
	assert_int_equal(tw_resolver_lookup(&r, &a, sec(34), &m), 0);
	/* no longer silent: asked again every second, until the MAC is 300 s old */
	for (int s = 64; s < 67; s++)
		assert_int_equal(asked(&r, sec(s)), 'u');
	assert_int_equal(asked(&r, sec(67)), 'b');
	assert_int_equal(asked(&r, sec(333)), 'b');
	assert_int_equal(tw_resolver_lookup(&r, &a, sec(333), &m), 0);
	assert_int_equal(asked(&r, sec(334)), 'b');
	assert_int_equal(tw_resolver_lookup(&r, &a, sec(334), &m), -EHOSTUNREACH);
}

static void known_host_stays_in_use_while_it_is_asked_again(void **state)
{
	struct tw_resolver r;
	struct tw_addr a = host(1);
	struct tw_neighbour_news n = news(1, &mac_a, true);
	struct tw_mac m;
	int64_t s;

	(void)state;
	tw_resolver_init(&r, &TW_RESOLVER_TIMING);
	tw_resolver_lookup(&r, &a, sec(0), &m);
	assert_int_equal(asked(&r, sec(0)), 'b');
	tw_resolver_learn(&r, &n, sec(0));
	assert_int_equal(asked(&r, sec(29)), '-');
	for (s = 30; s < 33; s++)
		assert_int_equal(asked(&r, sec(s)), 'u');
	for (; s < 300; s++) {
		assert_int_equal(asked(&r, sec(s)), 'b');
		assert_int_equal(tw_resolver_lookup(&r, &a, sec(s), &m), 0);
	}
	assert_int_equal(asked(&r, sec(300)), 'b');
	assert_int_equal(tw_resolver_lookup(&r, &a, sec(300), &m), -EHOSTUNREACH);
	assert_int_equal(asked(&r, sec(301)), '-');
	tw_resolver_confirm(&r, &a, sec(302)); /* traffic cannot tell a forgotten MAC */
	assert_int_equal(tw_resolver_lookup(&r, &a, sec(302), &m), -EHOSTUNREACH);
}

static void traffic_confirms(void **state)
{
	struct tw_resolver r;
	struct tw_addr a = host(1), b = host(2);
	struct tw_neighbour_news n = news(1, &mac_a, true);
	struct tw_mac m;

	(void)state;
	tw_resolver_init(&r, &TW_RESOLVER_TIMING);
	tw_resolver_lookup(&r, &a, sec(0), &m);
	tw_resolver_learn(&r, &n, sec(0));
	assert_int_equal(asked(&r, sec(30)), 'u');
	tw_resolver_confirm(&r, &a, sec(31));
	tw_resolver_confirm(&r, &b, sec(31));
	assert_int_equal(asked(&r, sec(60)), '-');
	assert_int_equal(asked(&r, sec(61)), 'u');
}

static void only_override_replaces(void **state)
{
	struct tw_resolver r;
	struct tw_addr a = host(1);
	struct tw_neighbour_news first = news(1, &mac_a, false), other = news(1, &mac_b, false);
	struct tw_mac m;

	(void)state;
	tw_resolver_init(&r, &TW_RESOLVER_TIMING);
	tw_resolver_lookup(&r, &a, sec(0), &m);
	assert_true(tw_resolver_learn(&r, &first, sec(1)));
	assert_false(tw_resolver_learn(&r, &other, sec(2)));
	tw_resolver_lookup(&r, &a, sec(2), &m);
	assert_true(tw_mac_equal(&m, &mac_a));
	assert_int_equal(tw_resolver_next(&r).v, sec(31).v);
	other.override = true;
	assert_true(tw_resolver_learn(&r, &other, sec(3)));
	tw_resolver_lookup(&r, &a, sec(3), &m);
	assert_true(tw_mac_equal(&m, &mac_b));
}

/* Nobody outside fills the table; what was not looked up is not kept. */
static void bounded_and_ours(void **state)
{
	struct tw_resolver r;
	struct tw_neighbour_news n, invalid = {.override = true, .addr = host(0), .mac = mac_a};
	struct tw_resolver_question q;
	struct tw_addr a;
	struct tw_mac m;
	unsigned int asked_for = 0;

	(void)state;
	tw_resolver_init(&r, &TW_RESOLVER_TIMING);
	for (unsigned int i = 0; i < 200; i++) {
		n = news(i, &mac_a, true);
		assert_false(tw_resolver_learn(&r, &n, sec(0)));
	}
	assert_int_equal(tw_resolver_next(&r).v, INT64_MAX);
	for (unsigned int i = 0; i < TW_RESOLVER_MAX; i++) {
		a = host(i);
		assert_int_equal(tw_resolver_lookup(&r, &a, sec(1), &m), -EAGAIN);
	}
	assert_false(tw_resolver_learn(&r, &invalid, sec(1)));
	a = host(0);
	assert_int_equal(tw_resolver_lookup(&r, &a, sec(1), &m), -EAGAIN);
	a = host(TW_RESOLVER_MAX);
	assert_int_equal(tw_resolver_lookup(&r, &a, sec(1), &m), -ENOSPC);
	while (tw_resolver_poll(&r, sec(1), &q))
		asked_for++;
	assert_int_equal(asked_for, TW_RESOLVER_MAX);
	a = host(3);
	tw_resolver_forget(&r, &a);
	a = host(TW_RESOLVER_MAX);
	tw_resolver_forget(&r, &a); /* was never there */
	assert_int_equal(tw_resolver_lookup(&r, &a, sec(1), &m), -EAGAIN);
	for (unsigned int i = 0; i < TW_RESOLVER_MAX; i++) {
		n = news(i, &mac_a, true);
		assert_int_equal(tw_resolver_learn(&r, &n, sec(1)), i != 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_until_answered),
		cmocka_unit_test(silent_hosts_are_asked_more_slowly),
		cmocka_unit_test(known_host_stays_in_use_while_it_is_asked_again),
		cmocka_unit_test(traffic_confirms),
		cmocka_unit_test(only_override_replaces),
		cmocka_unit_test(bounded_and_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

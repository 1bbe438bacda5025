/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_limits.h"
#include "tw_rand.h"
#include "tw_test.h"

#include <errno.h>

static struct tw_limits *with(struct tw_limits_config *c, const char *const *spec)
{
	struct tw_limits *l = NULL;
	struct tw_err err = {{0}};

	for (; *spec; spec++)
		if (tw_limits_config_add(c, *spec, &err))
			fail_msg("%s: %s", *spec, err.text);
	assert_int_equal(tw_limits_create(c, &l), 0);
	return l;
}

#define SPECS(...) ((const char *const[]){__VA_ARGS__, NULL})

static int from(struct tw_limits *l, const char *s, struct tw_limit_hold *h)
{
	struct tw_addr a;

	assert_int_equal(tw_addr_parse(s, &a), 0);
	return tw_limits_connect(l, &a, h);
}

static void in_all(void **state)
{
	struct tw_limits_config c;
	struct tw_limits *l;
	struct tw_limit_hold h[3];
	struct tw_limit_hold s[3];

	(void)state;
	tw_limits_config_init(&c);
	c.connections = 2;
	c.sessions = 3;
	c.open_sessions = 2;
	assert_int_equal(tw_limits_create(&c, &l), 0);
	assert_int_equal(from(l, "10.0.0.1", &h[0]), 0);
	assert_int_equal(from(l, "10.0.0.1", &h[1]), 0);
	assert_int_equal(from(l, "10.0.0.1", &h[2]), -EUSERS);
	assert_int_equal(tw_limits_authenticate(l, "probe", &h[1]), 0);

	/* open use leaves room for those who have a key */
	assert_int_equal(tw_limits_session(l, &h[0], &s[0]), 0);
	assert_int_equal(tw_limits_session(l, &h[0], &s[1]), 0);
	assert_int_equal(tw_limits_session(l, &h[0], &s[2]), -EUSERS);
	assert_int_equal(tw_limits_session(l, &h[1], &s[2]), 0);
	assert_int_equal(tw_limits_session(l, &h[1], &s[2]), -EUSERS);
	assert_int_equal(tw_limits_sessions(l), 3);
	tw_limits_session_end(l, &s[0]);
	assert_int_equal(tw_limits_session(l, &h[0], &s[0]), 0);
	tw_limits_disconnect(l, &h[0]);
	assert_int_equal(tw_limits_connections(l), 1);
	assert_int_equal(from(l, "10.0.0.1", &h[0]), 0);
	assert_int_equal(tw_limits_pps(l, &h[0]), TW_LIMIT_NONE);
	tw_limits_destroy(l);
	tw_limits_destroy(NULL);
}

static void by_prefix_as_one_or_each(void **state)
{
	struct tw_limits_config c;
	struct tw_limits *l;
	struct tw_limit_hold h;
	struct tw_limit_hold two;
	struct tw_limit_hold s[4];

	(void)state;
	tw_limits_config_init(&c);
	/* the first that fits counts */
	l = with(&c, SPECS("10.9.0.0/16:connections=1", "10.0.0.0/8:sessions=3,pps=50,each=24",
			     "2001:db8::/32:connections=2,each=64"));
	assert_int_equal(from(l, "10.9.1.1", &h), 0);
	assert_int_equal(from(l, "10.9.200.1", &two), -EUSERS); /* all of the /16 is one */
	tw_limits_disconnect(l, &h);
	assert_int_equal(from(l, "10.9.200.1", &h), 0);
	assert_int_equal(tw_limits_pps(l, &h), TW_LIMIT_NONE);

	assert_int_equal(from(l, "10.1.1.1", &h), 0);
	assert_int_equal(from(l, "10.1.1.200", &two), 0);
	assert_int_equal(tw_limits_pps(l, &h), 50);
	assert_int_equal(tw_limits_session(l, &h, &s[0]), 0);
	assert_int_equal(tw_limits_session(l, &two, &s[1]), 0);
	assert_int_equal(tw_limits_session(l, &h, &s[2]), 0);
	assert_int_equal(tw_limits_session(l, &two, &s[3]), -EUSERS);
	/* sessions outlive their connection and still count */
	tw_limits_disconnect(l, &h);
	assert_int_equal(tw_limits_session(l, &two, &s[3]), -EUSERS);
	tw_limits_session_end(l, &s[0]);
	assert_int_equal(tw_limits_session(l, &two, &s[3]), 0);
	assert_int_equal(from(l, "10.1.2.1", &h), 0); /* another /24 */
	assert_int_equal(tw_limits_session(l, &h, &s[0]), 0);

	assert_int_equal(from(l, "2001:db8::1", &h), 0);
	assert_int_equal(from(l, "2001:db8::2", &h), 0);
	assert_int_equal(from(l, "2001:db8::3", &h), -EUSERS);
	assert_int_equal(from(l, "2001:db8:0:1::3", &h), 0);
	assert_int_equal(from(l, "192.0.2.1", &h), 0); /* no rule */
	tw_limits_destroy(l);
}

static void by_user(void **state)
{
	struct tw_limits_config c;
	struct tw_limits *l;
	struct tw_limit_hold h[4];
	struct tw_limit_hold s[2];

	(void)state;
	tw_limits_config_init(&c);
	l = with(&c, SPECS("user:probe-1:connections=1,sessions=1,pps=7", "user:*:connections=2",
			     "connections=3,pps=9"));
	for (int i = 0; i < 3; i++)
		assert_int_equal(from(l, "10.0.0.1", &h[i]), 0);
	assert_int_equal(from(l, "10.0.0.1", &h[3]), -EUSERS);
	assert_int_equal(from(l, "2001:db8::1", &h[3]), 0);
	assert_int_equal(tw_limits_authenticate(l, "probe-1", &h[0]), 0);
	assert_int_equal(tw_limits_authenticate(l, "probe-1", &h[1]), -EUSERS);
	assert_int_equal(tw_limits_authenticate(l, "b", &h[1]), 0);
	assert_int_equal(tw_limits_authenticate(l, "b", &h[2]), 0);
	assert_int_equal(tw_limits_authenticate(l, "b", &h[3]), -EUSERS);
	assert_int_equal(tw_limits_authenticate(l, "c", &h[3]), 0);
	assert_int_equal(tw_limits_pps(l, &h[0]), 7); /* the smaller of prefix and user */
	assert_int_equal(tw_limits_pps(l, &h[1]), 9);
	assert_int_equal(tw_limits_session(l, &h[0], &s[0]), 0);
	assert_int_equal(tw_limits_session(l, &h[0], &s[1]), -EUSERS);
	tw_limits_disconnect(l, &h[0]);
	assert_int_equal(from(l, "10.0.0.1", &h[0]), 0);
	assert_int_equal(tw_limits_authenticate(l, "probe-1", &h[0]), 0);
	assert_int_equal(tw_limits_session(l, &h[0], &s[1]), -EUSERS); /* the old one lives */
	tw_limits_destroy(l);
}

/* Random coming and going against plain counts; at the end everything can be had again. */
static void nothing_leaks(void **state)
{
	struct tw_limits_config c;
	struct tw_limits *l;
	struct tw_limit_hold conn[64];
	struct tw_limit_hold sess[64];
	uint8_t who[64];
	bool up[64] = {false};
	bool on[64] = {false};
	unsigned int per[8] = {0};
	unsigned int total = 0;
	struct tw_rand r;

	(void)state;
	tw_limits_config_init(&c);
	c.connections = 40;
	c.sessions = 64;
	c.open_sessions = 64;
	l = with(&c, SPECS("10.0.0.0/8:connections=7,each=32", "user:*:sessions=60"));
	tw_rand_init(&r, 99);
	for (int step = 0; step < 200000; step++) {
		unsigned int i = (unsigned int)tw_rand_below(&r, 64);

		if (tw_rand_below(&r, 3) == 0 && up[i]) {
			if (on[i])
				tw_limits_session_end(l, &sess[i]);
			on[i] = !on[i] && tw_limits_session(l, &conn[i], &sess[i]) == 0;
		} else if (up[i]) {
			tw_limits_disconnect(l, &conn[i]);
			up[i] = false;
			per[who[i]]--;
			total--;
		} else if (!on[i]) {
			char ip[16] = "10.0.0.x";
			int e;

			who[i] = (uint8_t)tw_rand_below(&r, 8);
			ip[7] = (char)('0' + who[i]);
			e = from(l, ip, &conn[i]);
			assert_int_equal(e, total >= 40 || per[who[i]] >= 7 ? -EUSERS : 0);
			if (e)
				continue;
			up[i] = true;
			per[who[i]]++;
			total++;
			if (tw_rand_below(&r, 2))
				assert_int_equal(tw_limits_authenticate(l, "u", &conn[i]), 0);
		}
		assert_int_equal(tw_limits_connections(l), total);
	}
	for (int i = 0; i < 64; i++) {
		if (up[i])
			tw_limits_disconnect(l, &conn[i]);
		if (on[i])
			tw_limits_session_end(l, &sess[i]);
	}
	assert_int_equal(tw_limits_connections(l), 0);
	assert_int_equal(tw_limits_sessions(l), 0);
	/* more customers than there is room for, one after the other */
	for (int i = 0; i < 1000; i++) {
		char ip[16];

		snprintf(ip, sizeof(ip), "10.1.%d.%d", i / 250, i % 250);
		assert_int_equal(from(l, ip, &conn[0]), 0);
		assert_int_equal(tw_limits_session(l, &conn[0], &sess[0]), 0);
		tw_limits_disconnect(l, &conn[0]);
		tw_limits_session_end(l, &sess[0]);
	}
	for (int i = 0; i < 40; i++) {
		char ip[16];

		snprintf(ip, sizeof(ip), "10.0.0.%d", i);
		assert_int_equal(from(l, ip, &conn[i]), 0);
	}
	tw_limits_destroy(l);
}

static void specs_that_are_wrong(void **state)
{
	static const struct {
		const char *spec;
		const char *message;
	} rows[] = {
		{"", "no limit given"},
		{"connections", "\"connections\": a limit is NAME=NUMBER"},
		{"connections=", "\"\": not a number"},
		{"connections=-1", "\"-1\": not a number"},
		{"connections=4294967295", "\"4294967295\": not a number"},
		{"connections=5x", "\"5x\": not a number"},
		{"rate=5", "\"rate\": limits are connections, sessions, pps, each=0..128"},
		{"each=129", "\"each\": limits are connections, sessions, pps, each=0..128"},
		{"10.0.0.0/40:pps=1", "\"10.0.0.0/40\": not a prefix"},
		{"user:x", "\"x\": expected user:KEYID:LIMITS"},
		{"user::pps=1", "a KEYID has 1 to 80 octets"},
		{"user:a:", "no limit given"},
	};
	struct tw_limits_config c;
	struct tw_err err;
	char deep[300];

	(void)state;
	tw_limits_config_init(&c);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(tw_limits_config_add(&c, rows[i].spec, &err), -EINVAL);
		assert_string_equal(err.text, rows[i].message);
	}
	memset(deep, '1', sizeof(deep));
	deep[sizeof(deep) - 1] = '\0';
	assert_int_equal(tw_limits_config_add(&c, deep, &err), -EINVAL);
	assert_int_equal(c.rules, 0);
	for (int i = 0; i < TW_LIMIT_RULES; i++)
		assert_int_equal(tw_limits_config_add(&c, "10.0.0.0/8:pps=1", &err), 0);
	assert_int_equal(tw_limits_config_add(&c, "10.0.0.0/8:pps=1", &err), -ENOSPC);
	assert_int_equal(tw_limits_config_add(&c, "pps=1", &err), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_all),
		cmocka_unit_test(by_prefix_as_one_or_each),
		cmocka_unit_test(by_user),
		cmocka_unit_test(nothing_leaks),
		cmocka_unit_test(specs_that_are_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

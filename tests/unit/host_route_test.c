/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "host_netns.h"

/* Which way the kernel would send. */

static void test_route(void **state)
{
	struct tw_addr peer;
	struct tw_host_route r;
	struct tw_err err;

	(void)state;
	NEED_NETWORK();
	peer = addr("192.0.2.2");
	assert_int_equal(tw_host_route(&peer, NULL, 0, &r, &err), 0);
	assert_string_equal(r.ifname, "ta");
	assert_addr(&r.source, "192.0.2.1");
	assert_int_equal(r.gateway.family, 0);
	assert_false(r.local);
	peer = addr("198.51.100.7");
	assert_int_equal(tw_host_route(&peer, NULL, 0, &r, &err), 0);
	assert_addr(&r.gateway, "192.0.2.2");
	peer = addr("2001:db8::2");
	assert_int_equal(tw_host_route(&peer, NULL, 0, &r, &err), 0);
	assert_addr(&r.source, "2001:db8::1");
	assert_int_equal(r.gateway.family, 0);
	peer = addr("2001:db8:1::7");
	assert_int_equal(tw_host_route(&peer, NULL, 0, &r, &err), 0);
	assert_addr(&r.gateway, "2001:db8::2");
	/* to ourselves: over lo */
	peer = addr("192.0.2.1");
	assert_int_equal(tw_host_route(&peer, NULL, 0, &r, &err), 0);
	assert_string_equal(r.ifname, "lo");
	assert_true(r.local);
	peer = (struct tw_addr){0};
	assert_int_equal(tw_host_route(&peer, NULL, 0, &r, &err), -EINVAL);
}

static bool has_route(const char *to, const char *ifname)
{
	struct tw_addr peer = addr(to);

	return tw_host_has_route(&peer, (int)if_nametoindex(ifname));
}

/* What a row of the table leads there through this interface, and nothing that is guessed from it. */
static void test_has_route(void **state)
{
	static const struct {
		const char *to;
		bool here, without_default;
	} rows[] = {
		{"192.0.2.2", true, true},
		{"198.51.100.7", true, true},
		{"203.0.113.9", true, false},
		{"198.18.0.1", true, true}, /* by several next hops */
		{"2001:db8::2", true, true},
		{"2001:db8:1::7", true, false},
	};

	(void)state;
	NEED_NETWORK();
	assert_int_equal(run("ip link add ha type veth peer name hb && ip link set ha up && "
			     "ip link set hb up && ip route add 198.18.0.0/16 "
			     "nexthop via 192.0.2.2 dev ta nexthop via 192.0.2.3 dev ta"),
		0);
	for (unsigned int with = 1; with < 2; with--) {
		for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			if (has_route(rows[i].to, "ta") !=
				(with ? rows[i].here : rows[i].without_default))
				fail_msg("%s, with a default route: %u", rows[i].to, with);
			/* the kernel would send it there if it was told to, several next hops aside */
			if (i != 3 && has_route(rows[i].to, "ha"))
				fail_msg("%s by another interface", rows[i].to);
		}
		assert_false(has_route("192.0.2.2", "lo"));
		if (with)
			assert_int_equal(run("ip route del default && ip -6 route del default"), 0);
	}
	assert_int_equal(run("ip link del ha && ip route del 198.18.0.0/16 && "
			     "ip route add default via 192.0.2.2 && "
			     "ip -6 route add default via 2001:db8::2"),
		0);
}

static void test_no_route(void **state)
{
	struct tw_addr peer;
	struct tw_host_route r = {.ifindex = -7};
	struct tw_err err;
	struct tw_host_link l;

	(void)state;
	NEED_NETWORK();
	assert_int_equal(run("ip route del default && ip -6 route del default"), 0);
	peer = addr("203.0.113.9");
	assert_int_equal(tw_host_route(&peer, NULL, 0, &r, &err), -ENETUNREACH);
	assert_int_equal(r.ifindex, -7);
	assert_non_null(strstr(err.text, "203.0.113.9"));
	peer = addr("2001:db8:2::1");
	assert_int_equal(tw_host_route(&peer, NULL, 0, &r, &err), -ENETUNREACH);
	peer = (struct tw_addr){.family = 4};
	assert_int_equal(tw_host_owner(&peer, &l, &err), -ENETUNREACH);
	assert_int_equal(run("ip route add default via 192.0.2.2"), 0);
	assert_int_equal(tw_host_owner(&peer, &l, &err), 0);
	assert_string_equal(l.name, "ta");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_route),
		cmocka_unit_test(test_has_route),
		cmocka_unit_test(test_no_route),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_addr.h"
#include "tw_test.h"

#include <errno.h>

static struct tw_addr addr(const char *s)
{
	struct tw_addr a;

	assert_int_equal(tw_addr_parse(s, &a), 0);
	return a;
}

static struct tw_prefix prefix(const char *s)
{
	struct tw_prefix p;

	assert_int_equal(tw_prefix_parse(s, &p), 0);
	return p;
}

static void literals(void **state)
{
	static const struct {
		const char *in;
		int family;
		const char *out;
	} rows[] = {
		{"192.0.2.1", 4, "192.0.2.1"},
		{"0.0.0.0", 4, "0.0.0.0"},
		{"2001:DB8::0:1", 6, "2001:db8::1"},
		{"::", 6, "::"},
		{"::ffff:192.0.2.1", 6, "::ffff:192.0.2.1"},
		{"192.0.2", 0, NULL},
		{"192.0.2.256", 0, NULL},
		{"192.0.2.01", 0, NULL},
		{" 192.0.2.1", 0, NULL},
		{"192.0.2.1 ", 0, NULL},
		{"fe80::1%eth0", 0, NULL},
		{"[::1]", 0, NULL},
		{"host", 0, NULL},
		{"", 0, NULL},
	};
	char buf[TW_ADDR_STR];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tw_addr a = {.family = 77};
		int r = tw_addr_parse(rows[i].in, &a);

		if (!rows[i].family) {
			assert_int_equal(r, -EINVAL);
			assert_int_equal(a.family, 77); /* untouched */
			continue;
		}
		assert_int_equal(r, 0);
		assert_int_equal(a.family, rows[i].family);
		assert_string_equal(tw_addr_format(&a, buf), rows[i].out);
	}
	assert_string_equal(tw_addr_format(&(struct tw_addr){0}, buf), "-");
}

static void octets_and_equality(void **state)
{
	const uint8_t v4[] = {192, 0, 2, 1};
	struct tw_addr a = addr("192.0.2.1"), b = tw_addr_v4(v4), c = addr("2001:db8::1");
	struct tw_addr d = tw_addr_v6(c.b);
	struct tw_endpoint e = {a, 862}, f = {b, 862}, g = {b, 863};

	(void)state;
	assert_true(tw_addr_equal(&a, &b));
	assert_true(tw_addr_equal(&c, &d));
	assert_false(tw_addr_equal(&a, &c));
	d.b[15] = 2;
	assert_false(tw_addr_equal(&c, &d));
	b.b[7] = 1; /* outside an IPv4 address */
	assert_true(tw_addr_equal(&a, &b));
	assert_true(tw_endpoint_equal(&e, &f));
	assert_false(tw_endpoint_equal(&e, &g));
}

static void kinds(void **state)
{
	static const struct {
		const char *text;
		const char *
			kind; /* m multicast, u unspecified, l loopback, k link-local, b broadcast */
	} rows[] = {
		{"192.0.2.1", ""},
		{"223.255.255.255", ""},
		{"224.0.0.0", "m"},
		{"239.255.255.255", "m"},
		{"240.0.0.0", ""},
		{"255.255.255.255", "b"},
		{"255.255.255.254", ""},
		{"0.0.0.0", "u"},
		{"0.0.0.1", ""},
		{"127.0.0.1", "l"},
		{"127.255.0.1", "l"},
		{"128.0.0.1", ""},
		{"169.254.1.1", "k"},
		{"169.253.1.1", ""},
		{"2001:db8::1", ""},
		{"ff02::1", "m"},
		{"fe80::1", "k"},
		{"febf::1", "k"},
		{"fec0::1", ""},
		{"::", "u"},
		{"::1", "l"},
		{"::2", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tw_addr a = addr(rows[i].text);
		const char *k = rows[i].kind;

		assert_int_equal(tw_addr_is_multicast(&a), *k == 'm');
		assert_int_equal(tw_addr_is_unspecified(&a), *k == 'u');
		assert_int_equal(tw_addr_is_loopback(&a), *k == 'l');
		assert_int_equal(tw_addr_is_link_local(&a), *k == 'k');
		assert_int_equal(tw_addr_is_broadcast(&a), *k == 'b');
	}
}

/* An unset address is nothing but unspecified. */
static void unset(void **state)
{
	struct tw_addr a = {.b = {0xff, 0xff, 0xff, 0xff}};

	(void)state;
	assert_int_equal(tw_addr_len(&a), 0);
	assert_false(tw_addr_is_multicast(&a));
	assert_false(tw_addr_is_loopback(&a));
	assert_false(tw_addr_is_link_local(&a));
	assert_false(tw_addr_is_broadcast(&a));
	assert_true(tw_addr_is_unspecified(&a));
}

static void prefixes(void **state)
{
	static const char *const bad[] = {"192.0.2.1/33", "2001:db8::1/129", "192.0.2.1/",
		"192.0.2.1/-1", "192.0.2.1/ 8", "192.0.2.1/8x", "/8", "x/8",
		"192.0.2.1/99999999999999999999", "192.0.2.1/2:",
		"2001:db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/64"};
	static const struct {
		const char *p, *a;
		bool in;
	} rows[] = {
		{"192.0.2.0/24", "192.0.2.255", true},
		{"192.0.2.0/24", "192.0.3.0", false},
		{"192.0.2.0/24", "193.0.2.0", false},
		{"192.0.2.77/24", "192.0.2.1", true},
		{"192.0.2.128/25", "192.0.2.127", false},
		{"192.0.2.128/25", "192.0.2.128", true},
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"0.0.0.0/0", "203.0.113.9", true},
		{"0.0.0.0/0", "2001:db8::1", false},
		{"::/0", "2001:db8::1", true},
		{"::/0", "192.0.2.1", false},
		{"2001:db8::/61", "2001:db8:0:7::1", true},
		{"2001:db8::/61", "2001:db8:0:8::1", false},
	};
	struct tw_prefix p;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(tw_prefix_parse(bad[i], &p), -EINVAL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tw_addr a = addr(rows[i].a);

		p = prefix(rows[i].p);
		assert_int_equal(tw_prefix_contains(&p, &a), rows[i].in);
	}
	assert_int_equal(prefix("192.0.2.1").len, 32);
	assert_int_equal(prefix("2001:db8::1").len, 128);
	assert_int_equal(prefix("2001:db8::1/59").len, 59);
	assert_memory_equal(prefix("192.0.2.1").addr.b, ((uint8_t[16]){192, 0, 2, 1}),
		sizeof(struct tw_addr) - 1);
	assert_int_equal(prefix("192.0.2.77/24").addr.b[3], 77);
}

static void broadcast_of_a_prefix(void **state)
{
	static const struct {
		const char *p, *a;
		bool is;
	} rows[] = {
		{"192.0.2.1/24", "192.0.2.255", true},
		{"192.0.2.1/24", "192.0.2.254", false},
		{"192.0.2.1/24", "192.0.3.255", false},
		{"192.0.2.1/30", "192.0.2.3", true},
		{"192.0.2.0/31", "192.0.2.1", false},
		{"192.0.2.1/32", "192.0.2.1", false},
		{"2001:db8::/64", "2001:db8::ffff:ffff:ffff:ffff", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tw_prefix p = prefix(rows[i].p);
		struct tw_addr a = addr(rows[i].a);

		assert_int_equal(tw_prefix_is_broadcast(&p, &a), rows[i].is);
	}
}

static void endpoint_grammar(void **state)
{
	static const struct {
		const char *in;
		const char *host; /* NULL: refused */
		int port;         /* -1: none given */
	} rows[] = {
		{"192.0.2.1", "192.0.2.1", -1},
		{"192.0.2.1:862", "192.0.2.1", 862},
		{"[2001:db8::1]:862", "2001:db8::1", 862},
		{"[2001:db8::1]", "2001:db8::1", -1},
		{"2001:db8::1", "2001:db8::1", -1},
		{"2001:db8::1:862", "2001:db8::1:862", -1},
		{"fe80::1%eth0", "fe80::1%eth0", -1},
		{"[fe80::1%eth0]:862", "fe80::1%eth0", 862},
		{":862", "", 862},
		{":0", "", 0},
		{":65535", "", 65535},
		{"probe-1.example.net", "probe-1.example.net", -1},
		{"probe:20000", "probe", 20000},
		{"p", "p", -1},
		{"x:9", "x", 9},
		{"", NULL, 0},
		{":", NULL, 0},
		{":65536", NULL, 0},
		{":+1", NULL, 0},
		{"192.0.2.1:", NULL, 0},
		{"192.0.2.1:x", NULL, 0},
		{"192.0.2.1: 862", NULL, 0},
		{"192.0.2.256", NULL, 0},
		{"192.0.2.1.", NULL, 0},
		{"192.0.2", NULL, 0},
		{"[192.0.2.1]:862", NULL, 0},
		{"[2001:db8::1", NULL, 0},
		{"[2001:db8::1]862", NULL, 0},
		{"[2001:db8::1]:", NULL, 0},
		{"[]:862", NULL, 0},
		{"fe80::1%", NULL, 0},
		{"2001:db8::1::2", NULL, 0},
		{"a:b:c", NULL, 0},
		{"-x", NULL, 0},
		{"a b", NULL, 0},
		{"a/b", NULL, 0},
	};
	char host[256], name[256], small[4] = "abc";
	uint16_t port;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int r;

		port = 4242;
		memcpy(host, "before", 7);
		r = tw_endpoint_split(rows[i].in, host, sizeof(host), &port);
		if (!rows[i].host) {
			assert_int_equal(r, -EINVAL);
			assert_string_equal(host, "before");
			assert_int_equal(port, 4242);
			continue;
		}
		assert_int_equal(r, 0);
		assert_string_equal(host, rows[i].host);
		assert_int_equal(port, rows[i].port < 0 ? 4242 : rows[i].port);
	}
	/* 253 octets are the longest name */
	memset(host, 'a', 254);
	host[254] = '\0';
	assert_int_equal(tw_endpoint_split(host, name, sizeof(name), &port), -EINVAL);
	host[253] = '\0';
	assert_int_equal(tw_endpoint_split(host, name, sizeof(name), &port), 0);
	assert_string_equal(name, host);
	assert_int_equal(tw_endpoint_split("abcd:1", small, sizeof(small), &port), -ENAMETOOLONG);
	assert_string_equal(small, "abc");
}

static void endpoint_text(void **state)
{
	char buf[TW_ADDR_STR];
	struct tw_endpoint e = {addr("192.0.2.1"), 862};

	(void)state;
	assert_string_equal(tw_endpoint_format(&e, buf), "192.0.2.1:862");
	e.addr = addr("1111:2222:3333:4444:5555:6666:123.123.123.123");
	e.port = 65535;
	assert_string_equal(
		tw_endpoint_format(&e, buf), "[1111:2222:3333:4444:5555:6666:7b7b:7b7b]:65535");
}

static void macs(void **state)
{
	static const char *const bad[] = {"", "02:00:00:00:00",
		"02:00:00:00:00:01:", "02:00:00:00:00-01", "02:00:00:00:00:0g", "0200.0000.0001...",
		"020:0:00:00:00:01"};
	char buf[TW_ADDR_STR];
	struct tw_mac m, n;

	(void)state;
	assert_int_equal(tw_mac_parse("02:aB:00:00:00:01", &m), 0);
	assert_string_equal(tw_mac_format(&m, buf), "02:ab:00:00:00:01");
	assert_int_equal(tw_mac_parse("09-fa-F0-9f-AF-00", &n), 0);
	assert_string_equal(tw_mac_format(&n, buf), "09:fa:f0:9f:af:00");
	assert_int_equal(tw_mac_parse("02-AB-00-00-00-01", &n), 0);
	assert_true(tw_mac_equal(&m, &n));
	assert_false(tw_mac_is_group(&m));
	n.b[0] = 0x33;
	assert_true(tw_mac_is_group(&n));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(tw_mac_parse(bad[i], &m), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals),
		cmocka_unit_test(octets_and_equality),
		cmocka_unit_test(kinds),
		cmocka_unit_test(unset),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(broadcast_of_a_prefix),
		cmocka_unit_test(endpoint_grammar),
		cmocka_unit_test(endpoint_text),
		cmocka_unit_test(macs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

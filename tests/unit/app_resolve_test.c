/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "resolve.h"

#include "tw_test.h"

#include <errno.h>

static struct tw_endpoint e;
static struct tw_err err;

static void ok(const char *text, unsigned int family, const char *want)
{
	char buf[128];

	if (tw_resolve_endpoint(text, 862, family, &err, &e))
		fail_msg("\"%s\": %s", text, err.text);
	assert_string_equal(tw_endpoint_format(&e, buf), want);
}

/* One line that quotes the text. */
static void refused(const char *text, unsigned int family, const char *word)
{
	e.port = 4711;
	assert_true(tw_resolve_endpoint(text, 862, family, &err, &e) < 0);
	assert_non_null(strstr(err.text, word));
	assert_null(strchr(err.text, '\n'));
	assert_int_equal(e.port, 4711);
}

static void twampys_grammar(void **state)
{
	(void)state;
	ok("192.0.2.1", 0, "192.0.2.1:862");
	ok("192.0.2.1:20001", 0, "192.0.2.1:20001");
	ok("[2001:db8::1]:20001", 0, "[2001:db8::1]:20001");
	ok("[2001:db8::1]", 0, "[2001:db8::1]:862");
	ok("2001:db8::1", 6, "[2001:db8::1]:862");
	assert_int_equal(tw_resolve_endpoint(":20001", 862, 0, &err, &e), 0);
	assert_int_equal(e.addr.family, 0);
	assert_int_equal(e.port, 20001);
}

static void refusals(void **state)
{
	(void)state;
	refused("192.0.2.1:65536", 0, "'192.0.2.1:65536'");
	refused("192.0.2.1:", 0, "allowed:");
	refused("[::1", 0, "allowed:");
	refused("192.0.2.1", 6, "IPv6 only");
	refused("::1", 4, "IPv4 only");
	refused("a b", 0, "'a b'");
	refused("", 0, "allowed:");
	refused("name\nwith-newline", 0, "'name?with-newline'");
	refused("no-such-host.invalid", 0, "'no-such-host.invalid'");
}

static void names(void **state)
{
	(void)state;
	ok("localhost", 4, "127.0.0.1:862");
	ok("localhost:5", 4, "127.0.0.1:5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twampys_grammar),
		cmocka_unit_test(refusals),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

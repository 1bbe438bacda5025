/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_policy.h"
#include "tw_test.h"

#include <errno.h>

static struct tw_addr addr(const char *s)
{
	struct tw_addr a;

	assert_int_equal(tw_addr_parse(s, &a), 0);
	return a;
}

static void add(struct tw_prefix_list *l, const char *s)
{
	struct tw_prefix p;

	assert_int_equal(tw_prefix_parse(s, &p), 0);
	assert_int_equal(tw_prefix_list_add(l, &p), 0);
}

static struct tw_policy_request usual(void)
{
	return (struct tw_policy_request){
		.client = addr("192.0.2.1"),
		.server = addr("192.0.2.2"),
		.sender = {addr("192.0.2.1"), 20000},
		.receiver = {addr("192.0.2.2"), 862},
		.dscp = 46,
		.padding_length = 27,
	};
}

static void everybody_for_himself_by_default(void **state)
{
	struct tw_policy p;
	struct tw_policy_request q = usual();
	const char *why = NULL;

	(void)state;
	tw_policy_init(&p);
	assert_true(tw_policy_admits(&p, &q.client));
	assert_int_equal(tw_policy_judge(&p, &q, &why), TW_ACCEPT_OK);
	assert_null(why);
}

static void allow_list(void **state)
{
	struct tw_policy p;
	struct tw_addr in = addr("2001:db8::7");
	struct tw_addr out = addr("2001:db9::7");

	(void)state;
	tw_policy_init(&p);
	add(&p.allow, "192.0.2.0/24");
	add(&p.allow, "2001:db8::/32");
	assert_true(tw_policy_admits(&p, &in));
	assert_false(tw_policy_admits(&p, &out));
}

/* RFC 4656 section 6.2: no test traffic to third parties by default. */
static void third_parties(void **state)
{
	struct tw_policy p;
	struct tw_policy_request q = usual();
	const char *why = NULL;

	(void)state;
	tw_policy_init(&p);
	q.sender.addr = addr("203.0.113.9");
	assert_int_equal(tw_policy_judge(&p, &q, &why), TW_ACCEPT_FAILURE);
	assert_string_equal(why, "sender address is not the client's");
	add(&p.third_party, "203.0.113.0/28");
	assert_int_equal(tw_policy_judge(&p, &q, &why), TW_ACCEPT_OK);
	q.sender.addr = addr("203.0.113.16");
	assert_int_equal(tw_policy_judge(&p, &q, &why), TW_ACCEPT_FAILURE);
	add(&p.third_party, "0.0.0.0/0");
	assert_int_equal(tw_policy_judge(&p, &q, &why), TW_ACCEPT_OK);
	q.sender.addr = addr("224.0.0.1"); /* never, whatever the list says */
	assert_int_equal(tw_policy_judge(&p, &q, &why), TW_ACCEPT_FAILURE);
	q.sender.addr = addr("0.0.0.0");
	assert_int_equal(tw_policy_judge(&p, &q, &why), TW_ACCEPT_FAILURE);
}

static void receiver_is_ours(void **state)
{
	struct tw_policy p;
	struct tw_policy_request q = usual();
	const char *why = NULL;

	(void)state;
	tw_policy_init(&p);
	q.receiver.addr = addr("192.0.2.3");
	assert_int_equal(tw_policy_judge(&p, &q, &why), TW_ACCEPT_FAILURE);
	assert_string_equal(why, "receiver address is not ours");
	add(&p.local, "192.0.2.3");
	assert_int_equal(tw_policy_judge(&p, &q, &why), TW_ACCEPT_OK);
}

static void dscp_and_padding(void **state)
{
	struct tw_policy p;
	struct tw_policy_request q = usual();
	const char *why = NULL;

	(void)state;
	tw_policy_init(&p);
	p.dscp = 1; /* best effort only */
	assert_int_equal(tw_policy_judge(&p, &q, &why), TW_ACCEPT_FAILURE);
	q.dscp = 0;
	assert_int_equal(tw_policy_judge(&p, &q, &why), TW_ACCEPT_OK);
	q.dscp = 63;
	p.dscp = 1ULL << 63;
	assert_int_equal(tw_policy_judge(&p, &q, &why), TW_ACCEPT_OK);
	p.padding_max = 26;
	assert_int_equal(tw_policy_judge(&p, &q, &why), TW_ACCEPT_PERMANENT_LIMIT);
	q.padding_length = 26;
	assert_int_equal(tw_policy_judge(&p, &q, &why), TW_ACCEPT_OK);
}

static void ports(void **state)
{
	struct tw_policy p;

	(void)state;
	tw_policy_init(&p);
	assert_true(tw_policy_port_ok(&p, 862));
	assert_true(tw_policy_port_ok(&p, 1024));
	assert_true(tw_policy_port_ok(&p, 65535));
	assert_false(tw_policy_port_ok(&p, 53));
	assert_false(tw_policy_port_ok(&p, 0));
	p.port_low = 0;
	assert_false(tw_policy_port_ok(&p, 0));
	p.port_low = 20000;
	p.port_high = 20010;
	assert_true(tw_policy_port_ok(&p, 862));
	assert_false(tw_policy_port_ok(&p, 19999));
	assert_true(tw_policy_port_ok(&p, 20010));
	assert_false(tw_policy_port_ok(&p, 20011));
}

static void lists_are_finite(void **state)
{
	struct tw_policy p;
	struct tw_prefix x;

	(void)state;
	tw_policy_init(&p);
	tw_prefix_parse("10.0.0.0/8", &x);
	for (int i = 0; i < TW_POLICY_PREFIXES; i++)
		assert_int_equal(tw_prefix_list_add(&p.allow, &x), 0);
	assert_int_equal(tw_prefix_list_add(&p.allow, &x), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_for_himself_by_default),
		cmocka_unit_test(allow_list),
		cmocka_unit_test(third_parties),
		cmocka_unit_test(receiver_is_ours),
		cmocka_unit_test(dscp_and_padding),
		cmocka_unit_test(ports),
		cmocka_unit_test(lists_are_finite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

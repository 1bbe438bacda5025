/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_frame.h"
#include "tw_neighbour.h"
#include "tw_test.h"

#include "net_neighbour_frames.h"

#include <errno.h>

static void expect_built(int n, const uint8_t *buf, const char *hex)
{
	uint8_t want[512];

	assert_int_equal(n, tw_unhex(hex, want, sizeof(want)));
	assert_memory_equal(buf, want, (size_t)n);
}

static void asks_and_announces(void **state)
{
	struct tw_neighbour_self s = self();
	struct tw_addr v4 = addr("192.0.2.1"), v6 = addr("2001:db8::1");
	uint8_t buf[TW_NEIGHBOUR_FRAME_LEN];

	(void)state;
	memset(buf, 0xee, sizeof(buf));
	expect_built(
		tw_neighbour_build_request(&s, &v4, NULL, buf, sizeof(buf)), buf, ARP_OUR_QUESTION);
	expect_built(tw_neighbour_build_request(&s, &v4, &peer_mac, buf, sizeof(buf)), buf,
		ARP_OUR_REFRESH);
	expect_built(
		tw_neighbour_build_request(&s, &v6, NULL, buf, sizeof(buf)), buf, NS_OUR_QUESTION);
	expect_built(tw_neighbour_build_request(&s, &v6, &peer_mac, buf, sizeof(buf)), buf,
		NS_OUR_REFRESH);
	expect_built(
		tw_neighbour_build_announcement(&s, 0, buf, sizeof(buf)), buf, ARP_WE_ANNOUNCE);
	expect_built(tw_neighbour_build_announcement(&s, 1, buf, sizeof(buf)), buf, NA_DAD);
	assert_int_equal(tw_neighbour_build_announcement(&s, 3, buf, sizeof(buf)), -EINVAL);
	s.n = 1;
	assert_int_equal(tw_neighbour_build_announcement(&s, 1, buf, sizeof(buf)), -EINVAL);
	s.addr[0].addr = addr("0.0.0.0");
	assert_int_equal(tw_neighbour_build_announcement(&s, 0, buf, sizeof(buf)), -EINVAL);
	s = self();
	assert_int_equal(tw_neighbour_build_announcement(&s, 1, buf, 86), 86);
	assert_int_equal(tw_neighbour_build_announcement(&s, 0, buf, 60), 60);
	assert_int_equal(tw_neighbour_build_announcement(&s, 1, buf, 85), -ENOSPC);
	assert_int_equal(tw_neighbour_build_announcement(&s, 0, buf, 59), -ENOSPC);
	assert_int_equal(tw_neighbour_build_request(&s, &v4, NULL, buf, 59), -ENOSPC);
}

static void asks_with_tags(void **state)
{
	struct tw_neighbour_self s = self();
	struct tw_addr v4 = addr("192.0.2.1"), v6 = addr("2001:db8::1");
	uint8_t buf[TW_NEIGHBOUR_FRAME_LEN];
	struct tw_frame f;

	(void)state;
	s.n_vlan = 1;
	s.tci[0] = 100;
	assert_int_equal(tw_neighbour_build_request(&s, &v4, NULL, buf, sizeof(buf)), 60);
	assert_int_equal(tw_frame_parse(buf, 60, &f), TW_FRAME_ARP);
	assert_int_equal(f.n_vlan, 1);
	assert_int_equal(f.tpid[0], 0x8100);
	assert_int_equal(f.tci[0], 100);
	s.n_vlan = 2;
	s.tci[1] = 7;
	assert_int_equal(tw_neighbour_build_request(&s, &v6, NULL, buf, sizeof(buf)), 94);
	assert_int_equal(tw_frame_parse(buf, 94, &f), TW_FRAME_ICMPV6);
	assert_int_equal(f.tpid[0], 0x88a8);
	assert_int_equal(f.tpid[1], 0x8100);
	assert_int_equal(f.tci[1], 7);
	assert_int_equal(f.ip_end, 94);
}

/* The source is our address on the target's network. */
static void asks_from_the_right_address(void **state)
{
	static const struct {
		const char *target, *source; /* NULL: the errno */
		int error;
	} rows[] = {
		{"192.0.2.77", "192.0.2.2", 0},
		{"10.1.2.3", "10.0.0.1", 0},
		{"203.0.113.9", "192.0.2.2", 0}, /* off every network: the first of the family */
		{"2001:db8::9", "2001:db8::2", 0},
		{"fe80::9", "fe80::ff:fe00:2", 0},
		{"2001:db8:1::9", "2001:db8::2", 0},
		{"192.0.2.2", NULL, -EINVAL},
		{"192.0.2.255", NULL, -EINVAL},
		{"224.0.0.1", NULL, -EINVAL},
		{"::", NULL, -EINVAL},
		{"127.0.0.1", NULL, -EINVAL},
	};
	struct tw_neighbour_self s = self();
	uint8_t buf[TW_NEIGHBOUR_FRAME_LEN];
	struct tw_addr a;

	(void)state;
	s.n = 4;
	assert_int_equal(tw_prefix_parse("10.0.0.1/8", &s.addr[3]), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tw_addr target = addr(rows[i].target), got;
		int n = tw_neighbour_build_request(&s, &target, NULL, buf, sizeof(buf));

		if (!rows[i].source) {
			assert_int_equal(n, rows[i].error);
			continue;
		}
		assert_true(n >= 60);
		a = addr(rows[i].source);
		got = target.family == 4 ? tw_addr_v4(buf + 28) : tw_addr_v6(buf + 22);
		assert_true(tw_addr_equal(&got, &a));
	}
	s.n = 1;
	a = addr("2001:db8::9");
	assert_int_equal(
		tw_neighbour_build_request(&s, &a, NULL, buf, sizeof(buf)), -EADDRNOTAVAIL);
}

/* RFC 4291 appendix A: 34-56-78-9a-bc-de is 3656:78ff:fe9a:bcde. */
static void link_local(void **state)
{
	struct tw_mac m;
	char buf[TW_ADDR_STR];
	struct tw_addr a;

	(void)state;
	assert_int_equal(tw_mac_parse("34-56-78-9a-bc-de", &m), 0);
	a = tw_neighbour_link_local(&m);
	assert_string_equal(tw_addr_format(&a, buf), "fe80::3656:78ff:fe9a:bcde");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_and_announces),
		cmocka_unit_test(asks_with_tags),
		cmocka_unit_test(asks_from_the_right_address),
		cmocka_unit_test(link_local),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

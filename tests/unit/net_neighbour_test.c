/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_frame.h"
#include "tw_neighbour.h"
#include "tw_test.h"

#include "net_neighbour_frames.h"

/* A frame in a buffer with room for a longer answer, and the answer. */
struct exchange {
	uint8_t buf[512];
	uint32_t len;
	struct tw_neighbour_news news;
	enum tw_neighbour_verdict verdict;
};

static void load(struct exchange *x, const char *hex)
{
	memset(x, 0xee, sizeof(*x));
	x->news.valid = true; /* has to become false */
	x->len = (uint32_t)tw_unhex(hex, x->buf, sizeof(x->buf));
}

static void run(struct exchange *x, const struct tw_neighbour_self *s)
{
	x->verdict = tw_neighbour_answer(s, x->buf, x->len, sizeof(x->buf), &x->len, &x->news);
}

static void expect_octets(const struct exchange *x, const char *hex)
{
	uint8_t want[512];
	size_t n = tw_unhex(hex, want, sizeof(want));

	assert_int_equal(x->verdict, TW_NEIGHBOUR_ANSWERED);
	assert_int_equal(x->len, n);
	assert_memory_equal(x->buf, want, n);
}

static void expect_news(const struct exchange *x, const char *from)
{
	struct tw_addr a = addr(from);

	assert_true(x->news.valid);
	assert_true(tw_addr_equal(&x->news.addr, &a));
	assert_true(tw_mac_equal(&x->news.mac, &peer_mac));
}

static void answers(void **state)
{
	static const struct {
		const char *question, *answer, *news;
		bool vlan;
	} rows[] = {
		{ARP_REQUEST, ARP_REPLY_WANTED, "192.0.2.1", false},
		{ARP_PROBE, ARP_PROBE_ANSWER, NULL, false},
		{ARP_VLAN_REQUEST, ARP_VLAN_REPLY, "192.0.2.1", true},
		{PING, PONG, NULL, false},
		{PING6, PONG6, NULL, false},
		{NS, NA, "2001:db8::1", false},
		{NS_UNICAST, NA, NULL, false},
		{NS_DAD, NA_DAD, NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tw_neighbour_self s = self();
		struct exchange x;

		if (rows[i].vlan) {
			s.n_vlan = 1;
			s.tci[0] = 100;
		}
		load(&x, rows[i].question);
		run(&x, &s);
		expect_octets(&x, rows[i].answer);
		if (rows[i].news) {
			expect_news(&x, rows[i].news);
			assert_true(x.news.override);
		} else {
			assert_false(x.news.valid);
		}
	}
}

/* Padding comes back as zeros, and never more of it than the shortest frame needs. */
static void padding_is_not_reflected(void **state)
{
	static const struct {
		const char *question;
		uint32_t padded, len;
	} rows[] = {
		{ARP_REQUEST, 42, 42},
		{ARP_REQUEST, 50, 50},
		{ARP_REQUEST, 60, 60},
		{ARP_REQUEST, 400, 60},
		{PING, 74, 74},
		{PING, 400, 74},
		{PING6, 400, 94},
		{NS, 400, 86},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tw_neighbour_self s = self();
		struct exchange x;
		struct tw_frame f;

		load(&x, rows[i].question);
		x.len = rows[i].padded;
		run(&x, &s);
		assert_int_equal(x.verdict, TW_NEIGHBOUR_ANSWERED);
		assert_int_equal(x.len, rows[i].len);
		assert_int_equal(x.buf[rows[i].padded], 0xee);
		tw_frame_parse(x.buf, x.len, &f);
		for (uint32_t at = i < 4 ? 42 : f.ip_end; at < x.len; at++)
			assert_int_equal(x.buf[at], 0);
	}
}

/* Ethernet pads a ping of a few octets: the checksum is not over the padding. */
static void short_ping(void **state)
{
	struct tw_neighbour_self s = self();
	struct exchange x;
	uint8_t *icmp;

	(void)state;
	load(&x, PING);
	icmp = x.buf + 34;
	tw_put16(x.buf + 16, 28); /* header and 8 octets */
	tw_put16(x.buf + 24, 0);
	tw_set_raw16(x.buf + 24, tw_checksum_finish(tw_sum(x.buf + 14, 20)));
	tw_put16(icmp + 2, 0);
	tw_set_raw16(icmp + 2, tw_checksum_finish(tw_sum(icmp, 8)));
	x.len = 60;
	run(&x, &s);
	assert_int_equal(x.verdict, TW_NEIGHBOUR_ANSWERED);
	assert_int_equal(x.len, 60);
	assert_int_equal(tw_sum_fold(tw_sum(icmp, 8)), 0xffff);
	for (uint32_t at = 42; at < 60; at++)
		assert_int_equal(x.buf[at], 0);
}

/* Nothing but zeros in the reply: its checksum is ffff, which RFC 1624 would not find. */
static void ping_of_zeros(void **state)
{
	struct tw_neighbour_self s = self();
	struct exchange x;

	(void)state;
	load(&x, PING);
	memset(x.buf + 34, 0, 40);
	x.buf[34] = 8;
	tw_put16(x.buf + 36, 0xf7ff);
	run(&x, &s);
	assert_int_equal(x.verdict, TW_NEIGHBOUR_ANSWERED);
	assert_int_equal(x.buf[34], 0);
	assert_int_equal(tw_get16(x.buf + 36), 0xffff);
}

/* The class of a ping comes back, its congestion marks do not, whatever they are. */
static void echo_is_not_ect(void **state)
{
	struct tw_neighbour_self s = self();
	struct exchange x;

	(void)state;
	for (unsigned int ecn = 0; ecn < 4; ecn++) {
		load(&x, PING);
		x.buf[15] = (uint8_t)(0xb8 | ecn);
		tw_put16(x.buf + 24, 0);
		tw_set_raw16(x.buf + 24, tw_checksum_finish(tw_sum(x.buf + 14, 20)));
		run(&x, &s);
		expect_octets(&x, PONG);
		load(&x, PING6);
		x.buf[15] = (uint8_t)((0x8 | ecn) << 4 | 1);
		run(&x, &s);
		expect_octets(&x, PONG6);
	}
}

/* The answer goes to the address in the option; without one, or with another option, to the
 * frame's source. */
static void answers_to_the_option(void **state)
{
	struct tw_neighbour_self s = self();

	(void)state;
	for (unsigned int type = 1; type <= 2; type++) {
		struct exchange x;
		uint8_t *icmp;

		load(&x, NS);
		icmp = x.buf + 54;
		icmp[24] = (uint8_t)type;
		icmp[31] = 9;
		tw_put16(icmp + 2, 0);
		tw_set_raw16(icmp + 2,
			tw_checksum_finish(
				tw_sum_add(tw_sum_pseudo6(x.buf + 22, 58, 32), tw_sum(icmp, 32))));
		run(&x, &s);
		assert_int_equal(x.verdict, TW_NEIGHBOUR_ANSWERED);
		assert_int_equal(x.buf[5], type == 1 ? 9 : 1);
		assert_int_equal(x.news.valid, type == 1);
		if (type == 1)
			assert_int_equal(x.news.mac.b[5], 9);
	}
}

static void learns(void **state)
{
	static const struct {
		const char *frame, *from;
		bool override;
	} rows[] = {
		{ARP_PEER_REPLY, "192.0.2.1", true},
		{ARP_PEER_ANNOUNCES, "192.0.2.1", true},
		{NA_PEER, "2001:db8::1", true},
		{NA_PEER_ANNOUNCES, "2001:db8::1", false},
		{NA_BARE, "2001:db8::1", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tw_neighbour_self s = self();
		struct exchange x, before;

		load(&x, rows[i].frame);
		before = x;
		run(&x, &s);
		assert_int_equal(x.verdict, TW_NEIGHBOUR_LEARNED);
		expect_news(&x, rows[i].from);
		assert_int_equal(x.news.override, rows[i].override);
		assert_memory_equal(x.buf, before.buf, sizeof(x.buf)); /* for the kernel too */
		assert_int_equal(x.len, before.len);
	}
}

/* One patch to a good frame; checksums of IPv4 and ICMP are made right again if asked to. */
struct damage {
	const char *name, *hex;
	unsigned int at;
	const char *octets;
	enum { AS_IS, FIX_ICMP4, FIX_ICMP6 } fix;
	enum tw_neighbour_verdict want;
};

#define IGNORED TW_NEIGHBOUR_IGNORED
#define NOT_US TW_NEIGHBOUR_NOT_FOR_US

static const struct damage damages[] = {
	/* Ethernet */
	{"to another mac", ARP_REQUEST, 0, "020000000003", AS_IS, NOT_US},
	{"from a group mac", ARP_REQUEST, 6, "03", AS_IS, IGNORED},
	{"ping to another mac", PING, 0, "020000000003", AS_IS, NOT_US},
	{"ping to everybody's mac", PING, 0, "ffffffffffff", AS_IS, IGNORED},
	{"ping from our own mac", PING, 6, "020000000002", AS_IS, IGNORED},
	{"ping from the zero mac", PING, 6, "000000000000", AS_IS, IGNORED},
	{"tagged", ARP_VLAN_REQUEST, 0, "ff", AS_IS, NOT_US},
	/* ARP at 14: hardware 14, protocol 16, lengths 18, op 20, sha 22, spa 28, tha 32, tpa 38 */
	{"another host's address", ARP_REQUEST, 38, "c0000203", AS_IS, NOT_US},
	{"hardware type", ARP_REQUEST, 14, "0006", AS_IS, IGNORED},
	{"protocol type", ARP_REQUEST, 16, "86dd", AS_IS, IGNORED},
	{"hardware length", ARP_REQUEST, 18, "08", AS_IS, IGNORED},
	{"protocol length", ARP_REQUEST, 19, "10", AS_IS, IGNORED},
	{"reverse request", ARP_REQUEST, 20, "0003", AS_IS, IGNORED},
	{"operation 0", ARP_REQUEST, 20, "0000", AS_IS, IGNORED},
	{"sender mac is a group", ARP_REQUEST, 22, "ffffffffffff", AS_IS, IGNORED},
	{"sender mac is zero", ARP_REQUEST, 22, "000000000000", AS_IS, IGNORED},
	{"sender mac is ours", ARP_REQUEST, 22, "020000000002", AS_IS, IGNORED},
	{"sender has our address", ARP_REQUEST, 28, "c0000202", AS_IS, IGNORED},
	{"sender is multicast", ARP_REQUEST, 28, "e0000001", AS_IS, IGNORED},
	{"sender is broadcast", ARP_REQUEST, 28, "ffffffff", AS_IS, IGNORED},
	{"sender is the network's broadcast", ARP_REQUEST, 28, "c00002ff", AS_IS, IGNORED},
	{"sender is loopback", ARP_REQUEST, 28, "7f000001", AS_IS, IGNORED},
	{"reply from nowhere", ARP_PEER_REPLY, 28, "00000000", AS_IS, IGNORED},
	{"reply with our address", ARP_PEER_REPLY, 28, "c0000202", AS_IS, IGNORED},
	{"probe for another address", ARP_PROBE, 38, "c0000203", AS_IS, NOT_US},
	/* IPv4 at 14: source 26, destination 30; ICMP at 34 */
	{"icmp checksum", PING, 36, "ffff", AS_IS, IGNORED},
	{"echo code", PING, 35, "01", FIX_ICMP4, IGNORED},
	{"echo reply to us", PING, 34, "00", FIX_ICMP4, NOT_US},
	{"timestamp request", PING, 34, "0d", FIX_ICMP4, NOT_US},
	{"to another address", PING, 30, "c0000203", FIX_ICMP4, NOT_US},
	{"ping to multicast", PING, 30, "e0000001", FIX_ICMP4, NOT_US},
	{"ping to broadcast", PING, 30, "c00002ff", FIX_ICMP4, NOT_US},
	{"ping from multicast", PING, 26, "e0000001", FIX_ICMP4, IGNORED},
	{"ping from broadcast", PING, 26, "c00002ff", FIX_ICMP4, IGNORED},
	{"ping from ourselves", PING, 26, "c0000202", FIX_ICMP4, IGNORED},
	{"ping from nowhere", PING, 26, "00000000", FIX_ICMP4, IGNORED},
	{"ping from loopback", PING, 26, "7f000001", FIX_ICMP4, IGNORED},
	{"fragment", PING, 20, "2000", FIX_ICMP4, NOT_US},
	{"icmp of 7 octets", PING, 16, "001b", FIX_ICMP4, IGNORED},
	{"options", PING, 14, "46ba003c4711400007010000c0000201c0000202010101010800", FIX_ICMP4,
		IGNORED},
	{"unreachable", UNREACHABLE, 0, "02", AS_IS, NOT_US},
	/* IPv6 at 14: hop limit 21, source 22, destination 38; ICMPv6 at 54, target 62, option 78 */
	{"icmpv6 checksum", PING6, 56, "ffff", AS_IS, IGNORED},
	{"icmpv6 echo code", PING6, 55, "01", FIX_ICMP6, IGNORED},
	{"ping6 to another address", PING6, 53, "03", FIX_ICMP6, NOT_US},
	{"ping6 to all nodes", PING6, 38, "ff020000000000000000000000000001", FIX_ICMP6, NOT_US},
	{"ping6 from multicast", PING6, 22, "ff02", FIX_ICMP6, IGNORED},
	{"ping6 from nowhere", PING6, 22, "00000000000000000000000000000000", FIX_ICMP6, IGNORED},
	{"router advertisement", RA, 0, "33", AS_IS, NOT_US},
	{"hop limit 254", NS, 21, "fe", AS_IS, IGNORED},
	{"solicitation code", NS, 55, "01", FIX_ICMP6, IGNORED},
	{"solicitation checksum", NS, 56, "0000", AS_IS, IGNORED},
	{"another target", NS, 77, "03", FIX_ICMP6, NOT_US},
	{"multicast target", NS, 62, "ff02", FIX_ICMP6, IGNORED},
	{"to the group of another", NS, 50, "ff000003", FIX_ICMP6, IGNORED},
	{"to all nodes", NS, 38, "ff020000000000000000000000000001", FIX_ICMP6, IGNORED},
	{"solicitation from multicast", NS, 22, "ff02", FIX_ICMP6, IGNORED},
	{"solicitation from ourselves", NS, 37, "02", FIX_ICMP6, IGNORED},
	{"probe with an address", NS, 22, "00000000000000000000000000000000", FIX_ICMP6, IGNORED},
	{"probe to our address", NS_DAD, 38, "20010db8000000000000000000000002", FIX_ICMP6,
		IGNORED},
	{"our own probe", NS_DAD, 6, "020000000002", AS_IS, IGNORED},
	{"option is a group", NS, 80, "333300000001", FIX_ICMP6, IGNORED},
	{"option of no length", NS, 79, "00", FIX_ICMP6, IGNORED},
	{"option past the packet", NS, 79, "02", FIX_ICMP6, IGNORED},
	{"unknown option is skipped", NS, 78, "0e", FIX_ICMP6, TW_NEIGHBOUR_ANSWERED},
	{"23 octets", NS_DAD, 18, "0017", FIX_ICMP6, IGNORED},
	{"option of one octet", NS, 18, "0019", FIX_ICMP6, IGNORED},
	{"advertisement hop limit", NA_PEER, 21, "40", AS_IS, IGNORED},
	{"advertises our address", NA_PEER, 77, "02", FIX_ICMP6, IGNORED},
	{"advertises a group", NA_PEER, 62, "ff02", FIX_ICMP6, IGNORED},
	{"advertised to another", NA_PEER, 53, "03", FIX_ICMP6, IGNORED},
	{"solicited by everybody", NA_PEER_ANNOUNCES, 58, "40", FIX_ICMP6, IGNORED},
	{"advertised mac is a group", NA_PEER, 80, "33", FIX_ICMP6, IGNORED},
	{"advertised mac is ours", NA_PEER, 80, "020000000002", FIX_ICMP6, IGNORED},
	{"advertised from multicast", NA_PEER, 22, "ff02", FIX_ICMP6, IGNORED},
	{"another next header", NS, 20, "11", AS_IS, NOT_US},
};

static void damaged_frames(void **state)
{
	struct tw_neighbour_self s = self();

	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		const struct damage *d = &damages[i];
		struct exchange x, before;
		struct tw_frame f;

		load(&x, d->hex);
		tw_unhex(d->octets, x.buf + d->at, 32);
		if (d->fix == FIX_ICMP4) {
			size_t header = 4 * (size_t)(x.buf[14] & 15);

			tw_put16(x.buf + 24, 0);
			tw_set_raw16(x.buf + 24, tw_checksum_finish(tw_sum(x.buf + 14, header)));
		}
		tw_frame_parse(x.buf, x.len, &f);
		if (d->fix != AS_IS && f.ip_end >= f.l4_off + 8) {
			uint64_t sum;

			tw_put16(x.buf + f.l4_off + 2, 0);
			sum = tw_sum(x.buf + f.l4_off, f.ip_end - f.l4_off);
			if (d->fix == FIX_ICMP6)
				sum = tw_sum_add(sum, tw_frame_pseudo(x.buf, &f));
			tw_set_raw16(x.buf + f.l4_off + 2, tw_checksum_finish(sum));
		}
		before = x;
		run(&x, &s);
		if (x.verdict != d->want)
			fail_msg("%s: %d instead of %d", d->name, x.verdict, d->want);
		if (d->want == TW_NEIGHBOUR_ANSWERED)
			continue;
		assert_false(x.news.valid);
		assert_memory_equal(x.buf, before.buf, sizeof(x.buf));
		assert_int_equal(x.len, before.len);
	}
}

static void truncated_everywhere(void **state)
{
	static const char *const frames[] = {ARP_REQUEST, ARP_PEER_REPLY, PING, PING6, NS, NA_PEER};
	struct tw_neighbour_self s = self();

	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		struct exchange x;

		load(&x, frames[i]);
		for (uint32_t len = 0; len < x.len; len++) {
			uint8_t *p = malloc(len ? len : 1);
			struct tw_neighbour_news news;
			enum tw_neighbour_verdict v;
			uint32_t ret = 77;

			assert_non_null(p);
			memcpy(p, x.buf, len);
			v = tw_neighbour_answer(&s, p, len, len, &ret, &news);
			assert_true(v == IGNORED || v == NOT_US);
			assert_int_equal(ret, 77);
			free(p);
		}
	}
}

static void vlans(void **state)
{
	struct tw_neighbour_self s = self();
	struct exchange x;

	(void)state;
	load(&x, ARP_VLAN_REQUEST);
	x.buf[14] = 0x60; /* priority tag: VLAN id 0 on a port without a VLAN */
	x.buf[15] = 0;
	run(&x, &s);
	assert_int_equal(x.verdict, TW_NEIGHBOUR_ANSWERED);
	assert_int_equal(tw_get16(x.buf + 14), 0x6000);
	s.n_vlan = 1;
	s.tci[0] = 0xe064; /* another priority is the same VLAN */
	load(&x, ARP_VLAN_REQUEST);
	run(&x, &s);
	expect_octets(&x, ARP_VLAN_REPLY);
	s.tci[0] = 101;
	load(&x, ARP_VLAN_REQUEST);
	run(&x, &s);
	assert_int_equal(x.verdict, NOT_US);
	load(&x, ARP_REQUEST);
	run(&x, &s);
	assert_int_equal(x.verdict, NOT_US);
}

/* With two tags both count. */
static void stacked_vlans(void **state)
{
	static const uint16_t inner[] = {7, 8, 7}, outer[] = {200, 200, 201};
	struct tw_neighbour_self s = self(), peer = {.mac = peer_mac, .n_vlan = 2, .n = 1};
	struct tw_addr us = addr("192.0.2.2");

	(void)state;
	assert_int_equal(tw_prefix_parse("192.0.2.1/24", &peer.addr[0]), 0);
	peer.tci[0] = 200;
	peer.tci[1] = 7;
	s.n_vlan = 2;
	for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++) {
		struct exchange x;

		s.tci[0] = outer[i];
		s.tci[1] = inner[i];
		x.len = (uint32_t)tw_neighbour_build_request(
			&peer, &us, NULL, x.buf, sizeof(x.buf));
		run(&x, &s);
		assert_int_equal(x.verdict, i == 0 ? TW_NEIGHBOUR_ANSWERED : NOT_US);
	}
}

static void no_room_for_the_option(void **state)
{
	struct tw_neighbour_self s = self();
	struct exchange x;

	(void)state;
	load(&x, NS_UNICAST); /* 78 octets; the answer has 86 */
	assert_int_equal(tw_neighbour_answer(&s, x.buf, x.len, 85, &x.len, &x.news), IGNORED);
	assert_int_equal(
		tw_neighbour_answer(&s, x.buf, x.len, 86, &x.len, &x.news), TW_NEIGHBOUR_ANSWERED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(padding_is_not_reflected),
		cmocka_unit_test(short_ping),
		cmocka_unit_test(ping_of_zeros),
		cmocka_unit_test(echo_is_not_ect),
		cmocka_unit_test(answers_to_the_option),
		cmocka_unit_test(learns),
		cmocka_unit_test(damaged_frames),
		cmocka_unit_test(truncated_everywhere),
		cmocka_unit_test(vlans),
		cmocka_unit_test(stacked_vlans),
		cmocka_unit_test(no_room_for_the_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_reflect_fixture.h"

#define CONTROL_128x3                                                                              \
	"800c000c0080000300"                                                                       \
	"0f424000000000"

/* Reflected Test Packet Control: off, within its bounds, over them, and in bad company. */

static void control_is_off_by_default(void **state)
{
	(void)state;
	check(CONTROL_128x3, CONTROL_128x3);
	allow(16, 65536, 1250000);
	req.src = addr("192.0.3.1");
	check(CONTROL_128x3, CONTROL_128x3);
	check("800c000c00000000000000000000000000", "800c000c00000000000000000000000000");
}

static void control_as_in_the_vectors(void **state)
{
	static const char *name =
		"12 Reflected Test Packet Control 128 octets x 3 every 1 ms, L3 group 192.0.2.0/24";
	char want[200];

	(void)state;
	allow(16, 65536, 1250000);
	request(str(json_object_get(v11, "requests"), name));
	assert_int_equal(out.len, 128);
	assert_int_equal(out.n_replies, 3);
	assert_int_equal(out.interval_ns, 1000000);
	/* 128 - 44 - 24: Extra Padding of 60 octets, 56 of them its Value. */
	snprintf(want, sizeof(want), "%s%0112d",
		"000c001400800003000f4240000b000818000000c0000200"
		"00010038",
		0);
	expect_reply(want);
	own_addr[0] = addr("192.0.3.2");
	request(str(json_object_get(v11, "requests"), name));
	expect_drop(TW_DISCARD_NOT_ADDRESSED);
}

static void control_of_lengths(void **state)
{
	(void)state;
	allow(16, 65536, 1250000);
	/* Shorter than the request: its Extra Padding goes. */
	request("80010008ffffffffffffffff"
		"800c000c000000010000000000000000"
		"8001000401020304");
	assert_int_equal(out.n_replies, 1);
	expect_reply("000c000c000000010000000000000000");
	/* Rounded up to four octets; less than a header of padding is zeros. */
	request("80c80001aa800c000c004300010000000000000000");
	expect_reply("80c80001aa000c000c004300010000000000000000"
		     "000000");
	request("800c000c004500010000000000000000");
	assert_int_equal(out.len, 72);
	expect_reply("000c000c00450001000000000000000000010008"
		     "0000000000000000");
	/* Zeros and ends that are no TLVs are padding, too. */
	request("800c000c00000001000000000000000000000000");
	expect_reply("000c000c000000010000000000000000");
	/* The HMAC moves along, and only padding follows it. */
	request("80010004ffffffff800c000c000000010000000000000000");
	assert_int_equal(out.len, BASE + 16);
}

static void control_moves_the_hmac(void **state)
{
	size_t n = tw_unhex(str(v10, "unauth_sender"), pkt, sizeof(pkt));

	(void)state;
	allow(16, 65536, 1250000);
	n += tw_unhex("80010004ffffffff800c000c00800001000000000000000080080010", pkt + n, 64);
	assert_true(tw_tlv_digest(hmac, pkt, BASE, n - 4, pkt + n));
	n += 16;
	n += tw_unhex("80010001ff", pkt + n, 64);
	reflect(BASE, n);
	assert_int_equal(out.len, 128);
	assert_int_equal(out.hmac_at, BASE + 16);
	assert_memory_equal(pkt + BASE + 16, "\x00\x08\x00\x10", 4);
	assert_memory_equal(pkt + BASE + 36, "\x00\x01\x00\x2c", 4);
	assert_int_equal(out.flags, 0);
}

static void control_within_its_bounds(void **state)
{
	(void)state;
	/* 3 packets of 128 octets every 1 ms: 384 octets at 128,000 a second, exactly allowed. */
	allow(3, 384, 128000);
	request(CONTROL_128x3);
	assert_int_equal(out.n_replies, 3);
	assert_int_equal(out.flags, 0);
	/* One less of each: a single packet of the same length, with C. */
	for (int i = 0; i < 3; i++) {
		allow(3 - (i == 0), 384 - (i == 1), (uint64_t)(128000 - (i == 2)));
		request(CONTROL_128x3);
		assert_int_equal(out.action, TW_TLV_REPLY);
		assert_int_equal(out.n_replies, 1);
		assert_int_equal(out.len, 128);
		assert_int_equal(out.flags, TW_TLV_C);
		assert_int_equal(pkt[BASE], TW_TLV_C);
	}
	/* Where a single one is too much none is longer than the request. */
	allow(3, 127, 128000);
	request(CONTROL_128x3);
	assert_int_equal(out.n_replies, 1);
	assert_int_equal(out.len, pkt_len);
	assert_int_equal(out.flags, TW_TLV_C);
	/* Without an interval no rate is low enough. */
	allow(16, UINT64_MAX, UINT64_MAX);
	request("800c000c008000020000000000000000");
	assert_int_equal(out.n_replies, 1);
	assert_int_equal(out.flags, TW_TLV_C);
	/* Longer than the way back takes: one packet of that size. */
	request("800c000c05c500030000ffff00000000");
	assert_int_equal(out.len, 1472);
	assert_int_equal(out.n_replies, 1);
	assert_int_equal(out.flags, TW_TLV_C);
	req.max_payload = 1476;
	request("800c000c05c10001000000000000000000000000");
	assert_int_equal(out.len, 1476);
	assert_int_equal(out.flags, 0);
	/* The flag goes where the TLV went. */
	req.max_payload = 1472;
	request("80010004ffffffff800c000c05c500010000000000000000");
	assert_int_equal(pkt[BASE], TW_TLV_C);
	assert_int_equal(pkt[BASE + 1], TW_TLV_CONTROL);
	assert_int_equal(pkt[BASE + 8], 0);
	/* The buffer is a bound as well. */
	req.max_payload = 65535;
	request("800c000cffff0001000000000000000000000000");
	assert_int_equal(out.len, ROOM);
	assert_int_equal(out.flags, TW_TLV_C);
	/* A path that is narrower than the request cannot make it shorter than its TLVs. */
	req.max_payload = 50;
	request("800c000c004000010000000000000000");
	assert_int_equal(out.len, BASE + 16);
	assert_int_equal(out.flags, TW_TLV_C);
}

static void control_with_other_wishes(void **state)
{
	struct tw_addr other = addr("198.51.100.7");

	(void)state;
	allow(16, 65536, 1250000);
	/* None at all. */
	request("800c000c000000000000000000000000");
	expect_drop(TW_DISCARD_NO_REPLY_WANTED);
	request("800a00088001000400000000800c000c000000000000000000000000");
	expect_drop(TW_DISCARD_NO_REPLY_WANTED);
	/* None and three: a mistake, told to both; whichever comes first. */
	check("800a00088001000400000000" CONTROL_128x3, "800a00080001000400000000" CONTROL_128x3);
	check(CONTROL_128x3 "800a00088001000400000000", CONTROL_128x3 "800a00080001000400000000");
	/* A sequence number that does not rise may be a replay. */
	req.sequence_rose = false;
	check(CONTROL_128x3, CONTROL_128x3);
	req.sequence_rose = true;
	/* To another address: whoever gets the packets must be on the list, too. */
	return_to("198.51.100.0/24");

	check("800a000880020004c6336407" CONTROL_128x3, "000a000800020004c6336407" CONTROL_128x3);
	assert_true(out.elsewhere);
	allow_asymmetric.prefix = prefix("0.0.0.0/0");
	request("800a000880020004c6336407" CONTROL_128x3);
	assert_int_equal(out.n_replies, 3);
	assert_int_equal(out.len, 128);
	assert_true(tw_addr_equal(&out.to, &other));
	/* A packet that is malformed elsewhere gets nothing but its own length back. */
	check(CONTROL_128x3 "80040003b80000", CONTROL_128x3 "40040003b80000");
	check("80040003b80000" CONTROL_128x3, "40040003b80000" CONTROL_128x3);
}

static void control_malformed_and_lenient(void **state)
{
	(void)state;
	allow(16, 65536, 1250000);
	check("800c00080080000100000000", "400c00080080000100000000");
	check("800c0000", "400c0000");
	check("800c001000800003000f4240800b000418000000",
		"400c001000800003000f4240400b000418000000");
	check("800c000c00800003000f4240800b0008", "400c000c00800003000f4240400b0008");
	check("800c001200800003000f4240800a000600000000"
	      "0000",
		"400c001200800003000f4240400a0006000000000000");
	policy.lenient_control = true;
	request("800c00080030000100000000");
	expect_reply("000c00080030000100000000");
	assert_int_equal(out.len, 56);
	/* Off where it is off: Lengths are checked first all the same. */
	policy.n_allow_asymmetric = 0;
	check("800c00070080000100000000", "400c00070080000100000000");
}

static void control_groups(void **state)
{
	/* sub-TLV, and whether 192.0.2.2, 2001:db8::2, 02:00:5e:10:00:02 is in it */
	static const struct {
		const char *sub;
		bool in;
	} rows[] = {
		{"800b00080000000000000000", true},
		{"800b000820000000c0000202", true},
		{"800b000820000000c0000203", false},
		{"800b00081f000000c0000202", true},
		{"800b00081f000000c0000203", false}, /* a bit behind the length */
		{"800b000817000000c0000200", true},
		{"800b000821000000c0000202", false}, /* 33 bits */
		{"800b00142000000020010db8000000000000000000000000", true},
		{"800b00148000000020010db8000000000000000000000002", true},
		{"800b00148000000020010db8000000000000000000000003", false},
		{"800b0014ff00000020010db8000000000000000000000002", false},
		{"800a000cffffff00000002005e000000", true},
		{"800a000cffffffffffff02005e100002", true},
		{"800a000cffffffffffff02005e100003", false},
		{"800a000c00000000000f000000000002", true},
		{"800a000c00000000000f000000000012", false},
		{"800a000400000000", false}, /* addresses that we do not have */
		{"800a001000000000000000000000000000000000", false},
		{"80630000", true}, /* unknown: goes back with U */
		{"800b000820000000c0000202800a000cffffffffffff02005e100003", false},
	};

	(void)state;
	allow(16, 65536, 1250000);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char in[160];
		unsigned int n = (unsigned int)strlen(rows[i].sub) / 2;

		/* "80630000" alone makes 12 octets. */
		snprintf(in, sizeof(in), "800c%04x0000000100000000%s", 8 + n, rows[i].sub);
		request(in);
		if (rows[i].in != (out.action == TW_TLV_REPLY))
			fail_msg("%s", rows[i].sub);
		if (rows[i].in)
			assert_int_equal(out.flags, 0);
		else
			assert_int_equal(out.reason, TW_DISCARD_NOT_ADDRESSED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(control_is_off_by_default, setup),
		cmocka_unit_test_setup(control_as_in_the_vectors, setup),
		cmocka_unit_test_setup(control_of_lengths, setup),
		cmocka_unit_test_setup(control_moves_the_hmac, setup),
		cmocka_unit_test_setup(control_within_its_bounds, setup),
		cmocka_unit_test_setup(control_with_other_wishes, setup),
		cmocka_unit_test_setup(control_malformed_and_lenient, setup),
		cmocka_unit_test_setup(control_groups, setup),
	};

	return cmocka_run_group_tests(tests, load, unload);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_reflect_fixture.h"

/* Each TLV that reports or directs a reply, right and wrong. */

static void location(void **state)
{
	(void)state;
	/* Only ports; a specific form that fits; one that does not; an unknown one. */
	check("8002000400000000", "00020004035e4e20");
	check("80020018000000008005001000000000000000000000000000000000",
		"00020018035e4e2000050010c0000202000000000000000000000000");
	check("80020018000000008006001000000000000000000000000000000000",
		"00020018035e4e208006001000000000000000000000000000000000");
	check("80020010000000008003000800000000"
	      "00000000",
		"00020010035e4e20800300080000000000000000");
	check("8002000c000000008063000411223344", "0002000c035e4e208063000411223344");
	/* Zeros behind the ports are no sub-TLVs. */
	check("800200080000000000000000", "00020008035e4e2000000000");
	/* A sub-TLV of the wrong Length, past the end, or cut off spoils the TLV; nothing is told. */
	check("8002000c000000008001000400000000", "4002000c000000004001000400000000");
	check("80020010000000008001000900000000"
	      "0000000080c80000",
		"4002001000000000"
		"4001000900000000"
		"0000000080c80000");
	check("80020008000000008001000980c80000", "4002000800000000400100098"
						  "0c80000");
	check("800200060000000080018003000400000000", "4002000600000000"
						      "80018003000400000000");
}

static void location_of_ipv6_and_without_a_mac(void **state)
{
	(void)state;
	req.src = addr("2001:db8::1");
	req.dst = addr("2001:db8::2");
	req.has_src_mac = false;
	check(str(json_object_get(v11, "requests"), "2 Location request"),
		"00020038035e4e20"
		"000300080000000000000000"
		"0006001020010db8000000000000000000000002"
		"0009001020010db8000000000000000000000001");
}

static void location_that_is_nobodys_business(void **state)
{
	(void)state;
	policy.disclose_location = false;
	check("8002002dffff0000"
	      "80010008ffffffffffffffff"
	      "80040010ffffffffffffffffffffffffffffffff"
	      "80c80006ffffffffffff",
		"4002002dffff0000"
		"80010008ffffffffffffffff"
		"80040010ffffffffffffffffffffffffffffffff"
		"40c80006ffffffffffff"); /* 45 octets do not hold the last one */
	check("80020024ffff0000"
	      "80010008ffffffffffffffff"
	      "80040010ffffffffffffffffffffffffffffffff",
		"0002002400000000"
		"000200080000000000000000"
		"0005001000000000000000000000000000000000");
}

static void class_of_service(void **state)
{
	(void)state;
	/* What the sender put where it must be zero does not come back. */
	check("80040004bbffffff", "00040004bae80000");
	policy.allowed_dscp = 1;
	req.dscp = 63;
	req.ecn = 3;
	check("8004000400000000", "0004000403fc0000");
	assert_true(out.set_dscp);
	assert_int_equal(out.dscp, 0);
}

static void access_report(void **state)
{
	(void)state;
	check("80060004"
	      "2f02beef",
		"0006000420020000");
	assert_int_equal(out.access.id, 2);
	assert_int_equal(out.access.code, 2);
	check("8006000430010000", "8006000430010000"); /* no such access network: not used */
	assert_int_equal(out.access.id, 0);
	check("8006000400010000", "8006000400010000");
}

static void follow_up_without_a_predecessor(void **state)
{
	(void)state;
	req.last_reply.mode = TW_METHOD_UNSPECIFIED;
	check("80070010ffffffffffffffffffffffffffffffff", "00070010000000000000000000000000"
							  "00000000");
}

static void destination_node_address(void **state)
{
	struct tw_addr want = addr("192.0.2.2");

	(void)state;
	check("80090004c0000202", "00090004c0000202");
	assert_true(out.set_source);
	assert_true(tw_addr_equal(&out.from, &want));
	check("80090004c0000203", "80090004c0000203");
	assert_false(out.set_source);
	/* It is us, but an IPv4 packet cannot carry it. */
	check("8009001020010db8000000000000000000000002",
		"0009001020010db8000000000000000000000002");
	assert_false(out.set_source);
}

static void return_path_codes(void **state)
{
	(void)state;
	request("800a00088001000400000000");
	expect_drop(TW_DISCARD_NO_REPLY_WANTED);
	request("800a000880010004fffffffe"); /* only the last bit counts */
	expect_drop(TW_DISCARD_NO_REPLY_WANTED);
	check("800a000880010004ffffffff", "000a000800010004ffffffff");
	/* It excludes the others, whatever their order. */
	return_to("198.51.100.0/24");

	check("800a001080020004c63364078001000400000001",
		"000a001080020004c63364070001000400000001");
	assert_false(out.elsewhere);
	/* Of two the first counts. */
	check("800a001080010004000000018001000400000000",
		"000a001000010004000000018001000400000000");
}

static void return_address_off_by_default(void **state)
{
	(void)state;
	check("800a000880020004c6336407", "800a000880020004c6336407");
	assert_false(out.elsewhere);
	/* The sender's own address redirects nothing. */
	check("800a000880020004c0000201", "000a000800020004c0000201");
	assert_false(out.elsewhere);
}

static void return_address_on_the_list(void **state)
{
	struct tw_addr want = addr("198.51.100.7");
	static const char *const never[] = {
		"c6336307", "c63364ff", "e0000001", "7f000001", "ffffffff", "00000000", "c0000202"};

	(void)state;
	return_to("198.51.100.0/24");

	check("800a000880020004c6336407", "000a000800020004c6336407");
	assert_true(out.elsewhere);
	assert_true(tw_addr_equal(&out.to, &want));
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		char in[64];
		char same[64];

		if (i == 2)
			allow_return =
				prefix("0.0.0.0/0"); /* whoever says all does not mean these */
		snprintf(in, sizeof(in), "800a000880020004%s", never[i]);
		snprintf(same, sizeof(same), "800a000880020004%s", never[i]);
		check(in, same);
		assert_false(out.elsewhere);
	}
	return_to("255.255.255.255/32");
	check("800a000880020004ffffffff", "800a000880020004ffffffff");
	/* Another family than the packet's cannot be sent. */
	return_to("::/0");
	check("800a00148002001020010db8000000000000000000000007",
		"800a00148002001020010db8000000000000000000000007");
	req.src = addr("2001:db8::1");
	check("800a00148002001020010db8000000000000000000000007",
		"000a00140002001020010db8000000000000000000000007");
	assert_int_equal(out.to.family, 6);
}

static void return_path_that_a_host_cannot_take(void **state)
{
	(void)state;
	return_to("198.51.100.0/24");

	check("800a000880030004000031ff", "800a000880030004000031ff");
	check("800a00148004001020010db8000000000000000000000007",
		"800a00148004001020010db8000000000000000000000007");
	check("800a001080020004c633640780030004000031ff",
		"800a001080020004c633640780030004000031ff");
	assert_false(out.elsewhere);
	check("800a0000", "800a0000");
	check("800a000480630000", "800a000480630000");
	check("800a000c80020004c633640780630000", "800a000c80020004c633640780630000");
	/* Wrong Lengths. */
	check("800a00068001000200008003000400000000", "400a0006400100020000"
						      "8003000400000000");
	check("800a000480030000", "400a000440030000");
	check("800a0008800400048003000400000000", "400a00084004000480030004"
						  "00000000");
	check("800a000480020005c0000201", "400a000440020005c0000201");
	check("800a00038002000480c80000", "400a00038002000480c80000");
}

static void micro_session(void **state)
{
	json_t *requests = json_object_get(v11, "requests");

	(void)state;
	/* Not in an aggregation group. */
	check(str(requests, "11 Micro-session ID sender 3"), "800b000400030000");
	policy.micro_session_id = 9;
	check(str(requests, "11 Micro-session ID sender 3"), "000b000400030009");
	check("800b000400030009", "000b000400030009");
	request("800b00040003000a");
	expect_drop(TW_DISCARD_NOT_ADDRESSED);
	/* Not believed, hence not dropped, when the integrity is in doubt. */
	check("800b00040003000a8008000f000000000000000000000000000000",
		"200b00040003000a6008000f000000000000000000000000000000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(location, setup),
		cmocka_unit_test_setup(location_of_ipv6_and_without_a_mac, setup),
		cmocka_unit_test_setup(location_that_is_nobodys_business, setup),
		cmocka_unit_test_setup(class_of_service, setup),
		cmocka_unit_test_setup(access_report, setup),
		cmocka_unit_test_setup(follow_up_without_a_predecessor, setup),
		cmocka_unit_test_setup(destination_node_address, setup),
		cmocka_unit_test_setup(return_path_codes, setup),
		cmocka_unit_test_setup(return_address_off_by_default, setup),
		cmocka_unit_test_setup(return_address_on_the_list, setup),
		cmocka_unit_test_setup(return_path_that_a_host_cannot_take, setup),
		cmocka_unit_test_setup(micro_session, setup),
	};

	return cmocka_run_group_tests(tests, load, unload);
}

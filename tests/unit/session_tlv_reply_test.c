/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_reply_fixture.h"

/* Which TLVs of a reply are read at all. */

static void vectors(void **state)
{
	json_t *rsp = json_object_get(v11, "responses");

	(void)state;
	ASK("padding:8", "location", "timestamp-info", "cos:dscp=46", "access-report:id=1,code=1");
	assert_true(res.asked);
	assert_string_equal(res.tally[TW_TLV_LOCATION].name, "location");
	assert_true(reply(str(rsp, "1 Extra Padding (8)")));
	assert_true(reply(str(rsp, "2 Location response")));
	assert_true(res.location.known);
	assert_int_equal(res.location.destination_port, 862);
	assert_int_equal(res.location.source_port, 20000);
	assert_true(res.location.has_mac);
	assert_memory_equal(res.location.mac, "\x02\x00\x5e\x10\x00\x01", 6);
	assert_int_equal(res.location.destination.family, 4);
	assert_memory_equal(res.location.destination.b, "\xc0\x00\x02\x02", 4);
	assert_memory_equal(res.location.source.b, "\xc0\x00\x02\x01", 4);
	assert_int_equal(res.location.changes, 0);

	assert_true(reply(str(rsp, "3 Timestamp Information NTP/SW,NTP/SW")));
	assert_int_equal(res.timestamps.sync_in, TW_SYNC_NTP);
	assert_int_equal(res.timestamps.method_out, TW_METHOD_SOFTWARE);

	meta.ecn = 1;
	assert_true(reply(str(rsp, "4 Class of Service response DSCP2=46 ECN=2 RP=0")));
	assert_int_equal(res.cos.asked, 46);
	assert_int_equal(res.cos.dscp_there.min, 46);
	assert_int_equal(res.cos.ecn_there.max, 2);
	assert_int_equal(res.cos.dscp_here.count, 1);
	assert_int_equal(res.cos.dscp_here.max, 46);
	assert_int_equal(res.cos.ecn_here.max, 1);
	meta.dscp = 10;
	assert_true(reply(str(rsp, "4 Class of Service response refused RP=1")));
	assert_int_equal(res.cos.refused, 1);
	assert_int_equal(res.cos.dscp_there.min, 0);
	assert_int_equal(res.cos.dscp_there.count, 2);
	assert_int_equal(res.cos.dscp_here.count, 1); /* refused: says nothing of the way back */

	assert_true(reply(str(rsp, "6 Access Report echoed")));
	assert_int_equal(res.access.echoed, 1);
	assert_true(reply("0006000420010000")); /* of another network */
	assert_int_equal(res.access.echoed, 1);

	assert_true(reply(str(rsp, "unknown type 200 echoed with U")));
	assert_int_equal(res.tally[0].unrecognized, 1);
	assert_true(reply(str(rsp, "malformed CoS (length 3) echoed with M")));
	assert_int_equal(res.tally[TW_TLV_COS].malformed, 1);
	assert_int_equal(res.tally[TW_TLV_COS].answered, 2);
	assert_int_equal(res.replies, 9);
	assert_int_equal(res.plain, 0);
	assert_int_equal(res.unexpected, 0);
}

static void flags_decide_what_is_read(void **state)
{
	(void)state;
	ASK("timestamp-info", "cos:dscp=46", "direct-measurement");
	/* U is skipped, what follows is read. */
	assert_true(reply("800300040102010200040004bae80000"));
	assert_false(res.timestamps.known);
	assert_true(res.cos.known);
	assert_int_equal(res.tally[TW_TLV_TIMESTAMP_INFO].unrecognized, 1);
	assert_int_equal(res.tally[TW_TLV_DIRECT].missing, 1);
	/* M ends the reading, also with U. */
	assert_true(reply("0004000400000000c0050003000000000300040102010200"));
	assert_int_equal(res.cos.dscp_there.count, 2);
	assert_false(res.timestamps.known);
	assert_int_equal(res.tally[TW_TLV_DIRECT].malformed, 1);
	assert_int_equal(res.tally[TW_TLV_DIRECT].missing, 1);
	/* I anywhere voids all of them, those before it too. */
	assert_true(reply("000300040102010220040004bae80000"));
	assert_false(res.timestamps.known);
	assert_int_equal(res.integrity_failed, 1);
	assert_true(reply("000300040102010200040004bae8000060c80009"));
	assert_int_equal(res.integrity_failed, 2);
	assert_false(res.timestamps.known);
	/* Malformed and cut off, by the reflector's word or by its mistake. */
	assert_true(reply("40050010"));
	assert_int_equal(res.tally[TW_TLV_DIRECT].malformed, 2);
	assert_true(reply("000300040102010200050010"));
	assert_true(res.timestamps.known);
	assert_int_equal(res.cut_off, 1);
	/* Wrong Length without M; a TLV that was not asked for. */
	assert_true(reply("0004000100"));
	assert_int_equal(res.unexpected, 1);
	assert_true(reply("000600041001000000020004ffffffff"));
	assert_int_equal(res.unexpected, 3);
	assert_false(res.location.known);
	assert_int_equal(res.access.echoed, 0);
	/* Padding that a control or a frame size brought is no surprise. */
	assert_true(reply("0001000400000000"));
	assert_int_equal(res.unexpected, 3);
}

static void peers_without_tlvs(void **state)
{
	(void)state;
	ASK("cos:dscp=46");
	meta.ssid = 0;
	assert_true(reply("00040004bae80000"));
	assert_int_equal(res.plain, 1);
	assert_false(res.cos.known);
	meta.ssid = 0x1234;
	assert_true(reply(""));
	assert_true(reply("0000000000000000"));
	assert_true(reply("ab"));
	assert_int_equal(res.plain, 4);
	/* Who sent no SSID cannot tell by it. */
	expect.ssid = 0;
	meta.ssid = 0;
	assert_true(reply("00040004bae80000"));
	assert_true(res.cos.known);
	assert_int_equal(res.replies, 5);
	assert_int_equal(res.tally[TW_TLV_COS].missing, 0);
}

static void hmac_of_the_vectors(void **state)
{
	size_t n;

	(void)state;
	key = hmac;
	ASK("timestamp-info", "cos:dscp=46", "hmac");
	n = tw_unhex(str(v11, "unauth_reflector_ts_cos_hmac"), pkt, sizeof(pkt));
	assert_true(read_octets(n));
	assert_int_equal(res.verified, 1);
	assert_int_equal(res.bad_hmac, 0);
	assert_true(res.timestamps.known);
	assert_true(res.cos.known);
	assert_int_equal(res.tally[TW_TLV_HMAC].answered, 1);
	/* The sequence number and each octet of the TLVs count. */
	setup(NULL);
	key = hmac;
	ASK("timestamp-info", "cos:dscp=46", "hmac");
	for (size_t i = BASE; i < n; i++) {
		bool flag = i == BASE || i == BASE + 8 || i == BASE + 16;

		pkt[i] ^= flag ? 0x01 : 0x80;
		assert_true(read_octets(n));
		pkt[i] ^= flag ? 0x01 : 0x80;
	}
	pkt[3] ^= 1;
	assert_true(read_octets(n));
	/* A reserved flag of the HMAC TLV itself is ignored; nothing else is. */
	assert_int_equal(res.verified, 1);
	assert_int_equal(res.timestamps.known + res.cos.known, 2);
	assert_int_equal(res.bad_hmac + res.verified, n - BASE + 1);

	/* What the reflector says after our own HMAC failed. */
	n = tw_unhex(str(v11, "reflected_after_hmac_failure"), pkt, sizeof(pkt));
	assert_true(read_octets(n));
	assert_int_equal(res.integrity_failed, 1);
}

static void hmac_that_is_demanded(void **state)
{
	size_t n;

	(void)state;
	key = hmac;
	ASK("cos:dscp=46", "hmac");
	/* Taken away. */
	assert_true(reply("00040004bae80000"));
	assert_int_equal(res.bad_hmac, 1);
	assert_false(res.cos.known);
	assert_int_equal(res.tally[TW_TLV_COS].answered, 0);
	/* In the wrong place. */
	assert_true(reply("000800100000000000000000000000000000000000040004bae80000"));
	assert_int_equal(res.bad_hmac, 2);
	/* The reflector does not know it: flags are read, Values are not. */
	assert_true(reply("00040004bae800008008001000000000000000000000000000000000"));
	assert_int_equal(res.bad_hmac, 2);
	assert_int_equal(res.tally[TW_TLV_COS].answered, 1);
	assert_int_equal(res.tally[TW_TLV_HMAC].unrecognized, 1);
	assert_false(res.cos.known);
	/* The reflector stopped before it: likewise, and what was malformed is known. */
	assert_true(reply("40040003bae8008008001000000000000000000000000000000000"));
	assert_int_equal(res.tally[TW_TLV_COS].malformed, 1);
	assert_int_equal(res.bad_hmac, 2);
	/* Authenticated packets: a lone padding has none, anything else must. */
	key = hmac;
	ask(true, (const char *const[]){"padding:4", NULL});
	n = tw_unhex(str(v10, "auth_reflector_stateful"), pkt, sizeof(pkt));
	n += tw_unhex("0001000400000000", pkt + n, 64);
	assert_true(read_octets(n));
	assert_int_equal(res.bad_hmac, 0);
	assert_int_equal(res.tally[TW_TLV_PADDING].answered, 1);
	n += tw_unhex("0003000401020102", pkt + n, 64);
	assert_true(read_octets(n));
	assert_int_equal(res.bad_hmac, 1);
	/* Nobody asked for one and nobody has a key: nothing to say. */
	key = NULL;
	ASK("cos:dscp=46");
	assert_true(reply("00040004bae80000"));
	assert_true(res.cos.known);
}

/* Request, reflector and reader agree with each other about all that a host can do. */
static void round_trip(void **state)
{
	static const char *const specs[] = {"location", "timestamp-info", "cos:dscp=46",
		"direct-measurement", "access-report:id=2,code=1", "follow-up",
		"destination:192.0.2.2", "return-path:same-link", "micro-session:sender=3",
		"padding:9", "raw:type=200,hex=0102", "hmac", NULL};
	struct tw_addr own;
	struct tw_tlv_policy policy = {.disclose_location = true,
		.allowed_dscp = UINT64_MAX,
		.own_addr = &own,
		.n_own_addr = 1,
		.micro_session_id = 7,
		.sync_source = TW_SYNC_PTP,
		.t2_method = TW_METHOD_HARDWARE,
		.t3_method = TW_METHOD_SOFTWARE};
	struct tw_tlv_request req = {
		.src = {4, {192, 0, 2, 1}}, .dst = {4, {192, 0, 2, 2}}, .dscp = 10, .mac = hmac};
	struct tw_tlv_reflection out;
	size_t base;
	size_t len;

	(void)state;
	own = req.dst;
	key = hmac;
	ask(false, specs);
	for (uint32_t i = 0; i < 3; i++) {
		base = tw_unhex(str(v10, "unauth_sender"), pkt, sizeof(pkt));
		tw_put32(pkt, i);
		memcpy(pkt + base, asked.octets, asked.len);
		tw_tlv_template_count(&asked, pkt + base, i + 1);
		tw_tlv_sign(hmac, pkt, base, base + asked.hmac_at);
		len = base + asked.len;
		req.rx_count = i + 1;
		req.tx_count = i;
		req.last_reply =
			(struct tw_tlv_follow_up){i - 1, meta.t3.v + 5, i ? TW_METHOD_HARDWARE : 0};
		tw_tlv_reflect(&policy, &req, pkt, base, len, sizeof(pkt), &out);
		assert_int_equal(out.action, TW_TLV_REPLY);
		assert_int_equal(out.len, len);
		tw_unhex(str(v10, "unauth_reflector_stateful"), pkt, base);
		tw_put32(pkt, i);
		tw_tlv_sign(hmac, pkt, base, out.hmac_at);
		meta.rseq = i;
		meta.sseq = i;
		meta.rx_count = i + 1;
		assert_true(read_octets(len));
	}
	assert_int_equal(res.verified, 3);
	for (unsigned int i = 1; i <= TW_TLV_MICRO_SESSION; i++)
		assert_int_equal(res.tally[i].answered, 3);
	assert_int_equal(res.tally[0].unrecognized, 3);
	assert_int_equal(res.cos.dscp_there.min, 10);
	assert_int_equal(res.direct.sent, 2);
	assert_int_equal(tw_tlv_direct_lost_outbound(&res.direct), 0);
	assert_int_equal(res.access.echoed, 3);
	assert_int_equal(res.follow_up.egress.count, 2);
	assert_true(res.follow_up.egress.max == 5);
	assert_int_equal(res.micro.reflector, 7);
	assert_int_equal(res.unexpected, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(vectors, setup),
		cmocka_unit_test_setup(flags_decide_what_is_read, setup),
		cmocka_unit_test_setup(peers_without_tlvs, setup),
		cmocka_unit_test_setup(hmac_of_the_vectors, setup),
		cmocka_unit_test_setup(hmac_that_is_demanded, setup),
		cmocka_unit_test_setup(round_trip, setup),
	};

	return cmocka_run_group_tests(tests, load, unload);
}

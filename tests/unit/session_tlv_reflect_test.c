/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_rand.h"
#include "tw_test.h"
#include "tw_tlv_reflect.h"

#include <jansson.h>

/*
 * The reflector's answers to TLVs: every vector of V11, then each TLV and each flag rule, right
 * and wrong. Expected octets follow RFC 8972, 9503, 9534 and 10052 by hand.
 */

#define BASE 44
#define ROOM 4096
#define GUARD 0xa5

static json_t *all;
static json_t *v10;
static json_t *v11;
static struct tw_hmac *hmac;

static struct tw_addr own_addr[2];
static struct tw_mac own_mac;
static struct tw_prefix allow_return;
static struct tw_tlv_asymmetry allow_asymmetric;
static struct tw_tlv_policy policy;
static struct tw_tlv_request req;
static struct tw_tlv_reflection out;
static uint8_t pkt[ROOM + 16];
static uint8_t before[ROOM + 16];
static size_t pkt_len;

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

static const char *str(json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	if (!s)
		fail_msg("no vector \"%s\"", name);
	return s;
}

/* The setting of the vectors: 192.0.2.1:20000 to 192.0.2.2:862. */
static int setup(void **state)
{
	(void)state;
	own_addr[0] = addr("192.0.2.2");
	own_addr[1] = addr("2001:db8::2");
	own_mac = (struct tw_mac){{2, 0, 0x5e, 0x10, 0, 2}};
	policy = (struct tw_tlv_policy){
		.disclose_location = true,
		.allowed_dscp = 1ULL << 46,
		.own_addr = own_addr,
		.n_own_addr = 2,
		.own_mac = &own_mac,
		.n_own_mac = 1,
		.sync_source = TW_SYNC_NTP,
		.t2_method = TW_METHOD_SOFTWARE,
		.t3_method = TW_METHOD_SOFTWARE,
	};
	req = (struct tw_tlv_request){
		.src = addr("192.0.2.1"),
		.dst = addr("192.0.2.2"),
		.src_port = 20000,
		.dst_port = 862,
		.has_src_mac = true,
		.src_mac = {{2, 0, 0x5e, 0x10, 0, 1}},
		.dscp = 46,
		.ecn = 2,
		.sequence_rose = true,
		.max_payload = 1472,
		.rx_count = 990,
		.tx_count = 985,
		.last_reply = {3, 0xeeab5d9419b13165, TW_METHOD_HARDWARE},
		.mac = hmac,
	};
	return 0;
}

static int load(void **state)
{
	uint8_t key[64];
	size_t n;
	json_error_t e;

	(void)state;
	all = json_load_file(TW_TEST_DATA "/vectors.json", 0, &e);
	v10 = json_object_get(all, "V10_stamp_base");
	v11 = json_object_get(all, "V11_stamp_tlvs");
	n = tw_unhex(str(v11, "hmac_key"), key, sizeof(key));
	return tw_hmac_create(TW_HASH_SHA256, key, n, &hmac);
}

static int unload(void **state)
{
	(void)state;
	tw_hmac_destroy(hmac);
	json_decref(all);
	return 0;
}

/* Reflect the octets in pkt; nothing outside of [base, the longer of both lengths) may change. */
static void reflect(size_t base, size_t len)
{
	size_t end;

	pkt_len = len;
	memset(pkt + len, GUARD, sizeof(pkt) - len);
	memcpy(before, pkt, sizeof(pkt));
	memset(&out, GUARD, sizeof(out));
	tw_tlv_reflect(&policy, &req, pkt, base, len, ROOM, &out);
	end = out.len > len ? out.len : len;
	assert_true(end <= ROOM);
	assert_memory_equal(pkt, before, base);
	assert_memory_equal(pkt + end, before + end, sizeof(pkt) - end);
}

/* A request of the open mode with these TLVs. */
static void request(const char *tlvs)
{
	size_t n = tw_unhex(str(v10, "unauth_sender"), pkt, sizeof(pkt));

	assert_int_equal(n, BASE);
	reflect(BASE, n + tw_unhex(tlvs, pkt + n, ROOM - n));
}

/* The TLVs of the reply, whatever its length. */
static void expect(const char *tlvs)
{
	static char got[2 * ROOM + 1];

	for (size_t i = BASE; i < out.len; i++)
		snprintf(got + 2 * (i - BASE), 3, "%02x", pkt[i]);
	got[2 * (out.len - BASE)] = '\0';
	assert_string_equal(got, tlvs);
}

static void expect_reply(const char *tlvs)
{
	assert_int_equal(out.action, TW_TLV_REPLY);
	expect(tlvs);
}

static void expect_drop(enum tw_discard reason)
{
	assert_int_equal(out.action, TW_TLV_DROP);
	assert_int_equal(out.reason, reason);
}

static void check(const char *tlvs, const char *reply)
{
	request(tlvs);
	assert_int_equal(out.len, pkt_len); /* symmetrical */
	assert_int_equal(out.n_replies, 1);
	expect_reply(reply);
}

static void vectors(void **state)
{
	static const struct {
		const char *request;
		const char *response;
	} rows[] = {
		{"1 Extra Padding (8)", "1 Extra Padding (8)"},
		{"2 Location request", "2 Location response"},
		{"3 Timestamp Information request", "3 Timestamp Information NTP/SW,NTP/SW"},
		{"4 Class of Service request DSCP1=46",
			"4 Class of Service response DSCP2=46 ECN=2 RP=0"},
		{"5 Direct Measurement request S_TxC=1000", "5 Direct Measurement response"},
		{"6 Access Report 3GPP available", "6 Access Report echoed"},
		{"7 Follow-Up Telemetry request", "7 Follow-Up Telemetry: seq 3, HW"},
	};
	json_t *requests = json_object_get(v11, "requests");
	json_t *responses = json_object_get(v11, "responses");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(str(requests, rows[i].request), str(responses, rows[i].response));
	assert_int_equal(out.flags, 0);
	assert_false(out.set_dscp);
	check(str(requests, rows[3].request), str(responses, rows[3].response));
	assert_true(out.set_dscp);
	assert_int_equal(out.dscp, 46);
	check("80c8000400112233", str(responses, "unknown type 200 echoed with U"));
	assert_int_equal(out.flags, TW_TLV_U);
	check("80040003b80000", str(responses, "malformed CoS (length 3) echoed with M"));
	assert_int_equal(out.flags, TW_TLV_M);
	policy.allowed_dscp = 0;
	req.dscp = 0;
	req.ecn = 0;
	check(str(requests, rows[3].request),
		str(responses, "4 Class of Service response refused RP=1"));
	assert_false(out.set_dscp);
}

/* Whole packets with an HMAC TLV: verified, answered, signed over the reply's own octets. */
static void vector_with_hmac(void **state)
{
	uint8_t want[256];
	uint8_t base[BASE];
	size_t len = tw_unhex(str(v11, "unauth_sender_ts_cos_hmac"), pkt, sizeof(pkt));
	size_t n = tw_unhex(str(v11, "unauth_reflector_ts_cos_hmac"), want, sizeof(want));
	uint8_t text[64];
	size_t text_len;
	uint32_t save;
	uint32_t got_len;
	uint8_t *got;

	(void)state;
	text_len = tw_unhex(str(v11, "hmac_tlv_text_sender"), text, sizeof(text));
	got = tw_tlv_text(pkt, BASE, BASE + 16, &save, &got_len);
	assert_int_equal(got_len, text_len);
	assert_memory_equal(got, text, text_len);
	tw_tlv_text_done(pkt, BASE, save);

	reflect(BASE, len);
	assert_int_equal(out.action, TW_TLV_REPLY);
	assert_int_equal(out.hmac_at, BASE + 16);
	assert_int_equal(tw_unhex(str(v10, "unauth_reflector_stateful"), base, BASE), BASE);
	memcpy(pkt, base, BASE);
	text_len = tw_unhex(str(v11, "hmac_tlv_text_reflector"), text, sizeof(text));
	got = tw_tlv_text(pkt, BASE, out.hmac_at, &save, &got_len);
	assert_int_equal(got_len, text_len);
	assert_memory_equal(got, text, text_len);
	tw_tlv_text_done(pkt, BASE, save);
	tw_tlv_sign(hmac, pkt, BASE, out.hmac_at);
	assert_int_equal(out.len, n);
	assert_memory_equal(pkt, want, n);
}

static void vector_with_a_broken_hmac(void **state)
{
	uint8_t want[256];
	size_t len = tw_unhex(str(v11, "unauth_sender_broken_hmac"), pkt, sizeof(pkt));
	size_t n = tw_unhex(str(v11, "reflected_after_hmac_failure"), want, sizeof(want));

	(void)state;
	reflect(BASE, len);
	assert_int_equal(out.action, TW_TLV_REPLY);
	assert_int_equal(out.hmac_at, 0);
	assert_int_equal(out.flags, TW_TLV_I);
	assert_false(out.set_dscp);
	assert_int_equal(out.len, n);
	assert_memory_equal(pkt + BASE, want + BASE, n - BASE);
}

static void vector_in_authenticated_mode(void **state)
{
	size_t len = tw_unhex(str(v11, "auth_sender_ts_cos_hmac_then_padding"), pkt, sizeof(pkt));

	(void)state;
	req.authenticated = true;
	reflect(112, len);
	assert_int_equal(out.flags, 0);
	assert_int_equal(out.hmac_at, 112 + 16);
	assert_int_equal(pkt[112 + 36], 0); /* the padding behind it, answered */
	assert_int_equal(pkt[112 + 37], TW_TLV_PADDING);
	assert_int_equal(out.dscp, 46);
}

/* Each test below changes the good packet of the vectors in one way: I on everything. */
static void hmac_failures(void **state)
{
	static uint8_t good[256];
	size_t len = tw_unhex(str(v11, "unauth_sender_ts_cos_hmac"), good, sizeof(good));

	(void)state;
	for (size_t i = 0; i < len; i++) {
		bool covered = i < 4 || i >= BASE;
		bool length = i == BASE + 2 || i == BASE + 3 || i == BASE + 10 || i == BASE + 11;
		bool kind = i == BASE + 17 || i == BASE + 18 || i == BASE + 19;

		memcpy(pkt, good, len);
		pkt[i] ^= 1;
		reflect(BASE, len);
		if (!covered)
			assert_int_equal(out.flags, 0); /* the TLV's HMAC is not about it */
		else if (i == BASE + 16)
			assert_int_equal(out.flags, 0); /* flags of the HMAC TLV itself */
		else if (!length && !kind)
			assert_int_equal(out.flags, TW_TLV_I);
		/* A changed Length hides the HMAC TLV or cuts the packet; it is never taken. */
		if (covered && i != BASE + 16)
			assert_int_equal(out.hmac_at, 0);
	}
	/* The burst's verdict counts where there is one. */
	memcpy(pkt, good, len);
	req.check = TW_TLV_CHECK_BAD;
	reflect(BASE, len);
	assert_int_equal(out.flags, TW_TLV_I);
	memcpy(pkt, good, len);
	pkt[len - 1] ^= 1;
	req.check = TW_TLV_CHECK_GOOD;
	req.mac = NULL;
	reflect(BASE, len);
	assert_int_equal(out.flags, 0);
	/* No key: nothing can be verified, so nothing is used. */
	memcpy(pkt, good, len);
	req.check = TW_TLV_CHECK_HERE;
	reflect(BASE, len);
	assert_int_equal(out.flags, TW_TLV_I);
	assert_false(out.set_dscp);
}

static void hmac_in_the_wrong_place(void **state)
{
	static uint8_t good[256];
	size_t len = tw_unhex(str(v11, "unauth_sender_ts_cos_hmac"), good, sizeof(good));
	static const struct {
		const char *after;
		const char *reply; /* NULL: accepted */
	} rows[] = {
		{"80010000", NULL}, {"80010003010203", NULL}, {"8001000080010000", NULL},
		{"000000", NULL},   /* zeros are padding, no TLV */
		{"00000000", NULL}, /* likewise */
		{"800102", NULL},   /* no TLV either: nothing to flag */
		{"8003000400000000", "2003000400000000"}, {"80c80000", "20c80000"},
		{"8001000080c80000", "2001000020c80000"},
		{"8008001000000000000000000000000000000000",
			"2008001000000000000000000000000000000000"},
		{"80c80001", "60c80001"}, /* past the end, and not padding */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n;

		memcpy(pkt, good, len);
		n = tw_unhex(rows[i].after, pkt + len, 256);
		reflect(BASE, len + n);
		if (!rows[i].reply) {
			assert_int_equal(out.flags, 0);
			assert_int_equal(out.hmac_at, BASE + 16);
			continue;
		}
		assert_true(out.flags & TW_TLV_I);
		assert_int_equal(pkt[BASE], TW_TLV_I);
		assert_int_equal(pkt[BASE + 8], TW_TLV_I);
		assert_int_equal(pkt[BASE + 16], TW_TLV_I);
		assert_memory_equal(pkt + BASE + 1, good + BASE + 1, 7);
		tw_unhex(rows[i].reply, before, sizeof(before));
		assert_memory_equal(pkt + len, before, n);
	}
	/* Padding that is cut off, behind a good HMAC: only it is malformed. */
	memcpy(pkt, good, len);
	tw_unhex("80010005ffffffff", pkt + len, 8);
	reflect(BASE, len + 8);
	assert_int_equal(out.flags, TW_TLV_M);
	assert_int_equal(out.hmac_at, BASE + 16);
	assert_int_equal(pkt[len], TW_TLV_M);
}

static void hmac_of_the_wrong_length(void **state)
{
	(void)state;
	check("80030004000000008008000f000000000000000000000000000000",
		"20030004000000006008000f000000000000000000000000000000");
	check("8003000400000000"
	      "80080000",
		"200300040000000060080000");
	check("8003000400000000"
	      "8008001000",
		"20030004000000006008001000");
}

static void authenticated_mode_demands_an_hmac(void **state)
{
	static const struct {
		const char *tlvs;
		const char *reply;
	} rows[] = {
		{"", ""},
		{"80010000", "00010000"},                 /* a lone Extra Padding needs none */
		{"8001000080010000", "2001000020010000"}, /* two do */
		{"8003000400000000", "2003000400000000"},
		{"80c80000", "20c80000"},
		{"8003000500000000", "6003000500000000"},
		{"0000000000000000", "0000000000000000"},
		{"800300", "800300"},
	};

	(void)state;
	req.authenticated = true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t want[64];
		size_t n = tw_unhex(str(v10, "auth_sender"), pkt, sizeof(pkt));
		size_t m = tw_unhex(rows[i].tlvs, pkt + n, 64);

		reflect(112, n + m);
		tw_unhex(rows[i].reply, want, sizeof(want));
		assert_int_equal(out.len, n + m);
		assert_memory_equal(pkt + n, want, m);
		assert_int_equal(out.hmac_at, 0);
	}
}

static void flags_of_the_sender_are_not_believed(void **state)
{
	(void)state;
	check("f003000400000000", "0003000401020102");
	check("0003000400000000", "0003000401020102");
	check("ff01000155", "0001000155");
	check("7fc80000", "80c80000");
	check("ff040003b80000", "40040003b80000");
}

static void malformed_ends_the_processing(void **state)
{
	(void)state;
	/* What is before it is answered, what is behind it goes back as it came. */
	check("8003000400000000"
	      "80040003b80000"
	      "8003000400000000",
		"0003000401020102"
		"40040003b80000"
		"8003000400000000");
	check("800300040000000080040004b80000", "000300040102010240040004b80000");
	check("8001ffff", "4001ffff");
	check("80040000", "40040000");
	check("8005000800000000"
	      "00000000",
		"400500080000000000000000");
	check("80030003000000", "40030003000000");
	check("8006000210010000", "4006000210010000");
	check("800b00020003", "400b00020003");
	check("80090008c0000202c0000202", "40090008c0000202c0000202");
	check("8002000300000080", "4002000300000080");
	check("80fd0003000000", "40fd0003000000"); /* Private Use without an enterprise number */
	check("80fd000400000000", "80fd000400000000");
	/* Nothing of a bad Follow-Up goes back (erratum 8339), unless it is cut off. */
	check("8007000cffffffffffffffffffffffff"
	      "80c80000",
		"4007000c000000000000000000000000"
		"80c80000");
	check("80070010ffffffff", "40070010ffffffff");
}

static void remainders_that_are_no_tlvs(void **state)
{
	(void)state;
	check("", "");
	check("00", "00");
	check("000000", "000000");
	check("800400", "800400");
	check("00000000", "00000000");
	check("00000000000000000000000000", "00000000000000000000000000");
	check("800300040000000000000000", "000300040102010200000000");
	check("8003000400000000ab", "0003000401020102ab");
	/* Type 0 is reserved: unknown, when anything but zero follows. */
	check("0000000080c80000", "8000000080c80000");
	check("80ff0000", "80ff0000");
}

static void sixty_four_in_a_row(void **state)
{
	char in[64 * 16 + 1] = "";
	char want[64 * 16 + 1] = "";

	(void)state;
	for (int i = 0; i < 64; i++) {
		memcpy(in + i * 16, i % 2 ? "80c8000400112233" : "8003000400000000", 16);
		memcpy(want + i * 16, i % 2 ? "80c8000400112233" : "0003000401020102", 16);
	}
	check(in, want);
	/* And as many as a packet takes. */
	memset(pkt, 0x80, ROOM);
	for (size_t i = BASE; i + 4 <= ROOM; i += 4)
		tw_tlv_put(pkt + i, TW_TLV_U, i % 8 ? 200 : 1, 0);
	reflect(BASE, ROOM);
	for (size_t i = BASE; i + 4 <= ROOM; i += 4)
		assert_int_equal(pkt[i], i % 8 ? TW_TLV_U : 0);
}

/* Values that only report are filled each time; those that direct the reply count once. */
static void duplicates(void **state)
{
	(void)state;
	check("8001000101"
	      "8001000102",
		"00010001010001000102");
	check("80030004000000008003000400000000", "00030004010201020003000401020102");
	check("8005000c000000010000000000000000"
	      "8005000c000000020000000000000000",
		"0005000c00000001000003de000003d9"
		"0005000c00000002000003de000003d9");
	check("80040004b8000000"
	      "8004000428000000",
		"00040004bae80000"
		"8004000428000000");
	assert_int_equal(out.dscp, 46);
	/* The first counts even when policy refuses it. */
	check("8004000428000000"
	      "80040004b8000000",
		"000400042ae90000"
		"80040004b8000000");
	assert_false(out.set_dscp);
	check("80090004c0000209"
	      "80090004c0000202",
		"80090004c0000209"
		"80090004c0000202");
	assert_false(out.set_source);
	check("800a00088001000400000001"
	      "800a00088001000400000000",
		"000a00080001000400000001"
		"800a00088001000400000000");
	policy.micro_session_id = 7;
	check("800b000400030000800b000400040009", "000b000400030007800b000400040009");
}

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
	policy.allow_return = &allow_return;
	policy.n_allow_return = 1;
	allow_return = prefix("198.51.100.0/24");
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
	policy.allow_return = &allow_return;
	policy.n_allow_return = 1;
	allow_return = prefix("198.51.100.0/24");
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
	/* Another family than the packet's cannot be sent. */
	allow_return = prefix("::/0");
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
	policy.allow_return = &allow_return;
	policy.n_allow_return = 1;
	allow_return = prefix("198.51.100.0/24");
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

static void allow(uint32_t packets, uint64_t octets, uint64_t rate)
{
	allow_asymmetric = (struct tw_tlv_asymmetry){prefix("192.0.2.0/24"), packets, octets, rate};
	policy.allow_asymmetric = &allow_asymmetric;
	policy.n_allow_asymmetric = 1;
}

#define CONTROL_128x3                                                                              \
	"800c000c0080000300"                                                                       \
	"0f424000000000"

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
	policy.allow_return = &allow_return;
	policy.n_allow_return = 1;
	allow_return = prefix("198.51.100.0/24");
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
		{"800b000800000000"
		 "00000000",
			true},
		{"800b000820000000"
		 "c0000202",
			true},
		{"800b000820000000"
		 "c0000203",
			false},
		{"800b00081f000000"
		 "c0000202",
			true},
		{"800b00081f000000"
		 "c0000203",
			false}, /* a bit behind the length */
		{"800b000817000000"
		 "c0000200",
			true},
		{"800b000821000000"
		 "c0000202",
			false}, /* 33 bits */
		{"800b001420000000"
		 "20010db8000000000000000000000000",
			true},
		{"800b001480000000"
		 "20010db8000000000000000000000002",
			true},
		{"800b001480000000"
		 "20010db8000000000000000000000003",
			false},
		{"800b0014ff000000"
		 "20010db8000000000000000000000002",
			false},
		{"800a000c"
		 "ffffff000000"
		 "02005e000000",
			true},
		{"800a000c"
		 "ffffffffffff"
		 "02005e100002",
			true},
		{"800a000c"
		 "ffffffffffff"
		 "02005e100003",
			false},
		{"800a000c"
		 "00000000000f"
		 "000000000002",
			true},
		{"800a000c"
		 "00000000000f"
		 "000000000012",
			false},
		{"800a0004"
		 "00000000",
			false}, /* addresses that we do not have */
		{"800a0010"
		 "00000000000000000000000000000000",
			false},
		{"80630000", true}, /* unknown: goes back with U */
		{"800b000820000000"
		 "c0000202"
		 "800a000cffffffffffff02005e100003",
			false},
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

/*
 * Whatever arrives: no octet outside of the TLVs changes, the reply is not longer than what a
 * control that the policy allows asks for, headers keep their places and Lengths, and what is
 * not known keeps its octets.
 */
static void nothing_breaks_the_bounds(void **state)
{
	const char *env = getenv("TW_TEST_SEED");
	uint64_t seed = env ? strtoull(env, NULL, 0) : tw_rand_seed();
	struct tw_rand r;
	unsigned int grown = 0;
	unsigned int failed = 0;

	(void)state;
	print_message("TW_TEST_SEED=%llu\n", (unsigned long long)seed);
	tw_rand_init(&r, seed);
	for (int round = 0; round < 20000; round++) {
		size_t len = BASE;
		bool asymmetric = tw_rand_below(&r, 2);
		unsigned int n = (unsigned int)tw_rand_below(&r, 8);
		size_t want = 0;

		setup(NULL);
		req.sequence_rose = tw_rand_below(&r, 4);
		req.mac = tw_rand_below(&r, 4) ? hmac : NULL;
		req.authenticated = tw_rand_below(&r, 8) == 0;
		policy.micro_session_id = (uint16_t)tw_rand_below(&r, 2);
		if (asymmetric)
			allow(4, 5000, 1000000);
		for (size_t i = 0; i < BASE; i++)
			pkt[i] = (uint8_t)tw_rand_u64(&r);
		while (n--) {
			uint8_t type = (uint8_t)(tw_rand_below(&r, 4) ? 1 + tw_rand_below(&r, 12)
								      : tw_rand_u64(&r));
			const struct tw_tlv_kind *k = tw_tlv_find(type);
			size_t l = tw_rand_below(&r, 4) && k ? k->min_len : tw_rand_below(&r, 40);
			uint8_t *v = tw_tlv_put(pkt + len, TW_TLV_U, type,
				(uint16_t)(tw_rand_below(&r, 50) ? l : tw_rand_u64(&r)));

			for (size_t i = 0; i < l; i++)
				v[i] = tw_rand_below(&r, 3) ? 0 : (uint8_t)tw_rand_u64(&r);
			if (type == TW_TLV_HMAC && l == 16 && tw_rand_below(&r, 4))
				tw_tlv_digest(hmac, pkt, BASE, len, v);
			if (type == TW_TLV_CONTROL && l >= 8 && tw_rand_below(&r, 2))
				tw_tlv_control_build(
					&(struct tw_tlv_control){(uint16_t)tw_rand_below(&r, 2000),
						(uint16_t)tw_rand_below(&r, 6), 1000000},
					v);
			if (type == TW_TLV_CONTROL && l >= 8 &&
				(size_t)tw_tlv_control_parse(v).length + 3 > want)
				want = (size_t)tw_tlv_control_parse(v).length + 3;
			len += TW_TLV_HEADER + l;
		}
		if (tw_rand_below(&r, 4) == 0)
			len -= tw_rand_below(&r, len - BASE + 1);
		reflect(BASE, len);
		failed += out.flags & TW_TLV_I ? 1 : 0;
		if (out.action == TW_TLV_DROP)
			continue;
		if (!asymmetric) {
			assert_int_equal(out.len, len);
			assert_int_equal(out.n_replies, 1);
		}
		assert_true(out.n_replies >= 1 && out.n_replies <= 4);
		assert_true(out.len <= len || (out.len <= want && out.len <= 1472));
		assert_true((uint64_t)out.len * out.n_replies <= 5000 || out.n_replies == 1);
		grown += out.len > len;
		if (out.hmac_at)
			assert_true(out.hmac_at >= BASE && out.hmac_at + 20 <= out.len &&
				    pkt[out.hmac_at + 1] == TW_TLV_HMAC);
		if (out.len == len && out.n_replies == 1) {
			struct tw_tlv_walk w = tw_tlv_walk_init(before, BASE, len);
			struct tw_tlv t;

			while (tw_tlv_next(&w, &t) == TW_TLV_STEP_ONE) {
				if (memcmp(pkt + t.at + 1, before + t.at + 1, 3) != 0)
					break; /* a control without effect on the length */
				if (!tw_tlv_find(t.type))
					assert_memory_equal(
						pkt + t.at + 4, before + t.at + 4, t.len);
			}
			if (!asymmetric)
				assert_true(w.at == len || tw_tlv_next(&w, &t) != TW_TLV_STEP_ONE);
		}
	}
	assert_true(grown > 10);
	assert_true(failed > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(vectors, setup),
		cmocka_unit_test_setup(vector_with_hmac, setup),
		cmocka_unit_test_setup(vector_with_a_broken_hmac, setup),
		cmocka_unit_test_setup(vector_in_authenticated_mode, setup),
		cmocka_unit_test_setup(hmac_failures, setup),
		cmocka_unit_test_setup(hmac_in_the_wrong_place, setup),
		cmocka_unit_test_setup(hmac_of_the_wrong_length, setup),
		cmocka_unit_test_setup(authenticated_mode_demands_an_hmac, setup),
		cmocka_unit_test_setup(flags_of_the_sender_are_not_believed, setup),
		cmocka_unit_test_setup(malformed_ends_the_processing, setup),
		cmocka_unit_test_setup(remainders_that_are_no_tlvs, setup),
		cmocka_unit_test_setup(sixty_four_in_a_row, setup),
		cmocka_unit_test_setup(duplicates, setup),
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
		cmocka_unit_test_setup(control_is_off_by_default, setup),
		cmocka_unit_test_setup(control_as_in_the_vectors, setup),
		cmocka_unit_test_setup(control_of_lengths, setup),
		cmocka_unit_test_setup(control_moves_the_hmac, setup),
		cmocka_unit_test_setup(control_within_its_bounds, setup),
		cmocka_unit_test_setup(control_with_other_wishes, setup),
		cmocka_unit_test_setup(control_malformed_and_lenient, setup),
		cmocka_unit_test_setup(control_groups, setup),
		cmocka_unit_test_setup(nothing_breaks_the_bounds, setup),
	};

	return cmocka_run_group_tests(tests, load, unload);
}

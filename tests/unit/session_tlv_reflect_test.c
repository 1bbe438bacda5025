/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_reflect_fixture.h"

/* The walk: every vector of V11, the flags, integrity, what is malformed and what is no TLV. */

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
	json_t *responses = json_object_get(v11, "responses");
	uint8_t base[112], padding[16];
	size_t n = tw_unhex(str(responses, "1 Extra Padding (8)"), padding, sizeof(padding));

	(void)state;
	assert_int_equal(tw_unhex(str(v10, "auth_sender"), base, sizeof(base)), 112);
	assert_memory_equal(pkt, base, 112);
	req.authenticated = true;
	reflect(112, len);
	assert_int_equal(out.flags, 0);
	assert_int_equal(out.hmac_at, 112 + 16);
	assert_int_equal(len, 112 + 36 + n);
	assert_memory_equal(pkt + 112 + 36, padding, n); /* behind it, answered */
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
	/* Octets behind the packet are none of it, even when they would make the digest right. */
	memcpy(pkt, good, len);
	req.check = TW_TLV_CHECK_HERE;
	req.mac = hmac;
	tw_tlv_reflect(&policy, &req, pkt, BASE, len - 1, ROOM, &out);
	assert_int_equal(out.flags, TW_TLV_I | TW_TLV_M);
	req.mac = NULL;
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
	static const char *const asks[] = {"8003000400000000", "80c8000400112233"};
	static const char *const gets[] = {"0003000401020102", "80c8000400112233"};
	char in[64 * 16 + 1];
	char want[64 * 16 + 1];

	(void)state;
	for (size_t i = 0; i < 64; i++) {
		snprintf(in + 16 * i, 17, "%s", asks[i % 2]);
		snprintf(want + 16 * i, 17, "%s", gets[i % 2]);
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
	};

	return cmocka_run_group_tests(tests, load, unload);
}

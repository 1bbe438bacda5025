/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* The flags of TLVs over a whole exchange (RFC 8972 section 4): who sets them, and what the sender
 * makes of them. The base packets count whatever becomes of the TLVs. */

#include "tlv_scene.h"

static uint64_t times(uint64_t n)
{
	return n * came();
}

/* U: what a reflector does not know is skipped, what stands behind it is answered. */
static void unrecognized(void **state)
{
	(void)state;
	GO("raw:type=200,hex=0011", "timestamp-info", "raw:type=253,hex=000000010203", "location");
	assert_int_equal(came(), REQUESTS);
	assert_int_equal(res->tally[0].unrecognized, times(2));
	assert_int_equal(res->tally[TW_TLV_TIMESTAMP_INFO].answered, times(1));
	assert_int_equal(res->tally[TW_TLV_LOCATION].answered, times(1));
	assert_true(res->timestamps.known && res->location.known);
	sim_check(&s);
}

/* M: nothing behind a malformed TLV is processed, what stands before it is. */
static void malformed(void **state)
{
	static const char *const bad[] = {
		"raw:type=4,hex=b80000",        /* too short */
		"raw:type=4,hex=b800000000",    /* too long, and what follows is unaligned */
		"raw:type=4",                   /* length 0 */
		"raw:type=3,hex=00,length=900", /* past the end */
		"raw:type=7,hex=00",
		"raw:type=5,hex=0000000000000000000000",
		"raw:type=6,hex=20",
		"raw:type=9,hex=c00002",
		"raw:type=10,hex=00010003000001", /* a sub-TLV of the wrong length */
		"raw:type=11,hex=0003",
		"raw:type=2,hex=0000",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t m = 0, answered = 0, skipped = 0;

		/* one that runs past the end can only be the last */
		if (strstr(bad[i], "length="))
			GO("direct-measurement", bad[i]);
		else
			GO("direct-measurement", bad[i], "cos:dscp=af11");
		for (unsigned int k = 0; k < TW_TLV_TALLIES; k++) {
			m += res->tally[k].malformed;
			answered += res->tally[k].answered;
			skipped += res->tally[k].unrecognized;
		}
		assert_int_equal(came(), REQUESTS);
		assert_int_equal(m, times(1));
		assert_int_equal(answered, times(1));
		assert_int_equal(skipped, 0); /* not even read */
		assert_int_equal(res->tally[TW_TLV_DIRECT].answered, times(1));
		assert_false(res->cos.known);
		assert_int_equal(s.result->dscp[TW_INBOUND].min, 46); /* as sent: nobody did */
		assert_int_equal(res->cut_off, 0);
		sim_check(&s);
	}
}

/* Behind an HMAC TLV only padding may stand: anything else is an integrity failure of them all. */
static void behind_the_hmac(void **state)
{
	uint8_t late[8] = {TW_TLV_U, TW_TLV_TIMESTAMP_INFO, 0, 4};

	(void)state;
	tlv.key = tlv.peer_key = "0123456789abcdef";
	GO("location", "hmac", "padding:6");
	assert_int_equal(res->verified, times(1));
	assert_int_equal(res->tally[TW_TLV_PADDING].answered, times(1));
	assert_int_equal(res->tally[TW_TLV_HMAC].answered, times(1));
	sim_check(&s);
	teardown(NULL);
	/* our own compiler refuses it, so it is made of the padding */
	memcpy(asked.octets + asked.hmac_at + TW_TLV_HEADER + TW_TLV_HMAC_LEN, late, sizeof(late));
	asked.octets[asked.len - 2] = 0;
	size = (uint16_t)(TW_STAMP_LEN + asked.len);
	peer.runs = 0;
	memset(peer.known, 0, sizeof(peer.known));
	sim_run(&s, &cfg, &peer, &events, SIM_BEGIN);
	res = &s.tlv.result;
	assert_int_equal(res->integrity_failed, times(1));
	assert_int_equal(res->verified, 0);
	assert_false(res->location.known);
	sim_check(&s);
}

/* I: a request that was changed on its way is answered, and none of its TLVs is used. */
static void integrity(void **state)
{
	uint64_t corrupt = 0, forged = 0;

	(void)state;
	tlv.key = tlv.peer_key = "0123456789abcdef";
	tlv.corrupt_every = 10;
	cfg.out.loss = 0.05;
	GO("cos:dscp=ef", "direct-measurement", "hmac");
	for (uint32_t i = 0; i < s.tlv.truth.made; i++)
		corrupt += s.tlv.truth.corrupt[i] && s.tlv.truth.there[i];
	assert_true(corrupt > 50);
	assert_int_equal(res->integrity_failed, corrupt);
	assert_int_equal(res->verified, came() - corrupt);
	assert_int_equal(res->cos.dscp_there.count, came() - corrupt);
	assert_int_equal(res->tally[TW_TLV_COS].answered, came() - corrupt);
	sim_check(&s);
	/* a reply that was changed on its way is not believed either */
	tlv.corrupt_every = 0;
	tlv.forge_every = 20;
	cfg.in.loss = 0.05;
	GO("cos:dscp=ef", "direct-measurement", "hmac");
	for (uint32_t i = 0; i < s.tlv.truth.made; i += 20)
		forged += s.tlv.truth.there[i];
	assert_true(forged > 20);
	assert_int_equal(res->bad_hmac, forged);
	assert_int_equal(res->verified, came() - forged);
	assert_int_equal(res->integrity_failed, 0);
	assert_int_equal(res->cos.dscp_there.count, came() - forged);
	sim_check(&s);
}

static void wrong_and_missing_keys(void **state)
{
	(void)state;
	tlv.key = "0123456789abcdef";
	tlv.peer_key = "0123456789abcdee";
	GO("location", "hmac");
	assert_int_equal(res->integrity_failed, times(1));
	assert_false(res->location.known);
	sim_check(&s);
	tlv.peer_key = NULL;
	GO("location", "hmac");
	assert_int_equal(res->integrity_failed, times(1));
	assert_false(res->location.known);
	sim_check(&s);
}

/* The same TLV twice: those that report are answered each time, those that direct the reply once. */
static void twice(void **state)
{
	(void)state;
	tlv.policy.own_addr = &(struct tw_addr){4, {192, 0, 2, 2}};
	tlv.policy.n_own_addr = 1;
	GO("timestamp-info", "timestamp-info");
	assert_int_equal(res->tally[TW_TLV_TIMESTAMP_INFO].answered, times(2));
	GO("destination:192.0.2.2", "raw:type=9,hex=c0000202");
	assert_int_equal(res->tally[TW_TLV_DESTINATION].answered, times(1));
	assert_int_equal(res->tally[TW_TLV_DESTINATION].unrecognized, times(1));
	GO("cos:dscp=ef", "raw:type=4,hex=28000000");
	assert_int_equal(res->tally[TW_TLV_COS].answered, times(1));
	assert_int_equal(res->tally[TW_TLV_COS].unrecognized, times(1));
	assert_int_equal(res->cos.dscp_here.min, 46); /* the first one's */
	assert_int_equal(res->cos.dscp_here.max, 46);
	sim_check(&s);
}

static void sixty_four_in_a_row(void **state)
{
	const char *many[65] = {0};

	(void)state;
	for (unsigned int i = 0; i < 64; i++)
		many[i] = i % 2 ? "timestamp-info" : "raw:type=99,hex=aa";
	go(many);
	assert_int_equal(res->tally[0].unrecognized, times(32));
	assert_int_equal(res->tally[TW_TLV_TIMESTAMP_INFO].answered, times(32));
	assert_int_equal(came(), REQUESTS);
	sim_check(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(unrecognized, setup, teardown),
		cmocka_unit_test_setup_teardown(malformed, setup, teardown),
		cmocka_unit_test_setup_teardown(behind_the_hmac, setup, teardown),
		cmocka_unit_test_setup_teardown(integrity, setup, teardown),
		cmocka_unit_test_setup_teardown(wrong_and_missing_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(twice, setup, teardown),
		cmocka_unit_test_setup_teardown(sixty_four_in_a_row, setup, teardown),
	};

	seed = sim_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_reflect_fixture.h"

#include "tw_rand.h"

/*
 * Whatever arrives: no octet outside of the TLVs changes, the reply is not longer than what a
 * control that the policy allows asks for, nor are there more of them, headers keep their places
 * and Lengths, and what is not known keeps its octets.
 */

#define ROUNDS 20000
#define MAX_PACKETS 4
#define MAX_OCTETS 1200

static struct tw_rand rnd;

static bool one_in(uint64_t n)
{
	return tw_rand_below(&rnd, n) == 0;
}

static void random_setting(bool asymmetric)
{
	setup(NULL);
	req.sequence_rose = !one_in(4);
	req.mac = one_in(4) ? NULL : hmac;
	req.authenticated = one_in(16);
	policy.micro_session_id = one_in(2);
	if (one_in(2))
		return_to("198.51.100.0/24");
	if (asymmetric)
		allow(MAX_PACKETS, MAX_OCTETS, 1500000);
}

/* Append a TLV, mostly of a known type and a valid Length, to the octets in pkt. */
static size_t random_tlv(size_t at, size_t *ret_wanted)
{
	uint8_t type = one_in(4)   ? (uint8_t)tw_rand_u64(&rnd)
		       : one_in(5) ? TW_TLV_CONTROL
				   : (uint8_t)(1 + tw_rand_below(&rnd, TW_TLV_TYPES - 1));
	const struct tw_tlv_kind *k = tw_tlv_find(type);
	size_t len = k && !one_in(4) ? k->min_len : tw_rand_below(&rnd, 40);
	uint8_t *v = tw_tlv_put(
		pkt + at, TW_TLV_U, type, (uint16_t)(one_in(50) ? tw_rand_u64(&rnd) : len));

	for (size_t i = 0; i < len; i++)
		v[i] = one_in(3) ? (uint8_t)tw_rand_u64(&rnd) : 0;
	if (type == TW_TLV_HMAC && len == TW_TLV_HMAC_LEN && !one_in(4))
		tw_tlv_digest(hmac, pkt, BASE, at, v);
	if (type == TW_TLV_CONTROL && len >= TW_TLV_CONTROL_FIXED) {
		struct tw_tlv_control c = {(uint16_t)tw_rand_below(&rnd, 2000),
			(uint16_t)tw_rand_below(&rnd, 6), 1000000};

		tw_tlv_control_build(&c, v);
		if (c.length + 3U > *ret_wanted)
			*ret_wanted = c.length + 3U;
	}
	return at + TW_TLV_HEADER + len;
}

/* A reply of the request's own length: compared TLV by TLV with what came. */
static void compare_tlvs(size_t len)
{
	struct tw_tlv_walk w = tw_tlv_walk_init(before, BASE, len);
	struct tw_tlv t;

	while (tw_tlv_next(&w, &t) == TW_TLV_STEP_ONE) {
		assert_memory_equal(pkt + t.at + 1, before + t.at + 1, 3);
		if (!tw_tlv_find(t.type))
			assert_memory_equal(pkt + t.at + 4, before + t.at + 4, t.len);
	}
}

static void nothing_breaks_the_bounds(void **state)
{
	const char *env = getenv("TW_TEST_SEED");
	uint64_t seed = env ? strtoull(env, NULL, 0) : tw_rand_seed();
	unsigned int grown = 0, failed = 0, several = 0;

	(void)state;
	print_message("TW_TEST_SEED=%llu\n", (unsigned long long)seed);
	tw_rand_init(&rnd, seed);
	for (int round = 0; round < ROUNDS; round++) {
		bool asymmetric = one_in(2);
		size_t wanted = 0;
		size_t len = BASE;

		random_setting(asymmetric);
		for (size_t i = 0; i < BASE; i++)
			pkt[i] = (uint8_t)tw_rand_u64(&rnd);
		for (uint64_t n = tw_rand_below(&rnd, 8); n; n--)
			len = random_tlv(len, &wanted);
		if (one_in(4))
			len -= tw_rand_below(&rnd, len - BASE + 1);
		reflect(BASE, len); /* looks after the octets outside */
		if (out.action == TW_TLV_DROP)
			continue;
		if (!asymmetric) {
			assert_int_equal(out.len, len);
			assert_int_equal(out.n_replies, 1);
			compare_tlvs(len);
		}
		assert_true(out.n_replies >= 1 && out.n_replies <= MAX_PACKETS);
		assert_true(out.len <= len || (out.len <= wanted && out.len <= req.max_payload));
		assert_true(out.len <= len || out.len * out.n_replies <= MAX_OCTETS);
		assert_true(out.n_replies == 1 || out.len * out.n_replies <= MAX_OCTETS);
		if (out.elsewhere)
			assert_true(tw_prefix_contains(&allow_return, &out.to));
		if (out.hmac_at)
			assert_true(out.hmac_at >= BASE && out.hmac_at + 20 <= out.len &&
				    pkt[out.hmac_at + 1] == TW_TLV_HMAC);
		failed += out.flags & TW_TLV_I ? 1 : 0;
		grown += out.len > len;
		several += out.n_replies > 1;
	}
	print_message("I %u, longer %u, several %u\n", failed, grown, several);
	/* The wheat is not all in the chaff. */
	assert_true(failed > ROUNDS / 50);
	assert_true(grown > ROUNDS / 200);
	assert_true(several > ROUNDS / 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_breaks_the_bounds, setup),
	};

	return cmocka_run_group_tests(tests, load, unload);
}

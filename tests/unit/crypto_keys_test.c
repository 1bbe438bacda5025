/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_keys.h"
#include "tw_test.h"
#include "tw_vectors.h"

#include <errno.h>

#define V4 "V04_pbkdf2"
#define V5 "V05_token"
#define V7 "V07_test_keys"

static void pbkdf2_equals_the_vectors(void **state)
{
	uint8_t salt[16];
	uint8_t want[16];
	uint8_t key[16];
	const char *p = tw_vector(V4, "passphrase_ascii");

	(void)state;
	tw_vector_hex(salt, V4, "salt");
	tw_vector_hex(want, V4, "key");
	assert_int_equal(tw_kdf(p, strlen(p), salt, 1024, key), 0);
	assert_memory_equal(key, want, 16);

	p = tw_vector(V4, "second", "passphrase_ascii");
	tw_vector_hex(salt, V4, "second", "salt");
	tw_vector_hex(want, V4, "second", "key");
	assert_int_equal(tw_kdf(p, strlen(p), salt, 32768, key), 0);
	assert_memory_equal(key, want, 16);
}

static void kdf_refuses_nonsense(void **state)
{
	uint8_t salt[16] = {0};
	uint8_t key[16];

	(void)state;
	memset(key, 0xee, sizeof(key));
	assert_int_equal(tw_kdf("", 0, salt, 1024, key), -EINVAL);
	assert_int_equal(tw_kdf("x", 1, salt, 0, key), -EINVAL);
	assert_int_equal(tw_kdf("x", 1, salt, 0x80000000U, key), -EINVAL);
	assert_int_equal(key[0], 0xee);
}

/* RFC 5357 section 3.1: a power of two, at least 1024, at most what we take. */
static void count_bounds(void **state)
{
	(void)state;
	assert_true(tw_kdf_count_ok(1024, 32768));
	assert_true(tw_kdf_count_ok(32768, 32768));
	assert_false(tw_kdf_count_ok(65536, 32768));
	assert_false(tw_kdf_count_ok(512, 32768));
	assert_false(tw_kdf_count_ok(0, 32768));
	assert_false(tw_kdf_count_ok(1025, 32768));
	assert_false(tw_kdf_count_ok(3072, 32768));
	assert_false(tw_kdf_count_ok(0x80000000U, 32768));
	assert_true(tw_kdf_count_ok(0x80000000U, UINT32_MAX));
}

static void token_equals_the_vector_both_ways(void **state)
{
	uint8_t kdf[16];
	uint8_t challenge[16];
	uint8_t want[64];
	uint8_t token[64];
	struct tw_keys keys;
	struct tw_keys got;

	(void)state;
	tw_vector_hex(kdf, V5, "kdf_key");
	tw_vector_hex(challenge, V5, "challenge");
	tw_vector_hex(keys.aes, V5, "aes_session_key");
	tw_vector_hex(keys.hmac, V5, "hmac_session_key");
	tw_vector_hex(want, V5, "token");

	assert_int_equal(tw_token_make(kdf, challenge, &keys, token), 0);
	assert_memory_equal(token, want, sizeof(want));
	assert_int_equal(tw_token_open(kdf, challenge, want, &got), 0);
	assert_memory_equal(&got, &keys, sizeof(keys));
}

static void token_of_another_key_or_challenge_is_refused(void **state)
{
	uint8_t kdf[16];
	uint8_t challenge[16];
	uint8_t token[64];
	struct tw_keys got;
	struct tw_keys before;

	(void)state;
	tw_vector_hex(kdf, V5, "kdf_key");
	tw_vector_hex(challenge, V5, "challenge");
	tw_vector_hex(token, V5, "token");
	memset(&before, 0x5a, sizeof(before));
	got = before;

	kdf[15] ^= 1;
	assert_int_equal(tw_token_open(kdf, challenge, token, &got), -EACCES);
	kdf[15] ^= 1;
	challenge[0] ^= 0x80;
	assert_int_equal(tw_token_open(kdf, challenge, token, &got), -EACCES);
	challenge[0] ^= 0x80;
	token[7] ^= 4;
	assert_int_equal(tw_token_open(kdf, challenge, token, &got), -EACCES);
	assert_memory_equal(&got, &before, sizeof(got));
}

static void test_keys_equal_the_vector(void **state)
{
	uint8_t sid[16];
	struct tw_keys control;
	struct tw_keys want;
	struct tw_keys got;

	(void)state;
	tw_vector_hex(sid, V7, "sid");
	tw_vector_hex(control.aes, V7, "control_aes");
	tw_vector_hex(control.hmac, V7, "control_hmac");
	tw_vector_hex(want.aes, V7, "test_aes");
	tw_vector_hex(want.hmac, V7, "test_hmac");
	assert_int_equal(tw_test_keys(sid, &control, &got), 0);
	assert_memory_equal(got.aes, want.aes, 16);
	assert_memory_equal(got.hmac, want.hmac, 32);
	/* in place too */
	assert_int_equal(tw_test_keys(sid, &control, &control), 0);
	assert_memory_equal(control.aes, want.aes, 16);
}

static void wiping_leaves_zeros(void **state)
{
	uint8_t b[33];

	(void)state;
	memset(b, 0xa5, sizeof(b));
	tw_wipe(b, 32);
	for (int i = 0; i < 32; i++)
		assert_int_equal(b[i], 0);
	assert_int_equal(b[32], 0xa5);
}

static void random_octets_differ(void **state)
{
	uint8_t a[16];
	uint8_t b[16];

	(void)state;
	assert_int_equal(tw_random(NULL, a, 16), 0);
	assert_int_equal(tw_random(NULL, b, 16), 0);
	assert_memory_not_equal(a, b, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pbkdf2_equals_the_vectors),
		cmocka_unit_test(kdf_refuses_nonsense),
		cmocka_unit_test(count_bounds),
		cmocka_unit_test(token_equals_the_vector_both_ways),
		cmocka_unit_test(token_of_another_key_or_challenge_is_refused),
		cmocka_unit_test(test_keys_equal_the_vector),
		cmocka_unit_test(wiping_leaves_zeros),
		cmocka_unit_test(random_octets_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

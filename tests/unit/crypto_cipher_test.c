/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_cipher.h"
#include "tw_mac.h"
#include "tw_test.h"
#include "tw_vectors.h"

#include <errno.h>

#define V6 "V06_protected_control"
#define V8 "V08_twamp_test_packets"

/* The client's direction of V06: three messages, one chain, one HMAC each. */
static void cbc_stream_and_hmac_equal_v06(void **state)
{
	static const char *const at[] = {"3", "5", "7"};
	uint8_t key[16];
	uint8_t iv[16];
	uint8_t hmac[32];
	uint8_t plain[112];
	uint8_t wire[112];
	struct tw_cbc *enc;
	struct tw_cbc *dec;
	struct tw_hmac *mac;

	(void)state;
	tw_vector_hex(key, V6, "aes_session_key");
	tw_vector_hex(hmac, V6, "hmac_session_key");
	tw_vector_hex(iv, V6, "client_iv");
	assert_int_equal(tw_cbc_create(TW_ENCRYPT, key, iv, &enc), 0);
	assert_int_equal(tw_cbc_create(TW_DECRYPT, key, iv, &dec), 0);
	assert_int_equal(tw_hmac_create(TW_HASH_SHA1, hmac, 32, &mac), 0);
	for (int i = 0; i < 3; i++) {
		size_t n = tw_vector_hex(plain, V6, "messages", at[i], "plain_without_hmac");
		size_t len = tw_vector_hex(wire, V6, "messages", at[i], "wire");
		uint8_t tag[16];

		assert_int_equal(len, n + 16);
		tw_vector_hex(tag, V6, "messages", at[i], "hmac");
		assert_int_equal(tw_hmac_update(mac, plain, n), 0);
		assert_int_equal(tw_hmac_final(mac, plain + n, 16), 0);
		assert_memory_equal(plain + n, tag, 16);
		assert_int_equal(tw_cbc_update(enc, plain, len), 0);
		assert_memory_equal(plain, wire, len);
		/* the receiver works block by block, as octets arrive */
		for (size_t o = 0; o < len; o += 16)
			assert_int_equal(tw_cbc_update(dec, wire + o, 16), 0);
		assert_memory_equal(wire + n, tag, 16);
	}
	tw_cbc_destroy(enc);
	tw_cbc_destroy(dec);
	tw_hmac_destroy(mac);
}

static void packets_equal_v08(void **state)
{
	uint8_t key[16];
	uint8_t p[112];
	uint8_t want[112];

	(void)state;
	tw_vector_hex(key, V8, "fields", "test_aes");
	tw_vector_hex(p, V8, "auth_plain_reflector");
	tw_vector_hex(want, V8, "encrypted_reflector");
	assert_int_equal(tw_aes_cbc0(TW_ENCRYPT, key, p, 96), 0);
	assert_memory_equal(p, want, 96);
	assert_int_equal(tw_aes_cbc0(TW_DECRYPT, key, p, 96), 0);

	/* one block: what authenticated mode does with ECB */
	tw_vector_hex(want, V8, "authenticated_reflector");
	assert_int_equal(tw_aes_cbc0(TW_ENCRYPT, key, p, 16), 0);
	assert_memory_equal(p, want, 96);
}

static void whole_blocks_only(void **state)
{
	uint8_t key[16] = {0};
	uint8_t p[32] = {7};

	(void)state;
	assert_int_equal(tw_aes_cbc0(TW_ENCRYPT, key, p, 17), -EINVAL);
	assert_int_equal(p[0], 7);
	assert_int_equal(tw_aes_cbc0(TW_ENCRYPT, key, p, 0), 0);
	tw_cbc_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cbc_stream_and_hmac_equal_v06),
		cmocka_unit_test(packets_equal_v08),
		cmocka_unit_test(whole_blocks_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

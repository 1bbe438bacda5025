/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_mac.h"
#include "tw_test.h"
#include "tw_vectors.h"

#include <errno.h>

/* RFC 2202 section 3 (SHA-1) and RFC 4231 sections 4.2-4.7 (SHA-256). */
struct row {
	enum tw_hash hash;
	const char *key;
	const char *text;
	const char *digest;
};

static const struct row rows[] = {
	{TW_HASH_SHA1, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
		"b617318655057264e28bc0b6fb378c8ef146be00"},
	{TW_HASH_SHA1, "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		"effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
	{TW_HASH_SHA256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
	{TW_HASH_SHA256, "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
};

static void rfc_vectors_whole_and_cut(void **state)
{
	uint8_t key[64];
	uint8_t text[64];
	uint8_t want[32];
	uint8_t got[32];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t klen = tw_unhex(rows[i].key, key, sizeof(key));
		size_t tlen = tw_unhex(rows[i].text, text, sizeof(text));
		size_t dlen = tw_unhex(rows[i].digest, want, sizeof(want));

		assert_int_equal(dlen, tw_hash_len(rows[i].hash));
		assert_int_equal(tw_hmac_once(rows[i].hash, key, klen, text, tlen, got, dlen), 0);
		assert_memory_equal(got, want, dlen);
		memset(got, 0xee, sizeof(got));
		assert_int_equal(
			tw_hmac_once(rows[i].hash, key, klen, text, tlen, got, TW_TAG_LEN), 0);
		assert_memory_equal(got, want, TW_TAG_LEN);
		assert_int_equal(got[TW_TAG_LEN], 0xee);
	}
}

/* RFC 4656 section 3.2: after each HMAC the text starts anew under the same key. */
static void a_stream_starts_anew_after_each_tag(void **state)
{
	struct tw_hmac *m;
	uint8_t want[32];
	uint8_t got[32];

	(void)state;
	tw_unhex(rows[1].digest, want, sizeof(want));
	assert_int_equal(tw_hmac_create(TW_HASH_SHA1, "Jefe", 4, &m), 0);
	for (int round = 0; round < 3; round++) {
		assert_int_equal(tw_hmac_update(m, "what do ya want ", 16), 0);
		assert_int_equal(tw_hmac_update(m, "", 0), 0);
		assert_int_equal(tw_hmac_update(m, "for nothing?", 12), 0);
		assert_int_equal(tw_hmac_final(m, got, 20), 0);
		assert_memory_equal(got, want, 20);
	}
	tw_hmac_destroy(m);
}

static void stamp_base_vector(void **state)
{
	uint8_t key[32];
	uint8_t packet[112];
	uint8_t tag[16];

	(void)state;
	tw_vector_hex(key, "V10_stamp_base", "hmac_key");
	tw_vector_hex(packet, "V10_stamp_base", "auth_sender");
	assert_int_equal(tw_hmac_once(TW_HASH_SHA256, key, 32, packet, 96, tag, 16), 0);
	assert_memory_equal(tag, packet + 96, 16);
}

static void lengths_are_checked(void **state)
{
	struct tw_hmac *m = NULL;
	uint8_t tag[33] = {0};

	(void)state;
	assert_int_equal(tw_hmac_create(TW_HASH_SHA1, "", 0, &m), -EINVAL);
	assert_null(m);
	assert_int_equal(tw_hmac_once(TW_HASH_SHA1, "k", 1, "t", 1, tag, 21), -EINVAL);
	assert_int_equal(tw_hmac_once(TW_HASH_SHA256, "k", 1, "t", 1, tag, 33), -EINVAL);
	assert_int_equal(tw_hmac_once(TW_HASH_SHA256, "k", 1, "t", 1, tag, 0), -EINVAL);
	tw_hmac_destroy(NULL);
}

static void compares_every_octet(void **state)
{
	uint8_t a[16] = {1, 2, 3};
	uint8_t b[16] = {1, 2, 3};

	(void)state;
	assert_true(tw_hmac_equal(a, b, 16));
	for (int i = 0; i < 16; i++) {
		b[i] ^= 0x10;
		assert_false(tw_hmac_equal(a, b, 16));
		b[i] ^= 0x10;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc_vectors_whole_and_cut),
		cmocka_unit_test(a_stream_starts_anew_after_each_tag),
		cmocka_unit_test(stamp_base_vector),
		cmocka_unit_test(lengths_are_checked),
		cmocka_unit_test(compares_every_octet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_keys.h"

#include "tw_cipher.h"
#include "tw_mac.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

int tw_random(void *arg, void *buf, size_t len)
{
	(void)arg;
	if (len > INT_MAX || RAND_bytes(buf, (int)len) != 1)
		return -EIO;
	return 0;
}

void tw_wipe(void *p, size_t len)
{
	OPENSSL_cleanse(p, len);
}

bool tw_kdf_count_ok(uint32_t count, uint32_t max)
{
	return count >= TW_KDF_COUNT_MIN && count <= max && (count & (count - 1)) == 0;
}

int tw_kdf(
	const void *passphrase, size_t len, const uint8_t *salt, uint32_t count, uint8_t *ret_key)
{
	uint8_t key[16];

	if (!len || len > INT_MAX || !count || count > INT_MAX)
		return -EINVAL;
	if (!PKCS5_PBKDF2_HMAC(passphrase, (int)len, salt, TW_SALT_LEN, (int)count, EVP_sha1(),
		    sizeof(key), key))
		return -EIO;
	memcpy(ret_key, key, sizeof(key));
	tw_wipe(key, sizeof(key));
	return 0;
}

/*
 * Plain text of the token (RFC 4656 section 3.1):
 *
 *   0                16                 32                              64
 *   +----------------+------------------+--------------------------------+
 *   |   Challenge    | AES Session-key  |        HMAC Session-key        |
 *   +----------------+------------------+--------------------------------+
 */
int tw_token_make(const uint8_t *kdf_key, const uint8_t *challenge, const struct tw_keys *keys,
	uint8_t *ret_token)
{
	uint8_t t[TW_TOKEN_LEN];
	int r;

	memcpy(t, challenge, TW_CHALLENGE_LEN);
	memcpy(t + 16, keys->aes, sizeof(keys->aes));
	memcpy(t + 32, keys->hmac, sizeof(keys->hmac));
	r = tw_aes_cbc0(TW_ENCRYPT, kdf_key, t, sizeof(t));
	if (!r)
		memcpy(ret_token, t, sizeof(t));
	tw_wipe(t, sizeof(t));
	return r;
}

int tw_token_open(const uint8_t *kdf_key, const uint8_t *challenge, const uint8_t *token,
	struct tw_keys *ret_keys)
{
	uint8_t t[TW_TOKEN_LEN];
	int r;

	memcpy(t, token, sizeof(t));
	r = tw_aes_cbc0(TW_DECRYPT, kdf_key, t, sizeof(t));
	if (!r && !tw_hmac_equal(t, challenge, TW_CHALLENGE_LEN))
		r = -EACCES;
	if (!r) {
		memcpy(ret_keys->aes, t + 16, sizeof(ret_keys->aes));
		memcpy(ret_keys->hmac, t + 32, sizeof(ret_keys->hmac));
	}
	tw_wipe(t, sizeof(t));
	return r;
}

int tw_test_keys(const uint8_t *sid, const struct tw_keys *control, struct tw_keys *ret_test)
{
	struct tw_keys k = *control;
	int r = tw_aes_cbc0(TW_ENCRYPT, sid, k.aes, sizeof(k.aes)); /* one block: ECB */

	if (!r)
		r = tw_aes_cbc0(TW_ENCRYPT, sid, k.hmac, sizeof(k.hmac));
	if (!r)
		*ret_test = k;
	tw_wipe(&k, sizeof(k));
	return r;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_KEYS_H
#define TW_KEYS_H

/**
 * @file
 * From a passphrase to the keys of a control connection and of its test sessions (RFC 4656
 * sections 3.1 and 4.1.2, RFC 5357 section 6), and the way to forget them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TW_SID_LEN 16
#define TW_SALT_LEN 16
#define TW_CHALLENGE_LEN 16
#define TW_TOKEN_LEN 64
#define TW_KEYID_MAX 80 /**< octets of a KeyID on the wire */

#define TW_KDF_COUNT_MIN 1024          /**< RFC 5357 section 3.1 */
#define TW_KDF_COUNT_MAX_DEFAULT 32768 /**< what a client takes by default */
#define TW_KDF_COUNT_DEFAULT 2048      /**< what our server asks for, as perfSONAR's */

/** Keys of a control connection (Kc, Hc) or of a test session (Kt, Ht). */
struct tw_keys {
	uint8_t aes[16];
	uint8_t hmac[32];
};

/** Fill @p len octets that nobody can guess. @return 0, -EIO */
typedef int tw_random_fn(void *arg, void *buf, size_t len);

/** The random source of OpenSSL; @p arg is not used. */
int tw_random(void *arg, void *buf, size_t len);

/** Overwrite a secret so that the compiler cannot drop it. */
void tw_wipe(void *p, size_t len);

/** Is it a power of two within TW_KDF_COUNT_MIN..max (RFC 5357 section 3.1)? */
bool tw_kdf_count_ok(uint32_t count, uint32_t max);

/**
 * PBKDF2-HMAC-SHA1 with 16 octets of output: about 0.25 us an iteration, so the caller bounds
 * @p count (tw_kdf_count_ok()) before and how often it calls.
 *
 * @param salt     TW_SALT_LEN octets
 * @param ret_key  16 octets
 * @return 0
 *  - -EINVAL: empty passphrase, count 0
 *  - -EIO: OpenSSL failed
 */
int tw_kdf(
	const void *passphrase, size_t len, const uint8_t *salt, uint32_t count, uint8_t *ret_key);

/**
 * Token of a Set-Up-Response: AES-128-CBC with IV 0 over Challenge, AES and HMAC Session-keys.
 *
 * @param kdf_key    16 octets from tw_kdf()
 * @param ret_token  TW_TOKEN_LEN octets
 * @return 0, -ENOMEM, -EIO
 */
int tw_token_make(const uint8_t *kdf_key, const uint8_t *challenge, const struct tw_keys *keys,
	uint8_t *ret_token);

/**
 * Open a token and check, in constant time, that it answers our challenge.
 *
 * @return 0
 *  - -EACCES: another key or another challenge
 *  - -ENOMEM, -EIO: OpenSSL failed
 */
int tw_token_open(const uint8_t *kdf_key, const uint8_t *challenge, const uint8_t *token,
	struct tw_keys *ret_keys);

/**
 * Keys of a test session: the SID is the AES key, the control keys are the data (RFC 4656 section
 * 4.1.2).
 *
 * @param sid  TW_SID_LEN octets
 * @return 0, -ENOMEM, -EIO
 */
int tw_test_keys(const uint8_t *sid, const struct tw_keys *control, struct tw_keys *ret_test);

#endif

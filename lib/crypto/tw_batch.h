/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_BATCH_H
#define TW_BATCH_H

/**
 * @file
 * HMAC and AES of test packets, a burst at a time, for workers: Intel IPsec-MB where the library
 * and the processor have it, OpenSSL otherwise, with equal results behind the same calls.
 *
 * A struct tw_batch belongs to one worker and owns everything that changes; a key never changes
 * and any number of workers may use it at once. After tw_batch_create() nothing is allocated.
 */

#include "tw_mac.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TW_BATCH_MAX 64 /**< packets of a burst */

enum tw_batch_backend {
	TW_BATCH_AUTO,
	TW_BATCH_OPENSSL,
	TW_BATCH_IPSEC_MB,
};

/** One worker's context; opaque. */
struct tw_batch;

/** What a session's packets are signed and ciphered with; opaque, constant. */
struct tw_batch_key;

/**
 * One packet. TWAMP authenticated: 16 octets from the start; encrypted: 32 (request) or 96
 * (reply); STAMP: 96 and no cipher.
 */
struct tw_batch_op {
	const struct tw_batch_key *key;
	uint8_t *text; /**< what is signed, and ciphered in place */
	uint8_t *tag;  /**< TW_TAG_LEN octets, outside of text */
	/** octets of text, a multiple of 16 where the key has a cipher; 0 has no tag and never
	 * verifies (IPsec-MB knows no empty text) */
	uint32_t len;
};

/**
 * @return 0
 *  - -ENOTSUP: IPsec-MB was asked for and is not built in, or the processor lacks AES
 *  - -ENOMEM
 */
int tw_batch_create(enum tw_batch_backend backend, struct tw_batch **ret);

/** NULL is fine. Wipes what it kept of keys. */
void tw_batch_destroy(struct tw_batch *b);

/** What really works behind it: "IPsec-MB 1.3.0 (SSE with SHA-NI, AVX-512)", "OpenSSL". */
const char *tw_batch_name(const struct tw_batch *b);

/**
 * Prepare a key: the states of the HMAC after its key blocks, the AES schedules.
 *
 * @param b         any context of the back end that will use the key; it is only read
 * @param hash      SHA-1 for TWAMP, SHA-256 for STAMP
 * @param hmac_key  hmac_len octets, at least 1
 * @param aes_key   16 octets, or NULL: the key signs only
 * @return 0
 *  - -EINVAL: empty HMAC key
 *  - -ENOMEM
 */
int tw_batch_key_create(const struct tw_batch *b, enum tw_hash hash, const void *hmac_key,
	size_t hmac_len, const uint8_t *aes_key, struct tw_batch_key **ret);

/** Wipe and free; no worker may use it any more. NULL is fine. */
void tw_batch_key_destroy(struct tw_batch_key *k);

/** Write the tag of each packet. @param n at most TW_BATCH_MAX; keys may differ in everything */
void tw_batch_sign(struct tw_batch *b, const struct tw_batch_op *op, unsigned int n);

/** Compare each tag in constant time. @return bit i set: packet i is genuine */
uint64_t tw_batch_verify(struct tw_batch *b, const struct tw_batch_op *op, unsigned int n);

/** AES-128-CBC with IV 0 (16 octets: ECB) where the key has a cipher. */
void tw_batch_encrypt(struct tw_batch *b, const struct tw_batch_op *op, unsigned int n);
void tw_batch_decrypt(struct tw_batch *b, const struct tw_batch_op *op, unsigned int n);

/** What leaves: sign, then encrypt (RFC 4656 section 4.1.2). */
static inline void tw_batch_seal(struct tw_batch *b, const struct tw_batch_op *op, unsigned int n)
{
	tw_batch_sign(b, op, n);
	tw_batch_encrypt(b, op, n);
}

/** What arrives: decrypt, then verify. @return as tw_batch_verify() */
static inline uint64_t tw_batch_open(
	struct tw_batch *b, const struct tw_batch_op *op, unsigned int n)
{
	tw_batch_decrypt(b, op, n);
	return tw_batch_verify(b, op, n);
}

#endif

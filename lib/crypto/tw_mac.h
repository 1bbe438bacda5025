/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_MAC_H
#define TW_MAC_H

/**
 * @file
 * HMAC over a stream, for the control channel and for whatever is not worth a burst. Test
 * packets at rate go through tw_batch.h.
 */

#include <stdbool.h>
#include <stddef.h>

/** The hash under the HMAC: TWAMP has SHA-1 (RFC 4656 section 3.1), STAMP SHA-256 (RFC 8762 section
 * 4.4). */
enum tw_hash {
	TW_HASH_SHA1,
	TW_HASH_SHA256,
};

/** Octets of a tag on the wire, in TWAMP and in STAMP. */
#define TW_TAG_LEN 16
/** Octets of the longest whole digest. */
#define TW_DIGEST_MAX 32

/** Octets of a whole digest: 20 or 32. */
static inline size_t tw_hash_len(enum tw_hash hash)
{
	return hash == TW_HASH_SHA1 ? 20 : 32;
}

/** A keyed stream; opaque. */
struct tw_hmac;

/**
 * Key a stream; the key is not needed afterwards.
 *
 * @param key_len  octets, at least 1
 * @return 0
 *  - -EINVAL: empty key
 *  - -ENOMEM: OpenSSL could not get memory or does not offer the hash
 */
int tw_hmac_create(enum tw_hash hash, const void *key, size_t key_len, struct tw_hmac **ret);

/** Wipes the key; NULL is fine. */
void tw_hmac_destroy(struct tw_hmac *m);

/** Append @p len octets to the text. @return 0, -EIO */
int tw_hmac_update(struct tw_hmac *m, const void *text, size_t len);

/**
 * The tag of the text so far, cut to @p tag_len octets (1..whole digest). The stream then starts
 * anew under the same key (RFC 4656 section 3.2).
 *
 * @return 0
 *  - -EINVAL: tag_len out of range
 *  - -EIO: OpenSSL failed
 */
int tw_hmac_final(struct tw_hmac *m, void *ret_tag, size_t tag_len);

/** All of it in one call. @return as tw_hmac_create() and tw_hmac_final() */
int tw_hmac_once(enum tw_hash hash, const void *key, size_t key_len, const void *text, size_t len,
	void *ret_tag, size_t tag_len);

/** Compare in a time that does not depend on where the octets differ. */
bool tw_hmac_equal(const void *a, const void *b, size_t len);

#endif

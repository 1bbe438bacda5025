/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_CIPHER_H
#define TW_CIPHER_H

/**
 * @file
 * AES-128: one direction of the control channel as a running CBC stream (RFC 4656 section 3.3), and
 * one packet at a time for what is not worth a burst.
 */

#include <stddef.h>
#include <stdint.h>

#define TW_AES_LEN 16 /**< octets of a block, of a key and of an IV */

enum tw_cipher_dir {
	TW_DECRYPT,
	TW_ENCRYPT,
};

/** One direction of a CBC stream; opaque. */
struct tw_cbc;

/**
 * @param key  TW_AES_LEN octets
 * @param iv   TW_AES_LEN octets
 * @return 0, -ENOMEM
 */
int tw_cbc_create(
	enum tw_cipher_dir dir, const uint8_t *key, const uint8_t *iv, struct tw_cbc **ret);

/** Wipes the key; NULL is fine. */
void tw_cbc_destroy(struct tw_cbc *c);

/**
 * Work on the next @p len octets in place; the chain runs on into the next call.
 *
 * @return 0
 *  - -EINVAL: len is no multiple of TW_AES_LEN
 *  - -EIO: OpenSSL failed
 */
int tw_cbc_update(struct tw_cbc *c, uint8_t *buf, size_t len);

/**
 * One message in place with IV 0 (RFC 4656 sections 3.1 and 4.1.2); a message of one block is the
 * same as ECB.
 *
 * @param key  TW_AES_LEN octets
 * @return 0, -EINVAL, -ENOMEM, -EIO
 */
int tw_aes_cbc0(enum tw_cipher_dir dir, const uint8_t *key, uint8_t *buf, size_t len);

#endif

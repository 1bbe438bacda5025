/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef BATCH_PRIV_H
#define BATCH_PRIV_H

#include "tw_batch.h"
#include "tw_cipher.h"

/*
 * The first cache line is all that a signature needs of a key. States are the words of the hash as
 * the processor has them, which is what both libraries take.
 */
struct tw_batch_key {
	uint32_t inner[8]; /* the hash after the block key ^ ipad */
	uint32_t outer[8]; /* ... key ^ opad */
	uint64_t serial;   /* never used twice in a process: names the key in caches */
	uint8_t hash;      /* enum tw_hash */
	bool has_aes;
	uint8_t aes[16];
	/* IPsec-MB's schedules; written by its back end only */
	uint8_t enc[176] __attribute__((aligned(16)));
	uint8_t dec[176] __attribute__((aligned(16)));
};

struct batch_ops {
	void (*destroy)(struct tw_batch *b);
	/* Tags of n packets, all of one hash, TW_TAG_LEN octets each to tag[i]. False: none is valid. */
	bool (*hash)(struct tw_batch *b, enum tw_hash hash, const struct tw_batch_op *const *op,
		uint8_t *const *tag, unsigned int n);
	void (*cipher)(struct tw_batch *b, enum tw_cipher_dir dir, const struct tw_batch_op *op,
		unsigned int n);
	void (*expand)(const struct tw_batch *b, struct tw_batch_key *k);
};

/* The back ends put this first. */
struct tw_batch {
	const struct batch_ops *ops;
	char name[64];
};

int batch_openssl_create(struct tw_batch **ret);

/* -ENOTSUP where the library is not built in or the processor cannot */
int batch_ipsec_mb_create(struct tw_batch **ret);

/* States of the hash after the key blocks (RFC 2104). */
void batch_hmac_states(
	enum tw_hash hash, const void *key, size_t len, uint32_t *ret_inner, uint32_t *ret_outer);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "batch_priv.h"

#include "tw_keys.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

int tw_batch_create(enum tw_batch_backend backend, struct tw_batch **ret)
{
	int r = -ENOTSUP;

	if (backend != TW_BATCH_OPENSSL)
		r = batch_ipsec_mb_create(ret);
	if (r == -ENOTSUP && backend != TW_BATCH_IPSEC_MB)
		r = batch_openssl_create(ret);
	return r;
}

void tw_batch_destroy(struct tw_batch *b)
{
	if (b)
		b->ops->destroy(b);
}

const char *tw_batch_name(const struct tw_batch *b)
{
	return b->name;
}

int tw_batch_key_create(const struct tw_batch *b, enum tw_hash hash, const void *hmac_key,
	size_t hmac_len, const uint8_t *aes_key, struct tw_batch_key **ret)
{
	static _Atomic uint64_t serial; /* w: whoever creates a key */
	size_t size = (sizeof(struct tw_batch_key) + 63) & ~(size_t)63;
	struct tw_batch_key *k;

	if (!hmac_len)
		return -EINVAL;
	k = aligned_alloc(64, size);
	if (!k)
		return -ENOMEM;
	memset(k, 0, size);
	k->serial = atomic_fetch_add_explicit(&serial, 1, memory_order_relaxed) + 1;
	k->hash = (uint8_t)hash;
	batch_hmac_states(hash, hmac_key, hmac_len, k->inner, k->outer);
	if (aes_key) {
		k->has_aes = true;
		memcpy(k->aes, aes_key, sizeof(k->aes));
		b->ops->expand(b, k);
	}
	*ret = k;
	return 0;
}

void tw_batch_key_destroy(struct tw_batch_key *k)
{
	if (!k)
		return;
	tw_wipe(k, sizeof(*k));
	free(k);
}

/* Tags of all packets to made[i], or in place where made is NULL; each hash in a burst of its own.
 * A bit for each tag that was made. */
static uint64_t tags(struct tw_batch *b, const struct tw_batch_op *op, unsigned int n,
	uint8_t (*made)[TW_TAG_LEN])
{
	const struct tw_batch_op *some[TW_BATCH_MAX];
	uint8_t *out[TW_BATCH_MAX];
	uint64_t done = 0;

	for (int hash = TW_HASH_SHA1; hash <= TW_HASH_SHA256; hash++) {
		uint64_t mask = 0;
		unsigned int m = 0;

		for (unsigned int i = 0; i < n; i++) {
			if (op[i].key->hash != hash || !op[i].len)
				continue;
			some[m] = &op[i];
			out[m++] = made ? made[i] : op[i].tag;
			mask |= UINT64_C(1) << i;
		}
		if (m && b->ops->hash(b, (enum tw_hash)hash, some, out, m))
			done |= mask;
	}
	return done;
}

void tw_batch_sign(struct tw_batch *b, const struct tw_batch_op *op, unsigned int n)
{
	tags(b, op, n < TW_BATCH_MAX ? n : TW_BATCH_MAX, NULL);
}

/* No branch and no early end: the time says nothing about where the tags differ. */
static uint64_t same_tag(const uint8_t *a, const uint8_t *b)
{
	uint64_t x[2];
	uint64_t y[2];
	uint64_t d;

	memcpy(x, a, sizeof(x));
	memcpy(y, b, sizeof(y));
	d = (x[0] ^ y[0]) | (x[1] ^ y[1]);
	return 1 ^ ((d | (0 - d)) >> 63);
}

uint64_t tw_batch_verify(struct tw_batch *b, const struct tw_batch_op *op, unsigned int n)
{
	uint8_t made[TW_BATCH_MAX][TW_TAG_LEN];
	uint64_t good;

	if (n > TW_BATCH_MAX)
		n = TW_BATCH_MAX;
	good = tags(b, op, n, made);
	for (unsigned int i = 0; i < n; i++) {
		/* A tag that could not be made is not compared: its octets are not ours. */
		if (good >> i & 1)
			good &= ~((same_tag(made[i], op[i].tag) ^ 1) << i);
	}
	return good;
}

void tw_batch_encrypt(struct tw_batch *b, const struct tw_batch_op *op, unsigned int n)
{
	b->ops->cipher(b, TW_ENCRYPT, op, n < TW_BATCH_MAX ? n : TW_BATCH_MAX);
}

void tw_batch_decrypt(struct tw_batch *b, const struct tw_batch_op *op, unsigned int n)
{
	b->ops->cipher(b, TW_DECRYPT, op, n < TW_BATCH_MAX ? n : TW_BATCH_MAX);
}

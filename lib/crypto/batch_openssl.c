/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * The low-level hash calls are deprecated since OpenSSL 3.0, but EVP copies a context, with an
 * allocation, for every HMAC that starts from a kept state: 500 cycles against 320, and a worker
 * must not allocate. This file and this file alone uses them.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "batch_priv.h"

#include "tw_keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/sha.h>

#define BLOCK 64 /* octets of a block of either hash */

/* Loading a key into a context costs seven times as much as a block, so some stay loaded. */
#define SLOTS 64

struct slot {
	uint64_t serial; /* of the key that is loaded, 0 = none */
	EVP_CIPHER_CTX *ctx;
};

struct openssl_batch {
	struct tw_batch base;
	struct slot slot[2][SLOTS]; /* by enum tw_cipher_dir */
};

static SHA_CTX sha1_from(const uint32_t *state)
{
	SHA_CTX c = {
		.h0 = state[0],
		.h1 = state[1],
		.h2 = state[2],
		.h3 = state[3],
		.h4 = state[4],
		.Nl = BLOCK * 8,
	};

	return c;
}

static SHA256_CTX sha256_from(const uint32_t *state)
{
	SHA256_CTX c = {.Nl = BLOCK * 8, .md_len = SHA256_DIGEST_LENGTH};

	memcpy(c.h, state, sizeof(c.h));
	return c;
}

static void sha1_block(const uint8_t *block, uint32_t *ret)
{
	SHA_CTX c;

	SHA1_Init(&c);
	SHA1_Update(&c, block, BLOCK);
	ret[0] = c.h0;
	ret[1] = c.h1;
	ret[2] = c.h2;
	ret[3] = c.h3;
	ret[4] = c.h4;
	tw_wipe(&c, sizeof(c));
}

static void sha256_block(const uint8_t *block, uint32_t *ret)
{
	SHA256_CTX c;

	SHA256_Init(&c);
	SHA256_Update(&c, block, BLOCK);
	memcpy(ret, c.h, sizeof(c.h));
	tw_wipe(&c, sizeof(c));
}

void batch_hmac_states(
	enum tw_hash hash, const void *key, size_t len, uint32_t *ret_inner, uint32_t *ret_outer)
{
	uint8_t k[BLOCK] = {0};
	uint8_t block[BLOCK];
	uint32_t *out[2] = {ret_inner, ret_outer};
	const uint8_t pad[2] = {0x36, 0x5c};

	if (len <= BLOCK)
		memcpy(k, key, len);
	else if (hash == TW_HASH_SHA1)
		SHA1(key, len, k);
	else
		SHA256(key, len, k);
	for (int i = 0; i < 2; i++) {
		for (int j = 0; j < BLOCK; j++)
			block[j] = k[j] ^ pad[i];
		if (hash == TW_HASH_SHA1)
			sha1_block(block, out[i]);
		else
			sha256_block(block, out[i]);
	}
	tw_wipe(k, sizeof(k));
	tw_wipe(block, sizeof(block));
}

static void hmac_sha1(const struct tw_batch_op *op, uint8_t *tag)
{
	SHA_CTX c = sha1_from(op->key->inner);
	uint8_t digest[SHA_DIGEST_LENGTH];

	SHA1_Update(&c, op->text, op->len);
	SHA1_Final(digest, &c);
	c = sha1_from(op->key->outer);
	SHA1_Update(&c, digest, sizeof(digest));
	SHA1_Final(digest, &c);
	memcpy(tag, digest, TW_TAG_LEN);
}

static void hmac_sha256(const struct tw_batch_op *op, uint8_t *tag)
{
	SHA256_CTX c = sha256_from(op->key->inner);
	uint8_t digest[SHA256_DIGEST_LENGTH];

	SHA256_Update(&c, op->text, op->len);
	SHA256_Final(digest, &c);
	c = sha256_from(op->key->outer);
	SHA256_Update(&c, digest, sizeof(digest));
	SHA256_Final(digest, &c);
	memcpy(tag, digest, TW_TAG_LEN);
}

static bool hash_burst(struct tw_batch *b, enum tw_hash hash, const struct tw_batch_op *const *op,
	uint8_t *const *tag, unsigned int n)
{
	(void)b;
	for (unsigned int i = 0; i < n; i++) {
		if (hash == TW_HASH_SHA1)
			hmac_sha1(op[i], tag[i]);
		else
			hmac_sha256(op[i], tag[i]);
	}
	return true;
}

/* A context with this key in it, or NULL when OpenSSL refuses. */
static EVP_CIPHER_CTX *loaded(
	struct openssl_batch *b, enum tw_cipher_dir dir, const struct tw_batch_key *k)
{
	struct slot *s = &b->slot[dir][k->serial % SLOTS];

	if (s->serial != k->serial) {
		s->serial = 0;
		if (!EVP_CipherInit_ex2(s->ctx, NULL, k->aes, NULL, dir == TW_ENCRYPT, NULL))
			return NULL;
		s->serial = k->serial;
	}
	return s->ctx;
}

static bool blocks(EVP_CIPHER_CTX *ctx, uint8_t *p, size_t len)
{
	int n = 0;

	return EVP_CipherUpdate(ctx, p, &n, p, (int)len) && (size_t)n == len;
}

static void xor_block(uint8_t *p, const uint8_t *q)
{
	for (int i = 0; i < TW_AES_LEN; i++)
		p[i] ^= q[i];
}

/* CBC is chained here: a context in ECB mode needs no IV set for every packet. */
static bool cbc_encrypt(EVP_CIPHER_CTX *ctx, uint8_t *p, size_t len)
{
	for (size_t at = 0; at < len; at += TW_AES_LEN) {
		if (at)
			xor_block(p + at, p + at - TW_AES_LEN);
		if (!blocks(ctx, p + at, TW_AES_LEN))
			return false;
	}
	return true;
}

static bool cbc_decrypt(EVP_CIPHER_CTX *ctx, uint8_t *p, size_t len)
{
	uint8_t before[TW_AES_LEN];
	uint8_t here[TW_AES_LEN];

	for (size_t at = 0; at < len; at += TW_AES_LEN) {
		memcpy(here, p + at, TW_AES_LEN);
		if (!blocks(ctx, p + at, TW_AES_LEN))
			return false;
		if (at)
			xor_block(p + at, before);
		memcpy(before, here, TW_AES_LEN);
	}
	return true;
}

static void cipher_burst(
	struct tw_batch *base, enum tw_cipher_dir dir, const struct tw_batch_op *op, unsigned int n)
{
	struct openssl_batch *b = (struct openssl_batch *)base;

	for (unsigned int i = 0; i < n; i++) {
		size_t len = op[i].len / TW_AES_LEN * TW_AES_LEN;
		EVP_CIPHER_CTX *ctx;
		bool done;

		if (!op[i].key->has_aes)
			continue;
		ctx = loaded(b, dir, op[i].key);
		done = ctx && (dir == TW_ENCRYPT ? cbc_encrypt(ctx, op[i].text, len)
						 : cbc_decrypt(ctx, op[i].text, len));
		if (!done) /* never let plain text out; as input it fails to verify */
			memset(op[i].text, 0, op[i].len);
	}
}

static void expand(const struct tw_batch *b, struct tw_batch_key *k)
{
	(void)b;
	(void)k; /* a slot is loaded from the key itself */
}

static void destroy(struct tw_batch *base)
{
	struct openssl_batch *b = (struct openssl_batch *)base;

	for (int dir = 0; dir < 2; dir++)
		for (int i = 0; i < SLOTS; i++)
			EVP_CIPHER_CTX_free(b->slot[dir][i].ctx); /* wipes */
	free(b);
}

int batch_openssl_create(struct tw_batch **ret)
{
	static const struct batch_ops ops = {
		.destroy = destroy,
		.hash = hash_burst,
		.cipher = cipher_burst,
		.expand = expand,
	};
	struct openssl_batch *b = calloc(1, sizeof(*b));

	if (!b)
		return -ENOMEM;
	b->base.ops = &ops;
	snprintf(b->base.name, sizeof(b->base.name), "OpenSSL");
	for (int dir = 0; dir < 2; dir++) {
		for (int i = 0; i < SLOTS; i++) {
			EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

			b->slot[dir][i].ctx = ctx;
			if (!ctx ||
				!EVP_CipherInit_ex2(ctx, EVP_aes_128_ecb(), NULL, NULL,
					dir == TW_ENCRYPT, NULL) ||
				!EVP_CIPHER_CTX_set_padding(ctx, 0)) {
				destroy(&b->base);
				return -ENOMEM;
			}
		}
	}
	*ret = &b->base;
	return 0;
}

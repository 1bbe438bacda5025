/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_mac.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

struct tw_hmac {
	EVP_MAC_CTX *ctx;
	enum tw_hash hash;
};

static EVP_MAC_CTX *keyed(enum tw_hash hash, const void *key, size_t key_len)
{
	char sha1[] = "SHA1";
	char sha256[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
			OSSL_MAC_PARAM_DIGEST, hash == TW_HASH_SHA1 ? sha1 : sha256, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = mac ? EVP_MAC_CTX_new(mac) : NULL;

	EVP_MAC_free(mac); /* the context holds its own reference */
	if (ctx && !EVP_MAC_init(ctx, key, key_len, params)) {
		EVP_MAC_CTX_free(ctx);
		ctx = NULL;
	}
	return ctx;
}

int tw_hmac_create(enum tw_hash hash, const void *key, size_t key_len, struct tw_hmac **ret)
{
	struct tw_hmac *m;

	if (!key_len)
		return -EINVAL;
	m = malloc(sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->hash = hash;
	m->ctx = keyed(hash, key, key_len);
	if (!m->ctx) {
		free(m);
		return -ENOMEM;
	}
	*ret = m;
	return 0;
}

void tw_hmac_destroy(struct tw_hmac *m)
{
	if (!m)
		return;
	EVP_MAC_CTX_free(m->ctx);
	free(m);
}

int tw_hmac_update(struct tw_hmac *m, const void *text, size_t len)
{
	return EVP_MAC_update(m->ctx, text, len) ? 0 : -EIO;
}

int tw_hmac_final(struct tw_hmac *m, void *ret_tag, size_t tag_len)
{
	unsigned char digest[TW_DIGEST_MAX];
	size_t n = 0;

	if (!tag_len || tag_len > tw_hash_len(m->hash))
		return -EINVAL;
	if (!EVP_MAC_final(m->ctx, digest, &n, sizeof(digest)) || n < tag_len ||
		!EVP_MAC_init(m->ctx, NULL, 0, NULL))
		return -EIO;
	memcpy(ret_tag, digest, tag_len);
	return 0;
}

int tw_hmac_once(enum tw_hash hash, const void *key, size_t key_len, const void *text, size_t len,
	void *ret_tag, size_t tag_len)
{
	struct tw_hmac *m;
	int r = tw_hmac_create(hash, key, key_len, &m);

	if (r)
		return r;
	r = tw_hmac_update(m, text, len);
	if (!r)
		r = tw_hmac_final(m, ret_tag, tag_len);
	tw_hmac_destroy(m);
	return r;
}

bool tw_hmac_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_cipher.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include <openssl/evp.h>

struct tw_cbc {
	EVP_CIPHER_CTX *ctx;
};

int tw_cbc_create(
	enum tw_cipher_dir dir, const uint8_t *key, const uint8_t *iv, struct tw_cbc **ret)
{
	struct tw_cbc *c = malloc(sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->ctx = EVP_CIPHER_CTX_new();
	if (!c->ctx ||
		!EVP_CipherInit_ex2(c->ctx, EVP_aes_128_cbc(), key, iv, dir == TW_ENCRYPT, NULL) ||
		!EVP_CIPHER_CTX_set_padding(c->ctx, 0)) {
		tw_cbc_destroy(c);
		return -ENOMEM;
	}
	*ret = c;
	return 0;
}

void tw_cbc_destroy(struct tw_cbc *c)
{
	if (!c)
		return;
	EVP_CIPHER_CTX_free(c->ctx);
	free(c);
}

int tw_cbc_update(struct tw_cbc *c, uint8_t *buf, size_t len)
{
	int n = 0;

	if (len % TW_AES_LEN || len > INT_MAX)
		return -EINVAL;
	if (!len)
		return 0;
	if (!EVP_CipherUpdate(c->ctx, buf, &n, buf, (int)len) || (size_t)n != len)
		return -EIO;
	return 0;
}

int tw_aes_cbc0(enum tw_cipher_dir dir, const uint8_t *key, uint8_t *buf, size_t len)
{
	static const uint8_t iv[TW_AES_LEN];
	struct tw_cbc *c;
	int r = tw_cbc_create(dir, key, iv, &c);

	if (r)
		return r;
	r = tw_cbc_update(c, buf, len);
	tw_cbc_destroy(c);
	return r;
}

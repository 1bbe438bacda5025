/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "batch_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef TW_HAVE_IPSEC_MB

/* Without it the header defines SHA1, ECB, ENCRYPT... as macros. */
#define NO_COMPAT_IMB_API_053
#include <intel-ipsec-mb.h>

/*
 * With SHA-NI one lane at a time is as fast as sixteen lanes of AVX-512 and does not need sixteen
 * packets, so the SSE manager (the one that uses SHA-NI for both hashes) is the rule. For SHA-1
 * AVX-512 wins when its lanes are full twice: 115 cycles a packet against 146 on one processor, 184
 * against 329 on another, at 96 octets. With 16 packets it depends on the processor and the
 * length. For SHA-256 the two are equal within 10 %.
 */
#define SHA1_WIDE_FROM 32

/* IPsec-MB knows only the whole SHA-1 digest and 12 octets of it, not 16. */
#define SHA1_TAG 20

struct mb_batch {
	struct tw_batch base;
	IMB_MGR *narrow;        /* best for few packets, and for AES */
	IMB_MGR *wide;          /* best for many; NULL where narrow is always the best */
	unsigned int wide_from; /* packets of SHA-1 */
	IMB_JOB job[TW_BATCH_MAX];
	uint8_t digest[TW_BATCH_MAX][SHA1_TAG];
};

static IMB_MGR *manager(void (*init)(IMB_MGR *))
{
	IMB_MGR *m = alloc_mb_mgr(0);

	if (!m)
		return NULL;
	init(m);
	if (imb_get_errno(m)) {
		free_mb_mgr(m);
		return NULL;
	}
	return m;
}

static bool hash_burst(struct tw_batch *base, enum tw_hash hash,
	const struct tw_batch_op *const *op, uint8_t *const *tag, unsigned int n)
{
	struct mb_batch *b = (struct mb_batch *)base;
	bool sha1 = hash == TW_HASH_SHA1;
	IMB_MGR *m = sha1 && b->wide && n >= b->wide_from ? b->wide : b->narrow;

	for (unsigned int i = 0; i < n; i++) {
		IMB_JOB *j = &b->job[i];

		j->src = op[i]->text;
		j->hash_start_src_offset_in_bytes = 0;
		j->msg_len_to_hash_in_bytes = op[i]->len;
		j->auth_tag_output = sha1 ? b->digest[i] : tag[i];
		j->auth_tag_output_len_in_bytes = sha1 ? SHA1_TAG : TW_TAG_LEN;
		j->u.HMAC._hashed_auth_key_xor_ipad = (const uint8_t *)op[i]->key->inner;
		j->u.HMAC._hashed_auth_key_xor_opad = (const uint8_t *)op[i]->key->outer;
	}
	if (IMB_SUBMIT_HASH_BURST_NOCHECK(
		    m, b->job, n, sha1 ? IMB_AUTH_HMAC_SHA_1 : IMB_AUTH_HMAC_SHA_256) != n)
		return false;
	for (unsigned int i = 0; sha1 && i < n; i++)
		memcpy(tag[i], b->digest[i], TW_TAG_LEN);
	return true;
}

static void cipher_burst(
	struct tw_batch *base, enum tw_cipher_dir dir, const struct tw_batch_op *op, unsigned int n)
{
	static const uint8_t iv[TW_AES_LEN] __attribute__((aligned(16)));
	struct mb_batch *b = (struct mb_batch *)base;
	IMB_CIPHER_DIRECTION d = dir == TW_ENCRYPT ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT;
	unsigned int m = 0;

	for (unsigned int i = 0; i < n; i++) {
		IMB_JOB *j = &b->job[m];

		if (!op[i].key->has_aes || op[i].len < TW_AES_LEN)
			continue;
		j->src = op[i].text;
		j->dst = op[i].text;
		j->cipher_start_src_offset_in_bytes = 0;
		j->msg_len_to_cipher_in_bytes = op[i].len / TW_AES_LEN * TW_AES_LEN;
		j->enc_keys = op[i].key->enc;
		j->dec_keys = op[i].key->dec;
		j->iv = iv;
		m++;
	}
	if (m && IMB_SUBMIT_CIPHER_BURST_NOCHECK(
			 b->narrow, b->job, m, IMB_CIPHER_CBC, d, IMB_KEY_128_BYTES) != m)
		for (unsigned int i = 0; i < n; i++) /* never let plain text out */
			if (op[i].key->has_aes)
				memset(op[i].text, 0, op[i].len);
}

static void expand(const struct tw_batch *base, struct tw_batch_key *k)
{
	const struct mb_batch *b = (const struct mb_batch *)base;

	IMB_AES_KEYEXP_128(b->narrow, k->aes, k->enc, k->dec);
}

static void destroy(struct tw_batch *base)
{
	struct mb_batch *b = (struct mb_batch *)base;

	if (b->narrow)
		free_mb_mgr(b->narrow);
	if (b->wide)
		free_mb_mgr(b->wide);
	free(b);
}

/* Which managers, by what the processor has. */
static const char *choose(struct mb_batch *b, uint64_t features)
{
	bool avx512 = (features & IMB_CPUFLAGS_AVX512) == IMB_CPUFLAGS_AVX512;
	bool avx2 = (features & IMB_CPUFLAGS_AVX2) == IMB_CPUFLAGS_AVX2;

	if (features & IMB_FEATURE_SHANI) {
		b->narrow = manager(init_mb_mgr_sse);
		if (avx512)
			b->wide = manager(init_mb_mgr_avx512);
		b->wide_from = SHA1_WIDE_FROM;
		return b->wide ? "SSE with SHA-NI, AVX-512" : "SSE with SHA-NI";
	}
	if (avx512) {
		b->narrow = manager(init_mb_mgr_avx512);
		return "AVX-512";
	}
	if (avx2) {
		b->narrow = manager(init_mb_mgr_avx2);
		return "AVX2";
	}
	b->narrow = manager(init_mb_mgr_sse);
	return "SSE";
}

int batch_ipsec_mb_create(struct tw_batch **ret)
{
	static const struct batch_ops ops = {
		.destroy = destroy,
		.hash = hash_burst,
		.cipher = cipher_burst,
		.expand = expand,
	};
	uint64_t features = imb_get_feature_flags();
	struct mb_batch *b;
	const char *how;

	if ((features & IMB_CPUFLAGS_SSE) != IMB_CPUFLAGS_SSE)
		return -ENOTSUP;
	b = calloc(1, sizeof(*b));
	if (!b)
		return -ENOMEM;
	b->base.ops = &ops;
	how = choose(b, features);
	if (!b->narrow) {
		destroy(&b->base);
		return -ENOMEM;
	}
	snprintf(
		b->base.name, sizeof(b->base.name), "IPsec-MB %s (%s)", imb_get_version_str(), how);
	*ret = &b->base;
	return 0;
}

#else

int batch_ipsec_mb_create(struct tw_batch **ret)
{
	(void)ret;
	return -ENOTSUP;
}

#endif

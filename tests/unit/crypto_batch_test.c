/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_batch.h"
#include "tw_cipher.h"
#include "tw_rand.h"
#include "tw_test.h"
#include "tw_vectors.h"

#include <errno.h>
#include <sys/mman.h>

#define V8 "V08_twamp_test_packets"
#define V10 "V10_stamp_base"

static struct tw_batch *backend[2];
static unsigned int backends;

static int open_backends(void **state)
{
	(void)state;
	if (tw_batch_create(TW_BATCH_OPENSSL, &backend[backends]) == 0)
		backends++;
	if (tw_batch_create(TW_BATCH_IPSEC_MB, &backend[backends]) == 0)
		backends++;
	for (unsigned int i = 0; i < backends; i++)
		print_message("back end: %s\n", tw_batch_name(backend[i]));
	return backends ? 0 : -1;
}

static int close_backends(void **state)
{
	(void)state;
	while (backends)
		tw_batch_destroy(backend[--backends]);
	return 0;
}

static struct tw_batch_key *key_of(const struct tw_batch *b, enum tw_hash hash, const void *hmac,
	size_t len, const uint8_t *aes)
{
	struct tw_batch_key *k = NULL;

	assert_int_equal(tw_batch_key_create(b, hash, hmac, len, aes, &k), 0);
	assert_non_null(k);
	return k;
}

/* One packet of V08: plain octets -> seal -> wire -> open -> plain. */
static void check_v08(
	struct tw_batch *b, const char *plain, const char *wire, uint32_t len, size_t tag_at)
{
	uint8_t aes[16];
	uint8_t hmac[32];
	uint8_t p[112] = {0};
	uint8_t want[112] = {0};
	uint8_t before[112];
	struct tw_batch_key *k;
	struct tw_batch_op op;

	tw_vector_hex(aes, V8, "fields", "test_aes");
	tw_vector_hex(hmac, V8, "fields", "test_hmac");
	k = key_of(b, TW_HASH_SHA1, hmac, sizeof(hmac), aes);
	tw_vector_hex(p, V8, plain);
	tw_vector_hex(want, V8, wire);
	memcpy(before, p, sizeof(p));
	op = (struct tw_batch_op){.key = k, .text = p, .tag = p + tag_at, .len = len};
	tw_batch_seal(b, &op, 1);
	assert_memory_equal(p, want, tag_at + 16);
	assert_int_equal(tw_batch_open(b, &op, 1), 1);
	assert_memory_equal(p, before, tag_at);
	tw_batch_key_destroy(k);
}

static void twamp_packets_equal_v08(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < backends; i++) {
		check_v08(backend[i], "auth_plain_sender", "authenticated_sender", 16, 32);
		check_v08(backend[i], "auth_plain_sender", "encrypted_sender", 32, 32);
		check_v08(backend[i], "auth_plain_reflector", "authenticated_reflector", 16, 96);
		check_v08(backend[i], "auth_plain_reflector", "encrypted_reflector", 96, 96);
	}
}

/* V08b: which flips must be noticed. */
static void flips_are_noticed_as_v08b_says(void **state)
{
	uint8_t aes[16];
	uint8_t hmac[32];

	(void)state;
	tw_vector_hex(aes, V8, "fields", "test_aes");
	tw_vector_hex(hmac, V8, "fields", "test_hmac");
	for (unsigned int i = 0; i < backends; i++) {
		struct tw_batch_key *k = key_of(backend[i], TW_HASH_SHA1, hmac, 32, aes);

		for (size_t at = 0; at < 112; at++) {
			for (int enc = 0; enc < 2; enc++) {
				uint8_t p[112];
				uint32_t len = enc ? 32 : 16;
				struct tw_batch_op op = {k, p, p + 32, len};
				bool covered = at < len || (at >= 32 && at < 48);

				tw_vector_hex(
					p, V8, enc ? "encrypted_sender" : "authenticated_sender");
				p[at] ^= at == 20 ? 0x01 : 0x80;
				assert_int_equal(tw_batch_open(backend[i], &op, 1), !covered);
			}
		}
		tw_batch_key_destroy(k);
	}
}

static void stamp_packets_equal_v10(void **state)
{
	static const char *const name[] = {"auth_sender", "auth_reflector_stateful"};
	uint8_t hmac[32];
	uint8_t p[112];
	uint8_t want[112];

	(void)state;
	tw_vector_hex(hmac, V10, "hmac_key");
	for (unsigned int i = 0; i < backends; i++) {
		struct tw_batch_key *k = key_of(backend[i], TW_HASH_SHA256, hmac, 32, NULL);

		for (int j = 0; j < 2; j++) {
			struct tw_batch_op op = {k, p, p + 96, 96};

			tw_vector_hex(want, V10, name[j]);
			memcpy(p, want, sizeof(p));
			memset(p + 96, 0, 16);
			assert_int_equal(tw_batch_verify(backend[i], &op, 1), 0);
			tw_batch_seal(backend[i], &op, 1); /* no cipher: signs only */
			assert_memory_equal(p, want, 112);
			assert_int_equal(tw_batch_open(backend[i], &op, 1), 1);
		}
		tw_batch_key_destroy(k);
	}
}

static void odd_keys(void **state)
{
	uint8_t text[64];
	uint8_t key[200];
	uint8_t want[16];
	uint8_t tag[16];
	static const size_t lens[] = {1, 63, 64, 65, 200};

	(void)state;
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(i * 7);
	memset(text, 0x33, sizeof(text));
	for (unsigned int i = 0; i < backends; i++) {
		struct tw_batch_key *k = NULL;

		for (int hash = TW_HASH_SHA1; hash <= TW_HASH_SHA256; hash++) {
			for (size_t j = 0; j < sizeof(lens) / sizeof(lens[0]); j++) {
				struct tw_batch_op op = {NULL, text, tag, 50};

				k = key_of(backend[i], hash, key, lens[j], NULL);
				op.key = k;
				tw_batch_sign(backend[i], &op, 1);
				assert_int_equal(
					tw_hmac_once(hash, key, lens[j], text, 50, want, 16), 0);
				assert_memory_equal(tag, want, 16);
				tw_batch_key_destroy(k);
			}
		}
		k = NULL;
		assert_int_equal(
			tw_batch_key_create(backend[i], TW_HASH_SHA1, key, 0, NULL, &k), -EINVAL);
		assert_null(k);
	}
	tw_batch_key_destroy(NULL);
	tw_batch_destroy(NULL);
}

static void an_empty_text_never_verifies(void **state)
{
	uint8_t want[16];
	uint8_t text[1] = {0};

	(void)state;
	assert_int_equal(tw_hmac_once(TW_HASH_SHA1, "k", 1, text, 0, want, 16), 0);
	for (unsigned int i = 0; i < backends; i++) {
		struct tw_batch_key *k = key_of(backend[i], TW_HASH_SHA1, "k", 1, NULL);
		struct tw_batch_op op = {k, text, want, 0};

		assert_int_equal(tw_batch_verify(backend[i], &op, 1), 0);
		tw_batch_key_destroy(k);
	}
}

#define KEYS 100 /* more than any cache of contexts holds */

struct material {
	enum tw_hash hash;
	uint8_t hmac[80];
	size_t hmac_len;
	uint8_t aes[16];
	bool has_aes;
	struct tw_batch_key *key[2];
};

static void random_octets(struct tw_rand *r, uint8_t *p, size_t n)
{
	while (n--)
		*p++ = (uint8_t)tw_rand_u64(r);
}

static uint64_t seed_of_run(void)
{
	const char *s = getenv("TW_TEST_SEED");
	uint64_t seed = s ? strtoull(s, NULL, 0) : tw_rand_seed();

	print_message("TW_TEST_SEED=%llu\n", (unsigned long long)seed);
	return seed;
}

/*
 * Random keys, lengths, contents and burst sizes: every back end gives what the one-packet calls
 * of OpenSSL's EVP give, notices the same damage and touches nothing else. Packets end at the end
 * of a page that nothing follows.
 */
static void backends_agree_with_evp(void **state)
{
	static const uint32_t lens[] = {16, 32, 48, 96, 112};
	size_t page = 4096;
	uint8_t *map = mmap(NULL, (TW_BATCH_MAX + 1) * 2 * page, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct material *m = calloc(KEYS, sizeof(*m));
	struct tw_rand r;

	(void)state;
	assert_ptr_not_equal(map, MAP_FAILED);
	assert_non_null(m);
	for (size_t i = 0; i <= TW_BATCH_MAX; i++)
		assert_int_equal(mprotect(map + (2 * i + 1) * page, page, PROT_NONE), 0);
	tw_rand_init(&r, seed_of_run());
	for (int i = 0; i < KEYS; i++) {
		m[i].hash = tw_rand_below(&r, 2) ? TW_HASH_SHA256 : TW_HASH_SHA1;
		m[i].hmac_len = 1 + tw_rand_below(&r, sizeof(m[i].hmac));
		m[i].has_aes = tw_rand_below(&r, 4) != 0;
		random_octets(&r, m[i].hmac, sizeof(m[i].hmac));
		random_octets(&r, m[i].aes, sizeof(m[i].aes));
		for (unsigned int j = 0; j < backends; j++)
			m[i].key[j] = key_of(backend[j], m[i].hash, m[i].hmac, m[i].hmac_len,
				m[i].has_aes ? m[i].aes : NULL);
	}
	for (unsigned int round = 0; round < 256; round++) {
		unsigned int n =
			round < TW_BATCH_MAX ? round + 1 : 1 + (unsigned int)tw_rand_below(&r, 64);
		unsigned int who[TW_BATCH_MAX];
		uint32_t len[TW_BATCH_MAX];
		uint8_t in[TW_BATCH_MAX][112];
		uint8_t want[TW_BATCH_MAX][112 + 16];
		uint64_t all = n == 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
		uint64_t bad = tw_rand_u64(&r) & tw_rand_u64(&r) & all;

		for (unsigned int i = 0; i < n; i++) {
			const struct material *k;

			who[i] = (unsigned int)tw_rand_below(&r, KEYS);
			k = &m[who[i]];
			len[i] = lens[tw_rand_below(&r, 5)];
			if (!k->has_aes && tw_rand_below(&r, 2))
				len[i] =
					1 + (uint32_t)tw_rand_below(&r, 112); /* any length signs */
			random_octets(&r, in[i], len[i]);
			memcpy(want[i], in[i], len[i]);
			assert_int_equal(tw_hmac_once(k->hash, k->hmac, k->hmac_len, want[i],
						 len[i], want[i] + len[i], 16),
				0);
			if (k->has_aes)
				assert_int_equal(
					tw_aes_cbc0(TW_ENCRYPT, k->aes, want[i], len[i]), 0);
		}
		for (unsigned int j = 0; j < backends; j++) {
			struct tw_batch_op op[TW_BATCH_MAX];

			for (unsigned int i = 0; i < n; i++) {
				uint8_t *end = map + (2 * i + 1) * page;

				op[i].key = m[who[i]].key[j];
				op[i].len = len[i];
				op[i].tag = end - 16;
				op[i].text = end - 16 - len[i];
				op[i].text[-1] = 0x77;
				memcpy(op[i].text, in[i], len[i]);
			}
			tw_batch_seal(backend[j], op, n);
			for (unsigned int i = 0; i < n; i++) {
				assert_memory_equal(op[i].text, want[i], len[i] + 16);
				assert_int_equal(op[i].text[-1], 0x77);
				if (bad >> i & 1)
					op[i].tag[round % 16] ^= (uint8_t)(1 << (i % 8));
			}
			assert_int_equal(tw_batch_open(backend[j], op, n), all & ~bad);
			for (unsigned int i = 0; i < n; i++)
				assert_memory_equal(op[i].text, in[i], len[i]);
		}
	}
	for (int i = 0; i < KEYS; i++)
		for (unsigned int j = 0; j < backends; j++)
			tw_batch_key_destroy(m[i].key[j]);
	free(m);
	munmap(map, (TW_BATCH_MAX + 1) * 2 * page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twamp_packets_equal_v08),
		cmocka_unit_test(flips_are_noticed_as_v08b_says),
		cmocka_unit_test(stamp_packets_equal_v10),
		cmocka_unit_test(odd_keys),
		cmocka_unit_test(an_empty_text_never_verifies),
		cmocka_unit_test(backends_agree_with_evp),
	};

	return cmocka_run_group_tests(tests, open_backends, close_backends);
}

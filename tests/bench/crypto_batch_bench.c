/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * What a reflector pays for authentication: one packet verified and one signed, in nanoseconds of
 * this thread's CPU time, for each back end and for OpenSSL's EVP_MAC as a program would use it
 * without thinking about bursts; "OpenSSL" is our fallback, which starts from kept states of the hash.
 * Interleaved in one run, the order reversed every round; medians.
 */

#include "tw_batch.h"
#include "tw_cipher.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KEYS 64 /* sessions; the packets of a burst go round */
#define ROUNDS 21
#define PACKETS 6400 /* of a measurement */
#define WAYS 3       /* IPsec-MB, OpenSSL, EVP_MAC */

struct mode {
	const char *name;
	enum tw_hash hash;
	uint32_t in;  /* octets signed of a request */
	uint32_t out; /* of a reply */
	bool cipher;
};

static const struct mode modes[] = {
	{"STAMP authenticated", TW_HASH_SHA256, 96, 96, false},
	{"TWAMP authenticated", TW_HASH_SHA1, 16, 16, true},
	{"TWAMP encrypted", TW_HASH_SHA1, 32, 96, true},
};

static const uint8_t hmac_key[32] = {1, 2, 3};
static const uint8_t aes_key[16] = {4, 5, 6};
static uint8_t packet[TW_BATCH_MAX][128];
static uint8_t tag[TW_BATCH_MAX][TW_TAG_LEN];

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double batch_way(struct tw_batch *b, struct tw_batch_key *const *key, const struct mode *m,
	unsigned int burst)
{
	struct tw_batch_op op[TW_BATCH_MAX];
	unsigned int next = 0;
	double start = cpu_ns();

	for (unsigned int done = 0; done < PACKETS; done += burst) {
		for (unsigned int i = 0; i < burst; i++)
			op[i] = (struct tw_batch_op){
				.key = key[next++ % KEYS],
				.text = packet[i],
				.tag = tag[i],
				.len = m->in,
			};
		tw_batch_open(b, op, burst);
		for (unsigned int i = 0; i < burst; i++)
			op[i].len = m->out;
		tw_batch_seal(b, op, burst);
	}
	return (cpu_ns() - start) / PACKETS;
}

static void must(int ok)
{
	if (ok)
		return;
	fprintf(stderr, "OpenSSL failed\n");
	exit(1);
}

struct evp {
	EVP_MAC_CTX *mac;
	EVP_CIPHER_CTX *aes[2];
};

static void evp_open(struct evp *e, const struct mode *m)
{
	char digest[8];
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	snprintf(digest, sizeof(digest), "%s", m->hash == TW_HASH_SHA1 ? "SHA1" : "SHA256");
	e->mac = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	must(e->mac && EVP_MAC_init(e->mac, hmac_key, sizeof(hmac_key), params));
	for (int dir = 0; dir < 2; dir++) {
		e->aes[dir] = EVP_CIPHER_CTX_new();
		must(EVP_CipherInit_ex2(e->aes[dir], EVP_aes_128_cbc(), aes_key, NULL, dir, NULL));
		must(EVP_CIPHER_CTX_set_padding(e->aes[dir], 0));
	}
}

static void evp_close(struct evp *e)
{
	EVP_MAC_CTX_free(e->mac);
	for (int dir = 0; dir < 2; dir++)
		EVP_CIPHER_CTX_free(e->aes[dir]);
}

static void evp_one(struct evp *e, const struct mode *m, int dir, uint8_t *p, uint32_t len)
{
	static const uint8_t iv[16];
	uint8_t digest[32];
	size_t n;
	int done;

	if (m->cipher) {
		must(EVP_CipherInit_ex2(e->aes[dir], NULL, NULL, iv, dir, NULL));
		must(EVP_CipherUpdate(e->aes[dir], p, &done, p, (int)len));
	}
	must(EVP_MAC_init(e->mac, NULL, 0, NULL));
	must(EVP_MAC_update(e->mac, p, len));
	must(EVP_MAC_final(e->mac, digest, &n, sizeof(digest)));
}

/* One key, kept ready: as good as it gets without a context for every session. */
static double evp_way(struct evp *e, const struct mode *m, unsigned int burst)
{
	double start = cpu_ns();

	for (unsigned int done = 0; done < PACKETS; done++) {
		evp_one(e, m, 0, packet[done % burst], m->in);
		evp_one(e, m, 1, packet[done % burst], m->out);
	}
	return (cpu_ns() - start) / PACKETS;
}

static int ascending(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double median(double *v)
{
	qsort(v, ROUNDS, sizeof(*v), ascending);
	return v[ROUNDS / 2];
}

static void measure(struct tw_batch *const *b, const struct mode *m, unsigned int burst)
{
	struct tw_batch_key *key[2][KEYS] = {{NULL}};
	double t[WAYS][ROUNDS];
	double kept[ROUNDS], evp[ROUNDS];
	struct evp e;

	evp_open(&e, m);
	for (int way = 0; way < 2; way++)
		for (int i = 0; i < KEYS; i++)
			if (b[way] &&
				tw_batch_key_create(b[way], m->hash, hmac_key, sizeof(hmac_key),
					m->cipher ? aes_key : NULL, &key[way][i]))
				exit(1);
	for (int r = 0; r < ROUNDS; r++) {
		for (int i = 0; i < WAYS; i++) {
			int way = r % 2 ? WAYS - 1 - i : i;

			if (way == 2)
				t[way][r] = evp_way(&e, m, burst);
			else
				t[way][r] = b[way] ? batch_way(b[way], key[way], m, burst) : 0;
		}
		kept[r] = t[0][r] > 0 ? t[1][r] / t[0][r] : 0;
		evp[r] = t[0][r] > 0 ? t[2][r] / t[0][r] : 0;
	}
	printf("%-20s %5u %10.0f %10.0f %10.0f %12.2f %12.2f\n", m->name, burst, median(t[0]),
		median(t[1]), median(t[2]), median(kept), median(evp));
	for (int way = 0; way < 2; way++)
		for (int i = 0; i < KEYS; i++)
			tw_batch_key_destroy(key[way][i]);
	evp_close(&e);
}

int main(void)
{
	static const unsigned int bursts[] = {1, 4, 16, 32, 64};
	struct tw_batch *b[2] = {NULL, NULL};

	if (tw_batch_create(TW_BATCH_IPSEC_MB, &b[0]))
		printf("no IPsec-MB here\n");
	else
		printf("%s\n", tw_batch_name(b[0]));
	if (tw_batch_create(TW_BATCH_OPENSSL, &b[1]))
		return 1;
	printf("ns for one packet verified and one signed\n");
	printf("%-20s %5s %10s %10s %10s %12s %12s\n", "", "burst", "IPsec-MB", "OpenSSL",
		"EVP_MAC", "OpenSSL/MB", "EVP_MAC/MB");
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		for (size_t j = 0; j < sizeof(bursts) / sizeof(bursts[0]); j++)
			measure(b, &modes[i], bursts[j]);
	tw_batch_destroy(b[0]);
	tw_batch_destroy(b[1]);
	return 0;
}

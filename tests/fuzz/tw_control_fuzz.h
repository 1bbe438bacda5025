/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_CONTROL_FUZZ_H
#define TW_CONTROL_FUZZ_H

/*
 * What the harnesses of both machines share: the input as a stream of small decisions, a random
 * source that repeats itself, and the peer's side of a protected connection, so that the fuzzer gets
 * past the HMAC and at what lies behind it.
 */

#include "tw_cipher.h"
#include "tw_fuzz.h"
#include "tw_keys.h"
#include "tw_mac.h"

#include <stdbool.h>
#include <string.h>

struct input {
	const uint8_t *p;
	size_t left;
};

static inline uint8_t next8(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->p++;
}

static inline uint32_t next32(struct input *in)
{
	uint32_t v = next8(in);

	for (int i = 0; i < 3; i++)
		v = v << 8 | next8(in);
	return v;
}

/* Up to @p n octets; what is missing is zero. */
static inline void next_octets(struct input *in, uint8_t *out, size_t n)
{
	size_t have = n < in->left ? n : in->left;

	memset(out, 0, n);
	memcpy(out, in->p, have);
	in->p += have;
	in->left -= have;
}

/* A counter through a multiplication: the same in every run, never the same twice. */
static inline int fuzz_random(void *arg, void *buf, size_t len)
{
	uint64_t *state = arg;
	uint8_t *p = buf;

	while (len--) {
		*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
		*p++ = (uint8_t)(*state >> 56);
	}
	return 0;
}

/*
 * The linker puts this in the place of tw_kdf() (--wrap): thousands of PBKDF2 iterations an input
 * would find nothing and cost all the speed.
 */
int __wrap_tw_kdf(
	const void *passphrase, size_t len, const uint8_t *salt, uint32_t count, uint8_t *ret_key);

int __wrap_tw_kdf(
	const void *passphrase, size_t len, const uint8_t *salt, uint32_t count, uint8_t *ret_key)
{
	const uint8_t *p = passphrase;

	memcpy(ret_key, salt, 16);
	for (size_t i = 0; i < len; i++)
		ret_key[i % 16] = (uint8_t)(ret_key[i % 16] * 3 + p[i]);
	ret_key[0] ^= (uint8_t)(count >> 8);
	return 0;
}

/*
 * How far the inputs got, said at the end: a run that never came past the key set-up proves nothing
 * about what lies behind it.
 */
struct reached {
	unsigned long long inputs;
	unsigned long long keyed;     /* connections whose keys were set up */
	unsigned long long authentic; /* messages that were taken after that */
};

static struct reached reached;

static __attribute__((destructor)) void say_reached(void)
{
	fprintf(stderr,
		"reached: %llu inputs, %llu protected connections set up, %llu messages taken on "
		"them\n",
		reached.inputs, reached.keyed, reached.authentic);
}

struct peer {
	bool on;
	struct tw_cbc *tx;
	struct tw_hmac *mac;
};

static inline void peer_start(struct peer *p, const struct tw_keys *keys, const uint8_t *iv)
{
	FUZZ_CHECK(tw_cbc_create(TW_ENCRYPT, keys->aes, iv, &p->tx) == 0);
	FUZZ_CHECK(tw_hmac_create(TW_HASH_SHA1, keys->hmac, 32, &p->mac) == 0);
	p->on = true;
	reached.keyed++;
}

static inline void peer_stop(struct peer *p)
{
	tw_cbc_destroy(p->tx);
	tw_hmac_destroy(p->mac);
	memset(p, 0, sizeof(*p));
}

/* Sign and encrypt a message from octet @p from on; the last block is its HMAC, if it has one. */
static inline void peer_seal(struct peer *p, uint8_t *msg, size_t len, size_t from, bool hmac)
{
	size_t text = len - from - (hmac ? 16 : 0);

	if (!p->on)
		return;
	FUZZ_CHECK(tw_hmac_update(p->mac, msg + from, text) == 0);
	if (hmac)
		FUZZ_CHECK(tw_hmac_final(p->mac, msg + from + text, 16) == 0);
	FUZZ_CHECK(tw_cbc_update(p->tx, msg + from, len - from) == 0);
}

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_keyring.h"

#include <errno.h>
#include <stdlib.h>

struct pair {
	const struct tw_secret *secret;
	struct tw_batch_key *key;
};

struct tw_keyring {
	const struct tw_keyfile *file;
	size_t n;
	struct pair pair[]; /* by address of the secret */
};

static int compare(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	return x->secret < y->secret ? -1 : x->secret > y->secret;
}

int tw_keyring_create(
	const struct tw_batch *b, const struct tw_keyfile *file, struct tw_keyring **ret)
{
	struct tw_keyring *k;
	size_t n = 0;

	while (tw_keyfile_entry(file, n))
		n++;
	k = calloc(1, sizeof(*k) + n * sizeof(k->pair[0]));
	if (!k)
		return -ENOMEM;
	k->file = file;
	for (size_t i = 0; i < n; i++) {
		const struct tw_secret *s = tw_keyfile_entry(file, i);
		int rc = tw_batch_key_create(
			b, TW_HASH_SHA256, s->key, s->key_len, NULL, &k->pair[i].key);

		if (rc < 0) {
			tw_keyring_destroy(k);
			return rc;
		}
		k->pair[i].secret = s;
		k->n++;
	}
	qsort(k->pair, k->n, sizeof(k->pair[0]), compare);
	*ret = k;
	return 0;
}

void tw_keyring_destroy(struct tw_keyring *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->n; i++)
		tw_batch_key_destroy(k->pair[i].key);
	free(k);
}

const struct tw_batch_key *tw_keyring_peer(
	const struct tw_keyring *k, uint16_t ssid, const struct tw_addr *peer)
{
	struct pair want = {.secret = tw_keyfile_peer(k->file, ssid, peer->family, peer->b)};
	const struct pair *found;

	if (!want.secret)
		return NULL;
	found = bsearch(&want, k->pair, k->n, sizeof(k->pair[0]), compare);
	return found ? found->key : NULL;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "stamp_keys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define KEY_LEN 32

static int prepare(struct tw_stamp_keys *k, struct tw_err *err)
{
	int rc = tw_batch_create(TW_BATCH_AUTO, &k->batch);

	if (rc == 0)
		rc = tw_keyring_create(k->batch, k->file, &k->ring);
	if (rc < 0) {
		tw_stamp_keys_fini(k);
		return tw_fail(err, rc, "keys: %s", strerror(-rc));
	}
	return 0;
}

int tw_stamp_keys_load(const struct tw_options *o, struct tw_err *err, struct tw_stamp_keys *ret)
{
	int rc;

	memset(ret, 0, sizeof(*ret));
	if (!o->key_file)
		return o->auth ? tw_fail(err, -EINVAL, "--auth needs --key-file FILE") : 0;
	rc = tw_keyfile_load(o->key_file, TW_KEYFILE_TEXT, err, &ret->file);
	return rc < 0 ? rc : prepare(ret, err);
}

int tw_stamp_keys_random(struct tw_err *err, struct tw_stamp_keys *ret)
{
	uint8_t key[KEY_LEN];
	char line[16 + 2 * KEY_LEN];
	int n, rc;

	memset(ret, 0, sizeof(*ret));
	if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
		return tw_fail(err, -EIO, "no random octets for a key");
	n = snprintf(line, sizeof(line), "* hex:");
	for (size_t i = 0; i < sizeof(key); i++)
		n += snprintf(line + n, sizeof(line) - (size_t)n, "%02x", key[i]);
	rc = tw_keyfile_parse("the random key", line, (size_t)n, TW_KEYFILE_TEXT, err, &ret->file);
	explicit_bzero(key, sizeof(key));
	explicit_bzero(line, sizeof(line));
	return rc < 0 ? rc : prepare(ret, err);
}

void tw_stamp_keys_fini(struct tw_stamp_keys *k)
{
	tw_keyring_destroy(k->ring);
	tw_keyfile_destroy(k->file);
	tw_batch_destroy(k->batch);
	memset(k, 0, sizeof(*k));
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef STAMP_KEYS_H
#define STAMP_KEYS_H

/* --auth and --key-file of STAMP: the file, and a prepared key for each of its lines. */

#include "options.h"
#include "tw_keyring.h"

struct tw_stamp_keys {
	struct tw_batch *batch; /* tells the back end that the keys are for */
	struct tw_keyfile *file;
	struct tw_keyring *ring; /* NULL = no keys */
};

/* From --key-file; nothing when it is not given. Returns 0 or a negative errno. */
int tw_stamp_keys_load(const struct tw_options *o, struct tw_err *err, struct tw_stamp_keys *ret);

/* One random key for everybody: loopback. */
int tw_stamp_keys_random(struct tw_err *err, struct tw_stamp_keys *ret);

void tw_stamp_keys_fini(struct tw_stamp_keys *k);

#endif

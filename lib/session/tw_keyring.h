/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_KEYRING_H
#define TW_KEYRING_H

/**
 * @file
 * The keys of STAMP peers, ready for use by workers: a key file with a prepared key per entry.
 * Frozen once made; any number of workers may look at it.
 */

#include "tw_addr.h"
#include "tw_batch.h"
#include "tw_keyfile.h"

struct tw_keyring;

/**
 * Prepare every key of a file for authenticated STAMP (HMAC-SHA-256).
 * @param b     context whose back end will use the keys
 * @param file  stays the caller's and must live longer
 * @return 0, -ENOMEM, -EINVAL (an empty key)
 */
int tw_keyring_create(
	const struct tw_batch *b, const struct tw_keyfile *file, struct tw_keyring **ret);
void tw_keyring_destroy(struct tw_keyring *k);

/** Key for packets of this SSID (0 = none) from this peer; NULL when none is configured. */
const struct tw_batch_key *tw_keyring_peer(
	const struct tw_keyring *k, uint16_t ssid, const struct tw_addr *peer);

#endif

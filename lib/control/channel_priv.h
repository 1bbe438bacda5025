/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef CHANNEL_PRIV_H
#define CHANNEL_PRIV_H

/*
 * The protection of a control connection (RFC 4656 section 3.3): one CBC stream and one HMAC for
 * each direction. In unauthenticated mode every call is a no-op and HMAC fields stay zero.
 */

#include "tw_cipher.h"
#include "tw_keys.h"
#include "tw_mac.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* About 4 KiB of OpenSSL contexts when protected. */
struct channel {
	struct tw_cbc *rx_cbc;
	struct tw_cbc *tx_cbc;
	struct tw_hmac *rx_mac;
	struct tw_hmac *tx_mac;
};

/* Returns 0, -ENOMEM. rx_iv and tx_iv are the IVs of the two directions as we see them. */
int channel_protect(
	struct channel *ch, const struct tw_keys *keys, const uint8_t *rx_iv, const uint8_t *tx_iv);

/* Wipes; a channel of zeros is an open one and needs no fini. */
void channel_fini(struct channel *ch);

static inline bool channel_protected(const struct channel *ch)
{
	return ch->rx_cbc != NULL;
}

/* Encrypt blocks that carry no HMAC but are part of the text of the next one. Returns 0, -EIO. */
int channel_send_part(struct channel *ch, uint8_t *buf, size_t len);

/* Write the HMAC into the last block and encrypt all of it. Returns 0, -EIO. */
int channel_send(struct channel *ch, uint8_t *buf, size_t len);

/* Decrypt blocks that are part of the text of the next HMAC. Returns 0, -EIO. */
int channel_receive_part(struct channel *ch, uint8_t *buf, size_t len);

/*
 * Decrypt the rest of a message and check the HMAC in its last block. Returns 0, -EBADMSG (drop the
 * connection without a word), -EIO.
 */
int channel_receive(struct channel *ch, uint8_t *buf, size_t len);

#endif

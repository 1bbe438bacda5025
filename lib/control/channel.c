/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "channel_priv.h"

#include <errno.h>
#include <string.h>

int channel_protect(
	struct channel *ch, const struct tw_keys *keys, const uint8_t *rx_iv, const uint8_t *tx_iv)
{
	struct channel c = {NULL, NULL, NULL, NULL};

	if (tw_cbc_create(TW_DECRYPT, keys->aes, rx_iv, &c.rx_cbc) ||
		tw_cbc_create(TW_ENCRYPT, keys->aes, tx_iv, &c.tx_cbc) ||
		tw_hmac_create(TW_HASH_SHA1, keys->hmac, sizeof(keys->hmac), &c.rx_mac) ||
		tw_hmac_create(TW_HASH_SHA1, keys->hmac, sizeof(keys->hmac), &c.tx_mac)) {
		channel_fini(&c);
		return -ENOMEM;
	}
	*ch = c;
	return 0;
}

void channel_fini(struct channel *ch)
{
	tw_cbc_destroy(ch->rx_cbc);
	tw_cbc_destroy(ch->tx_cbc);
	tw_hmac_destroy(ch->rx_mac);
	tw_hmac_destroy(ch->tx_mac);
	memset(ch, 0, sizeof(*ch));
}

int channel_send_part(struct channel *ch, uint8_t *buf, size_t len)
{
	int r;

	if (!channel_protected(ch))
		return 0;
	r = tw_hmac_update(ch->tx_mac, buf, len);
	return r ? r : tw_cbc_update(ch->tx_cbc, buf, len);
}

int channel_send(struct channel *ch, uint8_t *buf, size_t len)
{
	size_t text = len - TW_TAG_LEN;
	int r;

	if (!channel_protected(ch))
		return 0;
	r = tw_hmac_update(ch->tx_mac, buf, text);
	if (!r)
		r = tw_hmac_final(ch->tx_mac, buf + text, TW_TAG_LEN);
	return r ? r : tw_cbc_update(ch->tx_cbc, buf, len);
}

int channel_receive_part(struct channel *ch, uint8_t *buf, size_t len)
{
	int r;

	if (!channel_protected(ch))
		return 0;
	r = tw_cbc_update(ch->rx_cbc, buf, len);
	return r ? r : tw_hmac_update(ch->rx_mac, buf, len);
}

int channel_receive(struct channel *ch, uint8_t *buf, size_t len)
{
	size_t text = len - TW_TAG_LEN;
	uint8_t tag[TW_TAG_LEN];
	int r;

	if (!channel_protected(ch))
		return 0;
	r = tw_cbc_update(ch->rx_cbc, buf, len);
	if (!r)
		r = tw_hmac_update(ch->rx_mac, buf, text);
	if (!r)
		r = tw_hmac_final(ch->rx_mac, tag, sizeof(tag));
	if (r)
		return r;
	return tw_hmac_equal(tag, buf + text, sizeof(tag)) ? 0 : -EBADMSG;
}

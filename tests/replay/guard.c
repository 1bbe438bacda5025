/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "replay.h"

#include <stdlib.h>
#include <string.h>

static void must(int r)
{
	if (r)
		abort();
}

void guard_start(struct guard *g, const uint8_t *rx_iv, const uint8_t *tx_iv)
{
	must(tw_cbc_create(TW_DECRYPT, g->keys.aes, rx_iv, &g->rx));
	must(tw_cbc_create(TW_ENCRYPT, g->keys.aes, tx_iv, &g->tx));
	must(tw_hmac_create(TW_HASH_SHA1, g->keys.hmac, 32, &g->rx_mac));
	must(tw_hmac_create(TW_HASH_SHA1, g->keys.hmac, 32, &g->tx_mac));
	g->on = true;
}

void guard_stop(struct guard *g)
{
	tw_cbc_destroy(g->rx);
	tw_cbc_destroy(g->tx);
	tw_hmac_destroy(g->rx_mac);
	tw_hmac_destroy(g->tx_mac);
	memset(g, 0, sizeof(*g));
}

void guard_send(struct guard *g, uint8_t *buf, size_t len, size_t from, bool hmac)
{
	size_t text = len - from - (hmac ? 16 : 0);

	if (!g->on)
		return;
	must(tw_hmac_update(g->tx_mac, buf + from, text));
	if (hmac)
		must(tw_hmac_final(g->tx_mac, buf + from + text, 16));
	must(tw_cbc_update(g->tx, buf + from, len - from));
}

bool guard_receive(struct guard *g, uint8_t *buf, size_t len, size_t from, bool hmac)
{
	size_t text = len - from - (hmac ? 16 : 0);
	uint8_t tag[16];

	if (!g->on)
		return true;
	must(tw_cbc_update(g->rx, buf + from, len - from));
	must(tw_hmac_update(g->rx_mac, buf + from, text));
	if (!hmac)
		return true;
	must(tw_hmac_final(g->rx_mac, tag, 16));
	return memcmp(tag, buf + from + text, 16) == 0;
}

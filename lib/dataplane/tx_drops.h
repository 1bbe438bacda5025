/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_TX_DROPS_H
#define TW_TX_DROPS_H

/*
 * How many of our packets an interface dropped, from a counter of all its traffic. It does not tell whose they
 * were: what fell while we sent may have been ours, up to what we sent then, and is taken for ours; what fell
 * while we were silent was somebody else's. Time is cut in turns, and a packet may fall in the turn after the
 * one that it was sent in, no later. A counter that is less than before was reset: it tells what came since.
 */

#include <stdint.h>

struct tw_tx_drops {
	uint64_t dropped; /* the interface's counter, as of the last look */
	uint64_t sent;    /* our packets that the driver took, as well */
	uint64_t room;    /* sent in this turn, and not taken for dropped */
	uint64_t before;  /* the same of the turn before */
	uint64_t ours;    /* dropped */
};

static inline uint64_t tw_counted_since(uint64_t now, uint64_t before)
{
	return now < before ? now : now - before;
}

static inline void tw_tx_drops_see(struct tw_tx_drops *d, uint64_t dropped, uint64_t sent)
{
	uint64_t n = tw_counted_since(dropped, d->dropped), part;

	d->room += tw_counted_since(sent, d->sent);
	d->dropped = dropped;
	d->sent = sent;
	part = n < d->before ? n : d->before;
	d->before -= part;
	d->ours += part;
	n -= part;
	part = n < d->room ? n : d->room;
	d->room -= part;
	d->ours += part;
}

/* A look that ends a turn. */
static inline void tw_tx_drops_turn(struct tw_tx_drops *d, uint64_t dropped, uint64_t sent)
{
	tw_tx_drops_see(d, dropped, sent);
	d->before = d->room;
	d->room = 0;
}

#endif

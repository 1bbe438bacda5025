/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Outbound order: the sender's numbers in the order in which the reflector saw them. A slot per
 * reflector number of the window keeps NextExp (RFC 4737 section 3.2) as it was before that
 * packet. A reply that overtook others inbound is filled in late; NextExp of those behind it can
 * then only grow, so packets can become reordered but never cease to be. */

#include "loss_priv.h"

#include <string.h>

#define W TW_LOSS_ORDER_WINDOW
#define SLOT(r) ((r) & (W - 1))

static bool get(const uint64_t *map, uint64_t r)
{
	return map[SLOT(r) / 64] >> (r & 63) & 1;
}

static void put(uint64_t *map, uint64_t r, bool v)
{
	uint64_t bit = 1ULL << (r & 63);

	if (v)
		map[SLOT(r) / 64] |= bit;
	else
		map[SLOT(r) / 64] &= ~bit;
}

static void fill(struct tw_loss *l, uint64_t r, uint64_t s, uint64_t next, bool late)
{
	l->t->slot[SLOT(r)] = (struct tw_loss_slot){s, next};
	put(l->t->ordered, r, true);
	put(l->t->uncounted, r, late);
	if (s < next && !late)
		l->reordered_outbound++;
}

void tw_loss_order_reset(struct tw_loss *l)
{
	memset(l->t->ordered, 0, sizeof(l->t->ordered));
}

void tw_loss_order_skip(struct tw_loss *l, uint64_t from, uint64_t to)
{
	if (to - from >= W) {
		tw_loss_order_reset(l);
		return;
	}
	for (uint64_t r = from; r < to; r++)
		put(l->t->ordered, r, false);
}

void tw_loss_order_run(
	struct tw_loss *l, uint64_t from, uint64_t to, uint64_t last_s, uint64_t next)
{
	uint64_t r = to - from > W ? to - W : from;

	for (; r < to; r++) {
		uint64_t s = last_s - (to - 1 - r);

		fill(l, r, s, r == from ? next : s, false);
	}
}

void tw_loss_order_append(struct tw_loss *l, uint64_t r, uint64_t s, uint64_t next, bool late)
{
	fill(l, r, s, next, late);
}

/* NextExp before @r: of its predecessor; of its successor when all before are out of the window. */
static uint64_t next_before(const struct tw_loss *l, uint64_t r, uint64_t window)
{
	const struct tw_loss_slot *p;

	for (uint64_t q = r; q-- > window;) {
		if (!get(l->t->ordered, q))
			continue;
		p = &l->t->slot[SLOT(q)];
		return p->sseq < p->next ? p->next : p->sseq + 1;
	}
	for (uint64_t q = r + 1; q < l->next_r; q++)
		if (get(l->t->ordered, q))
			return l->t->slot[SLOT(q)].next;
	return l->next_s;
}

bool tw_loss_order_insert(struct tw_loss *l, uint64_t r, uint64_t s, bool late)
{
	uint64_t window = l->next_r - W;
	bool known = r >= window;

	if (!known) {
		r = window - 1;
	} else {
		fill(l, r, s, next_before(l, r, window), late);
	}
	for (uint64_t q = r + 1; q < l->next_r; q++) {
		struct tw_loss_slot *p = &l->t->slot[SLOT(q)];

		if (!get(l->t->ordered, q))
			continue;
		if (p->next > s)
			break;
		if (p->sseq >= p->next && p->sseq <= s && !get(l->t->uncounted, q))
			l->reordered_outbound++;
		p->next = s + 1;
	}
	return known;
}

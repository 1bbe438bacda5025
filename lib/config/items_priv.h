/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef ITEMS_PRIV_H
#define ITEMS_PRIV_H

#include "tw_items.h"

static inline bool tw_items_is_set(const struct tw_item_set *set, size_t i)
{
	return set->bits[i / 64] >> (i % 64) & 1;
}

/* How far a name is from what was typed; UINT32_MAX when it cannot have been meant. */
unsigned int tw_items_remoteness(const char *typed, const char *name);

/* "stamp|twamp-light", the metavar of the row, or "" for a flag; returns buf. */
char *tw_items_metavar(const struct tw_item *item, char *buf, size_t len);

/* Is the row shown for one of these commands? */
static inline bool tw_items_shown(const struct tw_item *item, uint32_t commands)
{
	return (item->commands & commands) && !(item->flags & TW_ITEM_HIDDEN);
}

/*
 * Is row i the first of its group that these commands show? Then its heading is due.
 */
bool tw_items_opens_group(const struct tw_item_table *t, size_t i, uint32_t commands);

#endif

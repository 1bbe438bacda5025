/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_ITEMS_FILE_H
#define TW_ITEMS_FILE_H

/**
 * @file
 * The rows of tw_items.h read from a map of a YAML file: the names of the options are its keys, and
 * what an option takes its key takes.
 */

#include "tw_items.h"
#include "tw_yaml.h"

/** Rows, and where their members and marks go. */
struct tw_items_part {
	const struct tw_item_table *table;
	uint32_t commands;        /**< bits of the rows that are keys here */
	const char *const *names; /**< of those the ones that are; ends with NULL. NULL = all */
	void *base;               /**< the struct behind the rows, defaults already in it */
	struct tw_item_set *set;  /**< rows that the map gives are added */
};

/**
 * Read the keys of a map; each belongs to the first part that has a row for it. Text is borrowed
 * from @p y. Flags are true or false; options that repeat take a list, which replaces what was
 * there.
 *
 * @param skip  keys that are somebody else's, ends with NULL; may be NULL
 * @param err   file, line and column, key, value and what is allowed
 * @return 0, -EINVAL
 */
int tw_items_read(const struct tw_items_part *parts, unsigned int n_parts, const struct tw_yaml *y,
	const struct tw_yaml_node *map, const char *const *skip, struct tw_err *err);

/**
 * Forget what was inherited where a map says otherwise: of rows that exclude each other those that
 * only @p inherited has go when @p own has another one of them; their members become zero.
 * @return in @p inherited: what is left of it and @p own together
 */
void tw_items_override(const struct tw_item_table *t, uint32_t commands,
	const struct tw_item_set *own, struct tw_item_set *inherited, void *base);

/**
 * Copy the members of the rows in @p from_set from one struct to another, but not of rows that
 * @p to_set has; they are marked there.
 */
void tw_items_adopt(const struct tw_item_table *t, uint32_t commands, const void *from,
	const struct tw_item_set *from_set, void *to, struct tw_item_set *to_set);

#endif

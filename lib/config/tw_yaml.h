/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_YAML_H
#define TW_YAML_H

/**
 * @file
 * A YAML file as a small tree that knows where everything stood. Made for files that people write
 * and strangers may send: bounded in size, depth and number of nodes. Aliases, tags and further
 * documents are refused, so a file is never more than what can be read in it.
 */

#include "tw_err.h"

#include <stddef.h>
#include <stdint.h>

#define TW_YAML_MAX_SIZE (1024 * 1024) /**< octets of a file */
#define TW_YAML_MAX_NODES 16384        /**< scalars, lists and maps, keys counted */
#define TW_YAML_MAX_KEYS 64            /**< of one map */
#define TW_YAML_MAX_DEPTH 8            /**< lists and maps in each other */

enum tw_yaml_kind {
	TW_YAML_SCALAR,
	TW_YAML_LIST,
	TW_YAML_MAP,
};

/** A value. Lines and columns count from 1. */
struct tw_yaml_node {
	enum tw_yaml_kind kind;
	uint32_t line, column;
	const char *text;               /**< of a scalar; "" is no value */
	const struct tw_yaml_node *key; /**< in a map: the scalar before the colon */
	struct tw_yaml_node *first;     /**< of a list or a map */
	struct tw_yaml_node *next;      /**< after this one in its list or map */
};

struct tw_yaml;

/**
 * Read a file; `-` is standard input.
 * @param err  file, line, column and what is wrong
 * @return 0
 *  - -EINVAL: not YAML, or what is refused
 *  - -EFBIG: beyond a bound above
 *  - -ENOMEM, or what open() and read() gave
 */
int tw_yaml_load(const char *path, struct tw_err *err, struct tw_yaml **ret);

/** The same from memory; @p name stands for the file in messages. @return 0, -EINVAL, -EFBIG, -ENOMEM */
int tw_yaml_parse(
	const char *name, const char *text, size_t len, struct tw_err *err, struct tw_yaml **ret);

/** The document; NULL when it is empty. Lives as long as the tree. */
const struct tw_yaml_node *tw_yaml_root(const struct tw_yaml *y);

/** Value of a key of a map, or NULL. */
const struct tw_yaml_node *tw_yaml_get(const struct tw_yaml_node *map, const char *key);

/** Fill @p err with FILE:LINE:COLUMN and a sentence; @return @p code. @p node may be NULL. */
__attribute__((format(printf, 5, 6))) int tw_yaml_fail(const struct tw_yaml *y,
	const struct tw_yaml_node *node, struct tw_err *err, int code, const char *fmt, ...);

/** NULL is fine. */
void tw_yaml_destroy(struct tw_yaml *y);

#endif

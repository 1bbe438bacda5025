/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_VECTORS_H
#define TW_VECTORS_H

/* The values of tests/data/vectors.json. Include after tw_test.h. */

#include <jansson.h>

/* The value under the given names, or indices of arrays; fails the test when it is not there. */
static inline json_t *tw_vector_at(const char *const *path)
{
	static json_t *root;
	json_t *v;

	if (!root)
		root = json_load_file(TW_VECTORS_FILE, 0, NULL);
	v = root;
	for (; v && *path; path++)
		v = json_is_array(v) ? json_array_get(v, strtoul(*path, NULL, 10))
				     : json_object_get(v, *path);
	assert_non_null(v);
	return v;
}

#define TW_VECTOR_PATH(...) ((const char *const[]){__VA_ARGS__, NULL})
#define tw_vector(...) json_string_value(tw_vector_at(TW_VECTOR_PATH(__VA_ARGS__)))
#define tw_vector_int(...) json_integer_value(tw_vector_at(TW_VECTOR_PATH(__VA_ARGS__)))
#define tw_vector_hex(buf, ...) tw_unhex(tw_vector(__VA_ARGS__), (buf), sizeof(buf))

#endif

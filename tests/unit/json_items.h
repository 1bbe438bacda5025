/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef JSON_ITEMS_H
#define JSON_ITEMS_H

/* Compare a JSON object with a table of its items. */

#include "tw_test.h"

#include <jansson.h>

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* A key, with dots between the levels, and its value as JSON. */
struct item {
	const char *path;
	const char *json;
};

static inline json_t *parse(const char *text)
{
	json_error_t error;
	json_t *j = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!j)
		fail_msg("%s in %s", error.text, text);
	return j;
}

/* Names hold no dots. */
static inline json_t *at(json_t *j, const char *path)
{
	char name[64];

	while (j && *path) {
		size_t n = strcspn(path, ".");

		assert_true(n < sizeof(name));
		memcpy(name, path, n);
		name[n] = '\0';
		if (!json_is_object(j)) /* below null */
			return NULL;
		j = json_object_get(j, name);
		path += n + (path[n] == '.');
	}
	return j;
}

static inline size_t leaves(json_t *j)
{
	const char *key;
	json_t *v;
	size_t n = 0;

	if (!json_is_object(j))
		return 1;
	json_object_foreach(j, key, v) n += leaves(v);
	return n;
}

static inline void check(json_t *j, const struct item *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		json_t *v = at(j, items[i].path);
		char *text;

		if (!v)
			fail_msg("%s is missing", items[i].path);
		text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
		if (strcmp(text, items[i].json) != 0)
			fail_msg("%s is %s, not %s", items[i].path, text, items[i].json);
		free(text);
	}
}

/* The sample in tests/data/results is what the writer writes; the generator's version may differ. */
static inline void check_sample(json_t *j, const char *path)
{
	json_error_t error;
	json_t *sample = json_load_file(path, 0, &error);

	if (!sample)
		fail_msg("%s: %s", path, error.text);
	json_object_set(sample, "generator", json_object_get(j, "generator"));
	/* a new reason to discard is no new contract */
	json_object_update_missing(
		json_object_get(sample, "discarded"), json_object_get(j, "discarded"));
	if (!json_equal(sample, j))
		fail_msg("%s is not what is written now", path);
	json_decref(sample);
}

#endif

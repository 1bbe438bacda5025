/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_fuzz.h"
#include "tw_range_value.h"
#include "tw_yaml.h"

#include <string.h>

/* Nodes of the tree; their texts are tried as ranges. */
static unsigned int walk(const struct tw_yaml_node *n, unsigned int depth)
{
	unsigned int count = 1;
	struct tw_end_range r;

	FUZZ_CHECK(depth <= TW_YAML_MAX_DEPTH);
	FUZZ_CHECK(n->line >= 1 && n->column >= 1);
	if (n->kind == TW_YAML_SCALAR && tw_end_range_parse(n->text, NULL, &r) == 0) {
		FUZZ_CHECK(r.addr.n || r.port.n);
		FUZZ_CHECK(r.port.first + r.port.n <= 65536);
	}
	for (const struct tw_yaml_node *c = n->first; c; c = c->next) {
		FUZZ_CHECK((c->key != NULL) == (n->kind == TW_YAML_MAP));
		FUZZ_CHECK(!c->key || tw_yaml_get(n, c->key->text) == c);
		count += walk(c, depth + 1) + (c->key != NULL);
	}
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tw_err err = {""};
	struct tw_yaml *y;

	if (tw_yaml_parse("f", (const char *)data, size, &err, &y) < 0) {
		FUZZ_CHECK(strncmp(err.text, "f:", 2) == 0);
		FUZZ_CHECK(!strchr(err.text, '\n'));
		return 0;
	}
	FUZZ_CHECK(!tw_yaml_root(y) || walk(tw_yaml_root(y), 0) <= TW_YAML_MAX_NODES);
	tw_yaml_destroy(y);
	return 0;
}

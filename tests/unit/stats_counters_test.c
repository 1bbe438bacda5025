/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_counters.h"
#include "tw_test.h"

#include <ctype.h>

/* Names are metric label values: lower case, digits, underscores; each one once. */
static void names_are_unique_labels_with_help(void **state)
{
	(void)state;
	for (int i = 0; i < TW_DISCARD_MAX; i++) {
		const char *name = tw_discard_name((enum tw_discard)i);

		assert_true(strlen(name) > 0);
		for (const char *p = name; *p; p++)
			assert_true(islower((unsigned char)*p) || isdigit((unsigned char)*p) ||
				    *p == '_');
		assert_true(strlen(tw_discard_help((enum tw_discard)i)) > 0);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(name, tw_discard_name((enum tw_discard)j));
	}
	assert_string_equal(tw_discard_name(TW_DISCARD_BAD_HMAC), "bad_hmac");
	assert_string_equal(tw_discard_name(TW_DISCARD_MAX), "unknown");
	assert_string_equal(tw_discard_help(TW_DISCARD_MAX), "");
}

/* Every counter holds another number in both, so one forgotten or added twice shows. */
static void merge_adds_every_counter(void **state)
{
	struct tw_reflector_counters a, b;
	uint64_t *pa = (uint64_t *)&a, *pb = (uint64_t *)&b;
	size_t n = sizeof(a) / sizeof(*pa);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		pa[i] = 1000 + i;
		pb[i] = 100000 + 7 * i;
	}
	a.ttl_min = 60;
	a.ttl_max = 64;
	b.ttl_min = 50;
	b.ttl_max = 62;
	tw_reflector_counters_merge(&a, &b);
	assert_int_equal(a.ttl_min, 50);
	assert_int_equal(a.ttl_max, 64);
	for (size_t i = 0; i < n; i++)
		if (&pa[i] != &a.ttl_min && &pa[i] != &a.ttl_max)
			assert_int_equal(pa[i], 101000 + 8 * i);
}

static void merge_with_no_ttl_keeps_ttl(void **state)
{
	struct tw_reflector_counters a = {0}, b = {.ttl_min = 3, .ttl_max = 9}, none = {0};

	(void)state;
	tw_reflector_counters_merge(&a, &b);
	tw_reflector_counters_merge(&a, &none);
	assert_int_equal(a.ttl_min, 3);
	assert_int_equal(a.ttl_max, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_unique_labels_with_help),
		cmocka_unit_test(merge_adds_every_counter),
		cmocka_unit_test(merge_with_no_ttl_keeps_ttl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

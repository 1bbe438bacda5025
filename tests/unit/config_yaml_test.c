/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_yaml.h"

#include "tw_range_value.h"
#include "tw_test.h"

#include <errno.h>

static struct tw_err err;

static struct tw_yaml *accept(const char *text)
{
	struct tw_yaml *y = NULL;

	if (tw_yaml_parse("f", text, strlen(text), &err, &y) < 0)
		fail_msg("refused: %s", err.text);
	return y;
}

static void refuse_n(const char *text, size_t len, int code, const char *why)
{
	struct tw_yaml *y = NULL;

	assert_int_equal(tw_yaml_parse("f", text, len, &err, &y), code);
	assert_null(y);
	assert_string_equal(err.text, why);
}

static void refuse(const char *text, int code, const char *why)
{
	refuse_n(text, strlen(text), code, why);
}

static void knows_where_things_stood(void **state)
{
	struct tw_yaml *y = accept("# comment\n"
				   "a: 1\n"
				   "b:\n"
				   "  - \"x: y\"\n"
				   "  - {c: ~, d: 'it''s'}\n");
	const struct tw_yaml_node *b = tw_yaml_get(tw_yaml_root(y), "b");

	(void)state;
	assert_int_equal(tw_yaml_root(y)->kind, TW_YAML_MAP);
	assert_string_equal(tw_yaml_get(tw_yaml_root(y), "a")->text, "1");
	assert_int_equal(tw_yaml_get(tw_yaml_root(y), "a")->line, 2);
	assert_int_equal(tw_yaml_get(tw_yaml_root(y), "a")->column, 4);
	assert_int_equal(b->kind, TW_YAML_LIST);
	assert_int_equal(b->key->line, 3);
	assert_string_equal(b->first->text, "x: y");
	assert_int_equal(b->first->next->line, 5);
	assert_string_equal(tw_yaml_get(b->first->next, "c")->text, "");
	assert_string_equal(tw_yaml_get(b->first->next, "d")->text, "it's");
	assert_null(b->first->next->next);
	assert_null(tw_yaml_get(b->first->next, "e"));
	assert_null(tw_yaml_get(b, "c"));
	tw_yaml_destroy(y);
}

static void an_empty_file_has_no_root(void **state)
{
	struct tw_yaml *y = accept("# nothing\n");

	(void)state;
	assert_null(tw_yaml_root(y));
	tw_yaml_destroy(y);
	tw_yaml_destroy(NULL);
}

static void refuses_what_is_no_tree(void **state)
{
	(void)state;
	refuse("a: [1\n", -EINVAL, "f:2:1: did not find expected ',' or ']'");
	refuse("a: 1\n b: 2\n", -EINVAL, "f:2:3: mapping values are not allowed in this context");
	refuse("a: 1\na: 2\n", -EINVAL, "f:2:1: key 'a': given twice, allowed: once");
	refuse("a: &x 1\nb: *x\n", -EINVAL, "f:1:4: tags and anchors are not supported");
	refuse("a: *x\n", -EINVAL, "f:1:4: aliases are not supported");
	refuse("a: !!int 1\n", -EINVAL, "f:1:4: tags and anchors are not supported");
	refuse("a: !x {b: 1}\n", -EINVAL, "f:1:4: tags and anchors are not supported");
	refuse("a: 1\n---\nb: 1\n", -EINVAL, "f:2:1: a second document, allowed: one");
	refuse("? [a]\n: 1\n", -EINVAL, "f:1:3: a key is text, not a list or a map");
	refuse("a: \"x\\0y\"\n", -EINVAL, "f:1:4: a NUL in a text");
	refuse_n("a: 1\nb: \0\n", 9, -EINVAL, "f:2:4: control characters are not allowed");
	refuse("a:\n\tb: 1\n", -EINVAL, "f:2:1: a tab; lines are indented with spaces");
	refuse("a:\n  - c: 1\n\t- d: 1\n", -EINVAL, "f:3:1: a tab; lines are indented with spaces");
	refuse("a: 1\nb: \xff\n", -EINVAL, "f:2:4: invalid leading UTF-8 octet");
}

static void fill(char *buf, size_t n, const char *what)
{
	for (size_t i = 0, len = strlen(what); i + len < n; i += len)
		memcpy(buf + i, what, len + 1);
}

static void is_bounded(void **state)
{
	size_t size = TW_YAML_MAX_SIZE + 2;
	char *big = calloc(1, size);

	(void)state;
	assert_non_null(big);
	refuse("[[[[[[[[[1]]]]]]]]]\n", -EFBIG, "f:1:9: lists and maps are nested too deeply");
	tw_yaml_destroy(accept("[[[[[[[[1]]]]]]]]\n"));
	/* a million brackets, braces or dashes end early, whatever libyaml thinks of them */
	fill(big, 1000000, "[");
	refuse(big, -EFBIG, "f:1:9: lists and maps are nested too deeply");
	fill(big, 1000000, "{a: ");
	assert_true(tw_yaml_parse("f", big, strlen(big), &err, &(struct tw_yaml *){NULL}) < 0);
	fill(big, 1000000, "- ");
	assert_true(tw_yaml_parse("f", big, strlen(big), &err, &(struct tw_yaml *){NULL}) < 0);
	fill(big, 1000000, "- 1\n");
	refuse(big, -EFBIG, "f:16384:3: the file holds too many values");
	memset(big, 'a', size);
	refuse_n(big, size, -EFBIG, "f: larger than 1048576 octets");
	memset(big, ' ', size);
	for (int i = 0; i <= TW_YAML_MAX_KEYS; i++)
		memcpy(big + (size_t)i * 8,
			(char[]){'a', (char)('0' + i / 10), (char)('0' + i % 10), ':', ' ', '1',
				'\n', ' '},
			8);
	for (int i = 1; i <= TW_YAML_MAX_KEYS; i++)
		big[i * 8 - 1] = '\n';
	refuse_n(big, (TW_YAML_MAX_KEYS + 1) * 8 - 1, -EFBIG, "f:129:1: too many keys in one map");
	free(big);
}

static void number_ranges(void **state)
{
	struct tw_number_range r = {7, 7};

	(void)state;
	assert_int_equal(tw_number_range_parse("5", 0, 9, &err, &r), 0);
	assert_int_equal(r.first, 5);
	assert_int_equal(r.n, 1);
	assert_int_equal(tw_number_range_parse("0-9", 0, 9, &err, &r), 0);
	assert_int_equal(r.n, 10);
	assert_int_equal(tw_number_range_parse("0x10-0x1f", 0, 99, &err, &r), 0);
	assert_int_equal(r.first, 16);
	assert_int_equal(r.n, 16);
	for (const char *const *s = (const char *const[]){"", "-", "1-", "-1", "2-1", "10", "1-10",
		     "1-2-3", "a", "1 - 2", "99999999999999999999", NULL};
		*s; s++)
		assert_int_equal(tw_number_range_parse(*s, 0, 9, &err, &r), -EINVAL);
	assert_string_equal(err.text, "allowed: a whole number from 0 to 9, or two with - between, "
				      "the lower one first");
	assert_int_equal(r.first, 16);
}

static void end_ranges(void **state)
{
	static const struct {
		const char *text, *first, *last;
		uint32_t n, port, ports;
	} good[] = {
		{"192.0.2.1", "192.0.2.1", "192.0.2.1", 1, 0, 0},
		{"192.0.2.1:862", "192.0.2.1", "192.0.2.1", 1, 862, 1},
		{"192.0.2.250-192.0.3.5:862-900", "192.0.2.250", "192.0.3.5", 12, 862, 39},
		{":1-65535", "-", "-", 0, 1, 65535},
		{"192.0.2.77/24", "192.0.2.1", "192.0.2.254", 254, 0, 0},
		{"192.0.2.1/32", "192.0.2.1", "192.0.2.1", 1, 0, 0},
		{"192.0.2.1/31", "192.0.2.0", "192.0.2.1", 2, 0, 0},
		{"192.0.2.1/30:9", "192.0.2.1", "192.0.2.2", 2, 9, 1},
		{"0.0.0.0-255.255.255.254", "0.0.0.0", "255.255.255.254", UINT32_MAX, 0, 0},
		{"2001:db8::1", "2001:db8::1", "2001:db8::1", 1, 0, 0},
		{"[2001:db8::1]:862", "2001:db8::1", "2001:db8::1", 1, 862, 1},
		{"2001:db8::1-2001:db8::1:0", "2001:db8::1", "2001:db8::1:0", 65536, 0, 0},
		{"[2001:db8::5/126]:7-8", "2001:db8::5", "2001:db8::7", 3, 7, 2},
		{"2001:db8:1:2:3::/64", "2001:db8:1:2::1", "2001:db8:1:2::7fff:ffff", 0x7fffffff, 0,
			0},
	};
	static const char *const bad[] = {"", ":", "[", "[]", "[]:", "192.0.2.1:", "192.0.2.1:0",
		"192.0.2.1:65536", "192.0.2.1-", "192.0.2.9-192.0.2.1", "192.0.2.1/33",
		"192.0.2.1-2001:db8::1", "2001:db8::1-2001:db9::1", "[2001:db8::1]862", "x:1",
		"0.0.0.0-255.255.255.255", "192.0.2.1-192.0.2.2-192.0.2.3", "[192.0.2.1",
		"2001:db8::1-2001:db8::2-2001:db8::3", "192.0.2.1/24-192.0.2.9"};
	struct tw_end_range r;
	char text[TW_ADDR_STR];
	struct tw_addr a;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (tw_end_range_parse(good[i].text, &err, &r) < 0)
			fail_msg("%s: %s", good[i].text, err.text);
		assert_int_equal(r.addr.n, good[i].n);
		assert_int_equal(r.port.n, good[i].ports);
		assert_int_equal(r.port.first, good[i].port);
		if (!r.addr.n)
			continue;
		assert_string_equal(tw_addr_format(&r.addr.first, text), good[i].first);
		a = tw_addr_range_at(&r.addr, r.addr.n - 1);
		assert_string_equal(tw_addr_format(&a, text), good[i].last);
		a = tw_addr_range_at(&r.addr, r.addr.n);
		assert_string_equal(tw_addr_format(&a, text), good[i].first);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (tw_end_range_parse(bad[i], &err, &r) == 0)
			fail_msg("accepted: '%s'", bad[i]);
		assert_non_null(strstr(err.text, "allowed: "));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_where_things_stood),
		cmocka_unit_test(an_empty_file_has_no_root),
		cmocka_unit_test(refuses_what_is_no_tree),
		cmocka_unit_test(is_bounded),
		cmocka_unit_test(number_ranges),
		cmocka_unit_test(end_ranges),
	};

	return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_keyfile.h"
#include "tw_rand.h"
#include "tw_test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct tw_keyfile *parse(const char *text, enum tw_keyfile_format format)
{
	struct tw_keyfile *kf = NULL;
	struct tw_err err = {{0}};
	int r = tw_keyfile_parse("keys", text, strlen(text), format, &err, &kf);

	if (r)
		fail_msg("%s", err.text);
	return kf;
}

static void refuses(const char *text, enum tw_keyfile_format format, const char *message)
{
	struct tw_keyfile *kf = NULL;
	struct tw_err err = {{0}};

	assert_int_equal(tw_keyfile_parse("keys", text, strlen(text), format, &err, &kf), -EINVAL);
	assert_null(kf);
	assert_string_equal(err.text, message);
	assert_null(strstr(err.text, "s3cret"));
}

static void key_is(const struct tw_secret *s, const void *key, size_t len)
{
	assert_non_null(s);
	assert_int_equal(s->key_len, len);
	assert_memory_equal(s->key, key, len);
}

static void users_comments_and_blanks(void **state)
{
	struct tw_keyfile *kf = parse("# keys of the bench\n"
				      "\n"
				      "   \t\n"
				      "probe-1\tcorrect horse battery staple  \r\n"
				      "  testu  pass#phrase1\n"
				      "last s3cret",
		TW_KEYFILE_TEXT);
	uint8_t wire[80] = "probe-1";

	(void)state;
	key_is(tw_keyfile_user(kf, wire, sizeof(wire)), "correct horse battery staple", 28);
	key_is(tw_keyfile_user(kf, "testu", 5), "pass#phrase1", 12);
	key_is(tw_keyfile_user(kf, "last", 4), "s3cret", 6);
	assert_null(tw_keyfile_user(kf, "lastx", 5));
	assert_null(tw_keyfile_user(kf, "las", 3));
	assert_null(tw_keyfile_user(kf, "", 0));
	assert_null(tw_keyfile_user(kf, "last\0x", 6)); /* a zero within does not end it */
	assert_string_equal(tw_keyfile_entry(kf, 0)->id, "last");
	assert_string_equal(tw_keyfile_entry(kf, 2)->id, "testu");
	assert_null(tw_keyfile_entry(kf, 3));
	tw_keyfile_destroy(kf);
	tw_keyfile_destroy(NULL);
}

static void octets_in_hex(void **state)
{
	struct tw_keyfile *kf = parse("a hex:00ff10\nb hexagon\n", TW_KEYFILE_TEXT);
	/* perfSONAR: identity, hex of the passphrase */
	struct tw_keyfile *pfs = parse("testu 70617373706872617365 \n", TW_KEYFILE_HEX);

	(void)state;
	key_is(tw_keyfile_user(kf, "a", 1), "\x00\xff\x10", 3);
	key_is(tw_keyfile_user(kf, "b", 1), "hexagon", 7);
	key_is(tw_keyfile_user(pfs, "testu", 5), "passphrase", 10);
	tw_keyfile_destroy(kf);
	tw_keyfile_destroy(pfs);
}

static void peers_ssid_then_longest_prefix_then_any(void **state)
{
	struct tw_keyfile *kf = parse("* any\n"
				      "10.0.0.0/8 eight\n"
				      "10.1.2.3 host\n"
				      "10.1.0.0/16 sixteen\n"
				      "2001:db8::/33 six\n"
				      "ssid:7 seven\n"
				      "probe-1 user\n",
		TW_KEYFILE_TEXT);
	const uint8_t host[16] = {10, 1, 2, 3};
	const uint8_t near[16] = {10, 1, 2, 4};
	const uint8_t wide[16] = {10, 200, 0, 1};
	const uint8_t other[16] = {192, 0, 2, 1};
	const uint8_t six[16] = {0x20, 0x01, 0x0d, 0xb8, 0x7f, 0xff, [15] = 1};
	const uint8_t not_six[16] = {0x20, 0x01, 0x0d, 0xb8, 0x80, 0, [15] = 1};

	(void)state;
	key_is(tw_keyfile_peer(kf, 0, 4, host), "host", 4);
	key_is(tw_keyfile_peer(kf, 7, 4, host), "seven", 5);
	key_is(tw_keyfile_peer(kf, 8, 4, near), "sixteen", 7);
	key_is(tw_keyfile_peer(kf, 0, 4, wide), "eight", 5);
	key_is(tw_keyfile_peer(kf, 0, 4, other), "any", 3);
	key_is(tw_keyfile_peer(kf, 0, 6, six), "six", 3);
	key_is(tw_keyfile_peer(kf, 0, 6, not_six), "any", 3);
	/* a prefix is not a TWAMP KeyID */
	assert_null(tw_keyfile_user(kf, "10.1.2.3", 8));
	assert_null(tw_keyfile_user(kf, "*", 1));
	tw_keyfile_destroy(kf);

	kf = parse("10.0.0.0/8 eight\n", TW_KEYFILE_TEXT);
	assert_null(tw_keyfile_peer(kf, 1, 4, other));
	assert_null(tw_keyfile_peer(kf, 1, 6, six));
	tw_keyfile_destroy(kf);

	/* the octets are those of 2001:db8:: */
	kf = parse("32.1.13.184/31 four\n", TW_KEYFILE_TEXT);
	assert_null(tw_keyfile_peer(kf, 1, 6, six));
	tw_keyfile_destroy(kf);
}

/* The rule as it is written, entry by entry. */
static const struct tw_secret *judge(
	const struct tw_keyfile *kf, uint16_t ssid, uint8_t family, const uint8_t *addr)
{
	const struct tw_secret *e, *best = NULL;

	for (size_t i = 0; (e = tw_keyfile_entry(kf, i)); i++) {
		bool fits = e->family == family;

		if (e->kind == TW_KEYID_SSID && ssid && e->ssid == ssid)
			return e;
		if (e->kind == TW_KEYID_ANY && !best)
			best = e;
		for (unsigned int bit = 0; bit < e->prefix_len && fits; bit++)
			fits = !((e->addr[bit / 8] ^ addr[bit / 8]) & 0x80 >> bit % 8);
		if (e->kind == TW_KEYID_PREFIX && fits &&
			(!best || best->kind == TW_KEYID_ANY || best->prefix_len < e->prefix_len))
			best = e;
	}
	return best;
}

/* Few values, so that prefixes lie in each other; some lines stand there twice and are dropped. */
static void many_peers_are_found_as_the_rule_says(void **state)
{
	static char text[64 * 150];
	struct tw_keyfile *kf = NULL;
	struct tw_rand r;
	size_t found = 0;

	(void)state;
	tw_rand_init(&r, 5);
	for (unsigned int round = 0; round < 10; round++) {
		size_t used = 0;

		for (unsigned int i = 0; i < 150; i++) {
			char line[64];
			unsigned int a = (unsigned int)tw_rand_below(&r, 8) << 5,
				     b = (unsigned int)tw_rand_below(&r, 256),
				     len = 9 + (unsigned int)tw_rand_below(&r, 24);
			int n = i % 3 == 0   ? snprintf(line, sizeof(line), "ssid:%u s", b + 1)
				: i % 3 == 1 ? snprintf(line, sizeof(line), "10.%u.%u.%u/%u p", a,
						       b, a, len)
					     : snprintf(line, sizeof(line), "2001:db8:%x::%x/%u q",
						       a, b, len * 4 < 129 ? len * 4 : 128);

			memcpy(text + used, line, (size_t)n);
			text[used + (size_t)n] = '\n';
			if (tw_keyfile_parse("t", text, used + (size_t)n + 1, TW_KEYFILE_TEXT, NULL,
				    &kf) < 0)
				continue;
			used += (size_t)n + 1;
			tw_keyfile_destroy(kf);
		}
		assert_int_equal(tw_keyfile_parse("t", text, used, TW_KEYFILE_TEXT, NULL, &kf), 0);
		for (unsigned int i = 0; i < 500; i++) {
			uint8_t family = i & 1 ? 4 : 6, addr[16] = {10};
			uint16_t ssid = (uint16_t)(i % 3 ? 0 : tw_rand_below(&r, 300));

			if (family == 6)
				memcpy(addr, (uint8_t[]){0x20, 1, 0x0d, 0xb8}, 4);
			addr[family == 4 ? 1 : 5] = (uint8_t)(tw_rand_below(&r, 8) << 5);
			addr[family == 4 ? 2 : 15] = (uint8_t)tw_rand_u64(&r);
			addr[3] ^= (uint8_t)(family == 4 ? tw_rand_u64(&r) : 0);
			assert_ptr_equal(tw_keyfile_peer(kf, ssid, family, addr),
				judge(kf, ssid, family, addr));
			found += judge(kf, ssid, family, addr) != NULL;
		}
		tw_keyfile_destroy(kf);
	}
	assert_in_range(found, 500, 4999);
}

/* The rule as it is written, entry by entry. */
static const struct tw_secret *judge_user(const struct tw_keyfile *kf, const char *id, size_t len)
{
	const struct tw_secret *e;

	while (len && id[len - 1] == '\0')
		len--;
	for (size_t i = 0; (e = tw_keyfile_entry(kf, i)); i++)
		if (e->kind == TW_KEYID_USER && strlen(e->id) == len && memcmp(e->id, id, len) == 0)
			return e;
	return NULL;
}

/* Name i of 121: up to four letters of three, so that many begin like others. @return its length */
static size_t name_of(unsigned int i, char *ret)
{
	static const char letter[] = {'\0', 'a', (char)0xe4}; /* in a file 'b' stands for NUL */
	size_t len = 0;

	for (; i; i = (i - 1) / 3)
		ret[len++] = letter[(i - 1) % 3];
	return len;
}

static void many_users_are_found_as_the_rule_says(void **state)
{
	static const char others[] = "10.0.0.0/8 p\nssid:7 s\n* x\n2001:db8::/32 q\n";
	char text[2048], id[80];
	size_t found = 0, missed = 0;
	struct tw_rand r;

	(void)state;
	tw_rand_init(&r, 6);
	for (unsigned int round = 0; round < 40; round++) {
		struct tw_keyfile *kf = NULL;
		size_t used = 0, len;

		for (unsigned int i = 1; i < 121; i++) {
			len = name_of(1 + i * 7 % 120, text + used);
			if (tw_rand_below(&r, 2))
				continue;
			for (size_t k = 0; k < len; k++)
				text[used + k] = text[used + k] ? text[used + k] : 'b';
			memcpy(text + used + len, " s\n", 3);
			used += len + 3;
			if (i == 40 && round % 2) {
				memcpy(text + used, others, sizeof(others) - 1);
				used += sizeof(others) - 1;
			}
		}
		assert_int_equal(tw_keyfile_parse("t", text, used, TW_KEYFILE_TEXT, NULL, &kf), 0);
		for (unsigned int i = 0; i < 364; i++) {
			const struct tw_secret *want;

			memset(id, 0, sizeof(id));
			len = name_of(i, id);
			for (size_t k = 0; k < len && i % 4; k++)
				id[k] = id[k] ? id[k] : 'b'; /* else zeros within and at the end */
			want = judge_user(kf, id, len);
			found += want != NULL;
			missed += want == NULL;
			assert_ptr_equal(tw_keyfile_user(kf, id, len), want);
			assert_ptr_equal(tw_keyfile_user(kf, id, sizeof(id)), want);
		}
		assert_null(tw_keyfile_user(kf, "*", 1));
		assert_null(tw_keyfile_user(kf, "ssid:7", 6));
		assert_null(tw_keyfile_user(kf, "10.0.0.0/8", 10));
		tw_keyfile_destroy(kf);
	}
	assert_true(found > 1000 && missed > 1000);
}

/* CPU time of looking up each of the names u0 to u<n-1> as often as makes 2^16 in all. */
static double time_of_users(unsigned int n)
{
	struct timespec from, to;
	struct tw_keyfile *kf;
	char *text = malloc(16 * (size_t)n);
	size_t used = 0;
	char id[16];

	assert_non_null(text);
	for (unsigned int i = 0; i < n; i++)
		used += (size_t)snprintf(text + used, 16, "u%u s\n", i);
	assert_int_equal(tw_keyfile_parse("t", text, used, TW_KEYFILE_TEXT, NULL, &kf), 0);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
	for (unsigned int i = 0; i < 1U << 16; i++) {
		int len = snprintf(id, sizeof(id), "u%u", i % n);

		assert_non_null(tw_keyfile_user(kf, id, (size_t)len));
	}
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
	tw_keyfile_destroy(kf);
	free(text);
	return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* Whoever connects names a user: 512 times as many cost a few steps more, not 512 times as many. */
static void many_users_cost_little(void **state)
{
	double few = time_of_users(64), many = time_of_users(32768);

	(void)state;
	printf("65536 users looked up among 64: %.4f s, among 32768: %.4f s\n", few, many);
	assert_true(many < 20 * few);
}

static void broken_lines_are_named_without_the_secret(void **state)
{
	char line[1100];

	(void)state;
	refuses("a s3cret\nb\n", TW_KEYFILE_TEXT, "keys:2: a line is: KEYID whitespace passphrase");
	refuses("a s3cret\x01\n", TW_KEYFILE_TEXT, "keys:1: control character");
	refuses("ssid:0 s3cret\n", TW_KEYFILE_TEXT, "keys:1: ssid: needs a number from 1 to 65535");
	refuses("ssid:65536 s3cret\n", TW_KEYFILE_TEXT,
		"keys:1: ssid: needs a number from 1 to 65535");
	refuses("10.0.0.0/33 s3cret\n", TW_KEYFILE_TEXT, "keys:1: prefix length out of range");
	refuses("::/129 s3cret\n", TW_KEYFILE_TEXT, "keys:1: prefix length out of range");
	refuses("a s3cret\n", TW_KEYFILE_HEX,
		"keys:1: the secret must be an even number of hex digits");
	refuses("a 123\n", TW_KEYFILE_HEX,
		"keys:1: the secret must be an even number of hex digits");
	refuses("a hex:1g\n", TW_KEYFILE_TEXT,
		"keys:1: the secret must be an even number of hex digits");
	refuses("b x\na s3cret\nb y\n", TW_KEYFILE_TEXT,
		"keys: KEYID \"b\" has more than one entry");
	/* equal after masking */
	refuses("10.1.0.0/8 x\n10.0.0.0/8 y\n", TW_KEYFILE_TEXT,
		"keys: KEYID \"10.0.0.0/8\" has more than one entry");
	memset(line, 'k', sizeof(line));
	memcpy(line + 81, " s3cret", 8);
	refuses(line, TW_KEYFILE_TEXT, "keys:1: KEYID longer than 80 octets");
	memset(line, 'k', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	refuses(line, TW_KEYFILE_TEXT, "keys:1: line too long");
}

/* A file in a place of our own; the caller unlinks it. */
static void write_file(char *path, const char *text, mode_t mode)
{
	int fd;

	memcpy(path, "/tmp/tw-keyfile-XXXXXX", sizeof("/tmp/tw-keyfile-XXXXXX"));
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void files_of_0600_or_less_only(void **state)
{
	static const mode_t good[] = {0600, 0400};
	static const mode_t bad[] = {0640, 0604, 0620, 0700, 0644, 04600};
	char path[64];
	struct tw_err err;
	struct tw_keyfile *kf = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		write_file(path, "a b\n", good[i]);
		assert_int_equal(tw_keyfile_load(path, TW_KEYFILE_TEXT, &err, &kf), 0);
		key_is(tw_keyfile_user(kf, "a", 1), "b", 1);
		tw_keyfile_destroy(kf);
		kf = NULL;
		unlink(path);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_file(path, "a s3cret\n", bad[i]);
		assert_int_equal(tw_keyfile_load(path, TW_KEYFILE_TEXT, &err, &kf), -EACCES);
		assert_null(kf);
		assert_non_null(strstr(err.text, "keys must have 0600 or less"));
		unlink(path);
	}
}

static void other_owners_kinds_and_sizes(void **state)
{
	char path[64];
	struct tw_err err;
	struct tw_keyfile *kf = NULL;

	(void)state;
	assert_int_equal(tw_keyfile_load("/nonexistent", TW_KEYFILE_TEXT, &err, &kf), -ENOENT);
	assert_int_equal(tw_keyfile_load("/tmp", TW_KEYFILE_TEXT, &err, &kf), -EINVAL);
	write_file(path, "", 0600);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(tw_keyfile_load(path, TW_KEYFILE_TEXT, &err, &kf), -EINVAL);
	unlink(path);
	write_file(path, "a b\n", 0600);
	assert_int_equal(truncate(path, TW_KEYFILE_SIZE_MAX + 1), 0);
	assert_int_equal(tw_keyfile_load(path, TW_KEYFILE_TEXT, &err, &kf), -EFBIG);
	unlink(path);
	if (geteuid() == 0) {
		write_file(path, "a b\n", 0600);
		assert_int_equal(chown(path, 65534, 65534), 0);
		assert_int_equal(tw_keyfile_load(path, TW_KEYFILE_TEXT, &err, &kf), -EACCES);
		assert_non_null(strstr(err.text, "belongs to user 65534"));
		unlink(path);
	}
	write_file(path, "# nothing\n", 0600);
	assert_int_equal(tw_keyfile_load(path, TW_KEYFILE_TEXT, NULL, &kf), 0);
	assert_null(tw_keyfile_entry(kf, 0));
	tw_keyfile_destroy(kf);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users_comments_and_blanks),
		cmocka_unit_test(octets_in_hex),
		cmocka_unit_test(peers_ssid_then_longest_prefix_then_any),
		cmocka_unit_test(many_peers_are_found_as_the_rule_says),
		cmocka_unit_test(many_users_are_found_as_the_rule_says),
		cmocka_unit_test(many_users_cost_little),
		cmocka_unit_test(broken_lines_are_named_without_the_secret),
		cmocka_unit_test(files_of_0600_or_less_only),
		cmocka_unit_test(other_owners_kinds_and_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

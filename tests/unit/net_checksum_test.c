/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_checksum.h"
#include "tw_rand.h"
#include "tw_test.h"

#include <jansson.h>

/* RFC 1071 section 4.1, word by word: the slow and obvious way, in host order. */
static uint16_t reference_sum(const uint8_t *p, size_t len)
{
	uint32_t s = 0;

	for (size_t i = 0; i < len; i += 2) {
		s += (uint32_t)p[i] << 8 | (i + 1 < len ? p[i + 1] : 0);
		s = (s & 0xffff) + (s >> 16);
	}
	return (uint16_t)s;
}

static uint16_t host16(uint16_t raw)
{
	return __builtin_bswap16(raw);
}

/* RFC 1071 section 3: 00 01 f2 03 f4 f5 f6 f7 sums to ddf2. */
static void example_of_the_rfc(void **state)
{
	const uint8_t in[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};

	(void)state;
	assert_int_equal(host16(tw_sum_fold(tw_sum(in, sizeof(in)))), 0xddf2);
	assert_int_equal(host16(tw_checksum_finish(tw_sum(in, sizeof(in)))), 0x220d);
}

static void every_length_and_alignment(void **state)
{
	uint8_t buf[9100 + 16];
	struct tw_rand r;

	(void)state;
	tw_rand_init(&r, 1);
	for (size_t i = 0; i < sizeof(buf); i++)
		buf[i] = (uint8_t)tw_rand_u64(&r);
	for (size_t len = 0; len <= 300; len++) {
		for (size_t at = 0; at < 16; at++)
			assert_int_equal(host16(tw_sum_fold(tw_sum(buf + at, len))),
				reference_sum(buf + at, len));
	}
	for (size_t len = 9000; len <= 9100; len++)
		assert_int_equal(
			host16(tw_sum_fold(tw_sum(buf + 1, len))), reference_sum(buf + 1, len));
}

/* All ones make the most carries; all zeros are the one sum that folds to zero. */
static void extremes(void **state)
{
	uint8_t buf[2048];

	(void)state;
	memset(buf, 0xff, sizeof(buf));
	for (size_t len = 1; len <= sizeof(buf); len++)
		assert_int_equal(host16(tw_sum_fold(tw_sum(buf, len))), len & 1 ? 0xff00 : 0xffff);
	memset(buf, 0, sizeof(buf));
	for (size_t len = 0; len <= sizeof(buf); len++)
		assert_int_equal(tw_sum_fold(tw_sum(buf, len)), 0);
	assert_int_equal(tw_sum_fold(UINT64_MAX), 0xffff);
	assert_int_equal(tw_sum_fold(0x0001000000000000ULL), 1);
	assert_int_equal(tw_sum_fold(0xffffffff00000001ULL), 1);
	assert_int_equal(tw_sum_add(UINT64_MAX, UINT64_MAX), UINT64_MAX);
}

/* Does not read before or behind: the valgrind and sanitizer runs would see it. */
static void reads_only_what_it_is_given(void **state)
{
	(void)state;
	for (size_t len = 0; len < 130; len++) {
		uint8_t *p = malloc(len ? len : 1);

		assert_non_null(p);
		memset(p, 1, len ? len : 1);
		assert_int_equal(host16(tw_sum_fold(tw_sum(p, len))), reference_sum(p, len));
		free(p);
	}
}

static void incremental_equals_full(void **state)
{
	struct tw_rand r;

	(void)state;
	tw_rand_init(&r, 2);
	for (int round = 0; round < 20000; round++) {
		uint8_t b[40];
		size_t width = (size_t)2 << tw_rand_below(&r, 3); /* 2, 4, 8 */
		size_t at = 2 * tw_rand_below(&r, (sizeof(b) - width) / 2 + 1);
		uint64_t old = 0, new = tw_rand_u64(&r);
		uint16_t c;

		for (size_t i = 0; i < sizeof(b); i++)
			b[i] = (uint8_t)tw_rand_u64(&r);
		if (round % 16 == 0)
			memset(b + at, round % 32 ? 0xff : 0, width);
		if (round % 24 == 0)
			new = round % 48 ? UINT64_MAX : 0;
		if (width < 8)
			new &= ((uint64_t)1 << 8 * width) - 1;
		c = tw_udp_checksum_finish(tw_sum(b, sizeof(b)));
		memcpy(&old, b + at, width);
		memcpy(b + at, &new, width);
		assert_int_equal(tw_udp_checksum_update(c, old, new),
			tw_udp_checksum_finish(tw_sum(b, sizeof(b))));
	}
}

/* RFC 1624 section 4: HC = dd2f, m = 5555, m' = 3285 gives 0000, and not ffff. */
static void example_of_rfc_1624(void **state)
{
	(void)state;
	assert_int_equal(
		tw_checksum_update(host16(0xdd2f), tw_sum_be16(0x5555), tw_sum_be16(0x3285)), 0);
	assert_int_equal(
		tw_udp_checksum_update(host16(0xdd2f), tw_sum_be16(0x5555), tw_sum_be16(0x3285)),
		0xffff);
	/* UDP over IPv4 without a checksum stays without one */
	assert_int_equal(tw_udp_checksum_update(0, tw_sum_be16(0x5555), tw_sum_be16(0x3285)), 0);
}

/* 192.0.2.1 -> 192.0.2.2, UDP, 50 octets: c000+0201+c000+0202+0011+0032 = 8446 + 1 carry. */
static void pseudo_headers(void **state)
{
	const uint8_t v4[] = {192, 0, 2, 1, 192, 0, 2, 2};
	uint8_t v6[32] = {
		0x20, 0x01, 0x0d, 0xb8, [15] = 1, [16] = 0x20, 0x01, 0x0d, 0xb8, [31] = 2};

	(void)state;
	assert_int_equal(host16(tw_sum_fold(tw_sum_pseudo4(v4, 17, 50))), 0x8447);
	/* 2 * (2001 + 0db8) + 1 + 2 + 17 + 50 = 5b72 + 46 */
	assert_int_equal(host16(tw_sum_fold(tw_sum_pseudo6(v6, 17, 50))), 0x5bb8);
	/* an upper-layer length above 16 bits counts with both its words */
	assert_int_equal(host16(tw_sum_fold(tw_sum_pseudo6(v6, 17, 0x10032))), 0x5bb9);
	memset(v6, 0xff, sizeof(v6));
	assert_int_equal(host16(tw_sum_fold(tw_sum_pseudo6(v6, 58, 8))), 58 + 8);
}

static void judges_a_datagram(void **state)
{
	const uint8_t addrs[32] = {192, 0, 2, 1, 192, 0, 2, 2};
	uint8_t udp[8 + 21] = {0x4e, 0x20, 0x03, 0x5e, 0, sizeof(udp), 0, 0, 1, 2, 3, [28] = 9};

	(void)state;
	for (uint8_t family = 4; family <= 6; family += 2) {
		uint64_t pseudo = family == 4 ? tw_sum_pseudo4(addrs, 17, sizeof(udp))
					      : tw_sum_pseudo6(addrs, 17, sizeof(udp));
		uint64_t body;
		uint16_t c;

		tw_put16(udp + 6, 0);
		assert_int_equal(tw_udp_check(family, pseudo, udp, sizeof(udp)),
			family == 4 ? TW_UDP_CHECK_NONE : TW_UDP_CHECK_ZERO);
		body = tw_sum(udp, sizeof(udp));
		c = tw_udp_checksum_finish(tw_sum_add(pseudo, body));
		tw_set_raw16(udp + 6, c);
		assert_int_equal(tw_udp_check(family, pseudo, udp, sizeof(udp)), TW_UDP_CHECK_GOOD);
		udp[28] ^= 1; /* the odd last octet counts */
		assert_int_equal(tw_udp_check(family, pseudo, udp, sizeof(udp)), TW_UDP_CHECK_BAD);
		udp[28] ^= 1;
		tw_set_raw16(udp + 6, tw_sum_fold(pseudo));
		assert_int_equal(
			tw_udp_check(family, pseudo, udp, sizeof(udp)), TW_UDP_CHECK_PARTIAL);
	}
}

/* A sum whose complement is 0 is sent as ffff, and ffff is accepted. */
static void computed_zero_is_sent_as_ones(void **state)
{
	const uint8_t addrs[8] = {192, 0, 2, 1, 192, 0, 2, 2};
	uint8_t udp[10] = {0x4e, 0x20, 0x03, 0x5e, 0, sizeof(udp)};
	uint64_t pseudo = tw_sum_pseudo4(addrs, 17, sizeof(udp));
	uint16_t rest = tw_sum_fold(tw_sum_add(pseudo, tw_sum(udp, sizeof(udp))));

	(void)state;
	tw_set_raw16(udp + 8, (uint16_t)~rest); /* brings the sum to ffff */
	assert_int_equal(tw_checksum_finish(tw_sum_add(pseudo, tw_sum(udp, sizeof(udp)))), 0);
	tw_set_raw16(udp + 6, tw_udp_checksum_finish(tw_sum_add(pseudo, tw_sum(udp, sizeof(udp)))));
	assert_int_equal(tw_raw16(udp + 6), 0xffff);
	assert_int_equal(tw_udp_check(4, pseudo, udp, sizeof(udp)), TW_UDP_CHECK_GOOD);
}

static size_t hex_of(const json_t *o, const char *key, uint8_t *out, size_t cap)
{
	const char *s = json_string_value(json_object_get(o, key));

	assert_non_null(s);
	return tw_unhex(s, out, cap);
}

static void complement_row(const json_t *row, const uint8_t *new_stamp)
{
	static const uint8_t v4[8] = {192, 0, 2, 1, 192, 0, 2, 2};
	static const uint8_t v6[32] = {
		0x20, 0x01, 0x0d, 0xb8, [15] = 1, [16] = 0x20, 0x01, 0x0d, 0xb8, [31] = 2};
	const char *family = json_string_value(json_object_get(row, "family"));
	bool six = family && strcmp(family, "ipv6") == 0;
	uint8_t before[256], after[256], *field;
	size_t n = hex_of(row, "udp_before", before, sizeof(before));
	uint64_t pseudo =
		six ? tw_sum_pseudo6(v6, 17, (uint32_t)n) : tw_sum_pseudo4(v4, 17, (uint16_t)n);

	assert_int_equal(hex_of(row, "udp_after", after, sizeof(after)), n);
	assert_int_equal(tw_udp_check(six ? 6 : 4, pseudo, before, n), TW_UDP_CHECK_GOOD);
	assert_int_equal(tw_udp_check(six ? 6 : 4, pseudo, after, n), TW_UDP_CHECK_GOOD);
	field = before + n - 2;
	tw_set_raw16(field, tw_checksum_complement(tw_raw16(field), tw_raw64(before + 12),
				    tw_raw64(new_stamp), (n - 2 - 8) & 1));
	memcpy(before + 12, new_stamp, 8);
	assert_memory_equal(before, after, n);
}

/* vectors.json V12 and V13 */
static void checksum_complement(void **state)
{
	json_t *root = json_load_file(TW_VECTORS_FILE, 0, NULL);
	json_t *rows = json_object_get(json_object_get(root, "V12_checksum_complement"), "rows");
	uint8_t stamp[8];

	(void)state;
	assert_int_equal(json_array_size(rows), 2);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *row = json_array_get(rows, i);

		assert_int_equal(hex_of(row, "new_timestamp", stamp, sizeof(stamp)), 8);
		complement_row(row, stamp);
	}
	complement_row(json_object_get(root, "V13_checksum_complement_odd"), stamp);
	json_decref(root);
}

/* From any old complement, at both parities, the checksum stays right. */
static void complement_from_any_start(void **state)
{
	struct tw_rand r;

	(void)state;
	tw_rand_init(&r, 3);
	for (int round = 0; round < 20000; round++) {
		uint8_t p[43];
		size_t n = sizeof(p) - (size_t)(round & 1), at = n - 2;
		uint64_t old, new = round % 5 ? tw_rand_u64(&r) : UINT64_MAX;
		uint16_t before;

		for (size_t i = 0; i < n; i++)
			p[i] = (uint8_t)tw_rand_u64(&r);
		before = tw_sum_fold(tw_sum(p, n));
		old = tw_raw64(p + 4);
		memcpy(p + 4, &new, sizeof(new));
		tw_set_raw16(p + at, tw_checksum_complement(tw_raw16(p + at), old, new, at & 1));
		assert_int_equal(tw_sum_fold(tw_sum(p, n)), before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_of_the_rfc),
		cmocka_unit_test(every_length_and_alignment),
		cmocka_unit_test(extremes),
		cmocka_unit_test(reads_only_what_it_is_given),
		cmocka_unit_test(incremental_equals_full),
		cmocka_unit_test(example_of_rfc_1624),
		cmocka_unit_test(pseudo_headers),
		cmocka_unit_test(judges_a_datagram),
		cmocka_unit_test(computed_zero_is_sent_as_ones),
		cmocka_unit_test(checksum_complement),
		cmocka_unit_test(complement_from_any_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

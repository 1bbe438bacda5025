/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_sizes.h"

#include "tw_test.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct tw_sizes_shape light4 = {14, 4, 0};
static const struct tw_sizes_shape light6 = {14, 6, 0};
static const struct tw_sizes_shape stamp4 = {44, 4, 0};
static const struct tw_sizes_shape stamp6 = {44, 6, 0};

static void expect(const char *spec, const uint16_t *want, size_t n)
{
	struct tw_sizes s;

	assert_int_equal(tw_sizes_parse(spec, 0, NULL, &s), 0);
	assert_int_equal(s.n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(s.frame[i], want[i]);
}

/* protocol 7.1: S M S S M S L S M S M S. */
static void imix_is_interleaved(void **state)
{
	static const uint16_t want[] = {64, 594, 64, 64, 594, 64, 1518, 64, 594, 64, 594, 64};

	(void)state;
	expect("imix", want, LEN(want));
	expect("64:7,594:4,1518:1", want, LEN(want));
	expect("64:14,594:8,1518:2", want, LEN(want)); /* reduced by 2 */
}

/*
 * By hand, credits after adding the weights: 2:1 -> (2,1) A, (1,2) B, (3,0) A. 3:2 of {100, 200}:
 * (3,2) A, (1,4) B, (4,1) A, (2,3) B, (5,0) A. Equal weights keep the order given.
 */
static void weights_by_hand(void **state)
{
	static const uint16_t two_one[] = {64, 128, 64};
	static const uint16_t three_two[] = {100, 200, 100, 200, 100};
	static const uint16_t equal[] = {1518, 64, 512};
	static const uint16_t one[] = {512};

	(void)state;
	expect("64:2,128:1", two_one, LEN(two_one));
	expect("100:3,200:2", three_two, LEN(three_two));
	expect("1518,64,512", equal, LEN(equal));
	expect("1518:9,64:9,512:9", equal, LEN(equal));
	expect("512:40", one, 1);
	expect("512", one, 1);
}

/* RFC 6985 section 3. */
static void genomes_keep_their_order(void **state)
{
	static const uint16_t all[] = {64, 128, 256, 512, 1024, 1280, 1518, 2112, 9000};
	static const uint16_t aaafg[] = {64, 64, 64, 1280, 1518};
	static const uint16_t custom[] = {100, 100, 1400, 64};
	static const uint16_t jumbo[] = {9018};
	static const uint16_t z[] = {1518};
	struct tw_sizes s;

	(void)state;
	expect("abcdefghi", all, LEN(all));
	expect("aaafg", aaafg, LEN(aaafg));
	expect("AABa,A=100,B=1400", custom, LEN(custom));
	expect("jumbo", jumbo, 1);
	expect("z", z, 1);
	assert_int_equal(tw_sizes_parse("az", 9000, NULL, &s), 0);
	assert_int_equal(s.frame[1], 9018);
}

static void bad_specifications(void **state)
{
	static const struct {
		const char *spec;
		int rc;
	} bad[] = {
		{"", -EINVAL},
		{"63", -ERANGE},
		{"9019", -ERANGE},
		{"99999999999999999999", -ERANGE},
		{"-64", -EINVAL},
		{"64:", -EINVAL},
		{"64:0", -EINVAL},
		{"64:65536", -EINVAL},
		{"64:1,", -EINVAL},
		{",64", -EINVAL},
		{"64:1:1", -EINVAL},
		{"64 ", -EINVAL},
		{"64:7;594", -EINVAL},
		{"64x", -EINVAL},
		{"j", -EINVAL},
		{"aaj", -EINVAL},
		{"IMIX", -EINVAL},
		{"A", -EINVAL},
		{"A,A=63", -ERANGE},
		{"A,A=", -EINVAL},
		{"A,a=64", -EINVAL},
		{"A,A=64,", -EINVAL},
		{"a:1", -EINVAL},
		{"64:256,65:1", -ERANGE},
		{"64:65535,65:65534", -ERANGE},
		{"mixed", -EINVAL},
	};
	struct tw_sizes s = {.n = 77};
	struct tw_err err;

	(void)state;
	for (size_t i = 0; i < LEN(bad); i++) {
		err.text[0] = '\0';
		if (tw_sizes_parse(bad[i].spec, 0, &err, &s) != bad[i].rc)
			fail_msg("\"%s\" is not refused as it should", bad[i].spec);
		if (!strstr(err.text, "allowed"))
			fail_msg("\"%s\": \"%s\" does not say what is allowed", bad[i].spec,
				err.text);
		assert_int_equal(s.n, 77);
	}
	/* z with a link beyond our largest frame. */
	assert_int_equal(tw_sizes_parse("z", 9001, NULL, &s), -ERANGE);
}

static void longest_cycles(void **state)
{
	char letters[TW_SIZES_MAX + 2];
	struct tw_sizes s;
	int small = 0;

	(void)state;
	memset(letters, 'a', sizeof(letters));
	letters[TW_SIZES_MAX] = '\0';
	assert_int_equal(tw_sizes_parse(letters, 0, NULL, &s), 0);
	assert_int_equal(s.n, TW_SIZES_MAX);
	letters[TW_SIZES_MAX] = 'a';
	letters[TW_SIZES_MAX + 1] = '\0';
	assert_int_equal(tw_sizes_parse(letters, 0, NULL, &s), -ERANGE);
	assert_int_equal(tw_sizes_parse("64:255,128:1", 0, NULL, &s), 0);
	assert_int_equal(s.n, 256);
	for (int i = 0; i < s.n; i++)
		small += s.frame[i] == 64;
	assert_int_equal(small, 255);
}

/* Every class appears weight times, whatever the weights. */
static void shares_are_exact(void **state)
{
	(void)state;
	for (int a = 1; a < 12; a++) {
		for (int b = 1; b < 12; b++) {
			char spec[64];
			struct tw_sizes s;
			int na = 0, nb = 0, nc = 0;

			snprintf(spec, sizeof(spec), "64:%d,594:%d,1518:1", a, b);
			assert_int_equal(tw_sizes_parse(spec, 0, NULL, &s), 0);
			for (int i = 0; i < s.n; i++) {
				na += s.frame[i] == 64;
				nb += s.frame[i] == 594;
				nc += s.frame[i] == 1518;
			}
			assert_int_equal(na, a);
			assert_int_equal(nb, b);
			assert_int_equal(nc, 1);
		}
	}
}

/* 64 holds 18 octets of UDP payload on IPv4; STAMP needs 90 there and 110 on IPv6. */
static void payloads_and_what_was_raised(void **state)
{
	static const struct {
		const char *spec;
		struct tw_sizes_shape shape;
		uint16_t len[3]; /* of S, M, L in imix: positions 0, 1, 6 */
		const char *note;
	} rows[] = {
		{"imix", {14, 4, 0}, {18, 548, 1472}, NULL},
		{"imix", {44, 4, 0}, {44, 548, 1472}, "class 64 raised to 90"},
		{"imix", {14, 6, 0}, {14, 528, 1452}, "class 64 raised to 80"},
		{"imix", {44, 6, 0}, {44, 528, 1452}, "class 64 raised to 110"},
		{"imix", {44, 4, 1}, {44, 544, 1468}, "class 64 raised to 94"},
		{"imix", {44, 6, 2}, {44, 520, 1444}, "class 64 raised to 118"},
		{"imix", {112, 4, 0}, {112, 548, 1472}, "class 64 raised to 158"},
	};
	struct tw_payloads p;
	struct tw_sizes s;
	char buf[64];

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		assert_int_equal(tw_sizes_parse(rows[i].spec, 0, NULL, &s), 0);
		tw_sizes_payloads(&s, &rows[i].shape, &p);
		assert_int_equal(p.n, 12);
		assert_int_equal(p.len[0], rows[i].len[0]);
		assert_int_equal(p.len[1], rows[i].len[1]);
		assert_int_equal(p.len[6], rows[i].len[2]);
		assert_int_equal(p.n_notes, rows[i].note != NULL);
		if (rows[i].note)
			assert_string_equal(
				tw_sizes_note_format(&p.note[0], buf, sizeof(buf)), rows[i].note);
	}
	assert_int_equal(tw_sizes_parse("64,65,64,90", 0, NULL, &s), 0);
	tw_sizes_payloads(&s, &stamp4, &p);
	assert_int_equal(p.n_notes, 2);
	assert_int_equal(p.note[0].asked, 64);
	assert_int_equal(p.note[1].asked, 65);
	assert_int_equal(p.note[1].used, 90);
	assert_int_equal(tw_sizes_parse("jumbo", 0, NULL, &s), 0);
	tw_sizes_payloads(&s, &stamp6, &p);
	assert_int_equal(p.len[0], 9018 - 66);
}

/* 90 + 20 octets: 880 bits; imix of Light on IPv4: 7 x 84 + 4 x 614 + 1538 = 4582 octets. */
static void wire_bits_count_preamble_and_gap(void **state)
{
	struct tw_payloads p;
	struct tw_sizes s;

	(void)state;
	assert_int_equal(tw_sizes_from_padding(0, &stamp4, NULL, &s), 0);
	tw_sizes_payloads(&s, &stamp4, &p);
	assert_int_equal(tw_sizes_wire_bits(&p, &stamp4), 880);
	assert_int_equal(tw_sizes_parse("imix", 0, NULL, &s), 0);
	tw_sizes_payloads(&s, &light4, &p);
	assert_int_equal(tw_sizes_wire_bits(&p, &light4), 4582 * 8);
	/* 14 octets make 60 with FCS: Ethernet fills to 64. */
	assert_int_equal(tw_sizes_from_padding(0, &light4, NULL, &s), 0);
	tw_sizes_payloads(&s, &light4, &p);
	assert_int_equal(p.len[0], 14);
	assert_int_equal(p.n_notes, 0);
	assert_int_equal(tw_sizes_wire_bits(&p, &light4), 84 * 8);
}

static void padding_of_a_number(void **state)
{
	struct tw_payloads p;
	struct tw_sizes s;

	(void)state;
	assert_int_equal(tw_sizes_from_padding(27, &light6, NULL, &s), 0);
	tw_sizes_payloads(&s, &light6, &p);
	assert_int_equal(p.n, 1);
	assert_int_equal(p.len[0], 41);
	assert_int_equal(tw_sizes_from_padding(8958, &light4, NULL, &s), 0);
	assert_int_equal(s.frame[0], 9018);
	assert_int_equal(tw_sizes_from_padding(8959, &light4, NULL, &s), -ERANGE);
	assert_int_equal(tw_sizes_from_padding(8908, &stamp6, NULL, &s), 0);
	assert_int_equal(tw_sizes_from_padding(8909, &stamp6, NULL, &s), -ERANGE);
	assert_int_equal(tw_sizes_from_padding(-2, &stamp4, NULL, &s), -ERANGE);
}

/* vectors.json V15: twampy's mix, weights and UDP payloads. */
static void twampy_mix_equals_the_vectors(void **state)
{
	json_t *root = json_load_file(TW_VECTORS_FILE, 0, NULL);
	json_t *rows = json_object_get(json_object_get(root, "V15_imix"), "rows");
	struct tw_payloads p[2];
	struct tw_sizes s;
	size_t i;
	json_t *row;

	(void)state;
	assert_int_equal(json_array_size(rows), 6);
	assert_int_equal(tw_sizes_from_padding(-1, &light4, NULL, &s), 0);
	tw_sizes_payloads(&s, &light4, &p[0]);
	tw_sizes_payloads(&s, &light6, &p[1]);
	json_array_foreach(rows, i, row)
	{
		bool v6 = strcmp(json_string_value(json_object_get(row, "family")), "ipv6") == 0;
		const struct tw_sizes_shape *shape = v6 ? &light6 : &light4;
		json_int_t want = json_integer_value(json_object_get(row, "udp_payload"));
		json_int_t frame = json_integer_value(json_object_get(row, "ethernet_no_fcs"));
		json_int_t weight = json_integer_value(json_object_get(row, "weight"));

		for (int k = 0; k < p[v6].n; k++)
			weight -= p[v6].len[k] == want;
		assert_int_equal(weight, 0);
		assert_int_equal(tw_sizes_frame((unsigned int)want, shape) - 4, frame);
	}
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(imix_is_interleaved),
		cmocka_unit_test(weights_by_hand),
		cmocka_unit_test(genomes_keep_their_order),
		cmocka_unit_test(bad_specifications),
		cmocka_unit_test(longest_cycles),
		cmocka_unit_test(shares_are_exact),
		cmocka_unit_test(payloads_and_what_was_raised),
		cmocka_unit_test(wire_bits_count_preamble_and_gap),
		cmocka_unit_test(padding_of_a_number),
		cmocka_unit_test(twampy_mix_equals_the_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

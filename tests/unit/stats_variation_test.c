/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"
#include "tw_variation.h"

#include <jansson.h>
#include <math.h>

static struct tw_variation v;
static struct tw_result *r;
static json_t *vectors;

static int setup(void **state)
{
	(void)state;
	tw_variation_init(&v);
	tw_result_reset(r);
	return 0;
}

static int open_vectors(void **state)
{
	json_error_t e;

	(void)state;
	vectors = json_load_file(TW_VECTORS_FILE, 0, &e);
	r = tw_result_create();
	return vectors && r ? 0 : -1;
}

static int close_vectors(void **state)
{
	(void)state;
	json_decref(vectors);
	tw_result_destroy(r);
	return 0;
}

static json_t *v14(const char *part, const char *name)
{
	json_t *a = json_object_get(
		json_object_get(json_object_get(vectors, "V14_metrics"), part), name);

	assert_true(json_array_size(a) > 0);
	return a;
}

static int64_t us(int64_t n)
{
	return tw_ns_to_span(tw_ns(n * 1000)).v;
}

static double to_us(double units)
{
	return units * 1e6 / 4294967296.0;
}

/* The same one-way delay both ways; the round trip is their sum. */
static void record(uint64_t seq, int64_t one_way)
{
	const int64_t d[TW_DIRECTIONS] = {one_way, one_way, 2 * one_way};

	tw_variation_record(&v, seq, d, r->ipdv);
}

static void v14_jitter(void **state)
{
	json_t *owd = v14("jitter", "owd_us"), *want = v14("jitter", "rfc3550_J_after_each");

	(void)state;
	for (size_t i = 0; i < json_array_size(owd); i++) {
		record(i, us(json_integer_value(json_array_get(owd, i))));
		if (i == 0) {
			assert_true(isnan(tw_variation_jitter(&v, TW_OUTBOUND)));
			continue;
		}
		/* Each step of the integer estimator rounds by half a unit of 0.23 ns. */
		for (int dir = 0; dir < TW_DIRECTIONS; dir++)
			assert_near(to_us(tw_variation_jitter(&v, (enum tw_direction)dir)),
				json_number_value(json_array_get(want, i - 1)) *
					(dir == TW_ROUNDTRIP ? 2 : 1),
				0.002);
	}
}

static void v14_ipdv(void **state)
{
	json_t *delay = v14("pdv_ipdv", "delays_ms"), *want = v14("pdv_ipdv", "ipdv_ms");
	int64_t sum = 0, min = 0, max = 0;

	(void)state;
	for (size_t i = 0; i < json_array_size(delay); i++)
		record(i, us(1000 * json_integer_value(json_array_get(delay, i))));
	for (size_t i = 1; i < json_array_size(want); i++) {
		int64_t ms = json_integer_value(json_array_get(want, i));

		sum += ms;
		min = ms < min ? ms : min;
		max = ms > max ? ms : max;
	}
	assert_int_equal(r->ipdv[TW_OUTBOUND].m.count, json_array_size(want) - 1);
	assert_near(to_us((double)r->ipdv[TW_OUTBOUND].m.sum), (double)sum * 1000, 0.001);
	assert_near(to_us((double)r->ipdv[TW_OUTBOUND].m.min), (double)min * 1000, 0.001);
	assert_near(to_us((double)r->ipdv[TW_INBOUND].m.max), (double)max * 1000, 0.001);
	assert_near(to_us((double)r->ipdv[TW_ROUNDTRIP].m.max), (double)max * 2000, 0.001);
}

/* PDV quantiles are delay quantiles less the minimum: 0 10 10 10 15 ms. */
static void v14_pdv(void **state)
{
	json_t *delay = v14("pdv_ipdv", "delays_ms"), *pdv = v14("pdv_ipdv", "pdv_ms");
	struct tw_series *s = &r->delay[TW_OUTBOUND];
	int64_t max = 0;

	(void)state;
	for (size_t i = 0; i < json_array_size(delay); i++)
		tw_series_record(s, us(1000 * json_integer_value(json_array_get(delay, i))));
	for (size_t i = 0; i < json_array_size(pdv); i++)
		if (json_integer_value(json_array_get(pdv, i)) > max)
			max = json_integer_value(json_array_get(pdv, i));
	assert_near(to_us(tw_series_quantile(s, 1) - (double)s->m.min), 1000.0 * (double)max, 0.01);
	assert_near(to_us(tw_series_quantile(s, 0.5) - (double)s->m.min), 10000, 20000 * 0.0079);
}

/* 0 2 1 3 arrive: the pairs are 0-1, 1-2, 2-3 all the same, signs as sent. Delays 10 20 40 80. */
static void pairs_are_of_consecutive_numbers(void **state)
{
	const struct tw_moments *m = &r->ipdv[TW_OUTBOUND].m;

	(void)state;
	record(0, 10);
	record(2, 40);
	assert_int_equal(m->count, 0);
	record(1, 20);
	assert_int_equal(m->count, 2);
	assert_int_equal(m->min, 10);
	assert_int_equal(m->max, 20);
	record(3, 80);
	assert_int_equal(m->count, 3);
	assert_int_equal(m->max, 40);
	/* the general path does the same as the fast one */
	tw_variation_record_roundtrip(&v, 4, 180, r->ipdv);
	record(6, 110);
	record(5, 100);
	assert_int_equal(m->count, 4);
	assert_true(m->sum == 80);
	assert_int_equal(r->ipdv[TW_ROUNDTRIP].m.count, 6);
	assert_true(r->ipdv[TW_ROUNDTRIP].m.sum == 200);
}

static void neither_lost_nor_forgotten_packets_make_pairs(void **state)
{
	(void)state;
	record(0, 10);
	record(2, 10);
	record(2 + TW_VARIATION_WINDOW, 10); /* takes the place of 2 */
	record(3, 10);
	assert_int_equal(r->ipdv[TW_OUTBOUND].m.count, 0);
	/* 1's successor was in the window and is gone */
	record(1, 10);
	assert_int_equal(r->ipdv[TW_OUTBOUND].m.count, 1);
}

/* Round trips alone make pairs of round trips; one-way jitter skips them. */
static void packets_without_one_way_delay(void **state)
{
	(void)state;
	record(0, 100);
	tw_variation_record_roundtrip(&v, 1, 232, r->ipdv);
	record(2, 116);
	record(3, 116);
	assert_int_equal(r->ipdv[TW_ROUNDTRIP].m.count, 3);
	assert_int_equal(r->ipdv[TW_OUTBOUND].m.count, 1);
	assert_int_equal(r->ipdv[TW_OUTBOUND].m.max, 0);
	/* J16: 16, then 16 - (24 >> 4) = 15 */
	assert_near(tw_variation_jitter(&v, TW_OUTBOUND), 15.0 / 16, 0);
	/* J16: 32, then 0 - (40 >> 4) twice: 30, 28 */
	assert_near(tw_variation_jitter(&v, TW_ROUNDTRIP), 28.0 / 16, 0);
	for (uint64_t s = 4; s < 4 + 2 * TW_VARIATION_WINDOW; s++)
		record(s, 116);
	assert_int_equal(v.partial, 0);
}

/* A peer whose clock jumps by lifetimes: no overflow, no wrap to something small. */
static void absurd_delays_saturate(void **state)
{
	(void)state;
	for (uint64_t s = 0; s < 1000; s++)
		record(s, s & 1 ? INT64_MAX / 2 : INT64_MIN / 2);
	assert_true(tw_variation_jitter(&v, TW_OUTBOUND) > 0x1p57);
	assert_true(tw_variation_jitter(&v, TW_OUTBOUND) <= 0x1p58);
}

static void jitter_of_streams_is_their_mean(void **state)
{
	struct tw_variation quiet;

	(void)state;
	tw_variation_add_jitter(&v, r); /* nothing measured yet */
	assert_int_equal(r->jitter_streams, 0);
	tw_variation_init(&quiet);
	for (uint64_t s = 0; s < 2; s++) {
		const int64_t same[TW_DIRECTIONS] = {7, 7, 14};

		record(s, (int64_t)s * 160);
		tw_variation_record(&quiet, s, same, r->ipdv);
	}
	tw_variation_add_jitter(&v, r);
	assert_near(r->jitter[TW_OUTBOUND], 10, 0);
	tw_variation_add_jitter(&quiet, r);
	assert_near(r->jitter[TW_OUTBOUND], 5, 0);
	assert_near(r->jitter[TW_ROUNDTRIP], 10, 0);
	assert_int_equal(r->jitter_streams, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(v14_jitter, setup),
		cmocka_unit_test_setup(v14_ipdv, setup),
		cmocka_unit_test_setup(v14_pdv, setup),
		cmocka_unit_test_setup(pairs_are_of_consecutive_numbers, setup),
		cmocka_unit_test_setup(neither_lost_nor_forgotten_packets_make_pairs, setup),
		cmocka_unit_test_setup(packets_without_one_way_delay, setup),
		cmocka_unit_test_setup(absurd_delays_saturate, setup),
		cmocka_unit_test_setup(jitter_of_streams_is_their_mean, setup),
	};

	return cmocka_run_group_tests(tests, open_vectors, close_vectors);
}

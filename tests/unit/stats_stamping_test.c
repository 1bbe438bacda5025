/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_result.h"
#include "tw_test.h"

/* A stamp that software made once is software's: one source is told for all. */
static void one_stamp_by_software_is_enough(void **state)
{
	struct tw_stamping s = {.hardware = {1000, 0, 5, 1000}, .software = {0, 0, 1, 1}};

	(void)state;
	assert_int_equal(tw_stamping_source(&s, 0, TW_STAMP_LAUNCH_TIME), TW_STAMP_LAUNCH_TIME);
	assert_int_equal(tw_stamping_source(&s, 0, TW_STAMP_HARDWARE), TW_STAMP_HARDWARE);
	assert_int_equal(tw_stamping_source(&s, 1, TW_STAMP_HARDWARE), TW_STAMP_SOFTWARE);
	assert_int_equal(tw_stamping_source(&s, 2, TW_STAMP_HARDWARE), TW_STAMP_SOFTWARE);
	assert_int_equal(tw_stamping_source(&s, 3, TW_STAMP_HARDWARE), TW_STAMP_SOFTWARE);
	s = (struct tw_stamping){
		.kernel = {0, 1000, 1000, 5}, .software = {0, 0, 1}, .hardware = {0, 0, 0, 5}};
	assert_int_equal(tw_stamping_source(&s, 1, TW_STAMP_HARDWARE), TW_STAMP_KERNEL);
	assert_int_equal(tw_stamping_source(&s, 2, TW_STAMP_HARDWARE), TW_STAMP_SOFTWARE);
	/* of two ports, one whose NIC stamps: neither made all */
	assert_int_equal(tw_stamping_source(&s, 3, TW_STAMP_HARDWARE), TW_STAMP_SOFTWARE);
	for (int i = 0; i < TW_STAMP_NOTE_MAX; i++)
		assert_true(strlen(tw_stamp_note_text((enum tw_stamp_note)i)) > 10);
}

/* Who stamped before does not count, nor does anybody where nothing was stamped. */
static void an_interval_has_its_own_sources(void **state)
{
	struct tw_result *a = tw_result_create(), *b = tw_result_create();
	struct tw_result *d = tw_result_create();

	(void)state;
	assert_true(a && b && d);
	a->source[0] = b->source[0] = TW_STAMP_LAUNCH_TIME;
	a->source[1] = b->source[1] = TW_STAMP_PEER;
	a->source[2] = b->source[2] = TW_STAMP_SOFTWARE; /* of a port where only it stamps */
	a->source[3] = b->source[3] = TW_STAMP_SOFTWARE;
	a->stamping = (struct tw_stamping){.hardware = {5, 1}, .software = {0, 0, 0, 1}};
	b->stamping = a->stamping;
	b->stamping.hardware[0] = 7;
	b->stamping.kernel[3] = 4;
	tw_result_diff(d, b, a);
	assert_int_equal(d->source[0], TW_STAMP_LAUNCH_TIME);
	assert_int_equal(d->source[1], TW_STAMP_PEER);
	assert_int_equal(d->source[2], TW_STAMP_SOFTWARE);
	assert_int_equal(d->source[3], TW_STAMP_KERNEL);
	tw_result_diff(d, b, b);
	assert_int_equal(d->source[0], TW_STAMP_NONE);
	assert_int_equal(d->source[1], TW_STAMP_PEER);
	assert_int_equal(d->source[2], TW_STAMP_SOFTWARE);
	assert_int_equal(d->source[3], TW_STAMP_NONE);
	b->packets.received++; /* the kernel was given up meanwhile */
	tw_result_diff(d, b, a);
	assert_int_equal(d->source[3], TW_STAMP_KERNEL);
	a->stamping = b->stamping;
	a->packets = b->packets;
	b->packets.received++;
	tw_result_diff(d, b, a);
	assert_int_equal(d->source[3], TW_STAMP_SOFTWARE);
	tw_result_destroy(a);
	tw_result_destroy(b);
	tw_result_destroy(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_stamp_by_software_is_enough),
		cmocka_unit_test(an_interval_has_its_own_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

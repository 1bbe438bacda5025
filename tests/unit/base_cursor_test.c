/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_cursor.h"
#include "tw_test.h"

static void reads_big_endian(void **state)
{
	const uint8_t in[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	struct tw_reader r = tw_reader_init(in, sizeof(in));

	(void)state;
	assert_int_equal(tw_read8(&r), 1);
	assert_int_equal(tw_read16(&r), 0x0203);
	assert_int_equal(tw_read32(&r), 0x04050607);
	assert_int_equal(tw_read64(&r), 0x08090a0b0c0d0e0fULL);
	assert_false(r.failed);
	assert_int_equal(r.left, 0);
}

static void first_failure_sticks_and_reads_zero(void **state)
{
	const uint8_t in[] = {1, 2, 3};
	struct tw_reader r = tw_reader_init(in, sizeof(in));
	uint8_t out[2] = {9, 9};

	(void)state;
	assert_int_equal(tw_read32(&r), 0);
	assert_true(r.failed);
	assert_int_equal(tw_read8(&r), 0); /* one octet is there, but the reader has failed */
	tw_read_copy(&r, out, 2);
	assert_int_equal(out[0], 0);
	assert_int_equal(out[1], 0);
}

static void writes_what_reads_back_and_stops_at_the_end(void **state)
{
	uint8_t buf[8];
	struct tw_writer w = tw_writer_init(buf, 7);

	(void)state;
	memset(buf, 0xee, sizeof(buf));
	tw_write16(&w, 0xabcd);
	tw_write32(&w, 0x01020304);
	tw_write16(&w, 0xffff); /* one octet left */
	assert_true(w.failed);
	tw_write8(&w, 7); /* would fit, but the writer has failed */
	assert_int_equal(buf[0], 0xab);
	assert_int_equal(buf[5], 4);
	assert_int_equal(buf[6], 0xee);
	assert_int_equal(buf[7], 0xee);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_big_endian),
		cmocka_unit_test(first_failure_sticks_and_reads_zero),
		cmocka_unit_test(writes_what_reads_back_and_stops_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

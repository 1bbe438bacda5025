/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_TEST_PCAP_H
#define TW_TEST_PCAP_H

/* Reader of the classic little-endian pcap files in tests/data/captures. Include tw_test.h first. */

/* Calls @fn for every frame with its time in us; fails the test when the file is not as expected. */
static inline size_t tw_test_pcap(const char *path,
	void (*fn)(const uint8_t *frame, size_t len, int64_t us, void *arg), void *arg)
{
	uint32_t file[6], record[4];
	static uint8_t frame[65536];
	FILE *f = fopen(path, "rb");
	size_t n = 0;

	assert_non_null(f);
	assert_int_equal(fread(file, sizeof(file), 1, f), 1);
	assert_int_equal(file[0], 0xa1b2c3d4);
	assert_int_equal(file[5], 1); /* Ethernet */
	while (fread(record, sizeof(record), 1, f) == 1) {
		assert_true(record[2] <= sizeof(frame) && record[2] == record[3]);
		assert_int_equal(fread(frame, 1, record[2], f), record[2]);
		fn(frame, record[2], record[0] * INT64_C(1000000) + record[1], arg);
		n++;
	}
	fclose(f);
	return n;
}

#endif

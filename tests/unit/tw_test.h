/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_TEST_H
#define TW_TEST_H

/* What cmocka wants included before it, and hex helpers shared by the unit tests. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* cmocka compares floats only; this is for doubles. A NaN is near to nothing. */
#define assert_near(a, b, eps)                                                                     \
	do {                                                                                       \
		double a_ = (a), b_ = (b);                                                         \
		if (!(a_ - b_ <= (eps) && b_ - a_ <= (eps)))                                       \
			fail_msg("%s is %.17g, not %.17g", #a, a_, b_);                            \
	} while (0)

/* Octets of a hex string; fails the test when it is not one or does not fit. */
static inline size_t tw_unhex(const char *hex, uint8_t *out, size_t cap)
{
	size_t n = strlen(hex) / 2;

	assert_int_equal(strlen(hex) % 2, 0);
	assert_true(n <= cap);
	for (size_t i = 0; i < n; i++) {
		unsigned int v;

		assert_int_equal(sscanf(hex + 2 * i, "%2x", &v), 1);
		out[i] = (uint8_t)v;
	}
	return n;
}

/* The file of test vectors, or the copy that vectors_used.py has changed. */
#define TW_VECTORS_FILE                                                                            \
	(getenv("TW_TEST_VECTORS") ? getenv("TW_TEST_VECTORS") : TW_TEST_DATA "/vectors.json")

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_dump.h"
#include "tw_fuzz.h"

/* First octet: the layout. What was read is written and read again without a difference. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tw_test_request a, b;
	char line[TW_TEST_DUMP_STR];
	uint8_t out[TW_AUTH_LEN], again[TW_AUTH_LEN];
	enum tw_layout l;
	int n;

	if (size < 1)
		return 0;
	l = (enum tw_layout)(data[0] % TW_LAYOUTS_N);
	data++;
	size--;
	tw_test_dump(l, false, data, size, line, sizeof(line));
	tw_payload_is_stamp(data, size);
	if (tw_test_request_parse(l, data, size, &a) < 0)
		return 0;
	n = tw_test_request_build(l, &a, out, sizeof(out));
	FUZZ_CHECK(n == (int)tw_layout_request_len(l));
	FUZZ_CHECK(tw_test_request_parse(l, out, (size_t)n, &b) == 0);
	FUZZ_CHECK(tw_test_request_build(l, &b, again, sizeof(again)) == n);
	FUZZ_CHECK(memcmp(out, again, (size_t)n) == 0);
	return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_fuzz.h"
#include "tw_modes.h"
#include "twping_options.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void schedule(const char *text)
{
	struct tw_pace_gap gaps[TW_PACE_GAPS_MAX];
	struct tw_pace p;
	struct tw_err err = {""};
	uint64_t sum = 0, last = 1;
	uint32_t n = 0;
	int rc;

	if (tw_twping_schedule(text, &err, gaps, &n) < 0) {
		FUZZ_CHECK(err.text[0] && !strchr(err.text, '\n'));
		return;
	}
	FUZZ_CHECK(n >= 1 && n <= TW_PACE_GAPS_MAX);
	for (uint32_t i = 0; i < n; i++)
		sum += gaps[i].mean;
	/* whatever is taken can be paced */
	rc = tw_pace_init_gaps(&p, gaps, n, 1);
	FUZZ_CHECK((rc == 0) == (sum > 0));
	if (rc < 0)
		return;
	tw_pace_start(&p, 1);
	for (int i = 0; i < 1000; i++) {
		FUZZ_CHECK(tw_pace_due(&p) >= last);
		last = tw_pace_due(&p);
		tw_pace_advance(&p);
	}
}

/* The text as each of twping's own forms. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	double percentiles[TWPING_PERCENTILES];
	uint16_t low, high;
	uint32_t n, bits;
	char text[2048], letter;
	uint8_t dscp;

	if (len >= sizeof(text))
		return 0;
	memcpy(text, data, len);
	text[len] = '\0';
	schedule(text);
	if (tw_twping_ports(text, NULL, &low, &high) == 0)
		FUZZ_CHECK(low <= high && (low > 0 || high == 0));
	if (tw_twping_percentiles(text, NULL, percentiles, &n) == 0)
		for (uint32_t i = 0; i < n; i++)
			FUZZ_CHECK(percentiles[i] >= 0 && percentiles[i] <= 100);
	if (tw_twping_type_p(text, NULL, &dscp) == 0)
		FUZZ_CHECK(dscp < 64);
	if (tw_twping_modes(text, NULL, &bits) == 0)
		FUZZ_CHECK(bits && !(bits & ~TW_MODES_SECURITY));
	if (tw_twping_unit(text, NULL, &letter) == 0)
		FUZZ_CHECK(strchr("nums", letter));
	return 0;
}

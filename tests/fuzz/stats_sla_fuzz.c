/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_fuzz.h"
#include "tw_result.h"

#include <string.h>

/* The syntax alone and the judgement agree on what is a specification; an error leaves a sentence
 * and no verdict; every miss has its text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct tw_result *r;
	struct tw_sla_verdict v;
	char text[512], why[128] = "";
	int rc;

	if (!r) {
		r = tw_result_create();
		FUZZ_CHECK(r);
		tw_series_record(&r->delay[TW_ROUNDTRIP], 1 << 20);
		r->packets.sent = 10;
		r->packets.lost = 1;
	}
	if (len >= sizeof(text))
		return 0;
	memcpy(text, data, len);
	text[len] = '\0';
	memset(&v, 0, sizeof(v));
	rc = tw_sla_judge(text, r, &v, why, sizeof(why));
	FUZZ_CHECK(rc == tw_sla_judge(text, NULL, NULL, why, sizeof(why)));
	if (rc < 0) {
		FUZZ_CHECK(why[0] == '"' && !v.asked);
		return 0;
	}
	FUZZ_CHECK(v.asked && v.ok == (v.n_missed == 0) && v.n_missed <= TW_SLA_MAX_MISSED);
	for (unsigned int i = 0; i < v.n_missed; i++)
		FUZZ_CHECK(strlen(v.missed[i]) > 5 && strlen(v.missed[i]) < sizeof(v.missed[i]));
	return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "scenario.h"

#include "tw_fuzz.h"

#include <errno.h>
#include <string.h>

/* What is accepted holds its bounds, and each of its streams can be sent. */
static void check(const struct tw_scenario *s, const struct tw_options *o)
{
	uint64_t streams = 0;

	FUZZ_CHECK(s->n_entries >= 1 && s->n_entries <= TW_SCENARIO_ENTRIES);
	for (uint32_t i = 0; i < s->n_entries; i++) {
		const struct tw_scenario_entry *e = &s->entries[i];
		struct tw_scenario_stream t;

		streams += e->streams;
		FUZZ_CHECK(e->streams >= 1);
		FUZZ_CHECK(e->o.count || o->duration.v > 0);
		FUZZ_CHECK((e->o.interval.v != 0) + (e->o.pps != 0) + (e->o.rate != 0) == 1);
		for (uint32_t k = 0; k < e->streams; k += 1 + e->streams / 100) {
			tw_scenario_stream(e, k, &t);
			FUZZ_CHECK(t.remote.addr.family == 4 || t.remote.addr.family == 6);
			FUZZ_CHECK(t.remote.port != 0);
			FUZZ_CHECK(t.local_port || t.picked < tw_scenario_picked(e));
		}
	}
	FUZZ_CHECK(streams == s->n_streams && streams <= TW_SCENARIO_STREAMS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct tw_endpoint peer = {.port = 862}, local;
	char *argv[] = {"--scenario", "f"};
	struct tw_scenario *s;
	struct tw_options o;
	struct tw_yaml *y;
	struct tw_err err = {""};
	int rc;

	FUZZ_CHECK(tw_options_parse(TW_CMD_SENDER, 2, argv, &err, &o) == 0);
	rc = tw_yaml_parse("f", (const char *)data, size, &err, &y);
	if (rc == 0)
		rc = tw_scenario_read(y, &o, &peer, &local, false, &err, &s);
	if (rc < 0) {
		FUZZ_CHECK(strncmp(err.text, "f:", 2) == 0 || rc == -ENOMEM);
		FUZZ_CHECK(!strchr(err.text, '\n'));
		return 0;
	}
	check(s, &o);
	tw_scenario_destroy(s);
	return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_fuzz.h"
#include "tw_limits.h"

#include <string.h>

/* Lines are --limit arguments; with whatever was taken, clients come and go. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tw_limits_config c;
	struct tw_limits *l;
	char text[1024];
	char *save = NULL;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	tw_limits_config_init(&c);
	c.connections = 8;
	c.sessions = 8;
	c.open_sessions = 8;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct tw_err err = {{0}};

		if (tw_limits_config_add(&c, line, &err))
			FUZZ_CHECK(err.text[0] != '\0');
	}
	FUZZ_CHECK(c.rules <= TW_LIMIT_RULES);
	if (tw_limits_create(&c, &l))
		return 0;
	for (int round = 0; round < 2; round++) {
		struct tw_limit_hold conn[12], sess[12];
		bool up[12] = {false}, on[12] = {false};

		for (int i = 0; i < 12; i++) {
			struct tw_addr a = {.family = i % 2 ? 4 : 6, .b = {10, (uint8_t)i}};

			up[i] = tw_limits_connect(l, &a, &conn[i]) == 0;
			if (up[i] && i % 3)
				tw_limits_authenticate(l, i % 3 == 1 ? "a" : "b", &conn[i]);
			on[i] = up[i] && tw_limits_session(l, &conn[i], &sess[i]) == 0;
		}
		for (int i = 0; i < 12; i++) {
			if (up[i])
				tw_limits_disconnect(l, &conn[i]);
			if (on[i])
				tw_limits_session_end(l, &sess[i]);
		}
		FUZZ_CHECK(tw_limits_connections(l) == 0 && tw_limits_sessions(l) == 0);
	}
	tw_limits_destroy(l);
	return 0;
}

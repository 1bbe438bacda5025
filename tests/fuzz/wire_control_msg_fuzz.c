/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_control_msg.h"
#include "tw_fuzz.h"

#include <string.h>

/* What a parser took, its builder writes, and the parser takes the same again. */
#define ROUND_TRIP(type, name)                                                                     \
	do {                                                                                       \
		struct type a, b;                                                                  \
                                                                                                   \
		memset(&a, 0, sizeof(a));                                                          \
		memset(&b, 0, sizeof(b));                                                          \
		if (name##_parse(data, size, &a))                                                  \
			return 0;                                                                  \
		FUZZ_CHECK(name##_build(&a, out, sizeof(out)) == 0);                               \
		FUZZ_CHECK(name##_parse(out, sizeof(out), &b) == 0);                               \
		FUZZ_CHECK(name##_build(&b, again, sizeof(again)) == 0);                           \
		FUZZ_CHECK(memcmp(out, again, sizeof(out)) == 0);                                  \
	} while (0)

static void n_sessions(const uint8_t *data, size_t size)
{
	struct tw_n_sessions m;
	uint8_t *out;

	if (tw_n_sessions_parse(data, size, &m))
		return;
	FUZZ_CHECK(TW_N_SESSIONS_LEN(m.sessions) <= size);
	FUZZ_CHECK(TW_N_SESSIONS_LEN(m.sessions) == tw_command_len(data));
	out = malloc(TW_N_SESSIONS_LEN(m.sessions));
	if (!out)
		return;
	FUZZ_CHECK(tw_n_sessions_build(&m, out, TW_N_SESSIONS_LEN(m.sessions)) == 0);
	FUZZ_CHECK(memcmp(out + 12, data + 12, 4 + 16 * (size_t)m.sessions) == 0);
	free(out);
}

/* First octet: which message. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t out[256], again[256], accept, dscp;
	unsigned int which;

	if (size < 1)
		return 0;
	which = data[0];
	data++;
	size--;
	memset(out, 0, sizeof(out));
	memset(again, 0, sizeof(again));
	switch (which % 9) {
	case 0:
		ROUND_TRIP(tw_greeting, tw_greeting);
		break;
	case 1:
		ROUND_TRIP(tw_setup_response, tw_setup_response);
		break;
	case 2:
		ROUND_TRIP(tw_server_start, tw_server_start);
		break;
	case 3:
		ROUND_TRIP(tw_request_session, tw_request_session);
		break;
	case 4:
		ROUND_TRIP(tw_accept_session, tw_accept_session);
		break;
	case 5:
		ROUND_TRIP(tw_stop_sessions, tw_stop_sessions);
		break;
	case 6:
		n_sessions(data, size);
		break;
	case 7:
		if (tw_start_ack_parse(data, size, &accept) == 0) {
			FUZZ_CHECK(tw_start_ack_build(accept, out, sizeof(out)) == 0);
			FUZZ_CHECK(tw_accept_words(accept) != NULL && out[0] == data[0]);
		}
		tw_start_sessions_parse(data, size);
		break;
	default:
		if (size >= 16 && tw_command_len(data))
			FUZZ_CHECK(tw_command_name(data[0]) && tw_command_len(data) >= 32);
		if (size >= 12) {
			uint64_t v;

			memcpy(&v, data, sizeof(v));
			FUZZ_CHECK(tw_timeout_to_ns(v).v >= 0);
			if (tw_type_p_dscp((uint32_t)v, &dscp) == 0)
				FUZZ_CHECK(tw_type_p(dscp) == (uint32_t)v);
			tw_timeout_from_ns(tw_ns((int64_t)v));
		}
		break;
	}
	return 0;
}

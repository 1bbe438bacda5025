/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_control_msg.h"
#include "tw_test.h"
#include "tw_vectors.h"

#include <errno.h>

#define V3 "V03_open_mode_exchange"
#define V9 "V09_individual_session_control"

static const uint8_t sid[16] = {
	0xc0, 0, 2, 2, 0xee, 0xab, 0x5d, 0x8a, 0x80, 0, 0, 0, 0xde, 0xad, 0xbe, 0xef};

static uint8_t octet(unsigned int base, size_t i)
{
	return (uint8_t)(base + i);
}

static void check_greeting(const char *hex, uint32_t modes, uint32_t count)
{
	uint8_t wire[64];
	uint8_t out[64];
	struct tw_greeting m;

	assert_int_equal(tw_unhex(hex, wire, sizeof(wire)), TW_GREETING_LEN);
	assert_int_equal(tw_greeting_parse(wire, sizeof(wire), &m), 0);
	assert_int_equal(m.modes, modes);
	assert_int_equal(m.count, count);
	for (size_t i = 0; i < 16; i++) {
		assert_int_equal(m.challenge[i], octet(0x10, i));
		assert_int_equal(m.salt[i], octet(0x20, i));
	}
	assert_int_equal(tw_greeting_build(&m, out, sizeof(out)), 0);
	assert_memory_equal(out, wire, sizeof(wire));
}

static void greeting_v03(void **state)
{
	(void)state;
	check_greeting(tw_vector(V3, "messages", "0", "hex"), 1, 32768);
	check_greeting(tw_vector(V3, "other", "greeting_modes_3ff"), 0x3ff, 1024);
	check_greeting(tw_vector(V3, "other", "greeting_refuse"), 0, 1024);
	check_greeting(tw_vector("V06_protected_control", "messages", "0", "wire"), 7, 1024);
}

static void setup_response_v03_v06(void **state)
{
	uint8_t wire[164];
	uint8_t out[164];
	uint8_t token[64];
	struct tw_setup_response m;

	(void)state;
	tw_vector_hex(wire, V3, "messages", "1", "hex");
	assert_int_equal(tw_setup_response_parse(wire, sizeof(wire), &m), 0);
	assert_int_equal(m.mode, 1);
	assert_int_equal(tw_setup_response_build(&m, out, sizeof(out)), 0);
	assert_memory_equal(out, wire, sizeof(wire));

	tw_vector_hex(wire, V3, "other", "setup_response_decline");
	assert_int_equal(tw_setup_response_parse(wire, sizeof(wire), &m), 0);
	assert_int_equal(m.mode, 0);

	tw_vector_hex(wire, "V06_protected_control", "messages", "1", "wire");
	assert_int_equal(tw_setup_response_parse(wire, sizeof(wire), &m), 0);
	assert_int_equal(m.mode, 4);
	assert_string_equal((const char *)m.key_id, "probe-1");
	tw_vector_hex(token, "V05_token", "token");
	assert_memory_equal(m.token, token, 64);
	for (size_t i = 0; i < 16; i++)
		assert_int_equal(m.client_iv[i], octet(0x50, i));
	assert_int_equal(tw_setup_response_build(&m, out, sizeof(out)), 0);
	assert_memory_equal(out, wire, sizeof(wire));
}

static void server_start_v03(void **state)
{
	uint8_t wire[48];
	uint8_t out[48];
	struct tw_server_start m;

	(void)state;
	tw_vector_hex(wire, V3, "messages", "2", "hex");
	assert_int_equal(tw_server_start_parse(wire, sizeof(wire), &m), 0);
	assert_int_equal(m.accept, 0);
	assert_true(m.start_time.v == 0xeeab5d8000000000ULL);
	assert_int_equal(tw_server_start_build(&m, out, sizeof(out)), 0);
	assert_memory_equal(out, wire, sizeof(wire));

	tw_vector_hex(wire, V3, "other", "server_start_reject_5");
	assert_int_equal(tw_server_start_parse(wire, sizeof(wire), &m), 0);
	assert_int_equal(m.accept, TW_ACCEPT_TEMPORARY_LIMIT);
	assert_int_equal(tw_server_start_build(&m, out, sizeof(out)), 0);
	assert_memory_equal(out, wire, sizeof(wire));
}

static void request_round_trip(const uint8_t *wire, struct tw_request_session *ret)
{
	uint8_t out[112];

	assert_int_equal(tw_request_session_parse(wire, 112, ret), 0);
	assert_int_equal(tw_request_session_build(ret, out, sizeof(out)), 0);
	assert_memory_equal(out, wire, sizeof(out));
}

static void request_session_v03(void **state)
{
	static const uint8_t zero[16];
	const uint8_t from[16] = {192, 0, 2, 1};
	const uint8_t to[16] = {192, 0, 2, 2};
	const uint8_t six[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
	uint8_t wire[112];
	struct tw_request_session m;
	uint8_t dscp;

	(void)state;
	tw_vector_hex(wire, V3, "messages", "3", "hex");
	request_round_trip(wire, &m);
	assert_int_equal(m.ipvn, 4);
	assert_int_equal(m.sender_port, 20000);
	assert_int_equal(m.receiver_port, 862);
	assert_memory_equal(m.sender_address, from, 16);
	assert_memory_equal(m.receiver_address, to, 16);
	assert_int_equal(m.padding_length, 27);
	assert_true(m.start_time.v == 0);
	assert_true(m.timeout == 2ULL << 32);
	assert_int_equal(tw_timeout_to_ns(m.timeout).v, 2 * TW_NS_PER_SEC);
	assert_int_equal(tw_type_p_dscp(m.type_p, &dscp), 0);
	assert_int_equal(dscp, 46);
	assert_int_equal(m.conf_sender | m.conf_receiver, 0);
	assert_int_equal(m.schedule_slots | m.packets, 0);
	assert_memory_equal(m.sid, zero, 16);

	tw_vector_hex(wire, V3, "other", "request_tw_ipv6");
	request_round_trip(wire, &m);
	assert_int_equal(m.ipvn, 6);
	assert_memory_equal(m.sender_address, six, 16);
	assert_int_equal(m.padding_length, 64);

	tw_vector_hex(wire, V3, "other", "request_tw_zero_addresses");
	request_round_trip(wire, &m);
	assert_memory_equal(m.sender_address, zero, 16);
	assert_memory_equal(m.receiver_address, zero, 16);

	tw_vector_hex(wire, V3, "other",
		"request_tw_reflect_octets (octets 0xabcd, reflect 8 of 35 padding octets)");
	request_round_trip(wire, &m);
	assert_int_equal(m.octets_to_reflect, 0xabcd);
	assert_int_equal(m.reflect_length, 8);
	assert_int_equal(m.padding_length, 35);
}

/* MBZ means: whoever reads does not look. */
static void nonzero_mbz_is_ignored(void **state)
{
	uint8_t wire[112];
	struct tw_request_session m;

	(void)state;
	tw_vector_hex(wire, V3, "messages", "3", "hex");
	wire[1] |= 0xf0;
	memset(wire + 92, 0xff, 20);
	assert_int_equal(tw_request_session_parse(wire, 112, &m), 0);
	assert_int_equal(m.ipvn, 4);
}

static void accept_session_v03(void **state)
{
	uint8_t wire[48];
	uint8_t out[48];
	struct tw_accept_session m;

	(void)state;
	tw_vector_hex(wire, V3, "messages", "4", "hex");
	assert_int_equal(tw_accept_session_parse(wire, 48, &m), 0);
	assert_int_equal(m.accept, 0);
	assert_int_equal(m.port, 20001);
	assert_memory_equal(m.sid, sid, 16);
	assert_int_equal(tw_accept_session_build(&m, out, 48), 0);
	assert_memory_equal(out, wire, 48);

	tw_vector_hex(wire, V3, "other", "accept_session_reject_3");
	assert_int_equal(tw_accept_session_parse(wire, 48, &m), 0);
	assert_int_equal(m.accept, 3);
	assert_int_equal(m.port, 0);

	tw_vector_hex(wire, V3, "other", "accept_session_reflect_octets (server octets 0x1234)");
	assert_int_equal(tw_accept_session_parse(wire, 48, &m), 0);
	assert_int_equal(m.reflected_octets, 0xabcd);
	assert_int_equal(m.server_octets, 0x1234);
	assert_int_equal(tw_accept_session_build(&m, out, 48), 0);
	assert_memory_equal(out, wire, 48);
}

static void start_ack_stop_v03(void **state)
{
	uint8_t wire[32];
	uint8_t out[32];
	uint8_t accept = 9;
	struct tw_stop_sessions stop;

	(void)state;
	tw_vector_hex(wire, V3, "messages", "5", "hex");
	assert_int_equal(tw_start_sessions_parse(wire, 32), 0);
	assert_int_equal(tw_start_sessions_build(out, 32), 0);
	assert_memory_equal(out, wire, 32);

	tw_vector_hex(wire, V3, "messages", "6", "hex");
	assert_int_equal(tw_start_ack_parse(wire, 32, &accept), 0);
	assert_int_equal(accept, 0);
	assert_int_equal(tw_start_ack_build(0, out, 32), 0);
	assert_memory_equal(out, wire, 32);
	assert_int_equal(tw_start_ack_build(4, out, 32), 0);
	assert_int_equal(out[0], 4);

	tw_vector_hex(wire, V3, "messages", "7", "hex");
	assert_int_equal(tw_stop_sessions_parse(wire, 32, &stop), 0);
	assert_int_equal(stop.accept, 0);
	assert_int_equal(stop.sessions, 1);
	assert_int_equal(tw_stop_sessions_build(&stop, out, 32), 0);
	assert_memory_equal(out, wire, 32);
}

static void individual_control_v09(void **state)
{
	static const struct {
		const char *name;
		uint8_t command;
		uint8_t accept;
		uint32_t sessions;
	} rows[] = {
		{"start_n", TW_CMD_START_N_SESSIONS, 0, 2},
		{"start_n_ack_ok", TW_CMD_START_N_ACK, 0, 1},
		{"start_n_ack_busy", TW_CMD_START_N_ACK, 5, 1},
		{"stop_n", TW_CMD_STOP_N_SESSIONS, 0, 1},
		{"stop_n_ack", TW_CMD_STOP_N_ACK, 0, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t wire[64];
		uint8_t out[64];
		struct tw_n_sessions m;
		size_t len = tw_vector_hex(wire, V9, rows[i].name);

		assert_int_equal(len, TW_N_SESSIONS_LEN(rows[i].sessions));
		assert_int_equal(tw_command_len(wire), len);
		assert_int_equal(tw_n_sessions_parse(wire, len, &m), 0);
		assert_int_equal(m.command, rows[i].command);
		assert_int_equal(m.accept, rows[i].accept);
		assert_int_equal(m.sessions, rows[i].sessions);
		assert_memory_equal(m.sids, wire + 16, 16 * m.sessions);
		assert_int_equal(tw_n_sessions_build(&m, out, sizeof(out)), 0);
		assert_memory_equal(out, wire, len);
		assert_int_equal(tw_n_sessions_parse(wire, len - 1, &m), -EMSGSIZE);
	}
}

static void n_sessions_counts_are_hostile(void **state)
{
	uint8_t wire[64];
	struct tw_n_sessions m = {.command = 77};

	(void)state;
	tw_vector_hex(wire, V9, "start_n");
	memset(wire + 12, 0xff, 4);
	assert_int_equal(tw_n_sessions_parse(wire, sizeof(wire), &m), -EMSGSIZE);
	assert_true(tw_command_len(wire) == 32 + 16 * 0xffffffffULL);
	memset(wire + 12, 0, 4);
	assert_int_equal(tw_n_sessions_parse(wire, sizeof(wire), &m), -EBADMSG);
	wire[0] = 3;
	wire[15] = 1;
	assert_int_equal(tw_n_sessions_parse(wire, sizeof(wire), &m), -EBADMSG);
	assert_int_equal(m.command, 77);
}

/* Each parser and builder against each length below its own. */
static void short_buffers(void **state)
{
	uint8_t b[164] = {0};
	union {
		struct tw_greeting greeting;
		struct tw_setup_response setup;
		struct tw_server_start start;
		struct tw_request_session request;
		struct tw_accept_session accept;
		struct tw_stop_sessions stop;
		uint8_t ack;
	} m;

	(void)state;
	memset(&m, 0, sizeof(m));
	for (size_t n = 0; n < 164; n++) {
		if (n < 64) {
			assert_int_equal(tw_greeting_parse(b, n, &m.greeting), -EMSGSIZE);
			assert_int_equal(tw_greeting_build(&m.greeting, b, n), -ENOBUFS);
		}
		assert_int_equal(tw_setup_response_parse(b, n, &m.setup), -EMSGSIZE);
		assert_int_equal(tw_setup_response_build(&m.setup, b, n), -ENOBUFS);
		if (n < 48) {
			assert_int_equal(tw_server_start_parse(b, n, &m.start), -EMSGSIZE);
			assert_int_equal(tw_server_start_build(&m.start, b, n), -ENOBUFS);
			assert_int_equal(tw_accept_session_parse(b, n, &m.accept), -EMSGSIZE);
			assert_int_equal(tw_accept_session_build(&m.accept, b, n), -ENOBUFS);
		}
		if (n < 112) {
			assert_int_equal(tw_request_session_parse(b, n, &m.request), -EMSGSIZE);
			assert_int_equal(tw_request_session_build(&m.request, b, n), -ENOBUFS);
		}
		if (n < 32) {
			assert_int_equal(tw_start_sessions_parse(b, n), -EMSGSIZE);
			assert_int_equal(tw_start_sessions_build(b, n), -ENOBUFS);
			assert_int_equal(tw_start_ack_parse(b, n, &m.ack), -EMSGSIZE);
			assert_int_equal(tw_start_ack_build(0, b, n), -ENOBUFS);
			assert_int_equal(tw_stop_sessions_parse(b, n, &m.stop), -EMSGSIZE);
			assert_int_equal(tw_stop_sessions_build(&m.stop, b, n), -ENOBUFS);
		}
	}
	memset(b, 0, sizeof(b));
	assert_int_equal(tw_request_session_parse(b, 112, &m.request), -EBADMSG);
	assert_int_equal(tw_start_sessions_parse(b, 32), -EBADMSG);
	assert_int_equal(tw_stop_sessions_parse(b, 32, &m.stop), -EBADMSG);
}

/* RFC 5357 section 3.4 and the registry: what a server can know from the first block. */
static void command_lengths(void **state)
{
	uint8_t block[16] = {0};

	(void)state;
	block[15] = 3;
	for (int c = 0; c < 256; c++) {
		size_t want = 0;

		block[0] = (uint8_t)c;
		if (c == 2 || c == 3)
			want = 32;
		else if (c == 5 || c == 11)
			want = 112;
		else if (c >= 7 && c <= 10)
			want = 80;
		assert_int_equal(tw_command_len(block), want);
		assert_int_equal(tw_command_name((uint8_t)c) != NULL, want != 0);
	}
	assert_string_equal(tw_command_name(11), "Request-TW-Micro-Sessions");
}

static void accept_values_in_words(void **state)
{
	(void)state;
	assert_string_equal(tw_accept_words(0), "accepted");
	assert_string_equal(tw_accept_words(4), "permanent resource limitation");
	assert_string_equal(tw_accept_words(6), "no matching IKEv2 security association");
	for (int v = 7; v < 256; v++)
		assert_string_equal(tw_accept_words((uint8_t)v), tw_accept_words(1));
}

/* RFC 5357 section 3.5: a DSCP in the six bits after two zero bits, nothing else. */
static void type_p(void **state)
{
	uint8_t dscp = 99;

	(void)state;
	assert_int_equal(tw_type_p(46), 0x2e000000);
	assert_int_equal(tw_type_p_dscp(0, &dscp), 0);
	assert_int_equal(dscp, 0);
	assert_int_equal(tw_type_p_dscp(0x3f000000, &dscp), 0);
	assert_int_equal(dscp, 63);
	assert_int_equal(tw_type_p_dscp(0x40000000, &dscp), -ENOTSUP); /* PHB id */
	assert_int_equal(tw_type_p_dscp(0xb8000000, &dscp), -ENOTSUP); /* a TOS octet */
	assert_int_equal(tw_type_p_dscp(0x2e000001, &dscp), -ENOTSUP);
	assert_int_equal(dscp, 63);
}

static void timeouts_never_overflow(void **state)
{
	(void)state;
	assert_int_equal(tw_timeout_to_ns(0).v, 0);
	assert_int_equal(tw_timeout_to_ns(1ULL << 31).v, 500000000);
	/* 2^32 s less 2^-32 s, rounded down to the nanosecond */
	assert_true(tw_timeout_to_ns(UINT64_MAX).v == 4294967295999999999LL);
	assert_true(tw_timeout_from_ns(tw_ns(2 * TW_NS_PER_SEC)) == 2ULL << 32);
	assert_true(tw_timeout_from_ns(tw_ns(-1)) == 0);
	assert_true(tw_timeout_from_ns(tw_ns(INT64_MAX)) == UINT64_MAX);
	assert_true(tw_timeout_from_ns(tw_ns(500000000)) == 1ULL << 31);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(greeting_v03),
		cmocka_unit_test(setup_response_v03_v06),
		cmocka_unit_test(server_start_v03),
		cmocka_unit_test(request_session_v03),
		cmocka_unit_test(nonzero_mbz_is_ignored),
		cmocka_unit_test(accept_session_v03),
		cmocka_unit_test(start_ack_stop_v03),
		cmocka_unit_test(individual_control_v09),
		cmocka_unit_test(n_sessions_counts_are_hostile),
		cmocka_unit_test(short_buffers),
		cmocka_unit_test(command_lengths),
		cmocka_unit_test(accept_values_in_words),
		cmocka_unit_test(type_p),
		cmocka_unit_test(timeouts_never_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "tw_vectors.h"

#include <errno.h>

#include "tw_control_test.h"

#define V3 "V03_open_mode_exchange"
#define V6 "V06_protected_control"
#define V9 "V09_individual_session_control"

/* The server's half of the random octets that the vectors were made with. */
static void vector_random(struct tw_bench *b)
{
	const uint64_t challenges = 0x18191a1b1c1d1e1fULL;
	uint8_t dummy[32] = {0};

	tw_fake_say(&b->random, &challenges, sizeof(challenges));
	tw_fake_say(&b->random, dummy, sizeof(dummy));
	tw_fake_count_up(&b->random, 0x10, 8);  /* challenge */
	tw_fake_count_up(&b->random, 0x20, 16); /* salt */
}

/* Octet for octet, each message in one piece. */
static void open_exchange_v03(void **state)
{
	const uint8_t sid_end[4] = {0xde, 0xad, 0xbe, 0xef};
	struct tw_bench b;
	struct tw_server_conn *c;
	struct tw_server_action a;
	uint8_t m[164];

	(void)state;
	tw_bench_init(&b);
	b.config.kdf_count = 32768;
	vector_random(&b);
	tw_fake_say(&b.random, sid_end, 4);
	tw_bench_serve(&b);
	c = tw_bench_connect(&b, TW_SEC(1));
	tw_expect(c, m, tw_wire(m, sizeof(m), V3, "0", "hex"));
	tw_give(c, TW_SEC(1), m, tw_wire(m, sizeof(m), V3, "1", "hex"));
	tw_expect(c, m, tw_wire(m, sizeof(m), V3, "2", "hex"));
	tw_no_action(&b, TW_SEC(1));

	tw_give(c, TW_SEC(10.5), m, tw_wire(m, sizeof(m), V3, "3", "hex"));
	tw_expect_nothing(c);
	assert_false(tw_server_conn_reads(c));
	a = tw_action(&b, TW_SEC(10.5), TW_SERVER_CREATE);
	assert_int_equal(a.session->sender.port, 20000);
	assert_int_equal(a.session->sender.addr.b[3], 1);
	assert_int_equal(a.session->receiver.port, 862);
	assert_int_equal(a.session->receiver.addr.b[3], 2);
	assert_int_equal(a.session->dscp, 46);
	assert_int_equal(a.session->padding_length, 27);
	assert_int_equal(a.session->timeout.v, TW_SEC(2).v);
	assert_int_equal(a.session->mode, TW_MODE_UNAUTHENTICATED);
	assert_int_equal(a.session->pps, TW_LIMIT_NONE);
	assert_ptr_equal(tw_server_created(b.server, TW_SEC(10.6), a.session->id, 0, 20001), c);
	tw_expect(c, m, tw_wire(m, sizeof(m), V3, "4", "hex"));

	tw_give(c, TW_SEC(11), m, tw_wire(m, sizeof(m), V3, "5", "hex"));
	a = tw_action(&b, TW_SEC(11), TW_SERVER_START);
	assert_int_equal(a.session->receiver.port, 20001);
	tw_expect_nothing(c);
	assert_ptr_equal(tw_server_started(b.server, TW_SEC(11), a.session->id, 0), c);
	tw_expect(c, m, tw_wire(m, sizeof(m), V3, "6", "hex"));
	assert_int_equal(tw_server_conn_deadline(c).v, INT64_MAX); /* SERVWAIT is suspended */

	tw_give(c, TW_SEC(20), m, tw_wire(m, sizeof(m), V3, "7", "hex"));
	tw_expect_nothing(c);
	a = tw_action(&b, TW_SEC(20), TW_SERVER_STOP);
	assert_int_equal(a.until.v, TW_SEC(22).v);
	assert_false(a.invalid);
	assert_int_equal(tw_server_conn_deadline(c).v, TW_SEC(920).v);
	assert_int_equal(tw_server_deadline(b.server).v, TW_SEC(22).v);
	tw_server_tick(b.server, TW_SEC(21.9));
	tw_no_action(&b, TW_SEC(21.9));
	assert_int_equal(tw_server_sessions(b.server), 1);
	tw_server_tick(b.server, TW_SEC(22));
	tw_action(&b, TW_SEC(22), TW_SERVER_DELETE);
	assert_int_equal(tw_server_sessions(b.server), 0);
	tw_server_conn_destroy(c, TW_SEC(23));
	tw_bench_fini(&b);
}

/* Octet for octet; every input octet comes alone. */
static void protected_exchange_v06(void **state)
{
	const uint8_t sid_end[4] = {0xde, 0xad, 0xbe, 0xef};
	struct tw_bench b;
	struct tw_server_conn *c;
	struct tw_server_action a;
	struct tw_ns now = TW_SEC(10.5);
	uint8_t want[32];
	uint8_t m[164];
	size_t n;

	(void)state;
	tw_bench_init(&b);
	b.config.modes = 7;
	vector_random(&b);
	tw_fake_count_up(&b.random, 0x40, 16); /* Server-IV */
	tw_fake_say(&b.random, sid_end, 4);
	tw_bench_serve(&b);
	c = tw_bench_connect(&b, now);
	tw_expect(c, m, tw_wire(m, sizeof(m), V6, "0", "wire"));

	n = tw_wire(m, sizeof(m), V6, "1", "wire");
	for (size_t i = 0; i < n; i++)
		tw_give(c, now, m + i, 1);
	tw_expect(c, m, tw_wire(m, sizeof(m), V6, "2", "wire"));
	assert_string_equal(tw_server_conn_user(c), "probe-1");
	assert_int_equal(tw_server_conn_mode(c), TW_MODE_ENCRYPTED);

	n = tw_wire(m, sizeof(m), V6, "3", "wire");
	for (size_t i = 0; i < n; i++)
		tw_give(c, now, m + i, 1);
	a = tw_action(&b, now, TW_SERVER_CREATE);
	tw_vector_hex(want, "V07_test_keys", "test_aes");
	assert_memory_equal(a.session->keys.aes, want, 16);
	tw_vector_hex(want, "V07_test_keys", "test_hmac");
	assert_memory_equal(a.session->keys.hmac, want, 32);
	tw_vector_hex(want, "V07_test_keys", "sid");
	assert_memory_equal(a.session->sid, want, 16);
	tw_server_created(b.server, now, a.session->id, 0, 862);
	tw_expect(c, m, tw_wire(m, sizeof(m), V6, "4", "wire"));

	tw_give(c, now, m, tw_wire(m, sizeof(m), V6, "5", "wire"));
	a = tw_action(&b, now, TW_SERVER_START);
	tw_server_started(b.server, now, a.session->id, 0);
	tw_expect(c, m, tw_wire(m, sizeof(m), V6, "6", "wire"));
	tw_give(c, now, m, tw_wire(m, sizeof(m), V6, "7", "wire"));
	tw_action(&b, now, TW_SERVER_STOP);
	assert_false(tw_server_conn_done(c, NULL));
	tw_server_conn_destroy(c, now);
	tw_bench_fini(&b);
}

static void individual_control_v09(void **state)
{
	const uint8_t sid_end[2][4] = {{0xde, 0xad, 0xbe, 0xef}, {0x0b, 0xad, 0xf0, 0x0d}};
	struct tw_bench b;
	struct tw_server_conn *c;
	struct tw_ns now = TW_SEC(10.5);
	uint64_t id[2];
	uint8_t m[164] = {0};
	size_t len;

	(void)state;
	tw_bench_init(&b);
	b.config.modes = 0x11;
	vector_random(&b);
	tw_fake_say(&b.random, sid_end, 8);
	tw_bench_serve(&b);
	c = tw_bench_connect(&b, now);
	tw_server_conn_sent(c, 64);
	m[3] = 0x11;
	tw_give(c, now, m, 164);
	tw_server_conn_sent(c, 48);
	for (int i = 0; i < 2; i++) {
		tw_wire(m, sizeof(m), V3, "3", "hex");
		tw_give(c, now, m, 112);
		id[i] = tw_action(&b, now, TW_SERVER_CREATE).session->id;
		tw_server_created(b.server, now, id[i], 0, 862);
		tw_server_conn_sent(c, 48);
	}
	tw_give(c, now, m, tw_vector_hex(m, V9, "start_n"));
	assert_int_equal(tw_action(&b, now, TW_SERVER_START).session->id, id[0]);
	assert_int_equal(tw_action(&b, now, TW_SERVER_START).session->id, id[1]);
	/* answers may come in any order; one message for each Accept value */
	assert_ptr_equal(tw_server_started(b.server, now, id[1], TW_ACCEPT_TEMPORARY_LIMIT), c);
	tw_expect_nothing(c);
	assert_ptr_equal(tw_server_started(b.server, now, id[0], TW_ACCEPT_OK), c);
	tw_expect(c, m, tw_vector_hex(m, V9, "start_n_ack_ok"));
	tw_expect(c, m, tw_vector_hex(m, V9, "start_n_ack_busy"));
	tw_expect_nothing(c);

	tw_give(c, now, m, tw_vector_hex(m, V9, "stop_n"));
	assert_int_equal(tw_action(&b, now, TW_SERVER_STOP).session->id, id[0]);
	tw_expect(c, m, tw_vector_hex(m, V9, "stop_n_ack"));
	/* the other one may be tried again */
	len = tw_vector_hex(m, V9, "start_n");
	memmove(m + 16, m + 32, 32);
	m[15] = 1;
	tw_give(c, now, m, len - 16);
	assert_int_equal(tw_action(&b, now, TW_SERVER_START).session->id, id[1]);
	assert_ptr_equal(tw_server_started(b.server, now, id[1], TW_ACCEPT_OK), c);
	tw_server_conn_destroy(c, now);
	assert_int_equal(tw_action(&b, now, TW_SERVER_DELETE).session->id, id[1]);
	tw_bench_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_exchange_v03),
		cmocka_unit_test(protected_exchange_v06),
		cmocka_unit_test(individual_control_v09),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

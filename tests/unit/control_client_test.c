/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "tw_vectors.h"

#include <errno.h>

#include "tw_control_test.h"

#include "tw_client_test.h"

#define V3 "V03_open_mode_exchange"
#define V6 "V06_protected_control"
#define V9 "V09_individual_session_control"

static void open_exchange_v03(void **state)
{
	struct tw_client_config cfg;
	struct tw_client_request r = cl_vector_request();
	struct tw_client_event e;
	struct tw_client *c;
	uint32_t index = 99;
	uint8_t m[164];

	(void)state;
	tw_client_config_init(&cfg);
	c = cl_make(&cfg);
	assert_int_equal(tw_client_request(c, TW_SEC(0), &r, &index), 0);
	assert_int_equal(index, 0);
	cl_expect(c, m, 0);
	cl_give(c, m, tw_wire(m, sizeof(m), V3, "0", "hex"));
	cl_expect(c, m, tw_wire(m, sizeof(m), V3, "1", "hex"));
	cl_give(c, m, tw_wire(m, sizeof(m), V3, "2", "hex"));
	cl_event(c, TW_CLIENT_EV_READY);
	assert_int_equal(tw_client_mode(c), 1);
	assert_true(tw_client_server_start_time(c).v == TW_TEST_EPOCH);
	cl_expect(c, m, tw_wire(m, sizeof(m), V3, "3", "hex"));
	assert_int_equal(tw_client_start(c, TW_SEC(0)), -EAGAIN);
	assert_int_equal(tw_client_stop(c, TW_SEC(0), TW_ACCEPT_OK), -EAGAIN);
	cl_give(c, m, tw_wire(m, sizeof(m), V3, "4", "hex"));
	e = cl_event(c, TW_CLIENT_EV_SESSION);
	assert_int_equal(e.session->state, TW_CLIENT_ACCEPTED);
	assert_int_equal(e.session->port, 20001); /* another one than asked for */
	assert_int_equal(e.session->sid[15], 0xef);
	assert_int_equal(tw_client_awaits(c), 0);
	assert_int_equal(tw_client_deadline(c).v, INT64_MAX);

	assert_int_equal(tw_client_start(c, TW_SEC(0)), 0);
	cl_expect(c, m, tw_wire(m, sizeof(m), V3, "5", "hex"));
	assert_int_equal(tw_client_start(c, TW_SEC(0)), -EAGAIN);
	cl_no_event(c);
	cl_give(c, m, tw_wire(m, sizeof(m), V3, "6", "hex"));
	assert_int_equal(cl_event(c, TW_CLIENT_EV_SESSION).session->state, TW_CLIENT_STARTED);
	assert_int_equal(tw_client_start(c, TW_SEC(0)), -EBUSY);

	assert_int_equal(tw_client_stop(c, TW_SEC(0), TW_ACCEPT_OK), 0);
	cl_expect(c, m, tw_wire(m, sizeof(m), V3, "7", "hex"));
	assert_int_equal(cl_event(c, TW_CLIENT_EV_SESSION).session->state, TW_CLIENT_STOPPED);
	assert_int_equal(tw_client_stop(c, TW_SEC(0), TW_ACCEPT_OK), -ENOENT);
	assert_int_equal(tw_client_failed(c, NULL), 0);
	tw_client_destroy(c);
	tw_client_destroy(NULL);
}

static void protected_exchange_v06(void **state)
{
	struct tw_client_config cfg;
	struct tw_fake_random random = {.n = 0};
	struct tw_client_request r = cl_vector_request();
	const struct tw_client_session *s;
	struct tw_client *c;
	uint32_t index;
	uint8_t want[32];
	uint8_t m[164];
	size_t n;

	(void)state;
	tw_fake_count_up(&random, 0x60, 16); /* AES Session-key */
	tw_fake_count_up(&random, 0x80, 32); /* HMAC Session-key */
	tw_fake_count_up(&random, 0x50, 16); /* Client-IV */
	tw_client_config_init(&cfg);
	cfg.key_id = "probe-1";
	cfg.passphrase = TW_TEST_PASSPHRASE;
	cfg.passphrase_len = strlen(TW_TEST_PASSPHRASE);
	cfg.random = tw_fake_random;
	cfg.random_arg = &random;
	r.padding_length = 64;
	c = cl_make(&cfg);
	assert_int_equal(tw_client_request(c, TW_SEC(0), &r, &index), 0);
	n = tw_wire(m, sizeof(m), V6, "0", "wire");
	for (size_t i = 0; i < n; i++)
		cl_give(c, m + i, 1);
	cl_expect(c, m,
		tw_wire(m, sizeof(m), V6, "1", "wire")); /* 7 is offered: 4 is the strictest */
	n = tw_wire(m, sizeof(m), V6, "2", "wire");
	for (size_t i = 0; i < n; i++)
		cl_give(c, m + i, 1);
	assert_true(tw_client_server_start_time(c).v == TW_TEST_EPOCH);
	cl_expect(c, m, tw_wire(m, sizeof(m), V6, "3", "wire"));
	n = tw_wire(m, sizeof(m), V6, "4", "wire");
	for (size_t i = 0; i < n; i++)
		cl_give(c, m + i, 1);
	s = tw_client_session(c, 0);
	assert_int_equal(s->state, TW_CLIENT_ACCEPTED);
	tw_vector_hex(want, "V07_test_keys", "test_aes");
	assert_memory_equal(s->keys.aes, want, 16);
	tw_vector_hex(want, "V07_test_keys", "test_hmac");
	assert_memory_equal(s->keys.hmac, want, 32);
	assert_int_equal(tw_client_start(c, TW_SEC(0)), 0);
	cl_expect(c, m, tw_wire(m, sizeof(m), V6, "5", "wire"));
	cl_give(c, m, tw_wire(m, sizeof(m), V6, "6", "wire"));
	assert_int_equal(tw_client_stop(c, TW_SEC(0), TW_ACCEPT_OK), 0);
	cl_expect(c, m, tw_wire(m, sizeof(m), V6, "7", "wire"));
	assert_null(tw_client_session(c, 1));
	tw_client_destroy(c);
}

/* Any flipped bit of a protected answer: the connection is dropped, nothing of it is used. */
static void tampered_answers_are_noticed(void **state)
{
	struct tw_client_request r = cl_vector_request();
	uint8_t m[164];

	(void)state;
	r.padding_length = 64;
	for (size_t at = 0; at < 48; at++) {
		struct tw_client_config cfg;
		struct tw_fake_random random = {.n = 0};
		struct tw_client *c;
		uint32_t index;

		tw_fake_count_up(&random, 0x60, 16);
		tw_fake_count_up(&random, 0x80, 32);
		tw_fake_count_up(&random, 0x50, 16);
		tw_client_config_init(&cfg);
		cfg.key_id = "probe-1";
		cfg.passphrase = TW_TEST_PASSPHRASE;
		cfg.passphrase_len = strlen(TW_TEST_PASSPHRASE);
		cfg.random = tw_fake_random;
		cfg.random_arg = &random;
		c = cl_make(&cfg);
		tw_client_request(c, TW_SEC(0), &r, &index);
		cl_give(c, m, tw_wire(m, sizeof(m), V6, "0", "wire"));
		cl_give(c, m, tw_wire(m, sizeof(m), V6, "2", "wire"));
		tw_wire(m, sizeof(m), V6, "4", "wire");
		m[at] ^= 0x20;
		cl_give(c, m, 48);
		cl_failed(c, -EBADMSG, "the server's Accept-Session did not authenticate");
		assert_int_equal(tw_client_session(c, 0)->state, TW_CLIENT_REQUESTED);
		assert_int_equal(tw_client_feed(c, TW_SEC(0), m, 1), 0);
		tw_client_destroy(c);
	}
}

static void individual_control_v09(void **state)
{
	struct tw_client_config cfg;
	struct tw_client_request r = cl_vector_request();
	struct tw_client *c;
	uint8_t m[164] = {0};
	uint32_t index;
	size_t n;

	(void)state;
	tw_client_config_init(&cfg);
	cfg.modes = 0x11;
	cfg.require = 0x10;
	cfg.window = 2;
	c = cl_make(&cfg);
	assert_int_equal(tw_client_request(c, TW_SEC(0), &r, &index), 0);
	assert_int_equal(tw_client_request(c, TW_SEC(0), &r, &index), 0);
	assert_int_equal(index, 1);
	tw_vector_hex(m, V3, "other", "greeting_modes_3ff");
	cl_give(c, m, 64);
	memset(m, 0, sizeof(m));
	m[3] = 0x11;
	cl_expect(c, m, 164);
	cl_give(c, m, tw_wire(m, sizeof(m), V3, "2", "hex"));
	tw_client_output(c, &n);
	assert_int_equal(n, 2 * 112); /* the window */
	tw_client_sent(c, TW_SEC(0), n);
	tw_wire(m, sizeof(m), V3, "4", "hex");
	cl_give(c, m, 48);
	memcpy(m + 16, "\x0b\xad\xf0\x0d", 4);
	cl_give(c, m, 48);
	assert_int_equal(tw_client_start(c, TW_SEC(0)), 0);
	cl_expect(c, m, tw_vector_hex(m, V9, "start_n"));
	cl_event(c, TW_CLIENT_EV_READY);
	for (int i = 0; i < 2; i++)
		cl_event(c, TW_CLIENT_EV_SESSION);
	/* in any order */
	cl_give(c, m, tw_vector_hex(m, V9, "start_n_ack_busy"));
	cl_give(c, m, tw_vector_hex(m, V9, "start_n_ack_ok"));
	assert_int_equal(cl_event(c, TW_CLIENT_EV_SESSION).index, 1);
	assert_int_equal(tw_client_session(c, 1)->state, TW_CLIENT_ACCEPTED);
	assert_int_equal(tw_client_session(c, 1)->accept, TW_ACCEPT_TEMPORARY_LIMIT);
	assert_int_equal(cl_event(c, TW_CLIENT_EV_SESSION).index, 0);
	assert_int_equal(tw_client_session(c, 0)->state, TW_CLIENT_STARTED);
	index = 1;
	assert_int_equal(tw_client_stop_some(c, TW_SEC(0), &index, 1), 0);
	tw_client_output(c, &n);
	tw_client_sent(c, TW_SEC(0), n);
	/* two commands under way, answers of either kind */
	index = 0;
	assert_int_equal(tw_client_stop_some(c, TW_SEC(0), &index, 1), 0);
	cl_expect(c, m, tw_vector_hex(m, V9, "stop_n"));
	assert_int_equal(tw_client_stop_some(c, TW_SEC(0), &index, 1), -EINVAL);
	cl_give(c, m, tw_vector_hex(m, V9, "stop_n_ack"));
	assert_int_equal(tw_client_session(c, 0)->state, TW_CLIENT_STOPPED);
	assert_int_equal(tw_client_session(c, 1)->state, TW_CLIENT_STOPPING);
	/* an answer about a session that nobody asked about */
	cl_give(c, m, tw_vector_hex(m, V9, "stop_n_ack"));
	cl_failed(c, -EPROTO, "Stop-N-Ack of a session that was not asked for");
	tw_client_destroy(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_exchange_v03),
		cmocka_unit_test(protected_exchange_v06),
		cmocka_unit_test(tampered_answers_are_noticed),
		cmocka_unit_test(individual_control_v09),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

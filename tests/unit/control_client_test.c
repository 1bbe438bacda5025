/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "tw_vectors.h"

#include <errno.h>

#include "tw_control_test.h"

#define V3 "V03_open_mode_exchange"
#define V6 "V06_protected_control"
#define V9 "V09_individual_session_control"

static size_t wire(uint8_t *buf, size_t cap, const char *vector, const char *index, const char *key)
{
	return tw_unhex(tw_vector(vector, "messages", index, key), buf, cap);
}

/* The session that the vectors ask for. */
static struct tw_client_request vector_request(void)
{
	struct tw_client_request r = {.dscp = 46, .padding_length = 27, .timeout = TW_SEC(2)};

	tw_addr_parse("192.0.2.1", &r.sender.addr);
	tw_addr_parse("192.0.2.2", &r.receiver.addr);
	r.sender.port = 20000;
	r.receiver.port = 862;
	return r;
}

static struct tw_client *make(struct tw_client_config *cfg)
{
	struct tw_client *c = NULL;

	assert_int_equal(tw_client_create(cfg, TW_SEC(0), &c), 0);
	return c;
}

static void expect(struct tw_client *c, const void *want, size_t n)
{
	size_t len;
	const uint8_t *p = tw_client_output(c, &len);

	assert_int_equal(len, n);
	assert_memory_equal(p, want, n);
	tw_client_sent(c, TW_SEC(0), n);
}

static void give(struct tw_client *c, const void *p, size_t n)
{
	assert_int_equal(tw_client_feed(c, TW_SEC(0), p, n), n);
}

static struct tw_client_event event(struct tw_client *c, enum tw_client_event_kind kind)
{
	struct tw_client_event e;

	assert_true(tw_client_next_event(c, &e));
	assert_int_equal(e.kind, kind);
	return e;
}

static void no_event(struct tw_client *c)
{
	struct tw_client_event e;

	assert_false(tw_client_next_event(c, &e));
}

static void failed(struct tw_client *c, int error, const char *why)
{
	const char *text = NULL;

	assert_int_equal(tw_client_failed(c, &text), error);
	assert_string_equal(text, why);
}

static void open_exchange_v03(void **state)
{
	struct tw_client_config cfg;
	struct tw_client_request r = vector_request();
	struct tw_client_event e;
	struct tw_client *c;
	uint32_t index = 99;
	uint8_t m[164];

	(void)state;
	tw_client_config_init(&cfg);
	c = make(&cfg);
	assert_int_equal(tw_client_request(c, TW_SEC(0), &r, &index), 0);
	assert_int_equal(index, 0);
	expect(c, m, 0);
	give(c, m, wire(m, sizeof(m), V3, "0", "hex"));
	expect(c, m, wire(m, sizeof(m), V3, "1", "hex"));
	give(c, m, wire(m, sizeof(m), V3, "2", "hex"));
	event(c, TW_CLIENT_EV_READY);
	assert_int_equal(tw_client_mode(c), 1);
	assert_true(tw_client_server_start_time(c).v == TW_TEST_EPOCH);
	expect(c, m, wire(m, sizeof(m), V3, "3", "hex"));
	assert_int_equal(tw_client_start(c, TW_SEC(0)), -EAGAIN);
	give(c, m, wire(m, sizeof(m), V3, "4", "hex"));
	e = event(c, TW_CLIENT_EV_SESSION);
	assert_int_equal(e.session->state, TW_CLIENT_ACCEPTED);
	assert_int_equal(e.session->port, 20001); /* another one than asked for */
	assert_int_equal(e.session->sid[15], 0xef);
	assert_int_equal(tw_client_awaits(c), 0);
	assert_int_equal(tw_client_deadline(c).v, INT64_MAX);

	assert_int_equal(tw_client_start(c, TW_SEC(0)), 0);
	expect(c, m, wire(m, sizeof(m), V3, "5", "hex"));
	assert_int_equal(tw_client_stop(c, TW_SEC(0), TW_ACCEPT_OK), -EAGAIN);
	no_event(c);
	give(c, m, wire(m, sizeof(m), V3, "6", "hex"));
	assert_int_equal(event(c, TW_CLIENT_EV_SESSION).session->state, TW_CLIENT_STARTED);
	assert_int_equal(tw_client_start(c, TW_SEC(0)), -EBUSY);

	assert_int_equal(tw_client_stop(c, TW_SEC(0), TW_ACCEPT_OK), 0);
	expect(c, m, wire(m, sizeof(m), V3, "7", "hex"));
	assert_int_equal(event(c, TW_CLIENT_EV_SESSION).session->state, TW_CLIENT_STOPPED);
	assert_int_equal(tw_client_stop(c, TW_SEC(0), TW_ACCEPT_OK), -ENOENT);
	assert_int_equal(tw_client_failed(c, NULL), 0);
	tw_client_destroy(c);
	tw_client_destroy(NULL);
}

static void protected_exchange_v06(void **state)
{
	struct tw_client_config cfg;
	struct tw_fake_random random = {.n = 0};
	struct tw_client_request r = vector_request();
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
	c = make(&cfg);
	assert_int_equal(tw_client_request(c, TW_SEC(0), &r, &index), 0);
	n = wire(m, sizeof(m), V6, "0", "wire");
	for (size_t i = 0; i < n; i++)
		give(c, m + i, 1);
	expect(c, m, wire(m, sizeof(m), V6, "1", "wire")); /* 7 is offered: 4 is the strictest */
	n = wire(m, sizeof(m), V6, "2", "wire");
	for (size_t i = 0; i < n; i++)
		give(c, m + i, 1);
	assert_true(tw_client_server_start_time(c).v == TW_TEST_EPOCH);
	expect(c, m, wire(m, sizeof(m), V6, "3", "wire"));
	n = wire(m, sizeof(m), V6, "4", "wire");
	for (size_t i = 0; i < n; i++)
		give(c, m + i, 1);
	s = tw_client_session(c, 0);
	assert_int_equal(s->state, TW_CLIENT_ACCEPTED);
	tw_vector_hex(want, "V07_test_keys", "test_aes");
	assert_memory_equal(s->keys.aes, want, 16);
	tw_vector_hex(want, "V07_test_keys", "test_hmac");
	assert_memory_equal(s->keys.hmac, want, 32);
	assert_int_equal(tw_client_start(c, TW_SEC(0)), 0);
	expect(c, m, wire(m, sizeof(m), V6, "5", "wire"));
	give(c, m, wire(m, sizeof(m), V6, "6", "wire"));
	assert_int_equal(tw_client_stop(c, TW_SEC(0), TW_ACCEPT_OK), 0);
	expect(c, m, wire(m, sizeof(m), V6, "7", "wire"));
	assert_null(tw_client_session(c, 1));
	tw_client_destroy(c);
}

/* Any flipped bit of a protected answer: the connection is dropped, nothing of it is used. */
static void tampered_answers_are_noticed(void **state)
{
	struct tw_client_request r = vector_request();
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
		c = make(&cfg);
		tw_client_request(c, TW_SEC(0), &r, &index);
		give(c, m, wire(m, sizeof(m), V6, "0", "wire"));
		give(c, m, wire(m, sizeof(m), V6, "2", "wire"));
		wire(m, sizeof(m), V6, "4", "wire");
		m[at] ^= 0x20;
		give(c, m, 48);
		failed(c, -EBADMSG, "the server's Accept-Session did not authenticate");
		assert_int_equal(tw_client_session(c, 0)->state, TW_CLIENT_REQUESTED);
		assert_int_equal(tw_client_feed(c, TW_SEC(0), m, 1), 0);
		tw_client_destroy(c);
	}
}

static void individual_control_v09(void **state)
{
	struct tw_client_config cfg;
	struct tw_client_request r = vector_request();
	struct tw_client *c;
	uint8_t m[164] = {0};
	uint32_t index;
	size_t n;

	(void)state;
	tw_client_config_init(&cfg);
	cfg.modes = 0x11;
	cfg.require = 0x10;
	cfg.window = 2;
	c = make(&cfg);
	assert_int_equal(tw_client_request(c, TW_SEC(0), &r, &index), 0);
	assert_int_equal(tw_client_request(c, TW_SEC(0), &r, &index), 0);
	assert_int_equal(index, 1);
	tw_vector_hex(m, V3, "other", "greeting_modes_3ff");
	give(c, m, 64);
	memset(m, 0, sizeof(m));
	m[3] = 0x11;
	expect(c, m, 164);
	give(c, m, wire(m, sizeof(m), V3, "2", "hex"));
	tw_client_output(c, &n);
	assert_int_equal(n, 2 * 112); /* the window */
	tw_client_sent(c, TW_SEC(0), n);
	wire(m, sizeof(m), V3, "4", "hex");
	give(c, m, 48);
	memcpy(m + 16, "\x0b\xad\xf0\x0d", 4);
	give(c, m, 48);
	assert_int_equal(tw_client_start(c, TW_SEC(0)), 0);
	expect(c, m, tw_vector_hex(m, V9, "start_n"));
	event(c, TW_CLIENT_EV_READY);
	for (int i = 0; i < 2; i++)
		event(c, TW_CLIENT_EV_SESSION);
	/* in any order */
	give(c, m, tw_vector_hex(m, V9, "start_n_ack_busy"));
	give(c, m, tw_vector_hex(m, V9, "start_n_ack_ok"));
	assert_int_equal(event(c, TW_CLIENT_EV_SESSION).index, 1);
	assert_int_equal(tw_client_session(c, 1)->state, TW_CLIENT_ACCEPTED);
	assert_int_equal(tw_client_session(c, 1)->accept, TW_ACCEPT_TEMPORARY_LIMIT);
	assert_int_equal(event(c, TW_CLIENT_EV_SESSION).index, 0);
	assert_int_equal(tw_client_session(c, 0)->state, TW_CLIENT_STARTED);
	index = 1;
	assert_int_equal(tw_client_stop_some(c, TW_SEC(0), &index, 1), 0);
	tw_client_output(c, &n);
	tw_client_sent(c, TW_SEC(0), n);
	/* two commands under way, answers of either kind */
	index = 0;
	assert_int_equal(tw_client_stop_some(c, TW_SEC(0), &index, 1), 0);
	expect(c, m, tw_vector_hex(m, V9, "stop_n"));
	assert_int_equal(tw_client_stop_some(c, TW_SEC(0), &index, 1), -EINVAL);
	give(c, m, tw_vector_hex(m, V9, "stop_n_ack"));
	assert_int_equal(tw_client_session(c, 0)->state, TW_CLIENT_STOPPED);
	assert_int_equal(tw_client_session(c, 1)->state, TW_CLIENT_STOPPING);
	/* an answer about a session that nobody asked about */
	give(c, m, tw_vector_hex(m, V9, "stop_n_ack"));
	failed(c, -EPROTO, "Stop-N-Ack of a session that was not asked for");
	tw_client_destroy(c);
}

static void greeting(uint8_t *m, uint32_t modes, uint32_t count)
{
	struct tw_greeting g = {.modes = modes, .count = count};

	tw_greeting_build(&g, m, TW_GREETING_LEN);
}

static void modes_are_chosen(void **state)
{
	static const struct {
		uint32_t offered;
		uint32_t wanted;
		uint32_t require;
		bool key;
		uint32_t selected;
		int error;
		const char *why;
	} rows[] = {
		/* the strictest common one */
		{15, 15, 0, true, 4, 0, NULL},
		{15, 15, 0, false, 1, 0, NULL},
		{11, 15, 0, true, 2, 0, NULL},
		{9, 15, 0, true, 8, 0, NULL},
		{15, 8, 0, true, 8, 0, NULL},
		/* features that both have; unknown bits are nothing to us */
		{0xfffffff1, 1 | 32 | 64 | 256 | 512, 0, false, 1 | 32 | 64 | 256 | 512, 0, NULL},
		{1 | 16, 1, 0, false, 1, 0, NULL},
		{0, 15, 0, true, 0, -ECONNREFUSED, "the server takes nobody now (Modes 0)"},
		{14, 15, 0, false, 0, -ENOTSUP,
			"no common mode: the server offers authenticated+encrypted+mixed, we take "
			"unauthenticated"},
		{1, 1 | 32, 32, false, 0, -ENOTSUP,
			"the server does not offer reflect-octets (it offers unauthenticated)"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tw_client_config cfg;
		struct tw_client *c;
		uint8_t m[64];
		const uint8_t *p;
		size_t n;

		tw_client_config_init(&cfg);
		cfg.modes = rows[i].wanted;
		cfg.require = rows[i].require;
		cfg.key_id = "k";
		cfg.passphrase = rows[i].key ? "p" : NULL;
		cfg.passphrase_len = rows[i].key;
		c = make(&cfg);
		greeting(m, rows[i].offered, 1024);
		give(c, m, 64);
		assert_int_equal(tw_client_mode(c), rows[i].selected);
		assert_int_equal(tw_client_offered(c), rows[i].offered);
		if (rows[i].error)
			failed(c, rows[i].error, rows[i].why);
		p = tw_client_output(c, &n);
		/* who declines says Mode 0, except to a server that sent us away */
		assert_int_equal(n, rows[i].offered ? 164 : 0);
		if (n)
			assert_int_equal(
				p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3], rows[i].selected);
		tw_client_destroy(c);
	}
}

/* RFC 5357 section 3.1: a power of two from 1,024 to our maximum. */
static void absurd_counts(void **state)
{
	static const uint32_t bad[] = {0, 1, 512, 1025, 65536, 0x80000000U, 0xffffffffU};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct tw_client_config cfg;
		struct tw_client *c;
		uint8_t m[64];

		tw_client_config_init(&cfg);
		cfg.key_id = "k";
		cfg.passphrase = "p";
		cfg.passphrase_len = 1;
		c = make(&cfg);
		greeting(m, 7, bad[i]);
		give(c, m, 64);
		assert_int_equal(tw_client_failed(c, NULL), -ERANGE);
		tw_client_destroy(c);
		/* in open mode the count means nothing */
		cfg.modes = 1;
		c = make(&cfg);
		give(c, m, 64);
		assert_int_equal(tw_client_failed(c, NULL), 0);
		tw_client_destroy(c);
	}
}

static void refusals_in_words(void **state)
{
	struct tw_client_config cfg;
	struct tw_client_request r = vector_request();
	struct tw_client *c;
	struct tw_client_event e;
	uint8_t m[164];
	uint32_t index;

	(void)state;
	tw_client_config_init(&cfg);
	c = make(&cfg);
	greeting(m, 1, 1024);
	give(c, m, 64);
	tw_vector_hex(m, V3, "other", "server_start_reject_5");
	give(c, m, 48);
	failed(c, -ECONNREFUSED,
		"the server refused the connection: temporary resource limitation (Accept 5)");
	assert_int_equal(tw_client_accept(c), 5);
	no_event(c);
	tw_client_destroy(c);

	c = make(&cfg);
	greeting(m, 1, 1024);
	give(c, m, 64);
	give(c, m, wire(m, sizeof(m), V3, "2", "hex"));
	for (int i = 0; i < 2; i++)
		assert_int_equal(tw_client_request(c, TW_SEC(0), &r, &index), 0);
	tw_vector_hex(m, V3, "other", "accept_session_reject_3");
	give(c, m, 48);
	event(c, TW_CLIENT_EV_READY);
	e = event(c, TW_CLIENT_EV_SESSION);
	assert_int_equal(e.session->state, TW_CLIENT_REFUSED);
	assert_int_equal(e.session->accept, 3);
	give(c, m, wire(m, sizeof(m), V3, "4", "hex"));
	assert_int_equal(event(c, TW_CLIENT_EV_SESSION).session->state, TW_CLIENT_ACCEPTED);
	assert_int_equal(tw_client_start(c, TW_SEC(0)), 0);
	memset(m, 0, 32);
	m[0] = 77; /* who knows: a failure */
	give(c, m, 32);
	failed(c, -ECONNREFUSED,
		"the server refused to start: failure, reason unspecified (Accept 77)");
	assert_int_equal(tw_client_session(c, 1)->state, TW_CLIENT_ACCEPTED);
	tw_client_destroy(c);
}

static void ends_and_silence(void **state)
{
	static const char *const awaited[] = {
		"Server-Greeting", "Server-Start", "Accept-Session", "Start-Ack"};
	struct tw_client_request r = vector_request();

	(void)state;
	for (int silent = 0; silent < 2; silent++) {
		for (int step = 0; step <= 4; step++) {
			struct tw_client_config cfg;
			struct tw_client *c;
			uint8_t m[164];
			uint32_t index;
			char want[128];

			tw_client_config_init(&cfg);
			c = make(&cfg);
			tw_client_request(c, TW_SEC(0), &r, &index);
			if (step > 0)
				give(c, m, wire(m, sizeof(m), V3, "0", "hex"));
			if (step > 1)
				give(c, m, wire(m, sizeof(m), V3, "2", "hex"));
			if (step > 2)
				give(c, m, wire(m, sizeof(m), V3, "4", "hex"));
			if (step > 2)
				assert_int_equal(tw_client_start(c, TW_SEC(0)), 0);
			if (step > 3)
				give(c, m, wire(m, sizeof(m), V3, "6", "hex"));
			if (silent && step < 4) {
				assert_int_equal(tw_client_deadline(c).v, TW_SEC(30).v);
				tw_client_tick(c, TW_SEC(29));
				assert_int_equal(tw_client_failed(c, NULL), 0);
				tw_client_tick(c, TW_SEC(30));
				snprintf(want, sizeof(want), "no %s from the server within 30 s",
					awaited[step]);
				failed(c, -ETIMEDOUT, want);
			} else if (silent) {
				assert_int_equal(tw_client_deadline(c).v, INT64_MAX);
			} else {
				snprintf(want, sizeof(want),
					step < 4
						? "the server closed the connection instead of a %s"
						: "the server closed the connection",
					step < 4 ? awaited[step] : "");
				tw_client_eof(c, TW_SEC(1));
				failed(c, -ECONNRESET, want);
			}
			tw_client_destroy(c);
		}
	}
}

static void messages_nobody_asked_for(void **state)
{
	struct tw_client_config cfg;
	struct tw_client *c;
	uint8_t m[164];

	(void)state;
	tw_client_config_init(&cfg);
	c = make(&cfg);
	give(c, m, wire(m, sizeof(m), V3, "0", "hex"));
	give(c, m, wire(m, sizeof(m), V3, "2", "hex"));
	assert_int_equal(tw_client_feed(c, TW_SEC(0), m, 48), 16);
	failed(c, -EPROTO, "the server sent a message that nobody asked for");
	tw_client_destroy(c);
}

static void what_cannot_be_asked_for(void **state)
{
	struct tw_client_config cfg;
	struct tw_client_request r = vector_request();
	struct tw_client *c = NULL;
	uint32_t index;

	(void)state;
	tw_client_config_init(&cfg);
	cfg.modes = 4; /* no key */
	assert_int_equal(tw_client_create(&cfg, TW_SEC(0), &c), -EINVAL);
	cfg.modes = 1;
	cfg.require = 4;
	assert_int_equal(tw_client_create(&cfg, TW_SEC(0), &c), -EINVAL);
	cfg.require = 128;
	assert_int_equal(tw_client_create(&cfg, TW_SEC(0), &c), -EINVAL);
	cfg.require = 0;
	cfg.sessions = 1;
	c = make(&cfg);
	r.sender.port = 0;
	assert_int_equal(tw_client_request(c, TW_SEC(0), &r, &index), -EINVAL);
	r = vector_request();
	tw_addr_parse("::1", &r.sender.addr);
	assert_int_equal(tw_client_request(c, TW_SEC(0), &r, &index), -EINVAL);
	r = vector_request();
	assert_int_equal(tw_client_request(c, TW_SEC(0), &r, &index), 0);
	assert_int_equal(tw_client_request(c, TW_SEC(0), &r, &index), -ENOSPC);
	assert_int_equal(tw_client_start(c, TW_SEC(0)), -EAGAIN);
	assert_int_equal(tw_client_stop(c, TW_SEC(0), 0), -EAGAIN);
	assert_int_equal(tw_client_start_some(c, TW_SEC(0), &index, 1), -EAGAIN);
	tw_client_destroy(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_exchange_v03),
		cmocka_unit_test(protected_exchange_v06),
		cmocka_unit_test(tampered_answers_are_noticed),
		cmocka_unit_test(individual_control_v09),
		cmocka_unit_test(modes_are_chosen),
		cmocka_unit_test(absurd_counts),
		cmocka_unit_test(refusals_in_words),
		cmocka_unit_test(ends_and_silence),
		cmocka_unit_test(messages_nobody_asked_for),
		cmocka_unit_test(what_cannot_be_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Servers that say no, nothing, or nonsense. */

#include "tw_test.h"

#include "tw_vectors.h"

#include <errno.h>

#include "tw_control_test.h"

#include "tw_client_test.h"

#define V3 "V03_open_mode_exchange"

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
		c = cl_make(&cfg);
		greeting(m, rows[i].offered, 1024);
		cl_give(c, m, 64);
		assert_int_equal(tw_client_mode(c), rows[i].selected);
		assert_int_equal(tw_client_offered(c), rows[i].offered);
		if (rows[i].error)
			cl_failed(c, rows[i].error, rows[i].why);
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
		c = cl_make(&cfg);
		greeting(m, 7, bad[i]);
		cl_give(c, m, 64);
		assert_int_equal(tw_client_failed(c, NULL), -ERANGE);
		tw_client_destroy(c);
		/* in open mode the count means nothing */
		cfg.modes = 1;
		c = cl_make(&cfg);
		cl_give(c, m, 64);
		assert_int_equal(tw_client_failed(c, NULL), 0);
		tw_client_destroy(c);
	}
}

static void refusals_in_words(void **state)
{
	struct tw_client_config cfg;
	struct tw_client_request r = cl_vector_request();
	struct tw_client *c;
	struct tw_client_event e;
	uint8_t m[164];
	uint32_t index;

	(void)state;
	tw_client_config_init(&cfg);
	c = cl_make(&cfg);
	greeting(m, 1, 1024);
	cl_give(c, m, 64);
	tw_vector_hex(m, V3, "other", "server_start_reject_5");
	cl_give(c, m, 48);
	cl_failed(c, -ECONNREFUSED,
		"the server refused the connection: temporary resource limitation (Accept 5)");
	assert_int_equal(tw_client_accept(c), 5);
	cl_no_event(c);
	tw_client_destroy(c);

	c = cl_make(&cfg);
	greeting(m, 1, 1024);
	cl_give(c, m, 64);
	cl_give(c, m, tw_wire(m, sizeof(m), V3, "2", "hex"));
	for (int i = 0; i < 2; i++)
		assert_int_equal(tw_client_request(c, TW_SEC(0), &r, &index), 0);
	tw_vector_hex(m, V3, "other", "accept_session_reject_3");
	cl_give(c, m, 48);
	cl_event(c, TW_CLIENT_EV_READY);
	e = cl_event(c, TW_CLIENT_EV_SESSION);
	assert_int_equal(e.session->state, TW_CLIENT_REFUSED);
	assert_int_equal(e.session->accept, 3);
	cl_give(c, m, tw_wire(m, sizeof(m), V3, "4", "hex"));
	assert_int_equal(cl_event(c, TW_CLIENT_EV_SESSION).session->state, TW_CLIENT_ACCEPTED);
	assert_int_equal(tw_client_start(c, TW_SEC(0)), 0);
	memset(m, 0, 32);
	m[0] = 77; /* who knows: a failure */
	cl_give(c, m, 32);
	cl_failed(c, -ECONNREFUSED,
		"the server refused to start: failure, reason unspecified (Accept 77)");
	assert_int_equal(tw_client_session(c, 1)->state, TW_CLIENT_ACCEPTED);
	tw_client_destroy(c);
}

static void ends_and_silence(void **state)
{
	static const char *const awaited[] = {
		"Server-Greeting", "Server-Start", "Accept-Session", "Start-Ack"};
	struct tw_client_request r = cl_vector_request();

	(void)state;
	for (int silent = 0; silent < 2; silent++) {
		for (int step = 0; step <= 4; step++) {
			struct tw_client_config cfg;
			struct tw_client *c;
			uint8_t m[164];
			uint32_t index;
			char want[128];

			tw_client_config_init(&cfg);
			c = cl_make(&cfg);
			tw_client_request(c, TW_SEC(0), &r, &index);
			if (step > 0)
				cl_give(c, m, tw_wire(m, sizeof(m), V3, "0", "hex"));
			if (step > 1)
				cl_give(c, m, tw_wire(m, sizeof(m), V3, "2", "hex"));
			if (step > 2)
				cl_give(c, m, tw_wire(m, sizeof(m), V3, "4", "hex"));
			if (step > 2)
				assert_int_equal(tw_client_start(c, TW_SEC(0)), 0);
			if (step > 3)
				cl_give(c, m, tw_wire(m, sizeof(m), V3, "6", "hex"));
			if (silent && step < 4) {
				assert_int_equal(tw_client_deadline(c).v, TW_SEC(30).v);
				tw_client_tick(c, TW_SEC(29));
				assert_int_equal(tw_client_failed(c, NULL), 0);
				tw_client_tick(c, TW_SEC(30));
				snprintf(want, sizeof(want), "no %s from the server within 30 s",
					awaited[step]);
				cl_failed(c, -ETIMEDOUT, want);
			} else if (silent) {
				assert_int_equal(tw_client_deadline(c).v, INT64_MAX);
			} else {
				snprintf(want, sizeof(want),
					step < 4
						? "the server closed the connection instead of a %s"
						: "the server closed the connection",
					step < 4 ? awaited[step] : "");
				tw_client_eof(c, TW_SEC(1));
				cl_failed(c, -ECONNRESET, want);
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
	c = cl_make(&cfg);
	cl_give(c, m, tw_wire(m, sizeof(m), V3, "0", "hex"));
	cl_give(c, m, tw_wire(m, sizeof(m), V3, "2", "hex"));
	assert_int_equal(tw_client_feed(c, TW_SEC(0), m, 48), 16);
	cl_failed(c, -EPROTO, "the server sent a message that nobody asked for");
	tw_client_destroy(c);
}

static void what_cannot_be_asked_for(void **state)
{
	struct tw_client_config cfg;
	struct tw_client_request r = cl_vector_request();
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
	c = cl_make(&cfg);
	r.sender.port = 0;
	assert_int_equal(tw_client_request(c, TW_SEC(0), &r, &index), -EINVAL);
	r = cl_vector_request();
	tw_addr_parse("::1", &r.sender.addr);
	assert_int_equal(tw_client_request(c, TW_SEC(0), &r, &index), -EINVAL);
	r = cl_vector_request();
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
		cmocka_unit_test(modes_are_chosen),
		cmocka_unit_test(absurd_counts),
		cmocka_unit_test(refusals_in_words),
		cmocka_unit_test(ends_and_silence),
		cmocka_unit_test(messages_nobody_asked_for),
		cmocka_unit_test(what_cannot_be_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

static size_t wire(uint8_t *buf, size_t cap, const char *vector, const char *index, const char *key)
{
	return tw_unhex(tw_vector(vector, "messages", index, key), buf, cap);
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
	tw_expect(c, m, wire(m, sizeof(m), V3, "0", "hex"));
	tw_give(c, TW_SEC(1), m, wire(m, sizeof(m), V3, "1", "hex"));
	tw_expect(c, m, wire(m, sizeof(m), V3, "2", "hex"));
	tw_no_action(&b, TW_SEC(1));

	tw_give(c, TW_SEC(10.5), m, wire(m, sizeof(m), V3, "3", "hex"));
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
	tw_expect(c, m, wire(m, sizeof(m), V3, "4", "hex"));

	tw_give(c, TW_SEC(11), m, wire(m, sizeof(m), V3, "5", "hex"));
	a = tw_action(&b, TW_SEC(11), TW_SERVER_START);
	assert_int_equal(a.session->receiver.port, 20001);
	tw_expect_nothing(c);
	assert_ptr_equal(tw_server_started(b.server, TW_SEC(11), a.session->id, 0), c);
	tw_expect(c, m, wire(m, sizeof(m), V3, "6", "hex"));
	assert_int_equal(tw_server_conn_deadline(c).v, INT64_MAX); /* SERVWAIT is suspended */

	tw_give(c, TW_SEC(20), m, wire(m, sizeof(m), V3, "7", "hex"));
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
	tw_expect(c, m, wire(m, sizeof(m), V6, "0", "wire"));

	n = wire(m, sizeof(m), V6, "1", "wire");
	for (size_t i = 0; i < n; i++)
		tw_give(c, now, m + i, 1);
	tw_expect(c, m, wire(m, sizeof(m), V6, "2", "wire"));
	assert_string_equal(tw_server_conn_user(c), "probe-1");
	assert_int_equal(tw_server_conn_mode(c), TW_MODE_ENCRYPTED);

	n = wire(m, sizeof(m), V6, "3", "wire");
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
	tw_expect(c, m, wire(m, sizeof(m), V6, "4", "wire"));

	tw_give(c, now, m, wire(m, sizeof(m), V6, "5", "wire"));
	a = tw_action(&b, now, TW_SERVER_START);
	tw_server_started(b.server, now, a.session->id, 0);
	tw_expect(c, m, wire(m, sizeof(m), V6, "6", "wire"));
	tw_give(c, now, m, wire(m, sizeof(m), V6, "7", "wire"));
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
		wire(m, sizeof(m), V3, "3", "hex");
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

static void set_up_open(struct tw_bench *b, struct tw_server_conn *c, uint32_t mode)
{
	uint8_t m[164] = {0};

	(void)b;
	m[2] = (uint8_t)(mode >> 8);
	m[3] = (uint8_t)mode;
	tw_server_conn_sent(c, 64);
	tw_give(c, TW_SEC(0), m, 164);
	tw_server_conn_sent(c, 48);
}

static uint64_t one_session(struct tw_bench *b, struct tw_server_conn *c, struct tw_ns now)
{
	uint8_t m[112];
	uint64_t id;

	wire(m, sizeof(m), V3, "3", "hex");
	tw_give(c, now, m, 112);
	id = tw_action(b, now, TW_SERVER_CREATE).session->id;
	assert_ptr_equal(tw_server_created(b->server, now, id, 0, 862), c);
	tw_server_conn_sent(c, 48);
	return id;
}

static void start_one(struct tw_bench *b, struct tw_server_conn *c, struct tw_ns now, uint64_t id)
{
	uint8_t m[32];

	wire(m, sizeof(m), V3, "5", "hex");
	tw_give(c, now, m, 32);
	tw_action(b, now, TW_SERVER_START);
	assert_ptr_equal(tw_server_started(b->server, now, id, 0), c);
	tw_server_conn_sent(c, 32);
}

/* RFC 5357 section 4.2: a started session without packets ends after REFWAIT. */
static void refwait_asks_and_ends(void **state)
{
	struct tw_bench b;
	struct tw_server_conn *c;
	uint64_t id;
	uint8_t m[32];

	(void)state;
	tw_bench_init(&b);
	tw_bench_serve(&b);
	c = tw_bench_connect(&b, TW_SEC(0));
	set_up_open(&b, c, 1);
	id = one_session(&b, c, TW_SEC(1));
	assert_int_equal(tw_server_deadline(b.server).v, INT64_MAX); /* not before the start */
	start_one(&b, c, TW_SEC(2), id);
	assert_int_equal(tw_server_deadline(b.server).v, TW_SEC(902).v);

	tw_server_tick(b.server, TW_SEC(902));
	tw_action(&b, TW_SEC(902), TW_SERVER_LAST_PACKET);
	assert_int_equal(tw_server_deadline(b.server).v, INT64_MAX);
	tw_server_last_packet(b.server, TW_SEC(902), id, TW_SEC(500));
	assert_int_equal(tw_server_deadline(b.server).v, TW_SEC(1400).v);
	tw_server_tick(b.server, TW_SEC(1400));
	tw_action(&b, TW_SEC(1400), TW_SERVER_LAST_PACKET);
	assert_int_equal(tw_server_conn_deadline(c).v, INT64_MAX);
	tw_server_last_packet(b.server, TW_SEC(1400), id, TW_SEC(500));
	tw_action(&b, TW_SEC(1400), TW_SERVER_DELETE);
	assert_int_equal(tw_server_counters(b.server)->refwait, 1);
	assert_int_equal(tw_server_sessions(b.server), 0);
	/* SERVWAIT resumes when REFWAIT has expired on all sessions (section 3.1) */
	assert_int_equal(tw_server_conn_deadline(c).v, TW_SEC(2300).v);
	/* the client cannot know: its count includes the session that ended */
	wire(m, sizeof(m), V3, "7", "hex");
	tw_give(c, TW_SEC(1401), m, 32);
	assert_false(tw_server_conn_done(c, NULL));
	tw_server_conn_destroy(c, TW_SEC(1402));
	tw_bench_fini(&b);
}

static void servwait_and_setup_wait(void **state)
{
	struct tw_bench b;
	struct tw_server_conn *c;
	const char *why = NULL;
	uint8_t m[164] = {0};

	(void)state;
	tw_bench_init(&b);
	tw_bench_serve(&b);
	c = tw_bench_connect(&b, TW_SEC(0));
	assert_int_equal(tw_server_conn_deadline(c).v, TW_SEC(30).v);
	tw_give(c, TW_SEC(29), m, 163); /* octets alone buy no time */
	assert_int_equal(tw_server_conn_deadline(c).v, TW_SEC(30).v);
	tw_server_conn_tick(c, TW_SEC(29.9));
	assert_false(tw_server_conn_done(c, NULL));
	tw_server_conn_tick(c, TW_SEC(30));
	assert_true(tw_server_conn_done(c, &why));
	assert_string_equal(why, "not set up in time");
	assert_int_equal(tw_server_conn_feed(c, TW_SEC(30), m, 1), 0);
	tw_server_conn_destroy(c, TW_SEC(30));

	c = tw_bench_connect(&b, TW_SEC(100));
	m[3] = 1;
	tw_give(c, TW_SEC(100), m, 164);
	assert_int_equal(tw_server_conn_deadline(c).v, TW_SEC(1000).v);
	tw_server_conn_tick(c, TW_SEC(1000));
	assert_true(tw_server_conn_done(c, &why));
	assert_string_equal(why, "idle for SERVWAIT");
	tw_server_conn_destroy(c, TW_SEC(1000));
	assert_int_equal(tw_server_counters(b.server)->servwait, 1);
	assert_int_equal(tw_server_counters(b.server)->setup_timeout, 1);
	tw_bench_fini(&b);
}

/* Whatever the peer leaves behind when it goes, at each point. */
static void a_peer_that_goes_leaves_nothing(void **state)
{
	struct tw_bench b;
	struct tw_server_conn *c;
	uint64_t id;
	uint8_t m[112];

	(void)state;
	tw_bench_init(&b);
	tw_bench_serve(&b);

	/* CREATE not taken yet */
	c = tw_bench_connect(&b, TW_SEC(0));
	set_up_open(&b, c, 1);
	wire(m, sizeof(m), V3, "3", "hex");
	tw_give(c, TW_SEC(1), m, 112);
	tw_server_conn_destroy(c, TW_SEC(1));
	tw_no_action(&b, TW_SEC(1));
	assert_int_equal(tw_server_sessions(b.server), 0);

	/* CREATE taken, answered after the end */
	for (int ok = 0; ok < 2; ok++) {
		c = tw_bench_connect(&b, TW_SEC(0));
		set_up_open(&b, c, 1);
		tw_give(c, TW_SEC(1), m, 112);
		id = tw_action(&b, TW_SEC(1), TW_SERVER_CREATE).session->id;
		tw_server_conn_destroy(c, TW_SEC(1));
		tw_no_action(&b, TW_SEC(1));
		assert_null(tw_server_created(
			b.server, TW_SEC(2), id, ok ? TW_ACCEPT_OK : TW_ACCEPT_FAILURE, 862));
		if (ok)
			assert_int_equal(
				tw_action(&b, TW_SEC(2), TW_SERVER_DELETE).session->id, id);
		tw_no_action(&b, TW_SEC(2));
		assert_int_equal(tw_server_sessions(b.server), 0);
	}

	/* START not answered */
	c = tw_bench_connect(&b, TW_SEC(0));
	set_up_open(&b, c, 1);
	id = one_session(&b, c, TW_SEC(1));
	wire(m, sizeof(m), V3, "5", "hex");
	tw_give(c, TW_SEC(1), m, 32);
	tw_action(&b, TW_SEC(1), TW_SERVER_START);
	tw_server_conn_destroy(c, TW_SEC(1));
	assert_true(tw_action(&b, TW_SEC(1), TW_SERVER_DELETE).invalid);
	assert_null(tw_server_started(b.server, TW_SEC(2), id, 0));

	/* running */
	c = tw_bench_connect(&b, TW_SEC(0));
	set_up_open(&b, c, 1);
	id = one_session(&b, c, TW_SEC(1));
	start_one(&b, c, TW_SEC(2), id);
	tw_server_conn_destroy(c, TW_SEC(3));
	assert_true(tw_action(&b, TW_SEC(3), TW_SERVER_DELETE).invalid);

	/* stopped: reflects until its Timeout all the same */
	c = tw_bench_connect(&b, TW_SEC(0));
	set_up_open(&b, c, 1);
	id = one_session(&b, c, TW_SEC(1));
	start_one(&b, c, TW_SEC(2), id);
	wire(m, sizeof(m), V3, "7", "hex");
	tw_give(c, TW_SEC(3), m, 32);
	tw_server_conn_destroy(c, TW_SEC(3));
	assert_int_equal(tw_action(&b, TW_SEC(3), TW_SERVER_STOP).until.v, TW_SEC(5).v);
	tw_no_action(&b, TW_SEC(3));
	tw_server_tick(b.server, TW_SEC(5));
	assert_false(tw_action(&b, TW_SEC(5), TW_SERVER_DELETE).invalid);

	assert_int_equal(tw_server_sessions(b.server), 0);
	assert_int_equal(tw_limits_sessions(b.limits), 0);
	assert_int_equal(tw_limits_connections(b.limits), 0);
	tw_bench_fini(&b);
}

/* The data path may lose a session by itself. */
static void sessions_that_vanish(void **state)
{
	struct tw_bench b;
	struct tw_server_conn *c;
	uint64_t id;
	uint8_t m[112];
	size_t len;

	(void)state;
	tw_bench_init(&b);
	tw_bench_serve(&b);
	c = tw_bench_connect(&b, TW_SEC(0));
	set_up_open(&b, c, 1);
	id = one_session(&b, c, TW_SEC(1));
	tw_server_session_gone(b.server, TW_SEC(2), id);
	assert_int_equal(tw_server_sessions(b.server), 0);
	tw_server_session_gone(b.server, TW_SEC(2), id); /* the id is dead */
	assert_int_equal(tw_server_conn_sessions(c), 0);

	id = one_session(&b, c, TW_SEC(3));
	wire(m, sizeof(m), V3, "5", "hex");
	tw_give(c, TW_SEC(4), m, 32);
	tw_action(&b, TW_SEC(4), TW_SERVER_START);
	tw_server_session_gone(b.server, TW_SEC(4), id); /* instead of an answer */
	assert_int_equal(tw_server_conn_output(c, &len)[0], TW_ACCEPT_INTERNAL_ERROR);
	assert_int_equal(len, 32);
	assert_true(tw_server_conn_done(c, NULL));
	tw_server_conn_destroy(c, TW_SEC(5));
	tw_no_action(&b, TW_SEC(5));
	assert_int_equal(tw_server_sessions(b.server), 0);
	tw_bench_fini(&b);
}

/* A peer that does not read gets nothing more to read. */
static void unread_output_stops_the_input(void **state)
{
	struct tw_bench b;
	struct tw_server_conn *c;
	uint8_t m[11 * 112];
	size_t used;

	(void)state;
	tw_bench_init(&b);
	tw_bench_serve(&b);
	c = tw_bench_connect(&b, TW_SEC(0));
	set_up_open(&b, c, 1);
	memset(m, 0, sizeof(m));
	for (int i = 0; i < 11; i++)
		m[112 * i] = TW_CMD_REQUEST_MICRO_SESSIONS; /* refused, 48 octets each */
	used = tw_server_conn_feed(c, TW_SEC(1), m, sizeof(m));
	assert_int_equal(used, 3 * 112);
	assert_false(tw_server_conn_reads(c));
	tw_server_conn_sent(c, 3 * 48);
	assert_int_equal(tw_server_conn_feed(c, TW_SEC(1), m + used, sizeof(m) - used), used);
	tw_server_conn_destroy(c, TW_SEC(2));
	tw_bench_fini(&b);
}

/* Key derivations are rationed: the 33rd in the same moment waits for its turn. */
static void key_derivations_wait_for_their_turn(void **state)
{
	struct tw_bench b;
	struct tw_server_conn *c[36];
	uint8_t m[164] = {0};
	size_t len;

	(void)state;
	tw_bench_init(&b);
	b.config.modes = 6;
	b.config.kdf_per_sec = 100;
	tw_bench_serve(&b);
	m[3] = 2;
	for (int i = 0; i < 36; i++) {
		c[i] = tw_bench_connect(&b, TW_SEC(100));
		tw_server_conn_sent(c[i], 64);
		tw_give(c[i], TW_SEC(100), m, 164);
		/* an unknown KeyID: refused at once, or later */
		assert_int_equal(tw_server_conn_done(c[i], NULL), i < 32);
	}
	for (int i = 32; i < 36; i++) {
		struct tw_ns turn = TW_SEC(100 + 0.01 * (i - 31));

		assert_int_equal(tw_server_conn_deadline(c[i]).v, turn.v);
		assert_false(tw_server_conn_reads(c[i]));
		tw_server_conn_tick(c[i], turn);
		assert_true(tw_server_conn_done(c[i], NULL));
		assert_int_equal(tw_server_conn_output(c[i], &len)[15], TW_ACCEPT_FAILURE);
	}
	for (int i = 0; i < 36; i++)
		tw_server_conn_destroy(c[i], TW_SEC(101));
	assert_int_equal(tw_server_counters(b.server)->bad_token, 36);
	tw_bench_fini(&b);
}

/*
 * An unknown KeyID is derived with a secret of the server's own, to cost the same time. Who guesses
 * that secret is unknown all the same.
 */
static void an_unknown_keyid_stays_unknown(void **state)
{
	const uint8_t guess[32] = {0};
	const uint64_t challenges = 5;
	struct tw_client_config cfg;
	struct tw_client *client;
	struct tw_server_conn *c;
	struct tw_bench b;
	const char *why = NULL;
	const uint8_t *p;
	size_t n;

	(void)state;
	tw_bench_init(&b);
	b.config.modes = 2;
	tw_fake_say(&b.random, &challenges, sizeof(challenges));
	tw_fake_say(&b.random, guess, sizeof(guess));
	tw_bench_serve(&b);
	c = tw_bench_connect(&b, TW_SEC(0));
	tw_client_config_init(&cfg);
	cfg.key_id = "nobody";
	cfg.passphrase = guess;
	cfg.passphrase_len = sizeof(guess);
	assert_int_equal(tw_client_create(&cfg, TW_SEC(0), &client), 0);
	p = tw_server_conn_output(c, &n);
	tw_client_feed(client, TW_SEC(0), p, n);
	tw_server_conn_sent(c, n);
	p = tw_client_output(client, &n);
	tw_give(c, TW_SEC(0), p, n);
	assert_int_equal(tw_server_conn_output(c, &n)[15], TW_ACCEPT_FAILURE);
	assert_true(tw_server_conn_done(c, &why));
	assert_string_equal(why, "unknown KeyID or wrong key");
	tw_client_destroy(client);
	tw_server_conn_destroy(c, TW_SEC(0));
	tw_bench_fini(&b);
}

static void no_challenge_comes_twice(void **state)
{
	struct tw_bench b;
	struct tw_server_conn *c[3];
	const uint8_t *out[3];
	uint8_t zero[256] = {0};
	size_t len;

	(void)state;
	tw_bench_init(&b);
	tw_fake_say(&b.random, zero, sizeof(zero)); /* even of a random source that is stuck */
	tw_bench_serve(&b);
	for (int i = 0; i < 3; i++) {
		c[i] = tw_bench_connect(&b, TW_SEC(0));
		out[i] = tw_server_conn_output(c[i], &len) + 16;
	}
	assert_memory_not_equal(out[0], out[1], 16);
	assert_memory_not_equal(out[1], out[2], 16);
	assert_memory_not_equal(out[0], out[2], 16);
	for (int i = 0; i < 3; i++)
		tw_server_conn_destroy(c[i], TW_SEC(0));
	tw_bench_fini(&b);
}

static void who_may_connect(void **state)
{
	struct tw_bench b;
	struct tw_server_conn *c[3] = {NULL};
	struct tw_prefix p;
	uint8_t bye[64];
	uint8_t zero[64] = {0};

	(void)state;
	tw_bench_init(&b);
	b.limits_config.connections = 2;
	tw_prefix_parse("198.51.100.0/24", &p);
	tw_prefix_list_add(&b.policy.allow, &p);
	tw_bench_serve(&b);
	assert_int_equal(tw_server_conn_create(
				 b.server, TW_SEC(0), &b.client_end, &b.server_end, NULL, &c[0]),
		-EACCES);
	tw_addr_parse("198.51.100.7", &b.client_end.addr);
	for (int i = 0; i < 2; i++)
		c[i] = tw_bench_connect(&b, TW_SEC(0));
	assert_ptr_equal(tw_server_conn_arg(c[0]), &b);
	assert_int_equal(tw_server_conn_create(
				 b.server, TW_SEC(0), &b.client_end, &b.server_end, NULL, &c[2]),
		-EUSERS);
	tw_server_go_away(bye);
	assert_memory_equal(bye, zero, 16); /* Modes 0 */
	tw_server_conn_destroy(c[1], TW_SEC(0));
	c[1] = tw_bench_connect(&b, TW_SEC(0));
	tw_server_conn_destroy(c[0], TW_SEC(0));
	tw_server_conn_destroy(c[1], TW_SEC(0));
	tw_server_conn_destroy(NULL, TW_SEC(0));
	tw_bench_fini(&b);
}

static void limits_of_sessions(void **state)
{
	struct tw_bench b;
	struct tw_server_conn *c;
	uint8_t m[112];
	size_t len;

	(void)state;
	tw_bench_init(&b);
	b.config.sessions_per_connection = 2;
	tw_bench_serve(&b);
	c = tw_bench_connect(&b, TW_SEC(0));
	set_up_open(&b, c, 1);
	one_session(&b, c, TW_SEC(1));
	one_session(&b, c, TW_SEC(1));
	assert_int_equal(tw_server_conn_sessions(c), 2);
	wire(m, sizeof(m), V3, "3", "hex");
	tw_give(c, TW_SEC(1), m, 112);
	assert_int_equal(tw_server_conn_output(c, &len)[0], TW_ACCEPT_TEMPORARY_LIMIT);
	assert_string_equal(tw_server_conn_refusal(c), "too many sessions");
	assert_false(tw_server_conn_done(c, NULL));
	tw_server_conn_destroy(c, TW_SEC(2));
	tw_bench_fini(&b);
}

static void broken_random_is_no_disaster(void **state)
{
	struct tw_bench b;
	struct tw_server_conn *c;
	struct tw_server_conn *d = NULL;
	struct tw_server *s = NULL;
	uint8_t m[112];
	size_t len;

	(void)state;
	tw_bench_init(&b);
	tw_bench_serve(&b);
	c = tw_bench_connect(&b, TW_SEC(0));
	set_up_open(&b, c, 1);
	b.random.broken = true;
	assert_int_equal(tw_server_create(&b.config, TW_SEC(0), &s), -EIO);
	assert_int_equal(
		tw_server_conn_create(b.server, TW_SEC(0), &b.client_end, &b.server_end, NULL, &d),
		-EIO);
	wire(m, sizeof(m), V3, "3", "hex");
	tw_give(c, TW_SEC(1), m, 112);
	assert_int_equal(tw_server_conn_output(c, &len)[0], TW_ACCEPT_INTERNAL_ERROR);
	tw_server_conn_destroy(c, TW_SEC(2));
	assert_int_equal(tw_limits_connections(b.limits), 0);
	assert_int_equal(tw_limits_sessions(b.limits), 0);
	tw_bench_fini(&b);
}

static void configurations_that_make_no_sense(void **state)
{
	struct tw_bench b;
	struct tw_server *s = NULL;
	struct tw_server_config good;

	(void)state;
	tw_bench_init(&b);
	tw_bench_serve(&b);
	good = b.config;
	b.config.modes = 0;
	assert_int_equal(tw_server_create(&b.config, TW_SEC(0), &s), -EINVAL);
	b.config.modes = 16; /* no security bit */
	assert_int_equal(tw_server_create(&b.config, TW_SEC(0), &s), -EINVAL);
	b.config.modes = 1 | 128; /* RFC 7717 is not offered */
	assert_int_equal(tw_server_create(&b.config, TW_SEC(0), &s), -EINVAL);
	b.config = good;
	b.config.modes = 8;
	b.config.keys = NULL;
	assert_int_equal(tw_server_create(&b.config, TW_SEC(0), &s), -EINVAL);
	b.config = good;
	b.config.kdf_count = 1000;
	assert_int_equal(tw_server_create(&b.config, TW_SEC(0), &s), -EINVAL);
	assert_null(s);
	b.config = good;
	tw_bench_fini(&b);
}

/* 2,000 of them, random deadlines: each is due exactly once and in order. */
static void deadlines_come_in_order(void **state)
{
	struct tw_bench b;
	struct tw_server_conn *c;
	struct tw_rand r;
	uint8_t m[112];
	struct tw_ns last = tw_ns(0);
	uint32_t deleted = 0;

	(void)state;
	tw_bench_init(&b);
	b.config.modes = 0x11;
	b.config.sessions = 2000;
	b.config.sessions_per_connection = 2000;
	b.limits_config.sessions = 2000;
	b.limits_config.open_sessions = 2000;
	tw_bench_serve(&b);
	tw_rand_init(&r, 7);
	c = tw_bench_connect(&b, TW_SEC(0));
	set_up_open(&b, c, 0x11);
	for (int i = 0; i < 2000; i++) {
		struct tw_server_action a;
		uint8_t n[48] = {TW_CMD_START_N_SESSIONS};
		uint32_t seconds = (uint32_t)tw_rand_below(&r, 800);

		wire(m, sizeof(m), V3, "3", "hex");
		m[76] = 0;
		m[77] = 0;
		m[78] = (uint8_t)(seconds >> 8);
		m[79] = (uint8_t)seconds;
		tw_give(c, TW_SEC(0), m, 112);
		a = tw_action(&b, TW_SEC(0), TW_SERVER_CREATE);
		tw_server_created(b.server, TW_SEC(0), a.session->id, 0, 862);
		tw_server_conn_sent(c, 48);
		n[15] = 1;
		memcpy(n + 16, a.session->sid, 16);
		tw_give(c, TW_SEC(0), n, 48);
		a = tw_action(&b, TW_SEC(0), TW_SERVER_START);
		tw_server_started(b.server, TW_SEC(0), a.session->id, 0);
		tw_server_conn_sent(c, 48);
		if (i % 3 == 0)
			continue; /* ends with the connection */
		n[0] = TW_CMD_STOP_N_SESSIONS;
		tw_give(c, TW_SEC(0), n, 48);
		tw_action(&b, TW_SEC(0), TW_SERVER_STOP);
		tw_server_conn_sent(c, 48);
	}
	tw_server_conn_destroy(c, TW_SEC(0)); /* takes every third out of the middle */
	for (int i = 0; i < 667; i++)
		tw_action(&b, TW_SEC(0), TW_SERVER_DELETE);
	tw_no_action(&b, TW_SEC(0));
	while (tw_server_deadline(b.server).v != INT64_MAX) {
		struct tw_ns now = tw_server_deadline(b.server);
		struct tw_server_action a;

		assert_true(now.v >= last.v);
		last = now;
		tw_server_tick(b.server, now);
		while (tw_server_next_action(b.server, now, &a)) {
			assert_int_equal(a.kind, TW_SERVER_DELETE);
			assert_int_equal(a.session->timeout.v, now.v);
			deleted++;
		}
	}
	assert_int_equal(deleted, 2000 - 667);
	assert_int_equal(tw_server_sessions(b.server), 0);
	tw_bench_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_exchange_v03),
		cmocka_unit_test(protected_exchange_v06),
		cmocka_unit_test(individual_control_v09),
		cmocka_unit_test(refwait_asks_and_ends),
		cmocka_unit_test(servwait_and_setup_wait),
		cmocka_unit_test(a_peer_that_goes_leaves_nothing),
		cmocka_unit_test(sessions_that_vanish),
		cmocka_unit_test(unread_output_stops_the_input),
		cmocka_unit_test(key_derivations_wait_for_their_turn),
		cmocka_unit_test(an_unknown_keyid_stays_unknown),
		cmocka_unit_test(no_challenge_comes_twice),
		cmocka_unit_test(who_may_connect),
		cmocka_unit_test(limits_of_sessions),
		cmocka_unit_test(broken_random_is_no_disaster),
		cmocka_unit_test(configurations_that_make_no_sense),
		cmocka_unit_test(deadlines_come_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

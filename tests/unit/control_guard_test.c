/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Who is kept out, and what a peer can cost. */

#include "tw_test.h"

#include "tw_vectors.h"

#include <errno.h>

#include "tw_control_test.h"

#define V3 "V03_open_mode_exchange"

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
	tw_set_up_open(c, 1);
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

/* However large a flood was: when those that wait have had their turn, a newcomer has his. */
static void a_flood_of_set_ups_is_over_when_it_is_over(void **state)
{
	struct tw_server_conn *c;
	struct tw_bench b;
	uint8_t m[164] = {0};
	int refused = 0;
	size_t len;

	(void)state;
	tw_bench_init(&b);
	b.config.modes = 2;
	b.config.kdf_per_sec = 1;
	b.config.setup_wait = TW_SEC(30);
	tw_bench_serve(&b);
	m[3] = 2;
	for (int i = 0; i < 500; i++) {
		c = tw_bench_connect(&b, TW_SEC(100));
		tw_server_conn_sent(c, 64);
		tw_give(c, TW_SEC(100), m, 164);
		refused += tw_server_conn_done(c, NULL) &&
			   tw_server_conn_output(c, &len)[15] == TW_ACCEPT_TEMPORARY_LIMIT;
		tw_server_conn_destroy(c, TW_SEC(100));
	}
	/* 32 at once, and what can be done in 30 s */
	assert_in_range(refused, 500 - 32 - 31, 500 - 32 - 29);
	c = tw_bench_connect(&b, TW_SEC(132));
	tw_server_conn_sent(c, 64);
	tw_give(c, TW_SEC(132), m, 164);
	assert_true(tw_server_conn_done(c, NULL)); /* judged at once: the key is wrong */
	assert_int_equal(tw_server_conn_output(c, &len)[15], TW_ACCEPT_FAILURE);
	tw_server_conn_destroy(c, TW_SEC(132));
	tw_bench_fini(&b);
}

/* No bound: nobody waits. */
static void key_derivations_without_a_bound(void **state)
{
	struct tw_bench b;
	struct tw_server_conn *c;
	uint8_t m[164] = {[3] = 2};

	(void)state;
	tw_bench_init(&b);
	b.config.modes = 6;
	b.config.kdf_per_sec = 0;
	tw_bench_serve(&b);
	for (int i = 0; i < 100; i++) {
		c = tw_bench_connect(&b, TW_SEC(100));
		tw_server_conn_sent(c, 64);
		tw_give(c, TW_SEC(100), m, 164);
		assert_true(tw_server_conn_done(c, NULL));
		tw_server_conn_destroy(c, TW_SEC(100));
	}
	tw_bench_fini(&b);
}

/* A client of ours answers the greeting. @return the Accept of the Server-Start */
static uint8_t shake(struct tw_server_conn *c, const char *user, const void *secret, size_t len)
{
	struct tw_client_config cfg;
	struct tw_client *client;
	const uint8_t *p;
	size_t n;

	tw_client_config_init(&cfg);
	cfg.key_id = user;
	cfg.passphrase = secret;
	cfg.passphrase_len = len;
	assert_int_equal(tw_client_create(&cfg, TW_SEC(0), &client), 0);
	p = tw_server_conn_output(c, &n);
	tw_client_feed(client, TW_SEC(0), p, n);
	tw_server_conn_sent(c, n);
	p = tw_client_output(client, &n);
	tw_give(c, TW_SEC(0), p, n);
	tw_client_destroy(client);
	return tw_server_conn_output(c, &n)[15];
}

/*
 * An unknown KeyID is derived with a secret of the server's own, to cost the same time. Who guesses
 * that secret is unknown all the same.
 */
static void an_unknown_keyid_stays_unknown(void **state)
{
	const uint8_t guess[32] = {0};
	const uint64_t challenges = 5;
	struct tw_server_conn *c;
	struct tw_bench b;
	const char *why = NULL;

	(void)state;
	tw_bench_init(&b);
	b.config.modes = 2;
	tw_fake_say(&b.random, &challenges, sizeof(challenges));
	tw_fake_say(&b.random, guess, sizeof(guess));
	tw_bench_serve(&b);
	c = tw_bench_connect(&b, TW_SEC(0));
	assert_int_equal(shake(c, "nobody", guess, sizeof(guess)), TW_ACCEPT_FAILURE);
	assert_true(tw_server_conn_done(c, &why));
	assert_string_equal(why, "unknown KeyID or wrong key");
	tw_server_conn_destroy(c, TW_SEC(0));
	tw_bench_fini(&b);
}

static struct tw_server_conn *user_comes(struct tw_bench *b, const char *user, uint8_t accept)
{
	const char *secret = strcmp(user, "testu") == 0 ? "passphrase1" : TW_TEST_PASSPHRASE;
	struct tw_server_conn *c = tw_bench_connect(b, TW_SEC(0));

	assert_int_equal(shake(c, user, secret, strlen(secret)), accept);
	assert_int_equal(tw_server_conn_done(c, NULL), accept != TW_ACCEPT_OK);
	return c;
}

/* Known only once the key is: the Server-Start says so, and nothing of it is encrypted. */
static void connections_of_a_user(void **state)
{
	static const uint8_t zero[15];
	struct tw_bench b;
	struct tw_server_conn *c[3];
	const char *why = NULL;
	const uint8_t *p;
	size_t n;

	(void)state;
	tw_bench_init(&b);
	b.config.modes = 4;
	b.config.kdf_per_sec = 0;
	assert_int_equal(
		tw_limits_config_add(&b.limits_config, "user:probe-1:connections=1", NULL), 0);
	tw_bench_serve(&b);
	c[0] = user_comes(&b, "probe-1", TW_ACCEPT_OK);
	c[1] = user_comes(&b, "probe-1", TW_ACCEPT_TEMPORARY_LIMIT);
	assert_true(tw_server_conn_done(c[1], &why));
	assert_string_equal(why, "the user has too many connections");
	p = tw_server_conn_output(c[1], &n);
	assert_int_equal(n, 48);
	assert_memory_equal(p, zero, 15);
	assert_memory_equal(p + 32, zero, 15);
	assert_int_equal(tw_server_counters(b.server)->refused_limit, 1);
	c[2] = user_comes(&b, "testu", TW_ACCEPT_OK);
	tw_server_conn_destroy(c[1], TW_SEC(1));
	tw_server_conn_destroy(user_comes(&b, "probe-1", TW_ACCEPT_TEMPORARY_LIMIT), TW_SEC(1));
	tw_server_conn_destroy(c[0], TW_SEC(1));
	tw_server_conn_destroy(user_comes(&b, "probe-1", TW_ACCEPT_OK), TW_SEC(1));
	tw_server_conn_destroy(c[2], TW_SEC(1));
	assert_int_equal(tw_limits_connections(b.limits), 0);
	tw_bench_fini(&b);
}

/* RFC 4656 section 3.5: no two are the same, even at one time and of a source that is stuck. */
static void no_sid_comes_twice(void **state)
{
	uint8_t sid[2][16], zero[8] = {0};
	struct tw_server_conn *c;
	struct tw_bench b;
	uint8_t m[112];
	size_t n;

	(void)state;
	tw_bench_init(&b);
	tw_bench_serve(&b);
	c = tw_bench_connect(&b, TW_SEC(0));
	tw_set_up_open(c, 1);
	b.random.n = b.random.at = 0;
	tw_fake_say(
		&b.random, zero, sizeof(zero)); /* four octets of the first, four of the second */
	tw_wire(m, sizeof(m), V3, "3", "hex");
	for (int i = 0; i < 2; i++) {
		uint64_t id;

		tw_give(c, TW_SEC(1), m, 112);
		id = tw_action(&b, TW_SEC(1), TW_SERVER_CREATE).session->id;
		tw_server_created(b.server, TW_SEC(1), id, TW_ACCEPT_OK, 862);
		memcpy(sid[i], tw_server_conn_output(c, &n) + 4, 16);
		tw_server_conn_sent(c, n);
	}
	assert_memory_equal(sid[0], sid[1], 12);
	assert_memory_not_equal(sid[0], sid[1], 16);
	tw_server_conn_destroy(c, TW_SEC(2));
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
	tw_set_up_open(c, 1);
	tw_one_session(&b, c, TW_SEC(1));
	tw_one_session(&b, c, TW_SEC(1));
	assert_int_equal(tw_server_conn_sessions(c), 2);
	tw_wire(m, sizeof(m), V3, "3", "hex");
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
	tw_set_up_open(c, 1);
	b.random.broken = true;
	assert_int_equal(tw_server_create(&b.config, TW_SEC(0), &s), -EIO);
	assert_int_equal(
		tw_server_conn_create(b.server, TW_SEC(0), &b.client_end, &b.server_end, NULL, &d),
		-EIO);
	tw_wire(m, sizeof(m), V3, "3", "hex");
	tw_give(c, TW_SEC(1), m, 112);
	assert_int_equal(tw_server_conn_output(c, &len)[0], TW_ACCEPT_INTERNAL_ERROR);
	tw_server_conn_destroy(c, TW_SEC(2));
	assert_int_equal(tw_limits_connections(b.limits), 0);
	assert_int_equal(tw_limits_sessions(b.limits), 0);
	tw_bench_fini(&b);
}

/* Without an IV there is no protected connection, and without keys no token. */
static void broken_random_makes_no_keys(void **state)
{
	struct tw_fake_random broken = {.broken = true};
	struct tw_client_config cfg;
	struct tw_client *client;
	struct tw_server_conn *c;
	struct tw_bench b;
	const uint8_t *p;
	size_t n;

	(void)state;
	tw_bench_init(&b);
	b.config.modes = 2;
	tw_bench_serve(&b);
	c = tw_bench_connect(&b, TW_SEC(0));
	tw_client_config_init(&cfg);
	cfg.passphrase = "x";
	cfg.passphrase_len = 1;
	cfg.random = tw_fake_random;
	cfg.random_arg = &broken;
	assert_int_equal(tw_client_create(&cfg, TW_SEC(0), &client), 0);
	p = tw_server_conn_output(c, &n);
	tw_client_feed(client, TW_SEC(0), p, n);
	assert_int_equal(tw_client_failed(client, NULL), -EIO);
	tw_client_output(client, &n);
	assert_int_equal(n, 0);
	tw_client_destroy(client);
	b.random.broken = true;
	assert_int_equal(shake(c, "testu", "passphrase1", 11), TW_ACCEPT_INTERNAL_ERROR);
	assert_true(tw_server_conn_done(c, NULL));
	tw_server_conn_destroy(c, TW_SEC(0));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unread_output_stops_the_input),
		cmocka_unit_test(key_derivations_wait_for_their_turn),
		cmocka_unit_test(a_flood_of_set_ups_is_over_when_it_is_over),
		cmocka_unit_test(key_derivations_without_a_bound),
		cmocka_unit_test(an_unknown_keyid_stays_unknown),
		cmocka_unit_test(connections_of_a_user),
		cmocka_unit_test(no_sid_comes_twice),
		cmocka_unit_test(no_challenge_comes_twice),
		cmocka_unit_test(who_may_connect),
		cmocka_unit_test(limits_of_sessions),
		cmocka_unit_test(broken_random_is_no_disaster),
		cmocka_unit_test(broken_random_makes_no_keys),
		cmocka_unit_test(configurations_that_make_no_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

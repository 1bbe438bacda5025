/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_CONTROL_TEST_H
#define TW_CONTROL_TEST_H

/*
 * A server with everything around it, and a random source that says what it is told to say. Include
 * after tw_test.h and tw_vectors.h.
 */

#include "tw_control_client.h"
#include "tw_control_server.h"
#include "tw_rand.h"

#define TW_TEST_EPOCH 0xeeab5d8000000000ULL /* of the vectors */
#define TW_TEST_PASSPHRASE "correct horse battery staple"
#define TW_SEC(s) tw_ns((int64_t)((s)*1e9))

/* First the octets that were queued, then pseudo-random ones. */
struct tw_fake_random {
	uint8_t queue[512];
	size_t n;
	size_t at;
	struct tw_rand r;
	bool broken;
};

static inline int tw_fake_random(void *arg, void *buf, size_t len)
{
	struct tw_fake_random *f = arg;
	uint8_t *p = buf;

	if (f->broken)
		return -EIO;
	while (len--)
		*p++ = f->at < f->n ? f->queue[f->at++] : (uint8_t)tw_rand_u64(&f->r);
	return 0;
}

static inline void tw_fake_say(struct tw_fake_random *f, const void *p, size_t n)
{
	memcpy(f->queue + f->n, p, n);
	f->n += n;
}

static inline void tw_fake_count_up(struct tw_fake_random *f, uint8_t first, size_t n)
{
	for (size_t i = 0; i < n; i++)
		f->queue[f->n++] = (uint8_t)(first + i);
}

struct tw_bench {
	struct tw_fake_random random;
	struct tw_policy policy;
	struct tw_limits_config limits_config;
	struct tw_limits *limits;
	struct tw_keyfile *keys;
	struct tw_server_config config;
	struct tw_server *server;
	struct tw_endpoint client_end;
	struct tw_endpoint server_end;
};

/* Everything but the server itself, so that a test can change what it wants to. */
static inline void tw_bench_init(struct tw_bench *b)
{
	static const char keys[] = "probe-1 " TW_TEST_PASSPHRASE "\ntestu passphrase1\n";

	memset(b, 0, sizeof(*b));
	tw_rand_init(&b->random.r, 1);
	tw_policy_init(&b->policy);
	tw_limits_config_init(&b->limits_config);
	b->limits_config.sessions = 64;
	b->limits_config.open_sessions = 64;
	assert_int_equal(
		tw_keyfile_parse("keys", keys, strlen(keys), TW_KEYFILE_TEXT, NULL, &b->keys), 0);
	tw_server_config_init(&b->config);
	b->config.sessions = 64;
	b->config.sessions_per_connection = 16;
	b->config.kdf_count = 1024;
	b->config.epoch.v = TW_TEST_EPOCH;
	b->config.policy = &b->policy;
	b->config.keys = b->keys;
	b->config.random = tw_fake_random;
	b->config.random_arg = &b->random;
	tw_addr_parse("192.0.2.1", &b->client_end.addr);
	tw_addr_parse("192.0.2.2", &b->server_end.addr);
	b->client_end.port = 50000;
	b->server_end.port = 862;
}

static inline void tw_bench_serve(struct tw_bench *b)
{
	assert_int_equal(tw_limits_create(&b->limits_config, &b->limits), 0);
	b->config.limits = b->limits;
	assert_int_equal(tw_server_create(&b->config, TW_SEC(0), &b->server), 0);
}

static inline void tw_bench_fini(struct tw_bench *b)
{
	tw_server_destroy(b->server);
	tw_limits_destroy(b->limits);
	tw_keyfile_destroy(b->keys);
}

static inline struct tw_server_conn *tw_bench_connect(struct tw_bench *b, struct tw_ns now)
{
	struct tw_server_conn *c = NULL;

	assert_int_equal(
		tw_server_conn_create(b->server, now, &b->client_end, &b->server_end, b, &c), 0);
	return c;
}

/* The connection's next output must be exactly this. */
static inline void tw_expect(struct tw_server_conn *c, const void *want, size_t n)
{
	size_t len;
	const uint8_t *p = tw_server_conn_output(c, &len);

	assert_true(len >= n);
	assert_memory_equal(p, want, n);
	tw_server_conn_sent(c, n);
}

static inline void tw_expect_nothing(struct tw_server_conn *c)
{
	size_t len;

	tw_server_conn_output(c, &len);
	assert_int_equal(len, 0);
}

/* All of it is taken. */
static inline void tw_give(struct tw_server_conn *c, struct tw_ns now, const void *p, size_t n)
{
	assert_int_equal(tw_server_conn_feed(c, now, p, n), n);
}

static inline struct tw_server_action tw_action(
	struct tw_bench *b, struct tw_ns now, enum tw_server_action_kind kind)
{
	struct tw_server_action a;

	assert_true(tw_server_next_action(b->server, now, &a));
	assert_int_equal(a.kind, kind);
	return a;
}

static inline void tw_no_action(struct tw_bench *b, struct tw_ns now)
{
	struct tw_server_action a;

	assert_false(tw_server_next_action(b->server, now, &a));
}

/* Octets of a message of a vector. */
static inline size_t tw_wire(
	uint8_t *buf, size_t cap, const char *vector, const char *index, const char *key)
{
	return tw_unhex(tw_vector(vector, "messages", index, key), buf, cap);
}

/* A connection without a key, set up in a mode. */
static inline void tw_set_up_open(struct tw_server_conn *c, uint32_t mode)
{
	uint8_t m[164] = {0};

	m[2] = (uint8_t)(mode >> 8);
	m[3] = (uint8_t)mode;
	tw_server_conn_sent(c, 64);
	tw_give(c, TW_SEC(0), m, 164);
	tw_server_conn_sent(c, 48);
}

/* The session that the vectors ask for, accepted. */
static inline uint64_t tw_one_session(
	struct tw_bench *b, struct tw_server_conn *c, struct tw_ns now)
{
	uint8_t m[112];
	uint64_t id;

	tw_wire(m, sizeof(m), "V03_open_mode_exchange", "3", "hex");
	tw_give(c, now, m, 112);
	id = tw_action(b, now, TW_SERVER_CREATE).session->id;
	assert_ptr_equal(tw_server_created(b->server, now, id, 0, 862), c);
	tw_server_conn_sent(c, 48);
	return id;
}

static inline void tw_start_one(
	struct tw_bench *b, struct tw_server_conn *c, struct tw_ns now, uint64_t id)
{
	uint8_t m[32];

	tw_wire(m, sizeof(m), "V03_open_mode_exchange", "5", "hex");
	tw_give(c, now, m, 32);
	tw_action(b, now, TW_SERVER_START);
	assert_ptr_equal(tw_server_started(b->server, now, id, 0), c);
	tw_server_conn_sent(c, 32);
}

#endif

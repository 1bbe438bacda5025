/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * Client against server in every mode: whatever TCP makes of the octets and in whatever order the
 * data path answers, both ends agree on every session.
 */

#include "tw_test.h"

#include "tw_vectors.h"

#include <errno.h>

#include "tw_control_test.h"

#define SESSIONS 5

struct known {
	bool created;
	bool running;
	bool stopped;
	struct tw_control_session s;
};

struct world {
	struct tw_bench b;
	struct tw_rand r;
	struct tw_server_conn *conn;
	struct tw_client *client;
	struct tw_ns now;
	/* octets under way */
	uint8_t up[8192];
	size_t up_len;
	uint8_t down[8192];
	size_t down_len;
	/* the data path: what it was told, what it has not answered yet */
	struct known known[SESSIONS];
	unsigned int n_known;
	uint64_t create[SESSIONS];
	unsigned int n_create;
	uint64_t start[SESSIONS];
	unsigned int n_start;
	uint8_t accept; /* what CREATE is answered with */
};

static struct known *known_by_id(struct world *w, uint64_t id)
{
	for (unsigned int i = 0; i < w->n_known; i++)
		if (w->known[i].s.id == id)
			return &w->known[i];
	fail_msg("unknown session");
	return NULL;
}

static void take_actions(struct world *w)
{
	struct tw_server_action a;

	while (tw_server_next_action(w->b.server, w->now, &a)) {
		switch (a.kind) {
		case TW_SERVER_CREATE:
			w->known[w->n_known++].s = *a.session;
			w->create[w->n_create++] = a.session->id;
			break;
		case TW_SERVER_START:
			w->start[w->n_start++] = a.session->id;
			break;
		case TW_SERVER_STOP:
			assert_true(known_by_id(w, a.session->id)->running);
			known_by_id(w, a.session->id)->stopped = true;
			break;
		default:
			fail_msg("unexpected action %d", a.kind);
		}
	}
}

static uint64_t pick(struct world *w, uint64_t *list, unsigned int *n)
{
	unsigned int i = (unsigned int)tw_rand_below(&w->r, *n);
	uint64_t id = list[i];

	list[i] = list[--*n];
	return id;
}

static void answer_one(struct world *w)
{
	if (w->n_create) {
		uint64_t id = pick(w, w->create, &w->n_create);
		struct known *k = known_by_id(w, id);

		k->created = true;
		k->s.receiver.port = (uint16_t)(k->s.receiver.port + 1); /* another one */
		assert_ptr_equal(tw_server_created(
					 w->b.server, w->now, id, TW_ACCEPT_OK, k->s.receiver.port),
			w->conn);
	} else if (w->n_start) {
		uint64_t id = pick(w, w->start, &w->n_start);

		known_by_id(w, id)->running = true;
		assert_ptr_equal(tw_server_started(w->b.server, w->now, id, TW_ACCEPT_OK), w->conn);
	}
}

/* A random bit of one direction arrives. */
static void move_up(struct world *w)
{
	size_t n = (size_t)tw_rand_below(&w->r, w->up_len + 1);
	size_t used = tw_server_conn_feed(w->conn, w->now, w->up, n);

	memmove(w->up, w->up + used, w->up_len - used);
	w->up_len -= used;
}

static void move_down(struct world *w)
{
	size_t n = (size_t)tw_rand_below(&w->r, w->down_len + 1);

	assert_int_equal(tw_client_feed(w->client, w->now, w->down, n), n);
	memmove(w->down, w->down + n, w->down_len - n);
	w->down_len -= n;
}

static void send_some(struct world *w)
{
	size_t n;
	const uint8_t *p = tw_client_output(w->client, &n);

	n = (size_t)tw_rand_below(&w->r, n + 1);
	if (n > sizeof(w->up) - w->up_len)
		n = sizeof(w->up) - w->up_len;
	memcpy(w->up + w->up_len, p, n);
	w->up_len += n;
	tw_client_sent(w->client, w->now, n);

	p = tw_server_conn_output(w->conn, &n);
	n = (size_t)tw_rand_below(&w->r, n + 1);
	if (n > sizeof(w->down) - w->down_len)
		n = sizeof(w->down) - w->down_len;
	memcpy(w->down + w->down_len, p, n);
	w->down_len += n;
	tw_server_conn_sent(w->conn, n);
}

static bool all_are(struct world *w, enum tw_client_session_state state)
{
	for (uint32_t i = 0; i < SESSIONS; i++)
		if (tw_client_session(w->client, i)->state != state)
			return false;
	return true;
}

/* Octets and answers move until all sessions are in this state. */
static void until(struct world *w, enum tw_client_session_state state)
{
	for (int step = 0; step < 20000; step++) {
		const char *why = "";

		send_some(w);
		move_up(w);
		move_down(w);
		take_actions(w);
		if (tw_rand_below(&w->r, 3) == 0)
			answer_one(w);
		if (tw_client_failed(w->client, &why) || tw_server_conn_done(w->conn, &why))
			fail_msg("%s", why);
		if (all_are(w, state))
			return;
	}
	fail_msg("no progress");
}

static void agree(struct world *w)
{
	for (uint32_t i = 0; i < SESSIONS; i++) {
		const struct tw_client_session *c = tw_client_session(w->client, i);
		const struct tw_control_session *s = &w->known[i].s;

		assert_memory_equal(c->sid, s->sid, TW_SID_LEN);
		assert_memory_equal(&c->keys, &s->keys, sizeof(c->keys));
		assert_int_equal(c->port, s->receiver.port);
		assert_int_equal(s->sender.port, c->request.sender.port);
		assert_int_equal(s->dscp, c->request.dscp);
		assert_int_equal(s->padding_length, c->request.padding_length);
		assert_int_equal(s->timeout.v, c->request.timeout.v);
		assert_int_equal(s->mode, tw_client_mode(w->client));
		assert_int_equal(s->reflect_length,
			s->mode & TW_MODE_REFLECT_OCTETS ? c->request.reflect_length : 0);
		assert_int_equal(c->server_octets, s->server_octets);
		for (uint32_t j = 0; j < i; j++)
			assert_memory_not_equal(c->sid, w->known[j].s.sid, TW_SID_LEN);
	}
}

static void converse(uint32_t mode, bool v6, uint64_t seed)
{
	struct world *w = calloc(1, sizeof(*w));
	struct tw_client_config cfg;

	assert_non_null(w);
	tw_bench_init(&w->b);
	tw_rand_init(&w->b.random.r, seed);
	tw_rand_init(&w->r, seed + 1);
	w->b.config.modes = TW_MODES_KNOWN;
	w->b.config.server_octets = 0x4242;
	tw_addr_parse(v6 ? "2001:db8::1" : "192.0.2.1", &w->b.client_end.addr);
	tw_addr_parse(v6 ? "2001:db8::2" : "192.0.2.2", &w->b.server_end.addr);
	tw_bench_serve(&w->b);
	w->conn = tw_bench_connect(&w->b, w->now);

	tw_client_config_init(&cfg);
	cfg.modes = mode;
	cfg.require = mode;
	cfg.key_id = "testu";
	cfg.passphrase = "passphrase1";
	cfg.passphrase_len = 11;
	cfg.window = 1 + (uint32_t)tw_rand_below(&w->r, SESSIONS);
	assert_int_equal(tw_client_create(&cfg, w->now, &w->client), 0);
	for (uint32_t i = 0; i < SESSIONS; i++) {
		struct tw_client_request r = {
			.sender = {w->b.client_end.addr, (uint16_t)(20000 + i)},
			.receiver = {w->b.server_end.addr, (uint16_t)(30000 + i)},
			.dscp = (uint8_t)(8 * i),
			.padding_length = 100 + i,
			.timeout = TW_SEC(i),
			.octets_to_reflect = 7,
			.reflect_length = (uint16_t)(i + 2),
		};
		uint32_t index;

		if (i % 2) { /* leave it to the connection */
			memset(r.sender.addr.b, 0, 16);
			memset(r.receiver.addr.b, 0, 16);
		}
		assert_int_equal(tw_client_request(w->client, w->now, &r, &index), 0);
	}
	until(w, TW_CLIENT_ACCEPTED);
	assert_int_equal(tw_client_mode(w->client), mode);
	assert_string_equal(
		tw_server_conn_user(w->conn), tw_mode_protects_control(mode) ? "testu" : "");
	agree(w);
	assert_int_equal(tw_client_start(w->client, w->now), 0);
	until(w, TW_CLIENT_STARTED);
	for (int i = 0; i < SESSIONS; i++)
		assert_true(w->known[i].running && !w->known[i].stopped);
	w->now = TW_SEC(5);
	assert_int_equal(tw_client_stop(w->client, w->now, TW_ACCEPT_OK), 0);
	until(w, TW_CLIENT_STOPPED);
	for (int step = 0; step < 1000; step++) { /* Stop-Sessions has no answer to wait for */
		send_some(w);
		move_up(w);
		take_actions(w);
	}
	for (int i = 0; i < SESSIONS; i++)
		assert_true(w->known[i].stopped);
	tw_server_conn_destroy(w->conn, w->now);
	tw_client_destroy(w->client);
	tw_bench_fini(&w->b);
	free(w);
}

static void every_mode_with_every_feature(void **state)
{
	static const uint32_t feature[] = {TW_MODE_INDIVIDUAL_CONTROL, TW_MODE_REFLECT_OCTETS,
		TW_MODE_SYMMETRICAL_SIZE, TW_MODE_DSCP_ECN, TW_MODE_PTPV2};
	const char *env = getenv("TW_TEST_SEED");
	uint64_t seed = env ? strtoull(env, NULL, 0) : tw_rand_seed();

	(void)state;
	print_message("TW_TEST_SEED=%llu\n", (unsigned long long)seed);
	for (uint32_t security = 1; security <= 8; security *= 2) {
		for (unsigned int set = 0; set < 32; set++) {
			uint32_t mode = security;

			for (unsigned int i = 0; i < 5; i++)
				if (set >> i & 1)
					mode |= feature[i];
			converse(mode, set % 2, seed + mode);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mode_with_every_feature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

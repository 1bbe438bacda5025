/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Server and client over the loopback interface, with a backend in memory. */

#include "tw_control_tcp.h"

#include "tw_test.h"

#include <errno.h>
#include <string.h>

#define MOST 64

/* Sessions by id; ports below 2,000 belong to somebody else, one that is picked is 5,000. */
struct memory {
	bool full; /* no port but 5,000 can be had */
	struct tw_reflector_session session[MOST];
	bool used[MOST], started[MOST], stopped[MOST];
	unsigned int ports; /* taken and not given back */
	unsigned int calls; /* of start and stop */
};

static int port_take(void *b, const struct tw_addr *addr, uint16_t first, uint16_t *ret)
{
	struct memory *m = b;

	(void)addr;
	if (first && first < 2000)
		return -EADDRINUSE;
	if (m->full && first != 5000)
		return -EMFILE;
	m->ports++;
	*ret = first ? first : 5000;
	return 0;
}

static void port_give(void *b, const struct tw_addr *addr, uint16_t port)
{
	(void)addr;
	(void)port;
	((struct memory *)b)->ports--;
}

static int session_add(void *b, const struct tw_reflector_session *s, uint32_t *ret_id)
{
	struct memory *m = b;

	for (uint32_t i = 0; i < MOST; i++)
		if (m->used[i] && tw_endpoint_equal(&m->session[i].sender, &s->sender) &&
			tw_endpoint_equal(&m->session[i].reflector, &s->reflector))
			return -EEXIST;
	for (uint32_t i = 0; i < MOST; i++) {
		if (m->used[i])
			continue;
		m->used[i] = true;
		m->session[i] = *s;
		*ret_id = i;
		return 0;
	}
	return -ENOSPC;
}

static int session_start(void *b, const uint32_t *ids, unsigned int n)
{
	struct memory *m = b;

	m->calls++;
	for (unsigned int i = 0; i < n; i++)
		m->started[ids[i]] = true;
	return 0;
}

static int session_stop(void *b, const uint32_t *ids, unsigned int n, struct tw_ns linger)
{
	struct memory *m = b;

	(void)linger;
	m->calls++;
	for (unsigned int i = 0; i < n; i++)
		m->stopped[ids[i]] = true;
	return 0;
}

static int session_delete(void *b, uint32_t id)
{
	((struct memory *)b)->used[id] = false;
	return 0;
}

static int session_stats(
	void *b, const uint32_t *ids, unsigned int n, struct tw_reflector_session_stats *ret)
{
	memset(ret, 0, n * sizeof(*ret));
	for (unsigned int i = 0; i < n; i++)
		ret[i].received = ((struct memory *)b)->session[ids[i]].sender.port;
	return 0;
}

static const struct tw_backend_ops ops = {
	.port_take = port_take,
	.port_give = port_give,
	.session_add = session_add,
	.session_start = session_start,
	.session_stop = session_stop,
	.session_delete = session_delete,
	.session_stats = session_stats,
};

struct scene {
	struct memory memory;
	struct tw_event_loop *loop;
	struct tw_policy policy;
	struct tw_limits *limits;
	struct tw_keyfile *keys;
	struct tw_control_server *server;
	struct tw_control_link *link;
	int lost;
	unsigned int started;
};

static const char key_text[] = "alice secret\n";

static void on_news(void *arg)
{
	tw_event_loop_stop(((struct scene *)arg)->loop);
}

static void on_lost(void *arg, int rc, const char *why)
{
	struct scene *s = arg;

	(void)why;
	s->lost = rc;
	tw_event_loop_stop(s->loop);
}

static void begin(struct scene *s, uint32_t modes, unsigned int connections)
{
	struct tw_control_server_config c = {
		.ops = &ops,
		.backend = &s->memory,
		.listen = {tw_addr_v4((const uint8_t[]){127, 0, 0, 1}), 0},
		.connections = connections,
	};
	struct tw_limits_config l;

	memset(s, 0, sizeof(*s));
	assert_int_equal(tw_event_loop_create(&s->loop), 0);
	tw_policy_init(&s->policy);
	tw_limits_config_init(&l);
	assert_int_equal(tw_limits_create(&l, &s->limits), 0);
	assert_int_equal(tw_keyfile_parse("keys", key_text, sizeof(key_text) - 1, TW_KEYFILE_TEXT,
				 NULL, &s->keys),
		0);
	tw_server_config_init(&c.machine);
	c.machine.modes = modes;
	c.machine.sessions = 128;
	c.machine.policy = &s->policy;
	c.machine.limits = s->limits;
	c.machine.keys = s->keys;
	c.backend = &s->memory;
	assert_int_equal(tw_control_server_create(s->loop, &c, NULL, &s->server), 0);
}

static void finish(struct scene *s)
{
	tw_control_link_close(s->link);
	tw_control_server_destroy(s->server);
	tw_event_loop_destroy(s->loop);
	tw_limits_destroy(s->limits);
	tw_keyfile_destroy(s->keys);
}

static void dial(struct scene *s, uint32_t modes)
{
	struct tw_control_link_config c = {
		.server = {tw_addr_v4((const uint8_t[]){127, 0, 0, 1}),
			tw_control_server_port(s->server)},
		.connect_timeout = tw_ns(5 * TW_NS_PER_SEC),
		.events = {on_news, on_lost, s},
	};

	tw_client_config_init(&c.machine);
	c.machine.modes = modes;
	c.machine.key_id = "alice";
	c.machine.passphrase = "secret";
	c.machine.passphrase_len = 6;
	c.machine.window = 8;
	assert_int_equal(tw_control_link_open(s->loop, &c, NULL, &s->link), 0);
}

/* Run until a session, or all of n, are in this state. */
static void until(struct scene *s, uint32_t n, enum tw_client_session_state state)
{
	struct tw_client *m = tw_control_link_machine(s->link);
	struct tw_client_event e;
	uint32_t there = 0;

	for (int i = 0; i < 1000 && !s->lost; i++) {
		while (tw_client_next_event(m, &e))
			;
		there = 0;
		for (uint32_t k = 0; k < n; k++)
			there += tw_client_session(m, k)->state == state;
		if (there == n)
			break;
		tw_event_loop_run(s->loop);
	}
	assert_int_equal(there, n);
}

static void ask(struct scene *s, uint16_t from, uint32_t n, uint16_t port)
{
	const struct tw_client_request r = {
		.sender.addr.family = 4,
		.receiver = {{.family = 4}, port},
		.padding_length = 64,
	};
	uint32_t index;

	for (uint32_t i = 0; i < n; i++) {
		struct tw_client_request q = r;

		q.sender.port = (uint16_t)(from + i);
		assert_int_equal(tw_client_request(tw_control_link_machine(s->link),
					 tw_control_link_now(), &q, &index),
			0);
	}
	tw_control_link_flush(s->link);
}

/* Negotiate, start and stop 40 sessions; the workers are called a few times, not 80. */
static void dialogue(uint32_t mode)
{
	struct scene s;
	unsigned int deleted = 0;

	begin(&s, TW_MODES_SECURITY | TW_MODE_INDIVIDUAL_CONTROL, 10);
	dial(&s, mode);
	ask(&s, 30000, 40, 3000);
	until(&s, 40, TW_CLIENT_ACCEPTED);
	assert_int_equal(s.memory.ports, 40);
	assert_int_equal(tw_control_server_count(s.server), 40);
	for (uint32_t i = 0; i < 40; i++) {
		assert_false(s.memory.started[i]);
		assert_int_equal(tw_client_session(tw_control_link_machine(s.link), i)->port, 3000);
		assert_int_equal(s.memory.session[i].security,
			mode == TW_MODE_ENCRYPTED ? TW_SECURITY_ENCRYPTED : TW_SECURITY_OPEN);
		assert_int_equal(s.memory.session[i].key != NULL, mode == TW_MODE_ENCRYPTED);
	}
	tw_client_start(tw_control_link_machine(s.link), tw_control_link_now());
	tw_control_link_flush(s.link);
	until(&s, 40, TW_CLIENT_STARTED);
	for (uint32_t i = 0; i < 40; i++)
		assert_true(s.memory.started[i]);
	tw_client_stop(tw_control_link_machine(s.link), tw_control_link_now(), TW_ACCEPT_OK);
	tw_control_link_flush(s.link);
	until(&s, 40, TW_CLIENT_STOPPED);
	tw_control_link_close(s.link);
	s.link = NULL;
	for (int i = 0; i < 1000 && tw_control_server_connections(s.server); i++) {
		tw_event_add_timer(s.loop, tw_ns(TW_NS_PER_MS), true, on_news, &s, NULL);
		tw_event_loop_run(s.loop);
	}
	tw_control_server_close(s.server);
	assert_true(s.memory.calls <= 8);
	assert_int_equal(s.memory.ports, 0);
	for (uint32_t i = 0; i < MOST; i++)
		deleted += !s.memory.used[i];
	assert_int_equal(deleted, MOST);
	assert_int_equal(tw_control_server_counters(s.server)->sessions, 40);
	finish(&s);
}

static void open_mode(void **state)
{
	(void)state;
	dialogue(TW_MODE_UNAUTHENTICATED);
}

static void encrypted_mode(void **state)
{
	(void)state;
	dialogue(TW_MODE_ENCRYPTED);
}

static void individual_control(void **state)
{
	(void)state;
	dialogue(TW_MODE_UNAUTHENTICATED | TW_MODE_INDIVIDUAL_CONTROL);
}

/* A port of somebody else's: another is offered. */
static void other_port(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, TW_MODE_UNAUTHENTICATED, 10);
	dial(&s, TW_MODE_UNAUTHENTICATED);
	ask(&s, 30000, 1, 1500);
	until(&s, 1, TW_CLIENT_ACCEPTED);
	assert_int_equal(tw_client_session(tw_control_link_machine(s.link), 0)->port, 5000);
	finish(&s);
}

/* No further port can be had: one that others use is offered, unless the ends were the same. */
static void no_more_ports(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, TW_MODE_UNAUTHENTICATED, 10);
	dial(&s, TW_MODE_UNAUTHENTICATED);
	ask(&s, 30000, 1, 1500);
	until(&s, 1, TW_CLIENT_ACCEPTED);
	s.memory.full = true;
	ask(&s, 30001, 1, 4000);
	until(&s, 2, TW_CLIENT_ACCEPTED);
	assert_int_equal(tw_client_session(tw_control_link_machine(s.link), 1)->port, 5000);
	ask(&s, 30001, 1, 4001);
	while (!s.lost &&
		tw_client_session(tw_control_link_machine(s.link), 2)->state < TW_CLIENT_REFUSED)
		tw_event_loop_run(s.loop);
	assert_int_equal(tw_client_session(tw_control_link_machine(s.link), 2)->accept,
		TW_ACCEPT_TEMPORARY_LIMIT);
	assert_int_equal(s.memory.ports, 2);
	finish(&s);
}

/* More sessions than the backend holds: the last one is refused, and nothing is left of it. */
static void no_room(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, TW_MODE_UNAUTHENTICATED, 10);
	dial(&s, TW_MODE_UNAUTHENTICATED);
	ask(&s, 30000, MOST, 3000);
	until(&s, MOST, TW_CLIENT_ACCEPTED);
	ask(&s, 40000, 1, 3000);
	while (!s.lost &&
		tw_client_session(tw_control_link_machine(s.link), MOST)->state < TW_CLIENT_REFUSED)
		tw_event_loop_run(s.loop);
	assert_int_equal(tw_client_session(tw_control_link_machine(s.link), MOST)->accept,
		TW_ACCEPT_TEMPORARY_LIMIT);
	assert_int_equal(s.memory.ports, MOST);
	finish(&s);
}

/* Above the number of connections: Modes 0, which is a clear no. */
static void too_many(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, TW_MODE_UNAUTHENTICATED, 0);
	dial(&s, TW_MODE_UNAUTHENTICATED);
	for (int i = 0; i < 100 && !s.lost; i++)
		tw_event_loop_run(s.loop);
	assert_int_equal(s.lost, -ECONNREFUSED);
	finish(&s);
}

static void nobody_listens(void **state)
{
	struct scene s;
	uint16_t port;

	(void)state;
	begin(&s, TW_MODE_UNAUTHENTICATED, 1);
	port = tw_control_server_port(s.server);
	tw_control_server_close(s.server);
	assert_int_equal(tw_control_server_port(s.server), port);
	dial(&s, TW_MODE_UNAUTHENTICATED);
	for (int i = 0; i < 100 && !s.lost; i++)
		tw_event_loop_run(s.loop);
	assert_int_equal(s.lost, -ECONNREFUSED);
	finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_mode),
		cmocka_unit_test(encrypted_mode),
		cmocka_unit_test(individual_control),
		cmocka_unit_test(other_port),
		cmocka_unit_test(no_more_ports),
		cmocka_unit_test(no_room),
		cmocka_unit_test(too_many),
		cmocka_unit_test(nobody_listens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

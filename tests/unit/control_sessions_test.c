/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* How sessions and connections end. */

#include "tw_test.h"

#include "tw_vectors.h"

#include <errno.h>

#include "tw_control_test.h"

#define V3 "V03_open_mode_exchange"

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
	tw_set_up_open(c, 1);
	id = tw_one_session(&b, c, TW_SEC(1));
	assert_int_equal(tw_server_deadline(b.server).v, INT64_MAX); /* not before the start */
	tw_start_one(&b, c, TW_SEC(2), id);
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
	tw_wire(m, sizeof(m), V3, "7", "hex");
	tw_give(c, TW_SEC(1401), m, 32);
	assert_false(tw_server_conn_done(c, NULL));
	tw_server_conn_destroy(c, TW_SEC(1402));
	tw_bench_fini(&b);
}

/* The data path answers for a session that is given up meanwhile: no REFWAIT, no second end. */
static void an_answer_behind_the_end(void **state)
{
	struct tw_bench b;
	struct tw_server_conn *c;
	uint64_t id;

	(void)state;
	tw_bench_init(&b);
	tw_bench_serve(&b);
	c = tw_bench_connect(&b, TW_SEC(0));
	tw_set_up_open(c, 1);
	id = tw_one_session(&b, c, TW_SEC(1));
	tw_start_one(&b, c, TW_SEC(2), id);
	tw_server_tick(b.server, TW_SEC(902));
	tw_action(&b, TW_SEC(902), TW_SERVER_LAST_PACKET);
	tw_server_conn_destroy(c, TW_SEC(902));
	assert_null(tw_server_last_packet(b.server, TW_SEC(902), id, TW_SEC(0)));
	tw_action(&b, TW_SEC(902), TW_SERVER_DELETE);
	assert_null(tw_server_last_packet(b.server, TW_SEC(902), id, TW_SEC(0)));
	tw_no_action(&b, TW_SEC(902));
	assert_int_equal(tw_server_counters(b.server)->refwait, 0);
	tw_bench_fini(&b);
}

/* Whatever the data path says of a start, the client is told an Accept value that it knows. */
static void no_other_accept_than_those(void **state)
{
	struct tw_bench b;
	struct tw_server_conn *c;
	uint64_t id;
	uint8_t m[32];
	size_t n;

	(void)state;
	tw_bench_init(&b);
	tw_bench_serve(&b);
	c = tw_bench_connect(&b, TW_SEC(0));
	tw_set_up_open(c, 1);
	id = tw_one_session(&b, c, TW_SEC(1));
	tw_wire(m, sizeof(m), V3, "5", "hex");
	tw_give(c, TW_SEC(2), m, 32);
	tw_action(&b, TW_SEC(2), TW_SERVER_START);
	tw_server_started(b.server, TW_SEC(2), id, (enum tw_accept)200);
	assert_int_equal(tw_server_conn_output(c, &n)[0], TW_ACCEPT_FAILURE);
	tw_server_conn_destroy(c, TW_SEC(2));
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
	tw_set_up_open(c, 1);
	tw_wire(m, sizeof(m), V3, "3", "hex");
	tw_give(c, TW_SEC(1), m, 112);
	tw_server_conn_destroy(c, TW_SEC(1));
	tw_no_action(&b, TW_SEC(1));
	assert_int_equal(tw_server_sessions(b.server), 0);

	/* CREATE taken, answered after the end */
	for (int ok = 0; ok < 2; ok++) {
		c = tw_bench_connect(&b, TW_SEC(0));
		tw_set_up_open(c, 1);
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
	tw_set_up_open(c, 1);
	id = tw_one_session(&b, c, TW_SEC(1));
	tw_wire(m, sizeof(m), V3, "5", "hex");
	tw_give(c, TW_SEC(1), m, 32);
	tw_action(&b, TW_SEC(1), TW_SERVER_START);
	tw_server_conn_destroy(c, TW_SEC(1));
	assert_true(tw_action(&b, TW_SEC(1), TW_SERVER_DELETE).invalid);
	assert_null(tw_server_started(b.server, TW_SEC(2), id, 0));

	/* running */
	c = tw_bench_connect(&b, TW_SEC(0));
	tw_set_up_open(c, 1);
	id = tw_one_session(&b, c, TW_SEC(1));
	tw_start_one(&b, c, TW_SEC(2), id);
	tw_server_conn_destroy(c, TW_SEC(3));
	assert_true(tw_action(&b, TW_SEC(3), TW_SERVER_DELETE).invalid);

	/* stopped: reflects until its Timeout all the same */
	c = tw_bench_connect(&b, TW_SEC(0));
	tw_set_up_open(c, 1);
	id = tw_one_session(&b, c, TW_SEC(1));
	tw_start_one(&b, c, TW_SEC(2), id);
	tw_wire(m, sizeof(m), V3, "7", "hex");
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

/* A SID opens nothing on another connection, however it was learned. */
static void sessions_belong_to_their_connection(void **state)
{
	struct tw_bench b;
	struct tw_server_conn *c[2];
	struct tw_server_action a;
	uint8_t n[48] = {TW_CMD_STOP_N_SESSIONS, [15] = 1};
	uint8_t m[112];
	size_t len;

	(void)state;
	tw_bench_init(&b);
	b.config.modes = 0x11;
	tw_bench_serve(&b);
	for (int i = 0; i < 2; i++) {
		c[i] = tw_bench_connect(&b, TW_SEC(0));
		tw_set_up_open(c[i], 0x11);
	}
	tw_wire(m, sizeof(m), "V03_open_mode_exchange", "3", "hex");
	tw_give(c[0], TW_SEC(0), m, 112);
	a = tw_action(&b, TW_SEC(0), TW_SERVER_CREATE);
	memcpy(n + 16, a.session->sid, 16);
	tw_server_created(b.server, TW_SEC(0), a.session->id, 0, 862);
	for (int command = TW_CMD_START_N_SESSIONS; command <= TW_CMD_STOP_N_SESSIONS;
		command += 2) {
		n[0] = (uint8_t)command;
		tw_give(c[1], TW_SEC(0), n, 48);
		tw_no_action(&b, TW_SEC(0));
		assert_int_equal(tw_server_conn_output(c[1], &len)[1], TW_ACCEPT_FAILURE);
		tw_server_conn_sent(c[1], 48);
	}
	tw_server_conn_destroy(c[1], TW_SEC(0));
	tw_no_action(&b, TW_SEC(0));
	tw_server_conn_destroy(c[0], TW_SEC(0));
	tw_action(&b, TW_SEC(0), TW_SERVER_DELETE);
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
	tw_set_up_open(c, 1);
	id = tw_one_session(&b, c, TW_SEC(1));
	/* what was not asked is no answer */
	for (uint64_t any = id; any < id + 2; any++) {
		assert_null(tw_server_created(b.server, TW_SEC(2), any, TW_ACCEPT_OK, 862));
		assert_null(tw_server_started(b.server, TW_SEC(2), any, TW_ACCEPT_OK));
		assert_null(tw_server_last_packet(b.server, TW_SEC(2), any, TW_SEC(-9000)));
	}
	tw_expect_nothing(c);
	tw_no_action(&b, TW_SEC(2));
	tw_server_session_gone(b.server, TW_SEC(2), id);
	assert_int_equal(tw_server_sessions(b.server), 0);
	tw_server_session_gone(b.server, TW_SEC(2), id); /* the id is dead */
	assert_int_equal(tw_server_conn_sessions(c), 0);

	id = tw_one_session(&b, c, TW_SEC(3));
	tw_wire(m, sizeof(m), V3, "5", "hex");
	tw_give(c, TW_SEC(4), m, 32);
	tw_action(&b, TW_SEC(4), TW_SERVER_START);
	tw_server_session_gone(b.server, TW_SEC(4), id); /* instead of an answer */
	assert_int_equal(tw_server_conn_output(c, &len)[0], TW_ACCEPT_INTERNAL_ERROR);
	assert_int_equal(len, 32);
	assert_true(tw_server_conn_done(c, NULL));
	tw_server_conn_destroy(c, TW_SEC(5));
	tw_no_action(&b, TW_SEC(5));
	assert_int_equal(tw_server_sessions(b.server), 0);

	/* one that ran: SERVWAIT goes on, and the client may count it */
	c = tw_bench_connect(&b, TW_SEC(10));
	tw_set_up_open(c, 1);
	id = tw_one_session(&b, c, TW_SEC(11));
	tw_start_one(&b, c, TW_SEC(12), id);
	assert_int_equal(tw_server_conn_deadline(c).v, INT64_MAX);
	assert_ptr_equal(tw_server_session_gone(b.server, TW_SEC(20), id), c);
	assert_int_equal(tw_server_conn_deadline(c).v, TW_SEC(920).v);
	tw_wire(m, sizeof(m), V3, "7", "hex");
	tw_give(c, TW_SEC(21), m, 32);
	assert_false(tw_server_conn_done(c, NULL));
	tw_no_action(&b, TW_SEC(21));

	/* one that was stopped, and belongs to no connection any more; the last packet is told first */
	id = tw_one_session(&b, c, TW_SEC(30));
	tw_start_one(&b, c, TW_SEC(30), id);
	tw_server_tick(b.server, TW_SEC(930));
	assert_null(tw_server_last_packet(b.server, TW_SEC(930), id, TW_SEC(929)));
	tw_no_action(&b, TW_SEC(930));
	tw_give(c, TW_SEC(931), m, 32);
	tw_action(&b, TW_SEC(931), TW_SERVER_STOP);
	assert_null(tw_server_session_gone(b.server, TW_SEC(931), id));
	assert_int_equal(tw_server_sessions(b.server), 0);
	tw_server_conn_destroy(c, TW_SEC(932));
	tw_no_action(&b, TW_SEC(932));
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
	tw_set_up_open(c, 0x11);
	for (int i = 0; i < 2000; i++) {
		struct tw_server_action a;
		uint8_t n[48] = {TW_CMD_START_N_SESSIONS};
		uint32_t seconds = (uint32_t)tw_rand_below(&r, 800);

		tw_wire(m, sizeof(m), V3, "3", "hex");
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
		cmocka_unit_test(refwait_asks_and_ends),
		cmocka_unit_test(an_answer_behind_the_end),
		cmocka_unit_test(no_other_accept_than_those),
		cmocka_unit_test(servwait_and_setup_wait),
		cmocka_unit_test(a_peer_that_goes_leaves_nothing),
		cmocka_unit_test(sessions_belong_to_their_connection),
		cmocka_unit_test(sessions_that_vanish),
		cmocka_unit_test(deadlines_come_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

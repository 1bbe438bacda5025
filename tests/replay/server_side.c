/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* The script is the client, the machine under test the server. */

#include "replay.h"

#include "tw_bytes.h"
#include "tw_control_server.h"
#include "tw_rand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS "probe-1 correct horse battery staple\ntestu passphrase1\n"

static struct {
	struct tw_policy policy;
	struct tw_limits *limits;
	struct tw_keyfile *keys;
	struct tw_server *server;
	struct tw_server_conn *conn;
	struct tw_rand rand;
	struct tw_ns now;
	uint32_t mode;
	struct guard guard;
	uint8_t challenge[16];
	uint8_t salt[16];
	uint32_t count;
	uint8_t iv[16];
	uint8_t last[MESSAGE_MAX]; /* as it went over the wire */
	size_t last_len;
	uint8_t held[2 * MESSAGE_MAX]; /* sent, but not yet arrived */
	size_t held_len;
	unsigned int sids;
	uint64_t id[SIDS]; /* of sessions, by SID */
} t;

static int dice(void *arg, void *buf, size_t len)
{
	uint8_t *p = buf;

	(void)arg;
	while (len--)
		*p++ = (uint8_t)tw_rand_u64(&t.rand);
	return 0;
}

static void prefixes(struct line *l, const char *name, struct tw_prefix_list *list)
{
	const char *s = option(l, name);
	struct tw_prefix p;

	if (s && (tw_prefix_parse(s, &p) || tw_prefix_list_add(list, &p)))
		fail(l, "%s=%s: not a prefix", name, s);
}

static void address(struct line *l, const char *name, const char *otherwise, struct tw_addr *ret)
{
	const char *s = option(l, name);

	if (tw_addr_parse(s ? s : otherwise, ret))
		fail(l, "%s: not an address", name);
}

/* server: everything that can be configured, then a connection. */
static void word_server(struct line *l)
{
	struct tw_server_config c;
	struct tw_limits_config lc;
	struct tw_endpoint client = {.port = 50000};
	struct tw_endpoint server = {.port = 862};

	tw_rand_init(&t.rand, 1);
	tw_policy_init(&t.policy);
	tw_limits_config_init(&lc);
	tw_server_config_init(&c);
	c.modes = (uint32_t)number(l, "modes", 1);
	c.kdf_count = (uint32_t)number(l, "count", 1024);
	c.sessions = 100;
	c.sessions_per_connection = (uint32_t)number(l, "sessions", 16);
	c.servwait = seconds(l, "servwait", 900);
	c.refwait = seconds(l, "refwait", 900);
	c.setup_wait = seconds(l, "setup_wait", 30);
	c.lenient_stop = flag(l, "lenient_stop");
	c.server_octets = (uint16_t)number(l, "server_octets", 0);
	c.epoch.v = 0xeeab5d8000000000ULL;
	t.policy.dscp = number(l, "dscp", UINT64_MAX);
	t.policy.padding_max = (uint32_t)number(l, "padding_max", 65535);
	t.policy.timeout_max = seconds(l, "timeout_max", 900);
	t.policy.port_low = (uint16_t)number(l, "port_low", 1024);
	prefixes(l, "third_party", &t.policy.third_party);
	prefixes(l, "local", &t.policy.local);
	address(l, "client", "192.0.2.1", &client.addr);
	address(l, "address", "192.0.2.2", &server.addr);
	lc.sessions = 100;
	lc.open_sessions = (uint32_t)number(l, "open_sessions", 100);
	if (option(l, "limit") && tw_limits_config_add(&lc, option(l, "limit"), NULL))
		fail(l, "bad limit");
	if (tw_keyfile_parse("keys", KEYS, strlen(KEYS), TW_KEYFILE_TEXT, NULL, &t.keys) ||
		tw_limits_create(&lc, &t.limits))
		fail(l, "no keys, no limits");
	c.policy = &t.policy;
	c.limits = t.limits;
	c.keys = t.keys;
	c.random = dice;
	if (tw_server_create(&c, t.now, &t.server) ||
		tw_server_conn_create(t.server, t.now, &client, &server, NULL, &t.conn))
		fail(l, "the server refuses to be");
	memset(t.iv, 0x77, sizeof(t.iv));
}

/* Set-Up-Response: the token is made with `passphrase`, or named as it is. */
static void fill_setup(struct line *l, uint8_t *msg)
{
	const char *pass = option(l, "passphrase");
	uint8_t key[16];

	t.mode = tw_get32(msg);
	if (!pass)
		pass = l->quoted;
	if (!*pass)
		return;
	memset(t.guard.keys.aes, 0x31, 16);
	memset(t.guard.keys.hmac, 0x32, 32);
	if (tw_kdf(pass, strlen(pass), t.salt, t.count, key) ||
		tw_token_make(key, t.challenge, &t.guard.keys, msg + 84))
		fail(l, "no token");
	memcpy(msg + 148, t.iv, 16);
}

static void feed(struct line *l, const uint8_t *p, size_t n, bool singly)
{
	size_t step = singly ? 1 : n;

	for (size_t at = 0; at < n; at += step)
		if (tw_server_conn_feed(t.conn, t.now, p + at, step) != step &&
			!tw_server_conn_done(t.conn, NULL))
			fail(l, "the server does not read");
}

static void word_send(struct line *l)
{
	const struct message *m = l->n > 1 ? message_find(l->word[1]) : NULL;
	size_t flip;
	size_t cut;
	bool setup;

	if (!m)
		fail(l, "no such message");
	l->used[1] = true;
	setup = strcmp(m->name, "setup") == 0;
	flip = number(l, "flip", SIZE_MAX);
	cut = number(l, "cut", SIZE_MAX);
	t.last_len = message_make(l, m, t.last);
	if (setup)
		fill_setup(l, t.last);
	else
		guard_send(&t.guard, t.last, t.last_len, 0, t.last_len > 16);
	if (flip < t.last_len)
		t.last[flip] ^= 1;
	if (flag(l, "hold")) {
		if (t.held_len + t.last_len > sizeof(t.held))
			fail(l, "too much is held");
		memcpy(t.held + t.held_len, t.last, t.last_len);
		t.held_len += t.last_len;
		return;
	}
	feed(l, t.last, cut < t.last_len ? cut : t.last_len, flag(l, "singly"));
}

static void take_greeting(const uint8_t *msg)
{
	memcpy(t.challenge, msg + 16, 16);
	memcpy(t.salt, msg + 32, 16);
	t.count = tw_get32(msg + 48);
}

static void word_recv(struct line *l)
{
	const struct message *m = l->n > 1 ? message_find(l->word[1]) : NULL;
	uint8_t msg[MESSAGE_MAX];
	const uint8_t *out;
	size_t len;
	size_t want;

	if (!m)
		fail(l, "no such message");
	l->used[1] = true;
	out = tw_server_conn_output(t.conn, &len);
	want = m->len;
	if (want > len)
		fail(l, "the server said %zu octets, not %zu", len, want);
	if (strcmp(m->name, "server-start") == 0) {
		memcpy(msg, out, want);
		if (t.mode & 14 && msg[15] == 0) {
			guard_start(&t.guard, msg + 16, t.iv);
			guard_receive(&t.guard, msg, want, 32, false);
		}
	} else if (strcmp(m->name, "greeting") == 0) {
		memcpy(msg, out, want);
		take_greeting(msg);
	} else {
		if (!want) { /* of N sessions: as many as the line names */
			uint8_t made[MESSAGE_MAX];

			want = message_make(l, m, made);
		}
		if (want > len)
			fail(l, "the server said %zu octets, not %zu", len, want);
		memcpy(msg, out, want);
		if (!guard_receive(&t.guard, msg, want, 0, true))
			fail(l, "the server's HMAC is wrong");
	}
	message_check(l, m, msg, want);
	if (strcmp(m->name, "accept") == 0 && msg[0] == 0)
		memcpy(sid[++t.sids], msg + 4, 16);
	tw_server_conn_sent(t.conn, want);
}

static struct tw_server_action next(struct line *l, enum tw_server_action_kind kind)
{
	struct tw_server_action a;

	if (!tw_server_next_action(t.server, t.now, &a))
		fail(l, "the server wants nothing");
	if (a.kind != kind)
		fail(l, "the server wants action %d", a.kind);
	return a;
}

static void same(struct line *l, const char *name, uint64_t is)
{
	uint64_t want = number(l, name, is);

	if (want != is)
		fail(l, "%s is %llu", name, (unsigned long long)is);
}

static void same_address(struct line *l, const char *name, const struct tw_addr *is)
{
	char text[TW_ADDR_STR];
	const char *want = option(l, name);

	if (want && strcmp(want, tw_addr_format(is, text)) != 0)
		fail(l, "%s is %s", name, text);
}

/* The session of a SID that an action is about must be the named one. */
static void about(struct line *l, const struct tw_server_action *a)
{
	const char *s = option(l, "sid");

	if (s && memcmp(a->session->sid, sid[strtoul(s + 1, NULL, 10) % SIDS], 16) != 0)
		fail(l, "it is about another session");
}

static void do_create(struct line *l)
{
	struct tw_server_action a = next(l, TW_SERVER_CREATE);
	const struct tw_control_session *s = a.session;
	const char *user = option(l, "user");
	uint64_t id = s->id;
	uint16_t port;

	same(l, "asked_port", s->receiver.port);
	same(l, "sender_port", s->sender.port);
	same(l, "dscp", s->dscp);
	same(l, "padding", s->padding_length);
	same(l, "reflect_length", s->reflect_length);
	same(l, "mode", s->mode);
	same(l, "timeout", (uint64_t)(s->timeout.v / TW_NS_PER_SEC));
	same(l, "pps", s->pps);
	if (strcmp(user ? user : s->user, s->user) != 0)
		fail(l, "user is %s", s->user);
	same_address(l, "sender", &s->sender.addr);
	same_address(l, "receiver", &s->receiver.addr);
	t.id[t.sids + 1] = id;
	port = (uint16_t)number(l, "port", s->receiver.port ? s->receiver.port : 40000);
	if (!flag(l, "later"))
		tw_server_created(t.server, t.now, id,
			(enum tw_accept)number(l, "accept", TW_ACCEPT_OK), port);
}

static void word_do(struct line *l)
{
	const char *what = l->n > 1 ? l->word[1] : "";
	struct tw_server_action a;

	l->used[1] = true;
	if (strcmp(what, "create") == 0) {
		do_create(l);
	} else if (strcmp(what, "start") == 0) {
		a = next(l, TW_SERVER_START);
		about(l, &a);
		if (!flag(l, "later"))
			tw_server_started(t.server, t.now, a.session->id,
				(enum tw_accept)number(l, "accept", TW_ACCEPT_OK));
	} else if (strcmp(what, "stop") == 0) {
		a = next(l, TW_SERVER_STOP);
		about(l, &a);
		same(l, "until", (uint64_t)(a.until.v / TW_NS_PER_SEC));
		same(l, "invalid", a.invalid);
	} else if (strcmp(what, "delete") == 0) {
		a = next(l, TW_SERVER_DELETE);
		about(l, &a);
		same(l, "invalid", a.invalid);
	} else if (strcmp(what, "last-packet") == 0) {
		a = next(l, TW_SERVER_LAST_PACKET);
		about(l, &a);
		tw_server_last_packet(t.server, t.now, a.session->id, seconds(l, "at", -1));
	} else {
		fail(l, "no such action");
	}
}

/* A session whose CREATE or START was left for later. */
static void word_later(struct line *l)
{
	const char *what = l->n > 1 ? l->word[1] : "";
	uint64_t id = t.id[number(l, "n", t.sids + 1) % SIDS];
	enum tw_accept accept = (enum tw_accept)number(l, "accept", TW_ACCEPT_OK);

	l->used[1] = true;
	if (strcmp(what, "created") == 0)
		tw_server_created(t.server, t.now, id, accept, (uint16_t)number(l, "port", 862));
	else if (strcmp(what, "started") == 0)
		tw_server_started(t.server, t.now, id, accept);
	else if (strcmp(what, "gone") == 0)
		tw_server_session_gone(t.server, t.now, id);
	else
		fail(l, "created, started or gone");
}

static void word_closed(struct line *l)
{
	const char *why = "";

	if (!tw_server_conn_done(t.conn, &why))
		fail(l, "the connection is open");
	if (*l->quoted && strcmp(l->quoted, why) != 0)
		fail(l, "closed because \"%s\"", why);
}

static void word_refusal(struct line *l)
{
	const char *why = tw_server_conn_refusal(t.conn);

	if (!why || strcmp(why, l->quoted) != 0)
		fail(l, "refused because \"%s\"", why ? why : "");
}

static bool word(struct line *l)
{
	const char *w = l->word[0];
	struct tw_server_action a;
	size_t len;

	if (strcmp(w, "server") == 0) {
		word_server(l);
	} else if (strcmp(w, "send") == 0) {
		word_send(l);
	} else if (strcmp(w, "release") == 0) {
		feed(l, t.held, t.held_len, false);
		t.held_len = 0;
	} else if (strcmp(w, "again") == 0) {
		feed(l, t.last, t.last_len, false);
	} else if (strcmp(w, "recv") == 0) {
		word_recv(l);
	} else if (strcmp(w, "do") == 0) {
		word_do(l);
	} else if (strcmp(w, "later") == 0) {
		word_later(l);
	} else if (strcmp(w, "at") == 0) {
		l->used[1] = l->n > 1;
		t.now = tw_ns_from_sec(l->n > 1 ? strtod(l->word[1], NULL) : 0);
		tw_server_conn_tick(t.conn, t.now);
		tw_server_tick(t.server, t.now);
	} else if (strcmp(w, "silent") == 0) {
		tw_server_conn_output(t.conn, &len);
		if (len)
			fail(l, "the server says %zu octets", len);
	} else if (strcmp(w, "idle") == 0) {
		if (tw_server_next_action(t.server, t.now, &a))
			fail(l, "the server wants action %d", a.kind);
	} else if (strcmp(w, "open") == 0) {
		const char *why = "";

		if (tw_server_conn_done(t.conn, &why))
			fail(l, "closed: %s", why);
	} else if (strcmp(w, "closed") == 0) {
		word_closed(l);
	} else if (strcmp(w, "refusal") == 0) {
		word_refusal(l);
	} else if (strcmp(w, "hangup") == 0) {
		tw_server_conn_destroy(t.conn, t.now);
		t.conn = NULL;
	} else {
		return false;
	}
	return true;
}

/* Nothing may be left over that the script did not expect. */
static void end(void)
{
	struct line l = {.file = "at the end of the script"};
	struct tw_server_action a;
	size_t len = 0;

	if (t.conn)
		tw_server_conn_output(t.conn, &len);
	if (len)
		fail(&l, "the server still says %zu octets", len);
	if (tw_server_next_action(t.server, t.now, &a))
		fail(&l, "the server still wants action %d", a.kind);
	tw_server_conn_destroy(t.conn, t.now);
	while (tw_server_next_action(t.server, t.now, &a))
		;
	tw_server_destroy(t.server);
	tw_limits_destroy(t.limits);
	tw_keyfile_destroy(t.keys);
	guard_stop(&t.guard);
	memset(&t, 0, sizeof(t));
}

const struct side server_side = {word, end};

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * The TWAMP-Control server. The input says how to configure it, and then, decision by decision, what
 * two clients send, how the data path answers and how time passes. A client that was set up signs
 * and encrypts what it sends, so that nothing is lost at the HMAC. At the end nothing may be left.
 */

#include "tw_control_server.h"

#include "tw_control_fuzz.h"

#define SESSIONS 24
#define KEYS "k passphrase\n"

struct client {
	struct tw_server_conn *conn;
	struct peer peer;
	struct tw_keys keys;
	bool ready;
};

struct world {
	struct tw_policy policy;
	struct tw_limits *limits;
	struct tw_server *server;
	uint64_t random;
	struct tw_ns now;
	uint32_t mode;
	struct client client[2];
	uint8_t sid[SESSIONS][16];
	uint64_t asked[SESSIONS]; /* ids that wait for an answer, 0 = none */
	uint8_t question[SESSIONS];
	bool dead[SESSIONS]; /* the session is gone: a late answer changes nothing */
	uint64_t id[SESSIONS];
	unsigned int known;
};

static const struct tw_keyfile *key_file(void)
{
	static struct tw_keyfile *kf; /* parsed once, kept for the life of the process */

	if (!kf)
		FUZZ_CHECK(
			tw_keyfile_parse("k", KEYS, strlen(KEYS), TW_KEYFILE_TEXT, NULL, &kf) == 0);
	return kf;
}

static void begin(struct world *w, struct input *in)
{
	static const uint32_t security[] = {1, 2, 4, 8};
	struct tw_server_config c;
	struct tw_limits_config lc;
	uint8_t how = next8(in);

	memset(w, 0, sizeof(*w));
	tw_policy_init(&w->policy);
	tw_limits_config_init(&lc);
	lc.connections = 2;
	lc.sessions = 16;
	lc.open_sessions = 12;
	tw_server_config_init(&c);
	c.modes = TW_MODES_KNOWN;
	c.kdf_count = TW_KDF_COUNT_MIN;
	c.kdf_per_sec = how & 4 ? 50 : 0;
	c.sessions = 14;
	c.sessions_per_connection = 8;
	c.lenient_stop = how & 8;
	c.server_octets = 0x1234;
	c.keys = key_file();
	c.policy = &w->policy;
	c.random = fuzz_random;
	c.random_arg = &w->random;
	w->mode = security[how & 3] | ((uint32_t)next8(in) << 4 & (TW_MODES_KNOWN & ~15U));
	FUZZ_CHECK(tw_limits_create(&lc, &w->limits) == 0);
	c.limits = w->limits;
	FUZZ_CHECK(tw_server_create(&c, w->now, &w->server) == 0);
}

static void give(struct world *w, struct client *c, const uint8_t *p, size_t n, size_t step)
{
	for (size_t at = 0; at < n; at += step) {
		size_t len = n - at < step ? n - at : step;

		if (tw_server_conn_feed(c->conn, w->now, p + at, len) < len)
			return; /* the rest is lost; the next message will not make sense */
	}
}

static void connect_client(struct world *w, struct client *c)
{
	struct tw_endpoint from = {.addr = {4, {192, 0, 2, 1}}, .port = 50000};
	struct tw_endpoint to = {.addr = {4, {192, 0, 2, 2}}, .port = 862};

	if (!c->conn)
		tw_server_conn_create(w->server, w->now, &from, &to, NULL, &c->conn);
}

static void disconnect(struct world *w, struct client *c)
{
	tw_server_conn_destroy(c->conn, w->now);
	peer_stop(&c->peer);
	memset(c, 0, sizeof(*c));
}

/* The Set-Up-Response of a client that knows the passphrase. */
static void set_up(struct world *w, struct client *c)
{
	uint8_t kdf_key[16];
	struct tw_setup_response m = {.mode = w->mode, .key_id = "k"};
	struct tw_greeting g;
	uint8_t msg[TW_SETUP_RESPONSE_LEN];
	const uint8_t *out;
	size_t len;

	out = tw_server_conn_output(c->conn, &len);
	if (c->ready || len != TW_GREETING_LEN || tw_greeting_parse(out, len, &g))
		return;
	if (tw_mode_protects_control(w->mode)) {
		FUZZ_CHECK(tw_kdf("passphrase", 10, g.salt, g.count, kdf_key) == 0);
		memset(&c->keys, 0x5a, sizeof(c->keys));
		FUZZ_CHECK(tw_token_make(kdf_key, g.challenge, &c->keys, m.token) == 0);
	}
	tw_server_conn_sent(c->conn, len);
	FUZZ_CHECK(tw_setup_response_build(&m, msg, sizeof(msg)) == 0);
	give(w, c, msg, sizeof(msg), sizeof(msg));
	c->ready = true;
	if (tw_mode_protects_control(w->mode))
		peer_start(&c->peer, &c->keys, m.client_iv);
}

/* A message of the right length and form; the input may change any four octets of it. */
static void message(struct world *w, struct client *c, struct input *in)
{
	static const uint8_t command[] = {TW_CMD_REQUEST_SESSION, TW_CMD_START_SESSIONS,
		TW_CMD_STOP_SESSIONS, TW_CMD_START_N_SESSIONS, TW_CMD_STOP_N_SESSIONS,
		TW_CMD_REQUEST_MICRO_SESSIONS};
	uint8_t msg[TW_N_SESSIONS_LEN(15)] = {0};
	uint8_t how = next8(in);
	uint8_t n = next8(in) % 16;
	size_t len = 32;

	msg[0] = command[how % sizeof(command)];
	if (msg[0] == TW_CMD_REQUEST_SESSION || msg[0] == TW_CMD_REQUEST_MICRO_SESSIONS) {
		len = TW_REQUEST_SESSION_LEN;
		msg[1] = 4;
		msg[13] = 1 + n; /* ports */
		msg[15] = 200;
		msg[14] = 200;
		msg[67] = 64; /* padding */
		msg[79] = n;  /* timeout */
	} else if (msg[0] == TW_CMD_STOP_SESSIONS) {
		msg[7] = (uint8_t)tw_server_conn_sessions(c->conn);
	} else if (msg[0] == TW_CMD_START_N_SESSIONS || msg[0] == TW_CMD_STOP_N_SESSIONS) {
		len = TW_N_SESSIONS_LEN(n);
		msg[15] = n;
		for (uint8_t i = 0; i < n; i++)
			memcpy(msg + 16 + 16 * i, w->sid[next8(in) % SESSIONS], 16);
	}
	if (how & 0x80)
		next_octets(in, msg + next8(in) % (len - 4), 4);
	peer_seal(&c->peer, msg, len, 0, true);
	if (how & 0x40)
		msg[next8(in) % len] ^= 1; /* on the wire */
	give(w, c, msg, len, how & 0x20 ? (size_t)1 + next8(in) % 16 : len);
	reached.authentic += c->peer.on && !tw_server_conn_done(c->conn, NULL);
}

/* Whatever blocks the input likes, signed. */
static void blocks(struct world *w, struct client *c, struct input *in)
{
	uint8_t msg[16 * 8];
	size_t len = 16 * (size_t)(1 + next8(in) % 8);

	next_octets(in, msg, len);
	peer_seal(&c->peer, msg, len, 0, len > 16);
	give(w, c, msg, len, len);
}

static void raw(struct world *w, struct client *c, struct input *in)
{
	uint8_t octets[256];
	size_t n = next8(in);

	next_octets(in, octets, n);
	if (n)
		give(w, c, octets, n, 1 + next8(in) % 64);
}

static void bury(struct world *w, uint64_t id)
{
	for (unsigned int i = 0; i < SESSIONS; i++)
		if (w->asked[i] == id)
			w->dead[i] = true;
}

/* Sessions that wait for an answer are fewer than places; late answers give way. */
static void ask(struct world *w, uint64_t id, enum tw_server_action_kind question)
{
	unsigned int i;

	for (i = 0; i < SESSIONS && w->asked[i]; i++)
		;
	if (i == SESSIONS)
		for (i = 0; i < SESSIONS && !w->dead[i]; i++)
			;
	FUZZ_CHECK(i < SESSIONS);
	w->asked[i] = id;
	w->question[i] = (uint8_t)question;
	w->dead[i] = false;
}

static void take_actions(struct world *w)
{
	struct tw_server_action a;

	while (tw_server_next_action(w->server, w->now, &a)) {
		unsigned int i = w->known % SESSIONS;

		switch (a.kind) {
		case TW_SERVER_CREATE:
			memcpy(w->sid[i], a.session->sid, 16);
			w->id[i] = a.session->id;
			w->known++;
			ask(w, a.session->id, a.kind);
			break;
		case TW_SERVER_START:
			ask(w, a.session->id, a.kind);
			break;
		case TW_SERVER_STOP:
			FUZZ_CHECK(a.until.v >= w->now.v);
			break;
		case TW_SERVER_DELETE:
			bury(w, a.session->id);
			break;
		case TW_SERVER_LAST_PACKET:
			break;
		}
	}
}

static void answer(struct world *w, unsigned int i, uint8_t accept)
{
	uint64_t id = w->asked[i];

	if (!id)
		return;
	w->asked[i] = 0;
	if (w->question[i] == TW_SERVER_CREATE)
		tw_server_created(w->server, w->now, id, (enum tw_accept)accept, 862);
	else
		tw_server_started(w->server, w->now, id, (enum tw_accept)accept);
}

static void gone(struct world *w, uint64_t id)
{
	bool asked = false;

	for (unsigned int i = 0; i < SESSIONS; i++)
		asked |= w->asked[i] == id && w->question[i] == TW_SERVER_CREATE;
	tw_server_session_gone(w->server, w->now, id);
	if (!asked) /* a session that is not there yet cannot go */
		bury(w, id);
}

static void step(struct world *w, struct input *in)
{
	uint8_t op = next8(in);
	struct client *c = &w->client[op >> 7];
	size_t len;

	op &= 0x7f;
	if (!c->conn) {
		connect_client(w, c);
		if (!c->conn)
			return;
	}
	switch (op % 12) {
	case 0:
		set_up(w, c);
		break;
	case 1:
	case 2:
		message(w, c, in);
		break;
	case 3:
		blocks(w, c, in);
		break;
	case 4:
		raw(w, c, in);
		break;
	case 5:
		take_actions(w);
		break;
	case 6:
		answer(w, next8(in) % SESSIONS, op & 0x40 ? next8(in) : TW_ACCEPT_OK);
		break;
	case 7:
		tw_server_conn_output(c->conn, &len);
		tw_server_conn_sent(c->conn, op & 0x40 ? next8(in) : len);
		break;
	case 8:
		w->now = tw_ns_add(
			w->now, tw_ns((int64_t)next8(in) * next8(in) * TW_NS_PER_SEC / 16));
		for (int i = 0; i < 2; i++)
			if (w->client[i].conn)
				tw_server_conn_tick(w->client[i].conn, w->now);
		tw_server_tick(w->server, w->now);
		break;
	case 9:
		disconnect(w, c);
		break;
	case 10:
		tw_server_last_packet(w->server, w->now, w->id[next8(in) % SESSIONS],
			tw_ns_sub(w->now, tw_ns((int64_t)next8(in) * 8 * TW_NS_PER_SEC)));
		break;
	default:
		gone(w, w->id[next8(in) % SESSIONS]);
		break;
	}
	/* the data path hears of everything, sooner or later */
	if (op & 0x20)
		take_actions(w);
}

static void end(struct world *w)
{
	for (int i = 0; i < 2; i++)
		disconnect(w, &w->client[i]);
	take_actions(w);
	for (unsigned int i = 0; i < SESSIONS; i++)
		answer(w, i, TW_ACCEPT_OK);
	take_actions(w);
	while (tw_server_deadline(w->server).v != INT64_MAX) { /* those that drain */
		w->now = tw_server_deadline(w->server);
		tw_server_tick(w->server, w->now);
		take_actions(w);
	}
	FUZZ_CHECK(tw_server_sessions(w->server) == 0);
	FUZZ_CHECK(tw_limits_sessions(w->limits) == 0);
	FUZZ_CHECK(tw_limits_connections(w->limits) == 0);
	tw_server_destroy(w->server);
	tw_limits_destroy(w->limits);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world w;
	struct input in = {data, size};

	if (size > 4096)
		return 0;
	reached.inputs++;
	begin(&w, &in);
	while (in.left)
		step(&w, &in);
	end(&w);
	return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* From the greeting to the Server-Start: RFC 4656 section 3.1, RFC 5357 section 3.1. */

#include "server_priv.h"

#include "tw_bytes.h"

/* Key derivations that may come at once before the rate holds them back. */
#define KDF_BURST 32

int setup_greet(struct tw_server_conn *c)
{
	struct tw_server *s = c->server;
	struct tw_greeting m = {.modes = s->config.modes, .count = s->config.kdf_count};
	uint8_t *p = conn_room(c, TW_GREETING_LEN);

	/* Half random, so that it cannot be foreseen; half a count, so that it never comes back. */
	if (s->config.random(s->config.random_arg, m.challenge, 8) ||
		s->config.random(s->config.random_arg, m.salt, sizeof(m.salt)))
		return -EIO;
	tw_put64(m.challenge + 8, s->challenges++);
	memcpy(c->challenge, m.challenge, sizeof(c->challenge));
	memcpy(c->salt, m.salt, sizeof(c->salt));
	tw_greeting_build(&m, p, TW_GREETING_LEN);
	c->out.len += TW_GREETING_LEN;
	return 0;
}

/* Server-Start that says no; nothing of it is encrypted. */
static void refuse(struct tw_server_conn *c, enum tw_accept accept, const char *why)
{
	struct tw_server_start m = {.accept = (uint8_t)accept};
	uint8_t *p = conn_room(c, TW_SERVER_START_LEN);

	if (p) {
		tw_server_start_build(&m, p, TW_SERVER_START_LEN);
		c->out.len += TW_SERVER_START_LEN;
	}
	conn_done(c, why);
}

static void welcome(struct tw_server_conn *c, struct tw_ns now, const uint8_t *server_iv)
{
	struct tw_server_start m = {.start_time = c->server->start_time};
	uint8_t *p = conn_room(c, TW_SERVER_START_LEN);

	if (!p)
		return;
	if (server_iv)
		memcpy(m.server_iv, server_iv, sizeof(m.server_iv));
	tw_server_start_build(&m, p, TW_SERVER_START_LEN);
	if (channel_send_part(&c->channel, p + TW_SERVER_START_CLEAR,
		    TW_SERVER_START_LEN - TW_SERVER_START_CLEAR)) {
		conn_done(c, "encryption failed");
		return;
	}
	c->out.len += TW_SERVER_START_LEN;
	c->state = CONN_READY;
	conn_next(c, now);
}

/*
 * When the next key derivation may run: now, or after those that asked before; TW_NEVER where too
 * many did. Who is turned away takes no turn: a flood would lock out all others for as long as it
 * was large.
 */
static struct tw_ns kdf_turn(struct tw_server *s, struct tw_ns now)
{
	int64_t step;
	int64_t earliest;
	int64_t turn;

	if (!s->config.kdf_per_sec)
		return now;
	step = TW_NS_PER_SEC / s->config.kdf_per_sec;
	earliest = tw_ns_sub(now, tw_ns((KDF_BURST - 1) * step)).v;
	if (s->kdf_next.v < earliest)
		s->kdf_next.v = earliest;
	turn = s->kdf_next.v > now.v ? s->kdf_next.v : now.v;
	if (turn - now.v > s->config.setup_wait.v)
		return TW_NEVER;
	s->kdf_next = tw_ns_add(s->kdf_next, tw_ns(step));
	return tw_ns(turn);
}

void setup_response(struct tw_server_conn *c, struct tw_ns now)
{
	struct tw_server *s = c->server;
	struct tw_setup_response m;
	struct tw_ns turn;

	tw_setup_response_parse(buffer_data(&c->in), c->in.len, &m);
	if (!m.mode) {
		conn_done(c, "the client declined our modes");
		return;
	}
	if (!tw_mode_is_legal(s->config.modes, m.mode)) {
		s->counters.bad_mode++;
		refuse(c, TW_ACCEPT_NOT_SUPPORTED, "the client selected no legal mode");
		return;
	}
	c->mode = m.mode;
	if (!tw_mode_protects_control(m.mode)) {
		welcome(c, now, NULL);
		return;
	}
	turn = kdf_turn(s, now);
	if (turn.v <= now.v) {
		setup_keys(c, now);
	} else if (turn.v == TW_NEVER.v) {
		refuse(c, TW_ACCEPT_TEMPORARY_LIMIT, "too many key derivations are waiting");
	} else {
		c->state = CONN_KDF;
		c->deadline = turn;
	}
}

/* The keys in the token, if the client knows the secret of its KeyID. 0, -EACCES, other errors. */
static int open_token(
	struct tw_server_conn *c, const struct tw_setup_response *m, const struct tw_secret **ret)
{
	const struct tw_server *s = c->server;
	const struct tw_secret *who = tw_keyfile_user(s->config.keys, m->key_id, sizeof(m->key_id));
	/* An unknown KeyID costs the same time as a known one with a wrong secret. */
	const void *secret = who ? who->key : s->dummy_secret;
	size_t len = who ? who->key_len : sizeof(s->dummy_secret);
	uint8_t key[16];
	int r = tw_kdf(secret, len, c->salt, s->config.kdf_count, key);

	if (!r)
		r = tw_token_open(key, c->challenge, m->token, &c->keys);
	tw_wipe(key, sizeof(key));
	if (!r && !who)
		r = -EACCES;
	*ret = who;
	return r;
}

void setup_keys(struct tw_server_conn *c, struct tw_ns now)
{
	struct tw_server *s = c->server;
	struct tw_setup_response m;
	const struct tw_secret *who = NULL;
	uint8_t server_iv[TW_AES_LEN];
	int r;

	tw_setup_response_parse(buffer_data(&c->in), c->in.len, &m);
	r = open_token(c, &m, &who);
	if (r == -EACCES) {
		s->counters.bad_token++;
		refuse(c, TW_ACCEPT_FAILURE, "unknown KeyID or wrong key");
		return;
	}
	if (!r)
		r = s->config.random(s->config.random_arg, server_iv, sizeof(server_iv));
	if (!r)
		r = channel_protect(&c->channel, &c->keys, m.client_iv, server_iv);
	if (r) {
		refuse(c, TW_ACCEPT_INTERNAL_ERROR, "key set-up failed");
		return;
	}
	if (tw_limits_authenticate(s->config.limits, who->id, &c->hold)) {
		channel_fini(&c->channel);
		s->counters.refused_limit++;
		refuse(c, TW_ACCEPT_TEMPORARY_LIMIT, "the user has too many connections");
		return;
	}
	memcpy(c->user, who->id, strlen(who->id) + 1);
	welcome(c, now, server_iv);
}

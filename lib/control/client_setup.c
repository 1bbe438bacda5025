/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* From the greeting to the Server-Start: RFC 4656 section 3.1, RFC 5357 section 3.1. */

#include "client_priv.h"

/* The mode to select; 0 and a failure when there is none. */
static uint32_t choose(struct tw_client *c)
{
	uint32_t mode = tw_mode_select(c->offered, c->config.modes);
	char offer[TW_MODES_STR];
	char ours[TW_MODES_STR];

	tw_modes_format(c->offered, offer, sizeof(offer));
	if (!mode) {
		tw_modes_format(c->config.modes & TW_MODES_SECURITY, ours, sizeof(ours));
		client_fail(c, -ENOTSUP, "no common mode: the server offers %s, we take %s", offer,
			ours);
		return 0;
	}
	if (c->config.require & ~mode) {
		tw_modes_format(c->config.require & ~mode, ours, sizeof(ours));
		client_fail(
			c, -ENOTSUP, "the server does not offer %s (it offers %s)", ours, offer);
		return 0;
	}
	return mode;
}

/* Keys of the connection, and the token that tells them to the server. */
static int make_keys(
	struct tw_client *c, const struct tw_greeting *g, struct tw_setup_response *ret)
{
	uint8_t key[16];
	int r;

	r = tw_kdf(c->passphrase, c->config.passphrase_len, g->salt, g->count, key);
	if (!r)
		r = c->config.random(c->config.random_arg, c->keys.aes, sizeof(c->keys.aes));
	if (!r)
		r = c->config.random(c->config.random_arg, c->keys.hmac, sizeof(c->keys.hmac));
	if (!r)
		r = c->config.random(c->config.random_arg, c->client_iv, sizeof(c->client_iv));
	if (!r)
		r = tw_token_make(key, g->challenge, &c->keys, ret->token);
	tw_wipe(key, sizeof(key));
	memcpy(ret->key_id, c->key_id, sizeof(ret->key_id));
	memcpy(ret->client_iv, c->client_iv, sizeof(ret->client_iv));
	return r;
}

static void forget_passphrase(struct tw_client *c)
{
	if (c->passphrase)
		tw_wipe(c->passphrase, c->config.passphrase_len);
	free(c->passphrase);
	c->passphrase = NULL;
}

/* RFC 4656 section 3.1: a client that does not go on answers with Mode 0, if it answers at all. */
static void decline(struct tw_client *c)
{
	static const struct tw_setup_response m;
	uint8_t *p = client_room(c, TW_SETUP_RESPONSE_LEN);

	if (!p)
		return;
	tw_setup_response_build(&m, p, TW_SETUP_RESPONSE_LEN);
	c->out.len += TW_SETUP_RESPONSE_LEN;
}

void client_greeting(struct tw_client *c, struct tw_ns now)
{
	struct tw_greeting g;
	struct tw_setup_response m = {0};
	uint8_t *p;

	tw_greeting_parse(buffer_data(&c->in), c->in.len, &g);
	c->offered = g.modes;
	if (!g.modes) {
		client_fail(c, -ECONNREFUSED, "the server takes nobody now (Modes 0)");
		return;
	}
	m.mode = choose(c);
	if (!m.mode) {
		decline(c);
		return;
	}
	c->mode = m.mode;
	if (tw_mode_protects_control(m.mode)) {
		if (!tw_kdf_count_ok(g.count, c->config.kdf_count_max)) {
			client_fail(c, -ERANGE,
				"the server wants %u PBKDF2 iterations; a power of two from %d to "
				"%u "
				"is taken",
				g.count, TW_KDF_COUNT_MIN, c->config.kdf_count_max);
			decline(c);
			return;
		}
		if (make_keys(c, &g, &m)) {
			client_fail(c, -EIO, "key set-up failed");
			return;
		}
	}
	forget_passphrase(c);
	p = client_room(c, TW_SETUP_RESPONSE_LEN);
	if (!p)
		return;
	tw_setup_response_build(&m, p, TW_SETUP_RESPONSE_LEN);
	c->out.len += TW_SETUP_RESPONSE_LEN;
	c->state = CLIENT_SERVER_START;
	client_next(c, now);
	c->need = TW_SERVER_START_LEN;
}

void client_server_start(struct tw_client *c, struct tw_ns now)
{
	uint8_t *msg = buffer_data(&c->in);
	struct tw_server_start m;

	tw_server_start_parse(msg, c->in.len, &m);
	if (m.accept) {
		c->accept = m.accept;
		client_fail(c, -ECONNREFUSED, "the server refused the connection: %s (Accept %u)",
			tw_accept_words(m.accept), m.accept);
		return;
	}
	if (tw_mode_protects_control(c->mode)) {
		/* The third block is encrypted already, and part of the text of the first HMAC. */
		if (channel_protect(&c->channel, &c->keys, m.server_iv, c->client_iv) ||
			channel_receive_part(&c->channel, msg + TW_SERVER_START_CLEAR,
				TW_SERVER_START_LEN - TW_SERVER_START_CLEAR)) {
			client_fail(c, -EIO, "key set-up failed");
			return;
		}
		tw_server_start_parse(msg, c->in.len, &m);
	}
	c->start_time = m.start_time;
	c->state = CLIENT_READY;
	c->ready_event = true;
	client_next(c, now);
	client_send_requests(c, now);
}

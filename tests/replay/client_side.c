/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* The script is the server, the machine under test the client. */

#include "replay.h"

#include "tw_bytes.h"
#include "tw_control_client.h"
#include "tw_rand.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
	struct tw_client *client;
	struct tw_rand rand;
	struct tw_ns now;
	uint32_t mode;
	struct guard guard;
	uint8_t greeting[64];
	uint8_t client_iv[16];
	char passphrase[256];
	uint8_t last[MESSAGE_MAX];
	size_t last_len;
	uint8_t held[2 * MESSAGE_MAX]; /* sent, but not yet arrived */
	size_t held_len;
} t;

static const struct {
	const char *name;
	int error;
} errors[] = {
	{"EAGAIN", EAGAIN},
	{"EBADMSG", EBADMSG},
	{"EBUSY", EBUSY},
	{"ECONNREFUSED", ECONNREFUSED},
	{"ECONNRESET", ECONNRESET},
	{"EINVAL", EINVAL},
	{"ENOENT", ENOENT},
	{"ENOTSUP", ENOTSUP},
	{"EOPNOTSUPP", EOPNOTSUPP},
	{"EPROTO", EPROTO},
	{"ERANGE", ERANGE},
	{"ETIMEDOUT", ETIMEDOUT},
};

static int error_named(struct line *l, const char *name)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(errors[i].name, name) == 0)
			return -errors[i].error;
	fail(l, "%s: no such error", name);
}

static int dice(void *arg, void *buf, size_t len)
{
	uint8_t *p = buf;

	(void)arg;
	while (len--)
		*p++ = (uint8_t)tw_rand_u64(&t.rand);
	return 0;
}

static void word_client(struct line *l)
{
	struct tw_client_config c;

	tw_rand_init(&t.rand, 2);
	tw_client_config_init(&c);
	c.modes = (uint32_t)number(l, "modes", 1);
	c.require = (uint32_t)number(l, "require", 0);
	c.kdf_count_max = (uint32_t)number(l, "count_max", TW_KDF_COUNT_MAX_DEFAULT);
	c.window = (uint32_t)number(l, "window", 1);
	c.reply_wait = seconds(l, "reply_wait", 30);
	c.key_id = option(l, "keyid");
	c.passphrase = *l->quoted ? l->quoted : NULL;
	c.passphrase_len = strlen(l->quoted);
	c.random = dice;
	snprintf(t.passphrase, sizeof(t.passphrase), "%s", l->quoted);
	if (tw_client_create(&c, t.now, &t.client))
		fail(l, "the client refuses to be");
}

static void word_request(struct line *l)
{
	struct tw_client_request r = {
		.dscp = (uint8_t)number(l, "dscp", 0),
		.padding_length = (uint32_t)number(l, "padding", 64),
		.timeout = seconds(l, "timeout", 2),
		.octets_to_reflect = (uint16_t)number(l, "octets_to_reflect", 0),
		.reflect_length = (uint16_t)number(l, "reflect_length", 0),
	};
	const char *sender = option(l, "sender");
	const char *receiver = option(l, "receiver");
	uint32_t index;

	if (tw_addr_parse(sender ? sender : "192.0.2.1", &r.sender.addr) ||
		tw_addr_parse(receiver ? receiver : "192.0.2.2", &r.receiver.addr))
		fail(l, "not an address");
	r.sender.port = (uint16_t)number(l, "sender_port", 20000);
	r.receiver.port = (uint16_t)number(l, "receiver_port", 862);
	if (tw_client_request(t.client, t.now, &r, &index))
		fail(l, "the client does not take the request");
}

/* The octets of the client's next message, decrypted. */
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
	out = tw_client_output(t.client, &len);
	want = m->len ? m->len : message_make(l, m, msg);
	if (want > len)
		fail(l, "the client said %zu octets, not %zu", len, want);
	memcpy(msg, out, want);
	if (strcmp(m->name, "setup") == 0) {
		uint8_t key[16];

		t.mode = tw_get32(msg);
		memcpy(t.client_iv, msg + 148, 16);
		if (t.mode & 14 &&
			(tw_kdf(t.passphrase, strlen(t.passphrase), t.greeting + 32,
				 tw_get32(t.greeting + 48), key) ||
				tw_token_open(key, t.greeting + 16, msg + 84, &t.guard.keys)))
			fail(l, "the token is wrong");
	} else if (!guard_receive(&t.guard, msg, want, 0, true)) {
		fail(l, "the client's HMAC is wrong");
	}
	message_check(l, m, msg, want);
	tw_client_sent(t.client, t.now, want);
}

static void feed(struct line *l, const uint8_t *p, size_t n, bool singly)
{
	size_t step = singly ? 1 : n;

	for (size_t at = 0; at < n; at += step)
		if (tw_client_feed(t.client, t.now, p + at, step) != step &&
			!tw_client_failed(t.client, NULL))
			fail(l, "the client does not read");
}

static void word_send(struct line *l)
{
	const struct message *m = l->n > 1 ? message_find(l->word[1]) : NULL;
	size_t flip;
	size_t cut;

	if (!m)
		fail(l, "no such message");
	l->used[1] = true;
	flip = number(l, "flip", SIZE_MAX);
	cut = number(l, "cut", SIZE_MAX);
	t.last_len = message_make(l, m, t.last);
	if (strcmp(m->name, "greeting") == 0) {
		memcpy(t.greeting, t.last, sizeof(t.greeting));
	} else if (strcmp(m->name, "server-start") == 0) {
		if (t.mode & 14 && t.last[15] == 0) {
			guard_start(&t.guard, t.client_iv, t.last + 16);
			guard_send(&t.guard, t.last, t.last_len, 32, false);
		}
	} else {
		guard_send(&t.guard, t.last, t.last_len, 0, t.last_len > 16);
	}
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

/* call start|stop [n=0,1] [error=NAME] */
static void word_call(struct line *l)
{
	const char *what = l->n > 1 ? l->word[1] : "";
	bool start = strcmp(what, "start") == 0;
	const char *list = option(l, "n");
	const char *error = option(l, "error");
	uint32_t index[SIDS];
	uint32_t n = 0;
	int r;

	l->used[1] = true;
	if (!start && strcmp(what, "stop") != 0)
		fail(l, "call start or stop");
	while (list && *list && n < SIDS) {
		index[n++] = (uint32_t)strtoul(list, (char **)&list, 10);
		list += *list == ',';
	}
	if (n)
		r = start ? tw_client_start_some(t.client, t.now, index, n)
			  : tw_client_stop_some(t.client, t.now, index, n);
	else
		r = start ? tw_client_start(t.client, t.now)
			  : tw_client_stop(t.client, t.now,
				    (enum tw_accept)number(l, "accept", TW_ACCEPT_OK));
	if (r != (error ? error_named(l, error) : 0))
		fail(l, "it returned %s", strerror(-r));
}

static void word_event(struct line *l)
{
	static const char *const states[] = {"queued", "requested", "refused", "accepted",
		"starting", "started", "stopping", "stopped"};
	struct tw_client_event e;
	const char *want = l->n > 1 ? l->word[1] : "";
	const char *is;

	l->used[1] = true;
	if (!tw_client_next_event(t.client, &e))
		fail(l, "nothing has happened");
	is = e.kind == TW_CLIENT_EV_READY ? "ready" : states[e.session->state];
	if (strcmp(is, want) != 0)
		fail(l, "%s", is);
	if (e.kind == TW_CLIENT_EV_READY) {
		if (number(l, "mode", tw_client_mode(t.client)) != tw_client_mode(t.client))
			fail(l, "mode %u", tw_client_mode(t.client));
		return;
	}
	if (number(l, "n", e.index) != e.index)
		fail(l, "session %u", e.index);
	if (number(l, "accept", e.session->accept) != e.session->accept)
		fail(l, "Accept %u", e.session->accept);
	if (number(l, "port", e.session->port) != e.session->port)
		fail(l, "port %u", e.session->port);
	if (number(l, "server_octets", e.session->server_octets) != e.session->server_octets)
		fail(l, "server octets %u", e.session->server_octets);
}

static void word_failed(struct line *l)
{
	const char *why = "";
	int is = tw_client_failed(t.client, &why);
	int want = error_named(l, l->n > 1 ? l->word[1] : "");

	l->used[1] = true;
	if (is != want)
		fail(l, "%s (%s)", is ? strerror(-is) : "all is well", why);
	if (*l->quoted && strcmp(why, l->quoted) != 0)
		fail(l, "\"%s\"", why);
}

static bool word(struct line *l)
{
	const char *w = l->word[0];
	struct tw_client_event e;
	const char *why = "";
	size_t len;

	if (strcmp(w, "client") == 0) {
		word_client(l);
	} else if (strcmp(w, "request") == 0) {
		word_request(l);
	} else if (strcmp(w, "recv") == 0) {
		word_recv(l);
	} else if (strcmp(w, "send") == 0) {
		word_send(l);
	} else if (strcmp(w, "release") == 0) {
		feed(l, t.held, t.held_len, false);
		t.held_len = 0;
	} else if (strcmp(w, "again") == 0) {
		feed(l, t.last, t.last_len, false);
	} else if (strcmp(w, "call") == 0) {
		word_call(l);
	} else if (strcmp(w, "withdraw") == 0) {
		tw_client_withdraw(t.client);
	} else if (strcmp(w, "event") == 0) {
		word_event(l);
	} else if (strcmp(w, "quiet") == 0) {
		if (tw_client_next_event(t.client, &e))
			fail(l, "something happened");
	} else if (strcmp(w, "silent") == 0) {
		tw_client_output(t.client, &len);
		if (len)
			fail(l, "the client says %zu octets", len);
	} else if (strcmp(w, "open") == 0) {
		if (tw_client_failed(t.client, &why))
			fail(l, "failed: %s", why);
	} else if (strcmp(w, "failed") == 0) {
		word_failed(l);
	} else if (strcmp(w, "eof") == 0) {
		tw_client_eof(t.client, t.now);
	} else if (strcmp(w, "at") == 0) {
		l->used[1] = l->n > 1;
		t.now = tw_ns_from_sec(l->n > 1 ? strtod(l->word[1], NULL) : 0);
		tw_client_tick(t.client, t.now);
	} else {
		return false;
	}
	return true;
}

static void end(void)
{
	struct line l = {.file = "at the end of the script"};
	struct tw_client_event e;
	size_t len;

	tw_client_output(t.client, &len);
	if (len)
		fail(&l, "the client still says %zu octets", len);
	if (tw_client_next_event(t.client, &e))
		fail(&l, "an event is left over");
	tw_client_destroy(t.client);
	guard_stop(&t.guard);
	memset(&t, 0, sizeof(t));
}

const struct side client_side = {word, end};

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * The TWAMP-Control client. The input says what it is configured for, what its user does and what
 * the server sends; a server that was set up signs and encrypts. Whatever happens, the states of the
 * sessions and the count of awaited answers must fit together.
 */

#include "tw_control_client.h"

#include "tw_control_fuzz.h"

#define SESSIONS 12

struct world {
	struct tw_client *client;
	uint64_t random;
	struct tw_ns now;
	struct peer peer;
	struct tw_keys keys; /* what the client is going to make up */
	uint8_t iv[16];
	uint32_t sids;
	/* answers to starts that a stop followed before they came */
	bool owed[SESSIONS];
	bool start_ack_owed;
	bool loose; /* the server said what is no good answer, perhaps within another message */
};

static void begin(struct world *w, struct input *in)
{
	static const uint32_t security[] = {15, 2, 4, 8};
	struct tw_client_config c;
	uint8_t how = next8(in);
	uint64_t ahead = 0;

	memset(w, 0, sizeof(*w));
	fuzz_random(&ahead, w->keys.aes, sizeof(w->keys.aes));
	fuzz_random(&ahead, w->keys.hmac, sizeof(w->keys.hmac));
	fuzz_random(&ahead, w->iv, sizeof(w->iv));
	tw_client_config_init(&c);
	c.modes = security[how & 3] | ((uint32_t)next8(in) << 4 & (TW_MODES_KNOWN & ~15U));
	if (how & 4)
		c.modes = 1 | (c.modes & ~15U);
	c.kdf_count_max = 2048;
	c.key_id = "k";
	c.passphrase = "passphrase";
	c.passphrase_len = 10;
	c.sessions = SESSIONS;
	c.window = 1 + (how >> 4);
	c.random = fuzz_random;
	c.random_arg = &w->random;
	FUZZ_CHECK(tw_client_create(&c, w->now, &w->client) == 0);
}

static void give(struct world *w, const uint8_t *p, size_t n, size_t step)
{
	for (size_t at = 0; at < n; at += step) {
		size_t len = n - at < step ? n - at : step;

		if (tw_client_feed(w->client, w->now, p + at, len) < len)
			return;
	}
}

static uint32_t in_state(
	const struct world *w, enum tw_client_session_state low, enum tw_client_session_state high)
{
	const struct tw_client_session *s;
	uint32_t n = 0;

	for (uint32_t i = 0; (s = tw_client_session(w->client, i)) != NULL; i++)
		n += s->state >= low && s->state <= high;
	return n;
}

/* Sessions that the server knows of. */
static uint32_t asked(const struct world *w)
{
	return in_state(w, TW_CLIENT_REQUESTED, TW_CLIENT_STOPPED);
}

/* The greeting or the Server-Start, whatever is due. */
static void set_up(struct world *w, struct input *in)
{
	uint8_t msg[TW_GREETING_LEN];

	if (!tw_client_offered(w->client)) {
		struct tw_greeting m = {.modes = TW_MODES_KNOWN, .count = 1024};

		FUZZ_CHECK(tw_greeting_build(&m, msg, sizeof(msg)) == 0);
		give(w, msg, TW_GREETING_LEN, TW_GREETING_LEN);
	} else if (!w->peer.on) {
		struct tw_server_start m = {.accept = next8(in) == 255};

		w->loose = w->loose || asked(w);
		memset(m.server_iv, 0x66, sizeof(m.server_iv));
		FUZZ_CHECK(tw_server_start_build(&m, msg, sizeof(msg)) == 0);
		if (tw_mode_protects_control(tw_client_mode(w->client)))
			peer_start(&w->peer, &w->keys, m.server_iv);
		peer_seal(&w->peer, msg, TW_SERVER_START_LEN, TW_SERVER_START_CLEAR, false);
		give(w, msg, TW_SERVER_START_LEN, TW_SERVER_START_LEN);
	}
}

static uint32_t starting(const struct world *w)
{
	return in_state(w, TW_CLIENT_STARTING, TW_CLIENT_STARTING);
}

static bool individual(const struct world *w)
{
	return tw_client_mode(w->client) & TW_MODE_INDIVIDUAL_CONTROL;
}

/* Is an answer of that kind awaited, and the next one to come? */
static bool in_place(const struct world *w, unsigned int kind)
{
	uint32_t requested = in_state(w, TW_CLIENT_REQUESTED, TW_CLIENT_REQUESTED);

	if (kind == 0)
		return requested > 0;
	if (kind == 1)
		return asked(w) && !requested && !individual(w);
	return individual(w) && tw_client_awaits(w->client) > requested;
}

/* Those answers have come, when the client took them. */
static void settle(struct world *w, unsigned int kind, const uint8_t *msg, uint8_t n)
{
	const struct tw_client_session *s;

	if (kind == 1)
		w->start_ack_owed = false;
	for (uint8_t k = 0; kind == 2 && k < n; k++)
		for (uint32_t i = 0; (s = tw_client_session(w->client, i)) != NULL; i++)
			if (memcmp(s->sid, msg + 16 + 16 * k, 16) == 0)
				w->owed[i] = false;
}

/* An answer of the right form; the input may change any four octets of it. */
static void answer(struct world *w, struct input *in)
{
	uint8_t msg[TW_N_SESSIONS_LEN(SESSIONS + 1)] = {0}, plain[sizeof(msg)];
	uint8_t how = next8(in);
	uint8_t n = next8(in) % (SESSIONS + 2);
	size_t len = TW_START_ACK_LEN;

	switch (how % 4) {
	case 0:
		len = TW_ACCEPT_SESSION_LEN;
		msg[3] = 200;
		msg[19] = (uint8_t)++w->sids; /* SIDs are 1, 2, ... */
		break;
	case 1:
		msg[0] = n == 1;
		break;
	default:
		len = TW_N_SESSIONS_LEN(n);
		msg[0] = how % 4 == 2 ? TW_CMD_START_N_ACK : TW_CMD_STOP_N_ACK;
		msg[15] = n;
		for (uint8_t i = 0; i < n; i++)
			msg[31 + 16 * i] = next8(in) % (SESSIONS + 2);
		break;
	}
	w->loose = w->loose || how & 0xc0 || !in_place(w, how % 4);
	if (how & 0x80)
		next_octets(in, msg + next8(in) % (len - 4), 4);
	memcpy(plain, msg, sizeof(plain));
	peer_seal(&w->peer, msg, len, 0, true);
	if (how & 0x40)
		msg[next8(in) % len] ^= 1;
	give(w, msg, len, how & 0x20 ? (size_t)1 + next8(in) % 16 : len);
	if (!w->loose)
		settle(w, how % 4, plain, n);
	reached.authentic += w->peer.on && !tw_client_failed(w->client, NULL);
}

static void request(struct world *w, struct input *in)
{
	struct tw_client_request r = {
		.sender = {{4, {192, 0, 2, 1}}, next8(in)},
		.receiver = {{4, {192, 0, 2, 2}}, 862},
		.dscp = next8(in),
		.padding_length = 64,
		.timeout = tw_ns((int64_t)next8(in) << 32),
		.reflect_length = 8,
	};
	uint32_t index;

	tw_client_request(w->client, w->now, &r, &index);
}

static void start_or_stop(struct world *w, struct input *in, bool start)
{
	uint8_t n = next8(in) % 5;
	bool was[SESSIONS] = {false};
	uint32_t index[4], before = starting(w);
	const struct tw_client_session *s;

	for (uint32_t i = 0; (s = tw_client_session(w->client, i)) != NULL; i++)
		was[i] = s->state == TW_CLIENT_STARTING;

	for (uint8_t i = 0; i < n % 4; i++)
		index[i] = next8(in) % (SESSIONS + 1);
	if (n == 4 && start)
		tw_client_start(w->client, w->now);
	else if (n == 4)
		tw_client_stop(w->client, w->now, TW_ACCEPT_OK);
	else if (start)
		tw_client_start_some(w->client, w->now, index, n);
	else
		tw_client_stop_some(w->client, w->now, index, n);
	if (start || before == starting(w))
		return;
	w->start_ack_owed = !individual(w); /* one is for all of them */
	for (uint32_t i = 0; individual(w) && i < SESSIONS; i++)
		w->owed[i] |=
			was[i] && tw_client_session(w->client, i)->state != TW_CLIENT_STARTING;
}

/*
 * An answer is awaited for each session that waits, and for each start that was overtaken; exactly
 * so many as long as the server says nothing but good answers, and then at most.
 */
static void check(struct world *w)
{
	uint32_t requested, moving, awaits = tw_client_awaits(w->client), owed = w->start_ack_owed;
	const struct tw_client_session *s;

	if (tw_client_failed(w->client, NULL)) {
		FUZZ_CHECK(tw_client_deadline(w->client).v == INT64_MAX);
		return;
	}
	FUZZ_CHECK((awaits == 0) == (tw_client_deadline(w->client).v == INT64_MAX));
	for (uint32_t i = 0; (s = tw_client_session(w->client, i)) != NULL; i++)
		FUZZ_CHECK(s->state < TW_CLIENT_ACCEPTED || s->port != 0);
	for (uint32_t i = 0; i < SESSIONS; i++)
		owed += w->owed[i];
	requested = in_state(w, TW_CLIENT_REQUESTED, TW_CLIENT_REQUESTED);
	moving = starting(w) + in_state(w, TW_CLIENT_STOPPING, TW_CLIENT_STOPPING);
	if (!asked(w)) {
		FUZZ_CHECK(awaits <= 1); /* the greeting, or the Server-Start */
		return;
	}
	awaits -= requested + (individual(w) ? moving : moving != 0);
	FUZZ_CHECK(w->loose ? awaits <= owed : awaits == owed);
}

/* What was asked for stays, nothing else. */
static void withdraw(struct world *w)
{
	const struct tw_client_session *s;

	tw_client_withdraw(w->client);
	for (uint32_t i = 0; (s = tw_client_session(w->client, i)) != NULL; i++)
		FUZZ_CHECK(s->state >= TW_CLIENT_REQUESTED);
}

static void step(struct world *w, struct input *in)
{
	uint8_t op = next8(in);
	uint8_t octets[256];
	struct tw_client_event e;
	size_t n;

	switch (op % 11) {
	case 0:
		set_up(w, in);
		break;
	case 1:
	case 2:
		answer(w, in);
		break;
	case 3:
		request(w, in);
		break;
	case 4:
		start_or_stop(w, in, true);
		break;
	case 5:
		start_or_stop(w, in, false);
		break;
	case 6:
		n = next8(in);
		next_octets(in, octets, n);
		w->loose = w->loose || n;
		if (n)
			give(w, octets, n, 1 + next8(in) % 64);
		break;
	case 7:
		n = 16 * (size_t)(1 + next8(in) % 8);
		next_octets(in, octets, n);
		w->loose = true;
		peer_seal(&w->peer, octets, n, 0, n > 16);
		give(w, octets, n, n);
		break;
	case 8:
		tw_client_output(w->client, &n);
		tw_client_sent(w->client, w->now, op & 0x40 ? next8(in) : n);
		break;
	case 9:
		w->now = tw_ns_add(w->now, tw_ns((int64_t)next8(in) * TW_NS_PER_SEC / 8));
		tw_client_tick(w->client, w->now);
		break;
	default:
		if (op % 11 == 10 && op < 0x40)
			withdraw(w);
		if (op >= 0xf0)
			tw_client_eof(w->client, w->now);
		while (tw_client_next_event(w->client, &e))
			FUZZ_CHECK(e.kind == TW_CLIENT_EV_READY ||
				   e.session == tw_client_session(w->client, e.index));
		break;
	}
	check(w);
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
	tw_client_destroy(w.client);
	peer_stop(&w.peer);
	return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef CLIENT_PRIV_H
#define CLIENT_PRIV_H

#include "buffer_priv.h"
#include "channel_priv.h"
#include "tw_control_client.h"
#include "tw_err.h"

enum client_state {
	CLIENT_GREETING,     /* waiting for the Server-Greeting */
	CLIENT_SERVER_START, /* waiting for the Server-Start */
	CLIENT_READY,
};

#define NO_SESSION UINT32_MAX

struct client_session {
	struct tw_client_session p;
	uint32_t event_next; /* in the list of sessions with news */
	bool has_event;
	bool start_asked; /* in a Start-N without answer, whatever came after it */
};

struct tw_client {
	struct tw_client_config config;
	void *passphrase; /* NULL once it was used */
	uint8_t key_id[TW_KEYID_MAX];
	uint8_t state; /* enum client_state */
	uint32_t offered;
	uint32_t mode;
	struct tw_ntp start_time;
	struct tw_keys keys;
	uint8_t client_iv[TW_AES_LEN];
	struct channel channel;
	struct buffer in;
	struct buffer out;
	size_t need;
	bool head_open;
	void (*take)(struct tw_client *c); /* the answer that begins with that head */

	struct client_session *session;
	uint32_t sessions;
	uint32_t sent;      /* requests that went out */
	uint32_t answered;  /* of those */
	uint32_t n_pending; /* sessions in Start-N and Stop-N without answer */
	bool start_pending; /* Start-Ack is awaited */
	uint32_t n_started; /* STARTED */
	bool ready_event;
	uint32_t event_first;
	uint32_t event_last;

	struct tw_ns deadline;
	uint8_t accept;
	int error;
	struct tw_err why;
};

/* client.c */
void client_fail(struct tw_client *c, int error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
uint8_t *client_room(struct tw_client *c, size_t n);
int client_send(struct tw_client *c, struct tw_ns now, uint8_t *msg, size_t n);
/* News about a session. */
void client_event(struct tw_client *c, struct client_session *s);
/* An answer came or a question went out: the wait starts anew, or ends. */
void client_rearm(struct tw_client *c, struct tw_ns now);
void client_next(struct tw_client *c, struct tw_ns now);
/* What we wait for, in words. */
const char *client_awaited(const struct tw_client *c);

/* client_setup.c */
void client_greeting(struct tw_client *c, struct tw_ns now);
void client_server_start(struct tw_client *c, struct tw_ns now);

/* client_sessions.c */
void client_send_requests(struct tw_client *c, struct tw_ns now);
/* The first block of an answer is there. */
void client_head(struct tw_client *c);
/* All of it. */
void client_answer(struct tw_client *c, struct tw_ns now);

#endif

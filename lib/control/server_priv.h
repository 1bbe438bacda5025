/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef SERVER_PRIV_H
#define SERVER_PRIV_H

#include "buffer_priv.h"
#include "channel_priv.h"
#include "tw_control_server.h"

enum session_state {
	SESSION_FREE,
	SESSION_ASKED,    /* CREATE is not answered yet */
	SESSION_ACCEPTED, /* in the data path, not started */
	SESSION_STARTING, /* START is not answered yet */
	SESSION_RUNNING,
	SESSION_DRAINING, /* stopped, reflects until its Timeout; belongs to no connection */
	SESSION_DELETED,  /* DELETE waits to be taken */
};

struct session {
	struct tw_control_session p;
	struct tw_limit_hold hold;
	struct tw_server_conn *conn; /* NULL: its connection is gone */
	struct session *next;        /* in its connection */
	struct session *prev;
	struct session *queue_next; /* waiting actions */
	struct session *queue_prev;
	struct tw_ns deadline;
	uint32_t generation;
	uint32_t heap_at;   /* place in the heap of deadlines plus 1; 0: none */
	uint32_t hash_next; /* index plus 1; in the free list too */
	uint32_t n_index;   /* place in the Start-N that is being handled */
	uint8_t state;      /* enum session_state */
	uint8_t action;     /* enum tw_server_action_kind */
	bool queued;
	bool invalid;
};

struct tw_server {
	struct tw_server_config config;
	struct tw_server_counters counters;
	struct tw_ntp start_time;
	uint64_t challenges; /* counts up: no challenge is issued twice */
	struct tw_ns kdf_next;
	uint8_t dummy_secret[32]; /* what an unknown KeyID is derived with */

	struct session *session; /* the pool */
	uint32_t fresh;          /* never used so far */
	uint32_t free;           /* index plus 1 */
	uint32_t used;
	uint32_t buckets; /* a power of two */
	uint32_t *bucket; /* by SID, index plus 1 */
	struct session **heap;
	uint32_t heap_n;
	struct session *queue;
	struct session *queue_tail;
	struct tw_control_session deleted; /* what the last DELETE was about */
};

enum conn_state {
	CONN_SETUP, /* the Set-Up-Response is not complete */
	CONN_KDF,   /* complete, waiting for its turn to derive keys */
	CONN_READY,
};

struct tw_server_conn {
	struct tw_server *server;
	void *arg;
	struct tw_endpoint client;
	struct tw_endpoint local;
	uint8_t state; /* enum conn_state */
	uint8_t challenge[TW_CHALLENGE_LEN];
	uint8_t salt[TW_SALT_LEN];
	uint32_t mode;
	char user[TW_LIMIT_USER];
	struct tw_keys keys; /* Kc, Hc */
	struct channel channel;
	struct tw_limit_hold hold;
	struct buffer in; /* the message that is being read */
	struct buffer out;
	size_t need;     /* octets of that message that we know of */
	bool head_open;  /* its first block is decrypted */
	uint8_t command; /* waiting for answers about this one */
	uint8_t start_accept;
	uint8_t *n_accept; /* one for each SID of a Start-N */
	uint32_t waiting;  /* answers */
	struct session *sessions;
	struct session *last;
	uint32_t held;        /* length of that list */
	uint32_t in_progress; /* STARTING and RUNNING */
	uint32_t expired;     /* ended by REFWAIT; the client still counts them */
	struct tw_ns deadline;
	bool done;
	bool invalid;
	const char *why;
	const char *refusal; /* of the last session that was refused */
};

/* server_pool.c: sessions, deadlines and waiting actions */
int pool_create(struct tw_server *s);
void pool_destroy(struct tw_server *s);
struct session *pool_take(struct tw_server *s);
void pool_give(struct tw_server *s, struct session *x);
void pool_hash(struct tw_server *s, struct session *x);
struct session *pool_by_sid(struct tw_server *s, const uint8_t *sid);
struct session *pool_by_id(struct tw_server *s, uint64_t id);
void pool_deadline(struct tw_server *s, struct session *x, struct tw_ns when);
struct session *pool_earliest(const struct tw_server *s);
void pool_queue(struct tw_server *s, struct session *x, enum tw_server_action_kind action);
void pool_unqueue(struct tw_server *s, struct session *x);

/* server.c */
void conn_done(struct tw_server_conn *c, const char *why);
/* Room for a message of n octets at the end of the output; NULL: the connection is done for. */
uint8_t *conn_room(struct tw_server_conn *c, size_t n);
/* Protect those octets and send them. */
void conn_send(struct tw_server_conn *c, uint8_t *msg, size_t n);
void conn_send_accept(struct tw_server_conn *c, const struct tw_accept_session *m);
void conn_refuse(struct tw_server_conn *c, enum tw_accept accept, const char *why);
void conn_unexpected(struct tw_server_conn *c, const char *why);
/* The message is dealt with: the next one may come, SERVWAIT starts anew. */
void conn_next(struct tw_server_conn *c, struct tw_ns now);
struct tw_ntp server_wall(const struct tw_server *s, struct tw_ns now);

/* server_setup.c */
int setup_greet(struct tw_server_conn *c);
void setup_response(struct tw_server_conn *c, struct tw_ns now);
void setup_keys(struct tw_server_conn *c, struct tw_ns now);

/* server_request.c */
void request_session(struct tw_server_conn *c, struct tw_ns now, const uint8_t *msg);
void request_answered(struct tw_server_conn *c, struct tw_ns now, struct session *x,
	enum tw_accept accept, uint16_t port);

/* server_sessions.c */
void sessions_start(struct tw_server_conn *c, struct tw_ns now);
void sessions_stop(struct tw_server_conn *c, struct tw_ns now, const uint8_t *msg);
void sessions_start_n(struct tw_server_conn *c, struct tw_ns now, const struct tw_n_sessions *m);
void sessions_stop_n(struct tw_server_conn *c, struct tw_ns now, const struct tw_n_sessions *m);
void sessions_started(
	struct tw_server_conn *c, struct tw_ns now, struct session *x, enum tw_accept accept);
void session_attach(struct tw_server_conn *c, struct session *x);
void session_detach(struct session *x);
/* Out of the data path now, wherever it stands. */
void session_delete(struct tw_server *s, struct session *x, bool invalid);
/* Gone for good: from connection, limits and pool. */
void session_free(struct tw_server *s, struct session *x);
void sessions_drop_all(struct tw_server_conn *c);

#endif

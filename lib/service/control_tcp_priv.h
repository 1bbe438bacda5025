/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef CONTROL_TCP_PRIV_H
#define CONTROL_TCP_PRIV_H

/* Sockets of the control server, its connections and its sessions. */

#include "event_loop_priv.h"
#include "tw_batch.h"
#include "tw_control_tcp.h"

#include <event2/event.h>
#include <sys/queue.h>
#include <sys/socket.h>

#define CONTROL_BUFFER 1024 /* octets read ahead of a connection's machine */
#define CONTROL_ENDED 1024  /* sessions that are remembered after their end */
#define CONTROL_BATCH 64    /* sessions that start or stop with one call of the backend */

struct control_conn {
	LIST_ENTRY(control_conn) link;
	TAILQ_ENTRY(control_conn) dirty_link;
	struct tw_control_server *server;
	struct tw_server_conn *machine; /* NULL: over, what it said is being sent */
	struct event *readable;
	struct event *writable;
	struct event *timer;
	struct tw_ns armed; /* when the timer comes; TW_NEVER */
	int fd;
	bool dirty; /* in the list of connections to look at */
	bool reading;
	bool writing;
	bool closing; /* nothing more will be said: sent, then closed */
	struct tw_endpoint client;
	size_t in_len;
	uint8_t in[CONTROL_BUFFER];
};

/* What the server keeps of a session: [low half of its id]. */
struct control_session {
	uint64_t id;      /* 0: free */
	uint32_t backend; /* its id there */
	uint16_t port;
	struct tw_batch_key *key;
	struct tw_control_session_info info; /* without statistics */
};

struct tw_control_server {
	struct tw_event_loop *loop;
	struct tw_server *machine;
	const struct tw_backend_ops *ops;
	void *backend;
	struct tw_batch *batch;
	uint16_t test_port;
	uint16_t spare_port; /* the last one that the backend chose */
	uint16_t port;
	bool carried;
	unsigned int n_listeners;
	int listener[2];
	struct event *accepting[2];
	struct event *resume; /* accept again: descriptors had run out */
	struct event *timer;  /* of the sessions */
	struct tw_ns armed;
	unsigned int connections;
	unsigned int max_connections;
	LIST_HEAD(, control_conn) conns;
	TAILQ_HEAD(, control_conn) dirty;
	uint32_t n_sessions; /* size of the table */
	uint32_t used;       /* entries from here on were never used */
	uint32_t living;
	struct control_session *session;
	uint32_t ended_next;
	uint32_t n_ended;
	struct tw_control_session_info *ended; /* ring of CONTROL_ENDED */
	/* sessions that the backend will start, or stop, with one call */
	enum tw_server_action_kind batch_kind;
	struct tw_ns batch_until;
	unsigned int n_batch;
	uint64_t batch_id[CONTROL_BATCH];
	uint32_t batch_backend[CONTROL_BATCH];
};

struct tw_ns control_now(void);
struct tw_ns control_utc(void);

/* Socket addresses from and to ours; IPv4-mapped ones are IPv4. */
struct tw_endpoint control_endpoint(const struct sockaddr_storage *sa);
socklen_t control_sockaddr(const struct tw_endpoint *e, struct sockaddr_storage *ret);

/* For the last words on connections that workers of ours carry. */
#define CONTROL_FAREWELL_NS (2 * TW_NS_PER_SEC)

/*
 * Behind shutdown(): wait until the peer has all that we said and knows that nothing follows, but
 * not beyond `end`. SO_LINGER is no way to it: a TAP's driver sends signals for its frames, and each
 * of them ends the kernel's waiting.
 */
void control_wait_told(int fd, struct tw_ns end);

/* A listening, non-blocking socket; over one device alone, or all for NULL. Returns it, or a
 * negative errno. */
int control_listen(const struct tw_endpoint *at, const char *device);

/* DSCP of the connection's packets. */
void control_mark(int fd, uint8_t family, uint8_t tos);

/* The TOS octet of the SYN that a connection began with; 0 when nobody knows. */
uint8_t control_syn_tos(int fd);

/* Carry out what the machine wants of the backend; every connection it concerns becomes dirty. */
void control_sessions_run(struct tw_control_server *s, struct tw_ns now);

/* The connection has something to do: looked at before the loop goes on. */
void control_conn_touch(struct control_conn *c);

/* Look at connections and sessions until there is nothing to do. */
void control_server_run(struct tw_control_server *s);

void control_conn_accept(struct tw_control_server *s, int fd, const struct sockaddr_storage *peer);
void control_conn_work(struct control_conn *c);
void control_conn_destroy(struct control_conn *c);

#endif

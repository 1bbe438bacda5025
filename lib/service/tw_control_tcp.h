/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_CONTROL_TCP_H
#define TW_CONTROL_TCP_H

/**
 * @file
 * TWAMP-Control over kernel TCP: sockets, clock and timers around the machines of
 * tw_control_server.h and tw_control_client.h. All of it runs in the loop's thread.
 *
 * A connection costs its machine and one buffer of 1 KiB whatever its peer does; whoever is slow,
 * silent or does not read waits alone.
 */

#include "tw_backend.h"
#include "tw_control_client.h"
#include "tw_control_server.h"
#include "tw_err.h"
#include "tw_event_loop.h"

/** Where TWAMP-Control listens (RFC 5357 section 8). */
#define TW_CONTROL_PORT 862

/** The server; opaque. */
struct tw_control_server;

struct tw_control_server_config {
	/** Copied; epoch is set here. What it points to must outlive the server. */
	struct tw_server_config machine;
	const struct tw_backend_ops *ops; /**< who reflects */
	void *backend;
	struct tw_endpoint listen; /**< no address: every IPv4 and IPv6 one; port 0: any */
	const char *device;        /**< only over this interface; NULL: over all */
	bool carried;              /**< by workers of ours: wait until clients know of the end */
	uint16_t test_port;        /**< offered first where the asked one cannot be had; 0: none */
	unsigned int connections;  /**< at once; whoever comes then is told to go away */
};

/** What became of a session. */
enum tw_control_state {
	TW_CONTROL_ACCEPTED,
	TW_CONTROL_RUNNING,
	TW_CONTROL_STOPPING, /**< stopped; reflects until its Timeout has passed */
	TW_CONTROL_ENDED,
};

/** "accepted", "running", "stopping", "ended" */
const char *tw_control_state_name(enum tw_control_state s);

/** One session, alive or ended lately. */
struct tw_control_session_info {
	uint8_t sid[TW_SID_LEN];
	uint32_t mode;
	struct tw_endpoint sender;
	struct tw_endpoint receiver;
	uint8_t dscp;
	uint32_t padding_length;
	enum tw_control_state state;
	char user[TW_LIMIT_USER];
	struct tw_reflector_session_stats stats;
};

typedef void tw_control_session_fn(void *arg, const struct tw_control_session_info *info);

/**
 * Listen and serve. The backend's workers run already.
 *
 * @return 0, -ENOMEM, -EINVAL (see tw_server_create()), or what the sockets said
 */
int tw_control_server_create(struct tw_event_loop *loop, const struct tw_control_server_config *c,
	struct tw_err *err, struct tw_control_server **ret);

/** Ends every connection and session; workers still run. NULL is fine. */
void tw_control_server_destroy(struct tw_control_server *s);

/** Close every connection and listen no more; what ended stays to be shown. */
void tw_control_server_close(struct tw_control_server *s);

/** The TCP port it listens on. */
uint16_t tw_control_server_port(const struct tw_control_server *s);

/** Open connections. */
unsigned int tw_control_server_connections(const struct tw_control_server *s);

/** What the server has counted so far. */
const struct tw_server_counters *tw_control_server_counters(const struct tw_control_server *s);

/** Sessions that @p fn will be called for. */
unsigned int tw_control_server_count(const struct tw_control_server *s);

/** Call @p fn for each session: those that ended lately, then the living. @return 0, -ENOMEM */
int tw_control_server_each(struct tw_control_server *s, tw_control_session_fn *fn, void *arg);

/** One control connection to a server; opaque. */
struct tw_control_link;

/** What a connection has to tell. */
struct tw_control_link_events {
	/** Something came: look at tw_control_link_machine(), take its events. */
	void (*news)(void *arg);
	/** It is over; @p rc as of tw_client_failed(), or of connect(). Not after close. */
	void (*lost)(void *arg, int rc, const char *why);
	void *arg;
};

struct tw_control_link_config {
	struct tw_client_config machine; /**< copied */
	struct tw_endpoint server;
	struct tw_endpoint local; /**< our end; no address: the kernel chooses */
	/**
	 * Only over this interface, which is ours to serve: closing waits until the server's
	 * kernel has everything. NULL: over whatever leads there.
	 */
	const char *device;
	uint8_t dscp;                 /**< of the connection itself */
	struct tw_ns connect_timeout; /**< until TCP is established */
	struct tw_control_link_events events;
};

/**
 * Begin to connect.
 * @return 0, -EINVAL (see tw_client_create()), -ENOMEM, or what the socket said
 */
int tw_control_link_open(struct tw_event_loop *loop, const struct tw_control_link_config *c,
	struct tw_err *err, struct tw_control_link **ret);

/** The machine behind it; after calls that make it say something, tw_control_link_flush(). */
struct tw_client *tw_control_link_machine(struct tw_control_link *l);
void tw_control_link_flush(struct tw_control_link *l);

/** Its clock, for calls of the machine. */
struct tw_ns tw_control_link_now(void);

/** Our end of the connection, once it is established. */
const struct tw_endpoint *tw_control_link_local(const struct tw_control_link *l);

/** Round trip that TCP has measured on it; 0 when it has none. */
struct tw_ns tw_control_link_round_trip(const struct tw_control_link *l);

/** Send what is left, wait a moment for it, close. NULL is fine. */
void tw_control_link_close(struct tw_control_link *l);

#endif

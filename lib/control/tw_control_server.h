/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_CONTROL_SERVER_H
#define TW_CONTROL_SERVER_H

/**
 * @file
 * The server of TWAMP-Control (RFC 5357, 5618, 5938, 6038, 7750, 8186) as a machine without I/O
 * and without a clock: octets of any number of connections go in, octets and actions come out.
 *
 * The embedder's loop:
 *
 *     used = tw_server_conn_feed(c, now, octets, n);  keep what was not used, feed it later
 *     while (tw_server_next_action(s, now, &a)) ...   do it; answer CREATE, START, LAST_PACKET
 *     p = tw_server_conn_output(c, &n);               send; then tw_server_conn_sent(c, n)
 *     if (tw_server_conn_done(c, &why)) ...           flush, close, tw_server_conn_destroy()
 *
 * feed() takes nothing while the connection waits for answers to actions, or while its peer does
 * not read what we sent; stop reading from the socket then, so that a peer costs one bounded
 * buffer. `now` is any clock that never goes back; wall time is `config.epoch + now`.
 *
 * Memory: about 1 KiB for a connection, 4 KiB more of OpenSSL contexts in the protected modes, and
 * while a Start-N or Stop-N of N sessions is handled 40 N octets, N being at most
 * sessions_per_connection. Sessions come from a pool of fixed size. Only that, the OpenSSL contexts,
 * and what OpenSSL takes for itself is allocated in feed().
 *
 * The key derivation of a protected connection runs within feed(): PBKDF2 of kdf_count iterations,
 * 0.5 ms for 2,048. At most kdf_per_sec of them are done a second over all connections; others wait
 * (tw_server_conn_deadline()), so that nobody can keep the loop from its work.
 */

#include "tw_addr.h"
#include "tw_control_msg.h"
#include "tw_keyfile.h"
#include "tw_keys.h"
#include "tw_limits.h"
#include "tw_modes.h"
#include "tw_policy.h"
#include "tw_time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** No deadline. */
#define TW_NEVER tw_ns(INT64_MAX)

struct tw_server_config {
	uint32_t modes;       /**< offered in the greeting */
	uint32_t kdf_count;   /**< PBKDF2 iterations, a power of two from 1,024 */
	uint32_t kdf_per_sec; /**< key derivations a second over all connections; 0: any number */
	uint32_t sessions;    /**< size of the pool */
	uint32_t sessions_per_connection;
	struct tw_ns servwait;   /**< an idle connection is closed (RFC 5357 section 3.1) */
	struct tw_ns refwait;    /**< a started session without packets ends (section 4.2) */
	struct tw_ns setup_wait; /**< a connection must be set up by then */
	bool lenient_stop;       /**< take any Number of Sessions in Stop-Sessions */
	uint16_t server_octets;  /**< RFC 6038; 0: none wanted */
	struct tw_ntp epoch;     /**< wall time of now = 0 */
	struct tw_addr sid_addr; /**< IPv4 address for SIDs; unset: of the connection */
	const struct tw_policy *policy;
	const struct tw_keyfile *keys; /**< may be NULL when no protected mode is offered */
	struct tw_limits *limits;
	tw_random_fn *random;
	void *random_arg;
};

/** Open mode, RFC defaults, OpenSSL's random source; policy and limits are still to be set. */
void tw_server_config_init(struct tw_server_config *c);

/** What was negotiated for a test session. */
struct tw_control_session {
	uint64_t id; /**< names the session in calls; never used again */
	uint8_t sid[TW_SID_LEN];
	uint32_t mode; /**< security bit and features of the connection */
	struct tw_endpoint sender;
	struct tw_endpoint receiver; /**< port: as asked for until CREATE is answered; 0: any */
	uint8_t dscp;
	uint32_t padding_length;
	uint16_t reflect_length; /**< RFC 6038 */
	uint16_t server_octets;
	struct tw_ntp start_time; /**< 0: at once */
	struct tw_ns timeout;     /**< reflect so long after the stop */
	uint32_t pps;             /**< TW_LIMIT_NONE: any rate */
	struct tw_keys keys;      /**< Kt, Ht in the modes that protect test packets */
	char user[TW_LIMIT_USER]; /**< KeyID, "" in open mode */
};

enum tw_server_action_kind {
	TW_SERVER_CREATE,      /**< answer with tw_server_created() */
	TW_SERVER_START,       /**< answer with tw_server_started() */
	TW_SERVER_STOP,        /**< reflect until `until`, then nothing more */
	TW_SERVER_LAST_PACKET, /**< REFWAIT passed: answer with tw_server_last_packet() */
	TW_SERVER_DELETE,      /**< forget the session now; its id is dead */
};

struct tw_server_action {
	enum tw_server_action_kind kind;
	struct tw_ns until; /**< STOP */
	bool invalid;       /**< STOP, DELETE: results are void (RFC 5357 section 3.8) */
	/** Valid until the next call. */
	const struct tw_control_session *session;
};

/* Symbol, name, help. */
#define TW_SERVER_COUNTERS(X)                                                                      \
	X(CONNECTIONS, connections, "control connections accepted")                                \
	X(REFUSED_POLICY, refused_policy, "connections from outside the allow-list")               \
	X(REFUSED_LIMIT, refused_limit, "connections above a limit")                               \
	X(BAD_MODE, bad_mode, "Set-Up-Responses that selected no legal mode")                      \
	X(BAD_TOKEN, bad_token, "Set-Up-Responses with an unknown KeyID or a wrong key")           \
	X(BAD_HMAC, bad_hmac, "messages that did not authenticate")                                \
	X(BAD_COMMAND, bad_command, "commands that are unknown or unexpected")                     \
	X(BAD_STOP, bad_stop, "Stop-Sessions with a wrong count")                                  \
	X(SETUP_TIMEOUT, setup_timeout, "connections that were not set up in time")                \
	X(SERVWAIT, servwait, "connections closed after SERVWAIT")                                 \
	X(REFWAIT, refwait, "sessions ended after REFWAIT")                                        \
	X(SESSIONS, sessions, "sessions accepted")                                                 \
	X(SESSIONS_REFUSED, sessions_refused, "sessions refused")

struct tw_server_counters {
#define X(sym, name, help) uint64_t name;
	TW_SERVER_COUNTERS(X)
#undef X
};

struct tw_server;      /**< opaque */
struct tw_server_conn; /**< opaque */

/**
 * @param now  start of the server: the Start-Time that every client is told
 * @return 0
 *  - -EINVAL: a protected mode without keys, bad count, mode bits that nobody implements
 *  - -ENOMEM, -EIO (random)
 */
int tw_server_create(const struct tw_server_config *c, struct tw_ns now, struct tw_server **ret);

/** All connections must have been destroyed. NULL is fine. */
void tw_server_destroy(struct tw_server *s);

/**
 * A client has connected; the greeting is in the output.
 *
 * @param client  peer of the TCP connection; IPv4-mapped addresses as IPv4
 * @param server  our end of it
 * @return 0
 *  - -EACCES: the policy says no
 *  - -EUSERS: a limit says no; tw_server_go_away() is the polite answer
 *  - -ENOMEM, -EIO
 */
int tw_server_conn_create(struct tw_server *s, struct tw_ns now, const struct tw_endpoint *client,
	const struct tw_endpoint *server, void *arg, struct tw_server_conn **ret);

/**
 * The connection is gone, or done: its sessions end at once, but those that were stopped reflect
 * until their Timeout. NULL is fine.
 */
void tw_server_conn_destroy(struct tw_server_conn *c, struct tw_ns now);

/** What was given at creation. */
void *tw_server_conn_arg(const struct tw_server_conn *c);

/** A greeting with Modes 0 (RFC 4656 section 3.1). @param ret  TW_GREETING_LEN octets */
void tw_server_go_away(uint8_t *ret);

/** @return octets taken of @p len, perhaps 0 */
size_t tw_server_conn_feed(
	struct tw_server_conn *c, struct tw_ns now, const void *octets, size_t len);

/** What is to be sent. @return valid until the next call for this connection */
const uint8_t *tw_server_conn_output(struct tw_server_conn *c, size_t *ret_len);
void tw_server_conn_sent(struct tw_server_conn *c, size_t len);

/** Is it over? @param ret_why  for the log; may be NULL */
bool tw_server_conn_done(const struct tw_server_conn *c, const char **ret_why);

/** Why the last session that was refused was refused; NULL when none was. */
const char *tw_server_conn_refusal(const struct tw_server_conn *c);

/** Has nothing to do but wait for the peer: feed() would take octets. */
bool tw_server_conn_reads(const struct tw_server_conn *c);

/** When tw_server_conn_tick() wants to be called; TW_NEVER. */
struct tw_ns tw_server_conn_deadline(const struct tw_server_conn *c);
void tw_server_conn_tick(struct tw_server_conn *c, struct tw_ns now);

/** Sessions that the connection holds. */
uint32_t tw_server_conn_sessions(const struct tw_server_conn *c);

/** Selected mode, 0 before; KeyID, "" in open mode. */
uint32_t tw_server_conn_mode(const struct tw_server_conn *c);
const char *tw_server_conn_user(const struct tw_server_conn *c);

/** The same for the sessions: REFWAIT, and Timeout after a stop. */
struct tw_ns tw_server_deadline(const struct tw_server *s);
void tw_server_tick(struct tw_server *s, struct tw_ns now);

/** @return false: nothing to do now */
bool tw_server_next_action(struct tw_server *s, struct tw_ns now, struct tw_server_action *ret);

/**
 * The session exists in the data path, or not.
 *
 * @param accept  TW_ACCEPT_OK, or why not
 * @param port    Receiver Port that it got
 * @return the connection that goes on: look at its output and feed it; NULL when it is gone
 */
struct tw_server_conn *tw_server_created(
	struct tw_server *s, struct tw_ns now, uint64_t id, enum tw_accept accept, uint16_t port);

/** The session reflects, or not. @return as tw_server_created() */
struct tw_server_conn *tw_server_started(
	struct tw_server *s, struct tw_ns now, uint64_t id, enum tw_accept accept);

/**
 * When its last packet came; before its start when none did.
 * @return as tw_server_created(); its deadline may have changed
 */
struct tw_server_conn *tw_server_last_packet(
	struct tw_server *s, struct tw_ns now, uint64_t id, struct tw_ns last);

/** The data path lost the session by itself. @return as tw_server_last_packet() */
struct tw_server_conn *tw_server_session_gone(struct tw_server *s, struct tw_ns now, uint64_t id);

/** Sessions of the pool in use, those of gone connections too. */
uint32_t tw_server_sessions(const struct tw_server *s);
const struct tw_server_counters *tw_server_counters(const struct tw_server *s);

#endif

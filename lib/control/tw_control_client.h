/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_CONTROL_CLIENT_H
#define TW_CONTROL_CLIENT_H

/**
 * @file
 * The client of TWAMP-Control (RFC 5357, 5618, 5938, 6038, 7750, 8186) as a machine without I/O and
 * without a clock: octets of one connection go in, octets and events come out.
 *
 *     tw_client_request() for each session, before or after the connection is set up
 *     tw_client_feed(c, now, octets, n)            what the server sent
 *     while (tw_client_next_event(c, &e)) ...      READY, ACCEPTED, REFUSED, ...
 *     tw_client_start(), tw_client_stop()          when the embedder sees fit
 *     p = tw_client_output(c, &n)                  send; then tw_client_sent(c, n)
 *     if (tw_client_failed(c, ...)) ...            flush, close
 *
 * Requests are sent as soon as the server takes them. In base mode no more than that: sessions are
 * started and stopped together, requests wait while they run. With individual session control
 * (RFC 5938) each may be started and stopped by itself and requests go out at any time.
 *
 * The key derivation runs within tw_client_feed(): PBKDF2 of as many iterations as the server
 * wants, at most kdf_count_max (8 ms for 32,768). The passphrase is wiped after it.
 */

#include "tw_addr.h"
#include "tw_control_msg.h"
#include "tw_keys.h"
#include "tw_modes.h"
#include "tw_time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tw_client_config {
	uint32_t modes;   /**< acceptable security bits and wanted features */
	uint32_t require; /**< of them, what must be had */
	const char *key_id;
	const void *passphrase; /**< copied; NULL: only the open mode is possible */
	size_t passphrase_len;
	uint32_t kdf_count_max;
	uint32_t sessions; /**< that can be asked for on this connection */
	uint32_t window;   /**< requests without answer at a time */
	struct tw_ns reply_wait;
	tw_random_fn *random;
	void *random_arg;
};

/** Every mode, PTP and DSCP/ECN wanted where offered, 1,024 sessions one by one, 30 s. */
void tw_client_config_init(struct tw_client_config *c);

/** What to ask for. */
struct tw_client_request {
	struct tw_endpoint sender;   /**< address 0.0.0.0 or ::: that of the connection */
	struct tw_endpoint receiver; /**< the same; port 0 lets the server choose */
	uint8_t dscp;
	uint32_t padding_length;
	struct tw_ntp start_time; /**< 0: at once */
	struct tw_ns timeout;
	uint16_t octets_to_reflect; /**< both only with TW_MODE_REFLECT_OCTETS */
	uint16_t reflect_length;
};

enum tw_client_session_state {
	TW_CLIENT_QUEUED,
	TW_CLIENT_REQUESTED,
	TW_CLIENT_REFUSED,
	TW_CLIENT_ACCEPTED,
	TW_CLIENT_STARTING,
	TW_CLIENT_STARTED,
	TW_CLIENT_STOPPING,
	TW_CLIENT_STOPPED,
};

struct tw_client_session {
	struct tw_client_request request;
	enum tw_client_session_state state;
	uint8_t accept; /**< of the last answer about it */
	uint8_t sid[TW_SID_LEN];
	uint16_t port;          /**< Receiver Port to use: not always the one asked for */
	uint16_t server_octets; /**< RFC 6038 */
	struct tw_keys keys;    /**< Kt, Ht in the modes that protect test packets */
};

enum tw_client_event_kind {
	TW_CLIENT_EV_READY,   /**< set up; tw_client_mode() is known */
	TW_CLIENT_EV_SESSION, /**< a session came to rest in the state that it now has */
};

struct tw_client_event {
	enum tw_client_event_kind kind;
	uint32_t index; /**< of the session, in the order of the requests */
	const struct tw_client_session *session;
};

struct tw_client; /**< opaque */

/** @return 0, -EINVAL (no usable mode, sizes), -ENOMEM */
int tw_client_create(const struct tw_client_config *c, struct tw_ns now, struct tw_client **ret);
void tw_client_destroy(struct tw_client *c);

/** @return 0, -ENOSPC, -EINVAL (addresses of two families, no sender port) */
int tw_client_request(struct tw_client *c, struct tw_ns now, const struct tw_client_request *r,
	uint32_t *ret_index);

/** Requests that were not sent yet never are: their sessions are forgotten. */
void tw_client_withdraw(struct tw_client *c);

/**
 * Start every accepted session.
 *
 * @return 0
 *  - -EAGAIN: not set up, or an answer is awaited
 *  - -ENOENT: no session is accepted
 *  - -EBUSY: base mode, sessions are running
 *  - -ENOMEM
 */
int tw_client_start(struct tw_client *c, struct tw_ns now);

/**
 * Stop every session that was accepted and not stopped, also one whose start was not answered yet.
 * Base mode has no answer to it: the sessions are stopped at once.
 *
 * @param accept  0: the results are good (base mode only)
 * @return 0
 *  - -EAGAIN: not set up; base mode: the answer to a request is awaited
 *  - -ENOENT, -ENOMEM
 */
int tw_client_stop(struct tw_client *c, struct tw_ns now, enum tw_accept accept);

/** The same for some sessions; -EOPNOTSUPP without individual session control, -EINVAL. */
int tw_client_start_some(struct tw_client *c, struct tw_ns now, const uint32_t *index, uint32_t n);
int tw_client_stop_some(struct tw_client *c, struct tw_ns now, const uint32_t *index, uint32_t n);

/** @return octets taken of @p len; less when it failed, or when the server does not read */
size_t tw_client_feed(struct tw_client *c, struct tw_ns now, const void *octets, size_t len);

/** The server closed the connection. */
void tw_client_eof(struct tw_client *c, struct tw_ns now);

/** What is to be sent. @return valid until the next call */
const uint8_t *tw_client_output(struct tw_client *c, size_t *ret_len);

/** So much of it was sent. */
void tw_client_sent(struct tw_client *c, struct tw_ns now, size_t len);

/** @return false: nothing new */
bool tw_client_next_event(struct tw_client *c, struct tw_client_event *ret);

/**
 * Is it over?
 *
 * @param ret_why  a sentence for the user; both may be NULL
 * @return 0 while it lives, else
 *  - -ECONNREFUSED: Modes 0 or a Server-Start that says no (tw_client_accept())
 *  - -ENOTSUP: no common mode, or a required feature is missing
 *  - -ERANGE: absurd PBKDF2 count
 *  - -EBADMSG: a message did not authenticate
 *  - -EPROTO: a message that makes no sense
 *  - -ETIMEDOUT, -ECONNRESET, -ENOMEM, -EIO
 */
int tw_client_failed(const struct tw_client *c, const char **ret_why);

/** Accept value of a Server-Start or Start-Ack that said no. */
uint8_t tw_client_accept(const struct tw_client *c);

/** When tw_client_tick() wants to be called; INT64_MAX for never. */
struct tw_ns tw_client_deadline(const struct tw_client *c);

/** Fails when the server has kept us waiting for too long. */
void tw_client_tick(struct tw_client *c, struct tw_ns now);

/** Modes that the server offered and the one selected; 0 before. */
uint32_t tw_client_offered(const struct tw_client *c);
uint32_t tw_client_mode(const struct tw_client *c);
struct tw_ntp tw_client_server_start_time(const struct tw_client *c);

/** @return NULL past the last one */
const struct tw_client_session *tw_client_session(const struct tw_client *c, uint32_t index);

/** Answers that are awaited. */
uint32_t tw_client_awaits(const struct tw_client *c);

#endif

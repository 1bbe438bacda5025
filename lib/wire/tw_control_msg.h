/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_CONTROL_MSG_H
#define TW_CONTROL_MSG_H

/**
 * @file
 * The messages of TWAMP-Control (RFC 5357 section 3, RFC 4656 section 3, RFC 5938, RFC 6038) as
 * values. Encryption and HMAC are not known here: parsers get plain text and skip the HMAC block,
 * builders leave it zero, which is what an unprotected connection sends.
 *
 * Every parser takes at least the length of its message and returns 0, -EMSGSIZE when there are
 * fewer octets, -EBADMSG when it is another message. Fields that must be zero are not looked at.
 * Every builder writes exactly the length of its message and returns 0, or -ENOBUFS.
 */

#include "tw_int128.h"
#include "tw_time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TW_CONTROL_BLOCK 16 /**< octets of a cipher block and of an HMAC field */

#define TW_GREETING_LEN 64
#define TW_SETUP_RESPONSE_LEN 164
#define TW_SERVER_START_LEN 48
#define TW_REQUEST_SESSION_LEN 112
#define TW_ACCEPT_SESSION_LEN 48
#define TW_START_SESSIONS_LEN 32
#define TW_START_ACK_LEN 32
#define TW_STOP_SESSIONS_LEN 32
/** Start-N, Start-N-Ack, Stop-N, Stop-N-Ack of @p n sessions (RFC 5938 section 3). */
#define TW_N_SESSIONS_LEN(n) (32 + 16 * (size_t)(n))

/** Octets in clear at the front of a Server-Start of a protected connection. */
#define TW_SERVER_START_CLEAR 32

/* Symbol, number, name, total length (0: not fixed), reference. */
#define TW_COMMANDS(X)                                                                             \
	X(START_SESSIONS, 2, "Start-Sessions", 32, "RFC 5357 3.7")                                 \
	X(STOP_SESSIONS, 3, "Stop-Sessions", 32, "RFC 5357 3.8")                                   \
	X(REQUEST_SESSION, 5, "Request-TW-Session", 112, "RFC 5357 3.5")                           \
	X(START_N_SESSIONS, 7, "Start-N-Sessions", 0, "RFC 5938 3.1")                              \
	X(START_N_ACK, 8, "Start-N-Ack", 0, "RFC 5938 3.2")                                        \
	X(STOP_N_SESSIONS, 9, "Stop-N-Sessions", 0, "RFC 5938 3.3")                                \
	X(STOP_N_ACK, 10, "Stop-N-Ack", 0, "RFC 5938 3.4")                                         \
	X(REQUEST_MICRO_SESSIONS, 11, "Request-TW-Micro-Sessions", 112, "RFC 9533")

/** Numbers of commands (first octet). */
enum tw_command {
#define X(sym, number, name, len, ref) TW_CMD_##sym = (number),
	TW_COMMANDS(X)
#undef X
};

/* Symbol, value, words. */
#define TW_ACCEPTS(X)                                                                              \
	X(OK, 0, "accepted")                                                                       \
	X(FAILURE, 1, "failure, reason unspecified")                                               \
	X(INTERNAL_ERROR, 2, "internal error")                                                     \
	X(NOT_SUPPORTED, 3, "some aspect of the request is not supported")                         \
	X(PERMANENT_LIMIT, 4, "permanent resource limitation")                                     \
	X(TEMPORARY_LIMIT, 5, "temporary resource limitation")                                     \
	X(NO_IKEV2_SA, 6, "no matching IKEv2 security association")

/** Values of every Accept field (RFC 4656 section 3.3; 6: RFC 7717). */
enum tw_accept {
#define X(sym, value, words) TW_ACCEPT_##sym = (value),
	TW_ACCEPTS(X)
#undef X
};

/** RFC 4656 section 3.1. */
struct tw_greeting {
	uint32_t modes;
	uint8_t challenge[16];
	uint8_t salt[16];
	uint32_t count; /**< PBKDF2 iterations */
};

/** RFC 4656 section 3.1. */
struct tw_setup_response {
	uint32_t mode;
	uint8_t key_id[80]; /**< zeros at the end */
	uint8_t token[64];
	uint8_t client_iv[16];
};

/** RFC 4656 section 3.1. */
struct tw_server_start {
	uint8_t accept;
	uint8_t server_iv[16];
	struct tw_ntp start_time;
};

/** RFC 5357 section 3.5, RFC 6038 section 4.1. */
struct tw_request_session {
	uint8_t ipvn; /**< 4 or 6; only the low 4 bits are on the wire */
	uint8_t conf_sender;
	uint8_t conf_receiver;
	uint32_t schedule_slots;
	uint32_t packets;
	uint16_t sender_port;
	uint16_t receiver_port;
	uint8_t sender_address[16]; /**< IPv4 in the first 4 octets; all zero: of the connection */
	uint8_t receiver_address[16];
	uint8_t sid[16];
	uint32_t padding_length;
	struct tw_ntp start_time; /**< 0: at once */
	uint64_t timeout;         /**< a duration in 2^-32 s, see tw_timeout_to_ns() */
	uint32_t type_p;
	uint16_t octets_to_reflect; /**< RFC 6038: two octets that come back in Accept-Session */
	uint16_t reflect_length;    /**< RFC 6038: octets of padding to be reflected */
};

/** RFC 5357 section 3.5, RFC 6038 section 4.1. */
struct tw_accept_session {
	uint8_t accept;
	uint16_t port;
	uint8_t sid[16];
	uint16_t reflected_octets; /**< RFC 6038 */
	uint16_t server_octets;    /**< RFC 6038: 0, or what begins the reflected padding */
};

/** RFC 5357 section 3.8. */
struct tw_stop_sessions {
	uint8_t accept;
	uint32_t sessions;
};

/** Start-N and Stop-N and their answers (RFC 5938 section 3). */
struct tw_n_sessions {
	uint8_t command;
	uint8_t accept; /**< in answers only */
	uint32_t sessions;
	const uint8_t *sids; /**< sessions times 16 octets; not owned */
};

int tw_greeting_parse(const uint8_t *buf, size_t len, struct tw_greeting *ret);
int tw_greeting_build(const struct tw_greeting *m, uint8_t *buf, size_t len);

int tw_setup_response_parse(const uint8_t *buf, size_t len, struct tw_setup_response *ret);
int tw_setup_response_build(const struct tw_setup_response *m, uint8_t *buf, size_t len);

int tw_server_start_parse(const uint8_t *buf, size_t len, struct tw_server_start *ret);
int tw_server_start_build(const struct tw_server_start *m, uint8_t *buf, size_t len);

int tw_request_session_parse(const uint8_t *buf, size_t len, struct tw_request_session *ret);
int tw_request_session_build(const struct tw_request_session *m, uint8_t *buf, size_t len);

int tw_accept_session_parse(const uint8_t *buf, size_t len, struct tw_accept_session *ret);
int tw_accept_session_build(const struct tw_accept_session *m, uint8_t *buf, size_t len);

/** Start-Sessions: nothing but the command number and padding. */
int tw_start_sessions_parse(const uint8_t *buf, size_t len);
int tw_start_sessions_build(uint8_t *buf, size_t len);

/** Start-Ack: the Accept value is all that it says. */
int tw_start_ack_parse(const uint8_t *buf, size_t len, uint8_t *ret_accept);
int tw_start_ack_build(uint8_t accept, uint8_t *buf, size_t len);

int tw_stop_sessions_parse(const uint8_t *buf, size_t len, struct tw_stop_sessions *ret);
int tw_stop_sessions_build(const struct tw_stop_sessions *m, uint8_t *buf, size_t len);

/** Takes commands 7 to 10; -EBADMSG too when the number of sessions is 0. */
int tw_n_sessions_parse(const uint8_t *buf, size_t len, struct tw_n_sessions *ret);
int tw_n_sessions_build(const struct tw_n_sessions *m, uint8_t *buf, size_t len);

/**
 * Length of the command whose first 16 octets are at @p block: that is all that a server needs to
 * know where it ends.
 *
 * @return octets with the HMAC; 0 when the command is not known, and so its length
 */
size_t tw_command_len(const uint8_t *block);

/** Name of a command; "command N" is the caller's when this is NULL. */
const char *tw_command_name(uint8_t command);

/** What an Accept value means; values nobody defined mean 1 (RFC 4656 section 3.3). */
const char *tw_accept_words(uint8_t accept);

/** Type-P Descriptor of a DSCP (RFC 4656 section 3.5: two zero bits, then the DSCP). */
static inline uint32_t tw_type_p(uint8_t dscp)
{
	return (uint32_t)(dscp & 0x3f) << 24;
}

/** DSCP of a Type-P Descriptor. @return 0, -ENOTSUP for a PHB id or anything else */
int tw_type_p_dscp(uint32_t type_p, uint8_t *ret_dscp);

/** The Timeout of a request: 2^-32 s, unsigned, to nanoseconds. Never overflows. */
static inline struct tw_ns tw_timeout_to_ns(uint64_t timeout)
{
	return tw_ns((int64_t)(((tw_u128)timeout * TW_NS_PER_SEC) >> 32));
}

/** The other way; negative durations become 0, more than the field holds its maximum. */
uint64_t tw_timeout_from_ns(struct tw_ns d);

#endif

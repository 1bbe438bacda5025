/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_LIMITS_H
#define TW_LIMITS_H

/**
 * @file
 * How much each client may hold at once: connections and sessions by prefix, by user and in all.
 * RFC 4656 section 6.3 wants such limits on by default and apart for open and authenticated use.
 */

#include "tw_addr.h"
#include "tw_err.h"

#include <stdbool.h>
#include <stdint.h>

#define TW_LIMIT_NONE UINT32_MAX
#define TW_LIMIT_RULES 64
#define TW_LIMIT_USER 81 /**< a KeyID with its NUL */

enum tw_limit_kind {
	TW_LIMIT_PREFIX,    /**< clients of a prefix */
	TW_LIMIT_USER_NAME, /**< one KeyID, or "*": every KeyID for itself */
};

/** Of each kind the first rule that fits counts, as in an access list. */
struct tw_limit_rule {
	enum tw_limit_kind kind;
	struct tw_prefix prefix;
	uint8_t each; /**< leading bits that tell one customer from another; prefix.len: all are one */
	char user[TW_LIMIT_USER];
	uint32_t connections; /**< TW_LIMIT_NONE: any number, also below */
	uint32_t sessions;
	uint32_t pps; /**< packets a second of each session; enforced by the data path */
};

struct tw_limits_config {
	uint32_t connections;   /**< in all */
	uint32_t sessions;      /**< in all */
	uint32_t open_sessions; /**< in all, of connections without a key */
	unsigned int rules;
	struct tw_limit_rule rule[TW_LIMIT_RULES];
};

/** 4,096 connections, 65,536 sessions, three quarters of them open, no rules. */
void tw_limits_config_init(struct tw_limits_config *c);

/**
 * One rule from the command line:
 * `[PREFIX|user:KEYID|user:*:]connections=N,sessions=N,pps=N,each=BITS`; without a prefix it
 * is for every IPv4 and IPv6 client, hence two rules.
 *
 * @return 0, -EINVAL, -ENOSPC
 */
int tw_limits_config_add(struct tw_limits_config *c, const char *spec, struct tw_err *ret_err);

/** Counts of one server; opaque. */
struct tw_limits;

/** What somebody holds; give it back with the call of the same name. Zeroed is "nothing". */
struct tw_limit_hold {
	uint32_t prefix_entry; /**< 0: no rule */
	uint32_t user_entry;
	bool open;
};

/** Memory for every connection and session at their limits is taken here. @return 0, -ENOMEM */
int tw_limits_create(const struct tw_limits_config *c, struct tw_limits **ret);
void tw_limits_destroy(struct tw_limits *l);

/** A connection from @p client, until it authenticates an open one. @return 0, -EUSERS */
int tw_limits_connect(
	struct tw_limits *l, const struct tw_addr *client, struct tw_limit_hold *ret_hold);

/** The connection turned out to be @p user's. @return 0, -EUSERS (nothing has changed) */
int tw_limits_authenticate(struct tw_limits *l, const char *user, struct tw_limit_hold *hold);

/** The connection is gone; its sessions may live on. */
void tw_limits_disconnect(struct tw_limits *l, const struct tw_limit_hold *hold);

/** One more session of a connection. @param ret_hold  what the session holds @return 0, -EUSERS */
int tw_limits_session(struct tw_limits *l, const struct tw_limit_hold *connection,
	struct tw_limit_hold *ret_hold);

/** The session is gone. */
void tw_limits_session_end(struct tw_limits *l, const struct tw_limit_hold *hold);

/** Packets a second that a session of this connection may have; TW_LIMIT_NONE. */
uint32_t tw_limits_pps(const struct tw_limits *l, const struct tw_limit_hold *hold);

/** What is held now. */
uint32_t tw_limits_connections(const struct tw_limits *l);
uint32_t tw_limits_sessions(const struct tw_limits *l);

#endif

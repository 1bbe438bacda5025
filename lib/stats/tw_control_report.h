/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_CONTROL_REPORT_H
#define TW_CONTROL_REPORT_H

/**
 * @file
 * What TWAMP-Control has to say in a report: on the server's side its sessions and counters, on
 * the client's side what was negotiated. Texts live as long as the report.
 */

#include "tw_time.h"

#include <stdint.h>

#define TW_SID_STR 33     /**< hex digits of a SID */
#define TW_SESSION_END 80 /**< "[2001:db8::1]:862" */

/** A session of a server: what the reflector's side saw of it. */
struct tw_reflected_session {
	char sid[TW_SID_STR];
	char sender[TW_SESSION_END];
	char receiver[TW_SESSION_END];
	char mode[192];
	char user[84];     /**< "" in open mode */
	const char *state; /**< "accepted", "running", "stopping", "ended" */
	unsigned int dscp;
	uint64_t received;
	uint64_t reflected;
	uint64_t refused;
	uint64_t bad_hmac;
	uint64_t gaps;
	uint64_t reordered;
	uint64_t octets;
	unsigned int ttl_min, ttl_max; /**< both 0: nothing came */
	struct tw_ns first;            /**< UTC; 0: nothing came */
	struct tw_ns last;
};

/** A count with its name in reports. */
struct tw_named_count {
	const char *name;
	const char *help;
	uint64_t v;
};

/** A server's control side. */
struct tw_control_report {
	unsigned int connections; /**< open now */
	unsigned int n_counts;
	const struct tw_named_count *count;
	unsigned int n_sessions;
	struct tw_reflected_session *session;
};

/** One session that a client asked for. */
struct tw_asked_session {
	char sid[TW_SID_STR]; /**< "" when it was refused */
	char sender[TW_SESSION_END];
	char receiver[TW_SESSION_END];
	unsigned int asked_port;
	unsigned int port; /**< that the server gave; 0: none */
	unsigned int accept;
	const char *accept_words;
	unsigned int server_octets;
};

/** A client's control side. */
struct tw_asked_report {
	char server[TW_SESSION_END];
	char offered[192]; /**< names of the server's modes, joined by '+' */
	char chosen[192];
	char user[84];
	struct tw_ns server_start; /**< UTC */
	unsigned int n_sessions;
	struct tw_asked_session *session;
};

#endif

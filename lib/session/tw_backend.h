/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_BACKEND_H
#define TW_BACKEND_H

/**
 * @file
 * The seam between who negotiates sessions (control, service) and who reflects them: a table of
 * functions. The data plane implements it with mailboxes to its workers, tests with memory.
 *
 * A session is added, started, stopped and deleted, in this order; ids are the backend's. All
 * calls come from one thread and return when the workers have carried them out.
 */

#include "tw_addr.h"
#include "tw_session.h"
#include "tw_time.h"

#include <stdbool.h>
#include <stdint.h>

/** A TWAMP session that was negotiated; frozen once added. */
struct tw_reflector_session {
	struct tw_endpoint sender;
	struct tw_endpoint reflector;
	enum tw_security security;
	const struct tw_batch_key *key; /**< test keys; lives until the session is deleted */
	uint8_t dscp;                   /**< of the replies (Type-P) */
	bool symmetrical; /**< RFC 6038: requests have 27 (64) zeros before their padding */
	bool dscp_ecn;    /**< RFC 7750: the received octet goes back, padding starts at 44 */
	bool ptp;         /**< RFC 8186: stamps in PTP format */
	struct tw_ns refwait;
	uint32_t pps; /**< requests a second that are answered; 0 = any number */
};

/**
 * What became of a session so far. Its own counters: nobody else's packets are in them. Those that
 * every request changes come first.
 */
struct tw_reflector_session_stats {
	uint64_t received; /**< requests that were the session's, refused ones too */
	uint64_t reflected;
	uint64_t octets; /**< UDP payload received */
	uint64_t gaps;   /**< sender numbers passed over: lost outbound, or late */
	uint32_t last_sender_seq;
	uint32_t last_reflector_seq;
	uint8_t ttl_min, ttl_max;
	bool started;
	bool expired;       /**< REFWAIT passed without a packet */
	uint64_t reordered; /**< sender numbers below the highest */
	uint64_t bad_hmac;
	uint64_t refused;   /**< before the start, after the stop, malformed */
	struct tw_ns first; /**< UTC of the first request; 0 = none */
	struct tw_ns last;
};

/** The functions; @p b is the backend's own. They return 0 or a negative errno unless said. */
struct tw_backend_ops {
	/**
	 * Make a UDP port ours on the address, or find a free one.
	 * @param first  wanted; 0 = any
	 * @param ret    the port
	 *  - -EADDRINUSE: another program has it
	 *  - -EMFILE: no further port can be had; those that sessions have already can
	 */
	int (*port_take)(void *b, const struct tw_addr *addr, uint16_t first, uint16_t *ret);
	void (*port_give)(void *b, const struct tw_addr *addr, uint16_t port);
	/**
	 *  - -EEXIST: there is a session with these two ends
	 *  - -ENOSPC: as many sessions as were configured
	 */
	int (*session_add)(void *b, const struct tw_reflector_session *s, uint32_t *ret_id);
	/** From now on requests of these sessions are answered. */
	int (*session_start)(void *b, const uint32_t *ids, unsigned int n);
	/** Until @p linger has passed requests are still answered, then no more. */
	int (*session_stop)(void *b, const uint32_t *ids, unsigned int n, struct tw_ns linger);
	int (*session_delete)(void *b, uint32_t id);
	/** @param ret  n of them, in the order of the ids; zeroed where there is no such session */
	int (*session_stats)(void *b, const uint32_t *ids, unsigned int n,
		struct tw_reflector_session_stats *ret);
};

#endif

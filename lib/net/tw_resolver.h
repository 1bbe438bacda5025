/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_RESOLVER_H
#define TW_RESOLVER_H

/**
 * @file
 * Next hops and their MAC addresses, for ports without a kernel: who is to be asked when, and what
 * is known. A value without a clock and without I/O: frames are built by
 * tw_neighbour_build_request() and news come from tw_neighbour_answer().
 *
 * Only addresses that were looked up are in the table, so nobody outside can fill it. A known MAC
 * address stays in use while it is asked for again: a neighbour that is slow to answer does not
 * stop a measurement.
 */

#include "tw_neighbour.h"
#include "tw_time.h"

#define TW_RESOLVER_MAX 64

struct tw_resolver_timing {
	struct tw_ns retry;   /**< between questions */
	struct tw_ns refresh; /**< a MAC address this old is asked for again; so is a silent host */
	struct tw_ns expire;  /**< a MAC address this old is forgotten */
	unsigned int tries;   /**< questions before a host counts as silent */
};

/** RFC 4861 section 10 (RETRANS_TIMER, REACHABLE_TIME, MAX_MULTICAST_SOLICIT); 5 min to forget. */
#define TW_RESOLVER_TIMING                                                                         \
	((struct tw_resolver_timing){                                                              \
		{TW_NS_PER_SEC}, {30 * TW_NS_PER_SEC}, {300 * TW_NS_PER_SEC}, 3})

struct tw_resolver_entry {
	struct tw_addr addr;
	bool known;  /**< mac is valid */
	bool silent; /**< asked often enough without an answer */
	struct tw_mac mac;
	unsigned int tries;     /**< questions since the last answer */
	struct tw_ns confirmed; /**< when mac was heard of last */
	struct tw_ns next;      /**< when to ask */
};

/** All instants are of one monotonic clock, the caller's. */
struct tw_resolver {
	struct tw_resolver_timing timing;
	unsigned int n;
	struct tw_resolver_entry entry[TW_RESOLVER_MAX];
};

/** A question that is due. */
struct tw_resolver_question {
	struct tw_addr addr;
	bool unicast; /**< ask @p mac alone */
	struct tw_mac mac;
};

void tw_resolver_init(struct tw_resolver *r, const struct tw_resolver_timing *timing);

/**
 * MAC address of a next hop; the first call for an address makes it one that is asked for.
 *
 * @return 0
 *   - -EAGAIN: asked, no answer yet
 *   - -EHOSTUNREACH: asked often enough; it is still asked, more slowly
 *   - -ENOSPC: the table is full
 */
int tw_resolver_lookup(
	struct tw_resolver *r, const struct tw_addr *addr, struct tw_ns now, struct tw_mac *ret);

/** No longer needed: not asked for any more. */
void tw_resolver_forget(struct tw_resolver *r, const struct tw_addr *addr);

/** Take in what a frame told. @return whether a MAC address is new or another one */
bool tw_resolver_learn(
	struct tw_resolver *r, const struct tw_neighbour_news *news, struct tw_ns now);

/** Traffic from the address shows that its MAC address is right (RFC 4861 section 7.3.1). */
void tw_resolver_confirm(struct tw_resolver *r, const struct tw_addr *addr, struct tw_ns now);

/** One question that is due; call until false. It counts as asked. */
bool tw_resolver_poll(struct tw_resolver *r, struct tw_ns now, struct tw_resolver_question *ret);

/** When tw_resolver_poll() has something next; INT64_MAX when never. */
struct tw_ns tw_resolver_next(const struct tw_resolver *r);

#endif

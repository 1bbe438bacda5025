/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_POLICY_H
#define TW_POLICY_H

/**
 * @file
 * Who may talk to a TWAMP server and for what they may ask. Judgements are Accept values; the
 * words that go with them are for our log, the peer gets the number alone.
 */

#include "tw_addr.h"
#include "tw_control_msg.h"
#include "tw_time.h"

#include <stdbool.h>

#define TW_POLICY_PREFIXES 256 /**< rows of each list */

/** A list of prefixes; empty means what the user of the list says. */
struct tw_prefix_list {
	unsigned int n;
	struct tw_prefix prefix[TW_POLICY_PREFIXES];
};

bool tw_prefix_list_contains(const struct tw_prefix_list *l, const struct tw_addr *a);

/** @return 0, -ENOSPC */
int tw_prefix_list_add(struct tw_prefix_list *l, const struct tw_prefix *p);

/** All of it is decided before the first connection. */
struct tw_policy {
	struct tw_prefix_list allow; /**< clients; empty: everybody */
	/**
	 * Where reflected packets may go besides the address of the client itself (RFC 4656 section
	 * 6.2: by default nowhere).
	 */
	struct tw_prefix_list third_party;
	/** Receiver Addresses that are ours besides the one that the client connected to. */
	struct tw_prefix_list local;
	uint16_t port_low;  /**< Receiver Ports a client may ask for; 862 always; others get */
	uint16_t port_high; /**< another port offered */
	uint64_t dscp;      /**< bit n: DSCP n may be asked for */
	uint32_t padding_max;
	struct tw_ns timeout_max; /**< longer Timeouts are cut to it */
};

/** Everybody, for their own address only, any DSCP, ports from 1024, 15 minutes of Timeout. */
void tw_policy_init(struct tw_policy *p);

/** May this address connect? */
bool tw_policy_admits(const struct tw_policy *p, const struct tw_addr *client);

/** What a client asks for, after zero addresses were replaced by those of its connection. */
struct tw_policy_request {
	struct tw_addr client; /**< of the control connection */
	struct tw_addr server;
	struct tw_endpoint sender;
	struct tw_endpoint receiver;
	uint8_t dscp;
	uint32_t padding_length;
};

/**
 * @param ret_why  why not, in words, when it is refused
 * @return TW_ACCEPT_OK, or the Accept value to answer
 */
enum tw_accept tw_policy_judge(
	const struct tw_policy *p, const struct tw_policy_request *q, const char **ret_why);

/** May the client have this Receiver Port? If not, it is offered another one. */
bool tw_policy_port_ok(const struct tw_policy *p, uint16_t port);

#endif

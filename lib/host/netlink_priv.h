/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_NETLINK_PRIV_H
#define TW_NETLINK_PRIV_H

/* One rtnetlink question, asked on a socket of its own. */

#include "tw_addr.h"

#include <linux/rtnetlink.h>

#include <libmnl/libmnl.h>
#include <sys/socket.h>

/* Room for a request with a few attributes. */
struct tw_nl_request {
	union {
		struct nlmsghdr h;
		char buf[512];
	};
};

/* Start a request; returns the family header of hdr_len octets, zeroed, for the caller to fill. */
void *tw_nl_begin(struct tw_nl_request *r, uint16_t type, uint16_t flags, size_t hdr_len);

/*
 * Send it and run cb on every message of the answer. A request that is no dump must carry
 * NLM_F_ACK, so that both kinds end with a message that says so. Negative errno, the kernel's own
 * included.
 */
int tw_nl_ask(struct tw_nl_request *r, mnl_cb_t cb, void *arg);

static inline uint8_t tw_nl_family(const struct tw_addr *a)
{
	return a->family == 6 ? AF_INET6 : AF_INET;
}

void tw_nl_put_addr(struct tw_nl_request *r, uint16_t type, const struct tw_addr *a);

/* False when the attribute is not an address of this family. */
bool tw_nl_get_addr(const struct nlattr *attr, uint8_t af, struct tw_addr *ret);

#endif

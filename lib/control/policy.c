/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_policy.h"

#include <errno.h>
#include <string.h>

#define TWAMP_TEST_PORT 862 /* RFC 8545 */

bool tw_prefix_list_contains(const struct tw_prefix_list *l, const struct tw_addr *a)
{
	for (unsigned int i = 0; i < l->n; i++)
		if (tw_prefix_contains(&l->prefix[i], a))
			return true;
	return false;
}

int tw_prefix_list_add(struct tw_prefix_list *l, const struct tw_prefix *p)
{
	if (l->n == TW_POLICY_PREFIXES)
		return -ENOSPC;
	l->prefix[l->n++] = *p;
	return 0;
}

void tw_policy_init(struct tw_policy *p)
{
	memset(p, 0, sizeof(*p));
	p->port_low = 1024;
	p->port_high = UINT16_MAX;
	p->dscp = UINT64_MAX;
	p->padding_max = UINT16_MAX; /* a UDP payload holds no more */
	p->timeout_max = tw_ns(900 * TW_NS_PER_SEC);
}

bool tw_policy_admits(const struct tw_policy *p, const struct tw_addr *client)
{
	return !p->allow.n || tw_prefix_list_contains(&p->allow, client);
}

enum tw_accept tw_policy_judge(
	const struct tw_policy *p, const struct tw_policy_request *q, const char **ret_why)
{
	if (tw_addr_is_multicast(&q->sender.addr) || tw_addr_is_unspecified(&q->sender.addr)) {
		*ret_why = "sender address is not the address of a host";
		return TW_ACCEPT_FAILURE;
	}
	if (!tw_addr_equal(&q->sender.addr, &q->client) &&
		!tw_prefix_list_contains(&p->third_party, &q->sender.addr)) {
		*ret_why = "sender address is not the client's";
		return TW_ACCEPT_FAILURE;
	}
	if (!tw_addr_equal(&q->receiver.addr, &q->server) &&
		!tw_prefix_list_contains(&p->local, &q->receiver.addr)) {
		*ret_why = "receiver address is not ours";
		return TW_ACCEPT_FAILURE;
	}
	if (!(p->dscp >> (q->dscp & 63) & 1)) {
		*ret_why = "DSCP is not allowed";
		return TW_ACCEPT_FAILURE;
	}
	if (q->padding_length > p->padding_max) {
		*ret_why = "padding is too long";
		return TW_ACCEPT_PERMANENT_LIMIT;
	}
	return TW_ACCEPT_OK;
}

bool tw_policy_port_ok(const struct tw_policy *p, uint16_t port)
{
	return port == TWAMP_TEST_PORT || (port >= p->port_low && port <= p->port_high && port);
}

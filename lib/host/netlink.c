/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "netlink_priv.h"

#include <errno.h>
#include <string.h>

#define DUMP_SIZE 32768 /* what the kernel fills at most in one piece of a dump */

void *tw_nl_begin(struct tw_nl_request *r, uint16_t type, uint16_t flags, size_t hdr_len)
{
	mnl_nlmsg_put_header(r->buf);
	r->h.nlmsg_type = type;
	r->h.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	r->h.nlmsg_seq = 1;
	return mnl_nlmsg_put_extra_header(&r->h, hdr_len);
}

int tw_nl_ask(struct tw_nl_request *r, mnl_cb_t cb, void *arg)
{
	char buf[DUMP_SIZE];
	struct mnl_socket *s;
	int rc = 0;

	s = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!s)
		return -errno;
	if (mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0 ||
		mnl_socket_sendto(s, &r->h, r->h.nlmsg_len) < 0) {
		rc = -errno;
		goto out;
	}
	do {
		ssize_t n = mnl_socket_recvfrom(s, buf, sizeof(buf));

		if (n < 0) {
			rc = -errno;
			goto out;
		}
		rc = mnl_cb_run(buf, (size_t)n, r->h.nlmsg_seq, mnl_socket_get_portid(s), cb, arg);
	} while (rc > MNL_CB_STOP);
	if (rc < 0)
		rc = -errno;
out:
	mnl_socket_close(s);
	return rc;
}

void tw_nl_put_addr(struct tw_nl_request *r, uint16_t type, const struct tw_addr *a)
{
	mnl_attr_put(&r->h, type, tw_addr_len(a), a->b);
}

bool tw_nl_get_addr(const struct nlattr *attr, uint8_t af, struct tw_addr *ret)
{
	size_t len = af == AF_INET ? 4 : af == AF_INET6 ? 16 : 0;

	if (!len || mnl_attr_get_payload_len(attr) != len)
		return false;
	memset(ret, 0, sizeof(*ret));
	ret->family = af == AF_INET ? 4 : 6;
	memcpy(ret->b, mnl_attr_get_payload(attr), len);
	return true;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "resolve.h"

#include "tw_items.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#define GRAMMAR "allowed: HOST, HOST:PORT, IPV6, [IPV6]:PORT or :PORT"

static int from_sockaddr(const struct sockaddr *sa, struct tw_addr *ret)
{
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;
	struct tw_addr a = {0};

	if (sa->sa_family == AF_INET) {
		memcpy(&in4, sa, sizeof(in4));
		a.family = 4;
		memcpy(a.b, &in4.sin_addr, 4);
	} else if (sa->sa_family == AF_INET6) {
		memcpy(&in6, sa, sizeof(in6));
		a.family = 6;
		memcpy(a.b, &in6.sin6_addr, 16);
	} else {
		return -EAFNOSUPPORT;
	}
	*ret = a;
	return 0;
}

static int resolve_name(
	const char *host, unsigned int family, struct tw_err *err, struct tw_addr *ret)
{
	struct addrinfo hints = {
		.ai_family = family == 4   ? AF_INET
			     : family == 6 ? AF_INET6
					   : AF_UNSPEC,
		.ai_socktype = SOCK_DGRAM,
	};
	struct addrinfo *list, *a;
	char quoted[80];
	int rc = getaddrinfo(host, NULL, &hints, &list);

	tw_items_quote(host, quoted);
	if (rc)
		return tw_fail(err, -EHOSTUNREACH,
			"host %s: %s%s; allowed: an address or a name that resolves", quoted,
			rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc),
			family == 4   ? " (IPv4 only)"
			: family == 6 ? " (IPv6 only)"
				      : "");
	rc = -EAFNOSUPPORT;
	for (a = list; a && rc; a = a->ai_next)
		rc = from_sockaddr(a->ai_addr, ret);
	freeaddrinfo(list);
	if (rc)
		return tw_fail(err, rc, "host %s: has no IPv4 or IPv6 address", quoted);
	return 0;
}

int tw_resolve_endpoint(const char *text, uint16_t default_port, unsigned int family,
	struct tw_err *err, struct tw_endpoint *ret)
{
	struct tw_endpoint e = {.port = default_port};
	char host[256], quoted[80];
	int rc;

	tw_items_quote(text, quoted);
	if (tw_endpoint_split(text, host, sizeof(host), &e.port))
		return tw_fail(err, -EINVAL, "address %s: " GRAMMAR, quoted);
	if (host[0] == '\0') {
		*ret = e;
		return 0;
	}
	if (tw_addr_parse(host, &e.addr)) {
		rc = resolve_name(host, family, err, &e.addr);
		if (rc)
			return rc;
	} else if (family && e.addr.family != family) {
		return tw_fail(err, -EINVAL, "address %s: allowed: IPv%u only", quoted, family);
	}
	*ret = e;
	return 0;
}

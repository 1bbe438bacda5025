/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "resolve.h"

#include "signals.h"
#include "tw_items.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

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

/* A question that outlives whoever asked it: both ends let go of it. */
struct question {
	atomic_int users;
	int done; /* eventfd */
	char host[256];
	struct addrinfo hints;
	struct addrinfo *list;
	int rc;
	int error; /* errno of EAI_SYSTEM */
};

static void let_go(struct question *q)
{
	if (atomic_fetch_sub(&q->users, 1) > 1)
		return;
	if (q->list)
		freeaddrinfo(q->list);
	close(q->done);
	free(q);
}

static void *answer(void *arg)
{
	struct question *q = arg;
	const uint64_t one = 1;

	q->rc = getaddrinfo(q->host, NULL, &q->hints, &q->list);
	q->error = errno;
	if (write(q->done, &one, sizeof(one)) < 0) {
		/* it never is full */
	}
	let_go(q);
	return NULL;
}

static struct question *ask(const char *host, const struct addrinfo *hints)
{
	struct question *q = calloc(1, sizeof(*q));
	pthread_t thread;

	if (!q)
		return NULL;
	atomic_init(&q->users, 2);
	q->hints = *hints;
	snprintf(q->host, sizeof(q->host), "%s", host);
	q->done = eventfd(0, EFD_CLOEXEC);
	if (q->done < 0) {
		free(q);
		return NULL;
	}
	if (pthread_create(&thread, NULL, answer, q) != 0) {
		atomic_store(&q->users, 1);
		let_go(q);
		return NULL;
	}
	pthread_detach(thread);
	return q;
}

/*
 * getaddrinfo(), which a signal ends: name servers that do not answer take half a minute.
 * ret_rc is its return value. Returns 0, -EINTR, -ENOMEM.
 */
static int look_up(
	const char *host, const struct addrinfo *hints, int *ret_rc, struct addrinfo **ret)
{
	struct question *q = ask(host, hints);
	struct pollfd p[] = {
		{.events = POLLIN},
		{.fd = tw_signals_fd(), .events = POLLIN},
	};
	int rc = 0;

	if (!q)
		return -ENOMEM;
	p[0].fd = q->done;
	while (poll(p, 2, -1) < 0 && errno == EINTR)
		;
	if (p[0].revents) {
		*ret_rc = q->rc;
		*ret = q->list;
		errno = q->error;
		q->list = NULL;
	} else {
		rc = -EINTR;
	}
	let_go(q);
	return rc;
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
	struct addrinfo *list = NULL, *a;
	char quoted[80];
	int found = 0;
	int rc = look_up(host, &hints, &found, &list);

	tw_items_quote(host, quoted);
	if (rc < 0)
		return tw_fail(err, rc, "host %s: %s", quoted,
			rc == -EINTR ? "stopped while waiting for its address" : strerror(-rc));
	rc = found;
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

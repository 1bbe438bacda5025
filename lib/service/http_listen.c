/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "http_priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_HOST "127.0.0.1"
#define DEFAULT_PORT 8000

static int parse_port(const char *s, uint16_t *ret)
{
	char *end;
	unsigned long v;

	if (*s < '0' || *s > '9' || strlen(s) > 5)
		return -EINVAL;
	v = strtoul(s, &end, 10);
	if (*end || v > UINT16_MAX)
		return -EINVAL;
	*ret = (uint16_t)v;
	return 0;
}

/* Cut `at` into host and port text; either may come out empty. */
static int split(const char *at, char *host, size_t len, const char **ret_port)
{
	const char *colon = strchr(at, ':');
	const char *end;

	*ret_port = "";
	if (*at == '[') {
		at++;
		end = strchr(at, ']');
		if (!end || end == at || (end[1] && end[1] != ':'))
			return -EINVAL;
		if (end[1] && !*(*ret_port = end + 2))
			return -EINVAL;
	} else if (colon && strchr(colon + 1, ':')) {
		end = at + strlen(at); /* a bare IPv6 address */
	} else if (colon) {
		end = colon;
		if (!*(*ret_port = colon + 1))
			return -EINVAL;
	} else if (strchr(at, '.')) {
		end = at + strlen(at);
	} else {
		end = at;
		*ret_port = at;
	}
	if ((size_t)(end - at) >= len)
		return -EINVAL;
	memcpy(host, at, (size_t)(end - at));
	host[end - at] = '\0';
	return 0;
}

static int set_host(const char *host, uint16_t port, struct http_address *ret)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&ret->sa;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&ret->sa;

	if (!strcmp(host, "localhost"))
		host = DEFAULT_HOST;
	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		ret->len = sizeof(*v4);
		return 0;
	}
	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		ret->len = sizeof(*v6);
		return 0;
	}
	return -EINVAL;
}

int http_address_parse(const char *at, struct tw_err *err, struct http_address *ret)
{
	struct http_address a;
	char host[INET6_ADDRSTRLEN] = "";
	const char *port_text = "";
	uint16_t port = DEFAULT_PORT;
	bool any = at && *at == ':' && at[1] != ':';

	if (!at)
		at = "";
	if ((*at && split(at, host, sizeof(host), &port_text)) ||
		(*port_text && parse_port(port_text, &port)) ||
		set_host(*host ? host
			 : any ? "::"
			       : DEFAULT_HOST,
			port, &a))
		return tw_fail(err, -EINVAL,
			"'%.80s' is not an address to listen on: ADDR:PORT, [ADDR]:PORT, :PORT or "
			"PORT",
			at);
	a.any = any;
	*ret = a;
	return 0;
}

static void format(const struct sockaddr_storage *sa, char *ret_text, uint16_t *ret_port)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)sa;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)sa;
	char host[INET6_ADDRSTRLEN] = "";

	if (sa->ss_family == AF_INET) {
		*ret_port = ntohs(v4->sin_port);
		inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		snprintf(ret_text, HTTP_ADDRESS_STR, "%s:%u", host, *ret_port);
	} else {
		*ret_port = ntohs(v6->sin6_port);
		inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		snprintf(ret_text, HTTP_ADDRESS_STR, "[%s]:%u", host, *ret_port);
	}
}

/* A bound and listening socket, or a negative errno. */
static int open_socket(const struct http_address *a)
{
	int fd = socket(a->sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int v6only = !a->any;
	int one = 1;
	int saved;

	if (fd < 0)
		return -errno;
	/* only so that a restart does not wait for the old connections' TIME_WAIT */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (a->sa.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only));
	if (!bind(fd, (const struct sockaddr *)&a->sa, a->len) && !listen(fd, 64))
		return fd;
	saved = errno;
	close(fd);
	return -saved;
}

int http_listen(const struct http_address *a, struct tw_err *err, int *ret_fd, char *ret_text,
	uint16_t *ret_port)
{
	struct http_address v4;
	struct sockaddr_storage sa = {0};
	socklen_t len = sizeof(sa);
	int fd = open_socket(a);

	if (a->any && (fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL)) { /* a host without IPv6 */
		format(&a->sa, ret_text, ret_port);
		if (!set_host("0.0.0.0", *ret_port, &v4))
			fd = open_socket(&v4);
	}
	if (fd < 0) {
		format(&a->sa, ret_text, ret_port);
		return tw_fail(err, fd, "cannot listen on %s: %s", ret_text, strerror(-fd));
	}
	getsockname(fd, (struct sockaddr *)&sa, &len);
	format(&sa, ret_text, ret_port);
	*ret_fd = fd;
	return 0;
}

int tw_http_check(const char *at, struct tw_err *err)
{
	struct http_address a;

	return http_address_parse(at, err, &a);
}

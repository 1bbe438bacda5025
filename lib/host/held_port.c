/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static socklen_t to_sockaddr(const struct tw_endpoint *e, int ifindex, struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *a6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *a4 = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	if (e->addr.family == 6) {
		a6->sin6_family = AF_INET6;
		a6->sin6_port = htons(e->port);
		memcpy(&a6->sin6_addr, e->addr.b, sizeof(a6->sin6_addr));
		if (tw_addr_is_link_local(&e->addr))
			a6->sin6_scope_id = (uint32_t)ifindex;
		return sizeof(*a6);
	}
	a4->sin_family = AF_INET;
	a4->sin_port = htons(e->port);
	memcpy(&a4->sin_addr, e->addr.b, sizeof(a4->sin_addr));
	return sizeof(*a4);
}

/*
 * The filter drops every datagram before it reaches the receive queue: the kernel counts it as
 * delivered (no ICMP), and nothing fills up.
 */
static int drop_everything(int fd)
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog prog = {.len = 1, .filter = &drop};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog));
}

static int no_socket(const struct tw_endpoint *local, int error, struct tw_err *err)
{
	char text[TW_ADDR_STR];
	struct rlimit r;

	if (error == EMFILE && getrlimit(RLIMIT_NOFILE, &r) == 0)
		return tw_fail(err, -error,
			"UDP port %s: every port of ours is an open file, and %llu may be open "
			"here; raise that (ulimit -Hn), or use fewer own ports",
			tw_endpoint_format(local, text), (unsigned long long)r.rlim_cur);
	return tw_fail(err, -error, "cannot make a UDP socket: %s", strerror(error));
}

int tw_host_hold_port(
	int ifindex, const struct tw_endpoint *local, uint16_t *ret_port, struct tw_err *err)
{
	struct sockaddr_storage ss;
	socklen_t len = to_sockaddr(local, ifindex, &ss);
	char text[TW_ADDR_STR];
	int fd, rc, on = 1;

	fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return no_socket(local, errno, err);
	if (local->addr.family == 6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	/* by number: a name would take a second descriptor to ask for */
	if (ifindex && setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &ifindex, sizeof(ifindex)) < 0)
		goto fail;
	/* Filter first: nothing may slip in between bind and filter. */
	if (drop_everything(fd) < 0 || bind(fd, (struct sockaddr *)&ss, len) < 0 ||
		getsockname(fd, (struct sockaddr *)&ss, &len) < 0)
		goto fail;
	*ret_port = ntohs(local->addr.family == 6 ? ((struct sockaddr_in6 *)&ss)->sin6_port
						  : ((struct sockaddr_in *)&ss)->sin_port);
	return fd;
fail:
	rc = -errno;
	close(fd);
	tw_endpoint_format(local, text);
	if (rc == -EADDRINUSE)
		return tw_fail(err, rc, "UDP port %s is in use by another program", text);
	if (rc == -EACCES)
		return tw_fail(err, rc,
			"UDP port %s: one below 1024 needs root or CAP_NET_BIND_SERVICE", text);
	return tw_fail(err, rc, "cannot hold UDP port %s: %s", text, strerror(-rc));
}

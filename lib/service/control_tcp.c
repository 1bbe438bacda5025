/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* What client and server share: addresses, sockets, the clock. */

#include "control_tcp_priv.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG 1024
#define IP_HEADER 20
#define NAP_NS 1000000

#ifndef TCP_SAVE_SYN
#define TCP_SAVE_SYN 27
#define TCP_SAVED_SYN 28
#endif

static struct tw_ns clock_of(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return tw_ns((int64_t)ts.tv_sec * TW_NS_PER_SEC + ts.tv_nsec);
}

struct tw_ns control_now(void)
{
	return clock_of(CLOCK_MONOTONIC);
}

struct tw_ns control_utc(void)
{
	return clock_of(CLOCK_REALTIME);
}

const char *tw_control_state_name(enum tw_control_state s)
{
	static const char *const names[] = {"accepted", "running", "stopping", "ended"};

	return names[s];
}

struct tw_endpoint control_endpoint(const struct sockaddr_storage *sa)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)sa;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)sa;

	if (sa->ss_family == AF_INET)
		return (struct tw_endpoint){tw_addr_v4(&v4->sin_addr), ntohs(v4->sin_port)};
	if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
		return (struct tw_endpoint){
			tw_addr_v4(v6->sin6_addr.s6_addr + 12), ntohs(v6->sin6_port)};
	return (struct tw_endpoint){tw_addr_v6(&v6->sin6_addr), ntohs(v6->sin6_port)};
}

socklen_t control_sockaddr(const struct tw_endpoint *e, struct sockaddr_storage *ret)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;

	memset(ret, 0, sizeof(*ret));
	if (e->addr.family == 4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(e->port);
		memcpy(&v4->sin_addr, e->addr.b, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(e->port);
	memcpy(&v6->sin6_addr, e->addr.b, 16);
	return sizeof(*v6);
}

int control_listen(const struct tw_endpoint *at, const char *device)
{
	struct sockaddr_storage sa;
	socklen_t len = control_sockaddr(at, &sa);
	int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int one = 1, saved;

	if (fd < 0)
		return -errno;
	/* only so that a restart does not wait for the old connections' TIME_WAIT */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_SAVE_SYN, &one, sizeof(one));
	if (sa.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if ((!device || !setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device,
				(socklen_t)strlen(device))) &&
		!bind(fd, (const struct sockaddr *)&sa, len) && !listen(fd, BACKLOG))
		return fd;
	saved = errno;
	close(fd);
	return -saved;
}

void control_mark(int fd, uint8_t family, uint8_t tos)
{
	int v = tos;

	if (family == 4)
		setsockopt(fd, IPPROTO_IP, IP_TOS, &v, sizeof(v));
	else
		setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &v, sizeof(v));
}

/* Is nothing of ours under way any more, the end included? */
static bool is_told(int fd)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0 ||
	       (info.tcpi_state != TCP_FIN_WAIT1 && info.tcpi_state != TCP_CLOSING &&
		       info.tcpi_state != TCP_LAST_ACK);
}

void control_wait_told(int fd, struct tw_ns end)
{
	const struct timespec nap = {.tv_nsec = NAP_NS};

	while (!is_told(fd) && control_now().v < end.v)
		nanosleep(&nap, NULL);
}

uint8_t control_syn_tos(int fd)
{
	uint8_t syn[256];
	socklen_t len = sizeof(syn);

	if (getsockopt(fd, IPPROTO_TCP, TCP_SAVED_SYN, syn, &len) < 0 || len < IP_HEADER)
		return 0;
	return syn[0] >> 4 == 4 ? syn[1] : (uint8_t)(syn[0] << 4 | syn[1] >> 4);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Cheap looks at an interface while a test runs, and a descriptor that tells when to look. */

#include "tw_host.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int tw_host_watch_links(void)
{
	struct sockaddr_nl to = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	return fd;
}

void tw_host_watch_drain(int fd)
{
	char buf[4096];

	/* What it says is not read: who looks afterwards sees more. Overruns are told as errors. */
	while (recv(fd, buf, sizeof(buf), 0) > 0 || errno == ENOBUFS) {
	}
}

/*
 * The carrier itself where the driver tells it: the state that IFF_RUNNING stands for follows a link
 * that comes and goes by up to a second.
 */
static int has_link(int fd, struct ifreq *ifr)
{
	struct ethtool_value v = {.cmd = ETHTOOL_GLINK};
	bool up, running;

	if (ioctl(fd, SIOCGIFFLAGS, ifr) < 0)
		return -errno;
	up = ifr->ifr_flags & IFF_UP;
	running = ifr->ifr_flags & IFF_RUNNING;
	ifr->ifr_data = (void *)&v;
	if (ioctl(fd, SIOCETHTOOL, ifr) == 0)
		running = v.data;
	return up && running;
}

int tw_host_link_running(int ifindex)
{
	struct ifreq ifr = {.ifr_ifindex = ifindex};
	int rc, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	rc = ioctl(fd, SIOCGIFNAME, &ifr) < 0 ? -errno : has_link(fd, &ifr);
	close(fd);
	return rc;
}

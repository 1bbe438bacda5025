/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "netlink_priv.h"
#include "tw_host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int done(int rc, const char *ifname, const char *what, struct tw_err *err)
{
	if (rc == 0)
		return 0;
	return tw_fail(
		err, rc, "network interface '%s': cannot %s: %s", ifname, what, strerror(-rc));
}

/* An interface without the IPv6 module behind it has nothing to be silenced. */
static int silence_ipv6(int ifindex)
{
	struct nlattr *spec, *inet6;
	struct tw_nl_request q;
	struct ifinfomsg *ifi;
	int rc;

	ifi = tw_nl_begin(&q, RTM_SETLINK, NLM_F_ACK, sizeof(*ifi));
	ifi->ifi_index = ifindex;
	spec = mnl_attr_nest_start(&q.h, IFLA_AF_SPEC);
	inet6 = mnl_attr_nest_start(&q.h, AF_INET6);
	mnl_attr_put_u8(&q.h, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(&q.h, inet6);
	mnl_attr_nest_end(&q.h, spec);
	rc = tw_nl_ask(&q, NULL, NULL);
	return rc == -EAFNOSUPPORT || rc == -EOPNOTSUPP ? 0 : rc;
}

/* Where /proc is read-only the host's setting stays. */
static void set_up_as(const char *family, const char *ifname, const char *what, char value)
{
	char path[96 + TW_IFNAME];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s", family, ifname, what);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, (char[]){value, '\n'}, 2) != 2)
		errno = 0;
	close(fd);
}

int tw_host_link_make_quiet(const struct tw_host_link *link, struct tw_err *err)
{
	/*
	 * A loose reverse path: peers behind a gateway arrive here although the host's own default
	 * route may lead elsewhere.
	 */
	set_up_as("ipv4", link->name, "rp_filter", '2');
	/* Peers may remember another MAC: that of whoever had the addresses before. */
	set_up_as("ipv4", link->name, "arp_notify", '1');
	set_up_as("ipv6", link->name, "ndisc_notify", '1');
	return done(silence_ipv6(link->ifindex), link->name, "set how it gets addresses", err);
}

int tw_host_link_set_up(const struct tw_host_link *link, struct tw_err *err)
{
	struct tw_nl_request q;
	struct ifinfomsg *ifi;

	ifi = tw_nl_begin(&q, RTM_NEWLINK, NLM_F_ACK, sizeof(*ifi));
	ifi->ifi_index = link->ifindex;
	ifi->ifi_flags = IFF_UP;
	ifi->ifi_change = IFF_UP;
	return done(tw_nl_ask(&q, NULL, NULL), link->name, "set it up", err);
}

int tw_host_add_addr(
	const struct tw_host_link *link, const struct tw_prefix *addr, struct tw_err *err)
{
	struct tw_nl_request q;
	struct ifaddrmsg *ifa;
	int rc;

	ifa = tw_nl_begin(&q, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, sizeof(*ifa));
	ifa->ifa_family = tw_nl_family(&addr->addr);
	ifa->ifa_prefixlen = addr->len;
	ifa->ifa_index = (uint32_t)link->ifindex;
	ifa->ifa_scope = tw_addr_is_link_local(&addr->addr) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	if (addr->addr.family == 6)
		ifa->ifa_flags = IFA_F_NODAD;
	tw_nl_put_addr(&q, IFA_LOCAL, &addr->addr);
	tw_nl_put_addr(&q, IFA_ADDRESS, &addr->addr);
	rc = tw_nl_ask(&q, NULL, NULL);
	return done(rc, link->name, "give it an address", err);
}

int tw_host_add_default_route(const struct tw_host_link *link, const struct tw_addr *gateway,
	uint32_t metric, struct tw_err *err)
{
	struct tw_nl_request q;
	struct rtmsg *rtm;

	rtm = tw_nl_begin(&q, RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, sizeof(*rtm));
	rtm->rtm_family = tw_nl_family(gateway);
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_protocol = RTPROT_STATIC;
	rtm->rtm_scope = RT_SCOPE_UNIVERSE;
	rtm->rtm_type = RTN_UNICAST;
	rtm->rtm_flags = RTNH_F_ONLINK;
	tw_nl_put_addr(&q, RTA_GATEWAY, gateway);
	mnl_attr_put_u32(&q.h, RTA_OIF, (uint32_t)link->ifindex);
	mnl_attr_put_u32(&q.h, RTA_PRIORITY, metric);
	return done(tw_nl_ask(&q, NULL, NULL), link->name, "route through its gateway", err);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "ethtool_priv.h"
#include "netlink_priv.h"
#include "tw_host.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct link_list {
	struct tw_host_link *links;
	size_t cap;
	size_t count;
};

static void copy_name(char *dst, size_t cap, const struct nlattr *attr)
{
	size_t n = mnl_attr_get_payload_len(attr);

	if (n >= cap)
		n = cap - 1;
	memcpy(dst, mnl_attr_get_payload(attr), n);
	dst[n] = 0;
}

static void read_info(const struct nlattr *nest, struct tw_host_link *l)
{
	struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
	{
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			copy_name(l->kind, sizeof(l->kind), attr);
	}
}

static int on_link(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct link_list *list = arg;
	struct tw_host_link l = {0};
	struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWLINK || list->count == list->cap)
		return MNL_CB_OK;
	l.ifindex = ifi->ifi_index;
	l.up = ifi->ifi_flags & IFF_UP;
	l.running = ifi->ifi_flags & IFF_RUNNING;
	l.loopback = ifi->ifi_flags & IFF_LOOPBACK;
	l.promiscuous = ifi->ifi_flags & IFF_PROMISC;
	l.ethernet = ifi->ifi_type == ARPHRD_ETHER || ifi->ifi_type == ARPHRD_LOOPBACK;
	mnl_attr_for_each(attr, nlh, sizeof(*ifi))
	{
		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			copy_name(l.name, sizeof(l.name), attr);
			break;
		case IFLA_MTU:
			l.mtu = mnl_attr_get_u32(attr);
			break;
		case IFLA_ADDRESS:
			if (mnl_attr_get_payload_len(attr) == sizeof(l.mac.b))
				memcpy(l.mac.b, mnl_attr_get_payload(attr), sizeof(l.mac.b));
			break;
		case IFLA_LINKINFO:
			read_info(attr, &l);
			break;
		}
	}
	list->links[list->count++] = l;
	return MNL_CB_OK;
}

static int numa_node_of(const char *ifname)
{
	char path[64 + TW_IFNAME], buf[16];
	long node = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/net/%s/device/numa_node", ifname);
	f = fopen(path, "re");
	if (!f)
		return -1;
	if (fgets(buf, sizeof(buf), f))
		node = strtol(buf, NULL, 10);
	fclose(f);
	return node < 0 ? -1 : (int)node;
}

/* What netlink does not say. */
static void complete(struct tw_host_link *l)
{
	tw_ethtool_driver(l->name, l->driver, sizeof(l->driver));
	l->channels = tw_ethtool_channels(l->name);
	l->speed_mbps = tw_ethtool_speed(l->name);
	l->numa_node = numa_node_of(l->name);
}

static int get_link(int ifindex, const char *name, struct tw_host_link *ret_link)
{
	struct tw_host_link l = {0};
	struct link_list list = {.links = &l, .cap = 1};
	struct tw_nl_request q;
	struct ifinfomsg *ifi;
	int rc;

	ifi = tw_nl_begin(&q, RTM_GETLINK, NLM_F_ACK, sizeof(*ifi));
	ifi->ifi_index = ifindex;
	if (name)
		mnl_attr_put_strz(&q.h, IFLA_IFNAME, name);
	rc = tw_nl_ask(&q, on_link, &list);
	if (rc == 0 && list.count == 0)
		rc = -ENODEV;
	if (rc < 0)
		return rc;
	complete(&l);
	*ret_link = l;
	return 0;
}

int tw_host_link_by_name(const char *name, struct tw_host_link *ret_link, struct tw_err *err)
{
	int rc = -ENODEV;

	if (*name && strlen(name) < TW_IFNAME)
		rc = get_link(0, name, ret_link);
	if (rc == -ENODEV)
		return tw_fail(err, rc, "there is no network interface '%s'", name);
	if (rc < 0)
		return tw_fail(err, rc, "network interface '%s': %s", name, strerror(-rc));
	return 0;
}

int tw_host_link_by_index(int ifindex, struct tw_host_link *ret_link, struct tw_err *err)
{
	int rc = ifindex > 0 ? get_link(ifindex, NULL, ret_link) : -ENODEV;

	if (rc < 0)
		return tw_fail(err, rc, "network interface %d: %s", ifindex, strerror(-rc));
	return 0;
}

int tw_host_links(struct tw_host_link *ret_links, size_t cap, size_t *ret_count, struct tw_err *err)
{
	struct link_list list = {.links = ret_links, .cap = cap};
	struct tw_nl_request q;
	int rc;

	tw_nl_begin(&q, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	rc = tw_nl_ask(&q, on_link, &list);
	if (rc < 0)
		return tw_fail(err, rc, "cannot list the network interfaces: %s", strerror(-rc));
	for (size_t i = 0; i < list.count; i++)
		complete(&ret_links[i]);
	*ret_count = list.count;
	return 0;
}

static int on_stats(const struct nlmsghdr *nlh, void *arg)
{
	struct tw_host_stats *ret = arg;
	struct rtnl_link_stats64 s;
	struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg))
	{
		size_t len = mnl_attr_get_payload_len(attr);

		if (mnl_attr_get_type(attr) != IFLA_STATS64)
			continue;
		/* Older kernels know fewer fields; the attribute is aligned to 4 octets only. */
		memset(&s, 0, sizeof(s));
		memcpy(&s, mnl_attr_get_payload(attr), len < sizeof(s) ? len : sizeof(s));
		*ret = (struct tw_host_stats){
			.rx_packets = s.rx_packets,
			.tx_packets = s.tx_packets,
			.rx_dropped = s.rx_dropped,
			.tx_dropped = s.tx_dropped,
			.rx_missed = s.rx_missed_errors,
			.rx_errors = s.rx_errors,
			.tx_errors = s.tx_errors,
		};
	}
	return MNL_CB_OK;
}

int tw_host_stats(int ifindex, struct tw_host_stats *ret_stats)
{
	struct tw_host_stats s = {0};
	struct tw_nl_request q;
	struct ifinfomsg *ifi;
	int rc;

	ifi = tw_nl_begin(&q, RTM_GETLINK, NLM_F_ACK, sizeof(*ifi));
	ifi->ifi_index = ifindex;
	rc = ifindex > 0 ? tw_nl_ask(&q, on_stats, &s) : -ENODEV;
	if (rc < 0)
		return rc;
	*ret_stats = s;
	return 0;
}

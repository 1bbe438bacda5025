/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "netlink_priv.h"
#include "tw_host.h"

#include <linux/if_addr.h>
#include <string.h>

struct addr_list {
	struct tw_host_addr *addrs;
	size_t cap;
	size_t count;
	int ifindex;
};

static int on_addr(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	struct tw_addr address = {0}, local = {0};
	struct addr_list *list = arg;
	struct tw_host_addr a = {0};
	uint32_t flags = ifa->ifa_flags;
	struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWADDR || list->count == list->cap ||
		(list->ifindex && (int)ifa->ifa_index != list->ifindex))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*ifa))
	{
		switch (mnl_attr_get_type(attr)) {
		case IFA_LOCAL:
			tw_nl_get_addr(attr, ifa->ifa_family, &local);
			break;
		case IFA_ADDRESS:
			tw_nl_get_addr(attr, ifa->ifa_family, &address);
			break;
		case IFA_FLAGS:
			if (mnl_attr_get_payload_len(attr) == sizeof(flags))
				flags = mnl_attr_get_u32(attr);
			break;
		}
	}
	/* On a point-to-point link IFA_ADDRESS is the far end; IFA_LOCAL is ours where present. */
	a.prefix.addr = local.family ? local : address;
	if (!a.prefix.addr.family)
		return MNL_CB_OK;
	a.prefix.len = ifa->ifa_prefixlen;
	a.ifindex = (int)ifa->ifa_index;
	a.link_local = ifa->ifa_scope == RT_SCOPE_LINK;
	a.usable = !(flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED)) ||
		   (flags & IFA_F_OPTIMISTIC);
	list->addrs[list->count++] = a;
	return MNL_CB_OK;
}

int tw_host_addrs(int ifindex, struct tw_host_addr *ret_addrs, size_t cap, size_t *ret_count,
	struct tw_err *err)
{
	struct addr_list list = {.addrs = ret_addrs, .cap = cap, .ifindex = ifindex};
	struct tw_nl_request q;
	struct ifaddrmsg *ifa;
	int rc;

	ifa = tw_nl_begin(&q, RTM_GETADDR, NLM_F_DUMP, sizeof(*ifa));
	ifa->ifa_family = AF_UNSPEC;
	rc = tw_nl_ask(&q, on_addr, &list);
	if (rc < 0)
		return tw_fail(err, rc, "cannot list the addresses: %s", strerror(-rc));
	*ret_count = list.count;
	return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "netlink_priv.h"
#include "tw_host.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

/* RTA_VIA: a gateway of another family than the route (RFC 5549, RFC 8950). */
static void read_via(const struct nlattr *attr, struct tw_addr *ret)
{
	const struct rtvia *via = mnl_attr_get_payload(attr);
	size_t len = mnl_attr_get_payload_len(attr);

	if (len == sizeof(*via) + 16 && via->rtvia_family == AF_INET6) {
		memset(ret, 0, sizeof(*ret));
		ret->family = 6;
		memcpy(ret->b, via->rtvia_addr, 16);
	} else if (len == sizeof(*via) + 4 && via->rtvia_family == AF_INET) {
		memset(ret, 0, sizeof(*ret));
		ret->family = 4;
		memcpy(ret->b, via->rtvia_addr, 4);
	}
}

static void read_metrics(const struct nlattr *nest, struct tw_host_route *r)
{
	struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
	{
		if (mnl_attr_get_type(attr) == RTAX_MTU &&
			mnl_attr_get_payload_len(attr) == sizeof(uint32_t))
			r->mtu = mnl_attr_get_u32(attr);
	}
}

static int on_route(const struct nlmsghdr *nlh, void *arg)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct tw_host_route *r = arg;
	struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWROUTE)
		return MNL_CB_OK;
	r->local = rtm->rtm_type == RTN_LOCAL;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm))
	{
		switch (mnl_attr_get_type(attr)) {
		case RTA_OIF:
			if (mnl_attr_get_payload_len(attr) == sizeof(uint32_t))
				r->ifindex = (int)mnl_attr_get_u32(attr);
			break;
		case RTA_PREFSRC:
			tw_nl_get_addr(attr, rtm->rtm_family, &r->source);
			break;
		case RTA_GATEWAY:
			tw_nl_get_addr(attr, rtm->rtm_family, &r->gateway);
			break;
		case RTA_VIA:
			read_via(attr, &r->gateway);
			break;
		case RTA_METRICS:
			read_metrics(attr, r);
			break;
		}
	}
	return MNL_CB_OK;
}

int tw_host_route(const struct tw_addr *peer, const struct tw_addr *from, int ifindex,
	struct tw_host_route *ret_route, struct tw_err *err)
{
	char text[TW_ADDR_STR], name[IF_NAMESIZE];
	struct tw_host_route r = {0};
	struct tw_nl_request q;
	struct rtmsg *rtm;
	int rc;

	if (!tw_addr_len(peer))
		return tw_fail(err, -EINVAL, "no peer address to look up a route for");
	tw_addr_format(peer, text);
	rtm = tw_nl_begin(&q, RTM_GETROUTE, NLM_F_ACK, sizeof(*rtm));
	rtm->rtm_family = tw_nl_family(peer);
	rtm->rtm_dst_len = (uint8_t)(8 * tw_addr_len(peer));
	tw_nl_put_addr(&q, RTA_DST, peer);
	if (from && from->family == peer->family && !tw_addr_is_unspecified(from)) {
		rtm->rtm_src_len = rtm->rtm_dst_len;
		tw_nl_put_addr(&q, RTA_SRC, from);
		r.source = *from;
	}
	if (ifindex)
		mnl_attr_put_u32(&q.h, RTA_OIF, (uint32_t)ifindex);
	rc = tw_nl_ask(&q, on_route, &r);
	/* IPv6 answers "no route" with a route of type unreachable on lo, which is an error too. */
	if (rc == 0 && r.ifindex == 0)
		rc = -ENETUNREACH;
	if (rc < 0)
		return tw_fail(err, rc, "the kernel has no route to %s%s: %s", text,
			ifindex ? " on this interface" : "", strerror(-rc));
	if (!if_indextoname((unsigned int)r.ifindex, name))
		return tw_fail(err, -ENODEV, "the interface of the route to %s went away", text);
	memcpy(r.ifname, name, sizeof(r.ifname));
	*ret_route = r;
	return 0;
}

bool tw_host_has_route(const struct tw_addr *peer, int ifindex)
{
	struct tw_host_route r = {0};
	struct tw_nl_request q;
	struct rtmsg *rtm;

	rtm = tw_nl_begin(&q, RTM_GETROUTE, NLM_F_ACK, sizeof(*rtm));
	rtm->rtm_family = tw_nl_family(peer);
	rtm->rtm_dst_len = (uint8_t)(8 * tw_addr_len(peer));
	rtm->rtm_flags = RTM_F_FIB_MATCH; /* the row of the table, which is none for a guess */
	tw_nl_put_addr(&q, RTA_DST, peer);
	mnl_attr_put_u32(&q.h, RTA_OIF, (uint32_t)ifindex);
	/* several next hops are told without an interface */
	return tw_nl_ask(&q, on_route, &r) == 0 && (!r.ifindex || r.ifindex == ifindex);
}

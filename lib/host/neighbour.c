/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "netlink_priv.h"
#include "tw_host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define POLL_MS 10
#define PROVOKE_MS 1000
#define DISCARD_PORT 9 /* RFC 863 */
#define USABLE (NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE)

struct answer {
	uint16_t state;
	bool has_mac;
	struct tw_mac mac;
};

static int on_neighbour(const struct nlmsghdr *nlh, void *arg)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	struct answer *a = arg;
	struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWNEIGH)
		return MNL_CB_OK;
	a->state = ndm->ndm_state;
	mnl_attr_for_each(attr, nlh, sizeof(*ndm))
	{
		if (mnl_attr_get_type(attr) == NDA_LLADDR &&
			mnl_attr_get_payload_len(attr) == sizeof(a->mac.b)) {
			memcpy(a->mac.b, mnl_attr_get_payload(attr), sizeof(a->mac.b));
			a->has_mac = true;
		}
	}
	return MNL_CB_OK;
}

static struct ndmsg *begin(struct tw_nl_request *q, uint16_t type, uint16_t flags, int ifindex,
	const struct tw_addr *addr)
{
	struct ndmsg *ndm = tw_nl_begin(q, type, (uint16_t)(flags | NLM_F_ACK), sizeof(*ndm));

	ndm->ndm_family = tw_nl_family(addr);
	ndm->ndm_ifindex = ifindex;
	tw_nl_put_addr(q, NDA_DST, addr);
	return ndm;
}

int tw_host_neighbour(int ifindex, const struct tw_addr *addr, struct tw_mac *ret_mac)
{
	struct answer a = {0};
	struct tw_nl_request q;

	if (!tw_addr_len(addr))
		return -ENOENT;
	begin(&q, RTM_GETNEIGH, 0, ifindex, addr);
	if (tw_nl_ask(&q, on_neighbour, &a) < 0 || !a.has_mac || !(a.state & USABLE))
		return -ENOENT;
	*ret_mac = a.mac;
	return 0;
}

/* The fallback for those who may not touch the neighbour table. */
static int send_octet(int ifindex, const char *ifname, const struct tw_addr *addr)
{
	struct sockaddr_in6 a6 = {.sin6_family = AF_INET6,
		.sin6_port = htons(DISCARD_PORT),
		.sin6_scope_id = (uint32_t)ifindex};
	struct sockaddr_in a4 = {.sin_family = AF_INET, .sin_port = htons(DISCARD_PORT)};
	int fd, rc = 0;

	fd = socket(tw_nl_family(addr), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, ifname, (socklen_t)strlen(ifname));
	memcpy(&a4.sin_addr, addr->b, sizeof(a4.sin_addr));
	memcpy(&a6.sin6_addr, addr->b, sizeof(a6.sin6_addr));
	if (sendto(fd, "", 1, 0,
		    addr->family == 6 ? (struct sockaddr *)&a6 : (struct sockaddr *)&a4,
		    addr->family == 6 ? sizeof(a6) : sizeof(a4)) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

static int provoke(int ifindex, const char *ifname, const struct tw_addr *addr)
{
	struct tw_nl_request q;
	struct ndmsg *ndm;
	int rc;

	ndm = begin(&q, RTM_NEWNEIGH, NLM_F_CREATE, ifindex, addr);
	ndm->ndm_state = NUD_NONE;
	ndm->ndm_flags = NTF_USE;
	rc = tw_nl_ask(&q, NULL, NULL);
	return rc == -EPERM ? send_octet(ifindex, ifname, addr) : rc;
}

int tw_host_resolve(int ifindex, const struct tw_addr *addr, unsigned int timeout_ms,
	bool (*keep_on)(void), struct tw_mac *ret_mac, struct tw_err *err)
{
	const struct timespec nap = {.tv_nsec = POLL_MS * 1000000L};
	char ifname[IF_NAMESIZE], text[TW_ADDR_STR];
	int rc;

	if (!if_indextoname((unsigned int)ifindex, ifname))
		return tw_fail(err, -ENODEV, "network interface %d: %s", ifindex, strerror(ENODEV));
	if (tw_host_neighbour(ifindex, addr, ret_mac) == 0)
		return 0;
	tw_addr_format(addr, text);
	rc = provoke(ifindex, ifname, addr);
	if (rc < 0)
		return tw_fail(
			err, rc, "cannot have %s resolved on %s: %s", text, ifname, strerror(-rc));
	for (unsigned int waited = 0;; waited += POLL_MS) {
		if (tw_host_neighbour(ifindex, addr, ret_mac) == 0)
			return 0;
		if (keep_on && !keep_on())
			return tw_fail(err, -EINTR, "stopped while waiting for %s to answer", text);
		if (waited >= timeout_ms)
			break;
		nanosleep(&nap, NULL);
	}
	return tw_fail(err, -EHOSTUNREACH, "no answer to %s for %s on %s within %u ms",
		addr->family == 6 ? "neighbour solicitations" : "ARP", text, ifname, timeout_ms);
}

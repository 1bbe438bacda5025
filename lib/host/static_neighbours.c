/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "netlink_priv.h"
#include "tw_host.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	struct tw_addr addr;
	struct tw_mac mac;
	uint8_t flags;
};

struct tw_host_neighbours {
	int ifindex;
	size_t count;
	size_t room;
	struct entry *entries;
};

static struct entry *append(struct tw_host_neighbours *n)
{
	if (n->count == n->room) {
		size_t room = n->room ? 2 * n->room : 8;
		struct entry *more = realloc(n->entries, room * sizeof(*more));

		if (!more)
			return NULL;
		n->entries = more;
		n->room = room;
	}
	n->entries[n->count] = (struct entry){0};
	return &n->entries[n->count];
}

static int on_entry(const struct nlmsghdr *nlh, void *arg)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	struct tw_host_neighbours *n = arg;
	bool has_addr = false, has_mac = false;
	struct nlattr *attr;
	struct entry *e;

	if (nlh->nlmsg_type != RTM_NEWNEIGH || ndm->ndm_ifindex != n->ifindex ||
		!(ndm->ndm_state & NUD_PERMANENT))
		return MNL_CB_OK;
	e = append(n);
	if (!e) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	e->flags = ndm->ndm_flags;
	mnl_attr_for_each(attr, nlh, sizeof(*ndm))
	{
		if (mnl_attr_get_type(attr) == NDA_DST)
			has_addr = tw_nl_get_addr(attr, ndm->ndm_family, &e->addr);
		if (mnl_attr_get_type(attr) == NDA_LLADDR &&
			mnl_attr_get_payload_len(attr) == sizeof(e->mac.b)) {
			memcpy(e->mac.b, mnl_attr_get_payload(attr), sizeof(e->mac.b));
			has_mac = true;
		}
	}
	n->count += has_addr && has_mac;
	return MNL_CB_OK;
}

int tw_host_neighbours_keep(int ifindex, struct tw_host_neighbours **ret)
{
	struct tw_host_neighbours *n = calloc(1, sizeof(*n));
	struct tw_nl_request q;
	int rc;

	if (!n)
		return -ENOMEM;
	n->ifindex = ifindex;
	tw_nl_begin(&q, RTM_GETNEIGH, NLM_F_DUMP, sizeof(struct ndmsg));
	rc = tw_nl_ask(&q, on_entry, n);
	if (rc < 0) {
		free(n->entries);
		free(n);
		return rc;
	}
	*ret = n;
	return 0;
}

int tw_host_neighbours_restore(struct tw_host_neighbours *n)
{
	int rc = 0;

	if (!n)
		return 0;
	for (size_t i = 0; i < n->count; i++) {
		const struct entry *e = &n->entries[i];
		struct tw_nl_request q;
		struct ndmsg *ndm;
		int one;

		/* The kernel may be asking for it by now, or have learnt it again. */
		ndm = tw_nl_begin(
			&q, RTM_NEWNEIGH, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, sizeof(*ndm));
		ndm->ndm_family = tw_nl_family(&e->addr);
		ndm->ndm_ifindex = n->ifindex;
		ndm->ndm_state = NUD_PERMANENT;
		ndm->ndm_flags = e->flags;
		tw_nl_put_addr(&q, NDA_DST, &e->addr);
		mnl_attr_put(&q.h, NDA_LLADDR, sizeof(e->mac.b), e->mac.b);
		one = tw_nl_ask(&q, NULL, NULL);
		if (one < 0 && rc == 0)
			rc = one;
	}
	free(n->entries);
	free(n);
	return rc;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_resolver.h"

#include <errno.h>

void tw_resolver_init(struct tw_resolver *r, const struct tw_resolver_timing *timing)
{
	memset(r, 0, sizeof(*r));
	r->timing = *timing;
}

static struct tw_resolver_entry *find(struct tw_resolver *r, const struct tw_addr *addr)
{
	for (unsigned int i = 0; i < r->n; i++) {
		if (tw_addr_equal(&r->entry[i].addr, addr))
			return &r->entry[i];
	}
	return NULL;
}

int tw_resolver_lookup(
	struct tw_resolver *r, const struct tw_addr *addr, struct tw_ns now, struct tw_mac *ret)
{
	struct tw_resolver_entry *e = find(r, addr);

	if (!e) {
		if (r->n == TW_RESOLVER_MAX)
			return -ENOSPC;
		e = &r->entry[r->n++];
		*e = (struct tw_resolver_entry){.addr = *addr, .next = now};
	}
	if (!e->known)
		return e->silent ? -EHOSTUNREACH : -EAGAIN;
	*ret = e->mac;
	return 0;
}

void tw_resolver_forget(struct tw_resolver *r, const struct tw_addr *addr)
{
	struct tw_resolver_entry *e = find(r, addr);

	if (e)
		*e = r->entry[--r->n];
}

static void confirm(struct tw_resolver *r, struct tw_resolver_entry *e, struct tw_ns now)
{
	e->silent = false;
	e->tries = 0;
	e->confirmed = now;
	e->next = tw_ns_add(now, r->timing.refresh);
}

bool tw_resolver_learn(
	struct tw_resolver *r, const struct tw_neighbour_news *news, struct tw_ns now)
{
	struct tw_resolver_entry *e = news->valid ? find(r, &news->addr) : NULL;
	bool same;

	if (!e)
		return false;
	same = e->known && tw_mac_equal(&e->mac, &news->mac);
	/* RFC 4861 section 7.2.5: without the O flag another address does not replace ours. */
	if (e->known && !same && !news->override)
		return false;
	e->known = true;
	e->mac = news->mac;
	confirm(r, e, now);
	return !same;
}

void tw_resolver_confirm(struct tw_resolver *r, const struct tw_addr *addr, struct tw_ns now)
{
	struct tw_resolver_entry *e = find(r, addr);

	if (e && e->known)
		confirm(r, e, now);
}

bool tw_resolver_poll(struct tw_resolver *r, struct tw_ns now, struct tw_resolver_question *ret)
{
	const struct tw_resolver_timing *t = &r->timing;
	struct tw_resolver_entry *e = NULL;
	bool given_up;

	for (unsigned int i = 0; i < r->n && !e; i++) {
		if (r->entry[i].next.v <= now.v)
			e = &r->entry[i];
	}
	if (!e)
		return false;
	if (e->known && tw_ns_sub(now, e->confirmed).v >= t->expire.v)
		e->known = false;
	given_up = e->tries >= t->tries;
	if (given_up)
		e->silent = !e->known;
	else
		e->tries++;
	/* First the one who had the address, then everybody. */
	*ret = (struct tw_resolver_question){
		.addr = e->addr,
		.unicast = e->known && !given_up,
		.mac = e->mac,
	};
	e->next = tw_ns_add(now, e->silent ? t->refresh : t->retry);
	return true;
}

struct tw_ns tw_resolver_next(const struct tw_resolver *r)
{
	struct tw_ns next = {INT64_MAX};

	for (unsigned int i = 0; i < r->n; i++) {
		if (r->entry[i].next.v < next.v)
			next = r->entry[i].next;
	}
	return next;
}

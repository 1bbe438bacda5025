/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* What the report says of who sends what to whom. */

#include "sending.h"

#include <string.h>

static void describe_options(const struct tw_options *o, struct tw_session_info *ret)
{
	ret->protocol = tw_protocol_name(
		o->protocol == TW_OPT_LIGHT ? TW_PROTOCOL_LIGHT : TW_PROTOCOL_STAMP);
	ret->mode = o->auth ? "authenticated" : "unauthenticated";
	ret->dscp = o->tos >> 2;
	ret->ttl = o->ttl;
	ret->stateless_peer = o->stateless;
}

/* The ends of streams from..from + n: told where there is one of them. */
static void describe_ends(
	const struct tw_sending *s, uint32_t from, uint32_t n, struct tw_session_info *ret)
{
	const struct tw_way *way = &s->ways[from];
	const struct tw_wish *wish = &s->wishes[from];
	bool one_local = true, one_remote = true;

	for (uint32_t i = from + 1; i < from + n; i++) {
		one_local &= tw_addr_equal(&s->ways[i].local.addr, &way->local.addr);
		one_remote &= tw_endpoint_equal(&s->wishes[i].remote, &wish->remote);
	}
	ret->local[0] = ret->remote[0] = '\0';
	if (one_local)
		tw_endpoint_format(&way->local, ret->local);
	if (one_remote)
		tw_endpoint_format(&wish->remote, ret->remote);
}

void tw_sending_describe_entry(const struct tw_sending *s, uint32_t i, struct tw_session_info *ret)
{
	const struct tw_scenario_entry *e = s->scenario->entries;
	struct tw_session_info info = {0};
	uint32_t from = 0;

	for (; e < &s->scenario->entries[i]; e++)
		from += e->streams;
	describe_options(&e->o, &info);
	describe_ends(s, from, e->streams, &info);
	info.streams = e->streams;
	info.stamp = s->options->stamp == TW_OPT_STAMP_PACKET ? "packet" : "burst";
	*ret = info;
}

void tw_sending_describe(const struct tw_sending *s, struct tw_session_info *ret)
{
	struct tw_session_info info = {0}, other;

	describe_options(s->scenario ? &s->scenario->entries[0].o : s->options, &info);
	for (uint32_t i = 1; s->scenario && i < s->scenario->n_entries; i++) {
		tw_sending_describe_entry(s, i, &other);
		if (strcmp(info.protocol, other.protocol) != 0)
			info.protocol = "several";
		if (strcmp(info.mode, other.mode) != 0)
			info.mode = "several";
		info.dscp_differs |= info.dscp != other.dscp;
		info.ttl_differs |= info.ttl != other.ttl;
		info.stateless_peer |= other.stateless_peer;
	}
	describe_ends(s, 0, s->n_streams, &info);
	info.streams = s->options->streams;
	info.stamp = s->options->stamp == TW_OPT_STAMP_PACKET ? "packet" : "burst";
	*ret = info;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* What goes together in a scenario, and the streams that follow from its entries. */

#include "scenario_priv.h"

#include <errno.h>
#include <string.h>

static uint64_t at_least_one(uint32_t n)
{
	return n ? n : 1;
}

/* Addresses and ports that were given, in all the ways in which streams can have them. */
static uint64_t combinations(const struct tw_scenario_entry *e)
{
	const uint64_t n[] = {at_least_one(e->remote.addr.n), at_least_one(e->remote.port.n),
		at_least_one(e->local.addr.n), at_least_one(e->local.port.n)};
	uint64_t all = 1;

	for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		if (e->walk == TW_WALK_TOGETHER)
			all = n[i] > all ? n[i] : all;
		else if (__builtin_mul_overflow(all, n[i], &all) || all > UINT32_MAX)
			all = UINT32_MAX;
	}
	return all;
}

static int count_streams(struct tw_scenario_entry *e, struct tw_err *err)
{
	e->combinations = combinations(e);
	e->streams = e->streams_asked;
	if (!e->streams_asked && e->combinations > TW_SCENARIO_STREAMS)
		return tw_fail(err, -EINVAL,
			"remote and local make %llu streams, allowed: at most %d; streams: N says "
			"how many of them",
			(unsigned long long)e->combinations, TW_SCENARIO_STREAMS);
	if (!e->streams_asked)
		e->streams = (uint32_t)e->combinations;
	if (e->local.port.n && e->streams > e->combinations)
		return tw_fail(err, -EINVAL,
			"streams '%u': remote and local make %llu different ones, allowed: at most "
			"as many",
			e->streams, (unsigned long long)e->combinations);
	return 0;
}

static bool can_answer(const struct tw_addr *a)
{
	return !tw_addr_is_unspecified(a) && !tw_addr_is_multicast(a) && !tw_addr_is_broadcast(a);
}

static int check_ends(
	struct tw_scenario_entry *e, const struct tw_scenario_context *c, struct tw_err *err)
{
	const struct tw_addr_range *r = &e->remote.addr, *l = &e->local.addr;
	struct tw_addr last;

	if (!r->n)
		return c->without_peer ? 0
				       : tw_fail(err, -EINVAL,
						 "remote: missing, allowed: an address here, in "
						 "defaults or on the command line");
	last = tw_addr_range_at(r, r->n - 1);
	if (!can_answer(&r->first) || !can_answer(&last))
		return tw_fail(err, -EINVAL, "remote '%s': allowed: addresses of single hosts",
			e->remote_text);
	if (l->n && l->first.family != r->first.family)
		return tw_fail(err, -EINVAL, "local and remote: allowed: one address family");
	if (e->flow_label.n && r->first.family == 4)
		return tw_fail(err, -EINVAL, "flow-label: allowed with IPv6 only");
	return 0;
}

static int check_schedule(struct tw_scenario_entry *e, struct tw_err *err)
{
	struct tw_options *o = &e->o;

	if (o->pps == TW_PPS_MAX)
		return tw_fail(err, -EINVAL,
			"pps 'max': allowed: packets per second; streams that share a run keep "
			"rates");
	if (o->pps || o->rate)
		o->interval = tw_ns(0);
	if (o->count && o->count < e->streams)
		return tw_fail(err, -EINVAL,
			"count '%llu': packets over %u streams, allowed: %u or more",
			(unsigned long long)o->count, e->streams, e->streams);
	return 0;
}

int tw_scenario_settle(struct tw_scenario *s, struct tw_scenario_entry *e,
	const struct tw_scenario_context *c, struct tw_err *err)
{
	int rc;

	e->o.key_file = c->run->key_file;
	e->o.timestamp_format = c->run->timestamp_format;
	e->o.stamp = c->run->stamp;
	e->o.timeout = c->run->timeout;
	if (!tw_options_given(&e->o, vlan)) {
		e->o.n_vlan = c->run->n_vlan;
		memcpy(e->o.vlan, c->run->vlan, sizeof(e->o.vlan));
	}
	rc = check_ends(e, c, err);
	if (rc == 0)
		rc = count_streams(e, err);
	if (rc == 0)
		rc = tw_options_settle_packets(&e->o, err);
	if (rc == 0)
		rc = check_schedule(e, err);
	if (rc == 0 && e->o.auth && e->o.protocol == TW_OPT_LIGHT)
		rc = tw_fail(err, -EINVAL, "auth is for STAMP, not for protocol twamp-light");
	if (rc == 0 && e->o.auth && !e->o.key_file && c->command != TW_CMD_LOOPBACK)
		rc = tw_fail(err, -EINVAL, "auth: allowed with a key-file for the whole run");
	if (rc < 0)
		return tw_scenario_blame(s, e, err, rc);
	e->o.streams = e->streams;
	if (!e->ssid.n)
		e->ssid = (struct tw_number_range){e->o.ssid, 1};
	e->o.flow_label = e->flow_label.first;
	return 0;
}

static int check_names(struct tw_scenario *s, struct tw_err *err)
{
	for (uint32_t i = 0; i < s->n_entries; i++)
		for (uint32_t k = 0; k < i; k++)
			if (strcmp(s->entries[i].name, s->entries[k].name) == 0)
				return tw_yaml_fail(s->file, s->entries[i].node, err, -EINVAL,
					"name '%s': the entry in line %u has it, allowed: another",
					s->entries[i].name, s->entries[k].node->line);
	return 0;
}

int tw_scenario_check(struct tw_scenario *s, struct tw_options *o, struct tw_err *err)
{
	const struct tw_scenario_entry *endless = NULL;
	uint64_t streams = 0, picked = 0;
	int rc = check_names(s, err);

	for (uint32_t i = 0; i < s->n_entries && rc == 0; i++) {
		const struct tw_scenario_entry *e = &s->entries[i];

		streams += e->streams;
		picked += tw_scenario_picked(e);
		endless = e->o.count ? endless : e;
		if (streams > TW_SCENARIO_STREAMS)
			rc = tw_yaml_fail(s->file, e->node, err, -EINVAL,
				"%s: makes %llu streams in all, allowed: at most %d", e->name,
				(unsigned long long)streams, TW_SCENARIO_STREAMS);
		else if (picked > TW_SCENARIO_PORTS)
			rc = tw_yaml_fail(s->file, e->node, err, -EINVAL,
				"%s: needs %llu source ports in all, allowed: at most %d; say "
				"local: with ports, or more remote addresses",
				e->name, (unsigned long long)picked, TW_SCENARIO_PORTS);
	}
	if (rc < 0)
		return rc;
	if (!tw_options_given(o, duration) && !endless)
		o->duration = tw_ns(0);
	if (endless && !o->duration.v)
		return tw_yaml_fail(s->file, endless->node, err, -EINVAL,
			"%s: has no end, allowed: duration for the whole run, or count here",
			endless->name);
	s->n_streams = (uint32_t)streams;
	s->n_picked = (uint32_t)picked;
	o->streams = s->n_streams;
	o->count = 0;
	o->pps = 0;
	o->interval = tw_ns(0);
	return 0;
}

/* Combinations of what was given but for local ports. */
static uint64_t without_ports(const struct tw_scenario_entry *e)
{
	return e->local.port.n ? e->combinations / e->local.port.n : e->combinations;
}

uint32_t tw_scenario_picked(const struct tw_scenario_entry *e)
{
	uint64_t n = without_ports(e);

	return e->local.port.n ? 0 : (uint32_t)((e->streams + n - 1) / n);
}

/* The next digit of i in a system whose digits have different bases. */
static uint32_t digit(uint64_t *i, uint32_t base)
{
	uint32_t d = (uint32_t)(*i % at_least_one(base));

	*i /= at_least_one(base);
	return d;
}

void tw_scenario_stream(
	const struct tw_scenario_entry *e, uint32_t i, struct tw_scenario_stream *ret)
{
	uint32_t raddr = i, laddr = i, rport = i, lport = i;
	struct tw_scenario_stream s = {0};
	uint64_t rest = i;

	if (e->walk == TW_WALK_COMBINE) {
		raddr = digit(&rest, e->remote.addr.n);
		laddr = digit(&rest, e->local.addr.n);
		rport = digit(&rest, e->remote.port.n);
		lport = (uint32_t)rest;
	} else if (!e->local.port.n) {
		lport = (uint32_t)(i / e->combinations);
	}
	if (e->remote.addr.n)
		s.remote.addr = tw_addr_range_at(&e->remote.addr, raddr);
	if (e->local.addr.n)
		s.local = tw_addr_range_at(&e->local.addr, laddr);
	s.remote.port = (uint16_t)(e->remote.port.first + rport % e->remote.port.n);
	if (e->local.port.n)
		s.local_port = (uint16_t)(e->local.port.first + lport % e->local.port.n);
	else
		s.picked = (uint16_t)lport;
	s.ssid = (uint16_t)(e->ssid.first + i % e->ssid.n);
	if (e->flow_label.n)
		s.flow_label = e->flow_label.first + i % e->flow_label.n;
	*ret = s;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "sending.h"

#include "payloads.h"
#include "tw_int128.h"
#include "tw_keyring.h"
#include "tw_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The options of stream i, and which of an entry's streams it is. */
static const struct tw_options *options_of(
	const struct tw_sending *s, uint32_t i, uint32_t *ret_entry, uint32_t *ret_index)
{
	uint32_t entry = 0;

	if (s->scenario)
		for (; i >= s->scenario->entries[entry].streams; entry++)
			i -= s->scenario->entries[entry].streams;
	*ret_entry = entry;
	*ret_index = i;
	return s->scenario ? &s->scenario->entries[entry].o : s->options;
}

int tw_sending_blame(const struct tw_sending *s, uint32_t i, struct tw_err *err, int code)
{
	uint32_t entry, index;

	if (!s->scenario || i >= s->n_streams)
		return code;
	options_of(s, i, &entry, &index);
	return tw_scenario_blame(s->scenario, &s->scenario->entries[entry], err, code);
}

/* Packets per second of a stream, near enough to share out work. */
static double weight(const struct tw_options *o)
{
	struct tw_plan_part *p = malloc(sizeof(*p));
	double pps = 1;

	/* The same options are planned with their real link later, where errors are told. */
	if (p && tw_options_payloads(o, 4, 0, NULL, &p->shape, &p->payloads) == 0)
		pps = o->rate ? (double)o->rate * p->payloads.n /
					(double)tw_sizes_wire_bits(&p->payloads, &p->shape) /
					o->streams
		      : o->pps && o->pps != TW_PPS_MAX ? (double)o->pps / o->streams
		      : o->interval.v                  ? 1e9 / (double)o->interval.v
						       : 1;
	free(p);
	return pps;
}

static void wish_entry(const struct tw_scenario_entry *e, struct tw_wish *w, uint16_t picked)
{
	double pps = weight(&e->o);

	for (uint32_t i = 0; i < e->streams; i++, w++) {
		struct tw_scenario_stream t;

		tw_scenario_stream(e, i, &t);
		*w = (struct tw_wish){.remote = t.remote,
			.local = t.local,
			.local_port = t.local_port,
			.picked = (uint16_t)(picked + t.picked),
			.n_vlan = (uint8_t)e->o.n_vlan,
			.pps = pps};
		memcpy(w->vlan, e->o.vlan, sizeof(w->vlan));
	}
}

static void wish_options(
	struct tw_sending *s, const struct tw_endpoint *local, const struct tw_endpoint *remote)
{
	double pps = weight(s->options);

	for (uint32_t i = 0; i < s->n_streams; i++) {
		struct tw_wish *w = &s->wishes[i];

		*w = (struct tw_wish){.remote = *remote,
			.local = local->addr,
			.local_port = (uint16_t)(local->port ? local->port + i : 0),
			.picked = (uint16_t)i,
			.n_vlan = (uint8_t)s->options->n_vlan,
			.pps = pps};
		memcpy(w->vlan, s->options->vlan, sizeof(w->vlan));
	}
	s->n_picked = local->port ? 0 : s->n_streams;
}

int tw_sending_begin(struct tw_sending *s, const struct tw_options *o,
	const struct tw_scenario *scenario, const struct tw_endpoint *local,
	const struct tw_endpoint *remote, struct tw_err *err)
{
	uint32_t n = o->streams, at = 0;

	/* Streams that none of the packets is for. */
	if (!scenario && o->count && o->count < n)
		n = (uint32_t)o->count;
	*s = (struct tw_sending){.options = o, .scenario = scenario, .n_streams = n};
	if (!scenario && local->port && local->port + n - 1 > UINT16_MAX)
		return tw_fail(err, -EINVAL, "UDP ports end at 65535");
	s->wishes = calloc(n, sizeof(*s->wishes));
	s->ways = calloc(n, sizeof(*s->ways));
	if (!s->wishes || !s->ways)
		return tw_fail(err, -ENOMEM, "no memory for %u streams", n);
	if (!scenario)
		wish_options(s, local, remote);
	for (uint32_t i = 0; scenario && i < scenario->n_entries; i++) {
		wish_entry(&scenario->entries[i], s->wishes + at, (uint16_t)s->n_picked);
		s->n_picked += tw_scenario_picked(&scenario->entries[i]);
		at += scenario->entries[i].streams;
	}
	return 0;
}

int tw_sending_largest(const struct tw_sending *s, struct tw_err *err, uint32_t *ret_octets)
{
	uint32_t most = 0, entry, index;

	for (uint32_t i = 0; i < s->n_streams;) {
		const struct tw_options *o = options_of(s, i, &entry, &index);
		uint32_t octets;
		int rc = tw_plan_largest(o, s->wishes[i].remote.addr.family, err, &octets);

		if (rc < 0)
			return tw_sending_blame(s, i, err, rc);
		most = octets > most ? octets : most;
		i += s->scenario ? s->scenario->entries[entry].streams : s->n_streams;
	}
	*ret_octets = most;
	return 0;
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
	return b ? gcd(b, a % b) : a;
}

/* num / den times a / b, in numbers that fit; what is lost is below 2^-60 of it. */
static void scale(uint64_t *num, uint64_t *den, uint64_t a, uint64_t b)
{
	uint64_t g = gcd(*num, b), h = gcd(a, *den);
	tw_u128 n = (tw_u128)(*num / g) * (a / h), d = (tw_u128)(*den / h) * (b / g);

	while (n >> 63 || d >> 63) {
		n >>= 1;
		d >>= 1;
	}
	*num = (uint64_t)n;
	*den = (uint64_t)(d ? d : 1);
}

/* Packets of the k-th of n streams, when they share so many. */
static uint64_t part_of(uint64_t count, uint64_t k, uint64_t n)
{
	return (uint64_t)((tw_u128)count * (k + 1) / n - (tw_u128)count * k / n);
}

/* Its share of the entry's rate, and a start that spreads the entry's streams evenly. */
static void schedule(const struct tw_scenario_entry *e, const struct tw_plan_part *part,
	uint32_t index, struct tw_stream_schedule *ret)
{
	uint32_t burst = e->o.burst ? e->o.burst : 1;

	ret->kind = e->o.poisson ? TW_SCHEDULE_POISSON : TW_SCHEDULE_PERIODIC;
	ret->pps_num = part->pps_num;
	ret->pps_den = part->pps_den;
	scale(&ret->pps_num, &ret->pps_den, 1, e->streams);
	ret->burst = burst;
	ret->count = part_of(e->o.count, index, e->streams);
	ret->offset = e->offset;
	if (ret->kind == TW_SCHEDULE_PERIODIC)
		ret->offset.v += (int64_t)(1e9 * burst * index * (double)part->pps_den /
					   (double)part->pps_num);
}

static int find_key(const struct tw_keyring *keys, uint16_t ssid, const struct tw_addr *peer,
	struct tw_err *err, const struct tw_batch_key **ret)
{
	char text[TW_ADDR_STR];

	*ret = tw_keyring_peer(keys, ssid, peer);
	return *ret ? 0
		    : tw_fail(err, -ENOENT, "the key file has no key for SSID %u and %s", ssid,
			      tw_addr_format(peer, text));
}

int tw_sending_check_keys(
	const struct tw_sending *s, const struct tw_keyring *keys, struct tw_err *err)
{
	for (uint32_t i = 0; i < s->n_streams; i++) {
		const struct tw_batch_key *key;
		uint32_t entry, index;
		const struct tw_options *o = options_of(s, i, &entry, &index);
		struct tw_scenario_stream t = {.ssid = o->ssid};
		int rc;

		if (!o->auth)
			continue;
		if (s->scenario)
			tw_scenario_stream(&s->scenario->entries[entry], index, &t);
		rc = find_key(keys, t.ssid, &s->wishes[i].remote.addr, err, &key);
		if (rc < 0)
			return tw_sending_blame(s, i, err, rc);
	}
	return 0;
}

static int protect(const struct tw_options *o, const struct tw_plan_part *part,
	const struct tw_keyring *keys, struct tw_stream_config *c, struct tw_err *err)
{
	bool signs = part->tlv && part->tlv->hmac_at != TW_TLV_NOWHERE;

	if (!o->auth && !signs)
		return 0;
	if (o->protocol == TW_OPT_LIGHT)
		return tw_fail(err, -EINVAL, "--auth is for STAMP, not for --protocol twamp-light");
	if (o->auth)
		c->security = TW_SECURITY_AUTHENTICATED;
	return find_key(keys, c->ssid, &c->remote.addr, err, &c->key);
}

static uint16_t mtu_of(const struct tw_port *ports, unsigned int n)
{
	uint32_t least = UINT16_MAX;

	for (unsigned int i = 0; i < n; i++)
		least = ports[i].mtu < least ? ports[i].mtu : least;
	return (uint16_t)least;
}

/* Stream i of the wishes as place `at` of the plan. */
static int plan_stream(struct tw_sending *s, uint32_t i, uint32_t at, const struct tw_port *ports,
	const struct tw_keyring *keys, struct tw_err *err)
{
	struct tw_stream_config *c = &s->plan.streams[at];
	const struct tw_way *way = &s->ways[i];
	uint32_t entry, index;
	const struct tw_options *o = options_of(s, i, &entry, &index);
	const struct tw_plan_part *part = &s->plan.parts[entry];

	c->local = way->local;
	c->remote = s->wishes[i].remote;
	c->local_mac = ports[way->port].mac;
	c->next_hop_mac = way->next_hop;
	tw_plan_stream(o, part, c);
	if (s->scenario) {
		const struct tw_scenario_entry *e = &s->scenario->entries[entry];
		struct tw_scenario_stream t;

		tw_scenario_stream(e, index, &t);
		c->ssid = t.ssid;
		c->flow_label = t.flow_label;
		c->group = (uint16_t)entry;
		schedule(e, part, index, &s->plan.schedules[at]);
	}
	return protect(o, part, keys, c, err);
}

/* The SSID that an entry with TLVs has was chosen for it. */
static void tell_ssid(const struct tw_sending *s, const struct tw_options *o, uint32_t entry)
{
	bool given = s->scenario ? s->scenario->entries[entry].ssid_text != NULL
				 : tw_options_given(o, ssid);

	if (!given)
		tw_info("SSID %u: a reflector without TLVs is told by it", o->ssid);
}

static int plan_parts(
	struct tw_sending *s, const struct tw_port *ports, unsigned int n_ports, struct tw_err *err)
{
	uint32_t n = s->scenario ? s->scenario->n_entries : 1, first = 0;
	uint16_t mtu = mtu_of(ports, n_ports);

	s->plan.parts = calloc(n, sizeof(*s->plan.parts));
	if (!s->plan.parts)
		return tw_fail(err, -ENOMEM, "out of memory");
	for (uint32_t i = 0; i < n; i++) {
		uint32_t entry, index;
		const struct tw_options *o = options_of(s, first, &entry, &index);
		int rc;

		s->plan.n_parts = i + 1;
		rc = tw_plan_part_make(
			o, s->wishes[first].remote.addr.family, mtu, err, &s->plan.parts[i]);
		if (rc < 0)
			return tw_sending_blame(s, first, err, rc);
		if (s->plan.parts[i].tlv)
			tell_ssid(s, o, entry);
		s->plan.offered_pps += s->plan.parts[i].offered_pps;
		first += s->scenario ? s->scenario->entries[i].streams : 0;
	}
	return 0;
}

static void plan_run(struct tw_sending *s)
{
	const struct tw_options *o = s->options;
	struct tw_sender_config *c = &s->plan.sender;

	tw_plan_run(o, &s->plan);
	c->n_streams = s->n_streams;
	c->streams = s->plan.streams;
	c->burst = 1;
	if (s->scenario) {
		c->schedules = s->plan.schedules;
		c->n_groups = s->scenario->n_entries;
		return;
	}
	c->schedule = o->pps == TW_PPS_MAX ? TW_SCHEDULE_MAX
		      : o->poisson         ? TW_SCHEDULE_POISSON
					   : TW_SCHEDULE_PERIODIC;
	c->pps_num = s->plan.parts[0].pps_num;
	c->pps_den = s->plan.parts[0].pps_den;
	c->burst = o->burst ? o->burst : 1;
	c->count = o->count;
}

/* The streams from..from + n are one task's. */
static void share(struct tw_sending *s, const struct tw_way *way, uint32_t from, uint32_t n)
{
	struct tw_share *h = &s->shares[s->n_shares];
	struct tw_share *before = s->n_shares ? h - 1 : NULL;
	struct tw_sender_config *c = &h->sender;

	*h = (struct tw_share){.port = way->port, .queue = way->queue, .sender = s->plan.sender};
	if (before && before->port == h->port) {
		h->rx_queue = h->queue;
		before->n_rx_queues = (uint16_t)(h->queue - before->rx_queue);
	}
	c->streams = s->plan.streams + from;
	c->n_streams = n;
	if (s->plan.schedules)
		c->schedules = s->plan.schedules + from;
	if (c->pps_num)
		scale(&c->pps_num, &c->pps_den, n, s->n_streams);
	if (c->count) {
		tw_u128 count = c->count;

		c->count =
			(uint64_t)(count * (from + n) / s->n_streams - count * from / s->n_streams);
	}
	c->seed += s->n_shares++;
}

struct place {
	uint32_t i;
	uint8_t port;
	uint16_t queue;
};

static int by_task(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int d = x->port - y->port;

	d = d ? d : x->queue - y->queue;
	return d ? d : (x->i > y->i) - (x->i < y->i);
}

/* Every queue of a port that sends is polled by one of its tasks. */
static int make_shares(struct tw_sending *s, const struct place *p, const struct tw_port *ports,
	struct tw_err *err)
{
	uint32_t tasks = 1, from = 0;

	for (uint32_t i = 1; i < s->n_streams; i++)
		tasks += p[i].port != p[i - 1].port || p[i].queue != p[i - 1].queue;
	s->shares = calloc(tasks, sizeof(*s->shares));
	if (!s->shares)
		return tw_fail(err, -ENOMEM, "out of memory");
	for (uint32_t i = 1; i <= s->n_streams; i++) {
		if (i < s->n_streams && p[i].port == p[from].port && p[i].queue == p[from].queue)
			continue;
		share(s, &s->ways[p[from].i], from, i - from);
		from = i;
	}
	for (uint32_t k = 0; k < s->n_shares; k++) {
		struct tw_share *h = &s->shares[k];

		if (!h->n_rx_queues)
			h->n_rx_queues = (uint16_t)(ports[h->port].n_rx - h->rx_queue);
	}
	return 0;
}

int tw_sending_plan(struct tw_sending *s, const struct tw_port *ports, unsigned int n_ports,
	const struct tw_keyring *keys, struct tw_err *err)
{
	struct place *places = calloc(s->n_streams, sizeof(*places));
	int rc = places ? 0 : -ENOMEM;

	s->plan.streams = calloc(s->n_streams, sizeof(*s->plan.streams));
	if (s->scenario)
		s->plan.schedules = calloc(s->n_streams, sizeof(*s->plan.schedules));
	if (rc < 0 || !s->plan.streams || (s->scenario && !s->plan.schedules)) {
		free(places);
		return tw_fail(err, -ENOMEM, "no memory for %u streams", s->n_streams);
	}
	for (uint32_t i = 0; i < s->n_streams; i++)
		places[i] = (struct place){i, s->ways[i].port, s->ways[i].queue};
	qsort(places, s->n_streams, sizeof(*places), by_task);
	rc = plan_parts(s, ports, n_ports, err);
	for (uint32_t at = 0; at < s->n_streams && rc == 0; at++) {
		rc = plan_stream(s, places[at].i, at, ports, keys, err);
		if (rc < 0)
			tw_sending_blame(s, places[at].i, err, rc);
	}
	if (rc == 0) {
		plan_run(s);
		rc = make_shares(s, places, ports, err);
	}
	free(places);
	return rc;
}

void tw_sending_fini(struct tw_sending *s)
{
	tw_plan_fini(&s->plan);
	free(s->wishes);
	free(s->ways);
	free(s->shares);
	*s = (struct tw_sending){0};
}

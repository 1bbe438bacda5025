/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "ways.h"

#include "next_hop.h"
#include "tw_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Streams walk along few remote addresses again and again. */
#define MEMO 4096
/* Candidates for the port of a stream, so that its replies come to a queue that has room. */
#define CHOICE 4
#define PORTS 65536
#define FIRST_DYNAMIC 49152

/* How one remote address is reached through one device in one VLAN. */
struct memo {
	bool known;
	bool guess, no_route;
	struct tw_addr remote;
	uint8_t port;
	uint8_t n_vlan;
	uint16_t vlan[2];
	struct tw_addr source;
	struct tw_mac mac;
};

/* What a device gives its streams. */
struct device {
	struct tw_steer steer;
	uint16_t n_queues;
	uint16_t picked; /* the first */
	uint8_t *taken;  /* by port number */
	double load[TW_PORT_QUEUES];
	unsigned int families; /* bit 0 IPv4, bit 1 IPv6 */
};

struct search {
	struct tw_net *n;
	const struct tw_options *o;
	struct memo *memo;
	struct device *devices;
	uint32_t n_picked;
	unsigned int choice; /* numbers taken for each picked port */
	struct tw_err *err;
};

/*
 * Queues that get a task. Where the device does not tell which replies come to which queue as many
 * as there are workers: they hand each other what is not theirs.
 */
static uint16_t queues_of(const struct tw_net *n, const struct tw_port *p, const struct tw_steer *s)
{
	unsigned int workers = n->backend.n_workers / n->n_ports;

	if (p->n_tx < p->n_rx || workers < 2)
		return 1;
	return s->kind != TW_STEER_UNKNOWN || workers > p->n_rx ? p->n_rx : (uint16_t)workers;
}

static uint32_t mix(const struct tw_wish *w, uint8_t port)
{
	uint32_t h = 2166136261U ^ port ^ (uint32_t)w->vlan[0] << 8 ^ (uint32_t)w->vlan[1] << 20;

	for (size_t i = 0; i < sizeof(w->remote.addr.b); i++)
		h = (h ^ w->remote.addr.b[i]) * 16777619U;
	return (h ^ h >> 16) % MEMO;
}

/*
 * The device's own answer, asked for once. guess: without a route the remote is taken to be on the
 * link. @return 0, 1: no route, negative errno
 */
static int reach(struct search *s, const struct tw_wish *w, uint8_t port, bool guess,
	const struct memo **ret)
{
	struct tw_port *p = &s->n->ports[port];
	struct memo *m = &s->memo[mix(w, port) ^ guess];
	struct tw_options *tagged = NULL;
	struct tw_addr hop;
	int rc;

	*ret = m;
	if ((m->known || m->no_route) && m->guess == guess && m->port == port &&
		m->n_vlan == w->n_vlan && memcmp(m->vlan, w->vlan, sizeof(m->vlan)) == 0 &&
		tw_addr_equal(&m->remote, &w->remote.addr))
		return m->no_route;
	*m = (struct memo){
		.guess = guess, .remote = w->remote.addr, .port = port, .n_vlan = w->n_vlan};
	memcpy(m->vlan, w->vlan, sizeof(m->vlan));
	m->no_route = !guess && !tw_port_has_route(p, &w->remote.addr);
	if (m->no_route)
		return 1;
	rc = tw_port_route(p, &w->remote.addr, &m->source, &hop, s->err);
	if (rc < 0)
		return rc;
	if (w->n_vlan != s->o->n_vlan || memcmp(w->vlan, s->o->vlan, sizeof(w->vlan)) != 0) {
		tagged = malloc(sizeof(*tagged));
		if (!tagged)
			return tw_fail(s->err, -ENOMEM, "out of memory");
		*tagged = *s->o;
		tagged->n_vlan = w->n_vlan;
		memcpy(tagged->vlan, w->vlan, sizeof(tagged->vlan));
	}
	rc = tw_next_hop(tagged ? tagged : s->o, p, &hop, s->err, &m->mac);
	free(tagged);
	m->known = rc == 0;
	return rc;
}

/* @return 0, 1: no device has a route, negative errno */
static int choose_of(
	struct search *s, const struct tw_wish *w, uint32_t turn, bool guess, struct tw_way *ret)
{
	bool given = w->local.family && !tw_addr_is_unspecified(&w->local);
	const struct memo *m = NULL;
	char text[TW_ADDR_STR];
	int got, rc = 1;

	for (unsigned int i = 0; i < s->n->n_ports; i++) {
		uint8_t port = (uint8_t)((turn + i) % s->n->n_ports);

		if (given && !tw_port_owns(&s->n->ports[port], &w->local)) {
			rc = tw_fail(s->err, -EADDRNOTAVAIL, "%s is not an address of %s",
				tw_addr_format(&w->local, text),
				s->n->n_ports > 1 ? "these devices" : s->n->ports[port].name);
			continue;
		}
		got = reach(s, w, port, guess || given, &m);
		if (got) {
			rc = got < 0 ? got : rc;
			continue;
		}
		ret->port = port;
		ret->local.addr = given ? w->local : m->source;
		ret->next_hop = m->mac;
		s->devices[port].families |= w->remote.addr.family == 6 ? 2 : 1;
		return 0;
	}
	return rc;
}

/* The devices that reach the remote take its streams in turn: where there are several by routes. */
static int choose_device(
	struct search *s, const struct tw_wish *w, uint32_t turn, struct tw_way *ret)
{
	int rc = choose_of(s, w, turn, s->n->n_ports == 1, ret);

	return rc <= 0 ? rc : choose_of(s, w, turn, true, ret);
}

static uint8_t family_of(const struct device *d)
{
	return d->families == 1 ? 4 : d->families == 2 ? 6 : 0;
}

/* Runs of given ports. */
static int take_given(struct search *s, unsigned int i)
{
	struct device *d = &s->devices[i];
	uint16_t got;
	int rc = 0;

	for (uint32_t first = 1, last; first < PORTS && rc == 0; first = last + 1) {
		last = first;
		if (!d->taken[first])
			continue;
		while (last + 1 < PORTS && d->taken[last + 1])
			last++;
		rc = tw_port_take_udp(&s->n->ports[i], family_of(d), (uint16_t)first,
			(uint16_t)(last - first + 1), &got, s->err);
	}
	return rc;
}

/* A run for the streams that name none, clear of the given ones. */
static int take_picked(struct search *s, unsigned int i)
{
	struct tw_port *p = &s->n->ports[i];
	struct device *d = &s->devices[i];
	uint32_t count = s->n_picked * s->choice, first = FIRST_DYNAMIC, run = 0;

	if (!d->families)
		return 0;
	/* Where nobody holds ports a device has all of them; the kernel looks for itself. */
	if (p->is_kernel && count <= PORTS - FIRST_DYNAMIC)
		return tw_port_take_udp(p, family_of(d), 0, (uint16_t)count, &d->picked, s->err);
	if (count > PORTS - FIRST_DYNAMIC)
		first = 1024;
	for (; first + run < PORTS && run < count; run++)
		if (d->taken[first + run]) {
			first += run + 1;
			run = UINT32_MAX; /* 0 next */
		}
	if (run < count)
		return tw_fail(s->err, -EADDRINUSE,
			"%s: no %u free source ports in a row beside those given", p->name, count);
	return tw_port_take_udp(
		p, family_of(d), (uint16_t)first, (uint16_t)count, &d->picked, s->err);
}

static uint16_t lightest(const struct device *d)
{
	uint16_t best = 0;

	for (uint16_t q = 1; q < d->n_queues; q++)
		if (d->load[q] < d->load[best])
			best = q;
	return best;
}

/* Queue of the replies; with a choice of ports the one that has least to do so far. */
static void choose_queue(struct search *s, const struct tw_wish *w, struct tw_way *way)
{
	struct device *d = &s->devices[way->port];
	unsigned int n = w->local_port ? 1 : s->choice;
	uint16_t first =
		w->local_port ? w->local_port : (uint16_t)(d->picked + w->picked * s->choice);

	way->local.port = first;
	way->queue = d->n_queues > 1 ? lightest(d) : 0;
	for (unsigned int k = 0; k < n && d->n_queues > 1 && d->steer.kind == TW_STEER_RSS; k++) {
		struct tw_endpoint at = {way->local.addr, (uint16_t)(first + k)};
		int q = tw_steer_queue(&d->steer, &w->remote, &at);

		if (k && d->load[q] >= d->load[way->queue])
			continue;
		way->local.port = at.port;
		way->queue = (uint16_t)q;
	}
	d->load[way->queue] += w->pps > 0 ? w->pps : 1;
}

struct ends {
	struct tw_endpoint local, remote;
	uint32_t i;
};

static int by_ends(const void *a, const void *b)
{
	const struct ends *x = a, *y = b;
	int d = memcmp(&x->local.addr, &y->local.addr, sizeof(x->local.addr));

	d = d ? d : memcmp(&x->remote.addr, &y->remote.addr, sizeof(x->remote.addr));
	d = d ? d : x->local.port - y->local.port;
	d = d ? d : x->remote.port - y->remote.port;
	return d ? d : (x->i > y->i) - (x->i < y->i);
}

/* Replies must tell their streams apart. */
static int check_distinct(struct search *s, const struct tw_wish *wishes, const struct tw_way *ways,
	uint32_t n, uint32_t *ret_which)
{
	struct ends *all = calloc(n, sizeof(*all));
	char a[TW_ADDR_STR], b[TW_ADDR_STR];
	int rc = 0;

	if (!all)
		return tw_fail(s->err, -ENOMEM, "out of memory");
	for (uint32_t i = 0; i < n; i++)
		all[i] = (struct ends){ways[i].local, wishes[i].remote, i};
	qsort(all, n, sizeof(*all), by_ends);
	for (uint32_t i = 1; i < n && rc == 0; i++) {
		if (!tw_endpoint_equal(&all[i].local, &all[i - 1].local) ||
			!tw_endpoint_equal(&all[i].remote, &all[i - 1].remote))
			continue;
		*ret_which = all[i].i;
		rc = tw_fail(s->err, -EINVAL,
			"two streams go from %s to %s, allowed: one; replies could not be told "
			"apart",
			tw_endpoint_format(&all[i].local, a),
			tw_endpoint_format(&all[i].remote, b));
	}
	free(all);
	return rc;
}

static int find(struct search *s, const struct tw_wish *wishes, uint32_t n, struct tw_way *ways,
	uint32_t *ret_which)
{
	int rc = 0;

	for (uint32_t i = 0; i < n && rc == 0; i++) {
		*ret_which = i;
		rc = choose_device(s, &wishes[i], i, &ways[i]);
		if (rc == 0 && wishes[i].local_port)
			s->devices[ways[i].port].taken[wishes[i].local_port] = 1;
	}
	if (rc < 0)
		return rc;
	*ret_which = n;
	for (unsigned int i = 0; i < s->n->n_ports && rc == 0; i++) {
		rc = take_given(s, i);
		if (rc == 0 && s->n_picked)
			rc = take_picked(s, i);
	}
	for (uint32_t i = 0; i < n && rc == 0; i++)
		choose_queue(s, &wishes[i], &ways[i]);
	return rc == 0 ? check_distinct(s, wishes, ways, n, ret_which) : rc;
}

int tw_ways_find(struct tw_net *n, const struct tw_options *o, const struct tw_wish *wishes,
	uint32_t n_wishes, uint32_t n_picked, struct tw_err *err, struct tw_way *ret_ways,
	uint32_t *ret_which)
{
	struct search s = {.n = n,
		.o = o,
		.memo = calloc(MEMO, sizeof(*s.memo)),
		.devices = calloc(n->n_ports, sizeof(*s.devices)),
		.n_picked = n_picked,
		.choice = 1,
		.err = err};
	int rc = s.memo && s.devices ? 0 : tw_fail(err, -ENOMEM, "out of memory");

	*ret_which = n_wishes;
	for (unsigned int i = 0; i < n->n_ports && rc == 0; i++) {
		struct device *d = &s.devices[i];

		d->taken = calloc(PORTS, 1);
		if (!d->taken)
			rc = tw_fail(err, -ENOMEM, "out of memory");
		tw_steer_read(&n->ports[i], &d->steer);
		d->n_queues = queues_of(n, &n->ports[i], &d->steer);
		if (n->ports[i].n_rx > 1)
			tw_info("%s: %u queues (%s), %u of them with a worker's task",
				n->ports[i].name, n->ports[i].n_rx, tw_steer_text(d->steer.kind),
				d->n_queues);
		if (d->steer.kind == TW_STEER_RSS && d->n_queues > 1 &&
			n_picked * CHOICE <= PORTS - FIRST_DYNAMIC)
			s.choice = CHOICE;
	}
	if (rc == 0)
		rc = find(&s, wishes, n_wishes, ret_ways, ret_which);
	for (unsigned int i = 0; s.devices && i < n->n_ports; i++)
		free(s.devices[i].taken);
	free(s.devices);
	free(s.memo);
	return rc;
}

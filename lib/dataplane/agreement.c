/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_agreement.h"

#include "tw_agreed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NO_ID UINT32_MAX
/* A worker must not be kept from its packets for long. */
#define STATS_AT_ONCE 64
#define UDP_PORTS 65536

struct tw_agreement {
	struct tw_task *tasks[TW_PORT_QUEUES];
	unsigned int n_tasks;
	struct tw_port *ports;
	unsigned int n_ports;
	uint32_t max;
	uint32_t free_id;          /* head of the list through next_free */
	uint32_t *next_free;       /* by id */
	struct tw_negotiated **of; /* [id * n_tasks + task] */
	uint32_t *users;           /* takers: [device * UDP_PORTS + UDP port] */
	uint32_t held, max_held;   /* UDP ports of kernel interfaces */
};

int tw_agreement_create(struct tw_task *const *tasks, unsigned int n_tasks, struct tw_port *ports,
	unsigned int n_ports, uint32_t max_sessions, uint32_t max_held, struct tw_agreement **ret)
{
	struct tw_agreement *a = calloc(1, sizeof(*a));

	if (!a)
		return -ENOMEM;
	memcpy(a->tasks, tasks, n_tasks * sizeof(struct tw_task *));
	a->n_tasks = n_tasks;
	a->ports = ports;
	a->n_ports = n_ports;
	a->max = max_sessions;
	a->max_held = max_held;
	a->next_free = calloc(max_sessions, sizeof(*a->next_free));
	a->of = calloc((size_t)max_sessions * n_tasks, sizeof(struct tw_negotiated *));
	a->users = calloc((size_t)UDP_PORTS * n_ports, sizeof(*a->users));
	if (!a->next_free || !a->of || !a->users) {
		tw_agreement_destroy(a);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < max_sessions; i++)
		a->next_free[i] = i + 1 < max_sessions ? i + 1 : NO_ID;
	*ret = a;
	return 0;
}

void tw_agreement_destroy(struct tw_agreement *a)
{
	if (!a)
		return;
	for (size_t i = 0; a->of && i < (size_t)a->max * a->n_tasks; i++)
		free(a->of[i]);
	free(a->next_free);
	free(a->of);
	free(a->users);
	free(a);
}

/* Run a change in every task; the first failure counts. */
static int everywhere(
	struct tw_agreement *a, int (*call)(struct tw_task *, void *), struct tw_agreed_change *c)
{
	int rc = 0;

	for (unsigned int i = 0; i < a->n_tasks; i++) {
		int r = tw_task_call(a->tasks[i], call, c);

		if (rc == 0)
			rc = r;
	}
	return rc;
}

static struct tw_port *owner(const struct tw_agreement *a, const struct tw_addr *addr)
{
	for (unsigned int i = 0; i < a->n_ports; i++)
		if (tw_port_owns(&a->ports[i], addr))
			return &a->ports[i];
	return NULL;
}

static uint32_t *users_of(const struct tw_agreement *a, const struct tw_port *p, uint16_t port)
{
	return &a->users[(size_t)(p - a->ports) * UDP_PORTS + port];
}

/* Tasks know UDP ports, not on which device. */
static bool used_anywhere(const struct tw_agreement *a, uint16_t port)
{
	for (unsigned int i = 0; i < a->n_ports; i++)
		if (*users_of(a, &a->ports[i], port))
			return true;
	return false;
}

/* Whoever wants another port than all others must not take the descriptors from who connects. */
static int take(struct tw_agreement *a, struct tw_port *p, uint16_t first, uint16_t *ret)
{
	int rc;

	if (p->is_kernel && a->held >= a->max_held)
		return -EMFILE;
	rc = tw_port_take_udp(p, 0, first, 1, ret, NULL);
	if (rc == 0)
		a->held += p->is_kernel;
	return rc;
}

static void give(struct tw_agreement *a, struct tw_port *p, uint16_t port)
{
	if (--*users_of(a, p, port) > 0)
		return;
	if (!used_anywhere(a, port))
		everywhere(a, tw_agreed_listen, &(struct tw_agreed_change){.port = port});
	tw_port_give_udp(p, port, 1);
	a->held -= p->is_kernel;
}

static int port_take(void *b, const struct tw_addr *addr, uint16_t first, uint16_t *ret)
{
	struct tw_agreement *a = b;
	struct tw_port *p = owner(a, addr);
	uint16_t port = first;
	int rc = 0;

	if (!p)
		return -EADDRNOTAVAIL;
	/* Thousands of sessions may share a port: it is taken once. */
	if (first == 0 || *users_of(a, p, first) == 0)
		rc = take(a, p, first, &port);
	if (rc < 0)
		return rc;
	if (!used_anywhere(a, port))
		rc = everywhere(
			a, tw_agreed_listen, &(struct tw_agreed_change){.port = port, .on = true});
	++*users_of(a, p, port);
	if (rc < 0)
		give(a, p, port);
	else
		*ret = port;
	return rc;
}

static void port_give(void *b, const struct tw_addr *addr, uint16_t port)
{
	struct tw_agreement *a = b;
	struct tw_port *p = owner(a, addr);

	if (p && *users_of(a, p, port))
		give(a, p, port);
}

static void forget(struct tw_agreement *a, uint32_t id)
{
	for (unsigned int i = 0; i < a->n_tasks; i++) {
		free(a->of[(size_t)id * a->n_tasks + i]);
		a->of[(size_t)id * a->n_tasks + i] = NULL;
	}
	a->next_free[id] = a->free_id;
	a->free_id = id;
}

static int session_delete(void *b, uint32_t id)
{
	struct tw_agreement *a = b;

	if (id >= a->max || !a->of[(size_t)id * a->n_tasks])
		return -ENOENT;
	/* A worker that does not answer may still look at its session: it is left to it. */
	if (everywhere(a, tw_agreed_delete, &(struct tw_agreed_change){.id = id}) == -ETIMEDOUT)
		return -ETIMEDOUT;
	forget(a, id);
	return 0;
}

static int session_add(void *b, const struct tw_reflector_session *s, uint32_t *ret_id)
{
	struct tw_agreement *a = b;
	uint32_t id = a->free_id;
	int rc = 0;

	if (id == NO_ID)
		return -ENOSPC;
	a->free_id = a->next_free[id];
	for (unsigned int i = 0; rc == 0 && i < a->n_tasks; i++) {
		struct tw_negotiated *n = aligned_alloc(_Alignof(struct tw_negotiated), sizeof(*n));
		struct tw_agreed_change c = {.id = id, .session = n};

		if (!n) {
			rc = -ENOMEM;
			break;
		}
		tw_negotiated_init(n, s);
		a->of[(size_t)id * a->n_tasks + i] = n;
		rc = tw_task_call(a->tasks[i], tw_agreed_add, &c);
	}
	if (rc < 0) {
		/* An end of the pair that exists already stays: its entry has another id. */
		everywhere(a, tw_agreed_delete, &(struct tw_agreed_change){.id = id});
		forget(a, id);
		return rc;
	}
	*ret_id = id;
	return 0;
}

static int session_start(void *b, const uint32_t *ids, unsigned int n)
{
	return everywhere(b, tw_agreed_start, &(struct tw_agreed_change){.ids = ids, .n = n});
}

static int session_stop(void *b, const uint32_t *ids, unsigned int n, struct tw_ns linger)
{
	return everywhere(b, tw_agreed_stop,
		&(struct tw_agreed_change){.ids = ids, .n = n, .linger = linger});
}

static int session_stats(
	void *b, const uint32_t *ids, unsigned int n, struct tw_reflector_session_stats *ret)
{
	int rc = 0;

	memset(ret, 0, n * sizeof(*ret));
	for (unsigned int done = 0; rc == 0 && done < n; done += STATS_AT_ONCE) {
		struct tw_agreed_change c = {.ids = ids + done, .n = n - done, .stats = ret + done};

		if (c.n > STATS_AT_ONCE)
			c.n = STATS_AT_ONCE;
		rc = everywhere(b, tw_agreed_stats, &c);
	}
	return rc;
}

const struct tw_backend_ops tw_agreement_ops = {
	.port_take = port_take,
	.port_give = port_give,
	.session_add = session_add,
	.session_start = session_start,
	.session_stop = session_stop,
	.session_delete = session_delete,
	.session_stats = session_stats,
};

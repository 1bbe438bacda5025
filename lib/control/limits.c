/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One customer of a rule. It lives while it holds anything. */
struct entry {
	uint32_t next; /* in its bucket, or in the free list; 0 = end */
	uint32_t connections;
	uint32_t sessions;
	uint8_t rule;
	struct tw_addr addr;
	char user[TW_LIMIT_USER];
};

struct tw_limits {
	struct tw_limits_config config;
	uint32_t connections;
	uint32_t sessions;
	uint32_t open_sessions;
	uint32_t buckets; /* a power of two */
	uint32_t *bucket;
	uint32_t free;
	uint32_t fresh; /* never used so far; memory that nobody needs stays untouched */
	uint32_t entries;
	struct entry *entry; /* 0 is not used: it means none */
};

void tw_limits_config_init(struct tw_limits_config *c)
{
	memset(c, 0, sizeof(*c));
	c->connections = 4096;
	c->sessions = 65536;
	c->open_sessions = 49152;
}

int tw_limits_create(const struct tw_limits_config *c, struct tw_limits **ret)
{
	struct tw_limits *l = calloc(1, sizeof(*l));
	/* Each connection and each session that outlived its connection holds two at most. */
	uint64_t n = c->rules ? 2 * ((uint64_t)c->connections + c->sessions) + 1 : 1;

	if (!l || n > UINT32_MAX / 2) {
		free(l);
		return -ENOMEM;
	}
	l->config = *c;
	for (l->buckets = 1; l->buckets < n; l->buckets *= 2)
		;
	l->bucket = calloc(l->buckets, sizeof(*l->bucket));
	l->entry = calloc(n, sizeof(*l->entry));
	if (!l->bucket || !l->entry) {
		tw_limits_destroy(l);
		return -ENOMEM;
	}
	l->entries = (uint32_t)n;
	l->fresh = 1;
	*ret = l;
	return 0;
}

void tw_limits_destroy(struct tw_limits *l)
{
	if (!l)
		return;
	free(l->bucket);
	free(l->entry);
	free(l);
}

static uint32_t hash(uint8_t rule, const struct tw_addr *addr, const char *user)
{
	uint64_t h = 0xcbf29ce484222325ULL ^ rule; /* FNV-1a; the table is small and bounded */

	for (size_t i = 0; i < sizeof(addr->b); i++)
		h = (h ^ addr->b[i]) * 0x100000001b3ULL;
	for (; *user; user++)
		h = (h ^ (uint8_t)*user) * 0x100000001b3ULL;
	return (uint32_t)(h >> 32 ^ h);
}

/* The customer, made when it is new; 0 when there is no room. */
static uint32_t find(
	struct tw_limits *l, uint8_t rule, const struct tw_addr *addr, const char *user)
{
	uint32_t *head = &l->bucket[hash(rule, addr, user) & (l->buckets - 1)];
	uint32_t i;

	for (i = *head; i; i = l->entry[i].next) {
		const struct entry *e = &l->entry[i];

		if (e->rule == rule && tw_addr_equal(&e->addr, addr) && strcmp(e->user, user) == 0)
			return i;
	}
	if (l->free) {
		i = l->free;
		l->free = l->entry[i].next;
	} else if (l->fresh < l->entries) {
		i = l->fresh++;
	} else {
		return 0;
	}
	memset(&l->entry[i], 0, sizeof(l->entry[i]));
	l->entry[i].rule = rule;
	l->entry[i].addr = *addr;
	memcpy(l->entry[i].user, user, strlen(user) + 1);
	l->entry[i].next = *head;
	*head = i;
	return i;
}

/* Forget a customer that holds nothing. */
static void drop_if_idle(struct tw_limits *l, uint32_t i)
{
	struct entry *e = &l->entry[i];
	uint32_t *at;

	if (!i || e->connections || e->sessions)
		return;
	at = &l->bucket[hash(e->rule, &e->addr, e->user) & (l->buckets - 1)];
	while (*at != i)
		at = &l->entry[*at].next;
	*at = e->next;
	e->next = l->free;
	l->free = i;
}

static struct tw_addr masked(const struct tw_addr *a, uint8_t bits)
{
	struct tw_addr m = *a;

	for (unsigned int i = 0; i < sizeof(m.b); i++) {
		if (i * 8 >= bits)
			m.b[i] = 0;
		else if (i * 8 + 8 > bits)
			m.b[i] &= (uint8_t)(0xff00U >> (bits - i * 8));
	}
	return m;
}

/* The rule for a client, or -1. */
static int prefix_rule(const struct tw_limits *l, const struct tw_addr *client)
{
	for (unsigned int i = 0; i < l->config.rules; i++) {
		const struct tw_limit_rule *r = &l->config.rule[i];

		if (r->kind == TW_LIMIT_PREFIX && tw_prefix_contains(&r->prefix, client))
			return (int)i;
	}
	return -1;
}

static int user_rule(const struct tw_limits *l, const char *user)
{
	for (unsigned int i = 0; i < l->config.rules; i++) {
		const struct tw_limit_rule *r = &l->config.rule[i];

		if (r->kind == TW_LIMIT_USER_NAME &&
			(strcmp(r->user, "*") == 0 || strcmp(r->user, user) == 0))
			return (int)i;
	}
	return -1;
}

static const struct tw_limit_rule *rule_of(const struct tw_limits *l, uint32_t entry)
{
	return &l->config.rule[l->entry[entry].rule];
}

int tw_limits_connect(
	struct tw_limits *l, const struct tw_addr *client, struct tw_limit_hold *ret_hold)
{
	struct tw_limit_hold h = {.open = true};
	int rule = prefix_rule(l, client);

	if (l->connections >= l->config.connections)
		return -EUSERS;
	if (rule >= 0) {
		struct tw_addr key = masked(client, l->config.rule[rule].each);

		h.prefix_entry = find(l, (uint8_t)rule, &key, "");
		if (!h.prefix_entry)
			return -EUSERS;
		if (l->entry[h.prefix_entry].connections >= l->config.rule[rule].connections) {
			drop_if_idle(l, h.prefix_entry);
			return -EUSERS;
		}
		l->entry[h.prefix_entry].connections++;
	}
	l->connections++;
	*ret_hold = h;
	return 0;
}

int tw_limits_authenticate(struct tw_limits *l, const char *user, struct tw_limit_hold *hold)
{
	static const struct tw_addr nobody;
	int rule = user_rule(l, user);
	uint32_t i;

	if (rule >= 0) {
		i = find(l, (uint8_t)rule, &nobody, user);
		if (!i)
			return -EUSERS;
		if (l->entry[i].connections >= l->config.rule[rule].connections) {
			drop_if_idle(l, i);
			return -EUSERS;
		}
		l->entry[i].connections++;
		hold->user_entry = i;
	}
	hold->open = false;
	return 0;
}

void tw_limits_disconnect(struct tw_limits *l, const struct tw_limit_hold *hold)
{
	const uint32_t held[2] = {hold->prefix_entry, hold->user_entry};

	l->connections--;
	for (int i = 0; i < 2; i++) {
		if (held[i])
			l->entry[held[i]].connections--;
		drop_if_idle(l, held[i]);
	}
}

int tw_limits_session(
	struct tw_limits *l, const struct tw_limit_hold *connection, struct tw_limit_hold *ret_hold)
{
	const uint32_t held[2] = {connection->prefix_entry, connection->user_entry};

	if (l->sessions >= l->config.sessions ||
		(connection->open && l->open_sessions >= l->config.open_sessions))
		return -EUSERS;
	for (int i = 0; i < 2; i++)
		if (held[i] && l->entry[held[i]].sessions >= rule_of(l, held[i])->sessions)
			return -EUSERS;
	for (int i = 0; i < 2; i++)
		if (held[i])
			l->entry[held[i]].sessions++;
	l->sessions++;
	l->open_sessions += connection->open;
	*ret_hold = *connection;
	return 0;
}

void tw_limits_session_end(struct tw_limits *l, const struct tw_limit_hold *hold)
{
	const uint32_t held[2] = {hold->prefix_entry, hold->user_entry};

	l->sessions--;
	l->open_sessions -= hold->open;
	for (int i = 0; i < 2; i++) {
		if (held[i])
			l->entry[held[i]].sessions--;
		drop_if_idle(l, held[i]);
	}
}

uint32_t tw_limits_pps(const struct tw_limits *l, const struct tw_limit_hold *hold)
{
	const uint32_t held[2] = {hold->prefix_entry, hold->user_entry};
	uint32_t pps = TW_LIMIT_NONE;

	for (int i = 0; i < 2; i++)
		if (held[i] && rule_of(l, held[i])->pps < pps)
			pps = rule_of(l, held[i])->pps;
	return pps;
}

uint32_t tw_limits_connections(const struct tw_limits *l)
{
	return l->connections;
}

uint32_t tw_limits_sessions(const struct tw_limits *l)
{
	return l->sessions;
}

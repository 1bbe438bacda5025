/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Negotiated sessions as the worker sees them: every function runs in the worker's thread. */

#include "tw_agreed.h"

#include "reflector.h"
#include "tw_ntp.h"

#include <errno.h>

/* Sessions that one housekeeping looks at. */
#define TICK 8

static unsigned int make_key(const struct tw_reflector_session *c, uint64_t *key)
{
	unsigned int words = c->sender.addr.family == 6 ? TW_KEY6_WORDS : TW_KEY4_WORDS;
	size_t n = tw_addr_len(&c->sender.addr);

	memcpy(key, c->sender.addr.b, n);
	memcpy((uint8_t *)key + n, c->reflector.addr.b, n);
	key[words - 1] = (uint64_t)__builtin_bswap16(c->sender.port) |
			 (uint64_t)__builtin_bswap16(c->reflector.port) << 16 |
			 (uint64_t)TW_KEY_TWAMP << 48;
	return words;
}

static struct tw_negotiated *session_of(const struct tw_reflector *r, uint32_t id)
{
	return id < r->cfg.max_agreed ? r->agreed[id] : NULL;
}

static uint64_t mono_of(const struct tw_task *task)
{
	return tw_clock_mono(&task->clock, rte_rdtsc());
}

/* What the slow way asks of its packets' addresses is asked here, once. On a loopback interface it
 * depends on which ports are ours at the time. */
static bool is_plain(const struct tw_reflector *r, const struct tw_reflector_session *c)
{
	return c->security == TW_SECURITY_OPEN && !c->ptp && !r->port.loopback &&
	       tw_reflector_check_addresses(r, &c->sender, &c->reflector.addr) < 0;
}

int tw_agreed_add(struct tw_task *task, void *change)
{
	struct tw_reflector *r = (struct tw_reflector *)task;
	const struct tw_agreed_change *c = change;
	uint64_t key[TW_KEY_MAX_WORDS], hash;
	unsigned int words = make_key(&c->session->cfg, key);
	struct tw_table *t = words == TW_KEY6_WORDS ? &r->agreed6 : &r->agreed4;
	struct tw_reflect_state *s;

	if (c->id >= r->cfg.max_agreed)
		return -ENOSPC;
	hash = tw_table_hash(t, key, words);
	if (tw_table_find(t, key, hash, words))
		return -EEXIST;
	/* Nothing here is ever idle enough to be evicted. */
	if (tw_table_insert(t, key, hash, words, 0, UINT32_MAX, &s) != TW_INSERT_CREATED)
		return -ENOSPC;
	tw_reflect_begin(s, c->id, 0, 0);
	r->agreed[c->id] = c->session;
	c->session->plain = is_plain(r, &c->session->cfg);
	r->n_plain_agreed += c->session->plain;
	r->n.sessions_created++;
	tw_reflector_settle(r);
	return 0;
}

int tw_agreed_start(struct tw_task *task, void *change)
{
	const struct tw_agreed_change *c = change;

	for (unsigned int i = 0; i < c->n; i++) {
		struct tw_negotiated *s = session_of((struct tw_reflector *)task, c->ids[i]);

		if (s)
			tw_negotiated_start(s, mono_of(task));
	}
	return 0;
}

int tw_agreed_stop(struct tw_task *task, void *change)
{
	const struct tw_agreed_change *c = change;
	uint64_t linger = (uint64_t)tw_ns_to_span(c->linger).v;

	for (unsigned int i = 0; i < c->n; i++) {
		struct tw_negotiated *s = session_of((struct tw_reflector *)task, c->ids[i]);

		if (s)
			tw_negotiated_stop(s, mono_of(task), linger);
	}
	return 0;
}

int tw_agreed_delete(struct tw_task *task, void *change)
{
	struct tw_reflector *r = (struct tw_reflector *)task;
	const struct tw_agreed_change *c = change;
	struct tw_negotiated *s = session_of(r, c->id);
	uint64_t key[TW_KEY_MAX_WORDS];
	unsigned int words;

	if (!s)
		return -ENOENT;
	words = make_key(&s->cfg, key);
	tw_table_remove(words == TW_KEY6_WORDS ? &r->agreed6 : &r->agreed4, key, words);
	r->agreed[c->id] = NULL;
	r->n_plain_agreed -= s->plain;
	tw_reflector_settle(r);
	return 0;
}

/* UTC of a wall instant; 0 stays 0. */
static struct tw_ns utc(const struct tw_task *task, uint64_t wall)
{
	struct tw_ns now = tw_ntp_to_ns(tw_clock_wall_now(&task->clock), tw_ns(INT64_MAX / 4));

	return wall ? tw_ntp_to_ns((struct tw_ntp){wall}, now) : tw_ns(0);
}

static void add_stats(const struct tw_task *task, const struct tw_negotiated *s,
	struct tw_reflector_session_stats *to)
{
	to->started |= s->n.started;
	to->expired |= s->n.expired;
	/* A flow stays on one queue: of all workers one has seen it. */
	if (s->n.received == 0)
		return;
	*to = s->n;
	to->first = utc(task, s->first_wall);
	to->last = utc(task, s->last_wall);
}

int tw_agreed_stats(struct tw_task *task, void *change)
{
	const struct tw_agreed_change *c = change;

	for (unsigned int i = 0; i < c->n; i++) {
		const struct tw_negotiated *s = session_of((struct tw_reflector *)task, c->ids[i]);

		if (s)
			add_stats(task, s, &c->stats[i]);
	}
	return 0;
}

int tw_agreed_listen(struct tw_task *task, void *change)
{
	struct tw_reflector *r = (struct tw_reflector *)task;
	const struct tw_agreed_change *c = change;
	uint64_t bit = 1ULL << (c->port & 63);

	if (c->on)
		r->ports[c->port >> 6] |= bit;
	else
		r->ports[c->port >> 6] &= ~bit;
	return 0;
}

void tw_reflector_tick_agreed(struct tw_reflector *r, uint64_t mono)
{
	if (!r->agreed4.used && !r->agreed6.used)
		return;
	for (unsigned int i = 0; i < TICK; i++) {
		struct tw_negotiated *s = r->agreed[r->sweep_agreed];

		if (s)
			tw_negotiated_tick(s, mono);
		if (++r->sweep_agreed == r->cfg.max_agreed)
			r->sweep_agreed = 0;
	}
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "server_priv.h"

int pool_create(struct tw_server *s)
{
	uint32_t n = s->config.sessions;

	for (s->buckets = 1; s->buckets < n; s->buckets *= 2)
		;
	s->session = calloc(n, sizeof(*s->session)); /* pages come when they are used */
	s->bucket = calloc(s->buckets, sizeof(*s->bucket));
	s->heap = calloc(n, sizeof(*s->heap));
	return s->session && s->bucket && s->heap ? 0 : -ENOMEM;
}

void pool_destroy(struct tw_server *s)
{
	if (s->session)
		tw_wipe(s->session, s->fresh * sizeof(*s->session)); /* test keys */
	free(s->session);
	free(s->bucket);
	free(s->heap);
}

struct session *pool_take(struct tw_server *s)
{
	struct session *x;
	uint32_t generation;

	if (s->free) {
		x = &s->session[s->free - 1];
		s->free = x->hash_next;
	} else if (s->fresh < s->config.sessions) {
		x = &s->session[s->fresh++];
	} else {
		return NULL;
	}
	generation = x->generation + 1;
	memset(x, 0, sizeof(*x));
	x->generation = generation;
	x->p.id = (uint64_t)generation << 32 | (uint32_t)(x - s->session);
	s->used++;
	return x;
}

/* SIDs end in random octets; the SipHash of a table that a peer could fill is not needed. */
static uint32_t *bucket_of(struct tw_server *s, const uint8_t *sid)
{
	uint32_t h;

	memcpy(&h, sid + 12, sizeof(h));
	return &s->bucket[h & (s->buckets - 1)];
}

void pool_hash(struct tw_server *s, struct session *x)
{
	uint32_t *head = bucket_of(s, x->p.sid);

	x->hash_next = *head;
	*head = (uint32_t)(x - s->session) + 1;
}

static void unhash(struct tw_server *s, struct session *x)
{
	uint32_t me = (uint32_t)(x - s->session) + 1;
	uint32_t *at = bucket_of(s, x->p.sid);

	while (*at && *at != me)
		at = &s->session[*at - 1].hash_next;
	if (*at)
		*at = x->hash_next;
}

struct session *pool_by_sid(struct tw_server *s, const uint8_t *sid)
{
	for (uint32_t i = *bucket_of(s, sid); i; i = s->session[i - 1].hash_next)
		if (memcmp(s->session[i - 1].p.sid, sid, TW_SID_LEN) == 0)
			return &s->session[i - 1];
	return NULL;
}

struct session *pool_by_id(struct tw_server *s, uint64_t id)
{
	uint32_t i = (uint32_t)id;

	if (i >= s->fresh || s->session[i].p.id != id || s->session[i].state == SESSION_FREE)
		return NULL;
	return &s->session[i];
}

void pool_give(struct tw_server *s, struct session *x)
{
	uint32_t generation = x->generation;

	pool_unqueue(s, x);
	pool_deadline(s, x, TW_NEVER);
	unhash(s, x);
	tw_wipe(x, sizeof(*x));
	x->generation = generation;
	x->hash_next = s->free;
	s->free = (uint32_t)(x - s->session) + 1;
	s->used--;
}

/* A binary heap, the earliest deadline first. */
static void heap_put(struct tw_server *s, uint32_t at, struct session *x)
{
	s->heap[at] = x;
	x->heap_at = at + 1;
}

static void heap_up(struct tw_server *s, uint32_t at, struct session *x)
{
	while (at && s->heap[(at - 1) / 2]->deadline.v > x->deadline.v) {
		heap_put(s, at, s->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	heap_put(s, at, x);
}

static void heap_down(struct tw_server *s, uint32_t at, struct session *x)
{
	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= s->heap_n)
			break;
		if (child + 1 < s->heap_n &&
			s->heap[child + 1]->deadline.v < s->heap[child]->deadline.v)
			child++;
		if (s->heap[child]->deadline.v >= x->deadline.v)
			break;
		heap_put(s, at, s->heap[child]);
		at = child;
	}
	heap_put(s, at, x);
}

void pool_deadline(struct tw_server *s, struct session *x, struct tw_ns when)
{
	if (x->heap_at) {
		uint32_t at = x->heap_at - 1;
		struct session *moved = s->heap[--s->heap_n];

		x->heap_at = 0;
		if (moved != x) {
			heap_up(s, at, moved);
			heap_down(s, moved->heap_at - 1, moved);
		}
	}
	x->deadline = when;
	if (when.v != INT64_MAX)
		heap_up(s, s->heap_n++, x);
}

struct session *pool_earliest(const struct tw_server *s)
{
	return s->heap_n ? s->heap[0] : NULL;
}

void pool_queue(struct tw_server *s, struct session *x, enum tw_server_action_kind action)
{
	x->action = (uint8_t)action; /* replaces what was not taken yet */
	if (x->queued)
		return;
	x->queued = true;
	x->queue_next = NULL;
	x->queue_prev = s->queue_tail;
	if (s->queue_tail)
		s->queue_tail->queue_next = x;
	else
		s->queue = x;
	s->queue_tail = x;
}

void pool_unqueue(struct tw_server *s, struct session *x)
{
	if (!x->queued)
		return;
	if (x->queue_prev)
		x->queue_prev->queue_next = x->queue_next;
	else
		s->queue = x->queue_next;
	if (x->queue_next)
		x->queue_next->queue_prev = x->queue_prev;
	else
		s->queue_tail = x->queue_prev;
	x->queued = false;
}

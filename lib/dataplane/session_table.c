/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "session_table.h"

#include "tw_rand.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/* A session that was never heard of again may go after one second (units of 2^-10 s). */
#define SINGLE_PACKET_AGE 1024
/* Slots that one packet of a flood may make us look at. */
#define EVICT_SLOTS 64

int tw_table_init(struct tw_table *t, uint32_t capacity, unsigned int words, uint64_t seed)
{
	struct tw_rand r;
	uint32_t slots = 64;
	void *p;

	memset(t, 0, sizeof(*t));
	while (slots < 2 * (uint64_t)capacity && slots < (1U << 30))
		slots *= 2;
	t->bytes = (size_t)slots * TW_ENTRY_SIZE(words);
	/* Untouched pages cost nothing: a big table that nobody fills stays small. */
	p = mmap(NULL, t->bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return -ENOMEM;
	madvise(p, t->bytes, MADV_HUGEPAGE);
	t->slots = p;
	t->mask = slots - 1;
	t->capacity = capacity;
	tw_rand_init(&r, seed);
	t->secret[0] = tw_rand_u64(&r);
	t->secret[1] = tw_rand_u64(&r);
	return 0;
}

void tw_table_fini(struct tw_table *t)
{
	if (t->slots)
		munmap(t->slots, t->bytes);
	if (t->more)
		munmap(t->more, ((size_t)t->mask + 1) * sizeof(*t->more));
	memset(t, 0, sizeof(*t));
}

int tw_table_keep_more(struct tw_table *t)
{
	void *p = mmap(NULL, ((size_t)t->mask + 1) * sizeof(*t->more), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return -ENOMEM;
	t->more = p;
	return 0;
}

static bool is_used(const uint64_t *slot, unsigned int words)
{
	return slot[words - 1] > TW_KEY_DELETED;
}

static uint32_t age(const struct tw_reflect_state *s, uint32_t now)
{
	return now - s->last_seen;
}

static bool may_go(const struct tw_reflect_state *s, uint32_t now, uint32_t idle)
{
	uint32_t limit = s->next_seq <= 1 && idle > SINGLE_PACKET_AGE ? SINGLE_PACKET_AGE : idle;

	return age(s, now) > limit;
}

/* A chain may go on behind this slot unless the next one is free. */
static uint64_t mark_of_gap(const uint64_t *next, unsigned int words)
{
	return next[words - 1] == TW_KEY_FREE ? TW_KEY_FREE : TW_KEY_DELETED;
}

static void forget(struct tw_table *t, uint64_t *slot, const uint64_t *next, unsigned int words)
{
	memset(slot, 0, words * sizeof(*slot));
	slot[words - 1] = mark_of_gap(next, words);
	t->used--;
}

/*
 * Look at up to `slots` slots from where the last sweep stopped; forget at most `most` sessions.
 * The way is down, so that a gap that ends its chain frees the gaps before it in the same sweep:
 * else they would fill the table in time, and every search for somebody new would be a long one.
 */
static uint32_t sweep(struct tw_table *t, unsigned int words, uint32_t now, uint32_t limit,
	bool single_rule, uint32_t slots, uint32_t most)
{
	uint32_t gone = 0;

	for (uint32_t i = 0; i < slots && gone < most; i++) {
		uint64_t *slot = tw_table_slot(t, t->sweep, words);
		const uint64_t *next = tw_table_slot(t, t->sweep + 1, words);
		const struct tw_reflect_state *s = tw_table_state(slot, words);

		t->sweep = (t->sweep - 1) & t->mask;
		if (!is_used(slot, words)) {
			if (slot[words - 1] == TW_KEY_DELETED)
				slot[words - 1] = mark_of_gap(next, words);
			continue;
		}
		if (single_rule ? !may_go(s, now, limit) : age(s, now) <= limit)
			continue;
		forget(t, slot, next, words);
		gone++;
	}
	return gone;
}

enum tw_insert tw_table_insert(struct tw_table *t, const uint64_t *key, uint64_t hash,
	unsigned int words, uint32_t now, uint32_t idle, struct tw_reflect_state **ret_state)
{
	uint64_t *room = NULL, *oldest = NULL;

	for (uint32_t probe = 0; probe < TW_TABLE_PROBES; probe++) {
		uint64_t *slot = tw_table_slot(t, hash + probe, words);
		struct tw_reflect_state *s = tw_table_state(slot, words);

		if (!is_used(slot, words)) {
			if (!room)
				room = slot;
			if (slot[words - 1] == TW_KEY_FREE)
				break;
			continue;
		}
		if (may_go(s, now, idle) &&
			(!oldest || age(s, now) > age(tw_table_state(oldest, words), now)))
			oldest = slot;
	}
	if (room && t->used < t->capacity) {
		memcpy(room, key, words * sizeof(*key));
		t->used++;
		*ret_state = tw_table_state(room, words);
		return TW_INSERT_CREATED;
	}
	if (oldest) {
		memcpy(oldest, key, words * sizeof(*key));
		*ret_state = tw_table_state(oldest, words);
		return TW_INSERT_EVICTED;
	}
	/* Nobody old enough in this chain: look a bounded way around the table. */
	if (room && sweep(t, words, now, idle, true, EVICT_SLOTS, 1)) {
		memcpy(room, key, words * sizeof(*key));
		t->used++;
		*ret_state = tw_table_state(room, words);
		return TW_INSERT_EVICTED;
	}
	return TW_INSERT_FULL;
}

uint32_t tw_table_expire(
	struct tw_table *t, unsigned int words, uint32_t now, uint32_t refwait, uint32_t slots)
{
	return t->used ? sweep(t, words, now, refwait, false, slots, slots) : 0;
}

bool tw_table_remove(struct tw_table *t, const uint64_t *key, unsigned int words)
{
	uint64_t hash = tw_table_hash(t, key, words);

	for (uint32_t probe = 0; probe < TW_TABLE_PROBES; probe++) {
		uint64_t *slot = tw_table_slot(t, hash + probe, words);

		if (tw_table_same(slot, key, words)) {
			forget(t, slot, tw_table_slot(t, hash + probe + 1, words), words);
			return true;
		}
		if (slot[words - 1] == TW_KEY_FREE)
			break;
	}
	return false;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "session_table.h"

#include "tw_rand.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/* A session that was never heard of again may go after one second (units of 2^-10 s). */
#define SINGLE_PACKET_AGE 1024
/* Entries that one packet of a flood may make us look at. */
#define EVICT_ENTRIES 64
#define LINE 64
#define MAX_CAPACITY (1U << 28)

/* Untouched pages cost nothing: a big table that nobody fills stays small. */
static void *reserve(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static size_t lines(size_t octets)
{
	return (octets + LINE - 1) & ~(size_t)(LINE - 1);
}

int tw_table_init(struct tw_table *t, uint32_t capacity, unsigned int words, uint64_t seed)
{
	size_t index, entries;
	struct tw_rand r;
	uint32_t slots = 64;
	uint8_t *p;

	memset(t, 0, sizeof(*t));
	if (capacity > MAX_CAPACITY)
		return -ENOMEM;
	while (slots < 2 * capacity)
		slots *= 2;
	while (t->number < capacity)
		t->number = t->number << 1 | 1;
	t->tag = ~t->number;
	index = slots * sizeof(*t->index);
	entries = lines(((size_t)capacity + 1) * TW_ENTRY_SIZE(words));
	t->bytes = index + entries + ((size_t)capacity + 1) * sizeof(*t->home);
	p = reserve(t->bytes);
	if (!p)
		return -ENOMEM;
	madvise(p, t->bytes, MADV_HUGEPAGE);
	t->index = (uint32_t *)(void *)p;
	t->entries = p + index;
	t->home = (uint32_t *)(void *)(p + index + entries);
	t->mask = slots - 1;
	t->capacity = capacity;
	tw_rand_init(&r, seed);
	t->secret[0] = tw_rand_u64(&r);
	t->secret[1] = tw_rand_u64(&r);
	t->secret[2] = tw_rand_u64(&r) | 1;
	return 0;
}

void tw_table_fini(struct tw_table *t)
{
	if (t->index)
		munmap(t->index, t->bytes);
	if (t->more)
		munmap(t->more, ((size_t)t->capacity + 1) * sizeof(*t->more));
	memset(t, 0, sizeof(*t));
}

int tw_table_keep_more(struct tw_table *t)
{
	t->more = reserve(((size_t)t->capacity + 1) * sizeof(*t->more));
	return t->more ? 0 : -ENOMEM;
}

struct tw_reflect_state *tw_table_find_on(
	const struct tw_table *t, const uint64_t *key, uint64_t hash, unsigned int words)
{
	const uint32_t tag = (uint32_t)(hash >> 32);

	for (uint32_t probe = 0; probe < TW_TABLE_PROBES; probe++) {
		uint32_t slot = t->index[(hash + probe) & t->mask];
		void *entry;

		if (slot == 0)
			return NULL;
		if ((slot ^ tag) & t->tag)
			continue;
		entry = tw_table_entry(t, slot & t->number, words);
		if (tw_table_same(entry, key, words))
			return tw_table_state(entry, words);
	}
	return NULL;
}

static bool is_used(const uint64_t *entry, unsigned int words)
{
	return entry[words - 1] >> 48 != TW_KEY_FREE;
}

static bool may_go(const struct tw_reflect_state *s, uint32_t now, uint32_t idle)
{
	uint32_t limit = s->next_seq <= 1 && idle > SINGLE_PACKET_AGE ? SINGLE_PACKET_AGE : idle;

	return tw_reflect_age(s, now) > limit;
}

/* Take a slot out of the index. Who stands behind it moves up, where that is nearer to his home. */
static void close_gap(struct tw_table *t, uint32_t gap)
{
	for (uint32_t i = (gap + 1) & t->mask; t->index[i]; i = (i + 1) & t->mask) {
		uint32_t home = t->home[t->index[i] & t->number];

		if (((i - home) & t->mask) < ((i - gap) & t->mask))
			continue;
		t->index[gap] = t->index[i];
		gap = i;
	}
	t->index[gap] = 0;
}

static void forget(struct tw_table *t, uint32_t number, unsigned int words)
{
	uint32_t slot = t->home[number] & t->mask;

	while ((t->index[slot] & t->number) != number)
		slot = (slot + 1) & t->mask;
	close_gap(t, slot);
	memset(tw_table_entry(t, number, words), 0, words * sizeof(uint64_t));
	t->home[number] = t->free;
	t->free = number;
	t->used--;
}

/*
 * Look at up to `n` entries from where the last sweep stopped; forget at most `most` sessions.
 * Entries in the order of their creation: what came together is judged together.
 */
static uint32_t sweep(struct tw_table *t, unsigned int words, uint32_t now, uint32_t limit,
	bool single_rule, uint32_t n, uint32_t most)
{
	uint32_t gone = 0;

	n = n < t->high ? n : t->high;
	for (uint32_t i = 0; i < n && gone < most; i++) {
		const struct tw_reflect_state *s;
		void *entry;

		t->sweep = t->sweep < t->high ? t->sweep + 1 : 1;
		entry = tw_table_entry(t, t->sweep, words);
		s = tw_table_state(entry, words);
		if (!is_used(entry, words) ||
			(single_rule ? !may_go(s, now, limit) : tw_reflect_age(s, now) <= limit))
			continue;
		forget(t, t->sweep, words);
		gone++;
	}
	return gone;
}

static bool find_gap(const struct tw_table *t, uint64_t hash, uint32_t *ret_slot)
{
	for (uint32_t probe = 0; probe < TW_TABLE_PROBES; probe++) {
		uint32_t slot = (uint32_t)(hash + probe) & t->mask;

		if (t->index[slot] == 0) {
			*ret_slot = slot;
			return true;
		}
	}
	return false;
}

static uint32_t take_entry(struct tw_table *t)
{
	uint32_t number = t->free;

	if (number)
		t->free = t->home[number];
	else
		number = ++t->high;
	t->used++;
	return number;
}

enum tw_insert tw_table_insert(struct tw_table *t, const uint64_t *key, uint64_t hash,
	unsigned int words, uint32_t now, uint32_t idle, struct tw_reflect_state **ret_state)
{
	bool evicted = false;
	uint32_t slot, number;
	void *entry;

	if (!find_gap(t, hash, &slot))
		return TW_INSERT_FULL;
	if (t->used == t->capacity) {
		if (!sweep(t, words, now, idle, true, EVICT_ENTRIES, 1))
			return TW_INSERT_FULL;
		evicted = true;
		/* the slot is still free, but may no longer be the chain's next one */
		find_gap(t, hash, &slot);
	}
	number = take_entry(t);
	entry = tw_table_entry(t, number, words);
	memcpy(entry, key, words * sizeof(*key));
	t->home[number] = (uint32_t)hash;
	t->index[slot] = number | ((uint32_t)(hash >> 32) & t->tag);
	*ret_state = tw_table_state(entry, words);
	return evicted ? TW_INSERT_EVICTED : TW_INSERT_CREATED;
}

uint32_t tw_table_expire(
	struct tw_table *t, unsigned int words, uint32_t now, uint32_t refwait, uint32_t n)
{
	return t->used ? sweep(t, words, now, refwait, false, n, n) : 0;
}

bool tw_table_remove(struct tw_table *t, const uint64_t *key, unsigned int words)
{
	uint64_t hash = tw_table_hash(t, key, words);
	const struct tw_reflect_state *s = words == TW_KEY4_WORDS
						   ? tw_table_find(t, key, hash, TW_KEY4_WORDS)
						   : tw_table_find(t, key, hash, TW_KEY6_WORDS);

	if (!s)
		return false;
	forget(t, (uint32_t)((size_t)((const uint8_t *)s - t->entries) / TW_ENTRY_SIZE(words)),
		words);
	return true;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_SESSION_TABLE_H
#define TW_SESSION_TABLE_H

/*
 * A worker's reflector sessions, one table for IPv4 (16-octet keys, 32-octet entries) and one for
 * IPv6 (40-octet keys, 64-octet entries). Entries lie densely in the order of their creation; an
 * index of open addressing leads to them, four octets a slot: an entry's number and, above it, as
 * many bits of the hash as there is room for. Bounded in memory and in probes; a secret mixes the
 * hash so that nobody can aim at one chain.
 *
 * Octets per session: the entry, 4 for its home, 8 to 16 of the index (at most half the slots are
 * used), and 24 where TLVs are acted upon: 108 at most. Untouched pages cost nothing.
 *
 * Lookup is inline and belongs to the loop; making room, evicting and expiring are in
 * session_table.c. One thread owns a table.
 */

#include "tw_int128.h"
#include "tw_reflect.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TW_KEY4_WORDS 2
#define TW_KEY6_WORDS 5
#define TW_KEY_MAX_WORDS TW_KEY6_WORDS
/* Longest probe. With at most half the slots used, one in 10^10 would be longer: at a million
 * sessions nobody is refused for it. */
#define TW_TABLE_PROBES 128

/*
 * Key of IPv4: word 0 source and destination address, word 1 source port, destination port, SSID
 * and mark, all as they stand in the packet. IPv6: words 0..3 addresses, word 4 as word 1.
 * The mark is never 0 in a used entry.
 */
enum tw_key_mark {
	TW_KEY_FREE = 0,
	TW_KEY_LIGHT = 2,
	TW_KEY_STAMP = 3,
	TW_KEY_STAMP_AUTH = 4,
	TW_KEY_TWAMP = 5,
};

struct tw_entry4 {
	uint64_t key[TW_KEY4_WORDS];
	struct tw_reflect_state state;
};

struct tw_entry6 {
	uint64_t key[TW_KEY6_WORDS];
	struct tw_reflect_state state;
	uint64_t spare;
};

/* What only some sessions need, beside the table: the last reply, for Follow-Up Telemetry. */
struct tw_session_more {
	uint64_t last_t3; /* wall, NTP */
	uint32_t last_seq;
	uint32_t repeated;   /* replies beyond the first of their requests */
	uint32_t unanswered; /* requests that got none */
	bool replied;
	bool by_nic; /* last_t3 is */
};

struct tw_table {
	uint32_t *index;              /* 0: free */
	uint8_t *entries;             /* from number 1 on: 0 is nobody's, and its key nobody has */
	uint32_t *home;               /* by entry: its hash, low half; the next free one if free */
	struct tw_session_more *more; /* by entry; NULL = not kept */
	uint32_t mask;                /* slots of the index - 1 */
	uint32_t number;              /* bits of a slot that are the entry's number */
	uint32_t tag;                 /* the other bits: of the hash */
	uint32_t capacity;            /* sessions allowed; at most half the slots */
	uint32_t used;
	uint32_t high;  /* highest number ever used */
	uint32_t free;  /* first free entry below it; 0 = none */
	uint32_t sweep; /* the entry that the expiry looked at last */
	uint64_t secret[3];
	size_t bytes;
};

_Static_assert(sizeof(struct tw_entry4) == 32, "two IPv4 entries a cache line");
_Static_assert(sizeof(struct tw_entry6) == 64, "one IPv6 entry a cache line");

#define TW_ENTRY_SIZE(words) ((words) == TW_KEY4_WORDS ? 32u : 64u)

static inline uint64_t tw_table_mix(uint64_t a, uint64_t b)
{
	tw_u128 p = (tw_u128)a * b;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/* The second multiplication is for neighbours: ports that follow each other. */
static inline __attribute__((always_inline)) uint64_t tw_table_hash(
	const struct tw_table *t, const uint64_t *key, const unsigned int words)
{
	uint64_t h = tw_table_mix(key[0] ^ t->secret[0], key[1] ^ t->secret[1]);

	if (words == TW_KEY6_WORDS) {
		h ^= tw_table_mix(key[2] ^ t->secret[1], key[3] ^ t->secret[0]);
		h ^= key[4];
	}
	return tw_table_mix(h, t->secret[2]);
}

static inline __attribute__((always_inline)) void *tw_table_entry(
	const struct tw_table *t, uint32_t number, const unsigned int words)
{
	return t->entries + (size_t)number * TW_ENTRY_SIZE(words);
}

static inline __attribute__((always_inline)) struct tw_reflect_state *tw_table_state(
	void *entry, const unsigned int words)
{
	return words == TW_KEY4_WORDS ? &((struct tw_entry4 *)entry)->state
				      : &((struct tw_entry6 *)entry)->state;
}

static inline __attribute__((always_inline)) bool tw_table_same(
	const uint64_t *a, const uint64_t *b, const unsigned int words)
{
	uint64_t d = (a[0] ^ b[0]) | (a[1] ^ b[1]);

	if (words == TW_KEY6_WORDS)
		d |= (a[2] ^ b[2]) | (a[3] ^ b[3]) | (a[4] ^ b[4]);
	return d == 0;
}

static inline struct tw_session_more *tw_table_more(
	const struct tw_table *t, const struct tw_reflect_state *s, unsigned int words)
{
	return t->more ? &t->more[(size_t)((const uint8_t *)s - t->entries) / TW_ENTRY_SIZE(words)]
		       : NULL;
}

/* For tables that no cache holds: fetch a key's slot, some time later the entry it leads to. */
static inline __attribute__((always_inline)) void tw_table_fetch_slot(
	const struct tw_table *t, uint64_t hash)
{
	__builtin_prefetch(&t->index[hash & t->mask]);
}

static inline __attribute__((always_inline)) void tw_table_fetch_entry(
	const struct tw_table *t, uint64_t hash, const unsigned int words)
{
	__builtin_prefetch(tw_table_entry(t, t->index[hash & t->mask] & t->number, words), 1);
}

/* The search from the second slot on. */
struct tw_reflect_state *tw_table_find_on(
	const struct tw_table *t, const uint64_t *key, uint64_t hash, unsigned int words);

/* State of the session with this key where the first slot leads to it, else NULL. */
static inline __attribute__((always_inline)) struct tw_reflect_state *tw_table_find_first(
	const struct tw_table *t, const uint64_t *key, uint64_t hash, const unsigned int words)
{
	uint32_t slot = t->index[hash & t->mask];
	void *entry = tw_table_entry(t, slot & t->number, words);

	/* Another's entry may be looked at for nothing: entry 0 is nobody's. */
	return __builtin_expect(tw_table_same(entry, key, words), 1) ? tw_table_state(entry, words)
								     : NULL;
}

/* State of the session with this key, NULL when there is none. */
static inline struct tw_reflect_state *tw_table_find(
	const struct tw_table *t, const uint64_t *key, uint64_t hash, const unsigned int words)
{
	struct tw_reflect_state *s = tw_table_find_first(t, key, hash, words);

	return s ? s : tw_table_find_on(t, key, hash, words);
}

enum tw_insert {
	TW_INSERT_CREATED,
	TW_INSERT_EVICTED, /* created in the place of the longest idle one */
	TW_INSERT_FULL,    /* no room: answer statelessly */
};

/*
 * @param capacity  sessions allowed, at most 2^28
 * @param words     TW_KEY4_WORDS or TW_KEY6_WORDS
 * @return 0, -ENOMEM
 */
int tw_table_init(struct tw_table *t, uint32_t capacity, unsigned int words, uint64_t seed);
void tw_table_fini(struct tw_table *t);

/* Keep struct tw_session_more too. @return 0, -ENOMEM */
int tw_table_keep_more(struct tw_table *t);

/* Forget one session; false when there is none with this key. */
bool tw_table_remove(struct tw_table *t, const uint64_t *key, unsigned int words);

/*
 * Make a session for a key that tw_table_find() did not find.
 *
 * @param hash  tw_table_hash() of the key
 * @param now   tw_reflect_coarse() of now
 * @param idle  a session idle for longer may be evicted when the table is full; one that never
 *              got a second packet after a second
 * @param ret_state  its state, to be begun by the caller; untouched when full
 */
enum tw_insert tw_table_insert(struct tw_table *t, const uint64_t *key, uint64_t hash,
	unsigned int words, uint32_t now, uint32_t idle, struct tw_reflect_state **ret_state);

/*
 * Forget sessions idle for longer than refwait, looking at `n` entries from where the last call
 * stopped: bounded work for the worker's housekeeping.
 * @return sessions forgotten
 */
uint32_t tw_table_expire(
	struct tw_table *t, unsigned int words, uint32_t now, uint32_t refwait, uint32_t n);

#endif

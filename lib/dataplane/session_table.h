/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_SESSION_TABLE_H
#define TW_SESSION_TABLE_H

/*
 * A worker's reflector sessions: open addressing with small keys, one for IPv4 (16-octet keys,
 * 32-octet entries) and one for IPv6 (40-octet keys, 64-octet entries). Bounded in memory and in
 * probes; a secret mixes the hash so that nobody can aim at one chain.
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
/* Longest probe; with at most half the slots used a longer one is a one in millions event. */
#define TW_TABLE_PROBES 32

/*
 * Key of IPv4: word 0 source and destination address, word 1 source port, destination port, SSID
 * and mark, all as they stand in the packet. IPv6: words 0..3 addresses, word 4 as word 1.
 * The mark is never 0 in a used slot.
 */
enum tw_key_mark {
	TW_KEY_FREE = 0,
	TW_KEY_DELETED = 1, /* the whole word is 1 */
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
	uint32_t repeated; /* replies beyond the first of their requests */
	bool replied;
};

struct tw_table {
	uint8_t *slots;
	struct tw_session_more *more; /* by slot; NULL = not kept. Untouched pages cost nothing */
	uint32_t mask;                /* slots - 1 */
	uint32_t capacity;            /* sessions allowed; at most half the slots */
	uint32_t used;
	uint32_t sweep; /* next slot that the expiry looks at */
	uint64_t secret[2];
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

static inline __attribute__((always_inline)) uint64_t tw_table_hash(
	const struct tw_table *t, const uint64_t *key, const unsigned int words)
{
	uint64_t h = tw_table_mix(key[0] ^ t->secret[0], key[1] ^ t->secret[1]);

	if (words == TW_KEY6_WORDS) {
		h ^= tw_table_mix(key[2] ^ t->secret[1], key[3] ^ t->secret[0]);
		h = tw_table_mix(h ^ key[4], t->secret[0] | 1);
	}
	return h;
}

static inline __attribute__((always_inline)) void *tw_table_slot(
	const struct tw_table *t, uint64_t i, const unsigned int words)
{
	return t->slots + (i & t->mask) * TW_ENTRY_SIZE(words);
}

static inline __attribute__((always_inline)) struct tw_reflect_state *tw_table_state(
	void *slot, const unsigned int words)
{
	return words == TW_KEY4_WORDS ? &((struct tw_entry4 *)slot)->state
				      : &((struct tw_entry6 *)slot)->state;
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
	return t->more ? &t->more[(size_t)((const uint8_t *)s - t->slots) / TW_ENTRY_SIZE(words)]
		       : NULL;
}

/* State of the session with this key, NULL when there is none. */
static inline __attribute__((always_inline)) struct tw_reflect_state *tw_table_find(
	const struct tw_table *t, const uint64_t *key, uint64_t hash, const unsigned int words)
{
	for (uint32_t probe = 0; probe < TW_TABLE_PROBES; probe++) {
		uint64_t *slot = tw_table_slot(t, hash + probe, words);

		if (__builtin_expect(tw_table_same(slot, key, words), 1))
			return tw_table_state(slot, words);
		if (slot[words - 1] == TW_KEY_FREE)
			return NULL;
	}
	return NULL;
}

enum tw_insert {
	TW_INSERT_CREATED,
	TW_INSERT_EVICTED, /* created in the place of the longest idle one */
	TW_INSERT_FULL,    /* no room: answer statelessly */
};

/*
 * @param capacity  sessions allowed
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
 * @param now   tw_reflect_coarse() of now
 * @param idle  a session idle for longer may be evicted when the table is full; one that never
 *              got a second packet after a second
 * @param ret_state  its state, to be begun by the caller; untouched when full
 */
enum tw_insert tw_table_insert(struct tw_table *t, const uint64_t *key, uint64_t hash,
	unsigned int words, uint32_t now, uint32_t idle, struct tw_reflect_state **ret_state);

/*
 * Forget sessions idle for longer than refwait, looking at `slots` slots from where the last call
 * stopped: bounded work for the worker's housekeeping.
 * @return sessions forgotten
 */
uint32_t tw_table_expire(
	struct tw_table *t, unsigned int words, uint32_t now, uint32_t refwait, uint32_t slots);

#endif

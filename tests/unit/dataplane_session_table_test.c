/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "session_table.h"

#include "tw_rand.h"
#include "tw_test.h"

/* The reflector's sessions. The table gets hashes from the test, so collisions are made at will. */

#define SEC 1024 /* tw_reflect_coarse() units */
#define IDLE (30 * SEC)

static const unsigned int kinds[] = {TW_KEY4_WORDS, TW_KEY6_WORDS};

struct key {
	uint64_t w[TW_KEY_MAX_WORDS];
};

/* Keys differ in one word only, each in another one. */
static struct key key_of(uint32_t id, unsigned int words)
{
	struct key k = {0};

	k.w[words - 1] = (uint64_t)TW_KEY_STAMP << 48;
	if (words == TW_KEY6_WORDS)
		k.w[id % 4] = id + 1;
	else
		k.w[0] = id + 1;
	return k;
}

static struct tw_table make(uint32_t capacity, unsigned int words)
{
	struct tw_table t;

	assert_int_equal(tw_table_init(&t, capacity, words, 42), 0);
	return t;
}

static struct tw_reflect_state *find(
	const struct tw_table *t, uint32_t id, uint64_t hash, unsigned int words)
{
	struct key k = key_of(id, words);

	return words == TW_KEY4_WORDS ? tw_table_find(t, k.w, hash, TW_KEY4_WORDS)
				      : tw_table_find(t, k.w, hash, TW_KEY6_WORDS);
}

/* What the reflector does with a packet. The state carries the key's number as T1. */
static enum tw_insert packet(
	struct tw_table *t, uint32_t id, uint64_t hash, uint32_t now, unsigned int words)
{
	struct tw_reflect_state *s = find(t, id, hash, words);
	struct key k = key_of(id, words);
	enum tw_insert r;

	if (s) {
		assert_int_equal(s->last_t1, id);
		s->last_seen = now;
		s->next_seq++;
		return TW_INSERT_CREATED;
	}
	r = tw_table_insert(t, k.w, hash, words, now, IDLE, &s);
	if (r != TW_INSERT_FULL) {
		tw_reflect_begin(s, 0, id, now);
		s->next_seq++;
		assert_ptr_equal(find(t, id, hash, words), s);
	}
	return r;
}

static void geometry(void **state)
{
	static const struct {
		uint32_t capacity, slots;
	} rows[] = {{0, 64}, {1, 64}, {32, 64}, {33, 128}, {65536, 131072}, {1 << 24, 1 << 25}};

	(void)state;
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct tw_table t = make(rows[i].capacity, kinds[k]);

			assert_int_equal(t.mask + 1, rows[i].slots);
			assert_int_equal(t.used, 0);
			tw_table_fini(&t);
			assert_null(t.index);
			tw_table_fini(&t);
		}
}

static void bound(void **state)
{
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct tw_table t = make(32, kinds[k]);

		for (uint32_t i = 0; i < 32; i++)
			assert_int_equal(packet(&t, i, i * 2, 0, kinds[k]), TW_INSERT_CREATED);
		assert_int_equal(t.used, 32);
		for (uint32_t i = 32; i < 1000; i++)
			assert_int_equal(packet(&t, i, i * 2, 0, kinds[k]), TW_INSERT_FULL);
		assert_int_equal(t.used, 32);
		for (uint32_t i = 0; i < 32; i++)
			assert_non_null(find(&t, i, i * 2, kinds[k]));
		for (uint32_t i = 32; i < 1000; i++)
			assert_null(find(&t, i, i * 2, kinds[k]));
		tw_table_fini(&t);
		t = make(0, kinds[k]);
		assert_int_equal(packet(&t, 1, 1, 0, kinds[k]), TW_INSERT_FULL);
		tw_table_fini(&t);
	}
}

/* Keys of one hash: found one behind the other, as far as is looked. */
static void collisions(void **state)
{
	const uint32_t n = TW_TABLE_PROBES;

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct tw_table t = make(1000, kinds[k]);
		/* around the end of the table */
		uint64_t hash = t.mask - 3;

		for (uint32_t i = 0; i < n; i++)
			assert_int_equal(packet(&t, i, hash, 0, kinds[k]), TW_INSERT_CREATED);
		assert_int_equal(packet(&t, n, hash, 0, kinds[k]), TW_INSERT_FULL);
		for (uint32_t i = 0; i < n; i++)
			assert_non_null(find(&t, i, hash, kinds[k]));
		assert_null(find(&t, n, hash, kinds[k]));
		assert_int_equal(t.used, n);
		/* one goes, whoever it was: there is room for one */
		packet(&t, 9, hash, 1, kinds[k]);
		for (uint32_t i = 0; i < n; i++)
			packet(&t, i, hash, i == 9 ? 1 : 2, kinds[k]);
		assert_int_equal(tw_table_expire(&t, kinds[k], 102, 100, 1000), 1);
		assert_int_equal(packet(&t, n, hash, 103, kinds[k]), TW_INSERT_CREATED);
		assert_null(find(&t, 9, hash, kinds[k]));
		for (uint32_t i = 0; i <= n; i++)
			assert_int_equal(find(&t, i, hash, kinds[k]) != NULL, i != 9);
		tw_table_fini(&t);
	}
}

/* The same slot of the index with another hash above it, and keys whose slots alternate. */
static void tags(void **state)
{
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct tw_table t = make(200, kinds[k]);

		for (uint32_t i = 0; i < 100; i++)
			packet(&t, i, (uint64_t)i * 0x9e3779b97f4a7c15 << 16 | (7 + i % 3), 0,
				kinds[k]);
		for (uint32_t i = 0; i < 100; i++) {
			uint64_t hash = (uint64_t)i * 0x9e3779b97f4a7c15 << 16 | (7 + i % 3);

			assert_int_equal(find(&t, i, hash, kinds[k])->last_t1, i);
			assert_null(find(&t, i + 100, hash, kinds[k]));
		}
		tw_table_fini(&t);
	}
}

/* Who is forgotten in the middle of a chain hides nobody behind him, and his place is used. */
static void gaps(void **state)
{
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct tw_table t = make(32, kinds[k]);
		struct tw_reflect_state *third;

		for (uint32_t i = 0; i < 10; i++)
			packet(&t, i, 5, i == 3 || i == 7 || i == 9 ? 0 : 100, kinds[k]);
		third = find(&t, 3, 5, kinds[k]);
		assert_int_equal(tw_table_expire(&t, kinds[k], 101, 100, 64), 3);
		assert_int_equal(t.used, 7);
		for (uint32_t i = 0; i < 10; i++)
			assert_int_equal(
				find(&t, i, 5, kinds[k]) != NULL, i != 3 && i != 7 && i != 9);
		/* the free entries are taken, no new ones */
		for (uint32_t i = 20; i < 23; i++)
			assert_int_equal(packet(&t, i, 5, 101, kinds[k]), TW_INSERT_CREATED);
		assert_int_equal(t.high, 10);
		assert_true(find(&t, 20, 5, kinds[k]) == third ||
			    find(&t, 21, 5, kinds[k]) == third ||
			    find(&t, 22, 5, kinds[k]) == third);
		for (uint32_t i = 0; i < 10; i++)
			assert_int_equal(
				find(&t, i, 5, kinds[k]) != NULL, i != 3 && i != 7 && i != 9);
		tw_table_fini(&t);
	}
}

/* After everybody is gone nothing is left in the index. */
static void no_trace_is_left(void **state)
{
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct tw_table t = make(1000, kinds[k]);
		struct tw_rand r;

		tw_rand_init(&r, 7);
		for (uint32_t n = 0; n < 20000; n++) {
			uint32_t id = (uint32_t)tw_rand_below(&r, 3000);

			packet(&t, id, tw_rand_u64(&r), n, kinds[k]);
			tw_table_expire(&t, kinds[k], n, 500, 16);
		}
		assert_int_not_equal(t.used, 0);
		tw_table_expire(&t, kinds[k], 100000, 500, t.high);
		assert_int_equal(t.used, 0);
		for (uint32_t i = 0; i <= t.mask; i++)
			assert_int_equal(t.index[i], 0);
		tw_table_fini(&t);
	}
}

static void expiry(void **state)
{
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct tw_table t = make(32, kinds[k]);

		/* the coarse clock wraps in between */
		packet(&t, 1, 1, 0U - 50, kinds[k]);
		packet(&t, 2, 2, 0U - 49, kinds[k]);
		assert_int_equal(tw_table_expire(&t, kinds[k], 50, 100, 64), 0);
		assert_int_equal(tw_table_expire(&t, kinds[k], 51, 100, 64), 1);
		assert_null(find(&t, 1, 1, kinds[k]));
		assert_non_null(find(&t, 2, 2, kinds[k]));
		/* a bounded look: everybody within so many calls, wherever it stands */
		for (uint32_t i = 3; i < 30; i++)
			packet(&t, i, i, 50, kinds[k]);
		for (int i = 0; i < 2; i++)
			assert_in_range(tw_table_expire(&t, kinds[k], 1000, 100, 10), 9, 10);
		tw_table_expire(&t, kinds[k], 1000, 100, 10);
		assert_int_equal(t.used, 0);
		assert_int_equal(tw_table_expire(&t, kinds[k], 5000, 100, 64), 0);
		tw_table_fini(&t);
	}
}

/* A packet's time may be a little before that of the session's last one: who is active stays. */
static void times_out_of_order(void **state)
{
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct tw_table t = make(2, kinds[k]);

		packet(&t, 1, 1, 5000, kinds[k]);
		packet(&t, 2, 2, 5000, kinds[k]);
		assert_int_equal(tw_table_expire(&t, kinds[k], 4999, 100, 64), 0);
		assert_int_equal(packet(&t, 3, 3, 4999, kinds[k]), TW_INSERT_FULL);
		assert_non_null(find(&t, 1, 1, kinds[k]));
		assert_non_null(find(&t, 2, 2, kinds[k]));
		tw_table_fini(&t);
	}
}

static struct tw_reflect_state *lookup(const struct tw_table *t, uint32_t id, unsigned int words)
{
	struct key k = key_of(id, words);

	return words == TW_KEY4_WORDS
		       ? tw_table_find(t, k.w, tw_table_hash(t, k.w, TW_KEY4_WORDS), TW_KEY4_WORDS)
		       : tw_table_find(t, k.w, tw_table_hash(t, k.w, TW_KEY6_WORDS), TW_KEY6_WORDS);
}

/* One session by its key; its neighbours in the chain are still found. */
static void removal(void **state)
{
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct tw_table t = make(200, kinds[k]);

		for (uint32_t i = 0; i < 200; i++) {
			struct key x = key_of(i, kinds[k]);

			packet(&t, i, tw_table_hash(&t, x.w, kinds[k]), 0, kinds[k]);
		}
		for (uint32_t i = 0; i < 200; i += 3) {
			struct key x = key_of(i, kinds[k]);

			assert_true(tw_table_remove(&t, x.w, kinds[k]));
			assert_false(tw_table_remove(&t, x.w, kinds[k]));
		}
		assert_int_equal(t.used, 133);
		for (uint32_t i = 0; i < 200; i++)
			assert_int_equal(lookup(&t, i, kinds[k]) != NULL, i % 3 != 0);
		tw_table_fini(&t);
	}
}

/* What is kept beside a session is its own. */
static void more(void **state)
{
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct tw_table t = make(32, kinds[k]);

		packet(&t, 1, 63, 0, kinds[k]);
		assert_null(tw_table_more(&t, find(&t, 1, 63, kinds[k]), kinds[k]));
		assert_int_equal(tw_table_keep_more(&t), 0);
		for (uint32_t i = 2; i < 30; i++)
			packet(&t, i, 63, 0, kinds[k]);
		for (uint32_t i = 1; i < 30; i++)
			tw_table_more(&t, find(&t, i, 63, kinds[k]), kinds[k])->last_seq = i;
		for (uint32_t i = 1; i < 30; i++)
			assert_int_equal(
				tw_table_more(&t, find(&t, i, 63, kinds[k]), kinds[k])->last_seq,
				i);
		tw_table_fini(&t);
		assert_null(t.more);
	}
}

/* Single packets go after a second, sessions after --session-idle; who is active stays. */
static void eviction(void **state)
{
	struct tw_table t = make(4, TW_KEY4_WORDS);

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		packet(&t, i, i * 10, 0, TW_KEY4_WORDS);
	packet(&t, 0, 0, 0, TW_KEY4_WORDS);
	packet(&t, 1, 10, 0, TW_KEY4_WORDS);
	/* 0 and 1 had two packets, 2 and 3 one */
	assert_int_equal(packet(&t, 10, 40, SEC, TW_KEY4_WORDS), TW_INSERT_FULL);
	assert_int_equal(packet(&t, 10, 40, SEC + 1, TW_KEY4_WORDS), TW_INSERT_EVICTED);
	assert_int_equal(packet(&t, 11, 50, SEC + 1, TW_KEY4_WORDS), TW_INSERT_EVICTED);
	assert_int_equal(packet(&t, 12, 53, SEC + 1, TW_KEY4_WORDS), TW_INSERT_FULL);
	assert_null(find(&t, 2, 20, TW_KEY4_WORDS));
	assert_null(find(&t, 3, 30, TW_KEY4_WORDS));
	packet(&t, 10, 40, SEC + 2, TW_KEY4_WORDS);
	packet(&t, 11, 50, SEC + 2, TW_KEY4_WORDS);
	assert_int_equal(packet(&t, 12, 53, IDLE, TW_KEY4_WORDS), TW_INSERT_FULL);
	packet(&t, 1, 10, IDLE, TW_KEY4_WORDS);
	assert_int_equal(packet(&t, 12, 53, IDLE + 1, TW_KEY4_WORDS), TW_INSERT_EVICTED);
	assert_null(find(&t, 0, 0, TW_KEY4_WORDS));
	assert_non_null(find(&t, 1, 10, TW_KEY4_WORDS));
	assert_int_equal(t.used, 4);
	tw_table_fini(&t);
}

/*
 * A flood from invented sources, 20,000 packets a second against 1,000 sessions: whoever was there
 * keeps his session, and whoever comes gets one soon.
 */
static void flood(void **state)
{
	struct tw_table t = make(1000, TW_KEY4_WORDS);
	struct tw_rand r;
	uint32_t fake = 1000000, tries = 0;

	(void)state;
	tw_rand_init(&r, 11);
	for (uint32_t now = 0; now < 5 * SEC; now++) {
		for (uint32_t i = 0; i < 100; i++)
			if (now % 10 == 0)
				assert_int_equal(packet(&t, i, (uint64_t)i << 32 | i * 7, now,
							 TW_KEY4_WORDS),
					TW_INSERT_CREATED);
		for (int i = 0; i < 20; i++)
			packet(&t, fake++, tw_rand_u64(&r), now, TW_KEY4_WORDS);
		assert_true(t.used <= 1000);
		/* a newcomer, 100 packets a second, a second into the flood */
		if (now >= SEC && now % 10 == 5 && !find(&t, 500, 12345, TW_KEY4_WORDS)) {
			packet(&t, 500, 12345, now, TW_KEY4_WORDS);
			tries++;
		} else if (now >= SEC && now % 10 == 5) {
			packet(&t, 500, 12345, now, TW_KEY4_WORDS);
		}
	}
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(find(&t, i, (uint64_t)i << 32 | i * 7, TW_KEY4_WORDS)->next_seq,
			5 * SEC / 10);
	assert_non_null(find(&t, 500, 12345, TW_KEY4_WORDS));
	assert_in_range(tries, 1, 200);
	tw_table_fini(&t);
}

/* Full to its bound, with keys as testers have them: nobody is refused. */
static void real_hashes(void **state)
{
	static const uint32_t capacities[] = {65536, 1000000};
	struct tw_rand r;

	(void)state;
	tw_rand_init(&r, 3);
	for (unsigned int i = 0; i < 24; i++) {
		uint32_t capacity = capacities[i / 20];
		unsigned int words = kinds[i % 2];
		struct tw_table t;
		struct tw_reflect_state *s;
		uint64_t seed = tw_rand_u64(&r);

		assert_int_equal(tw_table_init(&t, capacity, words, seed), 0);
		for (uint32_t n = 0; n < capacity; n++) {
			struct key x = key_of(0, words);
			/* neighbouring ports; then neighbouring addresses as well */
			uint16_t port = __builtin_bswap16((uint16_t)(i & 2 ? n : n % 1000 + 20000));
			uint32_t addr =
				__builtin_bswap32(0x0a000001 + (i & 2 ? n >> 16 : n / 1000));

			x.w[0] = addr | 0x0100020aULL << 32;
			x.w[words - 1] |= port | 0x5e03ULL << 16;
			assert_int_equal(tw_table_insert(&t, x.w, tw_table_hash(&t, x.w, words),
						 words, 0, IDLE, &s),
				TW_INSERT_CREATED);
		}
		assert_int_equal(t.used, capacity);
		tw_table_fini(&t);
	}
}

/* What the user guide says of memory. */
static void memory(void **state)
{
	(void)state;
	for (uint32_t capacity = 32; capacity <= 1 << 24; capacity += capacity / 3)
		for (size_t k = 0; k < 2; k++) {
			struct tw_table t = make(capacity, kinds[k]);

			assert_in_range((t.bytes - 192) / capacity, 0, k ? 84 : 52);
			tw_table_fini(&t);
		}
}

/* Every bit of a key moves the hash, and another secret gives another hash. */
static void hash_uses_all(void **state)
{
	struct tw_table a = make(1, TW_KEY6_WORDS), b;

	(void)state;
	assert_int_equal(tw_table_init(&b, 1, TW_KEY6_WORDS, 43), 0);
	for (size_t k = 0; k < 2; k++) {
		struct key x = {{0x1234567890abcdef, 0x0fedcba987654321, 3, 4, 5}};
		uint64_t h = kinds[k] == TW_KEY4_WORDS ? tw_table_hash(&a, x.w, TW_KEY4_WORDS)
						       : tw_table_hash(&a, x.w, TW_KEY6_WORDS);

		assert_int_not_equal(h, kinds[k] == TW_KEY4_WORDS
						? tw_table_hash(&b, x.w, TW_KEY4_WORDS)
						: tw_table_hash(&b, x.w, TW_KEY6_WORDS));
		for (unsigned int bit = 0; bit < 64 * kinds[k]; bit++) {
			struct key y = x;

			y.w[bit / 64] ^= 1ULL << (bit % 64);
			assert_int_not_equal(h, kinds[k] == TW_KEY4_WORDS
							? tw_table_hash(&a, y.w, TW_KEY4_WORDS)
							: tw_table_hash(&a, y.w, TW_KEY6_WORDS));
		}
	}
	tw_table_fini(&a);
	tw_table_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(geometry),
		cmocka_unit_test(bound),
		cmocka_unit_test(collisions),
		cmocka_unit_test(tags),
		cmocka_unit_test(gaps),
		cmocka_unit_test(no_trace_is_left),
		cmocka_unit_test(expiry),
		cmocka_unit_test(times_out_of_order),
		cmocka_unit_test(removal),
		cmocka_unit_test(more),
		cmocka_unit_test(eviction),
		cmocka_unit_test(flood),
		cmocka_unit_test(real_hashes),
		cmocka_unit_test(memory),
		cmocka_unit_test(hash_uses_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

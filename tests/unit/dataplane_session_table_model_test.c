/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "session_table.h"

#include "tw_rand.h"
#include "tw_test.h"

/*
 * The table against a list that does the same naively: random packets, pauses and expiry over few
 * keys with bad hashes. TW_SEED=N repeats a run.
 */

#define KEYS 150
#define IDLE 5000
#define SINGLE 1024 /* a session of one packet may go after it */
#define REFWAIT 9000
#define STEPS 20000

struct entry {
	bool there;
	uint32_t next_seq, last_seen;
};

struct model {
	struct tw_table t;
	struct entry e[KEYS];
	uint32_t now, used;
	unsigned int words, hashes;
	uint64_t seed;
};

static void key_of(const struct model *m, uint32_t id, uint64_t *k)
{
	memset(k, 0, TW_KEY_MAX_WORDS * sizeof(*k));
	k[0] = id;
	k[m->words - 1] |= (uint64_t)TW_KEY_LIGHT << 48;
}

/* Few different ones, some of them at the end of the table. */
static uint64_t hash_of(const struct model *m, uint32_t id)
{
	return id % m->hashes * 3 + m->t.mask - 20;
}

static struct tw_reflect_state *find(struct model *m, uint32_t id)
{
	uint64_t k[TW_KEY_MAX_WORDS];

	key_of(m, id, k);
	return m->words == TW_KEY4_WORDS ? tw_table_find(&m->t, k, hash_of(m, id), TW_KEY4_WORDS)
					 : tw_table_find(&m->t, k, hash_of(m, id), TW_KEY6_WORDS);
}

static bool may_go(const struct model *m, const struct entry *e)
{
	return m->now - e->last_seen > (e->next_seq <= 1 ? SINGLE : IDLE);
}

/* Take out of the list whoever is no longer in the table. @return how many; all had to be allowed */
static uint32_t vanished(struct model *m, bool expiry)
{
	uint32_t n = 0;

	for (uint32_t id = 0; id < KEYS; id++) {
		struct entry *e = &m->e[id];

		if (!e->there || find(m, id))
			continue;
		assert_true(expiry ? m->now - e->last_seen > REFWAIT : may_go(m, e));
		e->there = false;
		m->used--;
		n++;
	}
	return n;
}

static void check(struct model *m)
{
	for (uint32_t id = 0; id < KEYS; id++) {
		const struct tw_reflect_state *s = find(m, id);

		assert_int_equal(s != NULL, m->e[id].there);
		if (s) {
			assert_int_equal(s->next_seq, m->e[id].next_seq);
			assert_int_equal(s->last_seen, m->e[id].last_seen);
			assert_int_equal(s->last_sseq, id);
		}
	}
	assert_int_equal(m->t.used, m->used);
	assert_true(m->used <= m->t.capacity);
}

static void insert(struct model *m, uint32_t id)
{
	uint64_t k[TW_KEY_MAX_WORDS];
	struct tw_reflect_state *s = NULL;
	enum tw_insert r;
	bool anyone = false;

	key_of(m, id, k);
	for (uint32_t i = 0; i < KEYS; i++)
		anyone |= m->e[i].there && may_go(m, &m->e[i]);
	r = tw_table_insert(&m->t, k, hash_of(m, id), m->words, m->now, IDLE, &s);
	if (r == TW_INSERT_FULL) {
		assert_null(s);
		/* the chain is full; or the table is, and who might go is beyond a bounded look */
		assert_true(m->used == m->t.capacity || m->hashes < 8);
		assert_true(!anyone || m->t.capacity > 64 || m->hashes < 8);
		return;
	}
	assert_non_null(s);
	tw_reflect_begin(s, id, 0, m->now);
	s->next_seq++;
	assert_int_equal(vanished(m, false), r == TW_INSERT_EVICTED ? 1 : 0);
	m->e[id] = (struct entry){true, 1, m->now};
	m->used++;
}

static void step(struct model *m, struct tw_rand *r)
{
	uint32_t id = (uint32_t)tw_rand_below(r, KEYS);
	struct tw_reflect_state *s;

	m->now += (uint32_t)tw_rand_below(r, tw_rand_below(r, 200) ? 60 : 12000);
	if (tw_rand_below(r, 10) == 0) {
		uint32_t n = tw_table_expire(
			&m->t, m->words, m->now, REFWAIT, (uint32_t)tw_rand_below(r, 100));

		assert_int_equal(vanished(m, true), n);
		return;
	}
	s = find(m, id);
	assert_int_equal(s != NULL, m->e[id].there);
	if (!s) {
		insert(m, id);
		return;
	}
	s->next_seq++;
	s->last_seen = m->now;
	m->e[id].next_seq++;
	m->e[id].last_seen = m->now;
}

static void run(uint64_t seed, uint32_t capacity, unsigned int words, unsigned int hashes)
{
	struct model m = {.now = 0U - 100000, .words = words, .hashes = hashes, .seed = seed};
	struct tw_rand r;

	tw_rand_init(&r, seed);
	assert_int_equal(tw_table_init(&m.t, capacity, words, seed), 0);
	for (int i = 0; i < STEPS; i++) {
		step(&m, &r);
		if (i % 16 == 0)
			check(&m);
	}
	m.now += REFWAIT + 1;
	assert_int_equal(tw_table_expire(&m.t, words, m.now, REFWAIT, m.t.high), m.used);
	assert_int_equal(m.t.used, 0);
	tw_table_fini(&m.t);
}

static void against_a_list(void **state)
{
	const char *given = getenv("TW_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : tw_rand_seed();

	(void)state;
	print_message("TW_SEED=%llu\n", (unsigned long long)seed);
	for (int i = 0; i < 2; i++) {
		unsigned int words = i ? TW_KEY6_WORDS : TW_KEY4_WORDS;

		run(seed, 32, words, 40);  /* small: everybody is looked at */
		run(seed, 100, words, 90); /* seldom full */
		run(seed, 140, words, 1);  /* a chain longer than the search */
		run(seed, 1, words, 40);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(against_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_test.h"

#include "dp_rig.h"
#include "recorder.h"

#include <pthread.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

/* Frames copied for --pcap: what arrives at the writer, and what did not fit. */

#define FRAME 600

static struct rte_mempool *pool;
static struct tw_recorder *rec;

static int setup(void **state)
{
	(void)state;
	pool = rte_pktmbuf_pool_create("frames", 1023, 0, 0, 2048, SOCKET_ID_ANY);
	assert_non_null(pool);
	assert_int_equal(tw_recorder_create("test", 63, FRAME, &rec), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(rte_mempool_in_use_count(pool), 0);
	assert_int_equal(rte_mempool_in_use_count(rec->pool), 0);
	tw_recorder_destroy(rec);
	rte_mempool_free(pool);
	return 0;
}

static struct rte_mbuf *frame(uint32_t len, uint8_t with)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	char *p;

	assert_non_null(m);
	p = rte_pktmbuf_append(m, (uint16_t)len);
	assert_non_null(p);
	memset(p, with, len);
	return m;
}

struct seen {
	unsigned int n;
	uint32_t len[128];
	uint8_t first[128], last[128];
	uint64_t wall[128];
};

static void note(void *arg, const struct tw_record *r)
{
	struct seen *s = arg;

	assert_true(s->n < 128);
	s->len[s->n] = r->len;
	s->first[s->n] = r->frame[0];
	s->last[s->n] = r->frame[r->len - 1];
	s->wall[s->n++] = r->wall;
}

static void copies(void **state)
{
	struct rte_mbuf *m[3] = {frame(60, 1), frame(FRAME, 2), frame(86, 3)};
	struct seen s = {0};

	(void)state;
	tw_recorder_put(rec, m, 3, 0x123456789abcdef0);
	/* the originals go on, and are written over */
	for (int i = 0; i < 3; i++)
		memset(rte_pktmbuf_mtod(m[i], uint8_t *), 0xff, 60);
	rte_pktmbuf_free_bulk(m, 3);
	assert_int_equal(tw_recorder_drain(rec, note, &s), 3);
	for (uint8_t i = 0; i < 3; i++) {
		static const uint32_t len[] = {60, FRAME, 86};

		assert_int_equal(s.len[i], len[i]);
		assert_int_equal(s.first[i], i + 1);
		assert_int_equal(s.last[i], i + 1);
		assert_int_equal(s.wall[i], 0x123456789abcdef0);
	}
	assert_int_equal(tw_recorder_drain(rec, note, &s), 0);
	assert_int_equal(rec->missed, 0);
}

/* What finds no room is counted; the rest is in order. */
static void full(void **state)
{
	struct rte_mbuf *m[100];
	struct seen s = {0};

	(void)state;
	for (uint8_t i = 0; i < 100; i++)
		m[i] = frame(60, i);
	tw_recorder_put(rec, m, 100, 1);
	assert_int_equal(rec->missed, 37);
	assert_int_equal(tw_recorder_drain(rec, note, &s), 63);
	for (unsigned int i = 0; i < 63; i++)
		assert_int_equal(s.first[i], i);
	/* there is room again */
	tw_recorder_put(rec, m, 10, 1);
	assert_int_equal(rec->missed, 37);
	assert_int_equal(tw_recorder_drain(rec, note, &s), 10);
	rte_pktmbuf_free_bulk(m, 100);
}

/* Chained mbufs, and frames longer than what is recorded of one. */
static void long_frames(void **state)
{
	struct rte_mbuf *m = frame(40, 7), *tail = frame(50, 8), *big = frame(1500, 9);
	struct seen s = {0};

	(void)state;
	assert_int_equal(rte_pktmbuf_chain(m, tail), 0);
	tw_recorder_put(rec, &m, 1, 1);
	tw_recorder_put(rec, &big, 1, 1);
	rte_pktmbuf_free(m);
	rte_pktmbuf_free(big);
	assert_int_equal(tw_recorder_drain(rec, note, &s), 2);
	assert_int_equal(s.len[0], 90);
	assert_int_equal(s.first[0], 7);
	assert_int_equal(s.last[0], 8);
	assert_in_range(s.len[1], FRAME, 1500);
	assert_int_equal(s.first[1], 9);
}

#define EACH 300000

static _Atomic int producing;

/* Two workers record into one file. */
static void *produce(void *arg)
{
	struct rte_mbuf **m = arg;

	for (int i = 0; i < EACH; i++)
		tw_recorder_put(rec, m, 1, (uint64_t)i);
	producing--;
	return NULL;
}

static unsigned int drained[2];

static void count(void *arg, const struct tw_record *r)
{
	(void)arg;
	assert_int_equal(r->len, 60);
	assert_in_range(r->frame[0], 1, 2);
	assert_int_equal(r->frame[59], r->frame[0]);
	drained[r->frame[0] - 1]++;
}

static void two_workers(void **state)
{
	struct rte_mbuf *m[2] = {frame(60, 1), frame(60, 2)};
	pthread_t t[2];

	(void)state;
	producing = 2;
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&t[i], NULL, produce, &m[i]), 0);
	while (producing)
		tw_recorder_drain(rec, count, NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	tw_recorder_drain(rec, count, NULL);
	assert_int_equal(drained[0] + drained[1] + rec->missed, 2 * EACH);
	rte_pktmbuf_free(m[0]);
	rte_pktmbuf_free(m[1]);
}

static void refused(void **state)
{
	struct tw_recorder *again = NULL;

	(void)state;
	/* the name is taken */
	assert_true(tw_recorder_create("test", 63, FRAME, &again) < 0);
	assert_null(again);
	/* the refusal took nothing with it */
	copies(state);
	tw_recorder_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(copies, setup, teardown),
		cmocka_unit_test_setup_teardown(full, setup, teardown),
		cmocka_unit_test_setup_teardown(long_frames, setup, teardown),
		cmocka_unit_test_setup_teardown(two_workers, setup, teardown),
		cmocka_unit_test_setup_teardown(refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, dp_setup, dp_teardown);
}

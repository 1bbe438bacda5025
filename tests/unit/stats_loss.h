/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef STATS_LOSS_H
#define STATS_LOSS_H

/* What the tests of the loss tracker share: one tracker, replies in order, expected totals. */

#include "tw_loss.h"
#include "tw_test.h"

#include <jansson.h>

static struct tw_loss l;
static struct tw_loss_tables tables;
static struct tw_packet_counts got;

/* A tracker with nothing in its tables. */
static inline void begin(void)
{
	memset(&tables, 0, sizeof(tables));
	tw_loss_init(&l, &tables);
}

static inline int setup(void **state)
{
	(void)state;
	begin();
	return 0;
}

/* Replies to [from, to) in order, numbered from @rseq on. */
static inline void run(uint64_t from, uint64_t to, uint32_t rseq)
{
	for (uint64_t s = from; s < to; s++)
		tw_loss_reply(&l, s, rseq++);
}

static inline void expect(
	uint64_t sent, uint64_t received, uint64_t out, uint64_t in, uint64_t rest)
{
	tw_loss_totals(&l, sent, received, false, &got);
	assert_int_equal(got.sent, sent);
	assert_int_equal(got.received, received);
	assert_int_equal(got.lost, sent - received);
	assert_true(got.lost_outbound.known);
	assert_true(got.lost_inbound.known);
	assert_int_equal(got.lost_outbound.v, out);
	assert_int_equal(got.lost_inbound.v, in);
	assert_int_equal(got.lost_unattributed, rest);
	assert_false(got.loss_inconsistent);
}

static inline void expect_unknown(uint64_t sent, uint64_t received)
{
	tw_loss_totals(&l, sent, received, false, &got);
	assert_false(got.lost_outbound.known);
	assert_false(got.lost_inbound.known);
	assert_true(got.loss_inconsistent);
	assert_int_equal(got.lost_unattributed, sent - received);
}

static inline json_t *v14(const char *name)
{
	json_error_t e;
	json_t *all = json_load_file(TW_VECTORS_FILE, 0, &e);
	json_t *v = json_object_get(json_object_get(all, "V14_metrics"), name);

	assert_non_null(v);
	json_incref(v);
	json_decref(all);
	return v;
}

static inline uint64_t number(const json_t *a, size_t i)
{
	return (uint64_t)json_integer_value(json_array_get(a, i));
}

#endif

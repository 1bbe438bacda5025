/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "twping_rows.h"

#include "tw_test.h"

#include <stdlib.h>

/* Which packets are rows, which are lost, and in which order they stand. */

#define SEC (1ULL << 32)
#define T0 (0xe0000000ULL << 32)
#define HERE 0x8a01

static struct twping_rows rows;
static struct tw_twping_row *out;
static size_t n_out;

static int setup(void **state)
{
	(void)state;
	memset(&rows, 0, sizeof(rows));
	out = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	twping_rows_fini(&rows);
	free(out);
	return 0;
}

/* Packet i leaves at second i. */
static void sent(uint32_t i)
{
	struct tw_packet_record r = {
		.kind = TW_PACKET_SENT, .sseq = i, .t1 = T0 + i * SEC, .error_here = HERE};

	twping_rows_take(&rows, &r);
}

static void reply(enum tw_packet_kind kind, uint32_t i, uint32_t rseq, double after)
{
	struct tw_packet_record r = {
		.kind = (uint8_t)kind,
		.sseq = i,
		.rseq = rseq,
		.t1 = T0 + i * SEC,
		.t2 = T0 + i * SEC + 1,
		.t3 = T0 + i * SEC + 2,
		.t4 = T0 + i * SEC + (uint64_t)(after * 0x1p32),
		.error_here = HERE,
		.error_peer = 1,
		.ttl_there = 250,
		.ttl_here = 251,
		.has_ttl = i != 1,
	};

	twping_rows_take(&rows, &r);
}

static void make(void)
{
	free(out);
	assert_int_equal(twping_rows_make(&rows, 2 * SEC, &out, &n_out), 0);
}

/* "0 1x 2": sequence numbers, x for those that are lost. */
static void are(const char *want)
{
	char text[256] = "";
	size_t at = 0;

	make();
	for (size_t i = 0; i < n_out; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%u%s", i ? " " : "",
			out[i].sseq, tw_twping_is_lost(&out[i]) ? "x" : "");
	assert_string_equal(text, want);
}

static void all_answered(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		sent(i);
		reply(TW_PACKET_FIRST, i, i, 0.5);
	}
	are("0 1 2");
	assert_true(out[2].t1.time == T0 + 2 * SEC);
	assert_true(out[2].t4.time == T0 + 2 * SEC + SEC / 2);
	assert_true(out[2].t4.synchronised && !out[2].t2.synchronised);
	assert_int_equal(out[2].rseq, 2);
	assert_int_equal(out[2].sttl, 250);
	assert_int_equal(out[2].rttl, 251);
	assert_int_equal(out[1].sttl, 255); /* the reflector did not tell */
}

/* A lost packet stands where its timeout has passed: behind what came within it. */
static void lost(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 6; i++) {
		sent(i);
		if (i != 1 && i != 5)
			reply(TW_PACKET_FIRST, i, 0, 0.5);
	}
	are("0 2 1x 3 4 5x");
	assert_int_equal(out[2].sttl, 255);
	assert_int_equal(out[2].rttl, 255);
	assert_int_equal(out[2].rseq, 0);
	assert_true(out[2].t1.time == T0 + SEC);
	assert_false(out[2].t1.synchronised);
	assert_true(out[2].t2.time == 0 && out[2].t3.time == 0 && out[2].t4.time == 0);
	assert_true(out[2].t4.synchronised);
}

static void never_answered(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		sent(i);
	are("0x 1x 2x 3x");
}

/* In the order of arrival, so that reordering can be seen. */
static void reordered(void **state)
{
	(void)state;
	sent(0);
	sent(1);
	sent(2);
	reply(TW_PACKET_FIRST, 1, 1, 1.1);
	reply(TW_PACKET_FIRST, 2, 2, 0.2);
	reply(TW_PACKET_FIRST, 0, 0, 2.0);
	are("1 2 0");
}

static void duplicates(void **state)
{
	(void)state;
	sent(0);
	reply(TW_PACKET_FIRST, 0, 0, 0.1);
	reply(TW_PACKET_DUPLICATE, 0, 0, 0.2);
	reply(TW_PACKET_DUPLICATE, 0, 1, 0.3);
	/* this one came when the packet was done with */
	reply(TW_PACKET_DUPLICATE, 0, 2, 2.5);
	are("0 0 0");
	assert_int_equal(out[2].rseq, 1);
}

/* What comes too late, and what follows it, is no reply. */
static void late(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		sent(i);
	reply(TW_PACKET_FIRST, 1, 0, 0.1);
	reply(TW_PACKET_LATE, 0, 1, 3);
	reply(TW_PACKET_DUPLICATE, 0, 2, 3.1);
	reply(TW_PACKET_FIRST, 3, 3, 0.5);
	are("1 0x 3 2x");
}

/* A wall clock that was stepped moves stamps, it loses no packet that was answered. */
static void stepped(void **state)
{
	(void)state;
	sent(0);
	sent(1);
	reply(TW_PACKET_FIRST, 1, 0, 10);
	reply(TW_PACKET_FIRST, 0, 1, 1);
	make();
	for (size_t i = 0; i < n_out; i++)
		assert_false(tw_twping_is_lost(&out[i]));
}

/* A reflector that answers for ever fills no memory; what is left out is counted. */
static void flood(void **state)
{
	(void)state;
	sent(0);
	reply(TW_PACKET_FIRST, 0, 0, 0.1);
	for (uint32_t i = 0; i < 1000; i++)
		reply(TW_PACKET_DUPLICATE, 0, i, 0.2);
	assert_in_range(rows.n_replies, 16, 64);
	assert_int_equal(rows.n_replies + rows.dropped, 1001);
	/* a reply to a packet whose record was dropped */
	reply(TW_PACKET_FIRST, 7, 0, 0.1);
	assert_int_equal(rows.n_replies + rows.dropped, 1002);
	/* many packets grow the tables */
	for (uint32_t i = 1; i < 5000; i++) {
		sent(i);
		reply(TW_PACKET_FIRST, i, i, 0.5);
	}
	make();
	assert_true(n_out >= 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_answered, setup, teardown),
		cmocka_unit_test_setup_teardown(lost, setup, teardown),
		cmocka_unit_test_setup_teardown(never_answered, setup, teardown),
		cmocka_unit_test_setup_teardown(reordered, setup, teardown),
		cmocka_unit_test_setup_teardown(duplicates, setup, teardown),
		cmocka_unit_test_setup_teardown(late, setup, teardown),
		cmocka_unit_test_setup_teardown(stepped, setup, teardown),
		cmocka_unit_test_setup_teardown(flood, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

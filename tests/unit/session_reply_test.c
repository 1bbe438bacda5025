/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_reply.h"

#include "tw_test.h"
#include "tw_vectors.h"

#include <math.h>

/* What one reply says: verdicts, delays, and what is not believed. */

#define SEC (1ULL << 32)
#define MS (SEC / 1000)
#define US (SEC / 1000000)
#define EPOCHS 64
#define STREAMS 2
/* wall - mono of epoch 0: 2026 on the NTP scale */
#define OFFSET (0xeeab5d94ULL << 32)
#define T0 (1000 * SEC)
#define TTL 61

static struct tw_window window;
static struct tw_reply_stream streams[STREAMS];
static uint64_t offsets[EPOCHS];
static struct tw_result *result;
static struct tw_reply_ctx ctx;
static struct tw_loss_tables tables[STREAMS];
static uint64_t sent[STREAMS];

static int setup(void **state)
{
	(void)state;
	memset(streams, 0, sizeof(streams));
	memset(tables, 0, sizeof(tables));
	memset(sent, 0, sizeof(sent));
	assert_int_equal(tw_window_init(&window, STREAMS, 64), 0);
	for (int i = 0; i < STREAMS; i++) {
		tw_loss_init(&streams[i].loss, &tables[i]);
		tw_variation_init(&streams[i].variation);
	}
	for (int i = 0; i < EPOCHS; i++)
		offsets[i] = OFFSET + (uint64_t)i * 10 * SEC;
	result = tw_result_create();
	assert_non_null(result);
	ctx = (struct tw_reply_ctx){
		.window = &window,
		.streams = streams,
		.timeout = 2 * SEC,
		.offsets = offsets,
		.offsets_mask = EPOCHS - 1,
		.result = result,
	};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tw_window_fini(&window);
	tw_result_destroy(result);
	return 0;
}

/* Send the stream's next packet. @return its T1 on the wire */
static uint64_t send_at(uint32_t stream, uint64_t mono, uint16_t epoch)
{
	tw_window_put(&window, stream, (uint32_t)sent[stream]++, mono, epoch, 0);
	return mono + offsets[epoch % EPOCHS];
}

/* A good reply: 1 ms out, 100 us there, then back. */
static struct tw_reply_fields reply(uint32_t seq, uint64_t t1)
{
	return (struct tw_reply_fields){
		.rseq = seq,
		.sseq = seq,
		.t1 = t1,
		.t2 = t1 + MS,
		.t3 = t1 + MS + 100 * US,
		.error_estimate = 0x8956,
		.ttl_there = 57,
		.has_ttl = true,
	};
}

static enum tw_reply_verdict take(uint32_t stream, const struct tw_reply_fields *f, uint64_t mono)
{
	const struct tw_reply_meta meta = {.mono = mono, .ttl = TTL, .tos = 0xb9};

	return tw_reply_record(&ctx, stream, sent[stream], f, &meta);
}

static void fields(void **state)
{
	struct tw_reply_fields f;
	uint8_t p[64];

	(void)state;
	assert_int_equal(tw_vector_hex(p, "V08_twamp_test_packets", "unauth_reflector_41"), 41);
	for (uint32_t len = 38; len <= 44; len++) {
		if (len == 42)
			tw_vector_hex(p, "V10_stamp_base", "unauth_reflector_stateful");
		memset(&f, 0xee, sizeof(f));
		tw_reply_read_open(p, len, &f);
		assert_int_equal(f.rseq, 4);
		assert_int_equal(f.sseq, 5);
		assert_int_equal(f.t1, 0xeeab5d9419999999);
		assert_int_equal(f.t2, 0xeeab5d9419b089a0);
		assert_int_equal(f.t3, 0xeeab5d9419b13165);
		assert_int_equal(f.error_estimate, 0x8956);
		assert_int_equal(f.has_ttl, len >= 41);
		assert_int_equal(f.ttl_there, len >= 41 ? 57 : 0);
	}
}

static void assert_one(const struct tw_series *s, int64_t v)
{
	assert_int_equal(s->m.count, 1);
	assert_int_equal(s->m.min, v);
	assert_int_equal(s->m.max, v);
}

static void first(void **state)
{
	struct tw_reply_fields f = reply(0, send_at(0, T0, 0));

	(void)state;
	assert_int_equal(take(0, &f, T0 + 3 * MS), TW_REPLY_FIRST);
	assert_one(&result->delay[TW_OUTBOUND], MS);
	assert_one(&result->residence, 100 * US);
	assert_one(&result->delay[TW_ROUNDTRIP], (int64_t)(3 * MS - 100 * US));
	assert_one(&result->delay[TW_INBOUND], (int64_t)(2 * MS - 100 * US));
	assert_int_equal(tw_loss_in_time(&streams[0].loss), 1);
	assert_int_equal(tw_loss_in_time(&streams[1].loss), 0);
	assert_int_equal(ctx.first_mono, T0 + 3 * MS);
	assert_int_equal(ctx.last_mono, T0 + 3 * MS);
	assert_true(result->peer.known);
	assert_true(result->peer.synchronised);
	assert_false(result->peer.ptp);
	assert_int_equal(result->peer.error.v, 0x56LL << 9);
	assert_int_equal(result->ttl[TW_OUTBOUND].min, 57);
	assert_int_equal(result->ttl[TW_INBOUND].max, TTL);
	assert_int_equal(result->dscp[TW_INBOUND].min, 46);
	assert_int_equal(result->ecn[TW_INBOUND].min, 1);
	assert_int_equal(result->dscp[TW_OUTBOUND].count, 0);
	assert_int_equal(result->packets.short_replies, 0);
}

/* V14: a peer whose clock is 6.9 ms ahead. Nothing is clamped, and the directions add up. */
static void clocks_apart(void **state)
{
	const char *const at[] = {"V14_metrics", "rtt", "t_us", NULL};
	const json_t *t = tw_vector_at(at);
	uint64_t t1 = (uint64_t)json_integer_value(json_object_get(t, "T1")) * US;
	uint64_t t2 = (uint64_t)json_integer_value(json_object_get(t, "T2")) * US;
	uint64_t t3 = (uint64_t)json_integer_value(json_object_get(t, "T3")) * US;
	uint64_t t4 = (uint64_t)json_integer_value(json_object_get(t, "T4")) * US;
	struct tw_reply_fields f = reply(0, send_at(0, t1, 0));

	(void)state;
	f.t2 = t2 + OFFSET;
	f.t3 = t3 + OFFSET;
	assert_int_equal(take(0, &f, t4), TW_REPLY_FIRST);
	assert_one(&result->delay[TW_OUTBOUND], 7350 * (int64_t)US);
	assert_one(&result->delay[TW_INBOUND], -6460 * (int64_t)US);
	assert_one(&result->delay[TW_ROUNDTRIP], 890 * (int64_t)US);
}

/* T3 before T2: what we measured stays, what it says of directions does not. */
static void negative_residence(void **state)
{
	struct tw_reply_fields f = reply(0, send_at(0, T0, 0));

	(void)state;
	f.t3 = f.t2 - 1;
	assert_int_equal(take(0, &f, T0 + 3 * MS), TW_REPLY_FIRST);
	assert_one(&result->residence, -1);
	assert_one(&result->delay[TW_ROUNDTRIP], 3 * MS);
	assert_int_equal(result->delay[TW_OUTBOUND].m.count, 0);
	assert_int_equal(result->delay[TW_INBOUND].m.count, 0);
	assert_int_equal(result->peer.negative_residence, 1);
	assert_int_equal(tw_loss_in_time(&streams[0].loss), 1);
	/* none at all is not negative */
	f = reply(1, send_at(0, T0, 0));
	f.t3 = f.t2;
	assert_int_equal(take(0, &f, T0 + 3 * MS), TW_REPLY_FIRST);
	assert_int_equal(result->peer.negative_residence, 1);
	assert_int_equal(result->delay[TW_OUTBOUND].m.count, 1);
}

static void duplicate(void **state)
{
	struct tw_reply_fields f = reply(0, send_at(0, T0, 0));

	(void)state;
	assert_int_equal(take(0, &f, T0 + 3 * MS), TW_REPLY_FIRST);
	assert_int_equal(take(0, &f, T0 + 4 * MS), TW_REPLY_DUPLICATE);
	f.rseq = 1;
	assert_int_equal(take(0, &f, T0 + 9 * SEC), TW_REPLY_DUPLICATE);
	assert_int_equal(tw_loss_in_time(&streams[0].loss), 1);
	assert_int_equal(result->delay[TW_ROUNDTRIP].m.count, 1);
	assert_int_equal(streams[0].loss.duplicates, 2);
	assert_int_equal(ctx.last_mono, T0 + 3 * MS);
}

static void late(void **state)
{
	struct tw_reply_fields f = reply(0, send_at(0, T0, 0));

	(void)state;
	assert_int_equal(take(0, &f, T0 + 2 * SEC), TW_REPLY_FIRST);
	f = reply(1, send_at(0, T0, 0));
	assert_int_equal(take(0, &f, T0 + 2 * SEC + 1), TW_REPLY_LATE);
	/* a second copy of a late one is a duplicate */
	assert_int_equal(take(0, &f, T0 + 2 * SEC + 1), TW_REPLY_DUPLICATE);
	assert_int_equal(tw_loss_in_time(&streams[0].loss), 1);
	assert_int_equal(streams[0].loss.late, 1);
	assert_int_equal(result->delay[TW_ROUNDTRIP].m.count, 1);
	/* a linear stamp a little ahead of the truth makes no packet late */
	f = reply(2, send_at(0, T0 + 100, 0));
	f.t2 = f.t3 = f.t1;
	assert_int_equal(take(0, &f, T0 + 90), TW_REPLY_FIRST);
	assert_int_equal(result->delay[TW_ROUNDTRIP].m.min, -10);
}

static void unknown(void **state)
{
	struct tw_reply_fields f = reply(0, T0 + OFFSET);

	(void)state;
	/* nothing sent yet */
	assert_int_equal(take(0, &f, T0), TW_REPLY_UNKNOWN);
	send_at(0, T0, 0);
	/* the next one, and all the others */
	for (uint32_t seq = 1; seq; seq = seq < 0x80000000 ? seq * 2 : 0) {
		f = reply(seq, T0 + OFFSET);
		assert_int_equal(take(0, &f, T0 + MS), TW_REPLY_UNKNOWN);
	}
	f = reply(UINT32_MAX, T0 + OFFSET);
	assert_int_equal(take(0, &f, T0 + MS), TW_REPLY_UNKNOWN);
	/* the other stream has sent nothing */
	f = reply(0, T0 + OFFSET);
	assert_int_equal(take(1, &f, T0 + MS), TW_REPLY_UNKNOWN);
	assert_int_equal(tw_loss_in_time(&streams[0].loss) + tw_loss_in_time(&streams[1].loss), 0);
	assert_int_equal(streams[0].loss.stray, 0);
	assert_false(result->peer.known);
}

/* Overwritten before it was answered: nobody knows any more when it left. */
static void forgotten(void **state)
{
	uint64_t t1 = send_at(0, T0, 0);
	struct tw_reply_fields f = reply(0, t1);

	(void)state;
	for (int i = 1; i < 64; i++)
		send_at(0, T0 + (uint64_t)i * MS, 0);
	send_at(0, T0 + 64 * MS, 0);
	assert_int_equal(take(0, &f, T0 + 65 * MS), TW_REPLY_STRAY);
	assert_int_equal(streams[0].loss.stray, 1);
	assert_int_equal(tw_loss_in_time(&streams[0].loss), 0);
	/* the one that took its place is not touched */
	f = reply(64, T0 + 64 * MS + OFFSET);
	assert_int_equal(take(0, &f, T0 + 66 * MS), TW_REPLY_FIRST);
	/* nor is the oldest that is still known */
	f = reply(1, T0 + MS + OFFSET);
	assert_int_equal(take(0, &f, T0 + 66 * MS), TW_REPLY_FIRST);
}

static void bad_echo(void **state)
{
	uint64_t t1 = send_at(0, T0, 0);
	static const uint64_t wrong[] = {1, -1ULL, SEC, 1ULL << 63};
	struct tw_reply_fields f;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		f = reply(0, t1 + wrong[i]);
		assert_int_equal(take(0, &f, T0 + MS), TW_REPLY_ECHO);
	}
	f = reply(0, 0);
	assert_int_equal(take(0, &f, T0 + MS), TW_REPLY_ECHO);
	assert_int_equal(tw_loss_in_time(&streams[0].loss), 0);
	assert_int_equal(streams[0].loss.stray, 0);
	assert_false(result->peer.known);
	/* the true one still counts */
	f = reply(0, t1);
	assert_int_equal(take(0, &f, T0 + 3 * MS), TW_REPLY_FIRST);
	f.t1++;
	assert_int_equal(take(0, &f, T0 + 3 * MS), TW_REPLY_ECHO);
}

/* The clock was stepped while packets were away: each is checked with its own epoch's offset. */
static void epochs(void **state)
{
	uint64_t a = send_at(0, T0, 0), b = send_at(0, T0 + MS, 1);
	struct tw_reply_fields f = reply(1, b);

	(void)state;
	assert_int_equal(b - a, 10 * SEC + MS);
	assert_int_equal(take(0, &f, T0 + 4 * MS), TW_REPLY_FIRST);
	assert_one(&result->delay[TW_ROUNDTRIP], (int64_t)(3 * MS - 100 * US));
	/* the older packet with the newer epoch's T1 is a lie */
	f = reply(0, T0 + offsets[1]);
	assert_int_equal(take(0, &f, T0 + 4 * MS), TW_REPLY_ECHO);
	f = reply(0, a);
	/* the peer's clock was stepped, too: one way is off by it, the round trip is not */
	f.t2 += 10 * SEC;
	f.t3 += 10 * SEC;
	assert_int_equal(take(0, &f, T0 + 3 * MS), TW_REPLY_FIRST);
	assert_int_equal(result->delay[TW_ROUNDTRIP].m.max, 3 * MS - 100 * US);
	assert_int_equal(result->delay[TW_ROUNDTRIP].m.min, 3 * MS - 100 * US);
	assert_int_equal(result->delay[TW_OUTBOUND].m.max, 10 * SEC + MS);
	assert_int_equal(result->delay[TW_INBOUND].m.min, (int64_t)(2 * MS - 100 * US - 10 * SEC));
	/* epochs go round the table */
	send_at(0, T0, 65535);
	f = reply(2, T0 + offsets[65535 % EPOCHS]);
	assert_int_equal(take(0, &f, T0 + 4 * MS), TW_REPLY_FIRST);
}

/* The era of NTP ends: 2036-02-07. */
static void era(void **state)
{
	struct tw_reply_fields f;

	(void)state;
	offsets[0] = -T0 - 500 * US; /* T1 is the last of era 0, T2 the first of era 1 */
	f = reply(0, send_at(0, T0, 0));
	assert_true(f.t1 > f.t2);
	assert_int_equal(take(0, &f, T0 + 3 * MS), TW_REPLY_FIRST);
	assert_one(&result->delay[TW_OUTBOUND], MS);
	assert_one(&result->delay[TW_INBOUND], (int64_t)(2 * MS - 100 * US));
	assert_int_equal(result->peer.negative_residence, 0);
}

/* Sequence numbers beyond 2^32. */
static void numbers_wrap(void **state)
{
	struct tw_reply_fields f;

	(void)state;
	sent[0] = (1ULL << 32) - 2;
	for (uint32_t i = 0; i < 4; i++) {
		uint64_t t1 = send_at(0, T0 + i * MS, 0);

		f = reply(0xfffffffe + i, t1);
		assert_int_equal(take(0, &f, T0 + (i + 3) * MS), TW_REPLY_FIRST);
	}
	assert_int_equal(sent[0], (1ULL << 32) + 2);
	assert_int_equal(tw_loss_in_time(&streams[0].loss), 4);
	assert_int_equal(streams[0].loss.next_s, (1ULL << 32) + 2);
	assert_int_equal(streams[0].loss.reordered, 0);
}

static void ptp(void **state)
{
	uint64_t t1 = send_at(0, T0, 0);
	struct tw_reply_fields f = reply(0, t1);
	struct tw_ntp t2 = {f.t2}, t3 = {f.t3};

	(void)state;
	/* RFC 8186 by hand: seconds of TAI since 1970, nanoseconds */
	f.t2 = ((t2.v >> 32) - 2208988800ULL + 37) << 32 |
	       ((t2.v & UINT32_MAX) * 1000000000ULL + SEC / 2) >> 32;
	f.t3 = ((t3.v >> 32) - 2208988800ULL + 37) << 32 |
	       ((t3.v & UINT32_MAX) * 1000000000ULL + SEC / 2) >> 32;
	f.error_estimate = 0x4956;
	assert_int_equal(take(0, &f, T0 + 3 * MS), TW_REPLY_FIRST);
	assert_true(result->peer.ptp);
	assert_false(result->peer.synchronised);
	/* a nanosecond is 4.3 units */
	assert_in_range(result->delay[TW_OUTBOUND].m.min, MS - 5, MS + 5);
	assert_in_range(result->residence.m.min, 100 * US - 10, 100 * US + 10);
	assert_in_range(
		result->delay[TW_INBOUND].m.min, 2 * MS - 100 * US - 5, 2 * MS - 100 * US + 5);
	/* without a bit in our own Error Estimate: T1 is NTP all the same */
	assert_int_equal(take(0, &f, T0 + 3 * MS), TW_REPLY_DUPLICATE);
}

static void odd_peers(void **state)
{
	struct tw_reply_fields f = reply(0, send_at(0, T0, 0));

	(void)state;
	/* Multiplier 0: counted, not lost, and its error is not believed */
	f.error_estimate = 0x8900;
	assert_int_equal(take(0, &f, T0 + 3 * MS), TW_REPLY_FIRST);
	assert_int_equal(result->peer.zero_multiplier, 1);
	assert_int_equal(result->peer.error.v, 0);
	assert_int_equal(tw_loss_in_time(&streams[0].loss), 1);
	/* 38 octets: no TTL */
	f = reply(1, send_at(0, T0, 0));
	f.has_ttl = false;
	f.ttl_there = 0;
	assert_int_equal(take(0, &f, T0 + 3 * MS), TW_REPLY_FIRST);
	assert_int_equal(result->packets.short_replies, 1);
	assert_int_equal(result->ttl[TW_OUTBOUND].count, 1);
	assert_int_equal(result->ttl[TW_INBOUND].count, 2);
	assert_int_equal(result->ttl[TW_OUTBOUND].min, 57);
}

/* Two streams with the same numbers do not mix. */
static void streams_are_apart(void **state)
{
	uint64_t a = send_at(0, T0, 0), b = send_at(1, T0 + MS, 0);
	struct tw_reply_fields f = reply(0, a);

	(void)state;
	assert_int_equal(take(1, &f, T0 + 2 * MS), TW_REPLY_ECHO);
	assert_int_equal(take(0, &f, T0 + 2 * MS), TW_REPLY_FIRST);
	f = reply(0, b);
	assert_int_equal(take(1, &f, T0 + 4 * MS), TW_REPLY_FIRST);
	assert_int_equal(tw_loss_in_time(&streams[0].loss), 1);
	assert_int_equal(tw_loss_in_time(&streams[1].loss), 1);
	/* jitter is a stream's own: one delay each gives none */
	assert_true(isnan(tw_variation_jitter(&streams[0].variation, TW_ROUNDTRIP)));
	assert_true(isnan(tw_variation_jitter(&streams[1].variation, TW_ROUNDTRIP)));
}

/* From 1900 to 1970 it is 2208988800 s; TAI is 37 s ahead. */
static void ptp_echo(void **state)
{
	uint64_t t1 = send_at(0, T0, 0), seconds = (t1 >> 32) - 2208988800U + 37;
	struct tw_reply_fields f = reply(0, t1);

	(void)state;
	ctx.ptp = true;
	assert_int_equal(take(0, &f, T0 + 3 * MS), TW_REPLY_ECHO); /* T1 comes back as NTP */
	f.t1 = seconds << 32;                                      /* T0 is a whole second */
	assert_int_equal(take(0, &f, T0 + 3 * MS), TW_REPLY_FIRST);
	assert_false(result->peer.z_bit_lies);
	assert_int_equal(result->delay[TW_OUTBOUND].m.min, MS);
}

/* T2 and T3 in PTP, 1 ms and 1.1 ms after T1, without the Z bit: and the other way round. */
static void z_bit_lies(void **state)
{
	uint64_t t1 = send_at(0, T0, 0), seconds = (t1 >> 32) - 2208988800U + 37;
	struct tw_reply_fields f = reply(0, t1);

	(void)state;
	f.t2 = seconds << 32 | 1000000;
	f.t3 = seconds << 32 | 1100000;
	assert_int_equal(take(0, &f, T0 + 3 * MS), TW_REPLY_FIRST);
	assert_true(result->peer.z_bit_lies);
	assert_false(result->peer.ptp);
	assert_in_range(result->delay[TW_OUTBOUND].m.min, MS - 4, MS + 4);
	assert_in_range(result->residence.m.max, SEC / 10000 - 4, SEC / 10000 + 4);
	assert_int_equal(result->delay[TW_ROUNDTRIP].m.count, 1);

	tw_result_reset(result);
	t1 = send_at(0, T0 + SEC, 0);
	f = reply(1, t1);
	f.error_estimate |= 0x4000;
	assert_int_equal(take(0, &f, T0 + SEC + 3 * MS), TW_REPLY_FIRST);
	assert_true(result->peer.z_bit_lies);
	assert_true(result->peer.ptp);
	assert_int_equal(result->delay[TW_OUTBOUND].m.min, MS);
}

/* A clock that was never set makes no sense in either format: it is wrong, but it does not lie. */
static void unset_clock_is_no_lie(void **state)
{
	uint64_t t1 = send_at(0, T0, 0);
	struct tw_reply_fields f = reply(0, t1);

	(void)state;
	f.t2 = 5000 * SEC;
	f.t3 = 5000 * SEC + 100 * US;
	assert_int_equal(take(0, &f, T0 + 3 * MS), TW_REPLY_FIRST);
	assert_false(result->peer.z_bit_lies);
	assert_int_equal(result->residence.m.max, 100 * US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fields, setup, teardown),
		cmocka_unit_test_setup_teardown(first, setup, teardown),
		cmocka_unit_test_setup_teardown(clocks_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(negative_residence, setup, teardown),
		cmocka_unit_test_setup_teardown(duplicate, setup, teardown),
		cmocka_unit_test_setup_teardown(late, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown, setup, teardown),
		cmocka_unit_test_setup_teardown(forgotten, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_echo, setup, teardown),
		cmocka_unit_test_setup_teardown(epochs, setup, teardown),
		cmocka_unit_test_setup_teardown(era, setup, teardown),
		cmocka_unit_test_setup_teardown(numbers_wrap, setup, teardown),
		cmocka_unit_test_setup_teardown(ptp, setup, teardown),
		cmocka_unit_test_setup_teardown(ptp_echo, setup, teardown),
		cmocka_unit_test_setup_teardown(z_bit_lies, setup, teardown),
		cmocka_unit_test_setup_teardown(unset_clock_is_no_lie, setup, teardown),
		cmocka_unit_test_setup_teardown(odd_peers, setup, teardown),
		cmocka_unit_test_setup_teardown(streams_are_apart, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

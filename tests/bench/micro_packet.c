/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Octets: a frame is looked at, a session found, a reply written, a request built. */

#include "micro.h"
#include "session_table.h"
#include "tw_frame.h"
#include "tw_reflect.h"
#include "tw_send.h"

#include <string.h>

#define FRAME 96
#define FLOWS 64
#define MANY 65536u
#define NOW 5000u

static uint8_t frames[FLOWS][FRAME];
static struct tw_send_class class;
static struct tw_table sessions;
static uint32_t n_sessions;
static uint64_t keys[MICRO_BURST][TW_KEY4_WORDS];
static uint32_t turn;
static struct tw_reflect_state states[FLOWS];
static volatile uint64_t sink;

static void make_class(void)
{
	static const uint16_t size = TW_STAMP_LEN;
	const struct tw_stream_config s = {.local_mac = {{2, 0, 0, 0, 0, 1}},
		.next_hop_mac = {{2, 0, 0, 0, 0, 2}},
		.local = {{.family = 4, .b = {192, 0, 2, 1}}, 20000},
		.remote = {{.family = 4, .b = {192, 0, 2, 2}}, 862},
		.ttl = 255,
		.protocol = TW_PROTOCOL_STAMP,
		.n_sizes = 1,
		.sizes = &size};
	uint8_t cycle;

	micro_must(tw_send_classes(&s, 1, &class, &cycle) == 1, "frame");
	micro_must(class.frame_len <= FRAME, "frame is too long");
}

static void build_init(void)
{
	make_class();
	turn = 0;
}

static void measured_build(void)
{
	uint64_t t1 = (0xeeab5d94ULL << 32) + ((uint64_t)turn << 16);

	for (uint32_t i = 0; i < MICRO_BURST; i++) {
		uint8_t *f = frames[turn % FLOWS];

		memcpy(f, class.head, FRAME);
		tw_send_stamp(f, &class, turn++, t1 + i, 0x8a01);
	}
}

static void as_it_is(void)
{
}

static void parse_init(void)
{
	struct tw_frame f;

	build_init();
	while (turn < FLOWS)
		measured_build();
	micro_must(tw_frame_parse(frames[0], class.frame_len, &f) == TW_FRAME_OK, "not UDP");
}

static void measured_parse(void)
{
	uint64_t sum = 0;
	struct tw_frame f;

	for (uint32_t i = 0; i < MICRO_BURST; i++) {
		sum += tw_frame_parse(frames[turn++ % FLOWS], class.frame_len, &f);
		sum += f.payload_len;
	}
	sink += sum;
}

/* Session i of many, in no order that a cache or a prefetcher would like. */
static void key_of(uint32_t i, uint64_t *ret_key)
{
	uint32_t who = i % n_sessions * 40503u % n_sessions;

	ret_key[0] = 0x020200c0ULL << 32 | 0x0aU | who * 2654435761U << 8;
	ret_key[1] = (uint64_t)TW_KEY_STAMP << 48 | (uint64_t)0x5e03 << 16 | (20000 + who % 64);
}

static void lookup_init(uint32_t n)
{
	struct tw_reflect_state *state;
	uint64_t key[TW_KEY4_WORDS];

	tw_table_fini(&sessions);
	n_sessions = n;
	turn = 0;
	micro_must(tw_table_init(&sessions, n, TW_KEY4_WORDS, 1) == 0, "table");
	for (uint32_t i = 0; i < n; i++) {
		key_of(i, key);
		micro_must(tw_table_insert(&sessions, key,
				   tw_table_hash(&sessions, key, TW_KEY4_WORDS), TW_KEY4_WORDS, NOW,
				   1024, &state) == TW_INSERT_CREATED,
			"session");
		tw_reflect_begin(state, 0, 0, NOW);
	}
}

static void lookup_few_init(void)
{
	lookup_init(FLOWS);
}

static void lookup_many_init(void)
{
	lookup_init(MANY);
}

static void prepare_lookup(void)
{
	for (uint32_t i = 0; i < MICRO_BURST; i++)
		key_of(turn++, keys[i]);
}

static void measured_lookup(void)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < MICRO_BURST; i++) {
		struct tw_reflect_state *s = tw_table_find(&sessions, keys[i],
			tw_table_hash(&sessions, keys[i], TW_KEY4_WORDS), TW_KEY4_WORDS);

		sum += s->next_seq++;
	}
	sink += sum;
}

static void reflect_init(void)
{
	parse_init();
	for (uint32_t i = 0; i < FLOWS; i++)
		tw_reflect_begin(&states[i], 0, 0, NOW);
	turn = FLOWS;
}

static void measured_reflect(void)
{
	uint64_t t2 = (0xeeab5d94ULL << 32) + ((uint64_t)turn << 16), resets = 0;

	for (uint32_t i = 0; i < MICRO_BURST; i++) {
		uint32_t who = turn % FLOWS, sseq = turn++ / FLOWS;
		uint8_t *p = frames[who] + class.payload_off;
		struct tw_reflect_fields f = {
			.t2 = t2, .t3 = t2 + 40 * i, .error_estimate = 0x8a01, .ttl = 255};

		f.seq = tw_reflect_next(
			&states[who], sseq, tw_reflect_t1(tw_get64(p + 4)), NOW, 30720, &resets);
		tw_reflect_write_stamp(p, &f);
	}
	sink += resets;
}

const struct micro micro_packet[] = {
	{"parse", parse_init, as_it_is, measured_parse},
	{"lookup-64", lookup_few_init, prepare_lookup, measured_lookup},
	{"lookup-65536", lookup_many_init, prepare_lookup, measured_lookup},
	{"reflect", reflect_init, as_it_is, measured_reflect},
	{"build", build_init, as_it_is, measured_build},
	{0},
};

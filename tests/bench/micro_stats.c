/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* Numbers: a reply is judged and recorded, a delay falls into a bucket, a packet comes due. */

#include "micro.h"
#include "tw_due_queue.h"
#include "tw_pace.h"
#include "tw_reply.h"

#include <stdlib.h>

#define OFFSET (0xeeab5d94ULL << 32) /* wall - mono */
#define MICROSECOND 4295u            /* 2^-32 s */
#define MANY 100000u

static struct tw_window window;
static struct tw_reply_stream stream;
static struct tw_loss_tables tables;
static uint64_t offsets[1];
static struct tw_reply_ctx ctx;
static struct tw_series series;
static struct tw_histogram histogram;
static struct tw_pace pace;
static struct tw_due_queue queue;
static struct tw_due_entry *entries;
static uint64_t sent, mono;
static uint8_t replies[MICRO_BURST][TW_STAMP_LEN];
static int64_t delays[MICRO_BURST];
static uint32_t turn;
static volatile uint64_t sink;

/* Up to a microsecond, in no order. */
static uint64_t pseudo(uint32_t i)
{
	return (i * 2654435761U >> 8) % MICROSECOND;
}

static void reply_init(void)
{
	tw_window_fini(&window);
	micro_must(tw_window_init(&window, 1, 4096) == 0, "window");
	memset(&tables, 0, sizeof(tables));
	tw_loss_init(&stream.loss, &tables);
	tw_variation_init(&stream.variation);
	offsets[0] = OFFSET;
	tw_result_destroy(ctx.result);
	ctx = (struct tw_reply_ctx){.window = &window,
		.streams = &stream,
		.timeout = 2ULL << 32,
		.offsets = offsets,
		.result = tw_result_create()};
	micro_must(ctx.result != NULL, "result");
	sent = 0;
	mono = 1000ULL << 32;
}

/* What was sent a burst ago comes back: an octet string of a STAMP reply. */
static void write_reply(uint8_t *p, uint32_t seq, uint64_t t1)
{
	memset(p, 0, TW_STAMP_LEN);
	tw_put32(p + TW_REP_SEQ, seq);
	tw_put64(p + TW_REP_TIMESTAMP, t1 + 5 * MICROSECOND + pseudo(seq) + pseudo(seq + 1));
	tw_put16(p + TW_REP_ERROR, 0x8a01);
	tw_put64(p + TW_REP_RECEIVE, t1 + 4 * MICROSECOND + pseudo(seq));
	tw_put32(p + TW_REP_SENDER_SEQ, seq);
	tw_put64(p + TW_REP_SENDER_TIMESTAMP, t1);
	p[TW_REP_SENDER_TTL] = 255;
}

static void prepare_reply(void)
{
	micro_must(tw_loss_in_time(&stream.loss) == sent, "a reply was not taken");
	for (uint32_t i = 0; i < MICRO_BURST; i++) {
		uint64_t at = mono + i * 120;

		tw_window_put(&window, 0, (uint32_t)sent, at, 0, 0);
		write_reply(replies[i], (uint32_t)sent++, at + OFFSET);
	}
	mono += 20ULL * MICROSECOND;
}

static void measured_reply(void)
{
	for (uint32_t i = 0; i < MICRO_BURST; i++) {
		const struct tw_reply_meta meta = {.mono = mono, .ttl = 255, .tos = 0};
		struct tw_reply_fields f;

		tw_reply_read_open(replies[i], TW_STAMP_LEN, &f);
		sink += tw_reply_usual(
			&ctx, tw_window_at(&window, 0, f.sseq), &stream, sent, &f, &meta);
	}
	tw_reply_flush(&ctx);
}

static void series_init(void)
{
	tw_series_reset(&series);
	turn = 0;
}

static void prepare_series(void)
{
	for (uint32_t i = 0; i < MICRO_BURST; i++)
		delays[i] = (int64_t)(10 * MICROSECOND + pseudo(turn++));
}

static void measured_histogram(void)
{
	for (uint32_t i = 0; i < MICRO_BURST; i++)
		tw_histogram_record(&histogram, delays[i]);
}

static void measured_series(void)
{
	for (uint32_t i = 0; i < MICRO_BURST; i++)
		tw_series_record(&series, delays[i]);
}

static void pacing_init(void)
{
	micro_must(tw_pace_init(&pace, TW_PACE_PERIODIC, 11363636, 1, 1, 1) == 0, "pace");
	mono = 1000ULL << 32;
	tw_pace_start(&pace, mono);
}

static void prepare_pacing(void)
{
	mono = tw_pace_due(&pace);
}

static void measured_pacing(void)
{
	uint64_t late = 0;

	for (uint32_t i = 0; i < MICRO_BURST; i++) {
		late += mono - tw_pace_due(&pace);
		tw_pace_advance(&pace);
	}
	sink += late;
}

static void due_init(uint32_t n)
{
	free(entries);
	entries = aligned_alloc(64, ((size_t)n * sizeof(*entries) + 63) & ~(size_t)63);
	micro_must(entries != NULL, "queue");
	tw_due_queue_init(&queue, entries, n);
	turn = 0;
	for (uint32_t i = 0; i < n; i++)
		micro_must(tw_due_queue_push(&queue, i, 1 + pseudo(i)) == 0, "stream");
}

static void due_few_init(void)
{
	due_init(64);
}

static void due_many_init(void)
{
	due_init(MANY);
}

static void as_it_is(void)
{
}

static void measured_due(void)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < MICRO_BURST; i++) {
		sum += tw_due_queue_first(&queue);
		tw_due_queue_again(&queue, tw_due_queue_due(&queue) + 100 * MICROSECOND);
	}
	sink += sum;
}

const struct micro micro_stats[] = {
	{"reply", reply_init, prepare_reply, measured_reply},
	{"histogram", series_init, prepare_series, measured_histogram},
	{"series", series_init, prepare_series, measured_series},
	{"pacing", pacing_init, prepare_pacing, measured_pacing},
	{"due-queue-64", due_few_init, as_it_is, measured_due},
	{"due-queue-100000", due_many_init, as_it_is, measured_due},
	{0},
};

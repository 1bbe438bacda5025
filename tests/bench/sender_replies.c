/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "sender_replies.h"

#include "tw_build.h"
#include "tw_stamp.h"

#include <stdio.h>
#include <string.h>

static uint64_t pseudo(uint32_t i)
{
	return (i * 2654435761U >> 8) % 4000; /* up to a microsecond */
}

struct tw_addr reply_host(const struct reply_kind *r, uint8_t which)
{
	struct tw_addr a = {.family = 4, .b = {192, 0, 2, which}};

	if (r->v6)
		a = (struct tw_addr){.family = 6, .b = {0x20, 1, 0xd, 0xb8, [15] = which}};
	return a;
}

/* Reply number i to a stream's requests in turn. @return octets, 0: they cannot be built */
static uint32_t write_reply(uint8_t *f, uint32_t i, const struct reply_kind *r)
{
	struct tw_frame_spec spec = {
		.src_mac = {{2, 0, 0, 0, 0, 2}},
		.dst_mac = {{2, 0, 0, 0, 0, 1}},
		.n_vlan = r->tag,
		.tci = {REPLY_TCI},
		.src = {reply_host(r, 2), 862},
		.dst = {reply_host(r, 1), (uint16_t)(20000 + i % r->streams)},
		.ttl = 255,
	};
	struct tw_frame_layout l;
	uint64_t t1 = REPLY_FIRST_T1 + i * REPLY_GAP;
	uint32_t n = r->streams, len = r->len[i % REPLY_LENGTHS];
	uint32_t head = (r->v6 ? 62 : 42) + (r->tag ? 4 : 0);
	uint8_t *p;

	len = (len ? len : head + TW_STAMP_LEN) - head;
	if (tw_build_headers(f, REPLY_MAX_FRAME, &spec, len, &l) < 0)
		return 0;
	p = f + l.payload_off;
	memset(p, 0, len);
	tw_put32(p + TW_REP_SEQ, i / n);
	tw_put64(p + TW_REP_TIMESTAMP, t1 + 20000 + 2 * pseudo(i));
	tw_put16(p + TW_REP_ERROR, 0x8a01);
	tw_put64(p + TW_REP_RECEIVE, t1 + 19000 + pseudo(i));
	tw_put32(p + TW_REP_SENDER_SEQ, i / n);
	tw_put64(p + TW_REP_SENDER_TIMESTAMP, t1);
	tw_put16(p + TW_REP_SENDER_ERROR, 0x8a01);
	p[TW_REP_SENDER_TTL] = 255;
	if (len > TW_STAMP_LEN)
		tw_put32(p + TW_STAMP_LEN, 0x80010000 | (len - TW_STAMP_LEN - 4));
	tw_set_raw16(f + l.l4_off + TW_UDP_CHECKSUM,
		tw_udp_checksum_finish(tw_sum_add(l.udp_base, tw_sum(p, len))));
	return head + len;
}

bool reply_capture(const char *name, const struct reply_kind *r, uint32_t frames)
{
	static const uint32_t head[6] = {0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1};
	FILE *f = fopen(name, "wb");
	uint8_t frame[REPLY_MAX_FRAME];
	bool ok = f && fwrite(head, sizeof(head), 1, f) == 1;

	for (uint32_t i = 0; ok && i < frames; i++) {
		uint32_t n = write_reply(frame, i, r), record[4] = {0, i, n, n};

		ok = n && fwrite(record, sizeof(record), 1, f) == 1 && fwrite(frame, n, 1, f) == 1;
	}
	if (f && fclose(f) != 0)
		ok = false;
	return ok;
}

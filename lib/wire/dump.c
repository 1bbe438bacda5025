/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_dump.h"

#include <inttypes.h>
#include <stdio.h>

#define TIME "%08" PRIx32 ".%08" PRIx32
#define TIME_ARGS(t) (uint32_t)((t).v >> 32), (uint32_t)(t).v

static void dump_request(const struct tw_test_request *q, char *buf, size_t len)
{
	snprintf(buf, len, "seq %" PRIu32 " t1 " TIME " err %04x ssid %u", q->seq,
		TIME_ARGS(q->timestamp), q->error_estimate, q->ssid);
}

static void dump_reply(const struct tw_test_reply *q, char *buf, size_t len)
{
	char ttl[16] = "none", tos[16] = "";

	if (q->has_ttl)
		snprintf(ttl, sizeof(ttl), "%u", q->sender_ttl);
	if (q->has_dscp_ecn)
		snprintf(tos, sizeof(tos), " tos %02x", q->s_dscp_ecn);
	snprintf(buf, len,
		"seq %" PRIu32 " t3 " TIME " err %04x ssid %u t2 " TIME " sender seq %" PRIu32
		" t1 " TIME " err %04x ttl %s%s",
		q->seq, TIME_ARGS(q->timestamp), q->error_estimate, q->ssid,
		TIME_ARGS(q->receive_timestamp), q->sender_seq, TIME_ARGS(q->sender_timestamp),
		q->sender_error_estimate, ttl, tos);
}

char *tw_test_dump(
	enum tw_layout l, bool reply, const void *payload, size_t len, char *buf, size_t buf_len)
{
	char text[TW_TEST_DUMP_STR] = "too short";
	struct tw_test_request req;
	struct tw_test_reply rep;

	if (reply && tw_test_reply_parse(l, payload, len, &rep) == 0)
		dump_reply(&rep, text, sizeof(text));
	else if (!reply && tw_test_request_parse(l, payload, len, &req) == 0)
		dump_request(&req, text, sizeof(text));
	snprintf(buf, buf_len, "%s %s %zu octets: %s", tw_layout_name(l),
		reply ? "reply" : "request", len, text);
	return buf;
}

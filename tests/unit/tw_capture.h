/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_CAPTURE_H
#define TW_CAPTURE_H

/*
 * Just enough of a reader for tests/data/captures: classic pcap, Ethernet or raw link types,
 * IPv4 and IPv6, TCP in order without loss. Include after tw_test.h.
 */

#include "tw_bytes.h"

#include <stdbool.h>

#define TW_CAPTURE_STREAM 4096
#define TW_CAPTURE_PACKETS 64

struct tw_capture_udp {
	uint16_t sport;
	uint16_t dport;
	uint8_t ttl;
	size_t len;
	uint8_t data[256];
};

/* One control connection and the test packets around it. */
struct tw_capture {
	uint8_t to_server[TW_CAPTURE_STREAM];
	uint8_t to_client[TW_CAPTURE_STREAM];
	size_t to_server_len;
	size_t to_client_len;
	struct tw_capture_udp udp[TW_CAPTURE_PACKETS];
	size_t udps;
};

static inline uint32_t tw_capture_host32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v;
}

static inline void tw_capture_tcp(
	struct tw_capture *c, const uint8_t *p, size_t len, uint16_t server)
{
	size_t off = (size_t)(p[12] >> 4) * 4;
	bool up = tw_get16(p + 2) == server;
	uint8_t *dst = up ? c->to_server : c->to_client;
	size_t *at = up ? &c->to_server_len : &c->to_client_len;

	assert_true(off >= 20 && off <= len);
	assert_true(up || tw_get16(p) == server);
	assert_true(*at + len - off <= TW_CAPTURE_STREAM);
	memcpy(dst + *at, p + off, len - off);
	*at += len - off;
}

static inline void tw_capture_ip(
	struct tw_capture *c, const uint8_t *p, size_t cap, uint16_t server)
{
	bool v6 = p[0] >> 4 == 6;
	size_t head = v6 ? 40 : (size_t)(p[0] & 15) * 4;
	size_t len = v6 ? tw_get16(p + 4) + 40U : tw_get16(p + 2);
	uint8_t proto = v6 ? p[6] : p[9];

	assert_true(len <= cap && head <= len);
	if (proto == 6) {
		tw_capture_tcp(c, p + head, len - head, server);
	} else if (proto == 17) {
		struct tw_capture_udp *u = &c->udp[c->udps++];

		assert_true(c->udps <= TW_CAPTURE_PACKETS);
		u->sport = tw_get16(p + head);
		u->dport = tw_get16(p + head + 2);
		u->ttl = v6 ? p[7] : p[8];
		u->len = len - head - 8;
		assert_true(u->len <= sizeof(u->data));
		memcpy(u->data, p + head + 8, u->len);
	}
}

static inline void tw_capture_load(const char *name, uint16_t server, struct tw_capture *c)
{
	static uint8_t buf[65536];
	FILE *f = fopen(name, "rb");
	size_t n;
	uint32_t link;

	assert_non_null(f);
	n = fread(buf, 1, sizeof(buf), f);
	fclose(f);
	memset(c, 0, sizeof(*c));
	assert_true(n > 24 && n < sizeof(buf));
	assert_int_equal(tw_capture_host32(buf), 0xa1b2c3d4);
	link = tw_capture_host32(buf + 20);
	for (size_t at = 24; at + 16 <= n;) {
		size_t cap = tw_capture_host32(buf + at + 8);
		size_t l2 = link == 1 ? 14 : link == 113 ? 16 : link == 276 ? 20 : 0;

		at += 16;
		assert_true(at + cap <= n && cap > l2 + 20);
		tw_capture_ip(c, buf + at + l2, cap - l2, server);
		at += cap;
	}
}

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "replay.h"

#include "tw_bytes.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint8_t sid[SIDS][16];

#define END                                                                                        \
	{                                                                                          \
		NULL, 0, 0, NUMBER, 0                                                              \
	}

/* RFC 4656 section 3.1. What the script does not name is made by the other side, or zero. */
static const struct field greeting[] = {
	{"modes", 12, 4, NUMBER, 1},
	{"challenge", 16, 16, OCTETS, 0x11},
	{"salt", 32, 16, OCTETS, 0x22},
	{"count", 48, 4, NUMBER, 1024},
	END,
};

static const struct field setup[] = {
	{"mode", 0, 4, NUMBER, 1},
	{"keyid", 4, 80, STRING, 0},
	{"token", 84, 64, OCTETS, 0},
	{"iv", 148, 16, OCTETS, 0},
	END,
};

static const struct field server_start[] = {
	{"accept", 15, 1, NUMBER, 0},
	{"iv", 16, 16, OCTETS, 0},
	{"start_time", 32, 8, SECONDS, 0xeeab5d80},
	END,
};

/* RFC 5357 section 3.5, RFC 6038 section 4 */
static const struct field request[] = {
	{"command", 0, 1, NUMBER, 5},
	{"ipvn", 1, 1, NUMBER, 4},
	{"conf_sender", 2, 1, NUMBER, 0},
	{"conf_receiver", 3, 1, NUMBER, 0},
	{"slots", 4, 4, NUMBER, 0},
	{"packets", 8, 4, NUMBER, 0},
	{"sender_port", 12, 2, NUMBER, 20000},
	{"receiver_port", 14, 2, NUMBER, 862},
	{"sender", 16, 16, ADDRESS, 0},
	{"receiver", 32, 16, ADDRESS, 0},
	{"sid", 48, 16, SID, 0},
	{"padding", 64, 4, NUMBER, 64},
	{"start_time", 68, 8, SECONDS, 0},
	{"timeout", 76, 8, SECONDS, 2},
	{"type_p", 84, 4, NUMBER, 0},
	{"octets_to_reflect", 88, 2, NUMBER, 0},
	{"reflect_length", 90, 2, NUMBER, 0},
	{"mbz", 92, 4, NUMBER, 0},
	END,
};

static const struct field accept_session[] = {
	{"accept", 0, 1, NUMBER, 0},
	{"port", 2, 2, NUMBER, 862},
	{"sid", 4, 16, SID, 0},
	{"reflected_octets", 20, 2, NUMBER, 0},
	{"server_octets", 22, 2, NUMBER, 0},
	END,
};

/* RFC 5357 sections 3.7 and 3.8 */
static const struct field start[] = {
	{"command", 0, 1, NUMBER, 2},
	END,
};

static const struct field start_ack[] = {
	{"accept", 0, 1, NUMBER, 0},
	END,
};

static const struct field stop[] = {
	{"command", 0, 1, NUMBER, 3},
	{"accept", 1, 1, NUMBER, 0},
	{"sessions", 4, 4, NUMBER, 1},
	END,
};

/* RFC 5938 section 3; SIDs from octet 16 on */
#define N_FIELDS(number)                                                                           \
	{                                                                                          \
		{"command", 0, 1, NUMBER, (number)}, {"accept", 1, 1, NUMBER, 0},                  \
			{"sessions", 12, 4, NUMBER, 0}, END,                                       \
	}
static const struct field start_n[] = N_FIELDS(7);
static const struct field start_n_ack[] = N_FIELDS(8);
static const struct field stop_n[] = N_FIELDS(9);
static const struct field stop_n_ack[] = N_FIELDS(10);

/* Any first block; `len` says how long the rest is. */
static const struct field block[] = {
	{"command", 0, 1, NUMBER, 0},
	{"sessions", 12, 4, NUMBER, 0},
	END,
};

const struct message *message_find(const char *name)
{
	static const struct message table[] = {
		{"greeting", 64, greeting},
		{"setup", 164, setup},
		{"server-start", 48, server_start},
		{"request", 112, request},
		{"accept", 48, accept_session},
		{"start", 32, start},
		{"start-ack", 32, start_ack},
		{"stop", 32, stop},
		{"start-n", 0, start_n},
		{"start-n-ack", 0, start_n_ack},
		{"stop-n", 0, stop_n},
		{"stop-n-ack", 0, stop_n_ack},
		{"block", 16, block},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

/* #N */
static const uint8_t *sid_named(struct line *l, const char *s)
{
	char *end = NULL;
	unsigned long n = *s == '#' ? strtoul(s + 1, &end, 10) : SIDS;

	if (n >= SIDS || *end)
		fail(l, "\"%s\": a SID is #0 to #%d", s, SIDS - 1);
	return sid[n];
}

static void value_octets(struct line *l, const struct field *f, const char *s, uint8_t *out)
{
	size_t n = strlen(s) / 2;
	unsigned int v;

	if (!n || strlen(s) % 2)
		fail(l, "%s=%s: not hex", f->name, s);
	for (size_t i = 0; i < f->size; i++) {
		if (sscanf(s + i % n * 2, "%2x", &v) != 1)
			fail(l, "%s=%s: not hex", f->name, s);
		out[i] = (uint8_t)v;
	}
}

static void big_endian(uint64_t v, uint8_t *out, size_t size)
{
	while (size--) {
		out[size] = (uint8_t)v;
		v >>= 8;
	}
}

/* Octets of a field from its text, or its default where that is NULL. */
static void value(struct line *l, const struct field *f, const char *s, uint8_t *out)
{
	char *end = NULL;

	memset(out, 0, f->size);
	switch (f->kind) {
	case NUMBER:
		big_endian(s ? strtoull(s, &end, 0) : f->otherwise, out, f->size);
		break;
	case SECONDS:
		big_endian(s ? strtoull(s, &end, 0) : f->otherwise, out, 4);
		break;
	case ADDRESS:
		if (s && inet_pton(AF_INET, s, out) != 1 && inet_pton(AF_INET6, s, out) != 1)
			fail(l, "%s=%s: not an address", f->name, s);
		break;
	case STRING:
		if (s)
			memcpy(out, s, strlen(s) < f->size ? strlen(s) : f->size);
		break;
	case SID:
		memcpy(out, s ? sid_named(l, s) : sid[0], 16);
		break;
	case OCTETS:
		if (s)
			value_octets(l, f, s, out);
		else
			memset(out, (int)f->otherwise, f->size);
		break;
	}
	if (end && *end)
		fail(l, "%s=%s: not a number", f->name, s);
}

/* SIDs of `sids=#1,#2` to @p out; returns how many. */
static size_t sids_of(struct line *l, uint8_t *out)
{
	const char *s = option(l, "sids");
	char copy[256];
	char *save = NULL;
	size_t n = 0;

	if (!s)
		return 0;
	snprintf(copy, sizeof(copy), "%s", s);
	for (char *w = strtok_r(copy, ",", &save); w; w = strtok_r(NULL, ",", &save))
		memcpy(out + 16 * n++, sid_named(l, w), 16);
	return n;
}

size_t message_make(struct line *l, const struct message *m, uint8_t *buf)
{
	size_t len = m->len;

	memset(buf, 0, MESSAGE_MAX);
	if (!len) {
		size_t n = sids_of(l, buf + 16);

		len = 32 + 16 * n;
		big_endian(n, buf + 12, 4);
	}
	if (m->field == block) {
		len = number(l, "len", 16);
		if (len > MESSAGE_MAX || len < 16)
			fail(l, "len: 16 to %d", MESSAGE_MAX);
	}
	for (const struct field *f = m->field; f->name; f++) {
		const char *s = option(l, f->name);

		if (s || m->len || strcmp(f->name, "sessions") != 0)
			value(l, f, s, buf + f->at);
	}
	return len;
}

void message_check(struct line *l, const struct message *m, const uint8_t *buf, size_t len)
{
	uint8_t known[MESSAGE_MAX] = {0};
	uint8_t want[MESSAGE_MAX];
	size_t hmac = len % 16 == 0 && m->len != 64 && m->field != server_start ? 16 : 0;

	if (!m->len) {
		size_t n = sids_of(l, want);

		if (len != 32 + 16 * n || memcmp(buf + 16, want, 16 * n) != 0)
			fail(l, "other sessions are named");
		memset(known + 16, 1, 16 * n);
	}
	for (const struct field *f = m->field; f->name; f++) {
		const char *s = option(l, f->name);

		memset(known + f->at, 1, f->size);
		if (!s)
			continue;
		value(l, f, s, want);
		if (memcmp(buf + f->at, want, f->size) != 0) {
			fprintf(stderr, "%s is ", f->name);
			for (size_t i = 0; i < f->size; i++)
				fprintf(stderr, "%02x", buf[f->at + i]);
			fprintf(stderr, "\n");
			fail(l, "%s is not %s", f->name, s);
		}
	}
	for (size_t i = 0; i + hmac < len; i++)
		if (!known[i] && buf[i])
			fail(l, "octet %zu must be zero and is %u", i, buf[i]);
}

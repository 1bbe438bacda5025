/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef REPLAY_H
#define REPLAY_H

/*
 * Scripted dialogues with the TWAMP-Control machines. A script plays the peer: it names each
 * message and the fields that matter, by the octets of the RFC's figures and not through the
 * codec under test. README.md has the words of the language.
 */

#include "tw_cipher.h"
#include "tw_keys.h"
#include "tw_mac.h"
#include "tw_time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_WORDS 32
#define MESSAGE_MAX 4096
#define SIDS 100

/* One line of a script, cut at blanks; `name=value` words are found by name. */
struct line {
	const char *file;
	unsigned int no;
	unsigned int n;
	char *word[LINE_WORDS];
	char *value[LINE_WORDS]; /* behind '=', or NULL */
	bool used[LINE_WORDS];
	char text[512];
	char quoted[256]; /* what stood in "..." */
};

/* Print where and why, and exit 1. */
void fail(const struct line *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/* Value of a word, or NULL; marks it as used. */
const char *option(struct line *l, const char *name);
bool flag(struct line *l, const char *name);
uint64_t number(struct line *l, const char *name, uint64_t otherwise);
struct tw_ns seconds(struct line *l, const char *name, double otherwise);
/* Every word must have meant something. */
void all_used(struct line *l);

enum field_kind {
	NUMBER,
	ADDRESS, /* text, IPv4 or IPv6 */
	STRING,
	SID,     /* #N */
	OCTETS,  /* hex, repeated to the length of the field */
	SECONDS, /* whole seconds in the first half of a timestamp */
};

struct field {
	const char *name;
	uint16_t at;
	uint16_t size;
	enum field_kind kind;
	uint64_t otherwise; /* when it is not named in `send` */
};

struct message {
	const char *name;
	size_t len; /* 0: of N sessions */
	const struct field *field;
};

const struct message *message_find(const char *name);

/* SIDs that the script may name. Those that nobody taught us are N, sixteen times. */
extern uint8_t sid[SIDS][16];

/* Octets of a message from the words of a line. Returns the length. */
size_t message_make(struct line *l, const struct message *m, uint8_t *buf);

/* Every field that the line names must be so, and what is no field must be zero. */
void message_check(struct line *l, const struct message *m, const uint8_t *buf, size_t len);

/* The protection of a connection as the script's side sees it. */
struct guard {
	bool on;
	struct tw_keys keys;
	struct tw_cbc *rx;
	struct tw_cbc *tx;
	struct tw_hmac *rx_mac;
	struct tw_hmac *tx_mac;
};

void guard_start(struct guard *g, const uint8_t *rx_iv, const uint8_t *tx_iv);
void guard_stop(struct guard *g);
/* In place: text before @p from is neither signed nor encrypted; the last block is the HMAC. */
void guard_send(struct guard *g, uint8_t *buf, size_t len, size_t from, bool hmac);
/* Returns false when the HMAC is wrong. */
bool guard_receive(struct guard *g, uint8_t *buf, size_t len, size_t from, bool hmac);

/* One side of the dialogue. Returns false when the word is not one of its own. */
struct side {
	bool (*word)(struct line *l);
	void (*end)(void);
};

extern const struct side server_side; /* the script is the client */
extern const struct side client_side; /* the script is the server */

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef SENDER_REPLIES_H
#define SENDER_REPLIES_H

/* Replies to a sender, in a capture for net_pcap. */

#include "tw_addr.h"

#include <stdbool.h>
#include <stdint.h>

#define REPLY_MAX_FRAME 1514
#define REPLY_LENGTHS 12
#define REPLY_TCI 5
/* T1 of the first one, and how much later each is than the one before; 2^-32 s. */
#define REPLY_FIRST_T1 (0xeeab5d94ULL << 32)
#define REPLY_GAP 120ULL

struct reply_kind {
	unsigned int streams; /* in turn */
	bool v6, tag;
	uint16_t len[REPLY_LENGTHS]; /* of frames in turn; 0 = the shortest */
};

/* 1: we, 2: the peer. */
struct tw_addr reply_host(const struct reply_kind *r, uint8_t which);

/* @return false: it could not be written */
bool reply_capture(const char *name, const struct reply_kind *r, uint32_t frames);

#endif

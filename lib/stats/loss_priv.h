/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_LOSS_PRIV_H
#define TW_LOSS_PRIV_H

#include "tw_loss.h"

/* Unwrapped reflector numbers start here, so that a reply from before the first one to arrive is
 * not below zero. */
#define FIRST_LAP (1ULL << 32)

void tw_loss_order_reset(struct tw_loss *l);

/* Numbers [from, to) are new and without a reply so far. */
void tw_loss_order_skip(struct tw_loss *l, uint64_t from, uint64_t to);

/* The run [from, to) in lockstep, its last reply to @last_s, @next before the first. */
void tw_loss_order_run(
	struct tw_loss *l, uint64_t from, uint64_t to, uint64_t last_s, uint64_t next);

/* The reply with the highest number so far. */
void tw_loss_order_append(struct tw_loss *l, uint64_t r, uint64_t s, uint64_t next, bool late);

/* A reply with a lower number than the highest. @return false: too low to know its order outbound */
bool tw_loss_order_insert(struct tw_loss *l, uint64_t r, uint64_t s, bool late);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_STAMPING_H
#define TW_STAMPING_H

/**
 * @file
 * How the stamps of a run were made: how many by the NIC or the kernel, how many by software instead, and
 * why.
 * Part of a result; workers count, the control core merges.
 */

#include "tw_series.h"
#include "tw_time.h"

#include <stdbool.h>
#include <stdint.h>

/** Why stamps of the NIC or the kernel were not used, or not all the time: name and words. */
#define TW_STAMP_NOTES(X)                                                                          \
	X(NO_CLOCK, no_clock, "the NIC's clock cannot be read")                                    \
	X(HOST_CLOCK, host_clock, "what the driver calls the NIC's clock is the host's")           \
	X(CLOCK_STUCK, clock_stuck, "the NIC's clock stood still")                                 \
	X(CLOCK_JUMPED, clock_jumped, "the NIC's clock jumped")                                    \
	X(RX_NEVER, rx_never, "receive stamps never came")                                         \
	X(RX_REFUSED, rx_refused, "receive stamps contradicted the time of receipt")               \
	X(TX_NEVER, tx_never, "transmit stamps never came")                                        \
	X(TX_CEASED, tx_ceased, "transmit stamps ceased to come")                                  \
	X(TX_REFUSED, tx_refused, "transmit stamps contradicted the time of sending")              \
	X(OUT_OF_STEP, out_of_step, "the kernel's stamps were not those of the packets")

enum tw_stamp_note {
#define X(sym, name, text) TW_STAMP_NOTE_##sym,
	TW_STAMP_NOTES(X)
#undef X
		TW_STAMP_NOTE_MAX
};

/** Sentence without a full stop. */
const char *tw_stamp_note_text(enum tw_stamp_note n);

/** T1..T4 by index 0..3. What the port cannot do is not counted at all. */
struct tw_stamping {
	bool nic;             /**< the port's NIC has a clock that was used */
	uint64_t hardware[4]; /**< stamps of the NIC, or times at which it was told to send */
	uint64_t kernel[4];   /**< stamps of the kernel */
	uint64_t software[4]; /**< by software where the NIC or the kernel should have stamped */
	uint64_t refused;     /**< of them: a stamp came and could not be true */
	uint64_t asked;       /**< packets whose transmit stamp was asked for */
	uint64_t missed;      /**< of them: it never came */
	struct tw_series to_wire; /**< transmit stamp of the NIC minus that of software, 2^-32 s */
	struct tw_ns error;       /**< bound of the mapping from their clock to ours */
	uint32_t notes;           /**< bit by enum tw_stamp_note */
};

void tw_stamping_merge(struct tw_stamping *dst, const struct tw_stamping *src);

/** @p dst = what @p now holds beyond @p before; error and notes are those of @p now. */
void tw_stamping_diff(
	struct tw_stamping *dst, const struct tw_stamping *now, const struct tw_stamping *before);

/**
 * Source of stamp @p i: @p by where the NIC made every one of them, the kernel where it did, else
 * software.
 */
enum tw_stamp_source tw_stamping_source(
	const struct tw_stamping *s, unsigned int i, enum tw_stamp_source by);

#endif

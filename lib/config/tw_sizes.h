/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_SIZES_H
#define TW_SIZES_H

/**
 * @file
 * `--frame-size` and `--padding` as a repeating cycle of sizes. A frame is counted in L2 octets
 * with FCS and VLAN tags, as in RFC 2544, without preamble and gap. The cycle is deterministic,
 * never a random draw: who knows the specification knows the size of packet n.
 */

#include "tw_err.h"

#include <stddef.h>
#include <stdint.h>

#define TW_SIZES_MAX 256
#define TW_FRAME_MIN 64
#define TW_FRAME_MAX 9018

/** Packet i has frame[i % n] octets. */
struct tw_sizes {
	uint16_t n;
	uint16_t frame[TW_SIZES_MAX];
};

/** What a frame holds besides padding. */
struct tw_sizes_shape {
	uint16_t
		min_payload; /**< smallest UDP payload: 14 TWAMP Light, 44 STAMP, 112 authenticated */
	uint8_t family;      /**< 4 or 6 */
	uint8_t vlans;       /**< 802.1Q tags: 0..2 */
};

/** A class that cannot hold the protocol's smallest packet. Frames. */
struct tw_sizes_note {
	uint16_t asked;
	uint16_t used;
};

/** Packet i carries len[i % n] octets of UDP payload. */
struct tw_payloads {
	uint16_t n;
	uint16_t n_notes;
	uint16_t len[TW_SIZES_MAX];
	struct tw_sizes_note
		note[TW_SIZES_MAX]; /**< each raised class once, in order of appearance */
};

/**
 * Parse the value of `--frame-size`:
 *
 *  - `N`: that many octets;
 *  - `imix`: 64, 594 and 1518 in proportion 7:4:1;
 *  - `jumbo`: 9018;
 *  - `64:7,594:4,1518:1`: classes with weights (1 where none is given), reduced by their common
 *    divisor and interleaved by smooth weighted round robin;
 *  - an RFC 6985 genome such as `aaafg`, taken in its order: a 64, b 128, c 256, d 512, e 1024,
 *    f 1280, g 1518, h 2112, i 9000, z the MTU; `AAB,A=100,B=1400` names sizes of one's own.
 *
 * @param mtu  IP octets that the link carries, for `z`; 0 = 1500
 * @param err  what is wrong and what is allowed, without the option's name; may be NULL
 * @return 0, or
 *  - -EINVAL: not one of these forms
 *  - -ERANGE: a size below TW_FRAME_MIN or above TW_FRAME_MAX, or more than TW_SIZES_MAX entries
 */
int tw_sizes_parse(const char *spec, uint16_t mtu, struct tw_err *err, struct tw_sizes *ret);

/**
 * `--padding`: octets after the protocol's smallest packet, or -1 for twampy's mix of 64, 590 and
 * 1514 octets without FCS.
 *
 * @return 0, or -ERANGE when the frame would exceed TW_FRAME_MAX or @p padding is below -1
 */
int tw_sizes_from_padding(
	int padding, const struct tw_sizes_shape *shape, struct tw_err *err, struct tw_sizes *ret);

/** Octets of a frame around @p payload octets of UDP payload, with FCS, Ethernet's minimum kept. */
unsigned int tw_sizes_frame(unsigned int payload, const struct tw_sizes_shape *shape);

/** UDP payload lengths of a cycle; classes below the protocol's minimum are raised and noted. */
void tw_sizes_payloads(
	const struct tw_sizes *sizes, const struct tw_sizes_shape *shape, struct tw_payloads *ret);

/** Bits that one whole cycle takes on the wire, preamble and gap (20 octets a frame) counted. */
uint64_t tw_sizes_wire_bits(const struct tw_payloads *p, const struct tw_sizes_shape *shape);

/** "class 64 raised to 90"; returns @p buf. */
char *tw_sizes_note_format(const struct tw_sizes_note *note, char *buf, size_t len);

#endif

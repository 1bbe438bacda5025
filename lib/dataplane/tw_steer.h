/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_STEER_H
#define TW_STEER_H

/**
 * @file
 * On which queue of a port a packet will arrive, so that who waits for it can sit there.
 */

#include "tw_addr.h"
#include "tw_port.h"

/** Entries of the largest redirection table that is read. */
#define TW_STEER_RETA 4096

enum tw_steer_kind {
	TW_STEER_ONE,     /**< there is one queue */
	TW_STEER_PAIRS,   /**< an answer comes back on the queue that its question left on */
	TW_STEER_RSS,     /**< the device's hash and its table, as it tells them */
	TW_STEER_UNKNOWN, /**< any queue; the device does not tell */
};

struct tw_steer {
	enum tw_steer_kind kind;
	uint16_t n_queues;
	bool ports[2];  /**< UDP ports are in the hash of IPv4, IPv6 */
	bool hashed[2]; /**< IPv4, IPv6 is hashed at all; else queue 0 */
	uint8_t key_len;
	uint8_t key[64];
	uint16_t n_reta;
	uint16_t reta[TW_STEER_RETA];
};

/** Ask a started port. Main thread. What it does not tell is TW_STEER_UNKNOWN. */
void tw_steer_read(const struct tw_port *port, struct tw_steer *ret);

/** What a device could do, whatever it was opened with. */
struct tw_steer_ability {
	uint16_t max_rx, max_tx; /**< queues */
	uint16_t n_reta;         /**< entries of its table; 0: none */
	uint8_t key_len;         /**< octets of its key; 0: not told */
	bool udp[2];             /**< hashes addresses and UDP ports of IPv4, IPv6 */
};

/** Ask an open port. @return 0, negative errno */
int tw_steer_ability(const struct tw_port *port, struct tw_steer_ability *ret);

/** One word for logs and `devices`: "one queue", "RSS", ... */
const char *tw_steer_text(enum tw_steer_kind kind);

/**
 * Queue of a UDP packet from @p src to @p dst.
 * @return the queue, -ENOTSUP: not known, or (TW_STEER_PAIRS) not the packet's affair
 */
int tw_steer_queue(
	const struct tw_steer *s, const struct tw_endpoint *src, const struct tw_endpoint *dst);

#endif

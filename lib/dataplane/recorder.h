/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_RECORDER_H
#define TW_RECORDER_H

/*
 * --pcap: workers copy frames into mbufs of the recorder's own pool and hand them over a ring;
 * the control thread takes them out and writes. What finds no room is counted, never waited for.
 */

#include <stdatomic.h>
#include <stdint.h>

struct rte_mbuf;
struct rte_mempool;
struct rte_ring;

struct tw_recorder {
	struct rte_ring *ring;
	struct rte_mempool *pool;
	_Atomic uint64_t missed; /* w: workers, r: control */
};

struct tw_record {
	const uint8_t *frame;
	uint32_t len;
	uint64_t wall; /* NTP 32.32 */
};

/*
 * @param frames  how many frames may wait to be written
 * @param max_frame  octets recorded of each
 * @return 0, negative errno
 */
int tw_recorder_create(
	const char *name, unsigned int frames, uint16_t max_frame, struct tw_recorder **ret);
void tw_recorder_destroy(struct tw_recorder *r);

/* Worker: copy a burst. */
void tw_recorder_put(
	struct tw_recorder *r, struct rte_mbuf *const *m, unsigned int n, uint64_t wall);

/* Control: hand what waits to `write`. @return frames written */
unsigned int tw_recorder_drain(
	struct tw_recorder *r, void (*write)(void *arg, const struct tw_record *rec), void *arg);

#endif

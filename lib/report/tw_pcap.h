/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_PCAP_H
#define TW_PCAP_H

/**
 * @file
 * A capture file of Ethernet frames with nanosecond stamps. It blocks on the disk: workers hand
 * their frames to whoever owns the writer, they never call it.
 */

#include "tw_err.h"
#include "tw_time.h"

#include <stddef.h>
#include <stdint.h>

struct tw_pcap;

/**
 * Create the file, replacing an old one.
 *
 * @param path     "-" is standard output
 * @param snaplen  octets of a frame that are kept at most; 0 = 65,535
 * @param err      on failure one sentence, may be NULL
 * @param ret      the writer
 * @return 0
 *         -ENOMEM out of memory
 *         -EIO    the file cannot be created
 */
int tw_pcap_open(const char *path, uint32_t snaplen, struct tw_err *err, struct tw_pcap **ret);

/**
 * Append one frame.
 *
 * @param frame  octets from the destination MAC on, without FCS
 * @param caplen octets at @p frame; cut to the writer's snaplen
 * @param len    octets the frame had on the wire, at least @p caplen
 * @param stamp  when it passed, from 1970 to 2106
 * @return 0
 *         -EIO  the file refuses to take it (this one or an earlier one)
 */
int tw_pcap_write(
	struct tw_pcap *p, const void *frame, size_t caplen, size_t len, struct tw_ntp stamp);

/** Hand what is buffered to the system. @return 0, -EIO */
int tw_pcap_flush(struct tw_pcap *p);

/**
 * Flush and close; @p p may be NULL.
 * @return 0
 *         -EIO   what was written is not all in the file
 */
int tw_pcap_close(struct tw_pcap *p);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_NIC_CLOCK_H
#define TW_NIC_CLOCK_H

/*
 * A NIC's clock, read by the control core and published to workers as struct tw_clock is: a map
 * from the counter to the TSC. How it is read differs from driver to driver, and what a driver
 * calls the NIC's clock may be the host's.
 */

#include "nic_line.h"
#include "tw_stamping.h"

#include <stdatomic.h>
#include <stddef.h>

enum tw_nic_source {
	TW_NIC_NO_CLOCK,
	TW_NIC_TIMESYNC,   /* rte_eth_timesync_read_time(), ns */
	TW_NIC_READ_CLOCK, /* rte_eth_read_clock(), ticks of any length */
};

struct tw_nic_clock {
	_Alignas(64) _Atomic uint32_t seq; /* w: control, r: workers; odd while written */
	struct tw_nic_map map;             /* w: control, r: workers */
	/* control only */
	struct tw_nic_line line;
	enum tw_nic_source source;
	uint16_t port_id;
	bool given_up;
	uint32_t notes; /* bit by enum tw_stamp_note */
	uint64_t last_tsc;
};

/* Words for a source, as in a log line. */
const char *tw_nic_source_text(enum tw_nic_source s);

/*
 * Try one source: readable, moving, not the host's clock, straight enough. About 40 ms.
 * why: filled with a sentence when not.
 * @return 0, -ENOTSUP: not to be had, -EINVAL: it is not what it should be (c->notes says)
 */
int tw_nic_clock_init(struct tw_nic_clock *c, uint16_t port_id, enum tw_nic_source source,
	uint64_t tsc_hz, char *why, size_t why_len);

/*
 * Read it again and publish; every 100 ms or so from the control thread.
 * why: filled with a sentence when something happened, "" otherwise.
 */
void tw_nic_clock_update(struct tw_nic_clock *c, char *why, size_t why_len);

/* Copy the map when it is another than m; never waits. @return true when it changed */
bool tw_nic_clock_read(const struct tw_nic_clock *c, struct tw_nic_map *m);

#endif

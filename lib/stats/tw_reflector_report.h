/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_REFLECTOR_REPORT_H
#define TW_REFLECTOR_REPORT_H

/**
 * @file
 * What a reflector has to say for itself: totals since it started, as one value that may be copied
 * and zeroed freely. The control core fills it from the merged counters of its workers; every
 * writer of report/ prints from it.
 */

#include "tw_control_report.h"
#include "tw_counters.h"
#include "tw_result.h"
#include "tw_series.h"
#include "tw_stamping.h"
#include "tw_time.h"

#include <stdint.h>

/** Addresses that one reflector can name in its report. */
#define TW_REFLECTOR_LOCALS 8

/** What the devices and the operating system did to the reflector. */
struct tw_reflector_health {
	uint64_t tx_full; /**< replies offered to a full transmit ring */
	uint64_t rx_missed;
	uint64_t rx_nombuf;
	uint64_t tx_errors;
	uint64_t tx_dropped; /**< by the kernel's interface, after the driver let it go */
	struct tw_ns stolen; /**< time in which the workers did not run, summed gaps */
	struct tw_ns stolen_longest;
	struct tw_ns link_down;
	bool device_lost;
};

struct tw_reflector_report {
	struct tw_ns start; /**< instant, UTC */
	struct tw_ns duration;
	unsigned int n_local;
	char local[TW_REFLECTOR_LOCALS][80]; /**< "192.0.2.1:862", "[2001:db8::1]:862" */
	const char *stamp;              /**< "burst" or "packet"; lives as long as the report */
	enum tw_stamp_source source[2]; /**< T2, T3 */
	struct tw_stamping stamping;
	struct tw_reflector_counters counters;
	struct tw_reflector_health health;
	struct tw_cpu_usage cpu;
	struct tw_clock_info clock;
	struct tw_series residence; /**< T3 - T2 in 2^-32 s; empty where it is not recorded */
	uint64_t pcap_missed;       /**< packets that --pcap could not record */
	const struct tw_control_report *control; /**< NULL: nothing is negotiated */
};

#endif

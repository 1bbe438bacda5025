/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_port_caps.h"

#include <stdio.h>
#include <string.h>

const char *tw_rx_reach_text(enum tw_rx_reach r)
{
	static const char *const text[] = {
		[TW_RX_NONE] = "none",
		[TW_RX_ALL] = "every packet",
		[TW_RX_LAST] = "last packet of a burst",
		[TW_RX_PTP_LATCH] = "PTP packets, a register at a time",
		[TW_RX_SOFTWARE] = "every packet, software",
	};

	return text[r];
}

const char *tw_tx_reach_text(enum tw_tx_reach t)
{
	static const char *const text[] = {
		[TW_TX_NONE] = "none",
		[TW_TX_ONE] = "one packet at a time",
		[TW_TX_REBUILD] = "one packet at a time, with a rebuilt driver",
	};

	return text[t];
}

const char *tw_port_clock_text(enum tw_port_clock c)
{
	static const char *const text[] = {
		[TW_CLOCK_NONE] = "none",
		[TW_CLOCK_NIC] = "the NIC's",
		[TW_CLOCK_HOST_REALTIME] = "the host's CLOCK_REALTIME",
		[TW_CLOCK_HOST_MONOTONIC] = "the host's CLOCK_MONOTONIC_RAW",
	};

	return text[c];
}

const char *tw_stamps_by_text(enum tw_stamps_by b)
{
	static const char *const text[] = {
		[TW_STAMPS_BY_NOTHING] = "none",
		[TW_STAMPS_BY_TIMESYNC] = "rte_eth_timesync_read_time",
		[TW_STAMPS_BY_READ_CLOCK] = "rte_eth_read_clock",
	};

	return text[b];
}

const char *tw_stamp_unit_text(enum tw_stamp_unit u)
{
	static const char *const text[] = {
		[TW_UNIT_NONE] = "none",
		[TW_UNIT_NS] = "ns",
		[TW_UNIT_US] = "us",
		[TW_UNIT_TICKS] = "ticks",
	};

	return text[u];
}

char *tw_port_stamps_text(const struct tw_port *port, char *buf, size_t cap)
{
	const struct tw_pmd *pmd = tw_pmd_find(port->driver);
	bool clock = port->nic_clock != NULL;
	const char *rx = port->kernel_stamps  ? "every packet, by the kernel"
			 : !clock             ? "software"
			 : port->rx_timestamp ? "every packet"
			 : port->rx_register  ? "packets that the NIC marks"
					      : "software";
	const char *tx = !clock              ? "software"
			 : port->launch_time ? "launch time"
			 : port->timesync    ? "sampled, to be proven"
					     : "software";

	snprintf(buf, cap, "receive: %s; send: %s%s%s%s", rx, tx, pmd && *pmd->note ? " (" : "",
		pmd ? pmd->note : "", pmd && *pmd->note ? ")" : "");
	return buf;
}

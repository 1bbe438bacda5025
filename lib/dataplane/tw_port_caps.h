/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_PORT_CAPS_H
#define TW_PORT_CAPS_H

/**
 * @file
 * What devices there are, and what a driver can stamp. DPDK says that a driver has a function, not
 * that it tells the truth; what is known about the drivers stands in one table.
 */

#include "tw_addr.h"
#include "tw_device.h"
#include "tw_err.h"
#include "tw_port.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Which received packets a driver can stamp in hardware. */
enum tw_rx_reach {
	TW_RX_NONE,
	TW_RX_ALL,       /**< every packet, in the mbuf (RTE_ETH_RX_OFFLOAD_TIMESTAMP) */
	TW_RX_LAST,      /**< the last packet of a burst only, over timesync */
	TW_RX_PTP_LATCH, /**< PTP packets, one or few registers, over timesync */
	TW_RX_SOFTWARE,  /**< every packet, a stamp of the kernel or of a file */
};

/** Which sent packets a driver can stamp in hardware. */
enum tw_tx_reach {
	TW_TX_NONE,
	TW_TX_ONE,     /**< any packet, one at a time (rte_eth_timesync_read_tx_timestamp) */
	TW_TX_REBUILD, /**< as TW_TX_ONE, in drivers built with RTE_LIBRTE_IEEE1588 only */
};

/** What rte_eth_read_clock() reads. */
enum tw_port_clock {
	TW_CLOCK_NONE,
	TW_CLOCK_NIC,
	TW_CLOCK_HOST_REALTIME,  /**< CLOCK_REALTIME of the host under the name of the NIC's */
	TW_CLOCK_HOST_MONOTONIC, /**< CLOCK_MONOTONIC_RAW, likewise */
};

/** Which function reads the clock that a driver's stamps are told by. */
enum tw_stamps_by {
	TW_STAMPS_BY_NOTHING,    /**< none does: they cannot be used */
	TW_STAMPS_BY_TIMESYNC,   /**< rte_eth_timesync_read_time() */
	TW_STAMPS_BY_READ_CLOCK, /**< rte_eth_read_clock() */
};

/** Unit of the stamps. */
enum tw_stamp_unit {
	TW_UNIT_NONE,
	TW_UNIT_NS,
	TW_UNIT_US,
	TW_UNIT_TICKS, /**< of the NIC, of any length */
};

/** Receive interrupts. */
enum tw_interrupts {
	TW_INTERRUPTS_NONE,   /**< the driver has none */
	TW_INTERRUPTS_YES,    /**< workers sleep by them, where bus and kernel driver carry them */
	TW_INTERRUPTS_UNUSED, /**< it has, but they are not used: tw_pmd.no_interrupts */
};

/** One driver. A `from` is the DPDK version that has it first, 2411 for 24.11; 0: 22.11 has it. */
struct tw_pmd {
	const char *driver; /**< as tw_port.driver */
	enum tw_rx_reach rx;
	unsigned int rx_from;
	unsigned int
		registers; /**< receive stamps that can be kept at once; 0: each packet's own */
	enum tw_stamp_unit unit;
	enum tw_stamps_by stamps_by;
	enum tw_tx_reach tx;
	unsigned int tx_from;
	const char *gate; /**< what the driver must be built with for it, NULL: nothing */
	bool launch_time; /**< sends at a given time, on parts that can */
	unsigned int launch_from;
	enum tw_port_clock clock;
	unsigned int clock_from;
	enum tw_interrupts interrupts;
	const char *no_interrupts; /**< why they are not used, else NULL */
	const char *note;          /**< what bites; never NULL */
	const char *source;        /**< where that is from */
};

/** What is known about a driver. @return NULL: nothing */
const struct tw_pmd *tw_pmd_find(const char *driver);

/** The DPDK that this program is built with: 2211 for 22.11. */
unsigned int tw_pmd_version(void);

/** A row without what that version has not yet. */
struct tw_pmd tw_pmd_as_of(const struct tw_pmd *p, unsigned int version);

/** Words for a table: "every packet", "one at a time", ... */
const char *tw_rx_reach_text(enum tw_rx_reach r);
const char *tw_tx_reach_text(enum tw_tx_reach t);
const char *tw_port_clock_text(enum tw_port_clock c);
const char *tw_stamps_by_text(enum tw_stamps_by b);
const char *tw_stamp_unit_text(enum tw_stamp_unit u);

/** One line of what an open port can stamp, and why not more. */
char *tw_port_stamps_text(const struct tw_port *port, char *buf, size_t cap);

/** A device of this machine that `--dev` would take. */
struct tw_device_info {
	enum tw_dev_kind kind; /**< TW_DEV_KERNEL or TW_DEV_PCI */
	char name[64];         /**< what to give to `--dev` */
	char driver[32];       /**< of the kernel, "" for none */
	char model[160];       /**< PCI: names, or numbers where the machine has no pci.ids */
	int numa;

	/* kernel interfaces */
	struct tw_mac mac;
	uint32_t mtu;
	uint32_t channels;
	int speed_mbps; /**< -1 when not known */
	bool up;
	bool running;
	struct tw_prefix addrs[8];
	size_t n_addrs;
	bool af_xdp;
	char af_xdp_why[160]; /**< why AF_PACKET would be used; "" with AF_XDP */

	/* PCI devices */
	char netdev[TW_IFNAME]; /**< the kernel's interface on it, "" for none */
	bool dpdk_ready;        /**< bound to vfio or uio, or a driver that DPDK shares */
};

/**
 * Kernel interfaces and PCI network devices. Does not need the EAL.
 * @return 0, negative errno
 */
int tw_devices_list(
	struct tw_device_info *ret_devs, size_t cap, size_t *ret_count, struct tw_err *err);

#endif

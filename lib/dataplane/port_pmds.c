/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* What is known about the stamps of DPDK's drivers: read in their sources, some seen to work. */

#include "tw_port_caps.h"

#include <string.h>

#include <rte_version.h>

#define SRC_2211 "DPDK 22.11.11 drivers/net"
#define SRC_2411 "DPDK 24.11 drivers/net"
#define SEEN "seen on QEMU's 82576; " SRC_2211
/* Fields that most rows share. */
#define TIMESYNC .stamps_by = TW_STAMPS_BY_TIMESYNC, .unit = TW_UNIT_NS
#define REBUILD TW_TX_REBUILD, .gate = "RTE_LIBRTE_IEEE1588"

#define SLEEPS .interrupts = TW_INTERRUPTS_YES

/* clang-format off */
static const struct tw_pmd pmds[] = {
	{"mlx5_pci", SLEEPS, .rx = TW_RX_ALL, .unit = TW_UNIT_TICKS, .launch_time = true,
		.clock = TW_CLOCK_NIC, .stamps_by = TW_STAMPS_BY_READ_CLOCK,
		.note = "free-running ticks unless the firmware has REAL_TIME_CLOCK_ENABLE=1, then ns; "
			"launch time from ConnectX-6 Dx (tx_pp=) and ConnectX-7 on",
		.source = SRC_2211 "/mlx5, " SRC_2411 "/mlx5"},
	{"net_ice", SLEEPS, .rx = TW_RX_ALL, TIMESYNC, .tx = TW_TX_ONE, .launch_time = true,
		.launch_from = 2507, .clock = TW_CLOCK_HOST_MONOTONIC, .clock_from = 2507,
		.note = "stamps turn vector receive off; physical functions only; launch time on E830; "
			"read_clock gives the host's CLOCK_MONOTONIC_RAW",
		.source = SRC_2211 "/ice, DPDK 25.07 drivers/net/intel/ice"},
	{"net_iavf", SLEEPS, .rx = TW_RX_ALL, .unit = TW_UNIT_NS,
		.note = "if the physical function grants it; no function reads the clock of the stamps",
		.source = SRC_2211 "/iavf"},
	{"net_idpf", .rx = TW_RX_ALL, .unit = TW_UNIT_NS,
		.note = "no function reads the clock of the stamps", .source = SRC_2211 "/idpf"},
	{"net_igc", SLEEPS, .rx = TW_RX_LAST, .rx_from = 2303, .registers = 1, TIMESYNC, .tx = TW_TX_ONE,
		.tx_from = 2303, .launch_time = true, .launch_from = 2303,
		.clock = TW_CLOCK_HOST_REALTIME, .clock_from = 2303,
		.note = "a stamp does not say whose of a burst it is: not used to receive; read_clock "
			"gives the host's CLOCK_REALTIME before 26.03",
		.source = SRC_2411 "/igc, DPDK commit f2930bafb2"},
	{"net_e1000_igb", SLEEPS, .rx = TW_RX_PTP_LATCH, .registers = 1, TIMESYNC, .tx = REBUILD,
		.launch_time = true, .launch_from = 2403, .clock = TW_CLOCK_NIC, .clock_from = 2403,
		.note = "L2 PTP only; launch time on the I210",
		.source = SEEN "/e1000, DPDK 24.03 drivers/net/e1000"},
	{"net_e1000_igb_vf", .note = "no timesync functions", .source = SEEN "/e1000"},
	{"net_e1000_em", SLEEPS, .note = "no timesync functions", .source = SRC_2211 "/e1000"},
	{"net_ixgbe", SLEEPS, .rx = TW_RX_PTP_LATCH, .registers = 1, TIMESYNC, .tx = REBUILD,
		.note = "L2 PTP as the driver sets it", .source = SRC_2211 "/ixgbe"},
	{"net_i40e", .interrupts = TW_INTERRUPTS_UNUSED,
		.no_interrupts = "while they are off single packets are written back late (no WB_ON_ITR)",
		.rx = TW_RX_PTP_LATCH, .registers = 4, TIMESYNC, .tx = REBUILD,
		.note = "PTP over L2 and UDP", .source = SRC_2211 "/i40e"},
	{"net_txgbe", SLEEPS, .rx = TW_RX_PTP_LATCH, .registers = 1, TIMESYNC, .tx = REBUILD, .note = "",
		.source = SRC_2211 "/txgbe"},
	{"net_ngbe", .rx = TW_RX_PTP_LATCH, .registers = 1, TIMESYNC, .tx = REBUILD, .note = "",
		.source = SRC_2211 "/ngbe"},
	{"net_bnxt", SLEEPS, .rx = TW_RX_ALL, TIMESYNC, .tx = TW_TX_ONE,
		.note = "every packet on P5 parts with ptp_all_rx_tstamp=1, else PTP packets; 22.11 has "
			"the receive half only with RTE_LIBRTE_IEEE1588; the driver completes 48 bits",
		.source = SRC_2211 "/bnxt, " SRC_2411 "/bnxt"},
	{"net_hns3", SLEEPS, .rx = TW_RX_PTP_LATCH, .registers = 1, TIMESYNC, .tx = TW_TX_ONE,
		.note = "PTP packet types", .source = SRC_2211 "/hns3"},
	{"net_cn9k", SLEEPS, .rx = TW_RX_ALL, TIMESYNC, .tx = TW_TX_ONE, .clock = TW_CLOCK_NIC, .note = "",
		.source = SRC_2211 "/cnxk"},
	{"net_cn10k", SLEEPS, .rx = TW_RX_ALL, TIMESYNC, .tx = TW_TX_ONE, .clock = TW_CLOCK_NIC, .note = "",
		.source = SRC_2211 "/cnxk"},
	{"net_dpaa2", .rx = TW_RX_ALL, TIMESYNC, .tx = REBUILD, .note = "",
		.source = SRC_2211 "/dpaa2"},
	{"net_axgbe", .rx = TW_RX_PTP_LATCH, .registers = 1, TIMESYNC, .tx = TW_TX_ONE, .note = "",
		.source = SRC_2211 "/axgbe"},
	{"net_nfb", .rx = TW_RX_ALL, .unit = TW_UNIT_NS,
		.note = "no function reads the clock of the stamps", .source = SRC_2211 "/nfb"},
	{"net_ark", .rx = TW_RX_ALL, .unit = TW_UNIT_NS,
		.note = "no function reads the clock of the stamps", .source = SRC_2211 "/ark"},
	{"net_ena", SLEEPS, .rx = TW_RX_ALL, .rx_from = 2511, .unit = TW_UNIT_NS,
		.note = "no function reads the clock of the stamps",
		.source = "DPDK 25.11 doc/guides/nics/features/ena.ini"},
	{"net_gve", .rx = TW_RX_ALL, .rx_from = 2607, .unit = TW_UNIT_NS, .clock = TW_CLOCK_NIC,
		.clock_from = 2607, .stamps_by = TW_STAMPS_BY_READ_CLOCK, .note = "DQO queues",
		.source = "DPDK 26.07 doc/guides/nics/features/gve.ini"},
	{"net_af_packet", .rx = TW_RX_SOFTWARE, .rx_from = 2411, .unit = TW_UNIT_NS,
		.note = "the kernel's stamps, CLOCK_REALTIME, are read from the ring itself",
		.source = "DPDK commit be10211cbe"},
	{"net_af_xdp", .note = "no XDP hints in the driver; our program stamps by CLOCK_MONOTONIC",
		.source = SRC_2411 "/af_xdp"},
	{"net_pcap", .rx = TW_RX_SOFTWARE, .unit = TW_UNIT_US,
		.note = "stamps of the file or the capture, without a capability bit; ns from 26.07 on",
		.source = SRC_2211 "/pcap, DPDK commit 32fd14bf07"},
	{"net_virtio", SLEEPS, .note = "", .source = SRC_2411 "/virtio"},
	{"net_virtio_user", SLEEPS, .note = "", .source = SRC_2411 "/virtio"},
	{"net_vhost", .interrupts = TW_INTERRUPTS_UNUSED,
		.no_interrupts = "their descriptors come and go with the peer",
		.note = "", .source = SRC_2411 "/vhost"},
	{"net_vmxnet3", SLEEPS, .note = "", .source = SRC_2411 "/vmxnet3"},
	{"net_netvsc", .note = "", .source = SRC_2411 "/netvsc"},
	{"net_memif", .note = "", .source = SRC_2411 "/memif"},
	{"net_tap", SLEEPS, .note = "", .source = SRC_2411 "/tap"},
	{"net_ring", .note = "", .source = SRC_2411 "/ring"},
	{"net_null", .note = "", .source = SRC_2411 "/null"},
};
/* clang-format on */

const struct tw_pmd *tw_pmd_find(const char *driver)
{
	for (size_t i = 0; i < sizeof(pmds) / sizeof(pmds[0]); i++) {
		if (strcmp(pmds[i].driver, driver) == 0)
			return &pmds[i];
	}
	return NULL;
}

unsigned int tw_pmd_version(void)
{
	return RTE_VER_YEAR * 100 + RTE_VER_MONTH;
}

struct tw_pmd tw_pmd_as_of(const struct tw_pmd *p, unsigned int version)
{
	struct tw_pmd now = *p;

	if (p->rx_from > version)
		now.rx = TW_RX_NONE;
	if (p->tx_from > version)
		now.tx = TW_TX_NONE;
	if (p->launch_from > version)
		now.launch_time = false;
	if (p->clock_from > version)
		now.clock = TW_CLOCK_NONE;
	return now;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_port_caps.h"

#include <stdio.h>
#include <string.h>

#define SRC_2211 "DPDK 22.11 drivers/net"
#define SRC_2411 "DPDK 24.11 drivers/net"
#define IEEE1588 "stamps are compiled out of distribution builds (RTE_LIBRTE_IEEE1588)"

static const struct tw_pmd pmds[] = {
	{"mlx5_pci", TW_RX_ALL, TW_TX_NONE, true, TW_CLOCK_NIC,
		"free-running ticks unless the firmware has REAL_TIME_CLOCK_ENABLE=1; launch time "
		"from ConnectX-6 Dx (tx_pp=) and ConnectX-7 on",
		SRC_2411 "/mlx5"},
	{"net_ice", TW_RX_ALL, TW_TX_ONE, false, TW_CLOCK_NONE,
		"stamps turn vector receive off; physical functions only; from 25.07 on read_clock "
		"gives the host's CLOCK_MONOTONIC_RAW",
		SRC_2411 "/ice; commits of 25.07"},
	{"net_iavf", TW_RX_ALL, TW_TX_NONE, false, TW_CLOCK_NONE,
		"if the physical function grants it", SRC_2211 "/iavf"},
	{"net_igc", TW_RX_LAST, TW_TX_ONE, true, TW_CLOCK_HOST_REALTIME,
		"timesync from 23.03 on; read_clock gives the host's CLOCK_REALTIME before 26.03",
		SRC_2411 "/igc"},
	{"net_e1000_igb", TW_RX_PTP_LATCH, TW_TX_REBUILD, false, TW_CLOCK_NONE,
		"one receive register, L2 PTP only; " IEEE1588, SRC_2211 "/e1000"},
	{"net_e1000_em", TW_RX_NONE, TW_TX_NONE, false, TW_CLOCK_NONE, "no timesync functions",
		SRC_2211 "/e1000"},
	{"net_ixgbe", TW_RX_PTP_LATCH, TW_TX_REBUILD, false, TW_CLOCK_NONE,
		"one receive register, L2 PTP as the driver sets it; " IEEE1588, SRC_2211 "/ixgbe"},
	{"net_i40e", TW_RX_PTP_LATCH, TW_TX_REBUILD, false, TW_CLOCK_NONE,
		"four receive registers, PTP over L2 and UDP; " IEEE1588, SRC_2211 "/i40e"},
	{"net_txgbe", TW_RX_PTP_LATCH, TW_TX_REBUILD, false, TW_CLOCK_NONE, IEEE1588,
		SRC_2211 "/txgbe"},
	{"net_ngbe", TW_RX_PTP_LATCH, TW_TX_REBUILD, false, TW_CLOCK_NONE, IEEE1588,
		SRC_2211 "/ngbe"},
	{"net_bnxt", TW_RX_ALL, TW_TX_ONE, false, TW_CLOCK_NONE,
		"all packets on P5 parts with ptp_all_rx_tstamp=1", SRC_2411 "/bnxt"},
	{"net_hns3", TW_RX_PTP_LATCH, TW_TX_ONE, false, TW_CLOCK_NONE, "PTP packet types",
		SRC_2411 "/hns3"},
	{"net_cn9k", TW_RX_ALL, TW_TX_ONE, false, TW_CLOCK_NIC, "", SRC_2211 "/cnxk"},
	{"net_cn10k", TW_RX_ALL, TW_TX_ONE, false, TW_CLOCK_NIC, "", SRC_2211 "/cnxk"},
	{"net_dpaa2", TW_RX_ALL, TW_TX_REBUILD, false, TW_CLOCK_NONE, IEEE1588, SRC_2211 "/dpaa2"},
	{"net_axgbe", TW_RX_PTP_LATCH, TW_TX_ONE, false, TW_CLOCK_NONE, "", SRC_2211 "/axgbe"},
	{"net_nfb", TW_RX_ALL, TW_TX_NONE, false, TW_CLOCK_NONE, "", SRC_2211 "/nfb"},
	{"net_ark", TW_RX_ALL, TW_TX_NONE, false, TW_CLOCK_NONE, "", SRC_2211 "/ark"},
	{"net_ena", TW_RX_NONE, TW_TX_NONE, false, TW_CLOCK_NONE, "receive stamps from 25.11 on",
		"DPDK 25.11 features"},
	{"net_gve", TW_RX_NONE, TW_TX_NONE, false, TW_CLOCK_NONE, "receive stamps from 26.07 on",
		"DPDK 26.07 features"},
	{"net_af_packet", TW_RX_NONE, TW_TX_NONE, false, TW_CLOCK_NONE,
		"the kernel's receive stamps reach the mbuf from 24.11 on",
		"DPDK commit be10211cbe"},
	{"net_af_xdp", TW_RX_NONE, TW_TX_NONE, false, TW_CLOCK_NONE, "no XDP hints in the driver",
		SRC_2411 "/af_xdp"},
	{"net_pcap", TW_RX_SOFTWARE, TW_TX_NONE, false, TW_CLOCK_NONE,
		"stamps of the file in microseconds, without a capability bit", SRC_2211 "/pcap"},
	{"net_virtio", TW_RX_NONE, TW_TX_NONE, false, TW_CLOCK_NONE, "", SRC_2411 "/virtio"},
	{"net_virtio_user", TW_RX_NONE, TW_TX_NONE, false, TW_CLOCK_NONE, "", SRC_2411 "/virtio"},
	{"net_vhost", TW_RX_NONE, TW_TX_NONE, false, TW_CLOCK_NONE, "", SRC_2411 "/vhost"},
	{"net_vmxnet3", TW_RX_NONE, TW_TX_NONE, false, TW_CLOCK_NONE, "", SRC_2411 "/vmxnet3"},
	{"net_netvsc", TW_RX_NONE, TW_TX_NONE, false, TW_CLOCK_NONE, "", SRC_2411 "/netvsc"},
	{"net_memif", TW_RX_NONE, TW_TX_NONE, false, TW_CLOCK_NONE, "", SRC_2411 "/memif"},
	{"net_tap", TW_RX_NONE, TW_TX_NONE, false, TW_CLOCK_NONE, "", SRC_2411 "/tap"},
	{"net_ring", TW_RX_NONE, TW_TX_NONE, false, TW_CLOCK_NONE, "", SRC_2411 "/ring"},
	{"net_null", TW_RX_NONE, TW_TX_NONE, false, TW_CLOCK_NONE, "", SRC_2411 "/null"},
};

const struct tw_pmd *tw_pmd_find(const char *driver)
{
	for (size_t i = 0; i < sizeof(pmds) / sizeof(pmds[0]); i++) {
		if (strcmp(pmds[i].driver, driver) == 0)
			return &pmds[i];
	}
	return NULL;
}

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

char *tw_port_stamps_text(const struct tw_port *port, char *buf, size_t cap)
{
	const struct tw_pmd *pmd = tw_pmd_find(port->driver);
	const char *rx = port->rx_timestamp ? "every packet" : "software";

	snprintf(buf, cap, "receive: %s; send: %s%s%s%s", rx,
		port->launch_time ? "launch time"
		: port->timesync  ? "sampled, to be proven"
				  : "software",
		pmd && *pmd->note ? " (" : "", pmd ? pmd->note : "", pmd && *pmd->note ? ")" : "");
	return buf;
}

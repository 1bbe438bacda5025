/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-3-Clause) */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_PACKET_CONFIG_H
#define TW_PACKET_CONFIG_H

/* What drivers-config/tc/twamp_packet.c is told by its loader before the kernel sees it. */

#include <linux/types.h>

#define TW_PACKET_ADDRS 32

/* What the table of ports says of one. */
#define TW_PACKET_OURS 1  /* the packet sockets get it */
#define TW_PACKET_HELD4 2 /* ... and over IPv4 nobody else does */
#define TW_PACKET_HELD6 4 /* ... over IPv6 */

struct tw_packet_config {
	__u32 max_frame; /* octets, without tags that the kernel took out */
	/* Addresses of ours, whose test packets the kernel need not see. */
	__u32 n4, n6;
	__be32 ip4[TW_PACKET_ADDRS];
	__be32 ip6[TW_PACKET_ADDRS][4];
};

#endif

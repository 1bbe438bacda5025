/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-3-Clause) */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TWAMP_BPF_H
#define TWAMP_BPF_H

/* What the BPF programs know of packets in common. */

#include <linux/types.h>

#define MAX_EXT_HEADERS 8
#define IP_FRAGMENT 0x3fff /* more fragments, or an offset */

/* What hop-by-hop options, routing and destination options have in common (RFC 8200, 4.2). */
struct ext_header {
	__u8 next;
	__u8 len; /* in 8 octets, the first 8 not counted */
};

#endif

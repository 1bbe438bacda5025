/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef NET_FRAMES_H
#define NET_FRAMES_H

/*
 * Frames made by Scapy 2.5, an independent encoder: 02:00:00:00:00:01 to :02, 192.0.2.1 or
 * 2001:db8::1 to ::2, UDP 20000 to 862, payload 00 01 02 ...; all checksums right.
 */

#define PAYLOAD_44                                                                                 \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"                         \
	"202122232425262728292a2b"

/* TOS 0xb8, TTL 255, id 0, DF; 44 octets of payload */
#define FRAME_V4                                                                                   \
	"0200000000020200000000010800"                                                             \
	"45b8004800004000ff11f6e8c0000201c00002024e20035e00345a1e" PAYLOAD_44
/* 802.1Q id 100 priority 5, TOS 0xb8, TTL 64, id 0x1234, no DF; 44 octets */
#define FRAME_V4_VLAN                                                                              \
	"0200000000020200000000018100a0640800"                                                     \
	"45b80048123400004011e3b5c0000201c00002024e20035e00345a1e" PAYLOAD_44
/* 802.1ad id 200 priority 3, 802.1Q id 100 priority 5, TOS 0, TTL 255, id 0, DF; 21 octets */
#define FRAME_V4_QINQ                                                                              \
	"02000000000202000000000188a860c88100a0640800"                                             \
	"4500003100004000ff11f7b7c0000201c0000202"                                                 \
	"4e20035e001dbbcd000102030405060708090a0b0c0d0e0f1011121314"
/* record route and end of options (12 octets), TTL 9, id 7; 14 octets */
#define FRAME_V4_OPTIONS                                                                           \
	"0200000000020200000000010800"                                                             \
	"480000360007000009111fa2c0000201c0000202070b04000000000000000000"                         \
	"4e20035e0016000f000102030405060708090a0b0c0d"
/* traffic class 0xba, flow label 0xabcde, hop limit 255; 44 octets */
#define FRAME_V6                                                                                   \
	"02000000000202000000000186dd6baabcde003411ff"                                             \
	"20010db800000000000000000000000120010db8000000000000000000000002"                         \
	"4e20035e003482ad" PAYLOAD_44
/* 802.1Q id 4094, hop limit 1; 15 octets */
#define FRAME_V6_VLAN                                                                              \
	"02000000000202000000000181000ffe86dd6000000000171101"                                     \
	"20010db800000000000000000000000120010db8000000000000000000000002"                         \
	"4e20035e00171a9c000102030405060708090a0b0c0d0e"
/* hop-by-hop, destination, routing with no segments left, atomic fragment, destination options;
 * hop limit 64; 44 octets */
#define FRAME_V6_CHAIN                                                                             \
	"02000000000202000000000186dd6000000000740040"                                             \
	"20010db800000000000000000000000120010db8000000000000000000000002"                         \
	"3c000502000001002b000104000000002c02000000000000"                                         \
	"20010db80000000000000000000000093c00000000000005"                                         \
	"1101010c0000000000000000000000004e20035e003482ad" PAYLOAD_44

#endif

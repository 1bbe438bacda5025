/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TLV_SCENE_H
#define TLV_SCENE_H

/*
 * One octet says what a reflector may do and what it knows of a request: for the fuzz target, and
 * for the comparison with the oracle in tests/functional, which has the same table.
 */

#include "tw_tlv_reflect.h"

enum {
	SCENE_AUTHENTICATED = 1,
	SCENE_HMAC_GOOD = 2, /* as if the burst had said so: behind it lies the rest of the code */
	SCENE_SEQUENCE_ROSE = 4,
	SCENE_ALLOW_RETURN = 8,
	SCENE_ALLOW_ASYMMETRIC = 16,
	SCENE_MICRO_SESSION = 32,
	SCENE_IPV6 = 64,
	SCENE_NARROW = 128, /* the way back takes little, and Lengths are judged leniently */
};

#define SCENE_ROOM 2048
#define SCENE_MAX_PACKETS 8
#define SCENE_MAX_OCTETS 16384
#define SCENE_MAX_RATE 1250000

static const struct tw_addr scene_own[] = {
	{4, {192, 0, 2, 2}},
	{6, {0x20, 1, 0xd, 0xb8, [15] = 2}},
};
static const struct tw_mac scene_own_mac = {{2, 0, 0x5e, 0x10, 0, 2}};
static const struct tw_prefix scene_return[] = {
	{{4, {198, 51, 100, 0}}, 24},
	{{6, {0x20, 1, 0xd, 0xb8}}, 32},
};
static const struct tw_tlv_asymmetry scene_asymmetric[] = {
	{{{4, {0}}, 0}, SCENE_MAX_PACKETS, SCENE_MAX_OCTETS, SCENE_MAX_RATE},
	{{{6, {0}}, 0}, SCENE_MAX_PACKETS, SCENE_MAX_OCTETS, SCENE_MAX_RATE},
};

static inline struct tw_tlv_policy scene_policy(uint8_t bits)
{
	return (struct tw_tlv_policy){
		.disclose_location = !(bits & SCENE_NARROW),
		.lenient_control = bits & SCENE_NARROW,
		.allowed_dscp = 0xffff,
		.allow_return = scene_return,
		.n_allow_return = bits & SCENE_ALLOW_RETURN ? 2 : 0,
		.allow_asymmetric = scene_asymmetric,
		.n_allow_asymmetric = bits & SCENE_ALLOW_ASYMMETRIC ? 2 : 0,
		.own_addr = scene_own,
		.n_own_addr = 2,
		.own_mac = &scene_own_mac,
		.n_own_mac = 1,
		.micro_session_id = bits & SCENE_MICRO_SESSION ? 7 : 0,
		.sync_source = TW_SYNC_NTP,
		.t2_method = TW_METHOD_SOFTWARE,
		.t3_method = TW_METHOD_HARDWARE,
	};
}

static inline struct tw_tlv_request scene_request(uint8_t bits)
{
	struct tw_tlv_request r = {
		.src = {4, {192, 0, 2, 1}},
		.dst = scene_own[0],
		.src_port = 20000,
		.dst_port = 862,
		.has_src_mac = bits & SCENE_SEQUENCE_ROSE,
		.src_mac = {{2, 0, 0x5e, 0x10, 0, 1}},
		.dscp = 46,
		.ecn = 2,
		.authenticated = bits & SCENE_AUTHENTICATED,
		.sequence_rose = bits & SCENE_SEQUENCE_ROSE,
		.max_payload = bits & SCENE_NARROW ? 202 : 1472,
		.rx_count = 2,
		.tx_count = 1,
		.last_reply = {1, 2, TW_METHOD_SOFTWARE},
		.check = bits & SCENE_HMAC_GOOD ? TW_TLV_CHECK_GOOD : TW_TLV_CHECK_HERE,
	};

	if (bits & SCENE_IPV6) {
		r.src = (struct tw_addr){6, {0x20, 1, 0xd, 0xb8, [15] = 1}};
		r.dst = scene_own[1];
	}
	return r;
}

static inline size_t scene_base(uint8_t bits)
{
	return bits & SCENE_AUTHENTICATED ? 112 : 44;
}

#endif

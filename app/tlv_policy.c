/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tlv_policy.h"

void tw_tlv_rules_make(const struct tw_options *o, struct tw_tlv_rules *ret)
{
	ret->policy = (struct tw_tlv_policy){
		.disclose_location = true,
		.allowed_dscp = UINT64_MAX,
		.micro_session_id = o->micro_session,
		.allow_return = o->allow_return,
		.n_allow_return = o->n_allow_return,
		.allow_asymmetric = ret->asymmetric,
		.n_allow_asymmetric = o->n_allow_asymmetric,
	};
	for (uint32_t i = 0; i < o->n_allow_asymmetric; i++)
		ret->asymmetric[i] = (struct tw_tlv_asymmetry){
			.prefix = o->allow_asymmetric[i],
			.max_packets = TW_TLV_ASYMMETRY_PACKETS,
			.max_octets = TW_TLV_ASYMMETRY_OCTETS,
			.max_octets_per_sec = TW_TLV_ASYMMETRY_OCTETS_PER_SEC,
		};
}

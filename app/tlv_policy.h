/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TLV_POLICY_H
#define TLV_POLICY_H

/* What STAMP TLVs may ask of a reflector, from the options. */

#include "options.h"
#include "tw_tlv_reflect.h"

struct tw_tlv_rules {
	struct tw_tlv_policy policy; /* points into this struct and into the options */
	struct tw_tlv_asymmetry asymmetric[TW_OPT_PREFIXES];
};

/* What the port and its clock are is filled in by the reflector itself. */
void tw_tlv_rules_make(const struct tw_options *o, struct tw_tlv_rules *ret);

#endif

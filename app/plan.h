/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef PLAN_H
#define PLAN_H

/* From what the user asked for to what a sender's worker does: sizes, rates, streams. */

#include "options.h"
#include "tw_session.h"
#include "tw_sizes.h"
#include "tw_tlv_spec.h"

/* What is known of the link and the peer when a plan is made. */
struct tw_plan_link {
	struct tw_addr local;
	struct tw_endpoint remote;
	const uint16_t *ports; /* one local port per stream */
	struct tw_mac local_mac;
	struct tw_mac next_hop_mac;
	uint16_t mtu; /* IP octets */
};

struct tw_plan {
	struct tw_sender_config sender;
	struct tw_payloads payloads;
	struct tw_stream_config *streams;
	struct tw_tlv_template *tlv; /* NULL: none */
	double offered_pps;          /* 0 = as fast as possible */
};

/*
 * Returns 0 or a negative errno with one sentence in err. Free with tw_plan_fini().
 */
int tw_plan_make(const struct tw_options *o, const struct tw_plan_link *link, struct tw_err *err,
	struct tw_plan *ret);
void tw_plan_fini(struct tw_plan *p);

/* --auth: give every stream its key. Nothing without --auth. */
int tw_plan_protect(struct tw_plan *p, const struct tw_keyring *keys, const struct tw_options *o,
	struct tw_err *err);

/* Octets of the largest frame that the options lead to, without FCS, before a link is known. */
int tw_plan_largest(
	const struct tw_options *o, uint8_t family, struct tw_err *err, uint32_t *ret_octets);

#endif

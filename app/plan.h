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

/* What streams of one kind have in common. */
struct tw_plan_part {
	struct tw_sizes_shape shape;
	struct tw_payloads payloads;
	struct tw_tlv_template *tlv; /* NULL: none */
	/* packets per second over its streams; 0 / 0 = as fast as possible */
	uint64_t pps_num, pps_den;
	double offered_pps;
};

struct tw_plan {
	struct tw_sender_config sender;
	struct tw_stream_config *streams;
	struct tw_stream_schedule *schedules; /* by stream; NULL = all share one */
	uint32_t n_parts;
	struct tw_plan_part *parts;
	double offered_pps; /* 0 = as fast as possible */
};

/*
 * Returns 0 or a negative errno with one sentence in err. Free with tw_plan_fini().
 */
int tw_plan_make(const struct tw_options *o, const struct tw_plan_link *link, struct tw_err *err,
	struct tw_plan *ret);
void tw_plan_fini(struct tw_plan *p);

/* Sizes, TLVs and rate that the options lead to over a link of that MTU. */
int tw_plan_part_make(const struct tw_options *o, uint8_t family, uint16_t mtu, struct tw_err *err,
	struct tw_plan_part *ret);

/* What the options and the part say of a stream; its ends are the caller's. */
void tw_plan_stream(
	const struct tw_options *o, const struct tw_plan_part *part, struct tw_stream_config *ret);

/* What the options say of the run as a whole. */
void tw_plan_run(const struct tw_options *o, struct tw_plan *p);

/* Octets of the largest frame that the options lead to, without FCS, before a link is known. */
int tw_plan_largest(
	const struct tw_options *o, uint8_t family, struct tw_err *err, uint32_t *ret_octets);

#endif

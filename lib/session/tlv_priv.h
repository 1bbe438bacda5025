/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TLV_PRIV_H
#define TLV_PRIV_H

/* What the answers to single TLVs share while one request is worked on. */

#include "tw_tlv_reflect.h"

/* What an answer says of its TLV; the engine sets the flags. */
enum tlv_verdict {
	TLV_ANSWERED,
	TLV_UNUSED, /* U: not used, whatever the reason */
	TLV_MALFORMED,
	TLV_DROP, /* the request is not answered at all; tlv_work.out->reason is set */
};

/* One request. */
struct tlv_work {
	const struct tw_tlv_policy *policy;
	const struct tw_tlv_request *req;
	struct tw_tlv_reflection *out;
	uint8_t *pkt;
	size_t base;
	uint32_t seen;  /* bit n: a TLV of type n was there */
	bool malformed; /* the walk ended at a malformed TLV */
	bool no_reply;  /* Return Path wants none */
	uint32_t return_at;
	uint32_t control_at; /* a Reflected Test Packet Control to act upon; 0 = none */
	const struct tw_tlv_asymmetry *limit;
};

static inline void tlv_flag(struct tlv_work *w, size_t at, uint8_t flags)
{
	w->pkt[at] = flags;
	w->out->flags |= flags;
}

/* Is this a valid Length for a sub-TLV? True for types that are not known. */
typedef bool tlv_sub_length_ok(uint8_t type, uint16_t len);

/* Are the sub-TLVs in [from, end) well formed? The one that is not gets the M flag. */
bool tlv_subs_ok(struct tlv_work *w, size_t from, size_t end, tlv_sub_length_ok *ok);

enum tlv_verdict tlv_answer_location(struct tlv_work *w, uint8_t *v, uint16_t len);
enum tlv_verdict tlv_answer_return_path(struct tlv_work *w, uint8_t *v, uint16_t len);
enum tlv_verdict tlv_answer_control(struct tlv_work *w, uint8_t *v, uint16_t len);

/* Make the reply as long, and the replies as many, as an answered control asks. */
void tlv_finish_control(struct tlv_work *w, size_t len, size_t room);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_tlv_result.h"

#include <math.h>

/* Everything that counts, once for sums and once for differences. */
#define COUNTS(X)                                                                                  \
	X(replies)                                                                                 \
	X(plain)                                                                                   \
	X(integrity_failed)                                                                        \
	X(bad_hmac)                                                                                \
	X(verified)                                                                                \
	X(cut_off)                                                                                 \
	X(unexpected)                                                                              \
	X(location.changes)                                                                        \
	X(timestamps.changes)                                                                      \
	X(cos.refused)                                                                             \
	X(direct.intervals)                                                                        \
	X(direct.sent)                                                                             \
	X(direct.received_there)                                                                   \
	X(direct.sent_there)                                                                       \
	X(direct.received_here)                                                                    \
	X(access.echoed)                                                                           \
	X(follow_up.empty)                                                                         \
	X(follow_up.unmatched)                                                                     \
	X(follow_up.method[0])                                                                     \
	X(follow_up.method[1])                                                                     \
	X(follow_up.method[2])                                                                     \
	X(follow_up.method[3])                                                                     \
	X(micro.mismatched)                                                                        \
	X(control.conforming)                                                                      \
	X(control.limited_length)                                                                  \
	X(control.limited_volume)

#define TALLY_COUNTS(X)                                                                            \
	X(answered)                                                                                \
	X(unrecognized)                                                                            \
	X(malformed)                                                                               \
	X(missing)

static void merge_tally(struct tw_tlv_tally *dst, const struct tw_tlv_tally *src)
{
	if (!dst->name)
		dst->name = src->name;
	dst->asked |= src->asked;
#define X(f) dst->f += src->f;
	TALLY_COUNTS(X)
#undef X
}

/* What was told last: the first one that knows speaks, another word counts as a change. */
static void merge_told(struct tw_tlv_result *dst, const struct tw_tlv_result *src)
{
	uint64_t location = dst->location.changes;
	uint64_t timestamps = dst->timestamps.changes;
	uint64_t mismatched = dst->micro.mismatched;

	if (!dst->location.known) {
		dst->location = src->location;
		dst->location.changes = location;
	}
	if (!dst->timestamps.known) {
		dst->timestamps = src->timestamps;
		dst->timestamps.changes = timestamps;
	}
	if (!dst->micro.known) {
		dst->micro = src->micro;
		dst->micro.mismatched = mismatched;
	}
	if (!dst->cos.known) {
		dst->cos.known = src->cos.known;
		dst->cos.asked = src->cos.asked;
	}
	if (dst->access.id == 0) {
		dst->access.id = src->access.id;
		dst->access.code = src->access.code;
	}
}

void tw_tlv_result_merge(struct tw_tlv_result *dst, const struct tw_tlv_result *src)
{
	dst->asked |= src->asked;
	merge_told(dst, src);
#define X(f) dst->f += src->f;
	COUNTS(X)
#undef X
	for (int i = 0; i < TW_TLV_TALLIES; i++)
		merge_tally(&dst->tally[i], &src->tally[i]);
	tw_range_merge(&dst->cos.dscp_there, &src->cos.dscp_there);
	tw_range_merge(&dst->cos.ecn_there, &src->cos.ecn_there);
	tw_range_merge(&dst->cos.dscp_here, &src->cos.dscp_here);
	tw_range_merge(&dst->cos.ecn_here, &src->cos.ecn_here);
	tw_moments_merge(&dst->follow_up.egress, &src->follow_up.egress);
	tw_moments_merge(&dst->follow_up.inbound, &src->follow_up.inbound);
}

/* The squares of before, relative to the first value of now. */
static double sumsq_about(const struct tw_moments *m, int64_t ref)
{
	struct tw_moments at = {.count = 1, .ref = ref, .min = ref, .max = ref, .sum = ref};

	tw_moments_merge(&at, m);
	return at.sumsq;
}

static void moments_diff(struct tw_moments *dst, const struct tw_moments *before)
{
	if (before->count == 0)
		return;
	dst->count -= before->count;
	dst->sum -= before->sum;
	dst->sumsq = fmax(0, dst->sumsq - sumsq_about(before, dst->ref));
}

void tw_tlv_result_diff(struct tw_tlv_result *dst, const struct tw_tlv_result *now,
	const struct tw_tlv_result *before)
{
	*dst = *now;
#define X(f) dst->f -= before->f;
	COUNTS(X)
#undef X
	for (int i = 0; i < TW_TLV_TALLIES; i++) {
#define X(f) dst->tally[i].f -= before->tally[i].f;
		TALLY_COUNTS(X)
#undef X
	}
	moments_diff(&dst->follow_up.egress, &before->follow_up.egress);
	moments_diff(&dst->follow_up.inbound, &before->follow_up.inbound);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_stamping.h"

const char *tw_stamp_note_text(enum tw_stamp_note n)
{
	static const char *const text[] = {
#define X(sym, name, words) [TW_STAMP_NOTE_##sym] = words,
		TW_STAMP_NOTES(X)
#undef X
	};

	return text[n];
}

void tw_stamping_merge(struct tw_stamping *dst, const struct tw_stamping *src)
{
	dst->nic |= src->nic;
	for (unsigned int i = 0; i < 4; i++) {
		dst->hardware[i] += src->hardware[i];
		dst->kernel[i] += src->kernel[i];
		dst->software[i] += src->software[i];
	}
	dst->refused += src->refused;
	dst->asked += src->asked;
	dst->missed += src->missed;
	tw_series_merge(&dst->to_wire, &src->to_wire);
	if (src->error.v > dst->error.v)
		dst->error = src->error;
	dst->notes |= src->notes;
}

/* Counters that start anew read as zero, not as 2^64. */
static uint64_t beyond(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

void tw_stamping_diff(
	struct tw_stamping *dst, const struct tw_stamping *now, const struct tw_stamping *before)
{
	dst->nic = now->nic;
	for (unsigned int i = 0; i < 4; i++) {
		dst->hardware[i] = beyond(now->hardware[i], before->hardware[i]);
		dst->kernel[i] = beyond(now->kernel[i], before->kernel[i]);
		dst->software[i] = beyond(now->software[i], before->software[i]);
	}
	dst->refused = beyond(now->refused, before->refused);
	dst->asked = beyond(now->asked, before->asked);
	dst->missed = beyond(now->missed, before->missed);
	tw_series_diff(&dst->to_wire, &now->to_wire, &before->to_wire);
	dst->error = now->error;
	dst->notes = now->notes;
}

enum tw_stamp_source tw_stamping_source(
	const struct tw_stamping *s, unsigned int i, enum tw_stamp_source by)
{
	if (s->software[i] || (s->hardware[i] && s->kernel[i]))
		return TW_STAMP_SOFTWARE;
	return s->hardware[i] ? by : s->kernel[i] ? TW_STAMP_KERNEL : TW_STAMP_SOFTWARE;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_counters.h"

static const struct {
	const char *name;
	const char *help;
} reasons[] = {
#define X(sym, name, help) [TW_DISCARD_##sym] = {#name, help},
	TW_DISCARD_REASONS(X)
#undef X
};

const char *tw_discard_name(enum tw_discard r)
{
	return r < TW_DISCARD_MAX ? reasons[r].name : "unknown";
}

const char *tw_discard_help(enum tw_discard r)
{
	return r < TW_DISCARD_MAX ? reasons[r].help : "";
}

static void add_all(uint64_t *dst, const uint64_t *src, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		dst[i] += src[i];
}

void tw_reflector_counters_merge(
	struct tw_reflector_counters *dst, const struct tw_reflector_counters *src)
{
	/* A worker that reflected nothing has seen no TTL. */
	if (src->ttl_max) {
		if (dst->ttl_max == 0 || src->ttl_min < dst->ttl_min)
			dst->ttl_min = src->ttl_min;
		if (src->ttl_max > dst->ttl_max)
			dst->ttl_max = src->ttl_max;
	}
	dst->received += src->received;
	dst->reflected += src->reflected;
	dst->tx_failed += src->tx_failed;
	dst->repeated += src->repeated;
	dst->passed += src->passed;
	dst->octets_in += src->octets_in;
	dst->octets_out += src->octets_out;
	dst->checksum_partial += src->checksum_partial;
	dst->sessions_created += src->sessions_created;
	dst->sessions_expired += src->sessions_expired;
	dst->sessions_evicted += src->sessions_evicted;
	dst->sessions_reset += src->sessions_reset;
	dst->stateless_overflow += src->stateless_overflow;
	dst->sessions_active += src->sessions_active;
	add_all(dst->discarded, src->discarded, TW_DISCARD_MAX);
	add_all(dst->dscp, src->dscp, 64);
	add_all(dst->ecn, src->ecn, 4);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#include "tw_modes.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>

static const char *const names[] = {
#define X(sym, bit, name, ref) [bit] = name,
	TW_MODES(X)
#undef X
};

#define N_MODES (sizeof(names) / sizeof(names[0]))

bool tw_mode_is_legal(uint32_t offered, uint32_t selected)
{
	return __builtin_popcount(selected & TW_MODES_SECURITY) == 1 && !(selected & ~offered);
}

uint32_t tw_mode_select(uint32_t offered, uint32_t wanted)
{
	static const uint32_t strictest_first[] = {
		TW_MODE_ENCRYPTED, TW_MODE_AUTHENTICATED, TW_MODE_MIXED, TW_MODE_UNAUTHENTICATED};
	uint32_t common = offered & wanted;

	for (size_t i = 0; i < sizeof(strictest_first) / sizeof(strictest_first[0]); i++) {
		if (common & strictest_first[i])
			return strictest_first[i] | (common & ~TW_MODES_SECURITY);
	}
	return 0;
}

const char *tw_mode_name(uint32_t bit)
{
	if (__builtin_popcount(bit) != 1 || (size_t)__builtin_ctz(bit) >= N_MODES)
		return NULL;
	return names[__builtin_ctz(bit)];
}

int tw_mode_parse(const char *name, uint32_t *ret)
{
	for (size_t i = 0; i < N_MODES; i++) {
		if (strcasecmp(name, names[i]) == 0) {
			*ret = (uint32_t)1 << i;
			return 0;
		}
	}
	return -EINVAL;
}

char *tw_modes_format(uint32_t modes, char *buf, size_t len)
{
	uint32_t unknown = modes & ~(((uint32_t)1 << N_MODES) - 1);
	size_t at = 0;

	snprintf(buf, len, "%s", modes ? "" : "none");
	for (size_t i = 0; i < N_MODES && at < len; i++) {
		if (modes & (uint32_t)1 << i)
			at += (size_t)snprintf(buf + at, len - at, "%s%s", at ? "+" : "", names[i]);
	}
	if (unknown && at < len)
		snprintf(buf + at, len - at, "%s0x%x", at ? "+" : "", unknown);
	return buf;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_WIDE_H
#define TW_WIDE_H

#include <stdbool.h>

/* Does this CPU have the wide vectors that some loops are for, and were these compiled? For files that
 * choose between loops. */
static inline bool tw_cpu_is_wide(void)
{
#ifdef TW_HAVE_AVX512
	return __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
	       __builtin_cpu_supports("bmi2");
#else
	return false;
#endif
}

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/* The reflector's instances for CPUs with AVX-512 VBMI: compiled for them, chosen at start. */

#define TW_LOOP_AVX512
#include "loop_instances.h"

tw_reflector_step *tw_reflector_avx512(unsigned int flags)
{
	return instance_of(flags);
}

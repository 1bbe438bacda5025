/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TWPING_PRIV_H
#define TWPING_PRIV_H

/* Shared by the writers of twping's output. */

#include "tw_twping.h"

#define TWPING_SID 33

/* b - a in seconds. */
#define TWPING_BETWEEN(a, b) ((double)(int64_t)((b).time - (a).time) * 0x1p-32)

/* The SID as hex digits. */
char *twping_sid(const struct tw_twping_session *c, char ret[TWPING_SID]);

/* Seconds since 1970. */
double twping_unix(uint64_t ntp);

/* P95 - P50; false when too many were lost. */
bool twping_jitter(const struct tw_twping_sample *s, enum tw_twping_delay d, double *ret);

/* How many different ones; 255 and 0 when there is none. */
unsigned int twping_ttls(const uint32_t ttl[256], unsigned int *ret_min, unsigned int *ret_max);

#endif

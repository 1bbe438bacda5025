/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef COUNTERS_DOC_H
#define COUNTERS_DOC_H

#include <stdio.h>

/* docs/counters.md, from the lists in tw_counters.h. */
void tw_counters_doc(FILE *out);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_SERIES_PRIV_H
#define TW_SERIES_PRIV_H

#include "tw_series.h"

/* One way to do tw_series_record_batch(). */
struct tw_series_way {
	const char *name;
	bool (*usable)(void); /* on this CPU */
	void (*record)(struct tw_series *s, int64_t *v, unsigned int n);
};

/* From the best to the plain one, which is always usable and has no name behind it. */
extern const struct tw_series_way tw_series_ways[];

#endif

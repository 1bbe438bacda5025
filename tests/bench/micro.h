/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef MICRO_H
#define MICRO_H

/* The micro-benches: each makes its data ready once, then takes a burst of packets a call. */

#include <stdbool.h>
#include <stdint.h>

#define MICRO_BURST 32u

struct micro {
	const char *name;
	void (*init)(void);
	void (*prepare)(void);  /* what the next burst needs; not measured */
	void (*measured)(void); /* its name begins with measured_: callgrind counts nothing else */
};

void micro_must(bool ok, const char *what);

extern const struct micro micro_packet[];
extern const struct micro micro_stats[];

#endif

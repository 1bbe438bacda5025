/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef MACHINE_CHECK_H
#define MACHINE_CHECK_H

/* What a machine lacks for the devices that are to be driven: facts in, verdicts out. */

#include "tw_host.h"
#include "tw_machine.h"

#include <stdbool.h>
#include <stddef.h>

enum tw_check_state {
	TW_CHECK_OK,
	TW_CHECK_LACKING,
	TW_CHECK_NOT_NEEDED, /* for these devices; what it would be good for is said */
};

/* What the machine is to be good for. */
struct tw_check_scope {
	bool pci; /* a port that DPDK drives by itself */
	bool vfio; /* such a port that the kernel does not share (mlx5), so vfio or uio must have it */
	bool kernel;            /* an interface that stays with the kernel */
	char unbound[64];       /* a PCI port that still has to be bound, "" for none */
	char no_xdp[TW_IFNAME]; /* an interface without AF_XDP, "" for none */
	char no_xdp_why[160];
	int numa;                          /* of the port, -1: not known */
	struct tw_cpus workers;            /* named with --lcores; empty: chosen at the start */
	const struct tw_host_clock *clock; /* NULL: the kernel did not say */
};

struct tw_check_line {
	const char *name;
	enum tw_check_state state;
	char found[200];
	char advice[260]; /* one sentence what to do, or what it is for; "" when all is well */
};

#define TW_CHECK_LINES 16

/* Returns the number of lines. */
size_t tw_machine_check(const struct tw_machine *m, const struct tw_check_scope *scope,
	struct tw_check_line ret_lines[TW_CHECK_LINES]);

/* "ok", "lacking", "not needed" */
const char *tw_check_state_text(enum tw_check_state s);

#endif

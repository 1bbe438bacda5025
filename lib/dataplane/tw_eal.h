/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_EAL_H
#define TW_EAL_H

/**
 * @file
 * DPDK's environment, started once in a process: memory, worker cores, its log.
 *
 * Memory is hugepages when enough are free (`--in-memory --single-file-segments`), ordinary pages
 * otherwise (`--no-huge --no-shconf`). Both leave no file behind however the process dies; what
 * remains of a killed process is its directory with the telemetry socket, which the next start
 * removes.
 *
 * The main lcore floats over the CPUs of the process; each worker is pinned to one, and the choice
 * is held in a lock file that all instances on the host share, so that two of them do not end up on
 * one core. Where all are taken the least used one is shared and says so: such a worker must not
 * poll busily. Starting is never refused for want of a core.
 */

#include "tw_err.h"

#include <stdbool.h>
#include <stddef.h>

#define TW_EAL_WORKERS 64

struct tw_eal_config {
	/** Workers wanted; 0: one, or as many as @ref lcores names. */
	unsigned int n_workers;
	/** CPUs for the workers, "2,4-7"; NULL: chosen by affinity and locks. */
	const char *lcores;
	/** Passed through to the EAL, split as a shell would; an option in it replaces ours. */
	const char *extra;
	/** PCI addresses the EAL may touch; none: it leaves the PCI bus alone. */
	const char *const *pci;
	unsigned int n_pci;
	/** Memory in MiB, 0: 512. Without hugepages only what is used is really taken. */
	unsigned int mem_mb;
	/** CPUs of this NUMA node are preferred; -1: no preference. */
	int numa_node;
};

struct tw_eal_worker {
	unsigned int lcore; /**< DPDK's number */
	int cpu;            /**< -1: not pinned to one */
	bool shared;        /**< somebody else's worker was on that CPU at the start */
};

struct tw_eal {
	unsigned int n_workers;
	struct tw_eal_worker workers[TW_EAL_WORKERS];
	bool hugepages;
	bool telemetry;
	char prefix[64]; /**< for `dpdk-telemetry.py -f` */
};

/**
 * Start the EAL. Only the first call of a process can succeed.
 * @return 0
 * @return -EINVAL: a bad CPU list or EAL option
 * @return -EALREADY: it was started before
 * @return another negative errno of the EAL, its first error quoted
 */
int tw_eal_start(const struct tw_eal_config *cfg, struct tw_eal *ret_eal, struct tw_err *err);

/** Release everything; nothing stays on disk. Ports must be closed before. */
void tw_eal_stop(void);

/** Forget the errors logged so far, before an operation whose error is to be quoted. */
void tw_eal_clear_error(void);

/** The first error that DPDK logged since tw_eal_clear_error(), without newline; "" for none. */
const char *tw_eal_last_error(void);

#endif

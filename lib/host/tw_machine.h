/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_MACHINE_H
#define TW_MACHINE_H

/**
 * @file
 * What a machine gives to a program that wants a core and a port for itself: hugepages, vfio,
 * isolated CPUs, interrupts, clock source. Read from /proc and /sys; judged elsewhere.
 */

#include "tw_err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TW_CPUS_MAX 1024
#define TW_MACHINE_NODES 16

/** A set of CPUs. */
struct tw_cpus {
	uint64_t bits[TW_CPUS_MAX / 64];
};

/** @return 0, -EINVAL: not a list such as "0-3,8", -ERANGE: a CPU above TW_CPUS_MAX - 1 */
int tw_cpus_parse(const char *list, struct tw_cpus *ret_cpus);

/** "0-3,8", "" for none; cut where it does not fit. @return @p buf */
const char *tw_cpus_format(const struct tw_cpus *c, char *buf, size_t cap);

static inline bool tw_cpus_has(const struct tw_cpus *c, unsigned int cpu)
{
	return cpu < TW_CPUS_MAX && (c->bits[cpu / 64] >> (cpu % 64) & 1);
}

static inline bool tw_cpus_empty(const struct tw_cpus *c)
{
	uint64_t any = 0;

	for (size_t i = 0; i < TW_CPUS_MAX / 64; i++)
		any |= c->bits[i];
	return any == 0;
}

/** Those of @p a that are in @p b too. */
static inline struct tw_cpus tw_cpus_and(struct tw_cpus a, const struct tw_cpus *b)
{
	for (size_t i = 0; i < TW_CPUS_MAX / 64; i++)
		a.bits[i] &= b->bits[i];
	return a;
}

/** Those of @p a that are not in @p b. */
static inline struct tw_cpus tw_cpus_without(struct tw_cpus a, const struct tw_cpus *b)
{
	for (size_t i = 0; i < TW_CPUS_MAX / 64; i++)
		a.bits[i] &= ~b->bits[i];
	return a;
}

/** What /proc and /sys say. A file that is not there leaves its member empty. */
struct tw_machine {
	uint64_t huge_total_kb; /**< hugepages of all sizes and nodes */
	uint64_t huge_free_kb;

	bool vfio_pci;        /**< the driver is there */
	bool uio_pci_generic; /**< likewise */
	bool iommu;           /**< there are IOMMU groups */
	bool noiommu;         /**< vfio may do without */

	struct tw_cpus online;
	struct tw_cpus allowed;     /**< of this process */
	struct tw_cpus isolated;    /**< isolcpus=, no scheduling */
	struct tw_cpus nohz_full;   /**< no tick */
	struct tw_cpus interrupted; /**< where the interrupt of a device may come */
	struct tw_cpus slow;        /**< whose governor is not "performance" */
	bool cpufreq;               /**< there are governors */
	struct tw_cpus node[TW_MACHINE_NODES];
	unsigned int n_nodes; /**< NUMA nodes, 0: not known */

	char thp[16];          /**< transparent hugepages: "always", "madvise", "never" */
	uint64_t memlock_kb;   /**< soft limit, UINT64_MAX: none */
	uint64_t capabilities; /**< effective, bits of linux/capability.h */

	char clocksource[32];
	bool invariant_tsc; /**< flags constant_tsc and nonstop_tsc of the first CPU */
};

/**
 * Read it all.
 * @param root  put before /proc and /sys: "" for this machine
 * @return 0, -ENOENT: there is no /proc to read
 */
int tw_machine_read(const char *root, struct tw_machine *ret_machine, struct tw_err *err);

#endif

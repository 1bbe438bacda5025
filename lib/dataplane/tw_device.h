/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_DEVICE_H
#define TW_DEVICE_H

/**
 * @file
 * The three forms of `--dev`, and how they become DPDK devices.
 */

#include "tw_err.h"

#include <stdbool.h>
#include <stdint.h>

enum tw_dev_kind {
	TW_DEV_KERNEL, /**< a network interface of the kernel */
	TW_DEV_PCI,    /**< a PCI address, bound to vfio or to a bifurcated driver */
	TW_DEV_VDEV,   /**< a DPDK virtual device */
};

/** How a kernel interface is to be driven. */
enum tw_dev_via {
	TW_DEV_VIA_ANY, /**< AF_XDP where it is to be had, else AF_PACKET */
	TW_DEV_VIA_AF_XDP,
	TW_DEV_VIA_AF_PACKET,
};

struct tw_dev {
	enum tw_dev_kind kind;
	enum tw_dev_via via;
	/** Interface name; PCI address with domain; vdev name ("net_ring0"). */
	char name[64];
	/** Driver arguments behind the first comma, "" for none. */
	char args[1024];
};

/**
 * Read a `--dev` word: a PCI address (`0000:3b:00.0`, `3b:00.0`), a kernel interface (`eth1`,
 * `af_xdp:eth1`, `af_packet:eth1`), or a vdev (`net_ring0`, `net_memif0,role=client`).
 * Interfaces are looked up, so it must run in the network namespace that is meant.
 * @return 0, -ENODEV: it is none of these
 */
int tw_dev_parse(const char *s, struct tw_dev *ret_dev, struct tw_err *err);

/** The word that `-a` of the EAL wants for a PCI device: address and arguments. */
char *tw_dev_allow(const struct tw_dev *dev, char *buf, size_t cap);

/** NUMA node that a PCI device or a kernel interface is on; -1: none, or not known. */
int tw_dev_numa(const struct tw_dev *dev);

/**
 * Plug a device into the running EAL.
 * @param name  vdev name or PCI address
 * @return 0, a negative errno with DPDK's first error quoted
 */
int tw_dev_plug(const char *name, const char *args, uint16_t *ret_port_id, struct tw_err *err);

/** Close the port and take its device out again. */
void tw_dev_unplug(uint16_t port_id);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef PORTS_H
#define PORTS_H

/* From --dev, --ip and the rest to started ports, and from a port to what a loop must know. */

#include "options.h"
#include "tw_port.h"
#include "tw_worker.h"

/*
 * Device words of the options; without --dev the interface that the kernel would use: towards
 * peer, or the one that owns local, or that of the default route (then a line says which).
 * peer and local may be unset (family 0). Returns 0 or a negative errno.
 */
int tw_ports_devices(const struct tw_options *o, const struct tw_addr *peer,
	const struct tw_addr *local, struct tw_err *err, struct tw_dev *ret_devs,
	unsigned int *ret_n);

/* What the options say of a port on that device. max_frame 0: the device's own. */
void tw_ports_config(const struct tw_options *o, const struct tw_dev *dev,
	const struct tw_addr *local, uint32_t max_frame, uint16_t n_queues,
	struct tw_port_config *ret);

/* The EAL's view of the devices: PCI addresses it may touch. buf holds n * 128 octets. */
unsigned int tw_ports_allow(
	const struct tw_dev *devs, unsigned int n, char (*buf)[128], const char **ret_pci);

/* A loop on queue q of a started port. */
void tw_ports_loop(
	const struct tw_options *o, const struct tw_port *p, uint16_t q, struct tw_loop_port *ret);

/* May the worker sleep until the port's descriptors are readable? Adds them. */
void tw_ports_add_fds(const struct tw_port *p, uint16_t q, struct tw_worker *w);

#endif

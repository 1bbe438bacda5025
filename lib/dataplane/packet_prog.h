/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_PACKET_PROG_H
#define TW_PACKET_PROG_H

/*
 * The programs of drivers-config/tc/twamp_packet.c: a filter on the packet sockets of an interface
 * by a table of ports, and one at its ingress hook that ends there, behind those sockets, what the
 * kernel would handle once more. Both go away with the descriptors, however the process ends.
 *
 * Nothing depends on them: a classic filter and the sockets that hold the ports do the same with
 * more work, where the kernel has no such hook (before Linux 6.6), CAP_BPF is missing, or the
 * programs were not built.
 */

#include "packet_config.h"

#include "tw_addr.h"
#include "tw_err.h"

#include <stddef.h>
#include <stdint.h>

struct bpf_object;

struct tw_packet_prog {
	struct bpf_object *object; /* owns the next three; NULL: not loaded */
	int ports_fd, filter_fd, drop_fd;
	int link_fd; /* the hook, -1: not there */
};

#define TW_PACKET_PROG_NONE ((struct tw_packet_prog){.link_fd = -1})

/*
 * Load them, with no port switched on. Frames of more than max_frame octets are not let in; the
 * kernel need not see what is sent to addrs. 0, or a negative errno with the reason.
 */
int tw_packet_prog_load(uint32_t max_frame, const struct tw_prefix *addrs, size_t n_addrs,
	struct tw_packet_prog *ret, struct tw_err *err);

/* The filter takes the place of another on this socket. */
int tw_packet_prog_filter(const struct tw_packet_prog *p, int socket_fd);

/* Keep from the kernel what comes in on an interface for our ports and addresses. */
int tw_packet_prog_drop(struct tw_packet_prog *p, int ifindex, struct tw_err *err);

/* What a UDP port is: bits of TW_PACKET_*, 0: not ours. */
int tw_packet_prog_port(const struct tw_packet_prog *p, uint16_t port, uint8_t bits);

/* Takes what was not loaded. */
void tw_packet_prog_unload(struct tw_packet_prog *p);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_XDP_H
#define TW_XDP_H

/**
 * @file
 * Our XDP program on a kernel interface: is it possible there, whose is the interface, which UDP
 * ports are taken. The AF_XDP driver of DPDK loads and attaches the program itself (`xdp_prog=`)
 * and detaches it when its port is closed; it gives no handle on the maps, so they are found by the
 * identity of the attached program.
 *
 * Who drives an interface is told by an abstract unix socket named after the ifindex: such names
 * belong to one network namespace, exactly like interfaces, and vanish with the process however it
 * dies. A program of our name on an interface that nobody claims is stale.
 */

#include "tw_err.h"
#include "tw_host.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Receive queues that our program's socket map has room for. */
#define TW_XDP_MAX_QUEUES 64

/** An interface that this process drives over AF_XDP. */
struct tw_xdp {
	int ifindex;
	int claim_fd; /**< -1: nothing is claimed */
	int ports_fd; /**< the map tw_ports, -1 before tw_xdp_open_ports() */
	int only_fd;  /**< the map tw_only, likewise */
};

#define TW_XDP_NONE ((struct tw_xdp){.claim_fd = -1, .ports_fd = -1, .only_fd = -1})

/**
 * Path of the compiled program: $TW_XDP_OBJECT, the build tree this binary is in, beside the
 * binary, the installed one; the first that exists.
 * @return 0, -ENOENT: it was not built or not installed
 */
int tw_xdp_object(char *ret_path, size_t cap, struct tw_err *err);

/**
 * Could AF_XDP work here? Tries what leaves the interface alone: a socket that is not bound, the
 * program loaded and not attached. What the driver says to the program is seen only when it is
 * attached.
 * @return 0, a negative errno with the reason
 */
int tw_xdp_check(const struct tw_host_link *link, const char *object, struct tw_err *err);

/**
 * Would AF_XDP be chosen for this interface now? For a listing: changes nothing.
 * @return 0, a negative errno with the reason
 */
int tw_xdp_look(const struct tw_host_link *link, struct tw_err *err);

/**
 * Claim the interface for this process and detach a stale program of ours.
 * @return 0
 * @return -EBUSY: another live dpdk-twamp has it, or a foreign XDP program is attached
 */
int tw_xdp_claim(const struct tw_host_link *link, struct tw_xdp *ret_xdp, struct tw_err *err);

/**
 * Find the maps of the program that the driver attached; call after queue set-up.
 * @return 0, -ENOENT: no program of ours is attached
 */
int tw_xdp_open_ports(struct tw_xdp *x, struct tw_err *err);

/**
 * Take nothing but what is sent to this address; family 0: all addresses.
 * @param stamp  put a struct tw_xdp_stamp right before each frame
 * @return 0, negative errno
 */
int tw_xdp_only(struct tw_xdp *x, const struct tw_addr *only, bool stamp);

/** When the program had a frame. Drivers without room for metadata leave it out. */
struct tw_xdp_stamp {
	uint64_t magic;
	uint64_t ns; /**< CLOCK_MONOTONIC */
};
#define TW_XDP_STAMP_MAGIC 0x706d617473777464ULL

/** Take UDP port @p port from the kernel, or give it back. @return 0, negative errno */
int tw_xdp_take(struct tw_xdp *x, uint16_t port, bool take);

/** Detach a program of ours that is still attached, close everything, give up the claim. */
void tw_xdp_release(struct tw_xdp *x);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_FDS_PRIV_H
#define TW_FDS_PRIV_H

/*
 * The PMDs keep their sockets and BPF objects to themselves. What this process has open can be
 * listed, though: what appears while a device is opened belongs to that device.
 */

#include <stdbool.h>
#include <stddef.h>

#define TW_FDS_MAX 4096

/* Open descriptors of this process in ascending order. */
struct tw_fds {
	size_t count;
	int fd[TW_FDS_MAX];
};

/* 0, -ENOMEM, or the errno of /proc. */
int tw_fds_list(struct tw_fds *ret);

/* Sockets of a domain (AF_PACKET, AF_XDP) that are open now and were not in before; their number. */
size_t tw_fds_new_sockets(const struct tw_fds *before, int domain, int *ret_fds, size_t cap);

/* What /proc says the descriptor is: "anon_inode:bpf-map"; false when it cannot be read. */
bool tw_fds_is(int fd, const char *what);

/* The same of its beginning: "/dev/uio". */
bool tw_fds_is_below(int fd, const char *what);

#endif

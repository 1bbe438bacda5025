/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef BPF_RUN_H
#define BPF_RUN_H

/* A BPF program in the kernel's test runner, and what the frames for it are made of, in hex. */

#include "tw_test.h"

#include <bpf/bpf.h>

#define VLAN "81000064"
#define VLAN2 "88a80065"
/* protocol UDP or what is said; checksums are none of a program's business */
#define IP4_FROM_TO(from, to, ihl, frag, proto)                                                    \
	"0800" ihl "0000240001" frag "40" proto "0000c00002" from "c00002" to
#define UDP(port) "c350" port "00100000"
#define P862 "035e"
#define P863 "035f"
#define TCP862 "c350035e000000010000000250100000"
#define DATA "0000000000000000"
#define HOP "3c00010400000000"                 /* hop-by-hop, then destination options */
#define DST "1101010c000000000000000000000000" /* 16 octets, then UDP */
#define ROUTING6 "1100000000000000"
#define FRAG6 "1100000100000000" /* more fragments */
#define AGAIN "3c00010400000000" /* destination options, then more of them */

/* The verdict; what the socket would get is put into ret, where that is not NULL, and its length. */
static inline uint32_t bpf_run(
	int prog_fd, const uint8_t *frame, size_t len, uint8_t *ret, uint32_t *ret_len)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = (uint32_t)len,
		.data_out = ret, .data_size_out = ret ? *ret_len : 0, .repeat = 1);

	assert_int_equal(bpf_prog_test_run_opts(prog_fd, &opts), 0);
	if (ret)
		*ret_len = opts.data_size_out;
	return opts.retval;
}

#endif

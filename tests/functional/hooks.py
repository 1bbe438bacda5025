#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
"""How many programs are at the ingress hook of an interface: bpf(BPF_PROG_QUERY). 77: no such hook.

usage: hooks.py DEVICE"""

import ctypes
import errno
import os
import platform
import socket
import struct
import sys

BPF_PROG_QUERY, TCX_INGRESS = 16, 46
NUMBER = {"x86_64": 321, "aarch64": 280}


def main():
    number = NUMBER.get(platform.machine())
    if number is None:
        sys.exit(77)
    ids = (ctypes.c_uint32 * 64)()
    attr = ctypes.create_string_buffer(
        struct.pack("=IIIIQI", socket.if_nametoindex(sys.argv[1]), TCX_INGRESS, 0, 0,
                    ctypes.addressof(ids), len(ids)), 64)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(number, BPF_PROG_QUERY, attr, len(attr)) < 0:
        error = ctypes.get_errno()
        if error == errno.ENOENT:
            print(0)
            return
        print(os.strerror(error), file=sys.stderr)
        sys.exit(77 if error == errno.EINVAL else 1)
    print(struct.unpack_from("=I", attr, 24)[0])


main()

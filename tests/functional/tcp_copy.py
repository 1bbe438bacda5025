#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
"""A kernel TCP connection that carries N octets there and back again.

usage: tcp_copy.py serve ADDRESS PORT        echo one connection, until it ends
       tcp_copy.py copy ADDRESS PORT OCTETS  send, compare what comes back, print the seconds
       tcp_copy.py closed ADDRESS PORT       a datagram must be refused with port unreachable"""

import os
import socket
import sys
import threading
import time

PATIENCE = 15


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def serve(address, port):
    listener = socket.create_server((address, port), family=family(address))
    listener.settimeout(PATIENCE)
    print("listening", file=sys.stderr, flush=True)
    s, _ = listener.accept()
    s.settimeout(PATIENCE)
    while data := s.recv(65536):
        s.sendall(data)
    s.close()


def copy(address, port, octets):
    data, back = os.urandom(octets), bytearray()
    began = time.monotonic()
    s = socket.create_connection((address, port), timeout=PATIENCE)

    def send():
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send)
    sender.start()
    while piece := s.recv(65536):
        back += piece
    sender.join()
    print(f"{time.monotonic() - began:.3f}")
    return 0 if bytes(back) == data else 1


def closed(address, port):
    s = socket.socket(family(address), socket.SOCK_DGRAM)
    s.settimeout(2)
    s.connect((address, port))
    try:
        s.send(b"anybody?")
        s.recv(100)
    except ConnectionRefusedError:
        return 0
    except socket.timeout:
        pass
    return 1


what, where, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
if what == "serve":
    sys.exit(serve(where, number))
if what == "copy":
    sys.exit(copy(where, number, int(sys.argv[4])))
sys.exit(closed(where, number))

#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# static.sh DPDK_TWAMP: a program with DPDK linked in loads none of its libraries, and has drivers.
set -euo pipefail
libraries=$(ldd "$1")
if grep librte_ <<<"$libraries"; then
	echo "FAIL: DPDK's libraries are loaded"
	exit 1
fi
for dev in net_null0 net_ring0 net_pcap0,iface=lo eth_af_packet0,iface=lo; do
	out=$("$1" reflector --dev "$dev" --ip 192.0.2.1/24 --duration 0.2 --json \
		--eal "--no-huge -m 128 --no-shconf --no-pci" 2>&1) || {
		# who may not open a capture or a packet socket has the driver all the same
		grep -qi "permission\|not permitted" <<<"$out" && continue
		echo "FAIL: $dev: $out"
		exit 1
	}
done

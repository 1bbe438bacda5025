#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# plain_cost.sh BENCH_REFLECTOR: a reflector that acts upon TLVs spends at most 2 % more
# instructions on a plain packet than one that does not know them.
set -euo pipefail
command -v valgrind >/dev/null || {
	echo "skip: valgrind is not installed"
	exit 77
}
bursts=100
out=$(mktemp)
trap 'rm -f "$out"' EXIT

instructions()
{
	valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=measured_step \
		"$1" "$2" "$bursts" >"$out" 2>&1 || {
		cat "$out"
		exit 1
	}
	sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$out"
}

without=$(instructions "$1" plain)
with=$(instructions "$1" plain-tlv-allowed)
packets=$((bursts * 32))
echo "instructions of the reflector per plain packet: $((without / packets)) without TLVs," \
	"$((with / packets)) with; ratio $((with * 10000 / without)) / 10000"
[ "$without" -gt $((packets * 50)) ] || {
	echo "FAIL: that is too few: nothing was measured"
	exit 1
}
[ $((with * 100)) -le $((without * 102)) ] || {
	echo "FAIL: more than 2 % above"
	exit 1
}

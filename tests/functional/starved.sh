#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# SIGINT and SIGTERM while others have the CPU: the end comes soon, with the result.
. "$(dirname "$0")/lib.sh"
. "$here/pair.sh"
need_root
need chrt taskset
chrt -f 50 true 2>/dev/null || skip 'no real-time priority here'
topology_direct

reflects r --dev af_packet:vb
sends_on s --dev af_packet:va "$b4" --pps 1000
on=$(awk '/^Cpus_allowed_list/ { print $2 }' /proc/"$s"/task/*/status | sort | grep -m 1 '^[0-9]*$')
# Whoever has this priority leaves a twentieth of a CPU to others, in one piece a second at worst.
chrt -f 50 timeout 20 taskset -c "$on" sh -c 'while :; do :; done' &
hog=$!
sleep 0.5
ended_well s "$s" 0
stop "$hog" TERM
ended_well r "$r" 0
clean starved
finish

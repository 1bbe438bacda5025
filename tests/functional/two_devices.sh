#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# Two devices with two queues each in one process at either end: each stream goes through a device
# that has a route to its peer, though the neighbours would be found through the other one as well.
. "$(dirname "$0")/lib.sh"
need_root

cable() # INTERFACE INTERFACE NETWORK
{
	ip link add "$1" netns "$a" numrxqueues 2 numtxqueues 2 type veth peer name "$2" netns "$b" \
		numrxqueues 2 numtxqueues 2 2>/dev/null || skip "no veth with two queues here"
	ip -n "$a" link set "$1" up
	ip -n "$b" link set "$2" up
	address "$a" "$1" "192.0.$3.1" "2001:db8:$3::1"
	address "$b" "$2" "192.0.$3.2" "2001:db8:$3::2"
}
cable p0 q0 2
cable p1 q1 3
# both answer for all addresses of their host: Linux does
cat >"$dir/both.yaml" <<'END'
streams:
  - {name: v4-first, remote: 192.0.2.2, streams: 7, pps: 700, count: 700}
  - {name: v4-second, remote: 192.0.3.2, streams: 8, pps: 700, count: 700}
  - {name: v6-first, remote: "2001:db8:2::2", streams: 3, pps: 300, count: 300}
  - {name: v6-second, remote: "2001:db8:3::2", streams: 4, pps: 300, count: 300}
END
cpus=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
last=$(taskset -cp $$ | sed 's/.*[-, ]//')
for lcores in "$cpus,$last" "$cpus,$cpus,$last,$last"; do
	id=$(tr -cd , <<<"$lcores" | wc -c)
	reflector "refl-$id" --dev af_packet:q0 --dev af_packet:q1 --lcores "$lcores"
	r=$pid
	sender "s-$id" --dev af_packet:p0 --dev af_packet:p1 --scenario "$dir/both.yaml" \
		--lcores "$lcores"
	same "exit status of s-$id" 0 "$status"
	sound "s-$id"
	ends "refl-$id" "$r"
	holds "s-$id" '.packets.sent + .tester.not_sent == 2000' \
		'[.groups[].packets.lost] == [0, 0, 0, 0]' \
		'[.cpu.workers[] | select(.packets > 0)] | length >= 2'
	holds "refl-$id" '.packets.passed == 0' '.sessions.created == 22' \
		'.packets.received == .packets.reflected'
done
finish

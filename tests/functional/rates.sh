#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# From a packet a second to as fast as it goes: what is lost is found in a counter of one of the two
# programs, to the packet. TW_LONG=1 sends the million packets of the issue.
. "$(dirname "$0")/lib.sh"
need_root
topology_direct
count=200000
[ -z "${TW_LONG:-}" ] || count=1000000

# accounts SENDER REFLECTOR: no remainder on either way
accounts()
{
	local s=$dir/$1.json r=$dir/$2.json
	checks=$((checks + 1))
	jq -ne --slurpfile s "$s" --slurpfile r "$r" '$s[-1] as $s | $r[-1] as $r |
		($r.packets.reflected + $r.packets.tx_failed + ([$r.discarded[]] | add)) as $there |
		($s.packets | .received + .late + .duplicates + ([$s.discarded[]] | add)) as $back |
		($s.packets.sent - $there - $s.tester.tx_dropped ==
			($r.tester | .rx_missed + .rx_nombuf)) and
		($r.packets.reflected - $back - $r.tester.tx_dropped ==
			($s.tester | .rx_missed + .rx_nombuf))' >/dev/null ||
		fail "$1: a remainder: $(jq -c '{packets, tester}, ([.discarded | to_entries[] |
			select(.value > 0)] | from_entries)' "$s" "$r" | tr '\n' ' ')"
}

# exchange NAME OPTIONS...: one sender against one reflector of its own
exchange()
{
	local name=$1 r
	shift
	reflector "r-$name" --dev "$driver:vb"
	r=$pid
	sends "s-$name" --dev "$driver:va" "$@"
	ends "r-$name" "$r"
	accounts "s-$name" "r-$name"
	jq -rc '"   " + ([.packets.sent, .packets.lost, .rate.sent_pps, .tester.reason] | tostring)' \
		"$dir/s-$name.json"
}

for driver in $(drivers); do
	for way in "on $b4" "off $b6"; do
		read -r offload to <<<"$way"
		echo "== $driver, $to, checksum offload $offload"
		for end in "$a va" "$b vb"; do
			read -r space dev <<<"$end"
			ip netns exec "$space" ethtool -K "$dev" tx "$offload" >/dev/null 2>&1
		done
		id=$driver-$offload
		exchange "$id-100k" "$to" --pps 100000 -c "$count"
		asked_for "s-$id-100k" "$count"
		holds "s-$id-100k" '.rate.offered_pps == 100000'
	done
	to=$b4
	exchange "$driver-1pps" "$to" -i 1000 -c 3
	holds "s-$driver-1pps" '.packets.lost == 0' '.packets.sent == 3' "$well" \
		'.duration_ns > 1.9e9 and .duration_ns - .tester.stolen_ns < 2.5e9' '.rate.offered_pps == 1'
	exchange "$driver-10k" "$to" --pps 10000 -c 5000
	asked_for "s-$driver-10k" 5000
	holds "s-$driver-10k" '.duration_ns > 0.49e9 and .duration_ns - .tester.stolen_ns < 0.7e9'
	exchange "$driver-max" "$to" --pps max --duration 1
	holds "s-$driver-max" '.packets.sent > 50000' '.rate.offered_pps == null' \
		'.duration_ns > 0.9e9' '.tester.not_sent == 0'
done
finish

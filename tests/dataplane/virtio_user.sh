#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# Receive interrupts of a real driver, without a NIC: virtio_user has them, its peer is the vhost driver
# of a second process. What is armed here is what is armed on a card.
set -uo pipefail

bin=$1
dir=$(mktemp -d "${TMPDIR:-/tmp}/tw-virtio.XXXXXX")
reflector=
trap '[ -z "$reflector" ] || kill "$reflector" 2>/dev/null; wait; rm -rf "$dir"' EXIT
failed=0

fail()
{
	failed=1
	echo "FAIL: $*"
}

# share: of a core, that the sender's worker took
share()
{
	jq '.cpu.worker_seconds * 1e9 / .duration_ns' "$dir/$1.json"
}

# send NAME ARGS...: everything comes back
send()
{
	local name=$1
	shift
	"$bin" sender 192.0.2.1 -v --dev "net_virtio_user0,path=$dir/socket" --ip 192.0.2.2/24 \
		--count 60 --interval 50 --json "$@" >"$dir/$name.json" 2>"$dir/$name.log" ||
		fail "$name: $(tail -n 1 "$dir/$name.log")"
	jq -e '.packets.sent >= 5 and .packets.received == .packets.sent' "$dir/$name.json" >/dev/null ||
		fail "$name: $(jq -c .packets "$dir/$name.json")"
	echo "$name: $(jq -c '[.packets.received, .packets.sent]' "$dir/$name.json") $(share "$name") of a core"
}

command -v jq >/dev/null || { echo 'skip: jq is not installed'; exit 77; }
"$bin" reflector -v --dev "net_vhost0,iface=$dir/socket" --ip 192.0.2.1/24 --duration 50 \
	>/dev/null 2>"$dir/reflector.log" &
reflector=$!
for _ in $(seq 200); do
	[ -S "$dir/socket" ] && grep -q 'reflecting on' "$dir/reflector.log" && break
	kill -0 "$reflector" 2>/dev/null || break
	sleep 0.1
done

send asleep
grep -q 'workers sleep until a receive interrupt comes' "$dir/asleep.log" || fail 'asleep: not by the log'
# what others take from the core is counted, too, where they share it
most=$(jq 'if .tester.stolen_ns > .duration_ns / 50 then 0.5 else 0.1 end' "$dir/asleep.json")
jq -en "$(share asleep) < $most" >/dev/null || fail "asleep: $(share asleep) of a core, not below $most"
! grep -q 'no receive interrupt' "$dir/asleep.log" || fail 'asleep: interrupts were lost'

send awake --busy-poll
! grep -q 'until a receive interrupt' "$dir/awake.log" || fail 'awake: not by the log'
jq -en "$(share awake) > 4 * $(share asleep)" >/dev/null || fail "awake: $(share awake) of a core"

"$bin" devices --dev "net_virtio_user0,path=$dir/socket" >"$dir/devices" 2>/dev/null
grep -q 'receive interrupts: yes' "$dir/devices" || fail "devices: $(cat "$dir/devices")"
"$bin" devices --dev net_vhost1,iface="$dir/other" >"$dir/devices" 2>/dev/null
grep -q 'receive interrupts: no, their descriptors' "$dir/devices" || fail "devices: $(cat "$dir/devices")"

[ "$failed" -eq 0 ] && echo PASS
exit "$failed"

#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# What our own interface drops on its way out is the tester's loss: a TAP device that nobody reads
# holds some frames and drops the others after the driver let them go.
. "$(dirname "$0")/lib.sh"
need_root
to=198.51.100.2

# hold NAME: the other end of the TAP device, never read
hold()
{
	ip netns exec "$a" python3 -c '
import fcntl, signal, struct, sys
tap = open("/dev/net/tun", "r+b", buffering=0)
fcntl.ioctl(tap, 0x400454CA, struct.pack("16sH22x", sys.argv[1].encode(), 0x1002))
print("there", flush=True)
signal.pause()' "$1" >"$dir/hold.log" 2>&1 &
	pids+=("$!")
	check "the TAP device" within 10 said hold there
}

hold tt
ip netns exec "$a" sysctl -qw net.ipv6.conf.tt.disable_ipv6=1
ip -n "$a" link set tt txqueuelen 100 up
ip -n "$a" addr add 198.51.100.1/24 dev tt
dropped()
{
	ip -n "$a" -j -s link show tt | jq '.[0].stats64.tx.dropped'
}

before=$(dropped)
sender s --dev af_packet:tt "$to" --peer-mac 02:00:00:00:00:02 --pps 10000 -c 4000 --timeout 200ms
after=$(dropped)
same "no reply: exit status" 2 "$status"
holds s '.packets.sent + .tester.not_sent == 4000' '.packets.received == 0' \
	'.packets.sent > 2000' '.tester.tx_dropped > 500' \
	".tester.tx_dropped == $after - $before" '.tester.ok | not' \
	'.tester.reason | test("dropped by our own interface|not sent in time")'
sound s

# The queue is full now. What other programs lose there is not ours, unless we send as well.
ip -n "$a" neigh replace "$to" lladdr 02:00:00:00:00:02 dev tt nud permanent
start r "$a" "$bin" reflector --json -v --dev af_packet:tt
r=$pid
ready r "$r" 'reflecting on'
before=$(dropped)
ip netns exec "$a" python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for n in range(5000):
    try:
        s.sendto(b"foreign", ("198.51.100.2", 9))
    except OSError:
        pass'
after=$(dropped)
ends r "$r"
check "dropped of other traffic: $((after - before))" test $((after - before)) -gt 500
holds r '.tester.tx_dropped == 0' '.tester.ok or .tester.stolen_longest_ns >= 80e6'
finish

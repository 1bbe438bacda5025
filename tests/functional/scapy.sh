#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# Scapy reads what sender and reflector write, and the reflector what Scapy writes.
. "$(dirname "$0")/lib.sh"
need_root
need dumpcap
python=
for p in python3 /usr/bin/python3; do
	"$p" -c 'import scapy.contrib.stamp' 2>/dev/null && python=$p
done
[ -n "$python" ] || skip "python3-scapy is not installed, or too old to know STAMP"
topology_bridged

reflector refl --dev af_packet:vb
r=$pid
capture wire "$m" xb 'udp port 862'
cap=$pid
sends send --dev af_packet:va "$b4" -c 20 -i 2 --ssid 77 --tlv timestamp-info --padding 12
due send 20
captured wire "$cap"
check 'what Scapy reads' "$python" "$here/scapy_stamp.py" read "$dir/wire.pcapng" "$(sent send)" 77
check 'what Scapy writes' ip netns exec "$a" "$python" "$here/scapy_stamp.py" probe "$b4" 862 12
ends refl "$r"
holds refl ".packets.reflected == $(sent send) + 12" '([.discarded[]] | add) == 0'
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# Every field of every packet: captured between sender and reflector, decoded by tshark and by
# octets.py, compared with what was asked for and with what the sender reports.
. "$(dirname "$0")/lib.sh"
need_root
need tshark dumpcap
topology_bridged
. "$here/runs.sh"

for driver in $(drivers); do
	echo "== $driver"
	runs_begin "$driver"
	reflector "refl-$driver" --dev "$driver:vb"
	r=$pid
	for family in 4 6; do
		run family=$family count=20 -- -i 2
		run family=$family count=20 -- -i 2 --stamp packet
		run family=$family count=20 tos=185 ttl=64 ssid=4660 sizes='{"144":1}' \
			flow=74565 df=true -- -i 2 --dscp ef --ecn 1 --ttl 64 --ssid 4660 \
			--padding 100 --flow-label 74565 --do-not-fragment
		run family=$family count=24 streams=3 tos=255 ttl=1 sizes='{"47":1}' -- -i 2 \
			--streams 3 --tos 255 --ttl 1 --padding 3
		run family=$family count=20 light=true sizes='{"41":1}' -- -i 2 \
			--protocol twamp-light
		run family=$family count=20 light=true sizes='{"14":1}' -- -i 2 \
			--protocol twamp-light --padding 0 --stamp packet
		run family=$family count=20 light=true sizes='{"100":1}' tos=40 -- -i 2 \
			--protocol twamp-light --padding 86 --dscp af11
		run family=$family count=64 -- --pps 100000 --burst 8
	done
	ends "refl-$driver" "$r"
	runs_end
	holds "refl-$driver" "$well" '([.discarded[]] | add) == 0' \
		'.packets.checksum_partial == 0' '.ttl == {"min": 1, "max": 255}'
	# what all runs together sent, by their marks and ports
	same "$driver: packets by DSCP and ECN, sessions" "$(jq -sc '. as $runs |
		def packets(f): [$runs[] | select(f) | .count] | add // 0;
		def dscp: .tos / 4 | floor;
		[packets(true), [[$runs[] | dscp] | unique[] as $d | [$d, packets(dscp == $d)]],
		[(0, 2, 1, 3) as $e | packets(.tos % 4 == $e)],
		([$runs[] | [.streams, .count] | min] | add)]' "$runs" 2>&1)" \
		"$(json "refl-$driver" '[.packets.reflected, [.dscp[] | [.dscp, .packets]],
		[.ecn | .not_ect, .ect0, .ect1, .ce], .sessions.created]')"
done
finish

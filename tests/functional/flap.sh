#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# A link that goes again shortly after it came: what is due meanwhile is not sent, rather than lost. The
# kernel tells the first change at once, those within a second of it up to a second later.
. "$(dirname "$0")/lib.sh"
need_root
topology_direct
reflector r --dev vb
r=$pid
link()
{
	ip -n "$b" link set vb "$1"
	sleep 0.1
}

# A machine that is busy elsewhere is late to look; who does not look loses more than 100 in each try.
for try in 1 2 3 4; do
	start "s-$try" "$a" "$bin" sender --json -v --dev va "$b4" --pps 1000 --duration 4 --timeout 300
	s=$pid
	# the first replies
	check "it sends" within 20 eval \
		'[ "$(ip -n "$a" -s -j link show va | jq ".[0].stats64.rx.packets")" -gt '$((300 * try))' ]'
	for _ in 1 2 3 4 5 6; do
		link down
		link up
	done
	wait "$s"
	same "exit status" 0 "$?"
	sound "s-$try"
	holds "s-$try" '.packets.sent + .tester.not_sent == 4000' '.tester.link_down_ns > 300e6' \
		'.tester.not_sent > 300' '.tester.ok | not'
	lost=$(json "s-$try" .packets.lost)
	echo "lost $lost, not sent $(json "s-$try" .tester.not_sent)"
	[ "$lost" -gt 80 ] || break
done
check "what was due without a link is not lost: $lost" test "$lost" -le 80
stop "$r"
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# The link goes under a running test, and comes again or not. Both programs go on, and what was due
# meanwhile is not sent rather than lost.
. "$(dirname "$0")/lib.sh"
. "$here/pair.sh"
need_root
topology_direct

link()
{
	ip -n "$1" link set "$2" "$3"
}

# goes_and_comes ID: the link of $dev in $space
goes_and_comes()
{
	local id=$1 before
	both "$id"
	link "$space" "$dev" down
	check "$id: says that there is no link" soon 2 said "s-$id" 'va has no link'
	sleep 0.7
	link "$space" "$dev" up
	check "$id: says that it is back" within 5 said "s-$id" 'va has its link again'
	sleep 0.5
	before=$(grep -c . "$dir/s-$id.json")
	soon 3 eval "[ \$(grep -c . '$dir/s-$id.json') -gt $((before + 1)) ]"
	ends "s-$id" "$s"
	ends "r-$id" "$r"
	adds_up "s-$id"
	holds "s-$id" '.tester.ok | not' '.tester.reason | contains("no link for")' \
		'.tester.link_down_ns > 0.5e9' '.tester.not_sent > 500' '.tester.device_lost | not'
	# it goes on afterwards: the last interval but one has replies and no loss of the link's
	checks=$((checks + 1))
	jq -se '[.[] | select(.interim)] | .[-1].packets.received > 0' "$dir/s-$id.json" \
		>/dev/null || fail "$id: no replies after the link is back"
	holds "s-$id" '.packets.lost < 300'
	holds "r-$id" '.tester.link_down_ns > 0.4e9'
}

# Whose end is set down. What was due then is not lost but not sent; some may have been under way, or in the
# device's ring, which lets them go later. A machine that is busy elsewhere is late to look; who does not look
# loses 700 in each try.
flap()
{
	local space=$b dev=vb lost try
	[ "$1" = peer ] || space=$a dev=va
	for try in 1 2 3 4; do
		goes_and_comes "$driver-$1-$try"
		lost=$(json "s-$driver-$1-$try" '.packets.lost - .packets.late')
		[ "$lost" -ge 50 ] || break
	done
	check "$driver, $1: lost without a link: $lost" test "$lost" -lt 50
}

# SIGINT or SIGTERM while there is no link
ended_without_link()
{
	local id=$driver-dark-$1
	both "$id"
	link "$b" vb down
	soon 2 said "s-$id" 'va has no link'
	ends "s-$id" "$s" "$1"
	ends "r-$id" "$r" "$1"
	link "$b" vb up
	adds_up "s-$id"
	holds "s-$id" '.tester.reason | contains("no link for")'
}

for driver in $(drivers); do
	echo "== $driver"
	flap peer
	flap own
	ended_without_link INT
	ended_without_link TERM
done
finish

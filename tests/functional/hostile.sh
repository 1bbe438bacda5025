#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# Packets that are wrong in every way there is, mixed with good traffic: each is counted under its
# reason, to the packet, what must not be answered is not, and nothing is kept.
. "$(dirname "$0")/lib.sh"
need_root
for n in "$a" "$b"; do
	ip netns exec "$n" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
done
veth "$a" va "$b" vb
ip -n "$a" addr add "$a4/24" dev va
peer_mac=$(mac_of "$b" vb)
ip -n "$a" neigh replace "$b4" lladdr "$peer_mac" dev va nud permanent

pools()
{
	python3 "$here/hostile.py" pools "/var/run/dpdk/dpdk-twamp-$1/dpdk_telemetry.v2"
}

# strike NAME DEVICE REFLECTOR OPTIONS...: a reflector, good traffic and bad
strike()
{
	local id=$1 device=$2 r h s
	shift 2
	reflector "r-$id" "$@"
	r=$pid
	before=$(pools "$r")
	start "s-$id" "$a" "$bin" sender --json --dev "${good:-af_packet}:va" "$b4" \
		--pps 500 --duration 2
	s=$pid
	start "h-$id" "$a" python3 "$here/hostile.py" send va --peer-mac "$peer_mac" \
		--device "$device"
	h=$pid
	wait "$h"
	same "$id: the generator" 0 $?
	wait "$s"
	same "$id: good traffic" 0 $?
	sleep 0.1
	after=$(pools "$r")
	ends "r-$id" "$r"
}

attack()
{
	local id=$1 device=$2 before after
	# Once more when the machine was too busy to take all that came.
	for _ in 1 2 3; do
		strike "$@"
		[ "$(json "r-$id" .tester.rx_missed)" != 0 ] ||
			[ "$(json "s-$id" .tester.rx_missed)" != 0 ] || break
	done
	echo "   $(jq -c '{kinds, sent, answers, seed}' "$dir/h-$id.json")"
	holds "h-$id" '.faults == []' '.unanswered == {}' '.answers == .answer' '.answer > 500'
	due "s-$id" 1000
	holds "s-$id" '.packets.lost == 0'
	holds "r-$id" '.tester.rx_missed == 0' '.tester.rx_nombuf == 0' '.packets.tx_failed == 0' \
		'.packets.received == .packets.reflected + .packets.passed + ([.discarded[]] | add)'
	same "$id: reflected" "$(($(json "h-$id" .answer) + $(json "s-$id" .packets.sent)))" \
		"$(json "r-$id" .packets.reflected)"
	# Random octets come under some reason: as many as were sent, at least what each kind says.
	checks=$((checks + 1))
	jq -ne --slurpfile h "$dir/h-$id.json" --slurpfile r "$dir/r-$id.json" --arg device "$device" \
		'$h[0] as $h | $r[-1] as $r | ($h.reasons | to_entries | map(.value) | add) as $want |
		(([$r.discarded[]] | add) - $want) as $more |
		all($h.reasons | to_entries[]; $r.discarded[.key] >= .value) and
		# a few look like fragments, which the kernel keeps
		$more <= $h.random and ($device != "vdev" or $more > $h.random - 20) and
		# what random octets do not become
		all("multicast", "bad_source", "bad_udp_length", "bad_udp_checksum", "short_packet",
			"zero_udp_checksum", "not_our_mac", "bad_error_estimate";
			$r.discarded[.] == ($h.reasons[.] // 0))' >/dev/null ||
		fail "$id: reasons: $(jq -c .reasons "$dir/h-$id.json"), counted: $(jq -c '.packets,
			([.discarded | to_entries[] | select(.value > 0)] | from_entries)' \
			"$dir/r-$id.json")"
	# AF_XDP's driver takes and gives buffers by batches
	check "$id: buffers: $before, then $after" python3 -c 'import json, sys
before, after, room = json.loads(sys.argv[1]), json.loads(sys.argv[2]), int(sys.argv[3])
sys.exit(not before or any(abs(after[k] - n) > room for k, n in before.items()))' \
		"$before" "$after" "$([ "$device" = af_xdp ] && echo 128 || echo 64)"
}

echo "== a device without a kernel" # with room for all that comes, however busy the machine
attack vdev vdev --dev "net_af_packet0,iface=vb,framecnt=8192,blocksz=4096,framesz=2048" \
	--ip "$b4/24" --ip "$b6/64"

ip netns exec "$b" sysctl -qw net.ipv6.conf.vb.disable_ipv6=0
ip netns exec "$a" sysctl -qw net.ipv6.conf.va.disable_ipv6=0
addresses
for driver in $(drivers); do
	echo "== $driver"
	good=$driver
	attack "$driver" "$driver" --dev "$driver:vb"
done
finish

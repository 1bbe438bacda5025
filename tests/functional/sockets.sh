#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# The other end is a plain program on kernel sockets, whose checksums are left to a device that
# never computes them on veth and lo; both roles, on veth and on lo.
. "$(dirname "$0")/lib.sh"
need_root
need ethtool
topology_direct

# offload on|off: at both ends
offload()
{
	ip netns exec "$a" ethtool -K va tx "$1" >/dev/null
	ip netns exec "$b" ethtool -K vb tx "$1" >/dev/null
}

# kernel_sends NAME SPACE OPTIONS...: every reply comes and has no fault
kernel_sends()
{
	local name=$1 space=$2
	shift 2
	start "$name" "$space" python3 "$here/peer.py" send "$@"
	wait "$pid"
	status=$?
	same "$name: $(cut -c 1-400 "$dir/$name.json")" 0 "$status"
}

# kernel_reflects NAME SPACE ADDRESS STYLE: $peer is its process
kernel_reflects()
{
	start "$1" "$2" python3 "$here/peer.py" reflect "$3" 862 --style "$4"
	peer=$pid
	ready "$1" "$peer" 'reflecting on'
}

# With offload the kernel leaves the pseudo header's sum; one packet in 65,536 has it by chance.
partial() {
	if [ "$1" = on ]; then
		echo '.packets.checksum_partial >= 1495'
	else
		echo '.packets.checksum_partial == 0'
	fi
}

for driver in $(drivers); do
	for state in on off; do
		echo "== $driver, a kernel sender, checksum offload $state"
		offload "$state"
		id=$driver-$state
		reflector "r-$id" --dev "$driver:vb"
		r=$pid
		for to in "$b4" "$b6"; do
			kernel_sends "stamp-$id-$to" "$a" "$to" 862
			kernel_sends "stamp-$id-$to-ssid" "$a" "$to" 862 --ssid 77 --tos 187 --ttl 3
			kernel_sends "stamp-$id-$to-flood" "$a" "$to" 862 --flood --count 500
			kernel_sends "light-$id-$to" "$a" "$to" 862 --light --size 14
			kernel_sends "light-$id-$to-odd" "$a" "$to" 862 --light --size 57 --tos 96
			kernel_sends "light-$id-$to-full" "$a" "$to" 862 --light --size 1400
		done
		ends "r-$id" "$r"
		holds "r-$id" '.packets.reflected == 1500' "$well" '.sessions.created == 12' \
			"$(partial "$state")" \
			'([.discarded[]] | add) == 0'
	done
	reflector "r-$driver-stateless" --dev "$driver:vb" --stateless
	r=$pid
	kernel_sends "stateless-$driver" "$a" "$b4" 862 --stateless --first 1000 --count 20
	ends "r-$driver-stateless" "$r"

	echo "== $driver, a kernel reflector"
	offload on
	for to in "$b4" "$b6"; do
		id=$driver-$to
		kernel_reflects "k-$id" "$b" "$to" stamp
		sends "full-$id" --dev "$driver:va" "$to" -c 200 -i 1 --ssid 5 --padding 40
		stop "$peer" TERM
		due "full-$id" 200
		holds "full-$id" '.packets.short_replies == 0' \
			'.ttl.outbound == {"min": 255, "max": 255}' \
			'.delay_ns.outbound.count == .packets.sent' \
			'.peer.synchronised' '.timestamps.t2 == "peer"'
		kernel_reflects "k-$id-38" "$b" "$to" twampy
		sends "short-$id" --dev "$driver:va" "$to" -c 200 -i 1
		sends "light-$id" --dev "$driver:va" "$to" -c 50 -i 1 --protocol twamp-light
		stop "$peer" TERM
		for run in short light; do
			holds "$run-$id" '.packets.received == .packets.sent' "$well" \
				'.packets.short_replies == .packets.received' \
				'.ttl.outbound == {"min": null, "max": null}' \
				'.packets.lost_outbound == 0' '.peer.synchronised == false' \
				'.delay_ns.roundtrip.count == .packets.sent'
		done
		kernel_reflects "k-$id-stateless" "$b" "$to" stateless
		sends "stateless-$id" --dev "$driver:va" "$to" -c 200 -i 1
		stop "$peer" TERM
		due "stateless-$id" 200
		holds "stateless-$id" '.packets.lost == 0' '.peer.sequence_equals_ours'
	done
done

echo "== lo"
start r-lo "$b" "$bin" reflector --json -v --dev lo --ip "$b4/32" --ip "$b6/128"
r=$pid
ready r-lo "$r" 'reflecting on'
for to in 127.0.0.1 ::1 "$b4"; do
	start "both-lo-$to" "$b" "$bin" sender --json "$to" -c 100 -i 1
	wait "$pid"
	same "our sender and reflector on lo, $to" 0 $?
	sound "both-lo-$to"
	due "both-lo-$to" 100
	holds "both-lo-$to" '.packets.lost == 0' '.packets.duplicates == 0'
done
# An answer from our port to our port would go round for ever.
ip netns exec "$b" python3 - <<-END
	import socket, sys
	sys.path.insert(0, "$here")
	import octets as o
	s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
	s.bind(("lo", 0))
	no_mac = "00:00:00:00:00:00"
	for i in range(10):
	    r = o.request(i, o.ns_ntp(10**18))
	    s.send(o.ethernet(no_mac, no_mac, o.ip4("127.0.0.1", "127.0.0.1", 17,
	        o.udp("127.0.0.1", 862, "127.0.0.1", 862, r))))
	    s.send(o.ethernet(no_mac, no_mac, o.ip6("::1", "::1", 17, o.udp("::1", 862, "::1", 862, r))))
END
# The kernel finds packets of a driver strange that have an address of its own.
start shy "$b" python3 "$here/peer.py" send 127.0.0.1 862 --count 1
wait "$pid"
same 'a kernel sender on 127.0.0.1 as things are' 1 $?
start hint "$b" "$bin" sender 127.0.0.1:863 -c 1 --timeout 100
wait "$pid"
check 'no word of what the kernel needs' said hint 'sysctl net.ipv4.conf.lo.route_localnet=1'
ip netns exec "$b" sysctl -qw net.ipv4.conf.lo.route_localnet=1 net.ipv4.conf.lo.accept_local=1
kernel_sends lo4 "$b" 127.0.0.1 862 --ssid 9
kernel_sends lo6 "$b" ::1 862 --ssid 9
kernel_sends lo-own4 "$b" "$b4" 862
kernel_sends lo-own6 "$b" "$b6" 862
ends r-lo "$r"
holds r-lo ".packets.reflected == $(sent "both-lo-"{127.0.0.1,::1,"$b4"}) + 201" '.discarded.bad_source == 20' '([.discarded[]] | add) == 20'
for to in 127.0.0.1 ::1; do
	kernel_reflects "k-lo-$to" "$b" "$to" stamp
	start "s-lo-$to" "$b" "$bin" sender --json "$to" -c 100 -i 1
	wait "$pid"
	same "our sender, a kernel reflector on lo, $to" 0 $?
	stop "$peer" TERM
	due "s-lo-$to" 100
	holds "s-lo-$to" '.packets.duplicates == 0'
done
finish

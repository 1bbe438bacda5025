#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# Nobody answers, or nothing can be sent: the exit status, one sentence that says what was tried,
# and a kernel that stays silent about our packets.
. "$(dirname "$0")/lib.sh"
need_root
need dumpcap runuser
topology_bridged

# one_line NAME STATUS PATTERN: how a program ended, and the only line that it printed on stderr
one_line()
{
	local lines
	wait "$pid"
	same "status of $1" "$2" $?
	lines=$(grep -vcE 'warning: .*(CPU|hugepages)' "$dir/$1.log")
	same "lines of $1" 1 "$lines"
	check "$1 does not say '$3' but '$(head -n 1 "$dir/$1.log")'" grep -qE -- "$3" "$dir/$1.log"
}

try()
{
	start "$1" "$a" "$bin" sender --json -c 3 -i 5 --timeout 100 "${@:2}"
}

# unreachables NAME: ICMP unreachable messages in a capture
unreachables()
{
	python3 - "$here" "$dir/$1.pcapng" <<-'END'
		import sys
		sys.path.insert(0, sys.argv[1])
		import octets
		n = 0
		for o, ns in octets.read_capture(sys.argv[2])[0]:
		    f = octets.parse(o, ns)
		    kind = o[34:35] if f.family == 4 else o[54:55]
		    n += (f.proto, kind) in ((octets.ICMP, b"\3"), (octets.ICMP6, b"\1"))
		print(n)
	END
}

capture nobody "$m" xa
cap=$pid
for driver in $(drivers); do
	echo "== $driver"
	for to in "$b4" "[$b6]"; do
		id=$driver-${to//[\[\]]/}
		try "absent-$id" --dev "$driver:va" "$to"
		one_line "absent-$id" 2 "no reply: stamp packets went to ${to//[\[\]]/.?}:862 through va"
		sound "absent-$id"
		holds "absent-$id" '.packets.sent > 0 and .packets.sent + .tester.not_sent == 3' \
			'.packets == (.packets | .received = 0 | .lost = .sent |
			.lost_unattributed = .sent | .lost_outbound = null |
			.lost_inbound = null)' '.delay_ns.roundtrip.count == 0' \
			'.delay_ns.roundtrip.min == null' '.jitter_ns.roundtrip == null' "$well"
		try "port-$id" --dev "$driver:va" "$to:4711"
		one_line "port-$id" 2 "no reply: .*:4711 .*UDP port 4711"
	done
	try "gone-$driver" --dev "$driver:va" 192.0.2.77
	one_line "gone-$driver" 1 '192.0.2.77 .*va'
	try "gone6-$driver" --dev "$driver:va" 2001:db8::77
	one_line "gone6-$driver" 1 '2001:db8::77 .*va'
	try "route-$driver" --dev "$driver:va" 198.51.100.1
	one_line "route-$driver" 1 '198.51.100.1'
	try "local-$driver" --dev "$driver:va" "$b4" 192.0.2.99
	one_line "local-$driver" 1 '192.0.2.99 is not an address of va'
	try "family-$driver" --dev "$driver:va" "$b4" 2001:db8::1
	one_line "family-$driver" 1 '2001:db8::1'
done
try route 198.51.100.1
one_line route 1 '198.51.100.1'
try unreachable 2001:db8:1::1
one_line unreachable 1 '2001:db8:1::1'
try interface --dev nowhere7 "$b4"
one_line interface 1 "no device 'nowhere7'"
try name no.such.host.invalid
one_line name 1 'no.such.host.invalid'
start reflector-local "$b" "$bin" reflector 192.0.2.99
one_line reflector-local 1 '192.0.2.99'
start reflector-interface "$b" "$bin" reflector --dev nowhere7
one_line reflector-interface 1 "no device 'nowhere7'"
start unprivileged "$a" runuser -u nobody -- "$bin" sender "$b4" -c 1
one_line unprivileged 1 '(root|privileges|permitted|CAP_NET)'
start unprivileged-reflector "$b" runuser -u nobody -- "$bin" reflector --dev vb
one_line unprivileged-reflector 1 '(root|privileges|permitted|CAP_NET)'
start unbound "$b" setpriv --inh-caps=-net_bind_service --bounding-set=-net_bind_service \
	"$bin" reflector --dev vb
one_line unbound 1 'UDP port .*:862: .*CAP_NET_BIND_SERVICE'
ip -n "$a" link set va down
try down --dev va "$b4"
one_line down 1 'va is down'
ip -n "$a" link set va up
addresses

captured nobody "$cap"
check "ports that nobody holds: this test sees nothing" [ "$(unreachables nobody)" -gt 3 ]

echo "== the kernel stays silent"
capture cap "$m" xa
cap=$pid
# Packets for ports that we hold, but that are not for us to answer, and replies nobody waits for.
for driver in $(drivers); do
	reflector "r-$driver" --dev "$driver:vb"
	r=$pid
	for to in "$b4" "$b6"; do
		start "few-$driver-$to" "$a" python3 "$here/peer.py" send "$to" 862 --light --size 14
		wait "$pid"
		same "a kernel sender" 0 $?
		start "bad-$driver-$to" "$a" python3 -c 'import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
for size in (0, 1, 13):
    s.sendto(bytes(size), (sys.argv[1], 862))' "$to"
		wait "$pid"
		sends "quick-$driver-$to" --dev "$driver:va" "$to" -c 200 --pps 20000
	done
	ends "r-$driver" "$r"
	holds "r-$driver" '.discarded.short_packet == 6'
done
captured cap "$cap"
same "ICMP unreachable while ports are held" 0 "$(unreachables cap)"
finish

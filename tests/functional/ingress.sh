#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# Over AF_PACKET the kernel handles no test packet of ours, and everything else as ever; what keeps
# them from it goes with the process, and where it cannot be had held sockets do.
. "$(dirname "$0")/lib.sh"
need_root
topology_direct

hooks()
{
	ip netns exec "$b" python3 "$here/hooks.py" vb
}
hooks >/dev/null
[ $? -ne 77 ] || skip "this kernel has no ingress hook for BPF links (Linux 6.6)"
[ -f "$(dirname "$bin")/../drivers-config/twamp_packet.o" ] || skip "twamp_packet.o is not built"

# Datagrams that the UDP of the reflector's kernel has seen, in whatever way it ended.
seen()
{
	ip netns exec "$b" awk '
		/^Udp: [0-9]/ { n += $2 + $3 + $4 }
		/^Udp6(InDatagrams|NoPorts|InErrors)/ { n += $2 }
		END { print n + 0 }' /proc/net/snmp /proc/net/snmp6
}

# echoes PORT ADDRESS: a plain socket's datagram comes back from another one there
echoes()
{
	ip netns exec "$a" python3 -c '
import socket, sys
port, to = int(sys.argv[1]), sys.argv[2]
s = socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(3)
s.connect((to, port))
s.send(b"x")
sys.exit(s.recv(9) != b"x")' "$@" 2>/dev/null
}

# refused PORT: the kernel says that nobody listens there
refused()
{
	ip netns exec "$a" python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(1)
s.connect(("'"$b4"'", int(sys.argv[1])))
s.send(b"x")
try:
    s.recv(9)
except ConnectionRefusedError:
    sys.exit(0)
except TimeoutError:
    pass
sys.exit(1)' "$1"
}

# probe NAME ADDRESS[:PORT]: all of 200 packets come back; $kernel_saw what the kernel had of them
probe()
{
	local before
	before=$(seen)
	sends "$1" --dev af_packet:va "$2" -c 200 -i 1
	due "$1" 200
	kernel_saw=$(($(seen) - before))
}

cat >"$dir/echo.py" <<'END'
import socket, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
if len(sys.argv) > 2:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, sys.argv[2].encode())
s.bind(("::", int(sys.argv[1])))
print("listening", file=sys.stderr, flush=True)
while True:
    s.sendto(*s.recvfrom(2048))
END

echo "== the kernel is kept out"
same 'before there is a reflector' 0 "$(hooks)"
reflector r862 --dev af_packet:vb
first=$pid
same 'programs at the hook' 1 "$(hooks)"
ip netns exec "$b" ss -0 -a -e >"$dir/sockets.log"
check 'its socket is seen' grep -q ring_tx "$dir/sockets.log"
check 'its socket is in no group' not grep -q fanout "$dir/sockets.log"
for to in "$b4" "$b6"; do
	probe "out-$to" "$to"
	same "the kernel saw of the packets to $to" 0 "$kernel_saw"
done

echo "== what is not ours"
start echo "$b" python3 "$dir/echo.py" 4000
ready echo "$pid" listening
for to in "$b4" "$b6"; do
	check "another port: the kernel's program answers at $to" echoes 4000 "$to"
done
check 'a port of nobody is refused' refused 4001
# the same port behind the reflector's host
space "$m"
veth "$b" far "$m" there
ip -n "$b" addr add 198.51.100.1/24 dev far
ip -n "$b" neigh add 198.51.100.7 lladdr 02:00:00:00:00:07 dev far
ip -n "$a" route add 198.51.100.0/24 via "$b4"
ip netns exec "$b" sysctl -qw net.ipv4.ip_forward=1
forwarded()
{
	ip netns exec "$b" awk '/^Ip: [0-9]/ { print $7 }' /proc/net/snmp
}
same 'forwarded so far' 0 "$(forwarded)"
ip netns exec "$a" python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(20):
    s.sendto(b"x" * 44, ("198.51.100.7", 862))'
check 'the same port elsewhere: the kernel forwards' within 5 eval '[ "$(forwarded)" = 20 ]'
# the same port on an interface on top of this one
if ip -n "$a" link add link va name tag type vlan id 7 2>/dev/null; then
	ip -n "$b" link add link vb name tag type vlan id 7
	ip -n "$a" link set tag up
	ip -n "$b" link set tag up
	ip -n "$a" addr add 203.0.113.1/24 dev tag
	ip -n "$b" addr add 203.0.113.2/24 dev tag
	start tagged "$b" python3 "$dir/echo.py" 862 tag
	tagged=$pid
	ready tagged "$tagged" listening
	check 'the same port on a VLAN interface: its program answers' echoes 862 203.0.113.2
	stop "$tagged"
fi
# and where the kernel has no such interfaces: it gets to where it would look for one
sends_tagged()
{
	ip netns exec "$a" python3 -c '
import socket, sys
sys.path.insert(0, sys.argv[1])
import octets as o
to, tag, a, b = sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5]
ip = o.ip4(a, b, o.UDP, o.udp(a, 20000, b, 862, o.request(0, 0)))
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("va", 0))
for i in range(20):
    s.send(o.ethernet(to, "02:00:00:00:00:77", ip, [(0x8100, tag)]))' \
		"$here" "$(ip netns exec "$b" cat /sys/class/net/vb/address)" "$1" "$a4" "$b4"
}
# What nobody in the kernel wanted: of a VLAN that is none of its own.
unwanted()
{
	ip -n "$b" -s -s -j link show vb | jq '.[0].stats64.rx.otherhost // 0'
}
before=$(unwanted)
sends_tagged 7
check 'the same port in an unknown VLAN: the kernel looks at it' \
	within 5 eval '[ "$(($(unwanted) - before))" = 20 ]'
before=$(seen)
sends_tagged 0
check "the same port with a priority tag: the kernel's UDP sees it" \
	within 5 eval '[ "$(($(seen) - before))" = 20 ]'

echo "== a second instance, and their ends"
reflector r863 --dev af_packet:vb :863
second=$pid
same 'programs at the hook' 2 "$(hooks)"
probe two-first "$b4"
same 'the kernel saw of the packets to the first' 0 "$kernel_saw"
probe two-second "$b4:863"
same 'the kernel saw of the packets to the second' 0 "$kernel_saw"
stop "$first" KILL
check 'kill -9 takes the program away' within 5 eval '[ "$(hooks)" = 1 ]'
check 'the port is nobody'"'"'s' within 5 refused 862
probe second-alone "$b4:863"
same 'the kernel saw of the packets to the one that is left' 0 "$kernel_saw"
ends r863 "$second"
same 'programs at the hook after the end' 0 "$(hooks)"
check 'that port, too' refused 863

echo "== without the programs"
export TW_PACKET_OBJECT=/nonexistent
reflector bare --dev af_packet:vb
r=$pid
check 'it says why' said bare 'kernel handles test packets, too: TW_PACKET_OBJECT=/nonexistent'
same 'programs at the hook' 0 "$(hooks)"
probe unaided "$b4"
same 'the kernel saw of the packets' "$(sent unaided)" "$kernel_saw"
check 'nobody is refused for all that' not refused 862
ends bare "$r"
finish

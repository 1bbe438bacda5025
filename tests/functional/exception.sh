#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# The kernel behind a port that DPDK alone drives: a memif link between two namespaces, a TAP at each
# end of it. TCP goes across while test packets are reflected; each question has one answer.
# shellcheck disable=SC2154,SC2317 # variables of lib.sh; called by check
. "$(dirname "$0")/lib.sh"
need_root
need ping
[ -c /dev/net/tun ] || skip "no /dev/net/tun"
tool=$(dirname "$bin")/../tests/dataplane/exception_tool
[ -x "$tool" ] || skip "$tool is not built (ninja -C build)"

# link NAME [GATEWAY [VLAN]]: $left is the process in $a, whose port is 862, $right that in $b
link()
{
	local name=$1
	shift
	rm -f "$dir/$name.sock"
	start "$name-a" "$a" "$tool" "net_memif0,role=server,socket=$dir/$name.sock,socket-abstract=no" \
		862 "$a4/24,$a6/64" "$@"
	left=$pid
	within 20 said "$name-a" '^ready' || skip "no TAP here: $(tail -n 1 "$dir/$name-a.log")"
	start "$name-b" "$b" "$tool" "net_memif0,role=client,socket=$dir/$name.sock,socket-abstract=no" \
		863 "$b4/24,$b6/64" "" "${@:2}"
	right=$pid
	check "$name: the other end starts" within 20 said "$name-b" '^ready'
	check "$name: there is a link" within 10 in_b ping -c 1 -W 1 -q "$a4"
}

in_b()
{
	ip netns exec "$b" "$@" >"$dir/in_b.out" 2>&1
}

# pings ADDRESS: five questions, five answers; a machine that is busy elsewhere may be late with one
pings()
{
	local tries
	: >"$dir/pings.out"
	for tries in 1 2 3; do
		in_b ping -c 5 -i 0.1 -W 2 "$1"
		cat "$dir/in_b.out" >>"$dir/pings.out"
		! grep -q '^5 packets transmitted, 5 received, 0% packet loss' "$dir/in_b.out" || break
	done
	check "ping $1, try $tries: $(tail -n 2 "$dir/in_b.out" | head -n 1)" \
		grep -q '^5 packets transmitted, 5 received, 0% packet loss' "$dir/in_b.out"
	check "ping $1: answered once" not grep -qi dup "$dir/pings.out"
}

# copies SPACE ADDRESS FROM OCTETS: a TCP server at the address in SPACE, a client in FROM
copies()
{
	local server
	start serve "$1" python3 "$here/tcp_copy.py" serve "$2" 862
	server=$pid
	ready serve "$server" listening
	start copy "$3" python3 "$here/tcp_copy.py" copy "$2" 862 "$4"
	wait "$pid"
	same "TCP to $2: $(tail -n 1 "$dir/copy.log")" 0 $?
	echo "$4 octets to $2 and back in $(cat "$dir/copy.json") s"
	wait "$server"
}

gone()
{
	not ip -n "$1" link show tw0 >/dev/null 2>&1
}

echo "== the interface"
link plain 192.0.2.254
show=$(ip -n "$a" -d link show dev tw0)
mac=$(mac_of "$a" tw0)
in_b ping -c 1 -W 1 "$a4"
same "the port's MAC" "$mac" "$(ip -n "$b" -j neigh show "$a4" | jq -r '.[0].lladdr')"
check "the port's MTU: $show" grep -q 'mtu 1500 ' <<<"$show"
same "its addresses and no others" "$a4/24 $a6/64 fe80" "$(ip -n "$a" -j addr show dev tw0 |
	jq -r '[.[0].addr_info[] | if .scope == "link" then "fe80" else "\(.local)/\(.prefixlen)" end] | join(" ")')"
check "its gateway" grep -q 'default via 192.0.2.254 ' <<<"$(ip -n "$a" route show dev tw0)"

echo "== one answer"
pings "$a4"
pings "$a6"

echo "== TCP while test packets are reflected"
peers=()
for to in "$a4" "$a6"; do
	start "peer-$to" "$b" python3 "$here/peer.py" send "$to" 862 --count 1500
	peers+=("$pid")
done
copies "$a" "$a4" "$b" 1000000
copies "$a" "$a6" "$b" 1000000
copies "$b" "$b4" "$a" 1000000
for p in "${peers[@]}"; do
	wait "$p"
	same "the peer's verdict: $(cat "$dir"/peer-*.json | cut -c 1-300)" 0 $?
done

echo "== what nobody wants"
check "IPv4: port unreachable" in_b python3 "$here/tcp_copy.py" closed "$a4" 864
check "IPv6: port unreachable" in_b python3 "$here/tcp_copy.py" closed "$a6" 864

echo "== the end"
stop "$left" TERM
same "the counters add up" 0 "$status"
holds plain-a '.reflected == 3000' '.adds_up' '.kernel_full == 0' '.tx_failed == 0' '.not_udp == 0' \
	'.not_our_port == 0' '.received == .reflected + .passed + .multicast'
check "the interface is gone" gone "$a"
stop "$right" KILL
check "after SIGKILL too" within 5 gone "$b"
same "no route stays" "" "$(ip -n "$b" route)"

echo "== a tagged port"
link tagged "" 42
pings "$a4"
pings "$a6"
copies "$a" "$a4" "$b" 200000
stop "$left" TERM
same "the counters add up" 0 "$status"
holds tagged-a '.adds_up' '.bad_vlan == 0' '.passed > 100'
stop "$right" TERM
echo "== a server, controlled over its own port"
rm -f "$dir/srv.sock"
# a default route of the host that leads nowhere: replies must not take it
ip -n "$a" link add vx type veth peer name vy || skip "no veth here"
ip -n "$a" link set vx up
ip -n "$a" link set vy up
ip -n "$a" addr add 203.0.113.1/24 dev vx
ip -n "$a" route add default via 203.0.113.2
start server "$a" "$bin" server --json -v --ip "$a4/24" --ip "$a6/64" --gateway "$b4" \
	--dev "net_memif0,role=server,socket=$dir/srv.sock,socket-abstract=no"
left=$pid
ready server "$left" 'TWAMP-Control on TCP port'
start router "$b" "$tool" "net_memif0,role=client,socket=$dir/srv.sock,socket-abstract=no" \
	863 "$b4/24,$b6/64,198.51.100.9/32"
right=$pid
ready router "$right" '^ready'
check "there is a link" within 10 in_b ping -c 1 -W 1 -q "$a4"
sent=0 # fewer than are due on a machine that is busy elsewhere
for ends in "$a4 $b4" "$a6 $b6" "$a4 198.51.100.9"; do
	read -r to from <<<"$ends"
	start "by-$from" "$b" "$bin" controller --json -v --dev af_packet:tw0 -c 200 -i 2 "$to" "$from"
	wait "$pid"
	same "controller at $from" 0 $?
	asked_for "by-$from" 200
	holds "by-$from" '.packets.lost == 0' '.packets.duplicates == 0' \
		'.session.protocol == "twamp"' '.control.sessions[0].accept == 0'
	sent=$((sent + $(json "by-$from" .packets.sent)))
done
pings "$a4"
stop "$left"
same "the server's exit status" 0 "$status"
holds server ".packets.reflected == $sent" \
	'.packets.received == .packets.reflected + .packets.tx_failed + .packets.passed + ([.discarded[]] | add)' \
	'.discarded.kernel_full == 0' '.packets.passed > 20'
check "its interface is gone" gone "$a"
stop "$right" TERM
finish

#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# Kernel interfaces driven over AF_XDP and AF_PACKET between two network namespaces: who gets which
# packets, what falls back to what and why, and what is left behind. A kernel socket is the peer.
#
# usage: device.sh [BUILD-DIRECTORY]
# shellcheck disable=SC2317 # functions are called by check and wait_for
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(realpath "${1:-build}")
tool=$build/tests/dataplane/device_tool
a=tw-dev-a-$$ b=tw-dev-b-$$
dir=$(mktemp -d)
failed=0
pids=()

skip() {
	echo "SKIP: $*"
	rm -rf "$dir"
	exit 77
}

[ "$(id -u)" = 0 ] || skip "needs root for network namespaces"
[ -x "$tool" ] || skip "$tool is not built (ninja -C build)"
ip netns add "$a" 2>/dev/null || skip "cannot make network namespaces here"

cleanup() {
	for p in "${pids[@]}"; do
		kill -9 "$p" 2>/dev/null
	done
	ip netns del "$a" 2>/dev/null
	ip netns del "$b" 2>/dev/null
	rm -rf "$dir"
}
trap cleanup EXIT

ip netns add "$b"
ip link add va netns "$a" type veth peer name vb netns "$b" || skip "no veth here"
for end in "$a va 1" "$b vb 2"; do
	read -r ns dev n <<<"$end"
	ip -n "$ns" link set lo up
	ip -n "$ns" link set "$dev" up
	ip -n "$ns" addr add "192.0.2.$n/24" dev "$dev"
	ip -n "$ns" addr add "2001:db8::$n/64" dev "$dev" nodad
done

fail() {
	echo "FAIL: $*"
	failed=1
}

check() { # what, command...
	local what=$1
	shift
	if "$@"; then
		echo "ok: $what"
	else
		fail "$what"
	fi
}

wait_for() { # seconds/10, command...
	local i n=$1
	shift
	for ((i = 0; i < n; i++)); do
		"$@" && return 0
		sleep 0.1
	done
	return 1
}

# Start an echo in namespace a; its log is $dir/NAME.log, its process $pid.
start() { # name, device, port
	: >"$dir/$1.log"
	ip netns exec "$a" "$tool" echo "$2" "$3" >>"$dir/$1.log" 2>&1 &
	pid=$!
	pids+=("$pid")
	wait_for 150 grep -qE '^ready|error:' "$dir/$1.log"
}

stop() { # process
	kill -TERM "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

ping_from() { ip netns exec "$1" "$tool" ping "${@:2}" >>"$dir/ping.log"; }
peer() { ping_from "$b" "$@"; }
send_over() { # name, device, count
	ip netns exec "$a" "$tool" send "$2" 862 "$3" >"$dir/$1.log" 2>&1
}
said() { grep -q "$2" "$dir/$1.log"; }
attached() { ip -n "$a" -d link show va | grep "prog/xdp.* name $1" >/dev/null; }
not() { ! "$@"; }
nothing_left() {
	not compgen -G "/var/run/dpdk/dpdk-twamp-$1*" >/dev/null
}

echo "== AF_XDP"
start xdp va 862
xdp=$pid
if said xdp 'driver=net_af_packet'; then
	sed 's/^/  /' "$dir/xdp.log"
	stop "$xdp"
	skip "AF_XDP is not to be had here"
fi
check "AF_XDP is chosen by itself" said xdp 'driver=net_af_xdp'
check "our program is attached" attached twamp_xdp
check "IPv4 comes back" peer 192.0.2.1 862 200
check "IPv6 comes back" peer 2001:db8::1 862 200
check "full frames come back" peer 192.0.2.1 862 20 1472
check "another port is the kernel's, who refuses it" not peer 192.0.2.1 863 1
check "... with ICMP" grep -q 'refused=1' "$dir/ping.log"
if ip netns exec "$b" ethtool -K vb tx off >/dev/null 2>&1; then
	check "full checksums come back" peer 192.0.2.1 862 50
	ip netns exec "$b" ethtool -K vb tx on >/dev/null
fi

echo "== a second instance"
start second va 863
second=$pid
check "falls back to AF_PACKET" said second 'driver=net_af_packet'
check "and says why" said second 'another dpdk-twamp drives va over AF_XDP'
check "both answer" peer 192.0.2.1 863 50
check "... the first too" peer 192.0.2.1 862 50
start third va 862
check "a port that is taken is refused" said third 'UDP port .*862 is in use'
stop "$second"
check "the program of the first is left alone" attached twamp_xdp

echo "== a killed one"
kill -9 "$xdp"
wait "$xdp" 2>/dev/null
check "kill -9 leaves the program" attached twamp_xdp
start again va 862
again=$pid
check "the next start detaches it" said again 'detached the XDP program that a dead'
check "and has AF_XDP" said again 'driver=net_af_xdp'
check "its directory was removed" nothing_left "$xdp"
check "packets come back" peer 192.0.2.1 862 50
stop "$again"
check "it says what it counted" said again 'done rx=50 tx=50 missed=0'
check "a clean end detaches the program" not attached twamp_xdp
check "and leaves no directory" nothing_left "$again"

echo "== AF_PACKET"
ip -n "$a" link set va promisc on
start packet af_packet:va 862
packet=$pid
check "is taken when asked for" said packet 'driver=net_af_packet'
check "IPv4 comes back" peer 192.0.2.1 862 200
check "IPv6 comes back" peer 2001:db8::1 862 200
check "the kernel stays silent" not grep -q 'sent=200 back=200 refused=[1-9]' "$dir/ping.log"
stop "$packet"
check "it is still promiscuous as before" sh -c "ip -n $a link show va | grep -q PROMISC"
ip -n "$a" link set va promisc off
start lo lo 862
lo=$pid
check "lo is driven" said lo 'driver=net_af_packet'
check "IPv6 on lo comes back" ping_from "$a" ::1 862 100
stop "$lo"
check "each packet was seen once" said lo 'done rx=100 tx=100'

echo "== what AF_XDP cannot do"
ip -n "$b" link set vb mtu 9000
start mtu va 862
mtu=$pid
check "a driver that refuses the program" said mtu 'veth: Peer MTU is too large'
check "gives AF_PACKET" said mtu 'driver=net_af_packet'
check "that works" peer 192.0.2.1 862 50
stop "$mtu"
ip -n "$a" link set va mtu 9000
start jumbo va 862
jumbo=$pid
check "jumbo frames give AF_PACKET" said jumbo 'driver=net_af_packet queues=1 max_frame=9014'
check "that takes them" peer 192.0.2.1 862 50 8972
stop "$jumbo"
ip -n "$a" link set va mtu 1500
ip -n "$b" link set vb mtu 1500

if command -v clang >/dev/null; then
	echo "== a foreign program"
	cat >"$dir/foreign.c" <<-'END'
		int foreign(void *ctx) __attribute__((section("xdp")));
		int foreign(void *ctx) { return 2; }
		char _license[] __attribute__((section("license"))) = "GPL";
	END
	clang -O2 -g -target bpf -c "$dir/foreign.c" -o "$dir/foreign.o" &&
		ip -n "$a" link set va xdp obj "$dir/foreign.o" sec xdp
	start foreign va 862
	foreign=$pid
	check "gives AF_PACKET" said foreign 'driver=net_af_packet'
	check "and is named" said foreign "the XDP program 'foreign' is attached"
	check "packets come back" peer 192.0.2.1 862 50
	stop "$foreign"
	check "it stays attached" attached foreign
	start forced af_xdp:va 862
	check "AF_XDP by force is an error" said forced 'error: va: no AF_XDP'
	check "it still stays attached" attached foreign
	ip -n "$a" link set va xdp off
fi

echo "== what is not there"
ip -n "$a" link set va down
start down va 862
check "an interface that is down" said down 'error: va is down: ip link set va up'
start nowhere nowhere7 862
check "a device that does not exist" said nowhere "error: there is no device 'nowhere7'"

echo "== virtual devices"
start tap "net_tap0,iface=tap$$" 862
tap=$pid
if said tap 'driver=net_tap'; then
	ip -n "$a" addr add 198.51.100.1/24 dev "tap$$"
	ip -n "$a" neigh add 198.51.100.2 lladdr 02:00:00:00:00:02 dev "tap$$"
	check "tap: packets come back" ping_from "$a" 198.51.100.2 862 50
	stop "$tap"
	check "tap: they were ours" said tap 'done rx=[0-9]* tx=50'
else
	fail "net_tap"
fi
start server "net_memif0,role=server,socket=$dir/memif.sock,socket-abstract=no" 862
server=$pid
client="net_memif0,role=client,socket=$dir/memif.sock,socket-abstract=no"
check "memif: packets come back" send_over memif "$client" 50
stop "$server"
start vhost "net_vhost0,iface=$dir/vhost.sock" 862
vhost=$pid
check "vhost and virtio_user: packets come back" \
	send_over virtio "net_virtio_user0,path=$dir/vhost.sock" 50
stop "$vhost"

echo "== without privileges"
if command -v runuser >/dev/null; then
	: >"$dir/nobody.log"
	runuser -u nobody -- "$tool" echo net_ring0 862 >>"$dir/nobody.log" 2>&1 &
	nobody=$!
	pids+=("$nobody")
	wait_for 150 grep -qE '^ready|error:' "$dir/nobody.log"
	check "a virtual device works" said nobody 'driver=net_ring'
	pkill -TERM -P "$nobody"
	wait "$nobody" 2>/dev/null
	runuser -u nobody -- "$tool" echo lo 862 >"$dir/denied.log" 2>&1
	check "lo says what is missing" said denied 'error: lo: .* needs CAP_NET_RAW'
fi

if [ "$failed" = 0 ]; then
	echo "PASS"
else
	for log in "$dir"/*.log; do
		sed "s|^|  $(basename "$log"): |" "$log"
	done
fi
exit "$failed"

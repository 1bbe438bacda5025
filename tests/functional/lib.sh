# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
# shellcheck shell=bash disable=SC2034,SC2317
#
# What the functional scripts share: namespaces joined by veth, programs that are started and
# stopped by their process number, checks, and an end that cleans up whatever happened.
#
# A script sources this file, calls need_root and one topology_*, and ends with finish. The binary
# is TW_BIN, by default build/app/dpdk-twamp.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=$(basename "$0" .sh)
bin=$(readlink -f "${TW_BIN:-$here/../../build/app/dpdk-twamp}")
a=tw-$name-a-$$ m=tw-$name-m-$$ b=tw-$name-b-$$ # sender, between them, reflector
a4=192.0.2.1 b4=192.0.2.2 a6=2001:db8::1 b6=2001:db8::2
export PYTHONDONTWRITEBYTECODE=1

dir=$(mktemp -d "${TMPDIR:-/tmp}/tw-$name.XXXXXX")
read -r shell </proc/self/comm
pids=()
spaces=()
checks=0
failed=0

# --- the end -----------------------------------------------------------------------------------

cleanup()
{
	local status=$? p n
	trap - EXIT
	# only what still runs: the number of one that ended may be another program's by now
	for p in $(jobs -rp); do
		kill -9 "$p" 2>/dev/null
		wait "$p" 2>/dev/null
	done
	for p in "${pids[@]}"; do
		[ -d "/proc/$p" ] || rm -rf "/var/run/dpdk/dpdk-twamp-$p"
	done
	for n in "${spaces[@]}"; do
		ip netns del "$n" 2>/dev/null
	done
	if [ "$status" -ne 0 ] && [ "$status" -ne 77 ]; then
		show_logs
	fi
	[ -n "${TW_KEEP:-}" ] && echo "kept: $dir" || rm -rf "$dir"
	exit "$status"
}
trap cleanup EXIT
trap 'ended_at INT; exit 130' INT
trap 'ended_at TERM; exit 143' TERM HUP

# ended_at SIGNAL: what it was at; where something hangs, this says what
ended_at()
{
	local n=$((${#BASH_LINENO[@]} - 2))
	echo "ended by SIG$1 in '$BASH_COMMAND', called from line ${BASH_LINENO[*]:1:n}"
}

# What the programs said beside the lines that each of them says.
show_logs()
{
	local f
	for f in "$dir"/*.log; do
		[ -f "$f" ] || continue
		grep -vE 'info: (memory|no hugepages|hugepages|reflecting on)|^(reflecting|forwarding)|in use by another' "$f" | tail -n 6 |
			cut -c 1-300 | sed "s|^|  ${f##*/}: |"
	done
}

skip()
{
	echo "skip: $*"
	exit 77
}

finish()
{
	if [ "$failed" -ne 0 ]; then
		echo "FAIL: $failed of $checks checks"
		exit 1
	fi
	echo "PASS: $checks checks"
	exit 0
}

# --- checks ------------------------------------------------------------------------------------

fail()
{
	failed=$((failed + 1))
	[ "$failed" -gt 30 ] || echo "FAIL: $*"
}

# check WHAT COMMAND...: the command must succeed
check()
{
	local what=$1
	shift
	checks=$((checks + 1))
	"$@" || fail "$what"
}

# same WHAT WANT GOT
same()
{
	checks=$((checks + 1))
	[ "$2" = "$3" ] || fail "$1: $3, not $2"
}

not()
{
	! "$@"
}

# said NAME PATTERN: the program's log has it
said()
{
	grep -qE -- "$2" "$dir/$1.log"
}

# json NAME FILTER: a value of the last object that a program printed
json()
{
	jq -c "$2" "$dir/$1.json" | tail -n 1
}

# holds NAME FILTER...: each filter is true of the last object that a program printed
holds()
{
	local name=$1 filter got
	shift
	for filter in "$@"; do
		checks=$((checks + 1))
		got=$(jq -c "$filter" "$dir/$name.json" 2>&1 | tail -n 1)
		[ "$got" = true ] && continue
		fail "$name: $filter is ${got:-nothing}: $(jq -c '{packets, tester} + ([.discarded //
			{} | to_entries[] | select(.value > 0)] | from_entries)' \
			"$dir/$name.json" 2>&1 | tail -n 1)"
	done
}

# Packets are left out only where a worker was held up: those that were due then, and at each of both ends
# of a stretch as much as one more; no stretch shorter than 20 ms costs a packet.
in_time='(.rate.offered_pps // 0) as $pps | .tester | (.not_sent // 0) <=
	if .stolen_ns < 20e6 then 0 else .stolen_ns * ($pps / 1e9 + 1 / 20e6) end'
# A machine that does something else for a moment: packets that are due then are not sent, a worker is
# held up, and the result says so. Nothing else may keep a tester from being ok.
well="($in_time) and (.tester"' | .ok or (((.not_sent // 0) > 0 or .stolen_longest_ns >= 80e6) and
	([.tx_full, .tx_dropped, .tx_errors, .rx_missed, .rx_nombuf, .window_overrun, .link_down_ns] |
	map(. // 0) | add) == 0 and (.device_lost | not)))'

# asked_for NAME COUNT [FILTER]: each of so many packets was sent, but those due while a worker was held up
asked_for()
{
	holds "$1" ".packets.sent + .tester.not_sent == $2" '.packets.sent > 0' "${3:-$in_time}"
}

# due NAME COUNT: each of so many packets came back, but those that are told as not sent in time
due()
{
	asked_for "$1" "$2" "$well"
	holds "$1" '.packets.received == .packets.sent'
}

# sent NAME...: packets that these sent, all together
sent()
{
	local n sum=0
	for n; do
		sum=$((sum + $(json "$n" .packets.sent)))
	done
	echo "$sum"
}

# sound NAME: the output obeys docs/json.md
sound()
{
	local findings
	checks=$((checks + 1))
	findings=$(python3 "$here/json_check.py" --final "$dir/$1.json" 2>&1) ||
		fail "$1: ${findings:0:600}"
}

# within SECONDS COMMAND...: try until it succeeds; 0.5 is a number of seconds, too
within()
{
	local us=${1}000000 end
	[[ $1 != *.? ]] || us=${1/./}00000
	end=$((${EPOCHREALTIME/[.,]/} + 10#$us))
	shift
	until "$@"; do
		[ "${EPOCHREALTIME/[.,]/}" -lt "$end" ] || return 1
		sleep 0.02
	done
}

# kept_waiting: ms for which threads of what this script runs waited for a CPU that others had
kept_waiting()
{
	local p files=()
	for p in "${pids[@]}"; do
		files+=("/proc/$p/task/"*/schedstat)
	done
	cat "${files[@]}" 2>/dev/null | awk '{ ns += $2 } END { printf "%d\n", ns / 1e6 }'
}

# soon SECONDS COMMAND: must succeed within that time, which stands still while the machine keeps the
# programs from running
soon()
{
	local most=$1 try waited before
	before=$(kept_waiting)
	shift
	for try in 1 2 3 4 5 6 7 8; do
		within "$most" "$@" && return 0
		waited=$(($(kept_waiting) - before))
		[ "$waited" -ge 10 ] || break
		before=$((before + waited))
		most=$(((waited + 999) / 1000))
	done
	return 1
}

# measuring NAME: the twping of that name has said when results will be there, so packets are sent
measuring()
{
	within 30 grep -q '^Approximately' "$dir/$1.json" || fail "$1 does not measure"
	sleep 0.5
}

# --- what the machine must have ------------------------------------------------------------------

need()
{
	local tool
	for tool in "$@"; do
		command -v "$tool" >/dev/null || skip "$tool is not installed"
	done
}

need_root()
{
	[ -x "$bin" ] || skip "$bin is not built"
	[ "$(id -u)" = 0 ] || skip "needs root for network namespaces"
	need ip jq python3
	space "$a"
	space "$b"
}

# The drivers that a kernel interface can be had with here; TW_DRIVERS chooses.
drivers()
{
	local d
	for d in ${TW_DRIVERS:-af_packet af_xdp}; do
		if [ "$d" = af_xdp ] && ! have_af_xdp; then
			echo "AF_XDP is not to be had here: ${why_not:-}" >&2
			continue
		fi
		echo "$d"
	done
}

have_af_xdp()
{
	local ok=0
	ip netns exec "$b" "$bin" reflector --dev af_xdp:vb --duration 0.1 >/dev/null \
		2>"$dir/probe.log" || ok=1
	why_not=$(tail -n 1 "$dir/probe.log")
	rm -f "$dir/probe.log"
	return "$ok"
}

# --- namespaces ----------------------------------------------------------------------------------

space()
{
	ip netns add "$1" 2>/dev/null || skip "cannot make network namespaces here"
	spaces+=("$1")
	ip -n "$1" link set lo up
}

# veth SPACE DEVICE SPACE DEVICE
veth()
{
	ip link add "$2" netns "$1" type veth peer name "$4" netns "$3" 2>/dev/null ||
		skip "no veth here"
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
}

# address SPACE DEVICE ADDRESS...: the device there has these addresses, too
address()
{
	local to
	for to in "${@:3}"; do
		case $to in
		*:*) ip -n "$1" addr replace "$to/64" dev "$2" nodad ;;
		*) ip -n "$1" addr replace "$to/24" dev "$2" ;;
		esac
	done
}

addresses()
{
	address "$a" va "$a4" "$a6"
	address "$b" vb "$b4" "$b6"
}

mac_of()
{
	ip netns exec "$1" cat "/sys/class/net/$2/address"
}

# va of the sender is the other end of vb of the reflector.
topology_direct()
{
	veth "$a" va "$b" vb
	addresses
}

# The same through a bridge in a third namespace, whose ports xa and xb see every frame; AF_XDP
# takes its frames before a capture on the same interface could.
topology_bridged()
{
	space "$m"
	veth "$a" va "$m" xa
	veth "$b" vb "$m" xb
	ip -n "$m" link add name br0 type bridge mcast_snooping 0 2>/dev/null ||
		ip -n "$m" link add name br0 type bridge 2>/dev/null || skip "no bridge here"
	ip -n "$m" link set xa master br0
	ip -n "$m" link set xb master br0
	ip -n "$m" link set br0 up
	addresses
	# a bridge port learns and forwards at once without spanning tree; wait until it does
	within 5 ip netns exec "$a" ping -c 1 -W 1 -q "$b4" >/dev/null 2>&1 ||
		skip "the bridge does not forward"
}

# The same, but what is between them is box.py; start it with box.
topology_boxed()
{
	space "$m"
	ip netns exec "$m" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	veth "$a" va "$m" xa
	veth "$b" vb "$m" xb
	addresses
	# nothing of the kernel's own leaves a checksum to a device
	ip netns exec "$a" ethtool -K va tx off >/dev/null 2>&1
	ip netns exec "$b" ethtool -K vb tx off >/dev/null 2>&1
}

# box NAME OPTIONS...: forward between them; $box is its process, NAME.json what it did
box()
{
	start "$1" "$m" python3 "$here/box.py" xa xb "${@:2}"
	box=$pid
	ready "$1" "$box" forwarding
}

# --- programs ------------------------------------------------------------------------------------

# start NAME SPACE COMMAND...: in the background; $pid is its number, NAME.json and NAME.log what
# it says.
start()
{
	local name=$1 space=$2
	shift 2
	: >"$dir/$name.log"
	set -m # else SIGINT is ignored in what runs in the background
	ip netns exec "$space" "$@" >"$dir/$name.json" 2>"$dir/$name.log" </dev/null &
	pid=$!
	set +m
	pids+=("$pid")
	# until it is a program: what the shell's child is signalled before is lost, on a busy machine after long
	within 5 became_a_program
}

became_a_program()
{
	local now
	! read -r now <"/proc/$pid/comm" || [ "$now" != "$shell" ]
} 2>/dev/null

ended()
{
	! kill -0 "$1" 2>/dev/null
}

# ready NAME PID PATTERN: it said so; a failure when it ended or is silent
ready()
{
	within 20 eval "said '$1' '$3' || ended $2"
	said "$1" "$3" && return 0
	fail "$1 did not start: $(tail -n 3 "$dir/$1.log")"
	return 1
}

# reflector NAME OPTIONS...: started in the reflector's namespace and ready; $pid is its number
reflector()
{
	local name=$1
	shift
	start "$name" "$b" "$bin" reflector --json -v "$@"
	ready "$name" "$pid" 'reflecting on'
}

# server NAME OPTIONS...: the same of a server
server()
{
	start "$1" "$b" "$bin" server --json -v "${@:2}"
	ready "$1" "$pid" 'TWAMP-Control on TCP port'
}

# A run that was over before the machine gave it time: each packet was due while the worker was held up.
no_time='.packets.sent == 0 and .tester.not_sent > 0 and .tester.stolen_longest_ns >= 20e6'

# ours NAME COMMAND OPTIONS...: run in the sender's namespace to its end; $status is how it ended. Again
# where there was no time for it.
ours()
{
	local try
	for try in 1 2 3 4 5; do
		start "$1" "$a" "$bin" "$2" --json -v "${@:3}"
		wait "$pid"
		status=$?
		[ "$status" -eq 2 ] || break
		jq -se "last | $no_time" "$dir/$1.json" >/dev/null 2>&1 || break
		echo "$1: no time for it ($try)"
	done
}

# sender NAME OPTIONS...: the same of a sender
sender()
{
	ours "$1" sender "${@:2}"
}

# sends NAME OPTIONS...: the same, and it must end well, with JSON that is sound
sends()
{
	sender "$@"
	same "exit status of $1" 0 "$status"
	sound "$1"
}

# stop PID [SIGNAL]: and wait; $status is how it ended. One that does not end is killed.
stop()
{
	kill "-${2:-INT}" "$1" 2>/dev/null
	[ "${2:-INT}" = KILL ] || within 60 ended "$1" || {
		fail "process $1 does not end by SIG${2:-INT}: $(tr '\0' ' ' <"/proc/$1/cmdline")"
		kill -KILL "$1"
	}
	wait "$1" 2>/dev/null
	status=$?
}

# ends NAME PID [SIGNAL]: stop a program that must end well, with JSON that is sound
ends()
{
	stop "$2" "${3:-INT}"
	same "exit status of $1" 0 "$status"
	sound "$1"
}

# capture NAME SPACE DEVICE [FILTER]: record frames with stamps in nanoseconds; $pid
capture()
{
	need dumpcap
	start "$1" "$2" dumpcap -q -p -B 32 -i "$3" ${4:+-f "$4"} -w "$dir/$1.pcapng"
	ready "$1" "$pid" '^File: '
}

# captured NAME PID: end a capture once what was sent lately is in it
captured()
{
	sleep 0.3
	stop "$2" INT
	check "$1 has lost no packet" not grep -qE 'dropped.*[1-9][0-9]* \(pcap' "$dir/$1.log"
}

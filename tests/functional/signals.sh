#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# SIGINT and SIGTERM while a client negotiates, at each point, and while a server has connections: the
# end is prompt and clear, nobody is left waiting, sessions that run are stopped.
. "$(dirname "$0")/lib.sh"
need_root
topology_direct

# From a signal to the end; a machine that is busy elsewhere takes some of it.
prompt_ms=1500

# client NAME COMMAND OPTIONS...: $c
client()
{
	local name=$1 command=$2
	shift 2
	case $command in controller) set -- --json "$@" --dev va ;; twping) set -- "$@" --dev va ;; esac
	start "$name" "$a" "$bin" "$command" "$@"
	c=$pid
}

# interrupt NAME SIGNAL STATUS [FILE]: send it, then make FILE, and wait for the end
interrupt()
{
	local before=${EPOCHREALTIME/[.,]/}
	kill "-$2" "$c"
	[ -z "${4:-}" ] || touch "$4"
	stop "$c" 0
	took=$(((${EPOCHREALTIME/[.,]/} - before) / 1000))
	same "exit status of $1" "$3" "$status"
	check "$1 ends $took ms after the signal" test "$took" -lt "$prompt_ms"
}

# given_up NAME WORDS: one line of error, nothing else
given_up()
{
	check "$1: nothing on standard output: $(head -c 200 "$dir/$1.json")" test ! -s "$dir/$1.json"
	same "$1: lines of error" 1 "$(grep -c 'error:' "$dir/$1.log")"
	check "$1: says why: $(tail -n 1 "$dir/$1.log")" said "$1" "error: [a-z]+: .*$2"
}

# --- before there is a server ------------------------------------------------------------------------
silent=192.0.2.99 absent=192.0.2.98 # frames go to nobody; ARP is not answered
ip -n "$a" neigh replace "$silent" lladdr 02:00:00:00:00:63 dev va
for command in controller controlclient twping; do
	client "$command-silent" "$command" "$silent"
	within 10 eval "ip netns exec '$a' ss -Htn state syn-sent | grep -q '$silent:862'" ||
		fail "$command does not connect to $silent"
	interrupt "$command-silent" INT 1
	given_up "$command-silent" interrupted
done
client absent controller "$absent"
within 10 eval "ip -n '$a' neigh show '$absent' | grep -q INCOMPLETE" || fail 'nobody asks'
interrupt absent TERM 1
given_up absent 'stopped while waiting for 192.0.2.98'
echo "nameserver $silent" >"$dir/resolv.conf"
start unnamed "$a" unshare -m sh -c "mount --bind $dir/resolv.conf /etc/resolv.conf &&
	exec '$bin' controller --json --dev va router.example"
c=$pid
if within 10 eval "ip netns exec '$a' ss -Hun | grep -q '$silent:53'"; then
	interrupt unnamed INT 1
	given_up unnamed "router.example'?: stopped while waiting for its address"
else
	stop "$c" KILL
fi

# --- a server that says no more ------------------------------------------------------------------------
# Behind the greeting, Server-Start, Accept-Session: what it granted is stopped, then it sees the end of
# the connection and nothing else. With individual session control, too; and where the answer that was
# awaited comes behind the signal after all.
hang() # STEPS OPTIONS...: $h
{
	start hang "$b" python3 "$here/control_peer.py" hang "$b4" "$@"
	h=$pid
	ready hang "$h" listening
}
z() # N: so many octets of zero, in hex
{
	printf "%0$((2 * $1))d" 0
}
sid=000102030405060708090a0b0c0d0e0f
ask='05[0-9a-f]{222}'                            # Request-TW-Session
begin=02$(z 31) stop1=03$(z 6)01$(z 24)          # Start-Sessions, Stop-Sessions of one
begin_n=07$(z 14)01$sid$(z 16) stop_n=09$(z 14)01$sid$(z 16)
answer=$dir/answer

# at STEP WHAT SAYS COMMANDS...: SAYS is all that the server hears behind that step; WHAT: hang, n, late
at()
{
	local step=$1 what=$2 says=$3 n=0 mode=() late=()
	shift 3
	case $what in
	hang) hang "$step" ;;
	n)
		hang "$step" 17
		mode=(--mode unauthenticated+individual-session-control)
		;;
	late)
		hang "$step" 1 "$answer"
		late=("$answer")
		;;
	esac
	for command; do
		n=$((n + 1))
		id=$command-$step-$what
		client "$id" "$command" "$b4" "${mode[@]}"
		within 10 eval '[ "$(grep -c hanging "$dir/hang.log")" = "$n" ]' || fail "$id does not come"
		sleep 0.05
		signal=INT
		[ "$n" = 2 ] && signal=TERM
		interrupt "$id" "$signal" 1 "${late[@]}"
		given_up "$id" interrupted
		within 5 eval '[ "$(wc -l <"$dir/hang.json")" = "$n" ]' ||
			fail "$id: the server does not hear of the end"
	done
	check "step $step, $what: each says $says: $(cat "$dir/hang.json")" \
		not grep -qvxE "closed $says" "$dir/hang.json"
	stop "$h" KILL
}
at 0 hang '' controller controlclient twping
at 1 hang '[0-9a-f]{328}' controller controlclient twping
at 3 hang "$ask" controller controlclient twping
at 3 late "$ask$stop1" controller controlclient twping
at 5 hang "$begin$stop1" controller controlclient twping
at 5 late "$begin$stop1" controller controlclient twping
at 3 n "$ask" controller controlclient
at 5 n "$begin_n$stop_n" controller controlclient

# --- sessions that run -----------------------------------------------------------------------------
# They are stopped: Stop-Sessions with their number is the last that the server hears.
hang 7
last=03000000000000020000000000000000$(printf '0%.0s' {1..32})
client running controller "$b4" --streams 1 --duration 60 --timeout 200
within 10 said hang hanging || fail 'the controller does not start'
sleep 0.5
interrupt running INT 2
same 'what came last' "closed ${last/0002/0001}" "$(cat "$dir/hang.json")"
client kept controlclient "$b4"
within 10 test -s "$dir/kept.json" || fail 'controlclient does not start'
interrupt kept TERM 0
within 5 eval '[ "$(wc -l <"$dir/hang.json")" = 2 ]'
same 'what came last of controlclient' "closed ${last/0002/0001}" "$(tail -n 1 "$dir/hang.json")"
stop "$h" KILL

# --- a server with connections in each state -------------------------------------------------------
for signal in INT TERM; do
	start "srv-$signal" "$b" "$bin" server --json -v --dev vb
	s=$pid
	ready "srv-$signal" "$s" 'TWAMP-Control on TCP port'
	mkfifo "$dir/stalled-$signal"
	ip netns exec "$a" python3 "$here/control_peer.py" stall "$b4" 40 <"$dir/stalled-$signal" \
		>/dev/null 2>"$dir/stall-$signal.log" &
	p=$!
	pids+=("$p")
	exec 8>"$dir/stalled-$signal"
	within 20 said "stall-$signal" stalled || fail 'the others do not come'
	start "held-$signal" "$a" "$bin" controlclient --json "$b4" "$a4:41000"
	h=$pid
	within 10 test -s "$dir/held-$signal.json" || fail 'controlclient does not start'
	start "live-$signal" "$a" "$bin" controller --json --dev va "$b4" --duration 60 -i 10 --interim 0.2
	l=$pid
	within 10 test -s "$dir/live-$signal.json" || fail 'the controller does not start'
	c=$s
	interrupt "srv-$signal" "$signal" 0
	sound "srv-$signal"
	holds "srv-$signal" '.sessions.active == 0' '.control.open_connections == 0' \
		'.control.connections == 42' '[.negotiated[] | select(.state != "ended")] == []' \
		'[.negotiated[] | select(.received > 10)] | length == 1' '.packets.received > 10'
	soon 2 ended "$h" || fail 'controlclient does not hear of the end'
	wait "$h"
	same "exit status of controlclient without its server" 1 "$?"
	check 'it says so' said "held-$signal" 'error: controlclient: .*closed'
	within 4 ended "$l" || fail 'the controller does not hear of the end'
	wait "$l"
	same "exit status of the controller without its server" 1 "$?"
	check 'it says why' said "live-$signal" 'control connection lost: .*closed'
	check 'it says that this is not all' said "live-$signal" 'error: controller: .*before their time'
	holds "live-$signal" '.packets.sent > 10' '.packets.received > 10'
	exec 8>&-
	wait "$p"
done
finish

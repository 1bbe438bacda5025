#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# The other end of a memif is killed under load, again and again, whichever it is: DPDK's driver unmaps
# the rings at once. Who stays goes on, says that it had no link, and measures when a peer is back.
. "$(dirname "$0")/lib.sh"
need_root

kills=${TW_KILLS:-4}
pps=${TW_KILLS_PPS:-200000}
# What is under way when a peer dies: both rings, and a burst in either program.
under_way=$((2 * 1024 + 2 * 32))
socket=socket=$dir/memif.sock,socket-abstract=no

# peer COMMAND ROLE OPTIONS...: it runs; $pid. Who comes back has the address that it had.
peer()
{
	local command=$1 role=$2 mac=02:00:00:00:00:22 space=$b ip=$b4
	shift 2
	[ "$command" != sender ] || mac=02:00:00:00:00:11 space=$a ip=$a4
	: >"$dir/$command.json" # else who looks at once finds what the one before left
	start "$command" "$space" "$bin" "$command" --json -v --ip "$ip/24" \
		--dev "net_memif0,role=$role,mac=$mac,$socket" "$@"
}

# reflects ROLE: a reflector that is ready, or a server that is one, too
reflects()
{
	peer "$reflects" "$1" ${light:+"$light"}
	r=$pid
	ready "$reflects" "$r" 'reflecting on|TWAMP-Control on'
}

# listens PID: a server is; its client fails without it
listens()
{
	within 20 eval "[ -S '$dir/memif.sock' ] || ended $1"
}

# replies SINCE: an interval after that many lines of the sender has some; the last may be half a line
replies()
{
	jq -Rne '[inputs | fromjson? | .packets.received] | any(. > 100)' \
		< <(tail -n "+$(($1 + 1))" "$dir/sender.json") >/dev/null
}

lines()
{
	grep -c . "$dir/sender.json"
}

# The reflector is killed; $1: the sender's role
sender_stays()
{
	local role=$1 other=server n id="sender, a $1"
	if [ "$role" = server ]; then
		other=client
		peer sender server "$b4" --pps "$pps" --duration 600 --interim 0.1 --timeout 500
		s=$pid
		listens "$s"
		reflects client
	else
		reflects server
		peer sender client "$b4" --pps "$pps" --duration 600 --interim 0.1 --timeout 500
		s=$pid
	fi
	check "$id: sends" within 20 replies 0
	for ((n = 1; n <= kills; n++)); do
		stop "$r" KILL
		checks=$((checks + 1))
		within 5 said sender "net_memif0 has no link" || ended "$s"
		ended "$s" && break
		within 5 eval "[ \$(grep -c 'has no link' '$dir/sender.log') -eq $n ]" ||
			fail "$id: does not say that the peer is gone, $n"
		reflects "$other"
		within 10 eval "[ \$(grep -c 'has its link again' '$dir/sender.log') -eq $n ]" ||
			fail "$id: does not say that the peer is back, $n"
		check "$id: replies after kill $n" within 10 replies "$(lines)"
	done
	check "$id: lives" not ended "$s"
	ends sender "$s"
	stop "$r"
	holds sender '.packets.sent == .packets.received + .packets.lost' \
		".packets.lost <= $((kills * under_way)) + .packets.late" '.tester.ok | not' \
		'.tester.reason | test("no link for|not sent in time")' '.tester.link_down_ns > 0' \
		'.tester.not_sent > 0' '.tester.device_lost | not' '([.discarded[]] | add) == 0'
}

# The sender is killed; $1: the reflector's role
reflector_stays()
{
	local role=$1 other=server n id="$reflects, a $1"
	if [ "$role" = server ]; then
		other=client
		reflects server
	fi
	for ((n = 1; n <= kills; n++)); do
		peer sender "$other" "$b4" --pps "$pps" --duration 600 --interim 0.1
		s=$pid
		if [ "$role" = client ] && [ "$n" = 1 ]; then
			listens "$s"
			reflects client
		fi
		within 20 eval "replies 0 || ended $s"
		check "$id: replies before kill $n" replies 0
		stop "$s" KILL
	done
	# and one that is let come to its end
	peer sender "$other" "$b4" --pps 1000 --count 500
	wait "$pid"
	same "$id: exit status of the last sender" 0 $?
	sound sender
	due sender 500
	check "$id: lives" not ended "$r"
	ends "$reflects" "$r"
	holds "$reflects" '.packets.received == .packets.reflected + .packets.tx_failed +
		.packets.passed + ([.discarded[]] | add)' '.tester.link_down_ns == 0' \
		'.tester.device_lost | not' '([.discarded[]] | add) == 0'
}

# A file that is no socket, a name typed wrong say, is not taken away for one that a killed server left.
echo precious >"$dir/file"
start file "$b" "$bin" reflector --ip "$b4/24" --duration 1 \
	--dev "net_memif0,role=server,socket=$dir/file,socket-abstract=no"
wait "$pid"
same 'exit status where a file is in the way' 1 $?
same 'the file in the way' precious "$(cat "$dir/file" 2>&1)"

for role in server client; do
	reflects=reflector light=
	echo "== reflector killed, sender is $role"
	sender_stays "$role"
	echo "== sender killed, reflector is $role"
	reflector_stays "$role"
done
if ip netns exec "$b" test -c /dev/net/tun; then
	echo "== sender killed, a server reflects"
	reflects=server light=--light
	reflector_stays server
else
	echo "no TAP here: server is not tried"
fi
finish

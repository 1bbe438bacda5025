#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# controller and server, each on a port that DPDK alone drives, in two namespaces without any other
# way between them: TCP goes over the link that is measured, through the TAP at each end.
# shellcheck disable=SC2154 # variables of lib.sh
. "$(dirname "$0")/lib.sh"
need_root
[ -c /dev/net/tun ] || skip "no /dev/net/tun"
sock=$dir/link.sock
keys=$dir/keys
printf 'alice a passphrase with blanks\n' >"$keys"
chmod 600 "$keys"

# server NAME OPTIONS...: $s
server()
{
	local name=$1
	shift
	rm -f "$sock"
	start "$name" "$b" "$bin" server --json -v --ip "$b4/24" --ip "$b6/64" \
		--dev "net_memif0,role=server,socket=$sock,socket-abstract=no" "$@"
	s=$pid
	within 20 eval "said '$name' 'TWAMP-Control on TCP port' || ended $s"
	said "$name" 'TWAMP-Control on TCP port' ||
		skip "no TAP behind memif here: $(tail -n 1 "$dir/$name.log")"
}

# controller NAME OPTIONS...: $status is how it ended
controller()
{
	ours "$1" controller --ip "$a4/24" --ip "$a6/64" \
		--dev "net_memif0,role=client,socket=$sock,socket-abstract=no" "${@:2}"
}

# measures NAME OPTIONS...: $c, a controller that does so for a minute
measures()
{
	start "$1" "$a" "$bin" controller --json -v --ip "$a4/24" "${@:2}" \
		--dev "net_memif0,role=client,socket=$sock,socket-abstract=no" "$b4" --duration 60 -i 10 \
		--interim 0.2
	c=$pid
	within 20 test -s "$dir/$1.json" || fail 'no interim result'
}

gone()
{
	not ip -n "$1" link show tw0 >/dev/null 2>&1
}

open_connections()
{
	[ "$(ip netns exec "$b" ss -Htn state established | wc -l)" = "$1" ]
}

server srv --key-file "$keys"
n=0
sent=0
for to in "$b4" "$b6"; do
	for mode in unauthenticated encrypted+individual-session-control mixed+reflect-octets \
		authenticated+symmetrical-size; do
		controller "$to-$mode" "$to" --mode "$mode" --key-file "$keys" -c 50 -i 4
		same "exit status of $mode to $to" 0 "$status"
		holds "$to-$mode" '.packets.sent > 0' '.packets.lost == 0' '.packets.duplicates == 0' \
			'([.discarded[]] | add) == 0' ".control.mode == \"$mode\"" \
			'.control.sessions[0].accept == 0' '.session.protocol == "twamp"'
		check "$mode to $to: the server's end of the connection is closed" \
			soon 2 open_connections 0
		check "$mode to $to: the TAP is gone" gone "$a"
		sent=$((sent + $(json "$to-$mode" .packets.sent)))
		n=$((n + 1))
	done
done

# twping, which keeps the session for its report, closes its connection all the same.
start ping "$a" "$bin" twping -c 20 -i 0.005f -A O --ip "$a4/24" \
	--dev "net_memif0,role=client,socket=$sock,socket-abstract=no" "$b4"
wait "$pid"
same 'exit status of twping' 0 "$?"
check 'twping: the connection is closed' soon 2 open_connections 0
sent=$((sent + 20))
n=$((n + 1))

# A session of many streams, and a connection that is refused: nothing stays behind.
controller many "$b4" --mode encrypted --key-file "$keys" --streams 50 -c 500 --pps 1000
same 'exit status of many' 0 "$status"
holds many '.packets.lost == 0' '[.control.sessions[].sid] | unique | length == 50'
sent=$((sent + $(json many .packets.sent)))
printf 'alice another passphrase\n' >"$dir/wrong"
chmod 600 "$dir/wrong"
controller wrong "$b4" --key-file "$dir/wrong" -c 3
same 'exit status with a wrong key' 1 "$status"
check 'wrong key: a clear error' said wrong 'refused the connection.*Accept 1'
check 'wrong key: no table' test ! -s "$dir/wrong.json"
check 'wrong key: the connection is closed' soon 2 open_connections 0

# Interrupted while it measures: the sessions are stopped all the same.
measures interrupted
stop "$c"
same 'exit status of the interrupted one' 0 "$status"
sound interrupted
sent=$((sent + $(json interrupted .packets.sent)))
check 'interrupted: the connection is closed' soon 2 open_connections 0

ends srv "$s"
holds srv ".packets.reflected == $sent" '.packets.tx_failed == 0' ".control.sessions == $((n + 51))" \
	'.control.bad_token == 1' '.control.open_connections == 0' '.control.servwait == 0' \
	'.sessions.active == 0' '[.negotiated[] | select(.state != "ended" or .gaps != 0)] == []' \
	'.packets.received == .packets.reflected + .packets.tx_failed + .packets.passed + ([.discarded[]] | add)'
check 'the TAP of the server is gone' gone "$b"

# Whoever ends tells the other one, over the workers that end with it, also where that one does not look for a
# moment: what lies in the rings goes with them, so the farewell lasts until it was heard.
server leaving
measures left
kill -STOP "$c"
kill -TERM "$s"
sleep 0.7
check 'the server waits until its client knows' not ended "$s"
kill -CONT "$c"
ends leaving "$s" 0
within 10 ended "$c" || fail 'the client does not hear of the end'
wait "$c"
same 'exit status without the server' 1 "$?"
check 'it says so' said left 'control connection lost: .*the server closed the connection'

server abandoned
measures leaver --timeout 1000
kill -STOP "$s"
kill -INT "$c"
sleep 1.8 # its timeout, and some of the two seconds of its farewell
check 'the client waits until its server knows' not ended "$c"
kill -CONT "$s"
ends leaver "$c" 0
check 'abandoned: the connection is closed' soon 2 open_connections 0
ends abandoned "$s"
holds abandoned '.sessions.active == 0' '[.negotiated[] | select(.state != "ended")] == []'

# Nobody at the other end of the link: a clear error, no hanging.
rm -f "$sock"
server deaf --allow 198.51.100.0/24
controller denied "$b4" -c 3
same 'exit status of a client that may not come' 1 "$status"
check 'not allowed: a clear error' said denied 'error: controller: .*Modes 0'
ends deaf "$s"
finish

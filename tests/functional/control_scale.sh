#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# Ten thousand sessions over a hundred connections, all at once with 100,000 packets a second, a thousand connections that stall, and
# connections that come and go: TW_CYCLES of them.
. "$(dirname "$0")/lib.sh"
need_root
topology_direct
load=$(readlink -f "${TW_CONTROL_LOAD:-$here/../../build/tests/functional/control_load}")
[ -x "$load" ] || skip "$load is not built (ninja -C build)"

start srv "$b" "$bin" server --json --dev vb -v --sessions 20000 --interim 1
s=$pid
ready srv "$s" 'TWAMP-Control on TCP port'
files()
{
	find "/proc/$s/fd" -mindepth 1 | wc -l
}
kib()
{
	awk '/VmRSS/ { print $2 }' "/proc/$s/status"
}

# --- sessions ------------------------------------------------------------------------------------
mkfifo "$dir/hold"
waited=$(kept_waiting)
ip netns exec "$a" "$load" "$b4" 100 100 20000 <"$dir/hold" >"$dir/load.json" 2>"$dir/load.log" &
l=$!
pids+=("$l")
exec 7>"$dir/hold"
within 30 test -s "$dir/load.json" || fail 'the sessions are not negotiated'
echo "10,000 sessions over 100 connections: $(cat "$dir/load.json")"
holds load '.accepted == 10000' '.started == 10000' '.refused == 0' '.lost == 0' \
	".negotiated_s - $(($(kept_waiting) - waited)) / 1000 < 5"
# each at ten packets a second; a machine that is busy elsewhere sends fewer and loses some
pps=${TW_SCALE_PPS:-100000} seconds=${TW_SCALE_SECONDS:-2}
start snd "$a" "$bin" sender --json -v --dev va --protocol twamp-light "$b4" :20000 \
	--streams 10000 --pps "$pps" --duration "$seconds"
wait "$pid"
same 'exit status of the sender' 0 "$?"
asked_for snd $((pps * seconds))
holds snd '.packets.sent > 20000' '.packets.sent == .packets.received + .packets.lost'
# live, of the reflector's side: every session had packets, and they add up to the whole
all_seen()
{
	jq -s -e '[.[] | select(.negotiated) | [.negotiated[].received] | select(all(. > 0) and
		length == 10000)] | length > 0' "$dir/srv.json" >/dev/null 2>&1
}
within 10 all_seen || fail 'no interim result shows 10,000 sessions with packets'
checks=$((checks + 1))
exec 7>&-
wait "$l"
same 'exit status of the client' 0 "$?"

# --- stalled connections -------------------------------------------------------------------------
good()
{
	local before=${EPOCHREALTIME/[.,]/}
	start "$1" "$a" "$bin" controlclient --json -v "$b4" "$a4:60000" --duration 0.1
	wait "$pid"
	same "exit status of $1" 0 "$?"
	took=$(((${EPOCHREALTIME/[.,]/} - before) / 1000))
}
good alone
alone=$took memory=$(kib) open=$(files)
mkfifo "$dir/stalled"
ip netns exec "$a" python3 "$here/control_peer.py" stall "$b4" 1000 <"$dir/stalled" \
	>"$dir/stall.json" 2>"$dir/stall.log" &
p=$!
pids+=("$p")
exec 8>"$dir/stalled"
within 30 said stall stalled || fail "1,000 connections: $(tail -n 1 "$dir/stall.log")"
# what the stalled ones cost, they cost each time; what the machine does else, it does not
for try in 1 2 3 4 5; do
	good "crowd$try"
	[ "$took" -ge $((alone + 500)) ] || break
done
grown=$(($(kib) - memory))
echo "1,000 stalled connections: $grown KiB more; a good client takes $took ms, $alone ms before"
check "memory of 1,000 stalled connections: $grown KiB" test "$grown" -lt 32768
check "a good client among them takes $took ms, $alone before" test "$took" -lt $((alone + 500))
exec 8>&-
wait "$p"
within 5 eval '[ "$(files)" -le "$open" ]' || fail "descriptors: $(files), not $open"

# --- coming and going ----------------------------------------------------------------------------
cycles()
{
	start cycles "$a" python3 "$here/control_peer.py" cycles "$b4" "$1"
	wait "$pid"
	same "exit status of $1 cycles" 0 "$?"
	within 5 eval '[ "$(files)" -le "$open" ]' || fail "descriptors: $(files), not $open"
}
cycles 3000
memory=$(kib)
cycles "${TW_CYCLES:-6000}"
grown=$(($(kib) - memory))
echo "${TW_CYCLES:-6000} connections came and went: $grown KiB more"
check "memory after connections that came and went: $grown KiB" test "$grown" -lt 2048
ends srv "$s"
# --- every packet is somewhere ---------------------------------------------------------------------
# Each loss stands in a counter: what the server's queue missed or its kernel dropped, what the
# sender's did, and what came later than the timeout. (Over AF_PACKET the queue's counter and the
# interface's have the machine's other traffic, too.)
sum()
{
	jq -s "[.[] | select(.interim == false)] | last | $2" "$dir/$1.json"
}
sent=$(sum snd .packets.sent) lost=$(sum snd .packets.lost)
got=$(sum snd '.packets.received + .packets.late')
asked=$(sum srv '.packets.received - .packets.passed') back=$(sum srv .packets.reflected)
missed='(.tester.rx_missed + .tester.rx_nombuf)' dropped=.tester.tx_dropped
there=$(($(sum srv "$missed") + $(sum snd "$dropped")))
here_too=$(($(sum snd "$missed") + $(sum srv "$dropped")))
echo "$((pps)) packets/s: sent $sent, not sent in time $(sum snd .tester.not_sent), lost $lost:" \
	"$there on the way there, $here_too on the way back, $(sum snd .packets.late) late"
same 'packets reflected of those that came' "$asked" "$back"
if said srv af_packet || said snd af_packet; then
	check "lost there: $((sent - asked)), counted $there" test "$there" -ge $((sent - asked))
	check "lost back: $((back - got)), counted $here_too" test "$here_too" -ge $((back - got))
else
	same 'counted losses on the way there' "$((sent - asked))" "$there"
	same 'counted losses on the way back' "$((back - got))" "$here_too"
fi
holds srv '.sessions.active == 0' '.control.open_connections == 0' \
	'[.negotiated[] | select(.state != "ended")] == []'
finish

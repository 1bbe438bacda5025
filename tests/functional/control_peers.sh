#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# Servers and clients that close at each point, refuse, or ask for absurd things: each ends with a
# clear error and leaves nothing behind.
. "$(dirname "$0")/lib.sh"
need_root
topology_direct

keys=$dir/keys
echo 'alice secret' >"$keys"
chmod 600 "$keys"

start peer "$b" python3 "$here/control_peer.py" server "$b4"
ready peer "$pid" listening
while IFS=$'\t' read -r name words; do
	mode=unauthenticated
	case $name in count-*) mode=authenticated ;; modes-unknown) mode=strictest ;; esac
	before=${EPOCHREALTIME/[.,]/}
	start "$name" "$a" "$bin" controlclient "$b4" --mode "$mode" --key-file "$keys" --user alice
	wait "$pid"
	same "exit status of $name" 1 "$?"
	took=$((${EPOCHREALTIME/[.,]/} - before))
	check "$name took $took us" test "$took" -lt 2000000
	check "$name: nothing but an error" test ! -s "$dir/$name.json"
	same "$name: lines of error" 1 "$(grep -c 'error:' "$dir/$name.log")"
	check "$name: $(tail -n 1 "$dir/$name.log")" said "$name" "error: controlclient: .*($words)"
done < <(python3 "$here/control_peer.py" names)

# Clients that go away at each point.
start srv "$b" "$bin" server --json -v --dev vb
s=$pid
ready srv "$s" 'TWAMP-Control on TCP port'
files()
{
	find "/proc/$s/fd" -mindepth 1 | wc -l
}
before=$(files)
start cut "$a" python3 "$here/control_peer.py" client "$b4"
wait "$pid"
same 'exit status of the clients' 0 "$?"
within 5 eval '[ "$(files)" = "$before" ]' || fail "descriptors: $(files), not $before"
start good "$a" "$bin" controller --json -v --dev va "$b4" -c 20 -i 10
wait "$pid"
same 'exit status of a good client after them' 0 "$?"
holds good '.packets.lost == 0'
ends srv "$s"
holds srv '.sessions.active == 0' '.control.open_connections == 0' \
	".control.connections == $(cat "$dir/cut.json") + 1" "$well" \
	'[.negotiated[] | select(.state != "ended")] == []' '.control.sessions > 20'
finish

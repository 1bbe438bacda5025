#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# What a server grants and for how long: limits by prefix and by user, SERVWAIT, REFWAIT, exactly
# from the start to the stop, counts of Stop-Sessions, packets of no session, live statistics.
. "$(dirname "$0")/lib.sh"
need_root
need curl
topology_direct
second=192.0.2.11
address "$a" va "$second"

keys=$dir/keys
printf 'alice a passphrase\nbob another\ncarol Zq7-forgotten-soon-31\nerin Zq7-never-needed-32\n' >"$keys"
chmod 600 "$keys"

# client NAME COMMAND OPTIONS...: run to its end; $status
client()
{
	local name=$1 command=$2
	shift 2
	if [ "$command" = controller ]; then
		set -- --dev va "$@"
	fi
	ours "$name" "$command" "$@"
}
granted() # NAME COMMAND OPTIONS...
{
	client "$@"
	same "exit status of $1" 0 "$status"
}
refused() # NAME WORDS COMMAND OPTIONS...: exit 1, one line, nothing on standard output
{
	local name=$1 words=$2
	shift 2
	client "$name" "$@"
	same "exit status of $name" 1 "$status"
	check "$name: the reason: $(tail -n 1 "$dir/$name.log")" said "$name" "error: .*$words"
	check "$name: no result" test ! -s "$dir/$name.json"
}
scripted() # NAME WHAT ...
{
	local name=$1
	shift
	start "$name" "$a" python3 "$here/control_scripted.py" "$@"
	wait "$pid"
	same "exit status of $name" 0 "$?"
}
holder() # NAME OPTIONS...: a controlclient that keeps its sessions; $h
{
	local name=$1
	shift
	start "$name" "$a" "$bin" controlclient --json -v "$@"
	h=$pid
	within 10 test -s "$dir/$name.json" || fail "$name: $(tail -n 1 "$dir/$name.log")"
}

# --- limits ----------------------------------------------------------------------------------------
server limited --dev vb --key-file "$keys" --limit "$a4/32:sessions=2" --limit user:alice:sessions=3,pps=50 \
	--limit "$second/32:connections=1"
s=$pid
# who is granted two of three gives these back, and waits for nothing
for mode in unauthenticated unauthenticated+individual-session-control; do
	start "some-$mode" "$a" "$bin" controlclient "$b4" "$a4:40040" --streams 3 --mode "$mode"
	within 5 ended "$pid" || fail "some-$mode does not end"
	stop "$pid" TERM
	same "exit status of some-$mode" 1 "$status"
	check "some-$mode: the reason" said "some-$mode" 'refused the session .*limit.*Accept 5'
	check "some-$mode: no warning" not said "some-$mode" warning
done
refused prefix-more 'refused the session .*limit.*Accept 5' controller "$b4" "$a4" --streams 3 -c 3 \
	--mode unauthenticated
granted prefix-just controller "$b4" "$a4" --streams 2 -c 40 -i 20 --mode unauthenticated
granted prefix-other controller "$b4" "$second" --streams 5 -c 40 -i 20 --mode unauthenticated
# the table's reader gets none either
start words "$a" "$bin" controller --dev va "$b4" "$a4" --streams 3 -c 3 --mode unauthenticated
wait "$pid"
same 'exit status without --json' 1 "$?"
check 'no table' test ! -s "$dir/words.json"
check 'one line' [ "$(grep -c error: "$dir/words.log")" = 1 ]
# a user's rule is for that user, from whichever address
refused user-more 'refused the session .*limit.*Accept 5' controller "$b4" "$second" --streams 4 -c 3 \
	--mode encrypted --key-file "$keys" --user alice
granted user-just controller "$b4" "$second" --streams 3 -c 40 -i 20 --mode encrypted \
	--key-file "$keys" --user alice
granted user-other controller "$b4" "$second" --streams 6 -c 40 -i 20 --mode encrypted \
	--key-file "$keys" --user bob
sleep 3 # until the sessions' Timeout has passed they count
client user-fast controller "$b4" "$second" -c 400 --pps 1000 --timeout 1000 --mode encrypted \
	--key-file "$keys" --user alice
holds user-fast '.packets.lost > 0' '.packets.received > 0'
client other-fast controller "$b4" "$second" -c 400 --pps 1000 --timeout 1000 --mode encrypted \
	--key-file "$keys" --user bob
holds other-fast '.packets.lost == 0'
# A client that was set up has forgotten its passphrase and those of all others.
cat >"$dir/search.py" <<'END'
import re, sys
pid, found = sys.argv[1], 0
with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
    for line in maps:
        m = re.match(r"([0-9a-f]+)-([0-9a-f]+) r.* (\S*)$", line)
        if not m or m.group(3) in ("[vvar]", "[vsyscall]", "[vvar_vclock]"):
            continue
        try:
            mem.seek(int(m.group(1), 16))
            found += len(re.findall(sys.argv[2].encode(), mem.read(int(m.group(2), 16) - int(m.group(1), 16))))
        except OSError:
            pass
print(found)
END
occurs() # PID WORDS: how often in its memory
{
	python3 "$dir/search.py" "$@"
}
holder forgets "$b4" "$a4:40060" --mode encrypted --key-file "$keys" --user carol
same 'passphrases in the memory of controlclient' 0 "$(occurs "$h" Zq7-)"
check 'the search finds what is there' test "$(occurs "$h" carol)" -gt 0
check 'and the server needs them' test "$(occurs "$s" Zq7-)" -gt 1
stop "$h"
# one connection at a time from there; afterwards the next one
holder one "$b4" "$second:40000" --mode unauthenticated
refused two 'takes nobody|closed' controlclient "$b4" "$second:40010" --mode unauthenticated
granted elsewhere controlclient "$b4" "$a4:40020" --duration 0.1 --mode unauthenticated
stop "$h"
granted three controlclient "$b4" "$second:40030" --duration 0.1 --mode unauthenticated
ends limited "$s"
holds limited '.control.refused_limit == 1' '.control.sessions_refused >= 5' '.control.bad_stop == 0' \
	'.discarded.rate_limit > 0'

# --- ports ----------------------------------------------------------------------------------------
# Where sessions may not have more ports of their own they share one: the descriptors that are left
# are those of the control connections.
start few "$b" bash -c 'ulimit -n 1024 && exec "$@"' few "$bin" server --json -v --dev vb
s=$pid
ready few "$s" 'TWAMP-Control on TCP port'
start ports "$a" python3 "$here/control_scripted.py" ports "$b4" 300
wait "$pid"
same 'exit status of a client that asks for 300 ports' 0 "$?"
holds ports '.accepted == 300' '.first == 21000' '.ports > 50' '.ports < 100'
granted after-ports controlclient "$b4" "$a4:40000" --duration 0.1
ends few "$s"
holds few '.control.sessions == 301' '.control.sessions_refused == 0'

# --- a server that lets nobody in but some -------------------------------------------------------
server guarded --dev vb --allow "$second/32"
s=$pid
refused outside 'takes nobody|closed' controlclient "$b4" "$a4:40000"
granted inside controlclient "$b4" "$second:40000" --duration 0.1
ends guarded "$s"
holds guarded '.control.refused_policy == 1' '.control.sessions == 1'

# --- time ------------------------------------------------------------------------------------------
server waits --dev vb --servwait 1 --refwait 8 --metrics=127.0.0.1:9101
s=$pid
scripted silent silent "$b4"
check "SERVWAIT of 1 s: $(cat "$dir/silent.json") s" \
	jq -e '. > 0.9 and . < 3' "$dir/silent.json" >/dev/null
# a session keeps its connection until it ends itself, for want of packets
holder idle "$b4" "$a4:41000" --duration 60
page()
{
	ip netns exec "$b" curl -s http://127.0.0.1:9101/metrics >"$dir/page"
	grep -E "$1" "$dir/page" >/dev/null
}
check 'a live session is shown' soon 3 page 'twamp_reflected_session_received_total\{.*\} 0$'
scripted used packets "$b4" 41000 7
holds used '.answered == 7'
check 'with its packets' soon 3 page 'twamp_reflected_session_received_total\{.*\} 7$'
check 'and its replies' grep -qE 'twamp_reflected_session_reflected_total\{.*\} 7$' "$dir/page"
# packets for longer than REFWAIT and SERVWAIT
scripted kept packets "$b4" 41000 95
holds kept '.answered == 95'
check 'then REFWAIT and SERVWAIT end the connection of the idle client' within 30 ended "$h"
wait "$h"
same 'exit status of the idle client' 1 "$?"
scripted after packets "$b4" 41000 3
holds after '.answered == 0'
ends waits "$s"
holds waits '.control.servwait == 2' '.control.refwait == 1' '.sessions.active == 0' \
	'.negotiated[0].received >= 102' '.negotiated[0].reflected == 102'

# --- start and stop, counts ------------------------------------------------------------------------
server exact --dev vb
s=$pid
scripted n n-sessions "$b4"
scripted start-stop start-stop "$b4"
scripted counted stop "$b4" 2
check 'a right number: goes on' grep -q 'goes on' "$dir/counted.json"
scripted zero stop "$b4" 0
check 'a wrong number: closed' grep -q closed "$dir/zero.json"
# packets of no session, on the port of others
start stranger "$a" "$bin" sender --json -v --dev va "$b4" -c 3 -i 5 --timeout 500
wait "$pid"
same 'exit status of a stranger' 2 "$?"
ends exact "$s"
holds exact '.control.bad_stop == 1' '.discarded.no_session >= 3' '.discarded.not_started > 0'

server open --dev vb --light --lenient-stop
s=$pid
scripted lenient stop "$b4" 0
check '--lenient-stop: goes on' grep -q 'goes on' "$dir/lenient.json"
for protocol in stamp twamp-light; do
	start "light-$protocol" "$a" "$bin" sender --json -v --dev va --protocol "$protocol" "$b4" -c 5 -i 5
	wait "$pid"
	same "exit status of $protocol with --light" 0 "$?"
	holds "light-$protocol" '.packets.lost == 0'
done
ends open "$s"
holds open '.control.bad_stop == 0' '.discarded.no_session == 0'
finish

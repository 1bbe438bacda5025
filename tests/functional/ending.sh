#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# SIGINT and SIGTERM when something is out of order: the device, the peer, or who reads the
# output. The end comes soon, with the result where anybody takes it, and with the right status.
. "$(dirname "$0")/lib.sh"
. "$here/pair.sh"
need_root
topology_direct

for driver in $(drivers); do
	echo "== $driver: no link, no device"
	reflects "r-$driver-dark" --dev "$driver:vb"
	sends_on "s-$driver-dark" --dev "$driver:va" "$b4" --pps 1000
	ip -n "$b" link set vb down
	soon 3 said "s-$driver-dark" 'va has no link' || fail "$driver: no link is not seen"
	ended_well "s-$driver-dark" "$s" 0
	ended_well "r-$driver-dark" "$r" 0
	adds_up "s-$driver-dark"
	clean "$driver, no link"
	ip -n "$b" link set vb up

	# the device goes and the signal comes at once: either may be the first
	reflects "r-$driver-gone" --dev "$driver:vb"
	sends_on "s-$driver-gone" --dev "$driver:va" "$b4" --pps 1000
	ip -n "$a" link del va
	ask_end "s-$driver-gone" "$s" 1
	ask_end "r-$driver-gone" "$r" 1
	sound "s-$driver-gone"
	sound "r-$driver-gone"
	clean "$driver, no device"
	topology_direct
done

echo "== a peer that is gone, a ring that is full"
for role in client server; do
	for how in KILL STOP; do
		id=memif-$role-$how
		dev=net_memif0,socket=$dir/$id.sock,socket-abstract=no
		if [ "$role" = client ]; then
			reflects "r-$id" --ip "$b4/24" --dev "$dev,role=server"
			sends_on "s-$id" --ip "$a4/24" --dev "$dev,role=client" "$b4" --pps 20000
		else
			start "s-$id" "$a" "$bin" sender --json -v --duration 60 --timeout 300 --interim 0.2 \
				--ip "$a4/24" --dev "$dev,role=server" "$b4" --pps 20000
			s=$pid
			within 20 eval "[ -S '$dir/$id.sock' ]"
			reflects "r-$id" --ip "$b4/24" --dev "$dev,role=client"
			within 20 eval "[ -s '$dir/s-$id.json' ]" || fail "s-$id sends nothing"
		fi
		kill "-$how" "$r"
		sleep 0.3
		ended_well "s-$id" "$s" 0
		holds "s-$id" '.packets.sent == .packets.received + .packets.lost' '.tester.ok | not'
		if [ "$how" = STOP ]; then
			kill -CONT "$r"
			ended_well "r-$id" "$r" 0
		else
			wait "$r" 2>/dev/null
			rm -rf "/var/run/dpdk/dpdk-twamp-$r"
		fi
		clean "$id"
	done
done

# The output: a pipe that is full and nobody reads, that nobody has any more, a disk that is full
cat >"$dir/full.py" <<'END'
import fcntl, os, signal, sys
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
r, w = os.pipe()
how = sys.argv[1]
if how.startswith("full"):
    fcntl.fcntl(w, 1031, 4096)  # F_SETPIPE_SZ
    os.write(w, b"x" * 4096)
    os.set_inheritable(r, True)  # somebody could read
if how == "broken":
    os.close(r)
os.dup2(w, 1)
if how == "full-both":
    os.dup2(w, 2)
os.close(w)
os.execv(sys.argv[2], sys.argv[2:])
END

# into HOW NAME COMMAND...: $s
into()
{
	local how=$1 name=$2
	shift 2
	case $how in
	closed) start "$name" "$a" sh -c 'exec "$@" >&-' - "$bin" "$@" ;;
	disk) start "$name" "$a" sh -c 'exec "$@" >/dev/full' - "$bin" "$@" ;;
	*) start "$name" "$a" python3 "$dir/full.py" "$how" "$bin" "$@" ;;
	esac
	s=$pid
}

# unread HOW NAME: asked to, it ends without its output, and says so where it can
unread()
{
	ask_end "$2" "$s" 1
	[ "$1" = full-both ] || check "$2: says why: $(tail -n 1 "$dir/$2.log")" \
		said "$2" 'error: standard output: .*(nobody reads|No space|Broken pipe|Bad file)'
	clean "$2"
}

# works PID: its workers, who wait once or twice before, have come to their loops; of one that nobody hears
# nothing else can be seen
works()
{
	grep -l rte-worker /proc/"$1"/task/*/comm | sed 's|comm$|status|' | xargs cat |
		awk '/ctxt_switches/ { n += $2 } END { exit n < 12 }'
} 2>/dev/null

echo "== output that nobody takes"
r=0
for how in full full-both broken closed disk; do
	for interim in "" 0.1; do
		id=$how${interim:+-interim}
		into "$how" "$id" loopback --json --pps 1000 --duration 60 --timeout 300 \
			${interim:+--interim "$interim"}
		within 20 works "$s" || fail "$id does not come to work"
		sleep 0.7
		unread "$how" "$id"
	done
done
into full patient loopback --json --pps 1000 --duration 0.3
sleep 1.5
check "who is not asked to end waits for the reader" not ended "$s"
kill -INT "$s"
sleep 0.2
kill -TERM "$s"
check "a second signal does not end it at once" soon 0.5 ended "$s"
wait "$s"
same "a second signal: exit status" 1 $?

# a reader that is slow gets everything
start slow "$a" sh -c '"$@" | { sleep 2; cat; }' - "$bin" loopback --json --pps 1000 --duration 1.5 \
	--interim 0.1
wait "$pid"
same "a slow reader: exit status" 0 $?
same "a slow reader: no line is missing" true \
	"$(jq -s '[.[].sequence] == [range(1; length + 1)] and length > 8 and (.[-1].interim | not)' "$dir/slow.json")"
sound slow

echo "== the same of twping and controlclient"
server srv --dev vb
srv=$pid
connected()
{
	[ -n "$(ip netns exec "$a" ss -Htn state established dport = :862)" ]
}
ping=(twping --dev va -i 0.0005f -L 0.3 -E 0 -c 1000000 "$b4")
n=0
for how in full full-both broken closed disk; do
	for what in "${ping[*]} -R" "${ping[*]} -M" "controlclient $b4 --json --streams 3"; do
		n=$((n + 1))
		id=$how-${what%% *}-$n
		read -ra words <<<"$what"
		into "$how" "$id" "${words[@]}"
		within 20 eval "connected || ended $s" || fail "$id does not connect"
		sleep 0.5
		unread "$how" "$id"
	done
done
# nobody reads: the session is kept all the same, and stopped when its time has come
into full kept controlclient "$b4" :30000 --duration 2
within 5 connected || fail 'no session'
sleep 1
check 'the session is kept' connected
within 5 not connected || fail 'the connection waits for the reader'
check "who is not asked to end waits for the reader" not ended "$s"
ask_end kept "$s" 1

# a reader that is slow gets everything, more than a pipe holds
start slow-ping "$a" sh -c '"$@" | { sleep 3; cat; }' - "$bin" twping --dev va -i 0.0005f -L 0.3 -E 0 \
	-c 2000 "$b4" -R
wait "$pid"
same "twping, a slow reader: the packets told" "$(seq 0 1999 | md5sum)" \
	"$(awk 'NF == 16 { print $1 }' "$dir/slow-ping.json" | sort -nu | md5sum)"
same "twping, a slow reader: lines of another form" 0 "$(grep -cvxE '([0-9.e+-]+ ){15}[0-9]+' "$dir/slow-ping.json")"
start slow-control "$a" sh -c '"$@" | { sleep 1; cat >"$0"; }' "$dir/slow.sessions" "$bin" controlclient "$b4" \
	--json --streams 400 --duration 8
within 4 eval '[ "$(jq ".control.sessions | length" "$dir/slow.sessions" 2>/dev/null)" = 400 ]' ||
	fail "controlclient: a slow reader gets $(wc -c <"$dir/slow.sessions") octets while the sessions run"
check "and they still run" not ended "$pid"
wait "$pid"
ends srv "$srv" TERM
finish

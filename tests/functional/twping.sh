#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# twping by that name against server: every mode, every kind of output read as programs read it,
# what is lost and doubled between the two, and how it ends when it cannot.
. "$(dirname "$0")/lib.sh"
need_root
topology_boxed

ln -s "$bin" "$dir/twping"
keys=$dir/keys pfs=$dir/pfs
printf 'alice a passphrase with blanks\n' >"$keys"
printf '# perfSONAR\nbob\tff00\nalice\t%s\n' \
	"$(printf 'a passphrase with blanks' | od -An -v -tx1 | tr -d ' \n')" >"$pfs"
chmod 600 "$keys" "$pfs"

# twping NAME OPTIONS...: run to its end; $status is how it ended
twping()
{
	local name=$1
	shift
	start "$name" "$a" "$dir/twping" --dev va "$@"
	wait "$pid"
	status=$?
}

# reads NAME raw|machine|text OPTIONS...: it ends well and prints what is of that form; NAME.json
# becomes what a program understands
reads()
{
	local name=$1 kind=$2
	shift 2
	twping "$name" "$@"
	same "exit status of $name" 0 "$status"
	understands "$name" "$kind"
}

understands()
{
	mv "$dir/$1.json" "$dir/$1.out"
	checks=$((checks + 1))
	python3 "$here/twping_check.py" "$2" "$dir/$1.out" >"$dir/$1.json" 2>"$dir/$1.why" ||
		fail "$1: $(cat "$dir/$1.why")"
}

# is NAME FILTER...: each is true of what was understood
is()
{
	local name=$1 filter
	shift
	for filter; do
		checks=$((checks + 1))
		jq -e "$filter" "$dir/$name.json" >/dev/null 2>&1 ||
			fail "$name: $filter: $(jq -c 'if type == "object" then del(.gaps) else . end' \
				"$dir/$name.json" 2>&1 | cut -c 1-700)"
	done
}

start srv "$b" "$bin" server --json -v --dev vb --key-file "$keys"
s=$pid
ready srv "$s" 'TWAMP-Control on TCP port'
box clean
clean=$box

# Every mode in both versions; -R has nothing but rows.
whole=('.sent == 20' '.lost == 0' '.rows == 20' '.reordered == 0' '.in_order'
	'.ttls == {"255": 20}' '.rtt_min > 0' '.delay_min > 0')
for to in "$b4" "[$b6]:862"; do
	for mode in O A E M; do
		id=raw-$mode-${#to}
		reads "$id" raw -R -c 20 -i 0.005f -L 0.5 -A "$mode" -u alice -k "$pfs" "$to"
		is "$id" "${whole[@]}"
	done
done
# All are welcome, the strictest is taken; without a user the open one.
reads strictest raw -R -c 3 -i 0.005f -L 0.3 -u alice -k "$pfs" "$b4"
reads keyless raw -R -c 3 -i 0.005f -L 0.3 -k "$pfs" "$b4"

# Without a file the passphrase is asked for, and not shown.
cat >"$dir/typed.py" <<'END'
import os, pty, signal, sys, termios
signal.alarm(60)
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen, typed = b"", False
while True:
    try:
        got = os.read(fd, 4096)
    except OSError:
        break
    if not got:
        break
    seen += got
    if not typed and b"Enter passphrase for identity 'alice': " in seen:
        if termios.tcgetattr(fd)[3] & termios.ECHO:
            print("it is shown what is typed")
        os.write(fd, sys.argv[1].encode() + b"\n")
        typed = True
print(seen.decode().replace("\r\n", "\n"), end="")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
typed()
{
	start "$1" "$a" python3 "$dir/typed.py" "$2" "$dir/twping" --dev va -R -c 3 -i 0.005f -L 0.3 \
		-A E -u alice "$b4"
	wait "$pid"
	status=$?
}
typed typed 'a passphrase with blanks'
same 'exit status of typed' 0 "$status"
same 'rows of typed' 3 "$(grep -cE '^[0-9]+ [0-9]{20} ' "$dir/typed.json")"
check 'the passphrase is not shown' not grep -qE 'blanks|it is shown' "$dir/typed.json"
typed mistyped 'another one'
same 'exit status of mistyped' 1 "$status"

# The command lines of pScheduler, word by word: of a latency test with everything, of one with
# nothing that is asked for in 50 us, of an rtt test of 64 octets, which sets the size twice.
# It names no device.
plug() # NAME OPTIONS...
{
	start "$1" "$a" "$dir/twping" "${@:2}"
	wait "$pid"
	same "exit status of $1" 0 $?
	check "$1: nothing on standard error but warnings" not said "$1" 'error:'
	understands "$1" raw
	is "$1" '.lost == 0' '.duplicates == 0' '.in_order' '.rtt_min > 0' '.delay_min > -0.001' \
		'.back_min > -0.001' '.errors_min > 0' '.ttls == {"255": .sent}' '.back_ttls == .ttls'
}
plug plug-latency -R -D 46 -s 58 -P 8760-8770 -c 10 -i 0.01 -L 0.5 -4 -Z -S "$a4" "$b4:862"
is plug-latency '.sent == 10'
plug plug-quick -R -c 20 -i 5e-05 -L 0 -6 -S "$a6" "[$b6]:862"
is plug-quick '.sent == 20'
plug plug-rtt -R -D 10 -s 27 -s 58 -c 5 -i 0.05 -L 0.5 "$b4:862"
is plug-rtt '.sent == 5' '.rtt_max < 0.5'

# -M: what was asked for is what is told.
reads machine machine -M -U -c 20 -i 0.005f -L 0.5 -D EF -s 100 -b 0.001 -P 5000-5003 -Z "$b4"
is machine 'length == 1' '.[0].SENT == 20' '.[0].LOST == 0' '.[0].DSCP == "0x2e"' \
	'.[0].PACKET_PADDING == 100' '.[0].LOSS_TIMEOUT == 2147483648' \
	'.[0].SESSION_PACKET_COUNT == 20' '.[0].SAMPLE_PACKET_COUNT == 20' \
	'.[0].BUCKET_WIDTH == 0.001' '.[0].SESSION_FINISHED == 1' '.[0].DUPS_FWD == 0' \
	'.[0].DUPS_BCK == 0' ".[0].FROM_ADDR == \"$a4\"" ".[0].TO_ADDR == \"$b4\"" \
	".[0].TO_HOST == \"$b4\"" '.[0].FROM_PORT >= 5000 and .[0].FROM_PORT <= 5003' \
	'.[0].TO_PORT == .[0].FROM_PORT' '.[0].MINTTL_FWD == 255 and .[0].MAXTTL_BCK == 255' \
	'.[0].UNIX_END_TIME - .[0].UNIX_START_TIME | . > 0.08 and . < 2' \
	'.[0].UNIX_START_TIME - (.[0].START_TIME / 4294967296 - 2208988800) | fabs < 0.001' \
	'.[0].MIN <= .[0].MIN_FWD + .[0].MAX_BCK + 0.00001' '.[0].SYNC == 0 or .[0].MAXERR < 1'
reads default-timeout machine -M -c 2 -i 0.005f "$b4"
is default-timeout '.[0].LOSS_TIMEOUT | . >= 8589934592 and . < 8589934592 + 429496729' \
	'.[0].PACKET_PADDING == 27' '.[0].FROM_PORT >= 8760 and .[0].FROM_PORT <= 9960'
reads sealed-padding machine -M -c 2 -i 0.005f -L 0.3 -A A -u alice -k "$pfs" "$b4"
is sealed-padding '.[0].PACKET_PADDING == 64'
reads parts machine -M -N 4 -c 10 -i 0.002f -L 0.3 "$b4"
is parts 'length == 3' '[.[].SENT] == [4, 4, 2]' '[.[].SAMPLE_PACKET_COUNT] == [4, 4, 2]' \
	'[.[].SESSION_PACKET_COUNT] == [10, 10, 10]' '[.[].SID] | unique | length == 1'

# What people read.
reads text text -c 20 -i 0.005f -L 0.5 -a 50,99 -v3 -n u "$b4"
is text '.counts == ["20", "0", "0.000", "0", "0"]' '.records | length == 3' \
	'.records[0] | startswith("seq_no=0 ")' '.title[2] == "192.0.2.2"' '.rtt[3] == "us"' \
	'[.percentiles[][0]] == ["50.0", "99.0"]' '.percentiles[0][1] == .rtt[1]' \
	'.send_hops == "hops = 0 (consistently)"' '.reflect_hops == "hops = 0 (consistently)"' \
	'(.rtt[0] | tonumber) <= (.rtt[1] | tonumber)' '(.rtt[1] | tonumber) <= (.rtt[2] | tonumber)'
twping quiet -Q -c 3 -i 0.005f -L 0.3 "$b4"
same 'exit status of quiet' 0 "$status"
check '-Q prints nothing' test ! -s "$dir/quiet.json"
mkdir "$dir/saved"
twping saved -p -M -d "$dir/saved" -c 5 -i 0.005f -L 0.3 "$b4"
same 'exit status of saved' 0 "$status"
file=$(tail -n 1 "$dir/saved.json")
check "-p names a file of twping's form: $file" \
	grep -qE "^$dir/saved/[0-9]{20}_[0-9]{20}\.sum$" <<<"$file"
cp "$file" "$dir/saved.json"
understands saved machine
is saved '.[0].SENT == 5'

# Schedules: pairs 20 ms apart; -z waits before the first packet.
began=${EPOCHREALTIME/[.,]/}
reads pairs raw -R -z 1 -c 20 -i 0.02f,0f -L 0.3 "$b4"
check 'the start is delayed' test $((${EPOCHREALTIME/[.,]/} - began)) -ge 1450000
is pairs '.sent == 20' '[.gaps | to_entries[] | select(.key % 2 == 0).value] | add < 0.05' \
	'[.gaps | to_entries[] | select(.key % 2 == 1).value] | add | . > 0.17 and . < 0.4'
reads poisson raw -R -c 200 -i 0.002e -L 0.3 "$b4"
is poisson '.sent == 200' '.lost == 0' '.gaps | add > 0.2 and add < 1.5' \
	'[.gaps[] | select(. < 0.0005)] | length > 10' '[.gaps[] | select(. > 0.004)] | length > 5'
reads flat-out raw -R -c 50 -i 0f -L 0.3 "$b4"
is flat-out '.sent == 50' '.lost == 0'

# A signal ends it early; what was measured until then is told.
start early "$a" "$dir/twping" --dev va -M -c 1000 -i 0.01f -L 0.3 "$b4"
e=$pid
measuring early
stop "$e" INT
same 'exit status after SIGINT' 0 "$status"
understands early machine
is early '.[0].SESSION_FINISHED == 0' '.[0].SENT > 5 and .[0].SENT < 1000' '.[0].LOST == 0' \
	'.[0].SESSION_PACKET_COUNT == 1000'

# How it ends when it cannot.
refused()
{
	local name=$1 why=$2
	shift 2
	twping "$name" "$@"
	same "exit status of $name" 1 "$status"
	check "$name: nothing on standard output" test ! -s "$dir/$name.json"
	check "$name: says why" said "$name" "$why"
}
printf 'alice\t00ff\n' >"$dir/wrong"
printf 'alice\tnohex\n' >"$dir/nohex"
chmod 600 "$dir/wrong" "$dir/nohex"
refused wrong-key '862: ' -R -A E -u alice -k "$dir/wrong" "$b4"
refused no-hex 'hex digits' -R -u alice -k "$dir/nohex" "$b4"
refused no-user 'mallory.*no such' -R -u mallory -k "$pfs" "$b4"
refused no-server '99: ' -R "$b4:99"
refused no-key 'needs -u USER' -R -A E "$b4"
start no-terminal "$a" setsid -w "$dir/twping" --dev va -R -u alice "$b4"
wait "$pid"
same 'exit status of no-terminal' 1 $?
check 'no-terminal: says why' said no-terminal 'no terminal'
refused schedule 'allowed: seconds' -i 1x "$b4"
stop "$clean" TERM

# What is spoilt on the way. The test port of the box is 862, so that is asked for.
through()
{
	local name=$1 kind=$2 spoil=$3
	shift 3
	# shellcheck disable=SC2086
	box "box-$name" $spoil
	reads "$name" "$kind" -c 300 -i 0.002f -L 1 "$@" "$b4:862" "$b4"
	sleep 0.05
	stop "$box" TERM
}
through lost raw '--out-drop 7' -R
is lost '.sent == 300' '.lost == 42' '.rows == 300' '.reordered == 0' '.duplicates == 0' '.in_order' \
	'.lost_numbers == [range(6; 300; 7)]'
through lost-back machine '--in-drop 11' -M
is lost-back '.[0].LOST == 27' '.[0].SENT == 300' '.[0].DUPS_FWD == 0 and .[0].DUPS_BCK == 0' \
	'.[0].SESSION_FINISHED == 1'
through lost-text text '--out-drop 10' -v
is lost-text '.counts == ["300", "30", "10.000", "0", "0"]' '.records | length == 300' \
	'.records | map(select(endswith("*LOST*"))) | length == 30'
through twice machine '--out-dup 9' -M
is twice '.[0].DUPS_FWD == 33 and .[0].DUPS_BCK == 0' '.[0].LOST == 0' '.[0].SENT == 300'
through twice-back machine '--in-dup 13' -M
is twice-back '.[0].DUPS_FWD == 0 and .[0].DUPS_BCK == 23' '.[0].LOST == 0'
through twice-raw raw '--in-dup 13' -R
is twice-raw '.duplicates == 23' '.rows == 323' '.sent == 300' '.lost == 0'
through swapped raw '--in-swap 20' -R
is swapped '.reordered == 15 or .reordered == 14' '.rows == 300' '.lost == 0' '.duplicates == 0'
through late raw '--in-late 50 --late-ms 500' -R -L 0.4
is late '.lost == 6' '.rows == 300' '.rtt_max < 0.4'
through slow raw '--out-delay 20 --in-delay 5' -R
is slow '.lost == 0' '.delay_min >= 0.02' '.rtt_min >= 0.025 and .rtt_min < 0.2'
through nothing raw '--out-drop 1' -R -A E -u alice -k "$pfs"
is nothing '.sent == 300' '.lost == 300' '.in_order' '.rtt_min == null'

ends srv "$s"
holds srv '[.negotiated[] | .bad_hmac] | add == 0' '.control.open_connections == 0' \
	'[.negotiated[] | select(.state != "ended")] == []' "$well" \
	'[.negotiated[].mode] | unique | length == 4'

# The server is gone in the middle of it: what was measured is told, but not as if it were all.
box clean
start srv2 "$b" "$bin" server --json -v --dev vb
ready srv2 "$pid" 'TWAMP-Control on TCP port'
s=$pid
start broken "$a" "$dir/twping" --dev va -M -c 1000 -i 0.01f -L 0.3 "$b4"
t=$pid
measuring broken
stop "$s" KILL
wait "$t"
same 'exit status without the server' 1 $?
check 'the server is gone: says so' said broken 'error: twping: .*control connection'
understands broken machine
is broken '.[0].SESSION_FINISHED == 0' '.[0].SENT > 5 and .[0].SENT < 1000'

# What cannot be written is said, and is no success: a full disk, a reader that is gone.
start srv3 "$b" "$bin" server --json -v --dev vb
ready srv3 "$pid" 'TWAMP-Control on TCP port'
s=$pid
into() # OUTPUT NAME OPTIONS...
{
	local to=$1 name=$2
	shift 2
	ip netns exec "$a" "$dir/twping" --dev va -c 3 -i 0.01f -L 0.3 "$@" "$b4" \
		2>"$dir/$name.log" </dev/null >"$to"
	same "exit status of $name" 1 "$?"
	check "$name: one line says so" said "$name" 'standard output: '
}
if [ -w /dev/full ]; then
	into /dev/full full-raw -R
	into /dev/full full-machine -M
	into /dev/full full-text
fi
for form in -R -M; do
	{
		ip netns exec "$a" "$dir/twping" --dev va -c 3 -i 0.01f -L 0.3 "$form" "$b4" \
			2>"$dir/closed$form.log" </dev/null
		echo $? >"$dir/closed$form.status"
	} | true
	same "exit status with a closed pipe, $form" 1 "$(cat "$dir/closed$form.status")"
	check "a closed pipe, $form: one line says so" said "closed$form" 'standard output: '
done

# -B is the interface of the control connection, too.
start bound "$a" "$dir/twping" -B va -M -c 30 -i 0.1f -L 0.3 "$b4"
t=$pid
bound()
{
	ip netns exec "$a" ss -Htn state established dport = :862 | grep -q '%va:'
}
check '-B binds the control connection' within 5 bound
wait "$t"
same 'exit status of bound' 0 "$?"
stop "$s"

# -s: as much as one packet holds, by our frames and by the MTU; which of both it was is told.
veth "$a" ja "$b" jb
ip -n "$a" addr add 198.51.100.1/24 dev ja
ip -n "$a" addr add 2001:db8:1::1/64 dev ja nodad
ip -n "$b" addr add 198.51.100.2/24 dev jb
too_long() # NAME WORDS OPTIONS...
{
	start "$1" "$a" "$dir/twping" --dev ja -c 3 -i 0.01f -L 1 -R "${@:3}"
	wait "$pid"
	same "exit status of $1" 1 "$?"
	check "$1: $(tail -n 1 "$dir/$1.log")" said "$1" "error: twping: -s '[0-9]+': $2"
	check "$1: no output" test ! -s "$dir/$1.json"
}
frame='octets; a frame has 9018 at most, and packets are not fragmented$'
too_long frame4 "allowed: 0 to 8958 $frame" -s 8959 198.51.100.2
too_long frame6 "allowed: 0 to 8938 $frame" -s 65507 2001:db8:1::2
start big "$b" "$bin" server --json -v --dev jb
s=$pid
ready big "$s" 'TWAMP-Control on TCP port'
too_long mtu "makes a frame of 1519 octets, allowed: 1518 \(the link's MTU is 1500\)" -s 1459 -A O 198.51.100.2
stop "$s"
ip -n "$a" link set ja mtu 9000
ip -n "$b" link set jb mtu 9000
start jumbo "$b" "$bin" server --json -v --dev jb
s=$pid
ready jumbo "$s" 'TWAMP-Control on TCP port'
start most "$a" "$dir/twping" --dev ja -c 20 -i 0.01f -L 1 -M -A O -s 8958 198.51.100.2
wait "$pid"
same 'exit status with the longest packet' 0 "$?"
same 'the longest packet: lost' 0 "$(awk '$1 == "LOST" { print $2 }' "$dir/most.json")"
ends jumbo "$s"
holds jumbo '.packets.reflected == 20'
finish

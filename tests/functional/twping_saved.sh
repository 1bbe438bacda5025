#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# twping -F: the file that owstats reads has each packet as -R prints it and the session as -M tells
# of it, is there as a whole or not at all, and what cannot be written is said.
. "$(dirname "$0")/lib.sh"
need_root
topology_boxed

pfs=$dir/pfs keys=$dir/keys
printf 'alice secret\n' >"$keys"
printf 'alice\t%s\n' "$(printf secret | od -An -v -tx1 | tr -d ' \n')" >"$pfs"
chmod 600 "$keys" "$pfs"

# twping NAME OPTIONS...: run to its end; $status is how it ended
twping()
{
	local name=$1
	shift
	start "$name" "$a" "$bin" twping --dev va "$@"
	wait "$pid"
	status=$?
}

# raw NAME: the file has what -R printed, octet for octet
raw()
{
	same "exit status of $1" 0 "$status"
	python3 "$here/twping_file.py" raw "$dir/$1.owp" >"$dir/$1.rows" 2>"$dir/$1.why" ||
		fail "$1: $(cat "$dir/$1.why")"
	check "$1: rows of the file: $(diff "$dir/$1.json" "$dir/$1.rows" | head -n 3)" \
		cmp -s "$dir/$1.json" "$dir/$1.rows"
	check "$1: nothing beside it" test "$(find "$dir" -name "$1.owp*")" = "$dir/$1.owp"
}

# head NAME FILTER...: each is true of the header, $s the summary that was printed
head_is()
{
	local name=$1 filter
	shift
	same "exit status of $name" 0 "$status"
	python3 "$here/twping_check.py" machine "$dir/$name.json" >"$dir/$name.summary" 2>"$dir/$name.why" ||
		fail "$name: $(cat "$dir/$name.why")"
	python3 "$here/twping_file.py" head "$dir/$name.owp" >"$dir/$name.head" 2>"$dir/$name.why" ||
		fail "$name: $(cat "$dir/$name.why")"
	for filter; do
		checks=$((checks + 1))
		jq -e --slurpfile s "$dir/$name.summary" "\$s[0][0] as \$s | $filter" "$dir/$name.head" \
			>/dev/null 2>&1 ||
			fail "$name: $filter: $(jq -c . "$dir/$name.head") $(jq -c '.[0] | del(.BUCKETS)' "$dir/$name.summary")"
	done
}
as_told='.sid == $s.SID and .from == $s.FROM_ADDR and .to == $s.TO_ADDR and
	.from_port == $s.FROM_PORT and .to_port == $s.TO_PORT and .packets == $s.SESSION_PACKET_COUNT and
	.padding == $s.PACKET_PADDING and .timeout == $s.LOSS_TIMEOUT and (.finished == 1) == ($s.SESSION_FINISHED == 1)'

start srv "$b" "$bin" server --json -v --dev vb --key-file "$keys"
srv=$pid
ready srv "$srv" 'TWAMP-Control on TCP port'
box clean
clean=$box
for to in "$b4" "[$b6]:862"; do
	for mode in O A E M; do
		id=$mode-${#to}
		twping "$id" -R -F "$dir/$id.owp" -c 20 -i 0.005f -L 0.5 -A "$mode" -u alice -k "$pfs" "$to"
		raw "$id"
		same "rows of $id" 20 "$(wc -l <"$dir/$id.rows")"
	done
	id=told-${#to}
	twping "$id" -M -F "$dir/$id.owp" -c 8 -i 0.25e,0f,0.001 -L 0.75 -D EF -s 100 -z 0.2 "$to"
	head_is "$id" "$as_told" '.ip_version == (if .to | test(":") then 6 else 4 end)' '.dscp == 46' \
		'.rows == 8' '.padding == 100' '.timeout == 3 * 1073741824' \
		'[.schedule[].kind] == ["e", "f", "e"]' \
		'[.schedule[].seconds * 1000 | round] == [250, 0, 1]' \
		'$s.START_TIME - .start | . >= 0 and . < 4 * 4294967296'
done

# An old file is replaced as a whole, also behind a link; what is no file is written as it is.
echo old >"$dir/target.owp"
ln -s target.owp "$dir/linked.owp"
chmod 600 "$dir/target.owp"
twping linked -Q -F "$dir/linked.owp" -c 2 -i 0.005f -L 0.3 "$b4"
same 'exit status of linked' 0 "$status"
check 'the link is still one' test -L "$dir/linked.owp"
same 'its mode' 600 "$(stat -c %a "$dir/target.owp")"
same 'records behind a link' 2 "$(python3 "$here/twping_file.py" raw "$dir/target.owp" | wc -l)"
(cd "$dir" && mkfifo pipe)
cat "$dir/pipe" >"$dir/piped.owp" &
twping piped -R -F "$dir/pipe" -c 4 -i 0.005f -L 0.3 "$b4"
wait %?piped.owp 2>/dev/null
raw piped
# A pipe that nobody reads yet is waited for, but a signal is heard.
start unread "$a" "$bin" twping --dev va -v -F "$dir/pipe" -c 4 -i 0.005f -L 0.3 "$b4"
u=$pid
sleep 0.5
stop "$u" INT
same 'exit status without a reader' 1 "$status"
check 'without a reader: one line says why' said unread 'error: twping: -F: .*pipe: Interrupted'
check 'without a reader nothing is measured' test ! -s "$dir/unread.json"

# /dev/stdout is a link to what has no name: that stays one, nothing takes its place.
ln -s /proc/self/fd/1 "$dir/out"
ip netns exec "$a" "$bin" twping --dev va -Q -F "$dir/out" -c 3 -i 0.005f -L 0.3 "$b4" 2>"$dir/out.log" |
	cat >"$dir/out.owp"
same 'exit status of out' 0 "${PIPESTATUS[0]}"
same 'the link to a pipe' /proc/self/fd/1 "$(readlink "$dir/out")"
same 'records in the pipe' 3 "$(python3 "$here/twping_file.py" raw "$dir/out.owp" | wc -l)"
# One whose target is not there yet leads to it.
ln -s new.owp "$dir/ahead"
twping ahead -Q -F "$dir/ahead" -c 3 -i 0.005f -L 0.3 "$b4"
same 'exit status of ahead' 0 "$status"
same 'the link ahead' new.owp "$(readlink "$dir/ahead")"
same 'records ahead' 3 "$(python3 "$here/twping_file.py" raw "$dir/new.owp" | wc -l)"

# A signal ends it early: what there is is saved and told as incomplete.
start early "$a" "$bin" twping --dev va -M -F "$dir/early.owp" -c 1000 -i 0.01f -L 0.3 "$b4"
e=$pid
measuring early
stop "$e" INT
head_is early "$as_told" '.finished == 2' '.rows == $s.SENT' '.rows > 5 and .rows < 1000'

# A kill leaves nothing of it where the file system knows files without a name.
mkdir "$dir/killed"
if python3 -c 'import os, sys; os.open(sys.argv[1], os.O_WRONLY | os.O_TMPFILE)' "$dir/killed" 2>/dev/null; then
	start killed "$a" "$bin" twping --dev va -M -F "$dir/killed/x" -c 1000 -i 0.01f -L 0.3 "$b4"
	k=$pid
	measuring killed
	stop "$k" KILL
	same 'left behind by a kill' '' "$(ls "$dir/killed")"
fi

# What cannot be is said, and leaves what was there.
refused() # NAME WORDS OPTIONS...
{
	local name=$1 words=$2
	shift 2
	twping "$name" -R "$@"
	same "exit status of $name" 1 "$status"
	check "$name: says why: $(tail -n 1 "$dir/$name.log")" said "$name" "$words"
	same "$name: lines of error" 1 "$(grep -c error: "$dir/$name.log")"
}
refused no-folder '-F: .*/none/x: No such file' -F "$dir/none/x" "$b4"
refused folder '-F: .*: Is a directory' -F "$dir" "$b4"
check 'no-folder: nothing was measured' test ! -s "$dir/no-folder.json"
echo old >"$dir/kept.owp"
refused no-server '99: ' -F "$dir/kept.owp" "$b4:99"
same 'the old file is still there' old "$(cat "$dir/kept.owp")"
check 'and nothing beside it' test "$(find "$dir" -name 'kept.owp*')" = "$dir/kept.owp"
if [ -w /dev/full ]; then
	refused full '-F: /dev/full: No space left' -F /dev/full -c 3 -i 0.01f -L 0.3 "$b4"
	same 'but the packets are printed' 3 "$(wc -l <"$dir/full.json")"
fi
mkdir "$dir/small"
if mount -t tmpfs -o size=64k none "$dir/small" 2>/dev/null; then
	head -c 49152 /dev/zero >"$dir/small/filler"
	echo old >"$dir/small/kept"
	refused tmpfs '-F: .*/small/kept: No space left' -F "$dir/small/kept" -c 500 -i 0.001f -L 0.3 "$b4"
	same 'a full disk leaves the old file' old "$(cat "$dir/small/kept")"
	same 'and nothing beside it' 'filler kept' "$(find "$dir/small" -type f -printf '%f\n' | sort | xargs)"
	umount "$dir/small"
fi

# Lost, doubled and late ones are in the file as they are printed.
stop "$clean" TERM
for spoil in '--out-drop 7' '--in-dup 13' '--out-dup 9' '--in-late 50 --late-ms 500'; do
	id=spoilt-${spoil//[^a-z]/}
	# shellcheck disable=SC2086
	box "box-$id" $spoil
	twping "$id" -R -F "$dir/$id.owp" -c 200 -i 0.002f -L 0.4 "$b4:862" "$b4"
	raw "$id"
	sleep 0.05
	stop "$box" TERM
done
same 'lost ones' 28 "$(grep -cE '^[0-9]+ [0-9]+ 0 2.32831e-10 0{20} ' "$dir/spoilt-outdrop.rows")"
same 'doubled ones' 215 "$(wc -l <"$dir/spoilt-indup.rows")"

# The server is gone in the middle of it.
box clean
start broken "$a" "$bin" twping --dev va -M -F "$dir/broken.owp" -c 1000 -i 0.01f -L 0.3 "$b4"
t=$pid
measuring broken
stop "$srv" KILL
wait "$t"
same 'exit status without the server' 1 $?
status=0
head_is broken "$as_told" '.finished == 2' '.rows > 5 and .rows < 1000'
finish

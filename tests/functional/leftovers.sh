#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# Whatever ends a program, it leaves nothing behind; a killed one's remains go at the next start.
# Both ends run in a mount namespace whose temporary directories are theirs alone.
. "$(dirname "$0")/lib.sh"
need_root
need nsenter unshare ethtool
topology_direct
seed=${TW_SEED:-$RANDOM}
echo "seed $seed (TW_SEED)"
RANDOM=$seed

places=(/run /dev/shm)
[[ $bin == /tmp/* ]] || places+=(/tmp)
start holder "$b" unshare -m --propagation private sh -c '
	for place; do mount -t tmpfs none "$place"; done
	mkdir -p /run/lock; echo held >&2; exec sleep 600' - "${places[@]}"
holder=$pid
ready holder "$holder" held

# inside NAME SPACE COMMAND...: like start, with the directories of the holder
inside()
{
	start "$1" "$2" nsenter -m -t "$holder" "${@:3}"
}

remains()
{
	nsenter -m -t "$holder" find "${places[@]}" -mindepth 1 ! -path /run/lock \
		! -path '/run/mount*' # of mount itself
}

interfaces()
{
	local n
	for n in "$a" "$b"; do
		ip -n "$n" -d -j link show | jq -c '.[] | {ifname, mtu, flags, promiscuity, allmulti,
			qdisc, txqlen, address, xdp: (.xdp // {} | .prog // {} | .name)}'
		ip -n "$n" -j addr show | jq -c '.[].addr_info[] | [.local, .prefixlen]'
		ip -n "$n" route show
		ip -n "$n" neigh show nud permanent
		ip netns exec "$n" ethtool -k "$([ "$n" = "$a" ] && echo va || echo vb)"
	done
	ip netns list | grep "$name.*$$" | sort
}

# clean WHAT: nothing is there that was not there before
clean()
{
	checks=$((checks + 1))
	remains >"$dir/remains"
	[ ! -s "$dir/remains" ] || fail "$1 leaves $(tr '\n' ' ' <"$dir/remains")"
	checks=$((checks + 1))
	interfaces >"$dir/after"
	diff "$dir/before" "$dir/after" >"$dir/diff" || fail "$1 changes $(tr '\n' ' ' <"$dir/diff")"
}

# a moment between 0 and the seconds given
# Not at once: a signal that the shell's child gets before it becomes the program is the shell's, and
# is lost when it has a trap of its own.
moment()
{
	sleep "$(awk -v top="$1" -v r="$RANDOM" 'BEGIN { printf "%.3f", 0.03 + top * r / 32767 }')"
}

# what somebody entered stays
for n in "$a va" "$b vb"; do
	read -r space dev <<<"$n"
	for to in 192.0.2.77 2001:db8::77; do
		ip -n "$space" neigh add "$to" lladdr 02:00:00:00:00:77 dev "$dev"
	done
done

# the link-local addresses are up when duplicates have been looked for
within 5 eval '! ip -n "$a" addr show va | grep tentative >/dev/null &&
	! ip -n "$b" addr show vb | grep tentative >/dev/null'
interfaces >"$dir/before"
clean "the start"

reflect()
{
	inside "$1" "$b" "$bin" reflector --json -v --dev "$driver:vb" "${@:2}"
	r=$pid
	ready "$1" "$r" 'reflecting on'
}

for driver in $(drivers); do
	echo "== $driver"
	reflect "r-$driver"
	inside "s-$driver" "$a" "$bin" sender --json --dev "$driver:va" "$b4" -c 50 -i 1
	wait "$pid"
	same "a run" 0 $?
	inside "absent-$driver" "$a" "$bin" sender --json --dev "$driver:va" "$b4:9" -c 1 \
		--timeout 10
	wait "$pid"
	same "a run in vain" 2 $?
	inside "bad-$driver" "$a" "$bin" sender --json --dev "$driver:va" "$b4" :1 --padding 9000
	wait "$pid"
	same "a run that cannot be" 1 $?

	# SIGINT and SIGTERM at any moment: before there is a handler it just ends the program
	for i in 1 2 3 4 5; do
		for signal in INT TERM; do
			id=any-$driver-$signal-$i
			inside "$id" "$a" "$bin" sender --json --dev "$driver:va" "$b6" -i 1 -c 60000
			s=$pid
			moment 0.8
			kill "-$signal" "$s"
			check "$id: still there" soon 3 ended "$s"
			wait "$s"
			status=$?
			case $status in
			0 | 2)
				sound "$id"
				same "$id ($status): replies" "$((status == 0))" \
					"$(json "$id" 'if .packets.received > 0 then 1 else 0 end')"
				;;
			130 | 143) check "$id: dies with a result" [ ! -s "$dir/$id.json" ] ;;
			*) fail "$id ends with $status: $(tail -n 1 "$dir/$id.log")" ;;
			esac
		done
	done
	ends "r-$driver" "$r"
	clean "$driver, at the end of all"
	for i in 1 2 3; do
		id=moment-$driver-$i
		inside "$id" "$b" "$bin" reflector --json --dev "$driver:vb"
		r=$pid
		moment 0.5
		stop "$r" INT
		case $status in
		0) sound "$id" ;;
		130) ;;
		*) fail "$id ends with $status: $(tail -n 1 "$dir/$id.log")" ;;
		esac
		clean "$id"
	done

	reflect "dead-r-$driver"
	# not while a port is being started: its interface's permanent neighbours are put back only behind that
	inside "dead-s-$driver" "$a" "$bin" sender --json -v --dev "$driver:va" "$b4" -i 1 -c 60000 \
		--interim 0.1
	within 20 test -s "$dir/dead-s-$driver.json" || fail "dead-s-$driver sends nothing"
	stop "$pid" KILL
	stop "$r" KILL
	check "kill -9 leaves nothing: this test sees nothing" [ -n "$(remains)" ]
	inside "next-s-$driver" "$a" "$bin" sender --dev "$driver:va" "$b4:9" -c 1 --timeout 10
	wait "$pid"
	reflect "next-r-$driver"
	ends "next-r-$driver" "$r"
	clean "$driver, the start after kill -9"
done

echo "== impatience"
sent()
{
	ip -n "$a" -s -j link show va | jq '.[0].stats64.tx.packets'
}

# busy BEFORE: it has sent a dozen packets since then
busy()
{
	within 10 eval '[ "$(sent)" -ge '$(($1 + 12))' ]'
}
before=$(sent)
inside once "$a" "$bin" sender --json -v --dev af_packet:va "$b4:9" -i 10 -c 60000 --timeout 300
s=$pid
check "it sends" busy "$before"
stop "$s"
same "SIGINT without any reply" 2 "$status"
sound once
holds once '.packets.sent > 5' '.packets.received == 0'
before=$(sent)
inside twice "$a" "$bin" sender --json -v --dev af_packet:va "$b4:9" -i 10 -c 60000 \
	--timeout 60000
s=$pid
check "it sends" busy "$before"
kill -INT "$s"
sleep 0.2
check "the first SIGINT waits for replies" not ended "$s"
kill -INT "$s"
check "the second SIGINT does not end it" soon 1 ended "$s"
wait "$s"
same "the second SIGINT" 1 $?
check "... says so" said twice 'second signal'
sender after --dev af_packet:va "$b4:9" -c 1 --timeout 10
finish

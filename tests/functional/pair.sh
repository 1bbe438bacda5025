# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
# shellcheck shell=bash disable=SC2154
#
# A reflector and a sender that go on until they are asked to end, and how soon they do.

# From a signal to the end, replies waited for included (--timeout 300)
prompt_ms=2000
signals=(INT TERM)
turn=0

# reflects NAME OPTIONS...: $r; sends_on NAME OPTIONS...: $s, and it has sent
reflects()
{
	reflector "$@"
	r=$pid
}

sends_on()
{
	start "$1" "$a" "$bin" sender --json -v --duration 60 --timeout 300 --interim 0.2 "${@:2}"
	s=$pid
	within 20 eval "[ -s '$dir/$1.json' ] || ended $s"
	[ -s "$dir/$1.json" ] || fail "$1 sends nothing: $(tail -n 1 "$dir/$1.log")"
}

# both NAME OPTIONS...: the two on the interfaces of $driver, of 1,000 packets a second; $r $s
both()
{
	reflects "r-$1" --dev "$driver:vb" "${@:2}"
	sends_on "s-$1" --dev "$driver:va" "$b4" --pps 1000 "${@:2}"
}

# ask_end NAME PID STATUS: by the one signal or the other, and it ends soon
ask_end()
{
	local signal=${signals[turn++ % 2]} before=${EPOCHREALTIME/[.,]/}
	stop "$2" "$signal"
	local took=$(((${EPOCHREALTIME/[.,]/} - before) / 1000))
	same "$1: exit status after SIG$signal" "$3" "$status"
	check "$1: $took ms after SIG$signal" test "$took" -lt "$prompt_ms"
}

# ended_well NAME PID STATUS: and the result is there
ended_well()
{
	ask_end "$@"
	sound "$1"
}

# nothing of theirs is left
clean()
{
	check "$1: left in /run: $(ls -d /var/run/dpdk/dpdk-twamp-{"$r","$s"} 2>/dev/null)" \
		test ! -e "/var/run/dpdk/dpdk-twamp-$r" -a ! -e "/var/run/dpdk/dpdk-twamp-$s"
}

# adds_up NAME: nothing is lost that is not accounted for
adds_up()
{
	holds "$1" '.packets.sent == .packets.received + .packets.lost' '.interim | not'
}

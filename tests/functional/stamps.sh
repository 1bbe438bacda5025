#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# Receive stamps of the kernel: who makes them, by which options; and that they say when a packet came,
# not when the program looked.
. "$(dirname "$0")/lib.sh"
need_root
topology_direct

# pair NAME "REFLECTOR OPTIONS" "SENDER OPTIONS": a reflector, and a sender of 1,000 packets a second; $r $s
pair()
{
	local name=$1 there here
	read -ra there <<<"$2"
	read -ra here <<<"$3"
	reflector "r-$name" --dev "$driver:vb" "${there[@]}"
	r=$pid
	start "s-$name" "$a" "$bin" sender --json -v --dev "$driver:va" "$b4" --pps 1000 \
		"${here[@]}"
	s=$pid
}

# over NAME: both have ended, and said nothing wrong
over()
{
	wait "$s"
	same "exit status of s-$1" 0 $?
	ends "r-$1" "$r"
	sound "s-$1"
	sound "r-$1"
}

# by NAME T2 T4 [PACKETS]: who made the stamps, each of them; so many were due
by()
{
	holds "s-$1" ".timestamps.t1 == \"software\"" ".timestamps.t4 == \"$3\"" \
		".stamping.kernel.t4 == if \"$3\" == \"kernel\" then .packets.received else 0 end" \
		'.stamping | [.hardware[], .refused, .kernel.t1, .kernel.t2, .kernel.t3] | add == 0' \
		'.stamping.nic | not' '.packets.received > 100'
	asked_for "s-$1" "${4:-1000}"
	holds "r-$1" ".timestamps == {t2: \"$2\", t3: \"software\"}" \
		".stamping.kernel.t2 == if \"$2\" == \"kernel\" then .packets.reflected else 0 end"
}

# stopped NAME OPTIONS...: a reflector that stands still for 150 ms, and a sender that stands still for
# 80 ms when the replies come. One packet in ten is among those; again where the sender itself says
# that a fifth of all had no time.
stopped()
{
	local name=$1 try
	shift
	for try in 1 2 3; do
		pair "$name" "$*" "--duration 1.2 --timeout 1000 --interim 0.1 $*"
		within 10 eval "[ -s '$dir/s-$name.json' ]" || fail "s-$name sends nothing"
		kill -STOP "$r"
		sleep 0.15
		kill -STOP "$s"
		kill -CONT "$r"
		sleep 0.08
		kill -CONT "$s"
		over "$name"
		[ "$(json "s-$name" .tester.not_sent)" -gt 240 ] || break
		echo "$name: no time for it ($try)"
	done
}

for driver in $(drivers); do
	echo "== $driver"
	pair "auto-$driver" "" "--count 1000"
	over "auto-$driver"
	by "auto-$driver" kernel kernel
	pair "none-$driver" "--timestamps software" "--count 1000 --timestamps software"
	over "none-$driver"
	by "none-$driver" software software
	pair "busy-$driver" "--busy-poll" "--count 1000 --busy-poll"
	over "busy-$driver"
	by "busy-$driver" software software
	pair "both-$driver" "--busy-poll --timestamps kernel" \
		"--count 1000 --busy-poll --timestamps kernel"
	over "both-$driver"
	by "both-$driver" kernel kernel
	# Streams with schedules of their own, protected packets and TLVs take other ways through the loop.
	pair "tlv-$driver" "" "--count 1000 --tlv timestamp-info --streams 3"
	over "tlv-$driver"
	by "tlv-$driver" kernel kernel
	holds "s-tlv-$driver" '.tlv.timestamp_info | .method_in == "software"'

	stopped "late-$driver"
	by "late-$driver" kernel kernel 1200
	holds "s-late-$driver" '.delay_ns.roundtrip.p95 < 10e6' '.delay_ns.residence.p95 > 20e6'
	# and what it would be without them
	stopped "soft-$driver" --timestamps software
	holds "s-soft-$driver" '.delay_ns.roundtrip.p95 > 50e6'
done

echo "== ports without a kernel"
ip netns exec "$a" "$bin" sender --dev net_null0 --ip "$a4/24" --peer-mac 02:00:00:00:00:01 "$b4" \
	--count 1 --timestamps kernel >"$dir/null.json" 2>"$dir/null.log"
same "exit status with --timestamps kernel on net_null" 1 $?
said null 'timestamps kernel: not on net_null0' || fail "$(tail -n 1 "$dir/null.log")"
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# What goes wrong under a running test: the device, a peer that takes nothing, the clock, the CPU. (The
# link: link.sh.) Both programs go on or end with a result that says what was wrong, whatever happens.
. "$(dirname "$0")/lib.sh"
. "$here/pair.sh"
need_root
topology_direct
step_so=${TW_CLOCK_STEP_SO:-$(dirname "$bin")/../tests/functional/clock_step.so}

# sending NAME: a sender that runs has got some; told by its interim results
sending()
{
	within 10 eval "[ -s '$dir/$1.json' ]" || fail "$1 sends nothing"
}

# the interface is deleted under both
removed()
{
	local id=$driver-removed${1:-} began took
	both "$id" ${1:+"$1"}
	began=${EPOCHREALTIME/[.,]/}
	ip -n "$a" link del va
	check "$id: the sender ends" soon 3 ended "$s"
	check "$id: the reflector ends" soon 3 ended "$r"
	took=$((${EPOCHREALTIME/[.,]/} - began))
	check "$id: $took us to end" [ "$took" -lt 3000000 ]
	wait "$s"
	same "$id: exit status of the sender" 1 $?
	wait "$r"
	same "$id: exit status of the reflector" 1 $?
	said "s-$id" 'error: va is gone: the device was removed' || fail "$id: the sender does not say why"
	said "r-$id" 'error: vb is gone: the device was removed' || fail "$id: the reflector does not say why"
	sound "s-$id"
	sound "r-$id"
	adds_up "s-$id"
	holds "s-$id" '.packets.received > 50' '.tester.device_lost' \
		'.tester.reason | contains("device was removed")' '.tester.ok | not'
	holds "r-$id" '.packets.reflected > 50' '.tester.device_lost' '.tester.ok | not'
	topology_direct
}

for driver in $(drivers); do
	echo "== $driver: device"
	removed
	removed --busy-poll

	echo "== $driver: clock"
	if [ -f "$step_so" ]; then
		reflector "r-$driver-clock" --dev "$driver:vb"
		r=$pid
		for step in 3600 -3600; do
			id=$driver-clock$step
			start "s-$id" "$a" env LD_PRELOAD="$step_so" TW_CLOCK_STEP="$step" \
				TW_CLOCK_STEP_FILE="$dir/step-$id" "$bin" sender --json -v \
				--dev "$driver:va" "$b4" --pps 1000 --duration 2 --interim 0.2
			s=$pid
			sending "s-$id"
			touch "$dir/step-$id"
			wait "$s"
			same "$id: exit status" 0 $?
			sound "s-$id"
			adds_up "s-$id"
			due "s-$id" 2000
			# round trips do not notice; one-way delays of before and after do, and say so
			holds "s-$id" '.clock.steps == 1' \
				'.delay_ns.roundtrip.count == .packets.received' \
				'.delay_ns.roundtrip.min > 0' '.delay_ns.roundtrip.max < 1e9' \
				'.delay_ns.outbound.negative + .delay_ns.inbound.negative > 100' \
				'([.discarded[]] | add) == 0' '.duration_ns < 4e9'
		done
		# the other way round: the reflector's clock is stepped
		ends "r-$driver-clock" "$r"
		id=$driver-clock-there
		start "r-$id" "$b" env LD_PRELOAD="$step_so" TW_CLOCK_STEP=3600 \
			TW_CLOCK_STEP_FILE="$dir/step-$id" "$bin" reflector --json -v \
			--dev "$driver:vb"
		r=$pid
		ready "r-$id" "$r" 'reflecting on'
		start "s-$id" "$a" "$bin" sender --json -v --dev "$driver:va" "$b4" --pps 1000 \
			--duration 2 --interim 0.2
		s=$pid
		sending "s-$id"
		touch "$dir/step-$id"
		wait "$s"
		same "$id: exit status" 0 $?
		adds_up "s-$id"
		due "s-$id" 2000
		holds "s-$id" '.clock.steps == 0' \
			'.delay_ns.roundtrip.max < 1e9' '.delay_ns.inbound.negative > 100' \
			'.peer.negative_residence == 0'
		ends "r-$id" "$r"
		holds "r-$id" '.clock.steps == 1' ".packets.reflected == $(sent "s-$id")"
	else
		fail "there is no $step_so"
	fi

	echo "== $driver: CPU"
	id=$driver-starved
	both "$id"
	kill -STOP "$s"
	sleep 0.15
	kill -CONT "$s"
	sleep 0.3
	kill -STOP "$r"
	sleep 0.15
	kill -CONT "$r"
	sleep 0.3
	ends "s-$id" "$s"
	ends "r-$id" "$r"
	adds_up "s-$id"
	holds "s-$id" '.tester.ok | not' '.tester.stolen_longest_ns > 0.12e9' \
		'.tester.reason | contains("stolen")' '.tester.not_sent > 100'
	holds "r-$id" '.tester.ok | not' '.tester.stolen_longest_ns > 0.12e9' \
		'.tester.reason | contains("stolen")'
done

# A peer that takes nothing more: the ring of a memif, 1,024 packets, fills up. Each packet that was asked
# for is sent or told as not sent; what is lost is in the ring.
full()
{
	jq -Rne '[inputs | fromjson? | .tester.tx_full] | any(. > 0)' "$dir/$1.json" >/dev/null
}
echo "== transmit ring"
for then in on off; do
	id=stuck-$then
	socket=socket=$dir/$id.sock,socket-abstract=no
	start "r-$id" "$b" "$bin" reflector --json -v --interim 0.1 --ip "$b4/24" \
		--dev "net_memif0,role=server,$socket"
	r=$pid
	ready "r-$id" "$r" 'reflecting on'
	start "s-$id" "$a" "$bin" sender --json -v --ip "$a4/24" --dev "net_memif0,role=client,$socket" \
		"$b4" --pps 20000 --count 100000 --interim 0.1 --timeout 4000
	s=$pid
	sending "s-$id"
	kill -STOP "$r"
	if [ "$then" = on ]; then # goes on when the peer does; interim results wait for replies
		sleep 1.5
		kill -CONT "$r"
	fi
	check "$id: the sender ends" within 20 ended "$s"
	wait "$s"
	same "$id: exit status" 0 $?
	kill -CONT "$r"
	ends "r-$id" "$r"
	sound "s-$id"
	adds_up "s-$id"
	holds "s-$id" '.packets.sent + .tester.not_sent == 100000' '.tester.ok | not' \
		'.tester.tx_full > 0' '.tester.not_sent > 1000' '.packets.received > 100'
	if [ "$then" = on ]; then
		# replies may find the other ring full while the sender is held up itself
		holds "r-$id" '.tester.reason | contains("stolen")' \
			".packets.reflected + .packets.tx_failed == $(sent "s-$id")"
		holds "s-$id" ".packets.lost == $(json "r-$id" .packets.tx_failed)" '.packets.late == 0'
	else
		holds "s-$id" '.packets.lost >= 1024' '.packets.lost <= 1024 + 32'
	fi
done
finish

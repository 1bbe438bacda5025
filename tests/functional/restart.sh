#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# Either end starts again, on the same port, politely or killed: what was not lost is not reported.
. "$(dirname "$0")/lib.sh"
need_root
topology_direct

no_loss=('.packets.lost == 0' '.packets.lost_outbound == 0' '.packets.lost_inbound == 0'
	'.packets.duplicates == 0' '.packets.reordered == 0' '.packets.loss_inconsistent == false'
	'([.discarded[]] | add) == 0')

kernel_sends()
{
	start "$1" "$a" python3 "$here/peer.py" send "${@:2}"
	wait "$pid"
	status=$?
	same "$1: $(cut -c 1-300 "$dir/$1.json")" 0 "$status"
}

has_program()
{
	ip -n "$1" -d link show "$2" | grep 'prog/xdp' >/dev/null
}

for driver in $(drivers); do
	echo "== $driver: the sender again"
	reflector "r-$driver" --dev "$driver:vb"
	r=$pid
	for to in "$b4" "$b6"; do
		id=$driver-$to
		for turn in 1 2; do
			sends "again-$id-$turn" --dev "$driver:va" "$to" :20000 -c 200 -i 1
			holds "again-$id-$turn" "${no_loss[@]}"
		done
		sends "again-$id-3" --dev "$driver:va" "$to" :20000 -c 100 -i 1 \
			--protocol twamp-light
		holds "again-$id-3" "${no_loss[@]}"
		start "killed-$id" "$a" "$bin" sender --json -v --dev "$driver:va" "$to" :20001 -i 1 \
			-c 60000 --metrics=127.0.0.1:9000
		ready "killed-$id" "$pid" 'metrics on'
		sleep 0.4
		stop "$pid" KILL
		same "the killed sender" 137 "$status"
		sends "after-$id" --dev "$driver:va" "$to" :20001 -c 200 -i 1
		holds "after-$id" "${no_loss[@]}"
		# twampy starts each run from the same port; what goes on after a pause is no restart
		kernel_sends "kernel-$id-1" "$to" 862 --sport 20002
		kernel_sends "kernel-$id-2" "$to" 862 --sport 20002
		kernel_sends "kernel-$id-3" "$to" 862 --sport 20002 --first 50 --first-reply 50
	done
	ends "r-$driver" "$r"
	holds "r-$driver" '.sessions.created == 8' '.sessions.reset == 6' "$well"

	echo "== $driver: the reflector again"
	for signal in INT KILL; do
		id=$driver-$signal
		reflector "first-$id" --dev "$driver:vb"
		r=$pid
		start "long-$id" "$a" "$bin" sender --json -v --dev "$driver:va" "$b4" -i 1 -c 3000 \
			--timeout 500 --metrics=127.0.0.1:9000
		s=$pid
		ready "long-$id" "$s" 'metrics on'
		sleep 0.8
		stop "$r" "$signal"
		reflector "second-$id" --dev "$driver:vb"
		r=$pid
		wait "$s"
		same "long-$id ends" 0 $?
		sound "long-$id"
		ends "second-$id" "$r"
		# lost while nobody was there: on the way out, or not known
		asked_for "long-$id" 3000
		holds "long-$id" '.packets.received > 500' \
			'.packets.lost > 10' '.packets.late == 0' '.packets.duplicates == 0' \
			'.packets.reordered == 0' '[.packets.lost_inbound] - [0, null] == []' \
			'(.packets.lost_outbound // 0) <= .packets.lost' '([.discarded[]] | add) == 0' \
			'.delay_ns.roundtrip.max < 0.5e9'
		same "$id: packets answered after the restart" true \
			"$(json "second-$id" '.packets.reflected > 100 and .sessions.created == 1 and
				.packets.reflected < 3000')"
	done
done

if [[ " $(drivers 2>/dev/null | tr '\n' ' ') " == *' af_xdp '* ]]; then
	echo "== a killed reflector's XDP program, two reflectors on one interface"
	reflector stale --dev vb
	r=$pid
	check "no XDP program" has_program "$b" vb
	stop "$r" KILL
	check "kill -9 leaves the program" has_program "$b" vb
	reflector fresh --dev vb
	r=$pid
	check "the stale program is not named" said fresh 'detached the XDP program'
	reflector neighbour --dev vb ":863"
	n=$pid
	check "the second says nothing of AF_PACKET" said neighbour \
		'warning: .*AF_PACKET.*another dpdk-twamp'
	start third "$b" "$bin" reflector --dev vb
	wait "$pid"
	same "a third on the first one's port" 1 $?
	same "lines of it" 1 "$(grep -c 'error:' "$dir/third.log")"
	check "... names the port" said third 'error: .*862.* in use'
	for port in 862 863; do
		sends "to-$port" "$b4:$port" -c 100 -i 1
		holds "to-$port" "${no_loss[@]}"
	done
	ends neighbour "$n"
	sends still "$b4" -c 100 -i 1
	holds still "${no_loss[@]}"
	ends fresh "$r"
	check "the program is left" not has_program "$b" vb
	holds fresh ".packets.reflected == $(sent to-862 still)"
	holds neighbour ".packets.reflected == $(sent to-863)"
fi
finish

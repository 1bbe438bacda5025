#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# What is lost, duplicated, swapped, delayed between sender and reflector is what is reported: the
# box in between counts what it does.
. "$(dirname "$0")/lib.sh"
need_root
topology_boxed

# through NAME COUNT "BOX OPTIONS" SENDER OPTIONS...: one run through a box, for holds_true to compare.
# Which packet is the last decides what can be known: once more when a busy machine left some out.
through()
{
	local name=$1 count=$2 spoil=$3 _
	shift 3
	for _ in {1..8}; do
		# shellcheck disable=SC2086
		box "box-$name" $spoil
		sends "$name" --dev "$driver:va" "$to" -c "$count" -i 1 --timeout 400 "$@"
		sleep 0.05
		stop "$box" TERM
		[ "$(json "$name" .tester.not_sent)" = 0 ] && return
		runs=$((runs + 1))
	done
	fail "$name: some packets were not sent in time, eight times"
}
runs=0

# holds_true NAME FILTER...: of {p: packets, d: delay_ns, j: all, o: box outbound, i: box inbound}
holds_true()
{
	local name=$1 filter
	shift
	jq -n --slurpfile r "$dir/$name.json" --slurpfile box "$dir/box-$name.json" \
		'{p: $r[-1].packets, d: $r[-1].delay_ns, j: $r[-1], o: $box[-1].out, i: $box[-1].in}' \
		>"$dir/true-$name.json" 2>&1
	for filter; do
		checks=$((checks + 1))
		jq -e "$filter" "$dir/true-$name.json" >/dev/null 2>&1 ||
			fail "$name: $filter: $(jq -c '{p, o, i}' "$dir/true-$name.json" 2>&1)"
	done
}

exact=('.p.sent == .o.seen' '.p.received + .p.late == .i.seen - .i.dropped'
	".j | $well" '([.j.discarded[]] | add) == 0')
no_loss='.p.lost == 0 and .p.lost_outbound == 0 and .p.lost_inbound == 0'
no_dup='.p.duplicates == 0 and .p.duplicates_outbound == 0 and .p.duplicates_inbound == 0'
no_reorder='.p.reordered == 0 and .p.reordered_outbound == 0 and .p.reordered_inbound == 0'
no_late='.p.late == 0'

for driver in $(drivers); do
	to=$b4
	[ "$driver" = af_packet ] || to=$b6
	echo "== $driver, $to"
	reflector "r-$driver" --dev "$driver:vb"
	r=$pid

	id=$driver-clean
	through "$id" 500 ''
	holds_true "$id" "${exact[@]}" "$no_loss" "$no_dup" "$no_reorder" "$no_late"

	id=$driver-out
	through "$id" 500 '--out-drop 7'
	holds_true "$id" "${exact[@]}" "$no_dup" "$no_reorder" "$no_late" '.o.dropped == 71' \
		'.p.lost == 71 and .p.lost_outbound == 71 and .p.lost_inbound == 0' \
		'.p.loss_estimated == false' '.j.peer.sequence_equals_ours == false'

	id=$driver-in
	through "$id" 500 '--in-drop 11'
	holds_true "$id" "${exact[@]}" "$no_dup" "$no_reorder" "$no_late" '.i.dropped == 45' \
		'.p.lost == 45 and .p.lost_outbound == 0 and .p.lost_inbound == 45' \
		'.j.peer.sequence_equals_ours'

	id=$driver-both
	through "$id" 500 '--out-drop 7 --in-drop 10'
	holds_true "$id" "${exact[@]}" "$no_dup" "$no_reorder" "$no_late" \
		'.p.lost == .o.dropped + .i.dropped' '.p.lost_outbound == 71' \
		'.p.lost_inbound == 42'

	id=$driver-tail # of the last one nobody knows
	through "$id" 451 '--out-drop 451'
	holds_true "$id" '.p.lost == 1' '.p.lost_unattributed == 1' '.p.lost_outbound == 0' \
		'.p.lost_inbound == 0'

	id=$driver-dup-out
	through "$id" 500 '--out-dup 9'
	holds_true "$id" '.o.duplicated == 55' "$no_loss" "$no_reorder" \
		'.p.duplicates == 55 and .p.duplicates_outbound == 55' \
		'.p.duplicates_inbound == 0' '.p.received == 500' '.d.roundtrip.count == 500'

	id=$driver-dup-in
	through "$id" 500 '--in-dup 13'
	holds_true "$id" '.i.duplicated == 38' '.p.lost == 0' "$no_reorder" \
		'.p.duplicates == 38 and .p.duplicates_outbound == 0' '.p.received == 500' \
		'.p.duplicates_inbound == 38' '.d.roundtrip.count == 500'

	id=$driver-swap
	through "$id" 501 '--out-swap 10 --in-swap 25'
	holds_true "$id" "${exact[@]}" "$no_loss" "$no_dup" "$no_late" \
		'.p.reordered_outbound >= .o.swapped - 1' '.p.reordered_outbound <= .o.swapped' \
		'.p.reordered_inbound >= .i.swapped - 1' '.p.reordered_inbound <= .i.swapped' \
		'.o.swapped == 50 and .i.swapped == 20'
	id=$driver-swap-out
	through "$id" 501 '--out-swap 30'
	holds_true "$id" "${exact[@]}" "$no_loss" "$no_dup" '.o.swapped == 16' \
		'.p.reordered == 16 and .p.reordered_outbound == 16 and .p.reordered_inbound == 0'
	id=$driver-swap-in
	through "$id" 501 '--in-swap 30'
	holds_true "$id" "${exact[@]}" "$no_loss" "$no_dup" '.i.swapped == 16' \
		'.p.reordered == 16 and .p.reordered_outbound == 0 and .p.reordered_inbound == 16'

	id=$driver-delay
	through "$id" 500 '--out-delay 20 --in-delay 5'
	holds_true "$id" "${exact[@]}" "$no_loss" "$no_dup" "$no_reorder" \
		'.d.outbound.min >= 20e6 and .d.outbound.p50 < 30e6' \
		'.d.inbound.min >= 5e6 and .d.inbound.p50 < 15e6' '.d.roundtrip.min >= 25e6' \
		'.d.outbound.negative == 0 and .d.inbound.negative == 0' \
		'[.d.outbound.mean + .d.inbound.mean - .d.roundtrip.mean | -2 <= ., . <= 2] | all'

	id=$driver-late # the run ends a timeout after the last packet: the last 300 stay out
	through "$id" 500 '--in-late 50 --late-ms 700'
	holds_true "$id" "$no_dup" '.i.late == 10' '.p.lost == 10' '.p.received == 490' \
		'.p.late >= 3 and .p.late <= 10' '.p.lost_outbound == 0' \
		'.d.roundtrip.max < 400e6' '.d.roundtrip.count == 490' ".j | $well" \
		'([.j.discarded[]] | add) == 0'

	id=$driver-all
	through "$id" 500 '--out-drop 17 --in-drop 19 --out-swap 41 --in-swap 43 --in-dup 23'
	holds_true "$id" '.p.sent == .o.seen' '.p.received == .i.seen - .i.dropped' \
		'.p.duplicates == .i.duplicated' '.p.lost_outbound == .o.dropped' \
		'.p.lost_inbound == .i.dropped' '.p.duplicates_outbound == 0' \
		'.p.reordered_outbound == .o.swapped' ".j | $well"
	ends "r-$driver" "$r"

	reflector "stateless-r-$driver" --dev "$driver:vb" --stateless
	r=$pid
	id=$driver-stateless
	through "$id" 500 '--out-drop 7' --stateless
	holds_true "$id" '.p.lost == 71' '.p.lost_outbound == null' '.p.lost_inbound == null' \
		'.p.lost_unattributed == 71' '.j.session.stateless_peer'
	id=$driver-stateless-unsaid
	through "$id" 500 '--out-drop 7'
	holds_true "$id" '.p.lost == 71' '.j.peer.sequence_equals_ours'
	ends "stateless-r-$driver" "$r"
	holds "stateless-r-$driver" '.packets.reflected >= 858' '.sessions.created == 0'
done
finish

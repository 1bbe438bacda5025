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
# What a busy machine leaves out shifts what the box does to the others, so all is judged by what it saw.
through()
{
	local name=$1 count=$2 spoil=$3
	shift 3
	# shellcheck disable=SC2086
	box "box-$name" $spoil
	sends "$name" --dev "$driver:va" "$to" -c "$count" -i 1 --timeout 400 "$@"
	sleep 0.05
	stop "$box" TERM
	asked_for "$name" "$count" "$well"
}

# What becomes of .o.seen packets when each $out-th is dropped, and each $in-th of the replies to the others (0:
# none is). What is lost behind the last one that comes back has no direction.
attributed='def nth($n): if $n == 0 then 0 else . / $n | floor end;
	def attributed($out; $in): .o.seen as $sent | ($sent - ($sent | nth($out))) as $there |
		($there - (if $in > 0 and $there % $in == 0 then 1 else 0 end)) as $last |
		($last + (if $out > 0 then $last - 1 | nth($out - 1) else 0 end)) as $at |
		{lost_outbound: ($at | nth($out)), lost_inbound: ($last | nth($in)),
			lost_unattributed: ($sent - $at)};
	def lost($out; $in): attributed($out; $in) as $a |
		(.p | {lost_outbound, lost_inbound, lost_unattributed}) == $a and .p.lost == ($a | add) and
		.o.dropped == (.o.seen | nth($out)) and .i.dropped == (.i.seen | nth($in));'

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
		jq -e "$attributed . as \$all | $filter" "$dir/true-$name.json" >/dev/null 2>&1 ||
			fail "$name: $filter: $(jq -c '{p, o, i}' "$dir/true-$name.json" 2>&1)"
	done
}

# swapped WAY N: each N-th was, but one that had none behind it for long
swapped()
{
	echo "(.$1.swapped + .$1.alone == (.$1.seen | nth($2))) and .$1.swapped > 0"
}

dropped=('.p.sent == .o.seen' '.o.dropped == (.o.seen | nth(7)) and .o.dropped > 0' '.p.lost == .o.dropped')
exact=('.p.sent == .o.seen' '.p.received + .p.late == .i.seen - .i.dropped'
	'([.j.discarded[]] | add) == 0')
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
	holds_true "$id" "${exact[@]}" "$no_dup" "$no_reorder" "$no_late" '.o.dropped > 0' 'lost(7; 0)' \
		'.p.loss_estimated == false' '.j.peer.sequence_equals_ours == false'

	id=$driver-in
	through "$id" 500 '--in-drop 11'
	holds_true "$id" "${exact[@]}" "$no_dup" "$no_reorder" "$no_late" '.i.dropped > 0' 'lost(0; 11)' \
		'.j.peer.sequence_equals_ours'

	id=$driver-both
	through "$id" 500 '--out-drop 7 --in-drop 10'
	holds_true "$id" "${exact[@]}" "$no_dup" "$no_reorder" "$no_late" \
		'.o.dropped > 0 and .i.dropped > 0' 'lost(7; 10)'

	id=$driver-tail # of the last ones nobody knows
	through "$id" 451 '--out-drop-from 100'
	holds_true "$id" '.o.dropped == .o.seen - 99' '.p.lost == .o.dropped and .p.lost > 0' \
		'.p.lost_unattributed == .p.lost' '.p.lost_outbound == 0' '.p.lost_inbound == 0'
	id=$driver-last
	through "$id" 21 '--out-drop-from 21'
	holds_true "$id" '.o.dropped == if .o.seen == 21 then 1 else 0 end' '.p.lost == .o.dropped' \
		'.p.lost_unattributed == .p.lost' '.p.lost_outbound == 0' '.p.lost_inbound == 0'

	id=$driver-dup-out # the copy of the last one may be too late for the run
	through "$id" 500 '--out-dup 9'
	holds_true "$id" '.o.duplicated == (.o.seen | nth(9))' "$no_loss" "$no_reorder" \
		'.o.duplicated - .p.duplicates | . == 0 or (. == 1 and $all.o.seen % 9 == 0)' \
		'.p.duplicates_outbound == .p.duplicates' '.p.duplicates_inbound == 0' \
		'.p.received == .o.seen' '.d.roundtrip.count == .o.seen'

	id=$driver-dup-in
	through "$id" 500 '--in-dup 13'
	holds_true "$id" '.i.duplicated == (.i.seen | nth(13))' '.p.lost == 0' "$no_reorder" \
		'.i.duplicated - .p.duplicates | . == 0 or (. == 1 and $all.i.seen % 13 == 0)' \
		'.p.duplicates_outbound == 0' '.p.duplicates_inbound == .p.duplicates' \
		'.p.received == .o.seen' '.d.roundtrip.count == .o.seen'

	id=$driver-swap
	through "$id" 501 '--out-swap 10 --in-swap 25'
	holds_true "$id" "${exact[@]}" "$no_loss" "$no_dup" "$no_late" \
		'.p.reordered_outbound >= .o.swapped - 1' '.p.reordered_outbound <= .o.swapped' \
		'.p.reordered_inbound >= .i.swapped - 1' '.p.reordered_inbound <= .i.swapped' \
		"$(swapped o 10)" "$(swapped i 25)"
	id=$driver-swap-out
	through "$id" 501 '--out-swap 30'
	holds_true "$id" "${exact[@]}" "$no_loss" "$no_dup" "$(swapped o 30)" \
		'.p.reordered == .o.swapped and .p.reordered_outbound == .o.swapped' \
		'.p.reordered_inbound == 0'
	id=$driver-swap-in
	through "$id" 501 '--in-swap 30'
	holds_true "$id" "${exact[@]}" "$no_loss" "$no_dup" "$(swapped i 30)" \
		'.p.reordered == .i.swapped and .p.reordered_inbound == .i.swapped' \
		'.p.reordered_outbound == 0'

	id=$driver-delay
	through "$id" 500 '--out-delay 20 --in-delay 5'
	holds_true "$id" "${exact[@]}" "$no_loss" "$no_dup" "$no_reorder" \
		'.d.outbound.min >= 20e6 and .d.outbound.p50 < 30e6' \
		'.d.inbound.min >= 5e6 and .d.inbound.p50 < 15e6' '.d.roundtrip.min >= 25e6' \
		'.d.outbound.negative == 0 and .d.inbound.negative == 0' \
		'[.d.outbound.mean + .d.inbound.mean - .d.roundtrip.mean | -2 <= ., . <= 2] | all'

	id=$driver-late # the run ends a timeout after the last packet: the last 300 stay out
	through "$id" 500 '--in-late 50 --late-ms 700'
	holds_true "$id" "$no_dup" '.i.late == (.i.seen | nth(50))' '.p.lost == .i.late' \
		'.p.received == .i.seen - .i.late' '.p.sent == .i.seen' \
		'.p.late >= 3 and .p.late <= .i.late' '.p.lost_outbound == 0' \
		'.d.roundtrip.max < 400e6' '.d.roundtrip.count == .p.received' \
		'([.j.discarded[]] | add) == 0'

	id=$driver-all
	through "$id" 500 '--out-drop 17 --in-drop 19 --out-swap 41 --in-swap 43 --in-dup 23'
	holds_true "$id" '.p.sent == .o.seen' '.p.received == .i.seen - .i.dropped' \
		'.i.duplicated - .p.duplicates | . == 0 or (. == 1 and $all.i.seen % 23 == 0)' \
		'.p.lost == .o.dropped + .i.dropped' '.p.duplicates_outbound == 0' \
		'.p | .lost == .lost_outbound + .lost_inbound + .lost_unattributed' \
		'.p.lost_outbound <= .o.dropped and .p.lost_inbound <= .i.dropped' \
		'.p.lost_unattributed <= if .o.seen == 500 then 0 else 2 end' \
		'.p.reordered_outbound == .o.swapped'
	ends "r-$driver" "$r"

	reflector "stateless-r-$driver" --dev "$driver:vb" --stateless
	r=$pid
	id=$driver-stateless
	through "$id" 500 '--out-drop 7' --stateless
	holds_true "$id" "${dropped[@]}" '.p.lost_outbound == null' '.p.lost_inbound == null' \
		'.p.lost_unattributed == .p.lost' '.j.session.stateless_peer'
	id=$driver-stateless-unsaid
	through "$id" 500 '--out-drop 7'
	holds_true "$id" "${dropped[@]}" '.j.peer.sequence_equals_ours'
	ends "stateless-r-$driver" "$r"
	holds "stateless-r-$driver" '.sessions.created == 0' \
		".packets.reflected == $(jq -s 'map(.out.seen - .out.dropped) | add' "$dir/box-$driver-stateless"{,-unsaid}.json)"
done
finish

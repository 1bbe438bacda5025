#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# controller against server in every mode, in both IP versions, with and without the features of
# RFC 5938 and RFC 6038; what the server says of each session must be what the controller sent.
. "$(dirname "$0")/lib.sh"
need_root
topology_direct

keys=$dir/keys
printf 'alice a passphrase with blanks\nbob hex:00ff10\n' >"$keys"
chmod 600 "$keys"

# controller NAME OPTIONS...: run to its end; $status is how it ended
controller()
{
	ours "$1" controller --dev va "${@:2}"
}

server srv --dev vb --key-file "$keys"
s=$pid
n=0
extra=0
: >"$dir/want"
for family in 4 6; do
	to=$b4
	[ "$family" = 6 ] && to=$b6
	for mode in unauthenticated mixed authenticated encrypted; do
		base=14 head=27
		case $mode in authenticated | encrypted) base=48 head=64 ;; esac
		for feature in none individual-session-control reflect-octets symmetrical-size; do
			want=$mode padding=$head
			[ "$feature" = none ] || want=$mode+$feature
			[ "$feature" = reflect-octets ] && padding=$((head + 4))
			id=$family-$mode-$feature
			controller "$id" "$to" --mode "$want" --key-file "$keys" --user alice -c 20 -i 10
			same "exit status of $id" 0 "$status"
			holds "$id" '.packets.sent > 0' '.packets.lost == 0' '.packets.reordered == 0' \
				'([.discarded[]] | add) == 0' '.session.protocol == "twamp"' \
				".session.mode == \"$mode\"" ".control.mode == \"$want\"" \
				'.control.sessions[0].accept == 0' '.control.sessions[0].port == 862' \
				'.packets.lost_outbound == 0' '.ttl.outbound.min == 255'
			sent=$(json "$id" .packets.sent) # fewer on a machine that is busy elsewhere
			printf '%s %s %d %d\n' "$(json "$id" '.control.sessions[0].sid')" "$want" \
				"$sent" $((sent * (base + padding))) >>"$dir/want"
			n=$((n + 1))
		done
	done
done

# Several sessions, sizes, marks on one connection.
controller many "$b4" --mode encrypted --key-file "$keys" --user bob --streams 50 -c 500 --pps 2000 \
	--dscp ef --frame-size 64:1,256:1
same 'exit status of many' 0 "$status"
holds many '.packets.lost == 0' '.packets.sent > 0' '.control.user == "bob"' \
	'[.control.sessions[].sid] | unique | length == 50' '.dscp.inbound == {"min": 46, "max": 46}'

# The DSCP of the sessions and the control connection; other ports; modes of RFC 7750 and 8186.
controller extra "$b6" --mode unauthenticated+dscp-ecn+ptpv2 -c 20 -i 10 --ecn 1
same 'exit status of extra' 0 "$status"
holds extra '.packets.lost == 0' '.peer.format == "ptp"' \
	'.control.mode == "unauthenticated+dscp-ecn+ptpv2"'

# RFC 7750: how the packets came there, in every layout and with both features of RFC 6038.
for mode in unauthenticated mixed authenticated encrypted; do
	for feature in dscp-ecn dscp-ecn+reflect-octets dscp-ecn+symmetrical-size \
		dscp-ecn+reflect-octets+symmetrical-size dscp-ecn+ptpv2; do
		id=mark-$mode-$feature
		controller "$id" "$b4" --mode "$mode+$feature" --key-file "$keys" --user bob \
			--dscp ef --ecn 1 -c 20 -i 10
		same "exit status of $id" 0 "$status"
		holds "$id" '.packets.lost == 0' '([.discarded[]] | add) == 0' \
			'.dscp == {"outbound": {"min": 46, "max": 46}, "inbound": {"min": 46, "max": 46}}' \
			'.ecn == {"outbound": {"min": 1, "max": 1}, "inbound": {"min": 0, "max": 0}}'
		extra=$((extra + 1))
	done
done

# RFC 8186: either end may write PTP in every layout; the other one reads it, or delays would be
# decades or 37 s.
for mode in unauthenticated mixed authenticated encrypted; do
	for peer in ntp ptp; do
		for family in 4 6; do
			to=$b4
			[ "$family" = 6 ] && to=$b6
			id=ptp-$mode-$peer-$family
			controller "$id" "$to" --mode "$mode$([ "$peer" = ptp ] && echo +ptpv2)" \
				--timestamp-format ptp --key-file "$keys" --user bob -c 20 -i 10
			same "exit status of $id" 0 "$status"
			holds "$id" '.packets.lost == 0' '.packets.sent > 0' \
				'([.discarded[]] | add) == 0' ".peer.format == \"$peer\"" \
				'.peer.z_bit_lies == false' \
				'[.delay_ns | .outbound, .inbound | .min, .max | fabs] | max < 2e9' \
				'.delay_ns.residence.min >= 0'
			extra=$((extra + 1))
		done
	done
done
holds "6-mixed-none" '.dscp.outbound == {"min": null, "max": null}'

# Nobody else is answered, and two sessions of the same ends get two ports.
start stranger "$a" "$bin" sender --json --dev va "$b4" -c 3 -i 2 --timeout 1000
wait "$pid"
same 'exit status of the stranger' 2 "$?"
start hold "$a" "$bin" controlclient --json -v "$b4" "$a4:30000"
h=$pid
within 10 test -s "$dir/hold.json" || fail 'controlclient prints nothing'
controller second "$b4" "$a4:30000" -c 20 -i 10
same 'exit status of second' 0 "$status"
holds second '.packets.lost == 0' '.control.sessions[0].port != 862' \
	'.control.sessions[0].asked_port == 862'
# ... and a separate sender measures on the one that is held.
start apart "$a" "$bin" sender --json -v --dev va --protocol twamp-light "$b4" ":30000" -c 20 -i 10
wait "$pid"
same 'exit status of the separate sender' 0 "$?"
holds apart '.packets.lost == 0'
stop "$h"
same 'exit status of controlclient' 0 "$status"

# Wrong keys, unknown users, modes that are not offered.
printf 'alice another passphrase\nmallory x\n' >"$dir/wrong"
chmod 600 "$dir/wrong"
for user in alice mallory; do
	controller "wrong-$user" "$b4" --key-file "$dir/wrong" --user "$user" -c 3
	same "exit status of wrong-$user" 1 "$status"
	check "wrong-$user: a clear error" said "wrong-$user" 'error: controller: .*862: '
	check "wrong-$user: no table" test ! -s "$dir/wrong-$user.json"
done
chmod 644 "$dir/wrong"
controller readable "$b4" --key-file "$dir/wrong" --user alice
same 'exit status with a key file that others read' 1 "$status"
check 'others read the key file: a clear error' said readable 'wrong.*(0600|read)'

ends srv "$s"
while read -r sid mode sent octets; do
	holds srv ".negotiated[] | select(.sid == $sid) | .mode == \"$mode\" and
		.received == $sent and .reflected == $sent and .octets == $octets and .gaps == 0 and
		.bad_hmac == 0 and .state == \"ended\" and .ttl == {\"min\": 255, \"max\": 255}"
done <"$dir/want"
holds srv ".control.sessions == $((n + 53 + extra))" '.control.sessions_refused == 0' \
	'.control.bad_token == 2' '.control.open_connections == 0' \
	"$well" \
	'.sessions.active == 0' '[.negotiated[] | select(.state != "ended")] == []' \
	".discarded.no_session == $(sent stranger)"

# A server that refuses: no room, outside the allow-list, open mode only.
server small --dev vb --sessions 2 --mode unauthenticated
s=$pid
controller refused "$b4" --streams 3 -c 3
same 'exit status of a refused session' 1 "$status"
check 'refused: the Accept value in words' said refused 'refused the session .*limit.*Accept [45]'
check 'refused: no table' test ! -s "$dir/refused.json"
controller mode "$b4" --key-file "$keys" --user alice --mode encrypted -c 3
same 'exit status without a common mode' 1 "$status"
check 'no common mode: a clear error' said mode 'error: controller: .*mode'
controller fits "$b4" --streams 2 -c 40 -i 20
same 'exit status of fits' 0 "$status"
stop "$s"
server guarded --dev vb --allow 198.51.100.0/24
s=$pid
controller denied "$b4" -c 3
same 'exit status of a client that may not come' 1 "$status"
check 'not allowed: a clear error' said denied 'error: controller: '
ends guarded "$s"
holds guarded '.control.refused_policy == 1' '.control.sessions == 0'

# A session that sends more than it may: about 100 of 1,000 a second are answered, and a burst.
server slow --dev vb --limit pps=100
s=$pid
controller fast "$b4" -c 500 --pps 1000 --timeout 1000
same 'exit status of fast' 0 "$status"
holds fast '.packets.received > 0' '.packets.received <= 100 or .duration_ns > 700000000'
ends slow "$s"
holds slow '.negotiated[0].refused == .discarded.rate_limit' '.negotiated[0].refused > 0' \
	'.negotiated[0].refused + .negotiated[0].reflected == .negotiated[0].received'

# Nobody there.
controller nobody "$b4" -c 3
same 'exit status without a server' 1 "$status"
check 'no server: a clear error' said nobody 'refused'
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# The sender's TLVs, authentication and timestamp formats, against a reflector written from the
# RFCs' tables (stamp_peer.py) and against our own; the DSCP on the wire.
. "$(dirname "$0")/lib.sh"
need_root
need tshark dumpcap
topology_direct
key=000102030405060708090a0b0c0d0e0f
(umask 077 && echo "* hex:$key" >"$dir/keys" && echo "* hex:ff$key" >"$dir/wrong")

# peer NAME OPTIONS...: the RFCs' reflector; $peer is its process
peer()
{
	local name=$1
	shift
	start "$name" "$b" python3 "$here/stamp_peer.py" serve "$b4" 862 "$@"
	peer=$pid
	within 10 grep -qs '^ready' "$dir/$name.json" || fail "$name did not start"
}

# twenty NAME OPTIONS...: 20 packets, by the driver $from; again where the machine let none but one go
from=af_packet
twenty()
{
	local name=$1 _
	shift
	for _ in 1 2 3; do
		sends "$name" --dev "$from:va" "$b4" -c 20 -i 5 "$@"
		[ "$(sent "$name")" -lt 2 ] || break
	done
	due "$name" 20
}

# asks NAME OPTIONS...: the same, and what comes back has the TLVs
asks()
{
	twenty "$@"
	holds "$1" '.tlv.plain == 0' '.tlv.unexpected == 0' \
		'.tlv.bad_hmac == 0' '.tlv.integrity_failed == 0' '.tlv.cut_off == 0'
}

# shellcheck disable=SC2054 # the commas belong to --tlv
all=(--tlv location --tlv timestamp-info --tlv cos:dscp=af41 --tlv direct-measurement
	--tlv access-report:id=1,code=2 --tlv follow-up --tlv padding:9,random)
told=('.tlv.location.source == "192.0.2.1"' '.tlv.location.destination_port == 862'
	'.tlv.timestamp_info.method_in == "software"' '.tlv.cos.asked == 34'
	'.tlv.cos.dscp_here == {"min": 34, "max": 34}' '.tlv.cos.dscp_there == {"min": 10, "max": 10}'
	'(.packets.received - 1) as $n | .tlv.direct_measurement == {"sent": $n, "received_there": $n,
	"sent_there": $n, "received_here": $n, "lost_outbound": 0, "lost_inbound": 0}'
	'.tlv.access_report.echoed == .packets.received' '.tlv.follow_up.empty == 1'
	'.tlv.follow_up.software == .packets.received - 1'
	'.tlv.follow_up.egress_ns.min >= 0' '[.tlv.types[] | .missing + .malformed] | add == 0')

# everything NAME: against whoever reflects now
everything()
{
	asks "$1-all" --dscp af11 "${all[@]}"
	holds "$1-all" "${told[@]}" '[.tlv.types[] | .unrecognized] | add == 0'
	asks "$1-size" --dscp af11 "${all[@]}" --frame-size 200,700,1400
	holds "$1-size" "${told[@]}"
	asks "$1-odd" --dscp af11 "${all[@]}" --padding 3
	holds "$1-odd" "${told[@]}"
	asks "$1-unknown" --tlv raw:type=200,hex=0011 --tlv timestamp-info
	holds "$1-unknown" '[.tlv.types[] | select(.name == "other") | .unrecognized] == [.packets.sent]' \
		'.tlv.timestamp_info != null'
	asks "$1-short" --tlv timestamp-info --tlv raw:type=4,hex=b80000 --tlv location
	holds "$1-short" '[.tlv.types[] | select(.name == "cos") | .malformed] == [.packets.sent]' \
		'.tlv.timestamp_info != null' '.tlv.location == null'
	asks "$1-past" --tlv timestamp-info --tlv raw:type=2,hex=00,length=900
	holds "$1-past" '[.tlv.types[] | select(.name == "location") | .malformed] == [.packets.sent]'
	asks "$1-refused" --tlv return-path:sr-mpls=100 --tlv micro-session:sender=3
	holds "$1-refused" '([.tlv.types[] | .unrecognized] | add) == 2 * .packets.sent'
	asks "$1-node" --tlv "destination:$b4" --tlv return-path:same-link
	holds "$1-node" '([.tlv.types[] | .answered] | add) == 2 * .packets.sent'
	sender "$1-none" --dev "$from:va" "$b4" -c 3 -i 5 --timeout 100 --tlv return-path:no-reply
	same "$1: no reply was wanted" 2 "$status"
	mapfile -t many < <(printf -- '--tlv\npadding:1\n%.0s' {1..31})
	asks "$1-many" --tlv direct-measurement "${many[@]}"
	asks "$1-ptp" --dscp af11 --timestamp-format ptp "${all[@]}"
	holds "$1-ptp" "${told[@]}" '.peer.z_bit_lies == false'
}

peer rfc
everything rfc
asks rfc-ssid --ssid 0 --tlv timestamp-info
stop "$peer" TERM

# HMAC TLV without and with the authenticated mode; right and wrong keys
peer rfc-key --key "$key"
asks open-hmac --key-file "$dir/keys" "${all[@]}" --dscp af11 --tlv hmac
holds open-hmac "${told[@]}" '.tlv.verified == .packets.sent'
twenty open-wrong --key-file "$dir/wrong" --tlv location --tlv hmac
holds open-wrong '.tlv.integrity_failed == .packets.sent' '.tlv.location == null'
stop "$peer" TERM
peer rfc-forge --key "$key" --forge
sends forged --dev af_packet:va "$b4" -c 20 -i 5 --key-file "$dir/keys" --tlv location --tlv hmac
holds forged '.tlv.bad_hmac == .packets.sent' '.tlv.verified == 0' '.tlv.location == null' \
	'.packets.received == .packets.sent' '.packets.sent > 0'
stop "$peer" TERM
peer rfc-auth --auth --key "$key"
asks auth --auth --key-file "$dir/keys" "${all[@]}" --dscp af11
holds auth "${told[@]}" '.tlv.verified == .packets.sent'
sender auth-wrong --dev af_packet:va "$b4" -c 3 -i 5 --timeout 100 --auth --key-file "$dir/wrong"
same 'status with the wrong key' 2 "$status"
stop "$peer" TERM

# the format of timestamps, and a peer whose Z bit is not true
for lie in '' --lie; do
	for format in '' --ptp; do
		peer "z$lie$format" $lie $format
		twenty "z-$lie$format"
		holds "z-$lie$format" \
			".peer.z_bit_lies == $([ -n "$lie" ] && echo true || echo false)" \
			'.peer.negative_residence == 0' '.delay_ns.outbound.max < 1000000000' \
			'.delay_ns.outbound.min > -1000000000'
		stop "$peer" TERM
	done
done
peer z-table --lie
start lie "$a" "$bin" sender --dev af_packet:va "$b4" -c 5 -i 5
wait "$pid"
check 'the table names the lie' grep -q 'not in the format that its Z bit names' "$dir/lie.json"
stop "$peer" TERM

# An Access Report that nobody answers is sent again, three times 0.1 s after the packet before it;
# one of three streams that is answered is not.
report=access-report:id=1,code=2,timer=100ms,attempts=3
capture report "$b" vb 'udp dst port 862'
cap=$pid
sender report-dead --dev af_packet:va "$b4" -c 2 -i 5 --timeout 50 --tlv "$report"
same 'status without any reply' 2 "$status"
holds report-dead '.packets.sent + .tester.not_sent == 5' '.packets.lost == .packets.sent' \
	'.packets.sent > 3' '.tlv.access_report.echoed == 0'
captured report "$cap"
# the timer runs from the packet before, so what is late puts off the next one, and none is early
slack=$(json report-dead '0.05 + .tester.stolen_ns / 1e9')
same 'reports on the wire, too early, too late' "$(sent report-dead) 0 0" "$(tshark \
	-r "$dir/report.pcapng" -T fields -e frame.time_epoch 2>/dev/null | awk -v slack="$slack" '
	{ at[NR] = $1 } END { for (i = NR - 2; i <= NR; i++) { gap = at[i] - at[i - 1]
	early += gap < 0.0995; late += gap > 0.1 + slack } print NR, early + 0, late + 0 }')"
peer report-rfc
asks report-answered --tlv "$report"
holds report-answered '.tlv.access_report.echoed == .packets.sent'
stop "$peer" TERM

# our own reflector; what is on the wire
for driver in $(drivers); do
	reflector "ours-$driver" --dev "$driver:vb"
	r=$pid
	from=$driver
	everything "ours-$driver"
	ends "ours-$driver" "$r"
done
from=af_packet
capture wire "$a" va 'udp src port 862'
cap=$pid
reflector ours-wire --dev af_packet:vb --allow-asymmetric "$a4/32" --key-file "$dir/keys"
r=$pid
asks ours-auth --auth --key-file "$dir/keys" "${all[@]}" --dscp af11
holds ours-auth "${told[@]}" '.tlv.verified == .packets.sent'
asks ours-more --auth --key-file "$dir/keys" --tlv reflected-control:length=300,count=3,interval=1ms
holds ours-more '.tlv.reflected_control.conforming == 3 * .packets.sent' \
	'.packets.duplicates == 2 * .packets.sent'
# the reflector stands still meanwhile: what waits for it has its further replies later, too
start ours-spaced "$a" "$bin" sender --json -v --dev af_packet:va "$b4" -c 10 -i 50 --auth \
	--key-file "$dir/keys" --tlv reflected-control:length=500,count=4,interval=20ms
s=$pid
within 10 eval '[ "$(tshark -r "$dir/wire.pcapng" -Y "udp.length == 508" 2>/dev/null | wc -l)" -gt 0 ]'
kill -STOP "$r"
sleep 0.15
kill -CONT "$r"
wait "$s"
same 'exit status of ours-spaced' 0 $?
sound ours-spaced
due ours-spaced 10
holds ours-spaced '.tlv.reflected_control.conforming == 4 * .packets.sent' \
	'.packets.duplicates == 3 * .packets.sent'
sender ours-open --dev af_packet:va "$b4" -c 3 -i 5 --timeout 100
same 'status without a key' 2 "$status"
ends ours-wire "$r"
more=$(sent ours-more) spaced=$(sent ours-spaced)
holds ours-wire ".packets.repeated == 2 * $more + 3 * $spaced" \
	".discarded.bad_hmac == $(sent ours-open)"
captured wire "$cap"
same 'DSCP asked for, on the wire' "$(sent ours-auth)" "$(tshark -r "$dir/wire.pcapng" -Y 'ip.dsfield.dscp == 34' \
	2>/dev/null | wc -l)"
same 'length asked for, on the wire' $((3 * more)) "$(tshark -r "$dir/wire.pcapng" -Y 'udp.length == 308' \
	2>/dev/null | wc -l)"
# T3 of each of the four is so long after that of the first, whenever the machine lets it go
apart=$(tshark -r "$dir/wire.pcapng" -Y 'udp.length == 508' -T fields -e udp.payload 2>/dev/null |
	python3 -c '
import sys
of = {}
for line in sys.stdin:
    p = bytes.fromhex(line.strip().replace(":", ""))
    of.setdefault(p[48:52], []).append(int.from_bytes(p[16:24], "big") / 2**32)
early = sum(t - min(ts) < 0.02 * n - 1e-5 for ts in of.values() for n, t in enumerate(sorted(ts)))
print(len(of), sum(map(len, of.values())), early)')
same 'requests, replies, of these less than 20 ms apart' "$spaced $((4 * spaced)) 0" "$apart"
reflector refl-micro --dev af_packet:vb --micro-session 7
r=$pid
asks micro --tlv micro-session:sender=3
holds micro '.tlv.micro_session == {"sender": 3, "reflector": 7, "mismatched": 0}'
sender micro-other --dev af_packet:va "$b4" -c 3 -i 5 --timeout 100 \
	--tlv micro-session:sender=3,reflector=8
same 'status for another member link' 2 "$status"
ends refl-micro "$r"
holds refl-micro ".discarded.not_addressed == $(sent micro-other)"
reflector refl-ptp --dev af_packet:vb --timestamp-format ptp
r=$pid
asks ours-ptp --dscp af11 "${all[@]}"
holds ours-ptp "${told[@]}" '.peer.format == "ptp"' '.peer.z_bit_lies == false' \
	'.delay_ns.outbound.max < 1000000000'
ends refl-ptp "$r"
finish

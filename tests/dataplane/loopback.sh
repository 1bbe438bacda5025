#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# loopback.sh BINARY DIRECTORY_OF_JSON_CHECK: every kind of STAMP packet through both loops, as an
# ordinary user.
set -uo pipefail
bin=$1 check=$2/json_check.py
command -v jq >/dev/null || {
	echo "skip: jq is not installed"
	exit 77
}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export PYTHONDONTWRITEBYTECODE=1
failed=0

none_lost='(.packets.lost == 0) and (([.discarded[]] | add) == 0)'

# loop WHAT FILTER OPTIONS...
loop()
{
	local what=$1 filter=$2
	shift 2
	if ! "$bin" loopback --json "$@" >"$dir/out" 2>"$dir/err" ||
		! python3 "$check" --final "$dir/out" ||
		[ "$(jq "$none_lost and ($filter)" "$dir/out")" != true ]; then
		echo "FAIL: $what: $filter"
		tail -n 3 "$dir/err"
		jq -c "{packets, tlv, peer, tester, groups: [.groups[]?.packets]}" "$dir/out"
		failed=1
	fi
}

# shellcheck disable=SC2054 # the commas belong to --tlv
tlvs=(--tlv location --tlv timestamp-info --tlv cos:dscp=ef --tlv direct-measurement
	--tlv access-report:id=1,code=1 --tlv follow-up)
told='.tlv.plain + .tlv.integrity_failed + .tlv.bad_hmac + .tlv.unexpected == 0 and
	([.tlv.types[] | .missing + .malformed + .unrecognized] | add == 0) and
	.tlv.cos.dscp_here == {"min": 46, "max": 46} and .tlv.direct_measurement.lost_outbound == 0 and
	.tlv.direct_measurement.lost_inbound == 0 and .tlv.access_report.echoed == .packets.received and
	.tlv.follow_up.empty == 1'
for family in -4 -6; do
	loop 'open' '.tlv == null' "$family" -c 2000 --pps 20000
	loop 'authenticated' '.session.mode == "authenticated"' "$family" -c 2000 --pps 20000 --auth
	loop 'authenticated, full speed' 'true' "$family" --duration 0.3 --auth
	loop 'TLVs' "$told" "$family" -c 2000 --pps 20000 "${tlvs[@]}"
	loop 'TLVs in frames of three sizes' "$told" "$family" -c 2000 --pps 20000 "${tlvs[@]}" \
		--frame-size 300,700,1400
	loop 'authenticated TLVs' "$told and .tlv.verified == .packets.received" "$family" -c 2000 \
		--pps 20000 --auth "${tlvs[@]}"
	loop 'PTP' '.peer.format == "ptp" and .peer.z_bit_lies == false' "$family" -c 2000 \
		--pps 20000 --timestamp-format ptp
	loop 'authenticated TLVs with PTP' "$told and .peer.z_bit_lies == false and
		.tlv.follow_up.unmatched == 0 and .tlv.follow_up.egress_ns.min >= 0" "$family" \
		-c 2000 --pps 20000 --auth --timestamp-format ptp "${tlvs[@]}"
done
# Both ends take the loops for this CPU, what they cannot do is done in those for any.
loops_taken()
{
	local who=$1 loop='any CPU'
	shift
	[ "$who" = any ] || loop=$wide
	"$bin" loopback -d -c 10 --pps 1000 "$@" 2>&1 >/dev/null | grep -c "a sender, in a loop for $loop\$" |
		grep -qx 1 || {
		echo "FAIL: loopback $*: the sender's loop is not for $loop"
		failed=1
	}
}
flags=" $(sed -n 's/^flags[^:]*://p' /proc/cpuinfo | head -n 1) "
wide='CPUs with AVX-512'
for flag in avx512bw avx512dq avx512vl avx512vbmi bmi2; do
	[[ $flags = *" $flag "* ]] || wide='any CPU'
done
loops_taken wide
loops_taken wide -6 --streams 7
loops_taken any --auth
"$bin" loopback -d -c 10 --pps 1000 2>&1 >/dev/null | grep -q "a reflector, in a loop for $wide\$" || {
	echo "FAIL: loopback: the reflector's loop is not for $wide"
	failed=1
}
# Two pairs of workers: each sends its share and hears its own replies, and the sum is exact.
cpus=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
last=$(taskset -cp $$ | sed 's/.*[-, ]//')
both='[.cpu.workers[] | select(.role == "sender") | .packets] | length == 2 and add == 10000 and
	all(. > 2000)'
for streams in 2 7 64; do
	loop "four workers, $streams streams" \
		".packets.sent == 10000 and .packets.lost_outbound == 0 and ($both)" \
		-c 10000 --streams "$streams" --lcores "$cpus,$last,$cpus,$last"
done
loop 'four workers, one stream' \
	'[.cpu.workers[] | .role] == ["sender", "reflector", "reflector"]' \
	-c 1000 --lcores "$cpus,$last,$cpus,$last"
# Scenarios: 100,000 streams, then groups of everything that a file can say. A busy machine may let
# the ring between them run full; the accounts are exact all the same.
none_lost='([.discarded[]] | add) == 0'
examples=$2/../../docs/examples
all='.packets.sent + .tester.not_sent'
loop '100,000 streams' "$all == 300000 and .session.streams == 100000 and
	(.groups | length == 1) and .groups[0].packets == .packets" \
	--scenario "$examples/hundred-thousand.yaml" --duration 3
loop '100,000 streams on four workers' "$all == 200000 and .groups[0].packets == .packets and
	.tester.not_sent as \$late | ([.cpu.workers[] | select(.role == \"sender\") | .packets] |
	length == 2 and all(. <= 100000 and . >= 100000 - \$late))" \
	--scenario "$examples/hundred-thousand.yaml" --duration 2 --lcores "$cpus,$last,$cpus,$last"
loop 'rates from 0.1 to 77,000 packets a second' '[.groups[] | .name] == ["keepalive", "classic",
	"steady", "bursts", "load"] and (.groups[0] | '"$all"' == 5) and
	(.groups[1] | '"$all"' == 25)' --scenario "$examples/mixed-rates.yaml" --duration 2.5
loop 'IPv6, TLVs and Light' '(.groups | length == 2) and .groups[0].tlv.cos.refused == 0 and
	.groups[1].tlv == null and .session.protocol == "several"' \
	--scenario "$examples/ipv6-vlan.yaml" --duration 2
cat >"$dir/keys.yaml" <<END
defaults: {pps: 2000, count: 1000}
streams:
  - {name: signed, auth: true, sla: loss=50}
  - {name: extended, auth: true, tlv: [location, follow-up], streams: 7}
END
loop 'keys and TLVs' "($all == 2000) and ([.groups[].packets | .received > 0] == [true, true]) and
	([.groups[].session.mode] == [\"authenticated\", \"authenticated\"]) and .groups[0].sla.ok and
	(.groups[1] | .tlv.verified == .packets.received)" --scenario "$dir/keys.yaml"
exit "$failed"

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

# loop WHAT FILTER OPTIONS...
loop()
{
	local what=$1 filter=$2
	shift 2
	if ! "$bin" loopback --json "$@" >"$dir/out" 2>"$dir/err" ||
		! python3 "$check" --final "$dir/out" ||
		[ "$(jq "(.packets.lost == 0) and (([.discarded[]] | add) == 0) and ($filter)" \
			"$dir/out")" != true ]; then
		echo "FAIL: $what: $filter"
		tail -n 3 "$dir/err"
		jq -c '{packets, tlv, peer, tester}' "$dir/out"
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
exit "$failed"

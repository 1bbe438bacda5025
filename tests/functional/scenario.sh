#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# Streams of several kinds from one file: what tshark sees of each on the wire, and the group of the
# result that is about it.
. "$(dirname "$0")/lib.sh"
need_root
need tshark dumpcap
topology_bridged

file=$dir/classes.yaml
cat >"$file" <<END
timeout: 1s
defaults:
  remote: $b4
streams:
  - name: voice
    streams: 4
    dscp: ef
    interval: 20
    frame-size: 218
    count: 400
    sla: loss=50
  - name: bulk
    pps: 1000
    burst: 10
    dscp: cs1
    frame-size: imix
    count: 2400
    sla: loss=50
  - name: slow
    interval: 500
    offset: 100ms
    local: :31000
    ttl: 9
    ssid: 7
    count: 5
    sla: rtt.min=1ns
  - name: six
    remote: "$b6"
    local: :32000-32001
    ssid: 100-101
    flow-label: 5-6
    dscp: af41
    pps: 100
    count: 200
  - name: light
    protocol: twamp-light
    padding: 86
    interval: 100
    poisson: true
    count: 20
  - name: tlvs
    interval: 100
    tlv: [location, 'cos:dscp=ef']
    count: 20
END

# group NAME GROUP FILTER...: each is true of a group of the last object
group()
{
	local name=$1 which=$2 filter got
	shift 2
	for filter in "$@"; do
		checks=$((checks + 1))
		got=$(jq -c ".groups[] | select(.name == \"$which\") | $filter" "$dir/$name.json" 2>&1 |
			tail -n 1)
		[ "$got" = true ] || fail "$name: $which: $filter is ${got:-nothing}: $(jq -c \
			".groups[] | select(.name == \"$which\") | .packets" "$dir/$name.json" | head -c 400)"
	done
}

for driver in $(drivers); do
	echo "== $driver"
	reflector "refl-$driver" --dev "$driver:vb"
	r=$pid
	capture "cap-$driver" "$m" xa "udp and ether src $(mac_of "$a" va)"
	cap=$pid
	sender "s-$driver" --dev "$driver:va" --scenario "$file"
	same 'exit status where one group missed its bound' 3 "$status"
	captured "cap-$driver" "$cap"
	ends "refl-$driver" "$r"
	sound "s-$driver"
	tshark -r "$dir/cap-$driver.pcapng" -T fields -E separator=, -e frame.time_epoch \
		-e frame.len -e ip.dsfield.dscp -e ipv6.tclass.dscp -e udp.srcport -e ip.ttl \
		-e ipv6.flow -e udp.payload >"$dir/wire-$driver" 2>/dev/null
	check "$driver: the wire is not as the file says" python3 "$here/scenario_check.py" \
		"$dir/wire-$driver" "$dir/s-$driver.json"
	asked_for "s-$driver" 3045
	holds "s-$driver" '[.groups[].name] == ["voice",
		"bulk", "slow", "six", "light", "tlvs"]' '.session.dscp == null' \
		'.session.protocol == "several"' '.sla == null' '.tlv == null or .tlv.replies > 0'
	for g in voice:400:4:46 bulk:2400:1:8 slow:5:1:0 six:200:2:34 light:20:1:0 tlvs:20:1:0; do
		IFS=: read -r which count streams dscp <<<"$g"
		group "s-$driver" "$which" ".packets.sent <= $count" ".packets.lost == 0" \
			".session.streams == $streams" ".session.dscp == $dscp" \
			".dscp.inbound == {min: $dscp, max: $dscp} or .name == \"tlvs\""
	done
	group "s-$driver" voice '.sla.ok'
	group "s-$driver" slow '.sla.ok == false' '.session.ttl == 9'
	group "s-$driver" tlvs '.tlv.replies == .packets.received'
	group "s-$driver" six '.tlv == null' "(.session.local | startswith(\"[$a6]:32000\"))"
done

# Two workers on two queues of each driver: the accounts are those of one.
cpus=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
last=$(taskset -cp $$ | sed 's/.*[-, ]//')
for driver in $(drivers); do
	echo "== $driver, two workers"
	reflector "refl2-$driver" --dev "$driver:vb"
	r=$pid
	sender "two-$driver" --dev "$driver:va" --scenario "$file" --lcores "$cpus,$last"
	same 'exit status where one group missed its bound' 3 "$status"
	ends "refl2-$driver" "$r"
	sound "two-$driver"
	asked_for "two-$driver" 3045
	holds "two-$driver" '.packets.lost == 0' \
		'[.cpu.workers[] | select(.role == "sender" and .packets > 0)] | length == 2 or
			("'"$driver"'" == "af_xdp" and length == 1)' '.packets.duplicates == 0'
	reflector "refl3-$driver" --dev "$driver:vb"
	r=$pid
	sends "plain-$driver" --dev "$driver:va" "$b4" --lcores "$cpus,$last" --streams 16 --pps 2000 \
		-c 4000
	ends "refl3-$driver" "$r"
	asked_for "plain-$driver" 4000
	holds "plain-$driver" '.packets.lost == 0'
done

# Own ports of a kernel interface are open files: who has too few of them is told so.
printf 'streams:\n  - remote: %s\n    streams: 500\n    count: 500\n' "$b4" >"$dir/ports.yaml"
# shellcheck disable=SC2016 # the inner shell's
ip netns exec "$a" bash -c 'ulimit -n 400; exec setpriv --bounding-set -sys_resource "$@"' - \
	"$bin" sender --dev af_packet:va --scenario "$dir/ports.yaml" >"$dir/out" 2>"$dir/err"
same 'exit status without enough open files' 1 "$?"
check "too few open files: $(cat "$dir/err")" grep -q 'every port of ours is an open file, and 400 may' \
	"$dir/err"

# What is wrong is said with its place, before anything is opened.
refuses()
{
	local why=$1
	shift
	checks=$((checks + 1))
	"$bin" "$@" >"$dir/out" 2>"$dir/err" && fail "accepted: $*"
	grep -qF -- "$why" "$dir/err" || fail "$*: $(cat "$dir/err"), not $why"
}
printf 'duration: 1\nstreams:\n  - remote: 192.0.2.2\n    dscp: eff\n' >"$dir/bad.yaml"
refuses "bad.yaml:4:11: dscp 'eff': allowed: a name" sender --scenario "$dir/bad.yaml"
refuses "$dir/none.yaml: No such file" sender --scenario "$dir/none.yaml"
refuses '--dscp and --scenario exclude each other' sender --scenario "$file" --dscp ef
refuses 'needs PEER[:PORT] or --scenario FILE' sender
refuses 'standard input: a map with the key streams' sender --scenario - </dev/null
finish

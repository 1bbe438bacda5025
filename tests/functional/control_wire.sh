#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# The open mode as an independent decoder sees it: every field of every control message, and the
# test packets of the session.
. "$(dirname "$0")/lib.sh"
need_root
need tshark dumpcap
topology_bridged

server srv --dev vb
s=$pid
format=ntp # of the sender's timestamps
# run NAME ADDRESS DSCP PADDING MODE OPTIONS...
run()
{
	local name=$1 to=$2 dscp=$3 padding=$4 mode=$5 cap
	shift 5
	[ "$format" = ntp ] || set -- "$@" --timestamp-format "$format"
	capture "cap-$name" "$m" xb 'tcp port 862 or udp'
	cap=$pid
	ours "$name" controller --dev va "$to" --dscp "$dscp" -c 20 -i 5 "$@"
	same "exit status of $name" 0 "$status"
	captured "cap-$name" "$cap"
	check "$name: the wire is not as it must be" python3 "$here/control_wire_check.py" \
		"$dir/cap-$name.pcapng" "$dir/$name.json" "$dscp" "$padding" 881 "$mode" "$format"
}
run plain "$b4" 0 27 1
run plain6 "$b6" 0 27 1
run marked "$b4" 46 27 1
run long "$b6" 34 200 1 --padding 200
run symmetrical "$b4" 10 86 65 --padding 86 --mode unauthenticated+symmetrical-size
run reflect "$b4" 0 100 33 --padding 100 --mode unauthenticated+reflect-octets
# RFC 8186: the formats of the two directions are chosen apart.
run theirs "$b4" 0 27 513 --mode unauthenticated+ptpv2
format=ptp
run ours "$b4" 0 27 1
run both "$b6" 0 27 513 --mode unauthenticated+ptpv2
run both-symmetrical "$b4" 0 27 577 --mode unauthenticated+ptpv2+symmetrical-size
ends srv "$s"
finish

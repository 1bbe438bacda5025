#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# reflector and server with a local address answer on that one, without on every one of the interface.
. "$(dirname "$0")/lib.sh"
need_root
topology_direct
second4=192.0.2.12 second6=2001:db8::12
address "$b" vb "$second4" "$second6"

# probe NAME ADDRESS STATUS: three packets there
probe()
{
	sender "$1" --dev va "$2" -c 3 -i 10 --timeout 700
	same "$1: exit status" "$3" "$status"
}

for driver in $(drivers); do
	for own in "$b4 $second4 $b6" "$second6 $b6 $second4"; do
		read -r here_it_is not_here other <<<"$own"
		id=$driver-$here_it_is
		reflector "only-$id" --dev "$driver:vb" "$here_it_is"
		r=$pid
		probe "there-$id" "$here_it_is" 0
		probe "not-there-$id" "$not_here" 2
		probe "other-$id" "$other" 2
		ends "only-$id" "$r"
		holds "only-$id" ".packets.reflected == $(sent "there-$id")" '(.session.local // .local) | length == 1'
	done
	reflector "all-$driver" --dev "$driver:vb"
	r=$pid
	for to in "$b4" "$second4" "$b6" "$second6"; do
		probe "all-$driver-$to" "$to" 0
	done
	ends "all-$driver" "$r"
	holds "all-$driver" ".packets.reflected == $(sent "all-$driver-"{"$b4","$second4","$b6","$second6"})"
done

# A server listens there, and takes sessions for it alone.
server srv --dev vb "$second4"
s=$pid
ours there controller --dev va "$second4" -c 10 -i 2
same 'controller to the address of the server' 0 "$status"
holds there '.packets.lost == 0'
ours elsewhere controller --dev va "$b4" -c 3
same 'controller to another address' 1 "$status"
check 'another address: a clear error' said elsewhere 'error: controller: .*efused'
ends srv "$s"
holds srv '.control.sessions == 1' ".packets.reflected == $(sent there)"

# An address that nobody has here.
start nowhere "$b" "$bin" reflector --dev vb 192.0.2.99 --duration 1
wait "$pid"
same 'a reflector on an address of another host' 1 "$?"
check 'it says so' said nowhere '192.0.2.99 is not an address of .*vb'
finish

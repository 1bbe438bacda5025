#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# Who reflects on one address takes no packets of another: UDP port 862 there stays free, and what
# another program has there works, over either driver.
. "$(dirname "$0")/lib.sh"
need_root
topology_direct
other4=192.0.2.9 other6=2001:db8::9
address "$b" vb "$other4" "$other6"

cat >"$dir/echo.py" <<'END'
import select, socket, sys
held = []
for a in sys.argv[1:]:
    s = socket.socket(socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((a, 862))
    held.append(s)
print("echoing", file=sys.stderr, flush=True)
while True:
    for s in select.select(held, [], [])[0]:
        data, peer = s.recvfrom(2048)
        s.sendto(data, peer)
END
cat >"$dir/ask.py" <<'END'
import socket, sys
a = sys.argv[1]
s = socket.socket(socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(10)
s.connect((a, 862))
for _ in range(5):
    s.send(b"x" * 44)
    if s.recv(100) == b"x" * 44:
        sys.exit(0)
END
asks()
{
	check "$1: a program on $2 has its packets" \
		ip netns exec "$a" python3 "$dir/ask.py" "$2" 2>>"$dir/ask.log"
}
measures() # NAME COMMAND TO: of ours
{
	ours "$1" "$2" --dev va "$3" -c 5 -i 2 --timeout 1000
	same "exit status of $1" 0 "$status"
	holds "$1" '.packets.lost == 0'
}

# Of many addresses the last one is answered, too; what is too many is said.
address "$b" vb 192.0.2.{20..119}
for driver in $(drivers); do
	server "many-$driver" --dev "$driver:vb"
	s=$pid
	measures "con-many-$driver" controller 192.0.2.119
	ends "many-$driver" "$s"
	reflector "refl-many-$driver" --dev "$driver:vb"
	r=$pid
	measures "s-many-$driver" sender 192.0.2.119
	ends "refl-many-$driver" "$r"
	check "$driver: 104 addresses are not too many" not grep -q 'has more than' "$dir/refl-many-$driver.log"
done
address "$b" vb 192.0.2.{120..160}
reflector refl-more --dev vb
r=$pid
check 'too many addresses are said' grep -q 'vb has more than 128 addresses' "$dir/refl-more.log"
ends refl-more "$r"
for n in {20..160}; do
	ip -n "$b" addr del "192.0.2.$n/24" dev vb
done

for driver in $(drivers); do
	for own in "$b4" "$b6"; do
		id=$driver-${#own}
		start "echo-$id" "$b" python3 "$dir/echo.py" "$other4" "$other6"
		e=$pid
		ready "echo-$id" "$e" echoing
		# it was there first, and it comes later
		server "srv-$id" "$own" --dev "$driver:vb"
		s=$pid
		not said "srv-$id" 'clients get others' || fail "$id: the port was not to be had"
		asks "$id" "$other4"
		asks "$id" "$other6"
		measures "ctl-$id" controller "$own"
		holds "ctl-$id" '.control.sessions[0].port == 862'
		stop "$e" TERM
		start "late-$id" "$b" python3 "$dir/echo.py" "$other4" "$other6"
		e=$pid
		ready "late-$id" "$e" echoing
		asks "late-$id" "$other4"
		asks "late-$id" "$other6"
		ends "srv-$id" "$s"
		reflector "refl-$id" "$own" --dev "$driver:vb"
		r=$pid
		asks "refl-$id" "$other4"
		asks "refl-$id" "$other6"
		measures "snd-$id" sender "$own"
		ends "refl-$id" "$r"
		stop "$e" TERM
	done
	# two of ours, an address each
	reflector "first-$driver" "$b4" --dev "$driver:vb"
	r=$pid
	reflector "second-$driver" "$other4" --dev vb
	s=$pid
	measures "to-first-$driver" sender "$b4"
	measures "to-second-$driver" sender "$other4"
	ends "first-$driver" "$r"
	ends "second-$driver" "$s"
	for n in first second; do
		holds "$n-$driver" ".packets.reflected == $(sent "to-$n-$driver")"
	done
done
finish

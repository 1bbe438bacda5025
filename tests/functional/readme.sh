#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# The README's examples of TWAMP-Control, each line as it stands there: what begins with "b dpdk-twamp
# server" runs until the next such line, everything else must end well.
. "$(dirname "$0")/lib.sh"
need_root
readme=$here/../../README.md
# the README's hosts: the reflector is 192.0.2.1
veth "$a" tw0 "$b" tw1
ip -n "$a" addr add 192.0.2.2/24 dev tw0
ip -n "$b" addr add 192.0.2.1/24 dev tw1
for space in "$a" "$b"; do
	ip -n "$space" route add default dev "$([ "$space" = "$a" ] && echo tw0 || echo tw1)"
done
ln -s "$bin" "$dir/dpdk-twamp"
PATH=$dir:$PATH
cd "$dir" || exit 1
a() { ip netns exec "$a" "$@"; }
b() { ip netns exec "$b" "$@"; }

n=0
server=
servers=0
while IFS= read -r line; do
	n=$((n + 1))
	case $line in
	'b dpdk-twamp server'*)
		[ -z "$server" ] || stop "$server"
		read -r -a words <<<"${line#b }"
		start "server-$n" "$b" "${words[@]}"
		server=$pid
		servers=$((servers + 1))
		within 20 eval 'ip netns exec "$b" ss -Hltn sport = :862 | grep -q . || ended "$server"'
		not ended "$server" || fail "$line: $(tail -n 1 "$dir/server-$n.log")"
		;;
	*)
		eval "$line" >"$dir/$n.out" 2>"$dir/$n.log" </dev/null
		same "exit status of: $line" 0 "$?"
		[[ $line != *' controller '* ]] ||
			check "$line: a table without loss" grep -q '20  received 20' "$dir/$n.out"
		;;
	esac
done < <(sed -n '/^TWAMP-Control: end the reflector/,/^What drives/s/^    //p' "$readme")
same 'servers in the README' 2 "$servers"
[ -z "$server" ] || stop "$server"
finish

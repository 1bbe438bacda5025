# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
# shellcheck shell=bash disable=SC2154
#
# Runs of a sender whose packets are captured and compared by wire_check.py; needs topology_bridged.

# runs_begin DRIVER
runs_begin()
{
	driver=$1
	runs=$dir/runs-$driver.json
	: >"$runs"
	n_runs=0
	capture "cap-$driver" "$m" xb
	cap=$pid
}

# run KEY=JSON... -- OPTIONS...: run a sender, and note what its packets must look like
run()
{
	local family=4 count=0 streams=1 tos=0 ttl=255 ssid=0 flow=0 df=false light=false
	local sizes='{"44":1}' stateless=false vlans='[]' interim=false local=$a4 remote=$b4 id sport
	while [ "$1" != -- ]; do
		printf -v "${1%%=*}" %s "${1#*=}"
		shift
	done
	shift
	n_runs=$((n_runs + 1))
	id=$driver-$family-$n_runs
	sport=$((20000 + n_runs * 100))
	if [ "$family" = 6 ]; then
		local=$a6 remote=$b6
		df=false # of IPv4 alone
	else
		flow=0 # of IPv6 alone
	fi
	[ "$count" = 0 ] || set -- "$@" -c "$count"
	sends "$id" --dev "$driver:va" "$remote" ":$sport" "$@"
	# fewer where others had the processor
	[ "$count" = 0 ] || due "$id" "$count"
	count=$(sent "$id")
	jq -nc --arg run "$id" --arg json "$dir/$id.json" --arg local "$local" --arg remote "$remote" \
		--arg local_mac "$(mac_of "$a" va)" --arg remote_mac "$(mac_of "$b" vb)" \
		"{\$run, \$json, \$local, \$remote, \$local_mac, \$remote_mac, family: $family,
		sport: $sport, count: $count, streams: $streams, tos: $tos, ttl: $ttl, ssid: $ssid,
		flow: $flow, df: $df, light: $light, sizes: $sizes, stateless: $stateless,
		vlans: $vlans, interim: $interim}" >>"$runs"
	holds "$id" '.packets.lost == 0' "$well" '.packets.duplicates == 0' \
		'.packets.reordered == 0' '([.discarded[]] | add) == 0'
}

runs_end()
{
	captured "cap-$driver" "$cap"
	check "$driver: the wire is not as it must be" python3 "$here/wire_check.py" \
		"$dir/cap-$driver.pcapng" "$runs"
}

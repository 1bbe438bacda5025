#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# The reflector's answers to TLVs, against the oracle of the RFCs' tables: random requests, whole
# and malformed, with and without what the operator may allow; who is answered at all.
. "$(dirname "$0")/lib.sh"
need_root
topology_direct
key=000102030405060708090a0b0c0d0e0f
(umask 077 && echo "* hex:$key" >"$dir/keys")

# corpus WHAT OPTIONS...
corpus()
{
	local what=$1
	shift
	check "$what" ip netns exec "$a" python3 "$here/tlv_corpus.py" va "$a4" "$b4" \
		--mac "$(mac_of "$a" va)" --peer-mac "$(mac_of "$b" vb)" --own "$b4" --own "$b6" "$@"
}

# What comes back must be a refusal to the kernel, not an echo of it.
ip netns exec "$a" sysctl -qw net.ipv4.conf.all.rp_filter=0

reflector plain --dev af_packet:vb --refwait 60
r=$pid
corpus 'requests without any permission'
ends plain "$r"
holds plain '.packets.repeated == 0' '.packets.reflected <= .packets.received'

reflector keys --dev af_packet:vb --key-file "$dir/keys"
r=$pid
corpus 'authenticated requests' --auth --key "$key"
ends keys "$r"

reflector free --dev af_packet:vb --allow-return 198.51.100.0/24 --allow-asymmetric 0.0.0.0/0
r=$pid
corpus 'requests with all permissions' --return 198.51.100.0/24 --asymmetric --requests 300
ends free "$r"
holds free '.packets.repeated > 0'

reflector keysfree --dev af_packet:vb --key-file "$dir/keys" --allow-return 198.51.100.0/24 \
	--allow-asymmetric 0.0.0.0/0
r=$pid
corpus 'authenticated requests with all permissions' --return 198.51.100.0/24 --asymmetric \
	--requests 300 --auth --key "$key"
ends keysfree "$r"
holds keysfree '.packets.repeated > 0'

# Who is answered at all.
reflector allow --dev af_packet:vb --allow 203.0.113.0/24 --allow 2001:db8::/32
r=$pid
probe() { ip netns exec "$a" python3 "$here/stamp_peer.py" probe "$@" >"$dir/probe.out"; }
check 'a source inside of --allow' probe "$b6" 862 --count 2
check 'a source outside of --allow' not probe "$b4" 862 --count 2 --wait 0.3
ends allow "$r"
holds allow '.discarded.not_allowed == 2' '.packets.reflected == 2'

# The key: right, wrong, none, another SSID's; and TLVs under it.
(umask 077 && printf '%s\n' "ssid:5 hex:$key" >"$dir/keys")
reflector auth --dev af_packet:vb --key-file "$dir/keys" --auth
r=$pid
tlvs=800400042800000080080010$(printf '0%.0s' {1..32})
check 'the right key' probe "$b4" 862 --auth --key "$key" --ssid 5 --tlvs "$tlvs"
same 'problems with the right key' '[]' "$(jq -c .problems "$dir/probe.out")"
same 'HMAC TLV' true "$(jq -c .hmac_tlv_good "$dir/probe.out")"
same 'DSCP asked for' 40 "$(jq -c .tos "$dir/probe.out")"
check 'the wrong key' not probe "$b4" 862 --auth --key "ff$key" --ssid 5 --wait 0.3
check 'no key' not probe "$b4" 862 --ssid 5 --wait 0.3
check 'an SSID without a key' not probe "$b4" 862 --auth --key "$key" --ssid 6 --wait 0.3
ends auth "$r"
holds auth '.packets.reflected == 1' '.discarded.bad_hmac == 2' '.discarded.no_key == 1'
finish

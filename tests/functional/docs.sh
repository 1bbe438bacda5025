#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# Every command line of the documentation is one that this binary understands, and every link to a
# file leads to one. docs.sh
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
bin=${TW_BIN:-build/app/dpdk-twamp}
[ -x "$bin" ] || {
	echo "skip: $bin is not built"
	exit 77
}
pages=(README.md docs/*.md drivers-config/README.md)
lines=0 failed=0

# The words behind dpdk-twamp up to a comment, a pipe or the next command; never run, only parsed.
while IFS=: read -r page line; do
	words=$(sed -E 's/^ +((\$|a|b) )?dpdk-twamp //; s/ +#.*//; s/ [|&].*//' <<<"$line")
	read -r -a argv < <(tr -d "'" <<<"$words")
	lines=$((lines + 1))
	err=$("$bin" show-options "${argv[@]}" 2>&1 >/dev/null </dev/null) || {
		echo "FAIL: $page: dpdk-twamp $words: $err"
		failed=1
	}
done < <(grep -HE '^ +((\$|a|b) )?dpdk-twamp [a-z]' "${pages[@]}")

while IFS=: read -r page link; do
	link=${link#*](}
	link=${link%)}
	[ -e "$(dirname "$page")/${link%%#*}" ] || {
		echo "FAIL: $page: no $link"
		failed=1
	}
done < <(grep -oHE '\]\([^):]+\)' "${pages[@]}")

[ "$lines" -ge 50 ] || {
	echo "FAIL: only $lines command lines found"
	failed=1
}
[ "$failed" -eq 0 ] && echo "PASS: $lines command lines"
exit "$failed"

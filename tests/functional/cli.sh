#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The command line as a user meets it: help, man page, completion, and what happens to bad input.
# cli.sh BINARY
set -uo pipefail

bin=$(readlink -f "$1")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failures=0

fail()
{
	echo "FAIL: $*" >&2
	failures=$((failures + 1))
}

# expect STATUS ARGS...: exit status; output is left in $tmp/out and $tmp/err
expect()
{
	local want=$1 got=0
	shift
	"$bin" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || got=$?
	[ "$got" -eq "$want" ] || fail "'$*' gives $got, not $want"
}

# refuse WORDS ARGS...: exit 1, nothing on stdout, exactly one line on stderr that has the words
refuse()
{
	local words=$1
	shift
	expect 1 "$@"
	[ ! -s "$tmp/out" ] || fail "'$*' prints on stdout"
	[ "$(wc -l <"$tmp/err")" -eq 1 ] || fail "'$*' prints $(wc -l <"$tmp/err") lines on stderr"
	grep -qF -- "$words" "$tmp/err" || fail "'$*' does not say '$words': $(cat "$tmp/err")"
	LC_ALL=C grep -q '[^[:print:]]' "$tmp/err" && fail "'$*' echoes what is not printable"
}

# quiet: nothing on stderr
quiet()
{
	[ ! -s "$tmp/err" ] || fail "$1 prints on stderr: $(head -3 "$tmp/err")"
}

narrow()
{
	awk -v what="$1" 'length($0) > 80 { print what ": " $0; bad = 1 } END { exit bad }' \
		"$tmp/out" || fail "$1 is wider than 80 columns"
}

# --- what is asked for -----------------------------------------------------------------------

expect 1
quiet 'no command'
grep -q '^Usage: dpdk-twamp COMMAND' "$tmp/out" || fail 'no command: no help'
for word in --help -h help; do
	expect 0 "$word"
	quiet "$word"
	narrow "$word"
done
sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$tmp/out" >"$tmp/commands"
[ -s "$tmp/commands" ] || fail 'help lists no command'
expect 0 --version
grep -qE '^dpdk-twamp [0-9]+\.[0-9]+\.[0-9]+' "$tmp/out" || fail "version: $(cat "$tmp/out")"

expect 0 man
quiet man
cp "$tmp/out" "$tmp/dpdk-twamp.1"
expect 0 completion bash
quiet completion
cp "$tmp/out" "$tmp/completion"
grep -oE '(^|, )\\fB\\-\\-([a-z0-9]|\\-)+' "$tmp/dpdk-twamp.1" |
	sed 's/.*\\fB//; s/\\-/-/g' | sort >"$tmp/man-options"
uniq -d "$tmp/man-options" | grep . && fail 'the man page has an option twice'

# Every option of every command stands once in its help, and in man page and completion.
while read -r command; do
	expect 0 "$command" --help
	quiet "$command --help"
	narrow "$command --help"
	cp "$tmp/out" "$tmp/help"
	expect 0 help "$command"
	cmp -s "$tmp/out" "$tmp/help" || fail "help $command differs from $command --help"
	expect 0 "$command" -h
	cmp -s "$tmp/out" "$tmp/help" || fail "$command -h differs from $command --help"
	grep -q "^\\\\fB$command\\\\fR" "$tmp/dpdk-twamp.1" || fail "man page: no $command"
	sed -n 's/^  \(-., \|    \)\(--[a-z0-9-]*\).*/\2/p' "$tmp/help" | sort >"$tmp/options"
	uniq -d "$tmp/options" | grep . && fail "$command --help has an option twice"
	[ "$(wc -l <"$tmp/options")" -ge 2 ] || fail "$command --help shows no options"
	# The rows say what is in effect: one line for each option but --help.
	if ! "$bin" show-options "$command" 192.0.2.1 >"$tmp/effective" 2>"$tmp/err"; then
		"$bin" show-options "$command" >"$tmp/effective" 2>"$tmp/err" ||
			fail "show-options $command: $(cat "$tmp/err")"
	fi
	sed -n 's/^\([a-z0-9-]*\) =.*/--\1/p' "$tmp/effective" | sort |
		diff - <(grep -vx -- --help "$tmp/options") || fail "$command: help and rows differ"
	while read -r option; do
		[ "$option" = --help ] || grep -qx -- "$option" "$tmp/man-options" ||
			fail "man page: no $option of $command"
		# What the shell offers behind the command.
		bash -c '. "$1"; COMP_WORDS=(dpdk-twamp "$2" "$3"); COMP_CWORD=2; _dpdk_twamp
			printf "%s\n" "${COMPREPLY[@]}"' - "$tmp/completion" "$command" "$option" |
			grep -x -- "$option" >/dev/null || fail "completion: no $option of $command"
	done <"$tmp/options"
done <"$tmp/commands"

bash -n "$tmp/completion" || fail 'the completion script is no bash'
if command -v shellcheck >/dev/null; then
	shellcheck -s bash -S warning "$tmp/completion" || fail 'the completion script has slips'
fi
if command -v man >/dev/null && command -v groff >/dev/null; then
	for width in 60 80 132; do
		MANWIDTH=$width LC_ALL=C.UTF-8 man --warnings -l "$tmp/dpdk-twamp.1" \
			>"$tmp/out" 2>"$tmp/err" </dev/null || fail "man -l at $width columns"
		quiet "man -l at $width columns"
	done
	groff -man -ww -z -Tutf8 "$tmp/dpdk-twamp.1" 2>"$tmp/err" || fail groff
	quiet groff
	grep -q 'EXIT STATUS' "$tmp/out" || fail 'the man page has no exit status'
else
	echo 'man or groff is missing: the man page is not rendered' >&2
fi

# --- bad input -------------------------------------------------------------------------------

refuse "unknown command 'dscptabel'; did you mean dscptable?" dscptabel
refuse "unknown command 'xyzzy'; see dpdk-twamp --help" xyzzy
refuse "unknown command ''" ''
refuse "option '--json' before the command" --json dscptable
refuse "unknown command 'xyzzy'" help xyzzy
refuse "shell 'tcsh': allowed: bash" completion tcsh
refuse 'unknown option --jsno; did you mean --json?' dscptable --jsno
refuse 'unknown option -x' dscptable -x
refuse "--json '1': allowed: no value" dscptable --json=1
refuse "argument 'word': allowed: options only" dscptable word
refuse 'unknown command' "$(printf 'a\nb\033[31m')"
refuse 'unknown option' dscptable "$(printf -- '--a\nb\033[31m')"
refuse 'unknown option' dscptable "--$(head -c 5000 /dev/zero | tr '\0' x)"

# The options of the sender are there whether or not this build has the command.
s=(show-options sender 192.0.2.1)
refuse "--count '0': allowed: a whole number, 1 or more" "${s[@]}" --count 0
refuse "--count 'abc'" "${s[@]}" -cabc
refuse '--count: needs a value, allowed: a whole number' "${s[@]}" --count
refuse "--count: needs a value before '--json'" "${s[@]}" --count --json
refuse "--count '2': given twice" "${s[@]}" -c 1 -c 2
refuse 'unknown option --cuont; did you mean --count?' "${s[@]}" --cuont 5
refuse '--padding and --frame-size exclude each other' "${s[@]}" --padding 1 --frame-size 64
refuse '--tos and --dscp exclude each other' "${s[@]}" --dscp ef --tos 4
refuse '--interval and --pps exclude each other' "${s[@]}" --pps 5 --interval 10
refuse '--count and --duration exclude each other' "${s[@]}" --count 5 --duration 10
refuse "--frame-size '64:0'" "${s[@]}" --frame-size 64:0
refuse "--frame-size '9019': 9019: allowed: frames of 64 to 9018 octets" "${s[@]}" --frame-size 9019
refuse "--dscp 'nosuch': allowed: a name such as ef" "${s[@]}" --dscp nosuch
refuse "--rate '10X': allowed: bits per second" "${s[@]}" --rate 10X
refuse "--ip '192.0.2.1/33'" "${s[@]}" --ip 192.0.2.1/33
refuse "--lcores 'x'" "${s[@]}" --lcores x
refuse '--sessions: not an option of sender' "${s[@]}" --sessions 1
refuse '--dscp and --scenario exclude each other, allowed: dscp in the file' "${s[@]}" --scenario x.yaml --dscp ef
refuse 'missing argument: needs PEER' show-options sender

refuse "--sla 'loss'" "${s[@]}" --sla loss

# --- values in effect ------------------------------------------------------------------------

effective()
{
	grep -qx -- "$1" "$tmp/out" || fail "no '$1' in: $(grep "^${1%% *} " "$tmp/out")"
}

expect 0 "${s[@]}" --dscp ef -c5 --interval 0.5 --vlan 1 --vlan 2 --timeout=1s
effective 'dscp = 46'
effective 'tos = 184 # default'
effective 'count = 5'
effective 'interval = 500us'
effective 'vlan = 1, 2'
effective 'timeout = 1s'
effective 'ttl = 255 # default'
expect 0 "${s[@]}" --protocol twamp-light
effective 'padding = 27 # default'

# --- dscptable -------------------------------------------------------------------------------

# Values from RFC 2474, 2597 and 3246; TOS is the value times four.
expect 0 dscptable
quiet dscptable
narrow dscptable
grep -qE '^ef +46 +1011 1000 +B8( |$)' "$tmp/out" || fail 'dscptable: ef'
grep -qE '^af41 +34 +1000 1000 +88( |$)' "$tmp/out" || fail 'dscptable: af41'
grep -qE '^cp5 +5 +0001 0100 +14$' "$tmp/out" || fail 'dscptable: cp5'
grep -q ' $' "$tmp/out" && fail 'dscptable: blanks at the end of a line'
expect 0 dscptable --json
if command -v jq >/dev/null; then
	jq -e '.schema == "dpdk-twamp/dscptable/1" and (.values | length == 64) and
		(.values | all(.tos == .dscp * 4)) and
		(.values[] | select(.name == "ef") | .dscp == 46)' "$tmp/out" >/dev/null ||
		fail 'dscptable --json'
fi

# --- devices --check -------------------------------------------------------------------------

# What this machine lacks is not known here: the exit status and the lines must agree.
"$bin" devices --check --dev net_null0 >"$tmp/out" 2>"$tmp/err" </dev/null
got=$?
quiet 'devices --check'
lacking=$(grep -c '^lacking ' "$tmp/out")
[ "$got" -eq $((lacking > 0)) ] || fail "devices --check: $lacking lacking, exit $got"
grep -qE '^not needed  vfio ' "$tmp/out" || fail 'devices --check: a virtual device needs no vfio'
grep -qE '^(ok|lacking) +clock ' "$tmp/out" || fail 'devices --check: no clock'
if command -v jq >/dev/null; then
	expect "$got" devices --check --dev net_null0 --json
	jq -e --argjson n "$lacking" '.schema == "dpdk-twamp/check/1" and .ok == ($n == 0) and
		.lacking == $n and ([.checks[] | select(.state == "lacking")] | length == $n) and
		(.checks | length == 15) and (.checks | all(.name != "" and .found != "")) and
		(.checks | all((.state == "ok") == (.advice == "")))' "$tmp/out" >/dev/null ||
		fail 'devices --check --json'
fi
refuse "--lcores '3-1'" devices --check --lcores 3-1
refuse 'there is no device' devices --check --dev nosuch0

# --- --timestamps ----------------------------------------------------------------------------

"$bin" devices --dev net_null0 --timestamps hardware >"$tmp/out" 2>"$tmp/err" </dev/null
[ $? -eq 1 ] || fail '--timestamps hardware is met by net_null'
grep -q 'timestamps hardware: net_null0 (net_null) makes none: the driver offers no stamps' \
	"$tmp/err" || fail "--timestamps hardware: $(tail -n 1 "$tmp/err")"
expect 0 devices --dev net_null0 --timestamps software
refuse "--timestamps 'quartz': allowed: auto, software, hardware or kernel" \
	reflector --dev net_null0 --timestamps quartz

# --- keys: before there is any device --------------------------------------------------------

printf '192.0.2.0/24 not much of a secret\n' >"$tmp/keys"
cp "$tmp/keys" "$tmp/open"
chmod 600 "$tmp/keys"
chmod 644 "$tmp/open"
nowhere=(--dev net_nosuch0 --key-file)
refuse "sender: $tmp/none: No such file" sender 192.0.2.1 --auth "${nowhere[@]}" "$tmp/none"
refuse 'sender: --auth needs --key-file FILE' sender 192.0.2.1 --auth --dev net_nosuch0
refuse 'sender: the key file has no key for SSID 0 and 127.0.0.9' \
	sender 127.0.0.9 --auth "${nowhere[@]}" "$tmp/keys"
for command in reflector server; do
	refuse "$command: $tmp/open: mode 0644, keys must have 0600 or less" \
		"$command" "${nowhere[@]}" "$tmp/open"
done

# --- the SSID that a session with TLVs is told by --------------------------------------------

printf 'duration: 0.1\nstreams:\n  - {name: a, ssid: 7, tlv: [location]}\n  - {name: b, tlv: [location]}\n' \
	>"$tmp/tlvs.yaml"
expect 0 loopback -v --scenario "$tmp/tlvs.yaml"
[ "$(grep -c 'SSID 1: a reflector without TLVs' "$tmp/err")" -eq 1 ] ||
	fail "one entry of two has no SSID of its own: $(grep SSID "$tmp/err")"

# --- scenarios, tried inside -----------------------------------------------------------------

# 3: a bound of its sla was missed, which a busy machine may do
examples=$(dirname "$(readlink -f "$0")")/../../docs/examples
for example in "$examples"/*.yaml; do
	case $example in
	*/hundred-thousand.yaml) continue ;; # is in dataplane/own
	esac
	got=0
	"$bin" loopback --json --duration 0.5 --timeout 500 --scenario "$example" >"$tmp/out" 2>"$tmp/err" \
		</dev/null || got=$?
	[[ $got =~ ^[03]$ ]] || fail "loopback --scenario $example gives $got: $(cat "$tmp/err")"
	! command -v jq >/dev/null || jq -e '.packets.received > 0 and (.groups | length) > 0' "$tmp/out" >/dev/null ||
		fail "loopback --scenario $example: $(head -c 300 "$tmp/out")"
done
printf 'duration: 0.1\ndev: eth9\nstreams:\n  - name: a\n' >"$tmp/dev.yaml"
expect 0 loopback --scenario "$tmp/dev.yaml"
grep -q 'dev is for a sender' "$tmp/err" || fail "dev in a loopback: $(cat "$tmp/err")"

# --- a disk that is full ---------------------------------------------------------------------

if [ -w /dev/full ]; then
	"$bin" dscptable >/dev/full 2>"$tmp/err" </dev/null && fail 'a full disk goes unnoticed'
	[ "$(wc -l <"$tmp/err")" -eq 1 ] || fail 'a full disk: not one line'
fi

[ "$failures" -eq 0 ] || exit 1
echo "cli: ok ($(wc -l <"$tmp/commands") commands, $(wc -l <"$tmp/man-options") options)"

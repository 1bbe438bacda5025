#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# Table, CSV, interim results, metrics, captures and the verdict of --sla: all say the same.
. "$(dirname "$0")/lib.sh"
need_root
need tshark
topology_direct

look()
{
	python3 "$here/output_check.py" "$@"
}

# column NAME COLUMN: of the last record of CSV
column()
{
	python3 -c 'import csv, sys
*_, record = csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8"))
print(record[sys.argv[2]])' "$dir/$1.json" "$2"
}

for driver in $(drivers); do
	echo "== $driver"
	reflector "r-$driver" --dev "$driver:vb" --metrics=127.0.0.1:9101 \
		--pcap "$dir/r-$driver.pcap"
	r=$pid
	start "long-$driver" "$a" "$bin" sender --json -v --dev "$driver:va" "$b4" -i 1 --duration 4 \
		--interim 0.5 --metrics --pcap "$dir/s-$driver.pcap" --streams 2
	s=$pid
	ready "long-$driver" "$s" 'metrics on http://127.0.0.1:8000'
	sleep 1.6
	check "$driver: metrics of the sender" ip netns exec "$a" python3 "$here/output_check.py" \
		metrics http://127.0.0.1:8000 sender
	check "$driver: metrics of the reflector" ip netns exec "$b" python3 \
		"$here/output_check.py" metrics http://127.0.0.1:9101 reflector
	wait "$s"
	same "$driver: the sender" 0 $?
	sound "long-$driver"
	check "$driver: interim results" look interim "$dir/long-$driver.json" 0.5
	ends "r-$driver" "$r"
	check "$driver: capture of the sender" look pcap "$dir/s-$driver.pcap" \
		"$dir/long-$driver.json"
	check "$driver: capture of the reflector" look pcap "$dir/r-$driver.pcap" \
		"$dir/r-$driver.json"
done

echo "== forms"
reflector r --dev vb --interim 0.5
r=$pid
sends one "$b4" -c 50 -i 1
due one 50
start csv "$a" "$bin" sender --csv "$b4" -c 50 -i 1
wait "$pid"
same "csv" 0 $?
check "columns" look csv "$dir/csv.json" "$dir/one.json"
same "csv: packets due" 50 $(($(column csv packets.sent) + $(column csv tester.not_sent)))
start csvs "$a" "$bin" sender --csv "$b4" -c 600 -i 2 --interim 0.3
wait "$pid"
check "columns of intervals" look csv "$dir/csvs.json" "$dir/one.json"
same "intervals: packets due" 600 $(($(column csvs packets.sent) + $(column csvs tester.not_sent)))
check "records of intervals" [ "$(wc -l <"$dir/csvs.json")" -ge 4 ]
start table "$a" "$bin" sender "$b4" -c 50 -i 1
wait "$pid"
same "table" 0 $?
check "table" python3 - "$dir/table.json" "$dir/table.sent" <<'END'
import re, sys
text = open(sys.argv[1], encoding="utf-8").read()
lines = text.splitlines()
ok = lines[0] == "=" * 79 and lines[-1] == "=" * 79 and max(map(len, lines)) <= 79
ok &= re.match(r"Direction +Min +Avg +P99 +Max +Jitter +Loss$", lines[1]) is not None
for word in ("Outbound", "Inbound", "Roundtrip"):
    ok &= re.search(rf"^  {word}:( +[-0-9.]+(ns|us|ms|s)){{5}} +0\.000%$", text, re.M) is not None
counts = re.search(r"^ sent (\d+)  received (\d+)  duplicates 0  reordered 0  late 0", text, re.M)
sent, received = (int(n) for n in counts.groups()) if counts else (0, -1)
said = " ".join(text.split())
missing = re.search(r"(\d+) packets were due but not sent in time", said)
ok &= sent == received > 0 and sent + int(missing.group(1) if missing else 0) == 50
# where others had the processor for too long it may not be ok
ok &= ("tester: ok" in text) == (not re.search("due but not sent|held up", said))
ok &= "Jitter Algorithm [RFC3550]" in text
with open(sys.argv[2], "w", encoding="ascii") as f:
    f.write(f"{sent}\n")
if not ok:
    print(text)
sys.exit(not ok)
END
soon 2 eval '[ "$(wc -l <"$dir/r.json")" -ge 2 ]'
ends r "$r"
all=$(($(sent one) + $(<"$dir/table.sent") + $(column csv packets.sent) + $(column csvs packets.sent)))
holds r '.interim == false' ".packets.reflected == $all"
check "no interim lines of the reflector" [ "$(wc -l <"$dir/r.json")" -ge 3 ]
start devices "$b" "$bin" devices
wait "$pid"
check "devices does not name vb" grep -q '^vb ' "$dir/devices.json"

echo "== service levels"
reflector r2 --dev vb
r=$pid
sends met "$b4" -c 50 -i 1 --sla loss=0,rtt.p99=5s,jitter=5s,outbound.p99_9=5s,inbound.loss=0
holds met '.sla == {"ok": true, "missed": []}'
sender missed "$b4" -c 50 -i 1 --sla loss=0,rtt.p99=1ns,jitter=5s,outbound.max=5s
same "exit status of a missed bound" 3 "$status"
sound missed
holds missed '.sla.ok == false' '.sla.missed | length == 1' '.sla.missed[0] | test("rtt.p99")'
start missed-table "$a" "$bin" sender "$b4" -c 50 -i 1 --sla rtt.p50=1ns
wait "$pid"
same "exit status of a missed bound, with a table" 3 $?
check "no verdict in the table" grep -qiE 'sla.*(missed|rtt\.p50)' "$dir/missed-table.json"
sender lost "$b4:9" -c 3 -i 1 --timeout 100 --sla loss=1
same "exit status of no reply, with --sla" 2 "$status"
holds lost '.sla.ok == false'
start loopback "$a" "$bin" loopback --json -c 1000 --sla loss=0
wait "$pid"
same "loopback" 0 $?
holds loopback '.sla.ok'
ends r2 "$r"
finish

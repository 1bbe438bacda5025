#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
"""Read what twping printed as programs do that drive it, and print what they make of it as JSON.

usage: twping_check.py raw|machine|text FILE

raw is read as pScheduler's plug-in reads -R: lines of 16 numbers, all others skipped; a packet is
lost when its far timestamp is 0, seen twice when its number came before, reordered when its number
is below the one before. machine is -M: every key in its place, once, in its form. text is the
summary for people. Exit 1 with a sentence when the output is not of that form."""

import json
import re
import sys

NUMBER = r"([-.0-9e+]*)"
STAMP = rf"(\d+) (\d) {NUMBER}"
RAW = re.compile(rf"^(\d+) {STAMP} {STAMP} (\d+) (\d+) {STAMP} {STAMP} (\d+)$")
NAMES = ("sseq stime ss serr srtime srs srerr sttl rseq rstime rss rserr rtime rs rerr rttl").split()


class Wrong(Exception):
    pass


def need(condition, why):
    if not condition:
        raise Wrong(why)


def read_raw(lines):
    seen, before, rows = set(), -1, []
    got = dict.fromkeys(("rows", "sent", "received", "lost", "duplicates", "reordered"), 0)
    ttls, back_ttls, rtts, delays, back, errors = {}, {}, [], [], [], []
    for line in lines:
        m = RAW.match(line)
        need(m, f"not 16 fields: {line!r}")
        need(all(len(m.group(i)) == 20 for i in (2, 5, 10, 13)), f"stamps of 20 digits: {line!r}")
        r = {}
        for name, value in zip(NAMES, m.groups()):
            r[name] = float(value) if name.endswith("err") else int(value)
        need(all(0 <= r[x] <= 1 for x in ("ss", "srs", "rss", "rs")), f"flags: {line!r}")
        need(all(r[x] > 0 for x in ("serr", "srerr", "rserr", "rerr")), f"errors: {line!r}")
        rows.append(r)
        got["rows"] += 1
        if r["srtime"] == 0:
            need(r["rstime"] == 0 and r["rtime"] == 0 and r["rseq"] == 0, f"lost: {line!r}")
            need(r["sttl"] == 255 and r["rttl"] == 255 and r["stime"], f"lost: {line!r}")
        if r["stime"] and r["rtime"]:
            rtts.append((r["rtime"] - r["stime"]) / 2**32)
        if r["sseq"] in seen:
            got["duplicates"] += 1
            continue
        seen.add(r["sseq"])
        got["sent"] += 1
        if r["srtime"] == 0:
            continue
        got["received"] += 1
        delays.append((r["srtime"] - r["stime"]) / 2**32)
        back.append((r["rtime"] - r["rstime"]) / 2**32)
        errors.append(r["serr"] + r["srerr"])
        ttls[r["sttl"]] = ttls.get(r["sttl"], 0) + 1
        back_ttls[r["rttl"]] = back_ttls.get(r["rttl"], 0) + 1
        got["reordered"] += r["sseq"] < before
        before = r["sseq"]
    got["lost"] = got["sent"] - got["received"]
    starts = sorted({r["sseq"]: r["stime"] for r in rows}.items())
    got["gaps"] = [(b[1] - a[1]) / 2**32 for a, b in zip(starts, starts[1:])]
    got["in_order"] = [n for n, _ in starts] == list(range(len(starts)))
    got |= {"ttls": ttls, "rtt_min": min(rtts, default=None), "rtt_max": max(rtts, default=None)}
    got |= {"delay_min": min(delays, default=None), "back_min": min(back, default=None)}
    got |= {"errors_min": min(errors, default=None), "back_ttls": back_ttls}
    got["lost_numbers"] = [r["sseq"] for r in rows if r["srtime"] == 0]
    return got


# Keys of SUMMARY 3.00 in their order: form, and whether they may be left out.
INT, FLOAT, TEXT, HEX = r"\d+", r"-?\d+(\.\d+)?(e[-+]\d\d+)?", r"\S+", r"0x[0-9a-f]{2}"
KEYS = [("SUMMARY", r"3\.00", 0), ("SID", "[0-9a-f]{32}", 0)]
KEYS += [(f"{way}_{x}", INT if x == "PORT" else TEXT, 0) for way in ("FROM", "TO")
         for x in ("HOST", "ADDR", "PORT")]
KEYS += [("START_TIME", r"\d{20}", 0), ("END_TIME", r"\d{20}", 0)]
KEYS += [("UNIX_START_TIME", r"\d+\.\d{6}", 1), ("UNIX_END_TIME", r"\d+\.\d{6}", 1)]
KEYS += [("DSCP", HEX, 0), ("LOSS_TIMEOUT", INT, 0), ("PACKET_PADDING", INT, 0)]
KEYS += [("SESSION_PACKET_COUNT", INT, 0), ("SAMPLE_PACKET_COUNT", INT, 0)]
KEYS += [("BUCKET_WIDTH", FLOAT, 0), ("SESSION_FINISHED", "[01]", 0), ("SENT", INT, 0)]
KEYS += [("SYNC", "[01]", 0)] + [(f"MAXERR{w}", FLOAT, 0) for w in ("", "_FWD", "_BCK")]
KEYS += [("DUPS_FWD", INT, 0), ("DUPS_BCK", INT, 0), ("LOST", INT, 0)]
for what in ("MIN", "MEDIAN", "MAX", "PDV"):
    KEYS += [(f"{what}{w}", FLOAT, 1) for w in ("", "_FWD", "_BCK")]
    KEYS += [(f"{what}_PROC", FLOAT, 1)] if what in ("MIN", "MAX") else []
KEYS += [("BUCKETS", None, 1)]
KEYS += [(f"{x}TTL_{w}", INT, 0) for w in ("FWD", "BCK") for x in ("MIN", "MAX")]
KEYS += [("TTLBUCKETS", None, 1)]


def read_block(lines, name, columns):
    rows = []
    while lines and lines[0] != f"</{name}>":
        need(re.fullmatch(r"(\t-?\d+){%d}" % columns, lines[0]), f"{name}: {lines[0]!r}")
        rows.append([int(x) for x in lines.pop(0).split()])
    need(lines, f"{name} has no end")
    lines.pop(0)
    need(rows == sorted(rows) and rows, f"{name} is empty or not in order")
    return rows


def read_summary(lines):
    s = {}
    for key, form, optional in KEYS:
        if form is None:
            if lines and lines[0] == f"<{key}>":
                lines.pop(0)
                s[key] = read_block(lines, key, 4 if key == "BUCKETS" else 3)
            continue
        name, _, value = (lines[0] if lines else "").partition("\t")
        if optional and name != key:
            continue
        need(name == key, f"{key} is not in its place: {name!r}")
        need(re.fullmatch(form, value), f"{key}: {value!r}")
        lines.pop(0)
        s[key] = value if form in (TEXT, HEX) or key in ("SID", "SUMMARY") else float(value)
    need(lines and lines.pop(0) == "", "no empty line at the end")
    return s


def judge(s):
    """What must hold of any summary."""
    got = s["SENT"] - s["LOST"]
    for i in range(1, 4):
        need(sum(b[i] for b in s.get("BUCKETS", [])) == got, "BUCKETS do not add up")
    for i in (1, 2):
        need(sum(b[i] for b in s.get("TTLBUCKETS", [])) == got, "TTLBUCKETS do not add up")
    need(("MIN" in s) == (got > 0) == ("MAX_PROC" in s), "MIN and MAX where nothing came")
    need(("MEDIAN" in s) == (2 * got >= s["SENT"] > 0), "MEDIAN where half of them came")
    for w in ("", "_FWD", "_BCK"):
        if "MEDIAN" in s:
            # six digits are printed
            need(s[f"MIN{w}"] <= s[f"MEDIAN{w}"] <= s[f"MAX{w}"], f"MIN, MEDIAN, MAX{w}")
    need(s["START_TIME"] <= s["END_TIME"], "it ended before it began")


def read_machine(lines):
    if lines and lines[0].startswith("Approximately "):
        lines.pop(0)
    all_of_them = []
    while lines:
        s = read_summary(lines)
        judge(s)
        all_of_them.append(s)
    need(all_of_them, "no summary")
    return all_of_them


V = r"(-?[0-9.e+-]+|nan)"
TEXT_LINES = [
    ("approximately", r"Approximately \d+\.\d seconds until results available"),
    ("", ""),
    ("title", r"--- twping statistics from \[(\S+)\]:(\d+) to \[(\S+)\]:(\d+) ---"),
    ("sid", r"SID:\t([0-9a-f]{32})"),
    ("first", r"first:\t(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})"),
    ("last", r"last:\t(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})"),
    ("counts", r"(\d+) sent, (\d+) lost \((\d+\.\d{3})%\), (\d+) send duplicates, "
               r"(\d+) reflect duplicates"),
    ("rtt", rf"round-trip time min/median/max = {V}/{V}/{V} (\w+), \((err=[0-9.e+-]+ \w+|unsync)\)"),
    ("send", rf"send time min/median/max = {V}/{V}/{V} (\w+), \((err=[0-9.e+-]+ \w+|unsync)\)"),
    ("reflect", rf"reflect time min/median/max = {V}/{V}/{V} (\w+), \((err=[0-9.e+-]+ \w+|unsync)\)"),
    ("processing", rf"reflector processing time min/max = {V}/{V} (\w+)"),
    ("jitter", rf"two-way jitter = {V} (\w+) \(P95-P50\)"),
    ("", rf"send jitter = {V} (\w+) \(P95-P50\)"),
    ("", rf"reflect jitter = {V} (\w+) \(P95-P50\)"),
    ("percentiles", r"Percentiles:"),
    ("send_hops", r"send (hops = \d+ \(consistently\)|hops takes .*|TTL not reported)"),
    ("reflect_hops", r"reflect (hops = \d+ \(consistently\)|hops takes .*|TTL not reported)"),
    ("", ""),
]


def read_text(lines):
    got = {"records": [], "percentiles": []}
    at = 0
    while at < len(TEXT_LINES):
        name, form = TEXT_LINES[at]
        line = lines.pop(0) if lines else None
        need(line is not None, f"no {name or form!r}")
        m = re.fullmatch(form, line)
        if name == "percentiles" and not m:
            lines.insert(0, line)
        elif name == "percentiles":
            while lines and lines[0].startswith("\t"):
                p = re.fullmatch(rf"\t(\d+\.\d): {V} (\w+)", lines.pop(0))
                need(p, "a percentile")
                got["percentiles"].append(p.groups())
        elif name == "" and line.startswith("Directional delays may be inaccurate"):
            continue  # and another empty line
        elif name == "first" and line.startswith("seq_no="):
            got["records"].append(line)
            while lines and lines[0].startswith("seq_no="):
                got["records"].append(lines.pop(0))
            at = 1  # the summary has its own heading
            continue
        elif name == "title" and not m and line.startswith("Directional delays"):
            need(lines and lines.pop(0) == "", "an empty line behind it")
            continue
        else:
            need(m, f"{name or 'a line'}: {line!r}")
            if name:
                got[name] = m.groups() if len(m.groups()) != 1 else m.group(1)
        at += 1
    need(not lines, f"more than a summary: {lines[:1]}")
    return got


def main():
    kind, path = sys.argv[1:]
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    try:
        need(lines.pop() == "", "the last line has no end")
        got = {"raw": read_raw, "machine": read_machine, "text": read_text}[kind](lines)
    except Wrong as e:
        print(f"twping_check: {path}: {e}", file=sys.stderr)
        return 1
    print(json.dumps(got))
    return 0


if __name__ == "__main__":
    sys.exit(main())

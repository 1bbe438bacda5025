# SPDX-License-Identifier: BSD-3-Clause
"""Cases whose rounds are made by a program of tests/bench, in one process."""
import os
import re

from .base import ROOT, Failed, bench_program, output_of


def receivers():
    return []


def modes():
    """Open, TLVs, authenticated: the reflector's loop alone, medians of bursts in one run."""
    text = bench_program("bench_reflector")
    rows = re.findall(r"^(\S+) +([\d.]+) +([\d.]+) +([\d.]+)$", text, re.M)
    if not rows:
        raise Failed("bench_reflector: no rows in what it printed: " + text[-300:])
    return text, [{"name": n, "ns": float(ns), "pps_per_cpu_second": float(m) * 1e6,
                   "ratio": float(r)} for n, ns, m, r in rows]


def crypto():
    """IPsec-MB and OpenSSL on test packets."""
    text = bench_program("bench_crypto_batch")
    rows = re.findall(r"^(\S.*?) +(\d+) +(\d+) +(\d+) +(\d+) +([\d.]+)$", text, re.M)
    if not rows:
        raise Failed("bench_crypto_batch: no rows in what it printed: " + text[-300:])
    return text, [{"name": n, "burst": int(b), "ipsec_mb_ns": int(i), "openssl_ns": int(o),
                   "evp_mac_ns": int(e)} for n, b, i, o, e, _ in rows]


def micro():
    """Cycles per packet of each core alone: parse, lookup, reflect, build, reply, histogram."""
    text = bench_program("bench_micro")
    rows = re.findall(r"^(\S+) +([\d.]+) +([\d.]+)$", text, re.M)
    if not rows:
        raise Failed("bench_micro: no rows in what it printed: " + text[-300:])
    return text, [{"name": n, "cycles": float(c), "ns": float(ns)} for n, c, ns in rows]


def instructions():
    """Instructions per packet, which do not drift, against tests/bench/baseline.json."""
    text = output_of(["meson", "test", "-C", os.path.join(ROOT, "build"), "--no-rebuild",
                      "--suite", "bench", "--verbose", "--logbase", "bench-instructions"], 400)
    rows = re.findall(r"^(\S+) +([\d.]+) +([\d.]+) +[-+][\d.]+%", text, re.M)
    if not rows:
        raise Failed("instructions: not counted: " + text[-300:])
    lines = re.findall(r"^(?:instructions per packet.*|\S+ +[\d.]+ +[\d.]+ +[-+][\d.]+%.*)$", text,
                       re.M)
    return "\n".join(lines), [{"name": n, "instructions": float(i), "recorded": float(r)}
                              for n, i, r in rows]


# Programs that print a table of their own: name -> function that gives (text, values).
TABLES = {"modes": modes, "crypto": crypto, "micro": micro, "instructions": instructions}

# SPDX-License-Identifier: BSD-3-Clause
"""Cases whose rounds are made by a program of tests/bench, in one process."""
import re

from .base import Missing, Sample, bench_program
from .compare import Case, Row


def receivers():
    return []


def tables(run):
    """Programs that print a table of their own: name -> (text, values)."""
    del run
    return {"modes": modes, "crypto": crypto}


def modes():
    """Open, TLVs, authenticated: the reflector's loop alone, medians of bursts in one run."""
    text = bench_program("bench_reflector")
    rows = re.findall(r"^(\S+) +([\d.]+) +([\d.]+) +([\d.]+)$", text, re.M)
    if not rows:
        raise Missing("bench_reflector: no rows in what it printed: " + text[-300:])
    return text, [{"name": n, "ns": float(ns), "pps_per_cpu_second": float(m) * 1e6,
                   "ratio": float(r)} for n, ns, m, r in rows]


def crypto():
    """IPsec-MB and OpenSSL on test packets."""
    text = bench_program("bench_crypto_batch")
    rows = re.findall(r"^(\S.*?) +(\d+) +(\d+) +(\d+) +(\d+) +([\d.]+)$", text, re.M)
    if not rows:
        raise Missing("bench_crypto_batch: no rows in what it printed: " + text[-300:])
    return text, [{"name": n, "burst": int(b), "ipsec_mb_ns": int(i), "openssl_ns": int(o),
                   "evp_mac_ns": int(e)} for n, b, i, o, e, _ in rows]


TABLES = {"modes": modes, "crypto": crypto}
__all__ = ["receivers", "TABLES", "Case", "Row", "Sample"]

# SPDX-License-Identifier: BSD-3-Clause
"""Cases whose rounds are made by a program of tests/bench, in one process."""
import os
import re

from . import twamp
from .base import ROOT, Failed, Sample, bench_program, output_of
from .compare import Case, Row


def sender_bench(run):
    """The sender's two loops and the peers' in one process: medians of laps in turns."""
    del run
    text = bench_program("bench_sender")
    rows = re.findall(r"^(\S+) +([\d.]+) +([\d.]+) +([\d.]+)$", text, re.M)
    samples = {name: Sample(1, float(ns) / 1e9) for name, ns, _, _ in rows}
    if "receive-1" not in samples:
        raise Failed("bench_sender: no rows in what it printed: " + text[-300:])
    return samples


def receivers():
    """What comes back to a sender, with all statistics. A program of its own for it: replies that a
    capture repeats would be duplicates, so their numbers are wound back between laps."""
    kinds = [("1", "1 stream", 0.40, 0.58), ("64", "64 streams", 0.33, 0.52),
             ("ipv6", "IPv6, 1 stream", 0.40, 0.58), ("ipv6-64", "IPv6, 64 streams", 0.33, 0.52),
             ("508", "508 octets, 1 stream", 0.40, 0.58), ("imix", "IMIX, 1 stream", 0.40, 0.58),
             ("83", "83 octets (TWAMP), 1 stream", 0.40, 0.58),
             ("vlan", "a VLAN tag, 1 stream", 0.40, 0.58),
             ("own-64", "64 streams, own schedules", 0.33, 0.52),
             ("nic", "stamps by the NIC, 1 stream", 0.40, 0.58)]
    names = [f"{loop}-{kind}" for kind, *_ in kinds for loop in ("rxonly", "receive", "any")]
    names.append("rxonly-again")
    return [Case(
        "sender's receive side, all statistics, net_pcap; a restart of the program a round",
        [Row(f"receive-{kind}", f"receive side, {what}, of rxonly", f"receive-{kind}",
             f"rxonly-{kind}", must, aim) for kind, what, must, aim in kinds],
        dict.fromkeys(names), together=sender_bench, control=("rxonly-1", "rxonly-again"),
        extras=[n for n in names if n.startswith("any")])]


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
    rows = re.findall(r"^(\S.*?) +(\d+) +(\d+) +(\d+) +(\d+) +[\d.]+ +[\d.]+$", text, re.M)
    if not rows:
        raise Failed("bench_crypto_batch: no rows in what it printed: " + text[-300:])
    return text, [{"name": n, "burst": int(b), "ipsec_mb_ns": int(i), "openssl_ns": int(o),
                   "evp_mac_ns": int(e)} for n, b, i, o, e in rows]


def reflector_bench(run):
    """Kinds of requests in the reflector's loop alone, in one process."""
    del run
    _, rows = modes()
    return {r["name"]: Sample(1, r["ns"] / 1e9) for r in rows}


def negotiated():
    """TWAMP sessions that a server would have agreed upon: net_pcap has no control connection."""
    return [Case(
        "reflector's loop on TWAMP sessions, 64 of them with a key each; a restart a round",
        [Row("auth-twamp", "reflector, TWAMP authenticated", "twamp-auth", None, 2.0, 4.0,
             unit="M/CPU-s"),
         Row("auth-twamp-open", "the same, of open TWAMP", "twamp-auth", "twamp")],
        dict.fromkeys(["plain", "twamp", "auth", "twamp-auth"]), together=reflector_bench,
        extras=("plain", "auth"))]


def pacing():
    """Slope of actual minus due departure over the run: how wrong the mean rate is."""
    def slope(pps):
        def program(run):
            seconds = 5 if run.quick else 30
            text = bench_program("bench_pacing", str(pps), str(seconds))
            found = re.search(r"sent (\d+) not_sent (\d+) slope (\S+) late_ns p50 (\d+) p99 (\d+) "
                              r"max (\d+) cpu_share (\S+)", text)
            if not found:
                raise Failed("bench_pacing: " + text[-300:])
            if int(found[2]):
                raise Failed(f"the core could not keep up: {found[2]} packets were not sent")
            error, share = abs(float(found[3])), float(found[7])
            notes = {"late_ns": {"p50": int(found[4]), "p99": int(found[5]), "max": int(found[6])},
                     "share": share}
            if error > 1e-6:  # only what is missed is excused by a busy machine
                notes["cpu_share"] = share
            return Sample(int(found[1]), seconds * share, seconds, value=max(error, 1e-15),
                          notes=notes)
        return program

    def said(pps):
        """What the sender itself says of it, in a run as a user makes it."""
        def program(run):
            seconds = 5 if run.quick else 30
            result = twamp.sender_result(run, "--pps", str(pps), seconds=seconds)
            error = result["tester"]["pacing_slope"]
            if error is None:
                raise Failed("the sender says nothing of tester.pacing_slope")
            return Sample(result["packets"]["sent"], result["cpu"]["worker_seconds"], seconds,
                          value=max(abs(error), 1e-15))
        return program

    own = "what the sender says of it"
    return [Case(
        f"pacing, {text} packets a second over 30 s",
        [Row(f"pacing-{text}", f"pacing, slope error at {text} pps", "dpdk-twamp", None, 1e-6,
             1e-7, unit="", smaller=True)],
        {"dpdk-twamp": slope(pps), own: said(pps)}, extras=(own,),
        unit="relative error of the mean rate", scale=1, rounds=1)
        for pps, text in ((1000, "1k"), (100000, "100k"), (1000000, "1M"))]


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
                      "--suite", "bench", "--verbose", "--logbase", "bench-instructions"], 400,
                     statuses=(0, 1))  # 1: some are above; the table says which
    rows = re.findall(r"^(\S+) +([\d.]+) +([\d.]+) +[-+][\d.]+%", text, re.M)
    if not rows:
        raise Failed("instructions: not counted: " + text[-300:])
    lines = re.findall(r"^(?:instructions per packet.*|\S+ +[\d.]+ +[\d.]+ +[-+][\d.]+%.*)$", text,
                       re.M)
    return "\n".join(lines), [{"name": n, "instructions": float(i), "recorded": float(r)}
                              for n, i, r in rows]


# Programs that print a table of their own: name -> function that gives (text, values).
TABLES = {"modes": modes, "crypto": crypto, "micro": micro, "instructions": instructions}

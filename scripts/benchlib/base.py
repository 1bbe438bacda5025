# SPDX-License-Identifier: BSD-3-Clause
"""What every part of the bench shares: where things are, one measurement, how it fails."""
import os
import re
import resource
import subprocess
import sys
import time
from dataclasses import dataclass, field

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
BINARY = os.environ.get("TW_BIN") or os.path.join(ROOT, "build", "app", "dpdk-twamp")
PROGRAMS = os.path.join(ROOT, "build", "tests", "bench")
OUT = os.path.join(ROOT, "build", "bench")


class Failed(Exception):
    """A run that cannot be counted, and why."""


class Missing(Failed):
    """What the machine lacks for a run."""


@dataclass
class Run:
    """What the user chose, and what follows from it."""

    rounds: int
    seconds: float
    cpu: int  # of the worker
    cpus: list
    quick: bool = False
    eal: list = field(default_factory=list)

    def two_cpus(self):
        """The worker's CPU and another one."""
        others = [c for c in self.cpus if c != self.cpu]
        if not others:
            raise Missing("two workers need two CPUs")
        return [self.cpu, others[0]]


@dataclass
class Sample:
    """One program in one round."""

    packets: int
    cpu: float  # seconds of its workers
    wall: float = 0.0  # of the same time
    value: float = 0.0  # what is compared; packets per CPU-second where it is not set
    gaps: int = 0  # times that the scheduler took a CPU away from the program
    stolen: float = 0.0  # seconds that the host took from this machine's CPUs
    notes: dict = field(default_factory=dict)

    def __post_init__(self):
        if not self.value:
            if self.cpu <= 0:
                raise Failed("no CPU time was counted")
            self.value = self.packets / self.cpu


def stolen_seconds():
    with open("/proc/stat", encoding="ascii") as f:
        fields = f.readline().split()
    return int(fields[8]) / os.sysconf("SC_CLK_TCK")


def watched(program, run):
    """The program's sample, with what the scheduler and the host did to it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_nivcsw
    stolen = stolen_seconds()
    sample = program(run)
    sample.gaps = resource.getrusage(resource.RUSAGE_CHILDREN).ru_nivcsw - before
    sample.stolen = stolen_seconds() - stolen
    return sample


def eal_arguments(megabytes):
    return ["--no-huge", "-m", str(megabytes), "--no-shconf", "--no-pci", "--iova-mode=va"]


def in_space(space):
    """What a command line begins with that runs in a network namespace."""
    return ["ip", "netns", "exec", space] if space else []


def output_of(argv, seconds, statuses=(0,)):
    """What a program prints; it must end well."""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False, timeout=seconds)
    if done.returncode not in statuses:
        raise Failed(f"{' '.join(argv)}: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.stdout


def bench_program(name, *arguments, seconds=300):
    """What a program of tests/bench prints."""
    path = os.path.join(PROGRAMS, name)
    if not os.access(path, os.X_OK):
        raise Missing(f"{name} is not built")
    return output_of([path, *arguments], seconds)


def wait_until(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Failed(f"{what}: waited {seconds} s in vain")
        time.sleep(0.02)


def favour():
    """Where the kernel shares the CPUs among sessions first, `nice` counts within one only: what
    was asked for is asked of the session, too."""
    nice = os.nice(0)
    if nice >= 0:
        return
    try:
        with open("/proc/self/autogroup", "w", encoding="ascii") as f:
            f.write(str(nice))
    except OSError:
        pass  # another kernel, or not allowed


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def said(argv):
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=ROOT)
    except FileNotFoundError:
        return None
    return done.stdout.strip() or None


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        text = f.read()
    model = re.search(r"^model name\s*: (.*)$", text, re.M)
    flags = re.search(r"^flags\s*: (.*)$", text, re.M)
    flags = set(flags[1].split()) if flags else set()
    wanted = ["sse4_2", "avx2", "avx512bw", "avx512vbmi", "sha_ni", "vaes", "hypervisor"]
    return {"cpu": model[1] if model else None, "cpus": len(os.sched_getaffinity(0)),
            "flags": [f for f in wanted if f in flags],
            "kernel": os.uname().release,
            "dpdk": said(["pkg-config", "--modversion", "libdpdk"]),
            "compiler": said(["cc", "--version"]).splitlines()[0] if said(["cc", "--version"])
            else None,
            "commit": said(["git", "describe", "--always", "--dirty"]),
            "load": os.getloadavg()[0]}

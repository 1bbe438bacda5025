# SPDX-License-Identifier: BSD-3-Clause
"""Sender and reflector as two programs: over veth between two namespaces, and over memif."""
import json
import os
import subprocess
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace

from . import testpmd, twamp
from .base import BINARY, Failed, Missing, Sample, in_space
from .compare import Case, Row

A4, B4 = "192.0.2.1", "192.0.2.2"
AF_PACKET = ",qdisc_bypass=1,framecnt=4096,framesz=2048,blocksz=65536"


def ip(*argv):
    try:
        subprocess.run(["ip", *argv], check=True, capture_output=True, text=True)
    except FileNotFoundError as e:
        raise Missing("ip of iproute2 is not installed") from e
    except subprocess.CalledProcessError as e:
        raise Missing(f"ip {' '.join(argv)}: {e.stderr.strip()}") from e


class Link:
    """Two namespaces and a veth pair, gone with the context."""

    def __init__(self):
        self.spaces = [f"tw-bench-a-{os.getpid()}", f"tw-bench-b-{os.getpid()}"]
        self.devices = ["va", "vb"]

    def __enter__(self):
        a, b = self.spaces
        try:
            for space in self.spaces:
                ip("netns", "add", space)
                ip("netns", "exec", space, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1")
                ip("netns", "exec", space, "sysctl", "-qw",
                   "net.ipv6.conf.default.disable_ipv6=1")
            ip("link", "add", "va", "netns", a, "type", "veth", "peer", "name", "vb", "netns", b)
            for space, device, address in zip(self.spaces, self.devices, (A4, B4)):
                ip("-n", space, "addr", "add", address + "/24", "dev", device)
                ip("-n", space, "link", "set", device, "up")
                subprocess.run(["ip", "netns", "exec", space, "ethtool", "-K", device, "tx",
                                "off"], check=False, capture_output=True)
            self.macs = [self._mac(i) for i in (0, 1)]
        except Missing:
            self.__exit__()
            raise
        return self

    def _mac(self, i):
        done = subprocess.run(["ip", "netns", "exec", self.spaces[i], "cat",
                               f"/sys/class/net/{self.devices[i]}/address"],
                              check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def __exit__(self, *_):
        for space in self.spaces:
            subprocess.run(["ip", "netns", "del", space], check=False, capture_output=True)


def sample(received, sender_cpu, reflector_cpu, wall, sent):
    if not received:
        raise Failed("nothing came back")
    return Sample(received, sender_cpu + reflector_cpu, wall,
                  notes={"sent": sent, "sender_cpu": sender_cpu, "reflector_cpu": reflector_cpu,
                         "wall_pps": received / wall})


def pmd_pair(run, vdevs, spaces, more):
    """flowgen here, 5tswap there."""
    cpus = run.two_cpus()
    with ExitStack() as stack:
        there = stack.enter_context(testpmd.Testpmd(run, "5tswap", [vdevs[1]], cpus=cpus[:1],
                                                    space=spaces[1]))
        here = stack.enter_context(testpmd.Testpmd(
            run, "flowgen", [vdevs[0]], cpus=cpus[1:], space=spaces[0],
            more=["--txpkts=86", "--flowgen-flows=64", *more]))
        there.start()
        here.start()
        time.sleep(run.seconds)
        here_cpu, wall = here.stop()
        there_cpu, _ = there.stop()
        rx, tx = here.quit()
        there.quit()
    return sample(rx, here_cpu, there_cpu, wall, tx)


def our_pair(run, devices, spaces, here_options=(), there_options=()):
    """Our sender here, our reflector there, both never sleeping."""
    cpus = run.two_cpus()
    with twamp.Background(spaces[1], "--dev", devices[1], "--busy-poll", "--lcores",
                          str(cpus[0]), *there_options) as there:
        argv = [*in_space(spaces[0]), BINARY, "sender", B4, "--dev", devices[0], "--pps", "max", "--duration",
                str(run.seconds), "--timeout", "50", "--busy-poll", "--lcores", str(cpus[1]),
                "--json", "--quiet", *here_options]
        here = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
        try:
            result, there_cpu = watch_pair(run, here, there.process.pid)
        finally:
            if here.poll() is None:
                here.kill()
                here.wait()
        there.end()
    return sample(result["packets"]["received"] + result["packets"]["late"],
                  result["cpu"]["worker_seconds"], there_cpu,
                  result["duration_ns"] / 1e9, result["packets"]["sent"])


def watch_pair(run, here, there):
    """The sender's result, and the CPU time that the reflector spent while the sender worked: what
    both do before and after, when one starts or cleans up and the other polls, is not of interest."""
    first, seen = None, []
    end = time.monotonic() + run.seconds + 60
    while here.poll() is None and time.monotonic() < end:
        try:
            now = testpmd.worker_cpu(here.pid), testpmd.worker_cpu(there)
        except (Failed, FileNotFoundError, ProcessLookupError):
            now = None
        if now and now[0] > 0.002:
            first = first or now
            seen.append(now)
        time.sleep(0.005)
    out, err = here.communicate(timeout=5)
    if here.returncode not in (0, 2) or not out or not seen:
        raise Failed(f"sender: {err.strip()[-300:]}")
    last = next(s for s in seen if s[0] >= 0.999 * seen[-1][0])
    return json.loads(out), last[1] - first[1]


def veth_program(driver, ours):
    def program(run):
        with Link() as link:
            if ours:
                return our_pair(run, [f"{driver}:{d}" for d in link.devices], link.spaces)
            more = AF_PACKET if driver == "af_packet" else ""
            return pmd_pair(run, [f"net_{driver}0,iface={d}{more}" for d in link.devices],
                            link.spaces, [f"--eth-peer=0,{link.macs[1]}"])
    return program


def memif_program(ours):
    def program(run):
        with tempfile.TemporaryDirectory(prefix="tw-bench-") as d:
            ends = [f"net_memif0,role={role},socket={d}/memif.sock,socket-abstract=no,rsize=11"
                    for role in ("client", "server")]
            if not ours:
                return pmd_pair(run, ends, (None, None), [])
            address = ("--ip", A4 + "/24"), ("--ip", B4 + "/24")
            return our_pair(run, ends, (None, None), address[0], address[1])
    return program


def longer(program):
    """Two programs take a moment to find each other."""
    return lambda run: program(replace(run, seconds=max(run.seconds, 3)))


def pairs():
    """There and back: flowgen and 5tswap, and our sender and reflector, on the same link."""
    cases = []
    for driver, what, program in (
            ("af_packet", "AF_PACKET over veth", lambda o: veth_program("af_packet", o)),
            ("af_xdp", "AF_XDP over veth", lambda o: veth_program("af_xdp", o)),
            ("memif", "memif", memif_program)):
        bars = (0.9, 1.0) if driver != "memif" else (None, None)
        name = driver.replace("_", "-")
        peer, again, ours = "flowgen and 5tswap", "flowgen and 5tswap again", "dpdk-twamp"
        cases.append(Case(
            f"{what}: packets there and back per CPU-second of both programs",
            [Row(name, f"sender and reflector, {what}, of flowgen and 5tswap", ours, peer,
                 *bars)],
            {peer: longer(program(False)), ours: longer(program(True)),
             again: longer(program(False))},
            control=(peer, again)))
    return cases

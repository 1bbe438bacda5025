# SPDX-License-Identifier: BSD-3-Clause
"""dpdk-testpmd: started, measured between `start` and `stop`, ended."""
import os
import re
import select
import subprocess
import time

from .base import Failed, Sample, eal_arguments, in_space


def worker_cpu(pid):
    """CPU time in seconds of all worker threads of a DPDK program."""
    total, found = 0.0, False
    for task in os.listdir(f"/proc/{pid}/task"):
        base = f"/proc/{pid}/task/{task}"
        try:
            with open(base + "/comm", encoding="ascii") as f:
                if "worker" not in f.read():
                    continue
            found = True
            if os.path.exists(base + "/schedstat"):
                with open(base + "/schedstat", encoding="ascii") as f:
                    total += int(f.read().split()[0]) / 1e9
                continue
            with open(base + "/stat", encoding="ascii") as f:
                fields = f.read().rsplit(")", 1)[1].split()
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except FileNotFoundError:
            continue
    if not found:
        raise Failed("no worker thread")
    return total


class Testpmd:
    """One testpmd; a context manager, so that none is left behind."""

    def __init__(self, run, mode, vdevs, buffers=8192, cpus=None, more=(), space=None):
        cpus = cpus or [run.cpu]
        lcores = f"0@({','.join(map(str, run.cpus))})" + \
            "".join(f",{i + 1}@{cpu}" for i, cpu in enumerate(cpus))
        megabytes = 256 + buffers * 2600 // (1 << 20)
        argv = ["dpdk-testpmd", *eal_arguments(megabytes), "--no-telemetry", "--lcores", lcores,
                "--log-level=error"]
        for vdev in vdevs:
            argv += ["--vdev", vdev]
        argv += ["--", "-i", f"--forward-mode={mode}", f"--nb-cores={len(cpus)}",
                 f"--total-num-mbufs={buffers}", *more]
        self.process = subprocess.Popen(in_space(space) + argv, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def __enter__(self):
        self._wait_for_prompt()
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def _wait_for_prompt(self, seconds=30):
        """It is done with a command. What the command printed comes out when testpmd ends."""
        text = b""
        end = time.monotonic() + seconds
        while not text.endswith(b"testpmd> "):
            if not select.select([self.process.stdout], [], [],
                                 max(0, end - time.monotonic()))[0]:
                raise Failed("testpmd is silent")
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                raise Failed("testpmd ended: " + text.decode(errors="replace")[-300:])
            text += more

    def _say(self, line):
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()
        self._wait_for_prompt()

    def start(self):
        self.before = worker_cpu(self.process.pid), time.monotonic()
        self._say(b"start")

    def stop(self):
        """CPU seconds of the workers and wall seconds since the start."""
        self._say(b"stop")
        return (worker_cpu(self.process.pid) - self.before[0],
                time.monotonic() - self.before[1])

    def quit(self):
        """Packets received and sent over all ports."""
        report = self.process.communicate(b"quit\n", timeout=30)[0].decode(errors="replace")
        rx = re.findall(r"RX-packets: (\d+)", report)
        tx = re.findall(r"TX-packets: (\d+)", report)
        if not rx or not tx:
            raise Failed("testpmd did not say what it did: " + report[-300:])
        return int(rx[-1]), int(tx[-1])


def measure(run, mode, vdevs, counts="rx", **options):
    """A sample of testpmd alone; counts: which of its counters is the work done."""
    with Testpmd(run, mode, vdevs, **options) as t:
        t.start()
        time.sleep(run.seconds)
        cpu, wall = t.stop()
        rx, tx = t.quit()
    packets = rx if counts == "rx" else tx
    if not packets:
        raise Failed(f"testpmd {mode} moved nothing")
    return Sample(packets, cpu, wall)

# SPDX-License-Identifier: BSD-3-Clause
"""dpdk-twamp as a user runs it, and what its JSON says of the run."""
import json
import os
import signal
import subprocess
import tempfile

from .base import BINARY, Failed, Sample, eal_arguments, in_space, wait_until


def summary(argv, run, seconds=None, statuses=(0,)):
    """The JSON of a run of ours that ends by itself."""
    seconds = seconds or run.seconds
    argv = [BINARY, *argv, "--duration", str(seconds), "--json", "--quiet"]
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False, timeout=seconds + 120)
    if done.returncode not in statuses:
        raise Failed(f"{' '.join(argv)}: {done.stderr.strip()[-300:]}")
    return json.loads(done.stdout)


def peak_memory(argv, seconds):
    """The JSON of a run, and the most memory that it had at once, in octets."""
    argv = [BINARY, *argv, "--duration", str(seconds), "--json", "--quiet"]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise Failed(f"{' '.join(argv)}: status {process.returncode}")
        out.seek(0)
        return json.load(out), usage.ru_maxrss * 1024


def eal(megabytes=512):
    return ["--eal", " ".join(eal_arguments(megabytes))]


def answered_all(result):
    packets = result["packets"]
    if packets["reflected"] != packets["received"] or not packets["received"]:
        reasons = {k: v for k, v in result["discarded"].items() if v}
        raise Failed(f"the reflector did not answer everything: {packets}, {reasons}")


def reflector_arguments(run, captures, *options, cpus=None, megabytes=512):
    vdev = "net_pcap0," + ",".join(f"rx_pcap={c}" for c in captures) + ",infinite_rx=1"
    return ["reflector", "--dev", vdev, "--ip", "10.1.0.1/16", "--busy-poll", "--lcores",
            ",".join(map(str, cpus or [run.cpu])), *eal(megabytes), *options]


def reflector(run, captures, *options, cpus=None, megabytes=512):
    """A reflector fed by captures without end; what it sends is dropped."""
    result = summary(reflector_arguments(run, captures, *options, cpus=cpus,
                                         megabytes=megabytes), run)
    answered_all(result)
    notes = {"sessions": result["sessions"]["active"],
             "stolen_ns": result["tester"]["stolen_ns"],
             "workers": result["cpu"]["workers"]}
    return Sample(result["packets"]["reflected"], result["cpu"]["worker_seconds"], run.seconds,
                  notes=notes)


def sender_result(run, *options, seconds=None, megabytes=512):
    """What a sender says whose packets go to nowhere: that there was no reply is right."""
    return summary(["sender", "10.1.0.2", "--dev", "net_null0,no-rx=1", "--ip", "10.1.0.1/16",
                    "--peer-mac", "02:00:00:00:00:01", "--busy-poll", "--timeout", "1",
                    "--lcores", str(run.cpu), *eal(megabytes), *options],
                   run, seconds, statuses=(2,))


def sender(run, *options):
    result = sender_result(run, "--pps", "max", *options)
    if not result["tester"]["ok"]:
        raise Failed(f"sender: {result['tester']['reason']}")
    return Sample(result["packets"]["sent"], result["cpu"]["worker_seconds"], run.seconds,
                  notes={"stolen_ns": result["tester"]["stolen_ns"]})


def loopback(run, *options):
    """Sender and reflector in one process: packets there and back per CPU-second of the worker
    that spent more. On two cores of one's own that is packets per second; elsewhere it is less."""
    result = summary(["loopback", "--lcores", ",".join(map(str, run.two_cpus())), "--busy-poll",
                      *eal(), *options], run)
    if result["packets"]["lost"]:
        raise Failed(f"loopback: {result['packets']['lost']} lost, "
                     f"tester: {result['tester']['reason'] or 'ok'}")
    workers = result["cpu"]["workers"]
    wall = result["duration_ns"] / 1e9
    share = sum(w["seconds"] for w in workers) / len(workers) / wall
    per_cpu = {w["role"]: w["packets"] / w["seconds"] for w in workers}
    return Sample(result["packets"]["received"], result["cpu"]["worker_seconds"], wall,
                  value=result["packets"]["received"] / max(w["seconds"] for w in workers),
                  notes={"per_cpu_second": per_cpu,
                         "tester": result["tester"]["reason"],
                         "cpu_share": share if result["tester"]["ok"] else 0})


class Background:
    """A reflector of ours, in a namespace where one is named, until it is told to end."""

    def __init__(self, space, *argv):
        self.log = tempfile.NamedTemporaryFile("r", prefix="tw-bench-", suffix=".log")
        with open(self.log.name, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [*in_space(space), BINARY, "reflector", "--json", "-v", *argv],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)

    def _says(self, text):
        if self.process.poll() is not None:
            raise Failed(f"the reflector ended: {self._log()[-300:]}")
        return text in self._log()

    def _log(self):
        with open(self.log.name, encoding="utf-8") as log:
            return log.read()

    def __enter__(self):
        wait_until(lambda: self._says("reflecting on"), 30, "reflector")
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def end(self):
        os.kill(self.process.pid, signal.SIGINT)
        return json.loads(self.process.communicate(timeout=30)[0])

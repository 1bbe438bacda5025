# SPDX-License-Identifier: BSD-3-Clause
"""All cases there are. A new one is a function here or in a module beside, and a line in ALL."""
import re

from . import cases_link, cases_program, testpmd, twamp
from .base import Failed, Sample, bench_program
from .compare import Case, Row
from .frames import capture, frames_of, key_file

SWAP, AGAIN, IO = "testpmd 5tswap", "testpmd 5tswap again", "testpmd io"
MULTI, MULTI_AGAIN = "testpmd txonly-multi-flow", "testpmd txonly-multi-flow again"
OURS = "dpdk-twamp"


def pcap_device(sessions, kind="open"):
    return [f"net_pcap0,rx_pcap={capture(sessions, kind=kind)},infinite_rx=1"]


def swap(sessions, mode="5tswap", kind="open"):
    return lambda run: testpmd.measure(run, mode, pcap_device(sessions, kind),
                                       buffers=16384 + 2 * frames_of(sessions))


def reflects(sessions, *options, megabytes=None):
    return lambda run: twamp.reflector(
        run, [capture(sessions)], *options,
        megabytes=megabytes or (1024 if sessions > 10000 else 512))


def reflector_case(sessions, must, aim, more_rows=(), more_programs=None):
    plural = "s" if sessions > 1 else ""
    each = ", each packet another" if sessions > 1000 else ""
    return Case(
        f"reflector, {sessions} session{plural}{each}, net_pcap",
        [Row(f"reflector-{sessions}", f"reflector, {sessions:,} session{plural}, of 5tswap", OURS,
             SWAP, must, aim, optional=False), *more_rows],
        {SWAP: swap(sessions), IO: swap(sessions, "io"), OURS: reflects(sessions),
         **(more_programs or {}), AGAIN: swap(sessions)},
        control=(SWAP, AGAIN), extras=(IO,), subtract=IO)


def reflectors():
    """Reflectors fed by a capture without end; what they send is dropped."""
    per_packet, stateless = OURS + " --stamp packet", OURS + " --stateless"
    return [
        reflector_case(1, 0.75, 0.90,
                       [Row("stateless", "reflector --stateless, of 5tswap", stateless, SWAP,
                            0.75, 0.92)],
                       {stateless: reflects(1, "--stateless")}),
        reflector_case(64, 0.75, 0.90,
                       [Row("stamp-packet", "reflector --stamp packet, 64 sessions, of 5tswap",
                            per_packet, SWAP, 0.40, 0.45)],
                       {per_packet: reflects(64, "--stamp", "packet")}),
        reflector_case(4096, 0.60, 0.80),
        reflector_case(65536, 0.45, 0.70),
    ]


def negotiated(sessions, row, must, aim):
    """TWAMP sessions in the open, as a server would have agreed upon them."""
    def ours(run):
        text = bench_program("bench_agreed", capture(sessions, kind="twamp"), str(sessions),
                             str(run.seconds), str(run.cpu))
        packets, seconds = re.fullmatch(r"packets (\d+) cpu_seconds (\S+)\n", text).groups()
        return Sample(int(packets), float(seconds), run.seconds)

    return Case(
        f"reflector, {sessions} negotiated TWAMP sessions in the open, net_pcap",
        [Row(row, f"reflector, TWAMP open, {sessions:,} sessions, of 5tswap", OURS, SWAP, must,
             aim)],
        {SWAP: swap(sessions, kind="twamp"), IO: swap(sessions, "io", "twamp"), OURS: ours,
         AGAIN: swap(sessions, kind="twamp")},
        control=(SWAP, AGAIN), extras=(IO,), subtract=IO)


def negotiated_open():
    return [negotiated(64, "twamp-open", 0.60, 0.75),
            negotiated(4096, "twamp-open-4096", 0.50, 0.70)]


def million():
    small, large, again = OURS, OURS + " --sessions 1000000", OURS + " again"
    return [Case(
        "reflector, 64 sessions active, by how many there may be",
        [Row("million", "reflector --sessions 1000000, 64 active, of the default", large, small,
             0.90, 1.0)],
        {small: reflects(64, megabytes=1024),
         large: reflects(64, "--sessions", "1000000", megabytes=1024),
         again: reflects(64, megabytes=1024)},
        control=(small, again))]


def memory():
    """The same packets with room for all sessions and for one: what the difference costs."""
    sessions = 65536

    def octets(run):
        peaks = []
        for room in (sessions, 1):
            result, peak = twamp.peak_memory(twamp.reflector_arguments(
                run, [capture(sessions)], "--sessions", str(room), megabytes=1024), 2)
            if result["sessions"]["active"] != room:
                raise Failed(f"{result['sessions']['active']} sessions, not {room}")
            peaks.append(peak)
        return Sample(sessions, 1, value=(peaks[0] - peaks[1]) / sessions)

    return [Case("memory of a reflector's session, all that grows with it",
                 [Row("memory", "memory per reflector session", OURS, None, 256, None,
                      unit="octets", smaller=True)],
                 {OURS: octets}, unit="octets", scale=1, rounds=3)]


def authenticated():
    plain, auth, again = OURS + " open", OURS + " --auth", OURS + " open again"

    def sealed(run):
        return twamp.reflector(run, [capture(64, kind="auth")], "--auth", "--key-file",
                               key_file())

    return [Case(
        "reflector, STAMP authenticated, 64 sessions, net_pcap",
        [Row("auth-stamp", "reflector, STAMP authenticated", auth, None, 1.5, 3.0,
             unit="M/CPU-s"),
         Row("auth-stamp-open", "the same, of open STAMP", auth, plain)],
        {plain: reflects(64), auth: sealed, again: reflects(64)},
        control=(plain, again))]


def sends(mode, *more):
    return lambda run: testpmd.measure(run, mode, ["net_null0,no-rx=1"], counts="tx",
                                       more=["--txpkts=86", *more])


def senders():
    """Senders into a device that drops all."""
    per_packet, txonly, flowgen = OURS + " --stamp packet", "testpmd txonly", "testpmd flowgen"
    multi = sends("txonly", "--txonly-multi-flow")
    peers = {MULTI: multi, txonly: sends("txonly"), flowgen: sends("flowgen")}
    return [
        Case("sender, 1 stream, net_null",
             [Row("sender-1", "sender, 1 stream, of txonly-multi-flow", OURS, MULTI, 1.0, 1.6),
              Row("sender-1-txonly", "sender, 1 stream, of txonly", OURS, txonly, 0.8, 1.2),
              Row("sender-stamp-packet", "sender --stamp packet, of txonly-multi-flow",
                  per_packet, MULTI, 0.45, 0.7)],
             {**peers, OURS: lambda run: twamp.sender(run),
              per_packet: lambda run: twamp.sender(run, "--stamp", "packet"),
              MULTI_AGAIN: multi},
             control=(MULTI, MULTI_AGAIN), extras=(flowgen,)),
        Case("sender, 64 streams, net_null",
             [Row("sender-64", "sender, 64 streams, of txonly-multi-flow", OURS, MULTI, 0.9,
                  1.4)],
             {**peers, OURS: lambda run: twamp.sender(run, "--streams", "64"),
              MULTI_AGAIN: multi},
             control=(MULTI, MULTI_AGAIN), extras=(txonly, flowgen)),
    ]


def loopbacks():
    return [Case(
        "loopback: sender and reflector in one process, net_ring",
        [Row("loopback", "loopback, two workers, net_ring", OURS + " loopback", None, 8, 20,
             unit="M/CPU-s")],
        {OURS + " loopback": lambda run: twamp.loopback(run)},
        unit="million packets there and back per CPU-second of the busier worker", wall=True)]


def scaling():
    """Two queues on two CPUs: packets per CPU-second of both, twice that of one alone."""
    captures = [32, 32]

    def files():
        return [capture(n, first=32 * i) for i, n in enumerate(captures)]

    def pmd(workers):
        def program(run):
            vdev = "net_pcap0," + ",".join(f"rx_pcap={c}" for c in files()[:workers]) + \
                ",infinite_rx=1"
            return testpmd.measure(run, "5tswap", [vdev], buffers=16384,
                                   cpus=run.two_cpus()[:workers],
                                   more=[f"--rxq={workers}", f"--txq={workers}"])
        return program

    def ours(workers):
        return lambda run: twamp.reflector(run, files()[:workers],
                                           cpus=run.two_cpus()[:workers])

    def scale(program):
        """Workers side by side, as CPU time sees them: what two give over what one gives."""
        def both(run):
            one, two = program(1)(run), program(2)(run)
            return Sample(two.packets, two.cpu, two.wall,
                          value=2 * two.value / one.value if one.value else 0,
                          notes={"one": one.value, "two": two.value})
        return both

    return [Case(
        "two workers on two queues: how many times the packets of one",
        [Row("scaling", "two workers, scaling, of 5tswap's", OURS, SWAP, 0.95, 1.0)],
        {SWAP: scale(pmd), OURS: scale(ours), AGAIN: scale(pmd)},
        control=(SWAP, AGAIN), unit="times", scale=1)]


def all_cases():
    return [*reflectors(), *negotiated_open(), *million(), *memory(), *authenticated(), *cases_program.negotiated(), *senders(), *cases_program.receivers(),
            *loopbacks(), *scaling(), *cases_link.pairs(), *cases_program.pacing()]

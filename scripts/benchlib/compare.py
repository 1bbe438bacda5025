# SPDX-License-Identifier: BSD-3-Clause
"""Cases of programs that are compared in interleaved rounds, and the rows they answer."""
import statistics
from dataclasses import dataclass, field

from .base import progress, watched

STRAY = 0.10  # of the peer against itself, beyond which a case is not to be relied on
SHARE = 0.75  # of its CPUs that a round must have got where two workers wait for each other
TRIES = 4  # times as many rounds, until enough of them count


@dataclass
class Row:
    """A question: how `ours` does, against `peer` or in absolute figures, and what is wanted."""

    name: str
    what: str
    ours: str
    peer: str = None
    must: float = None
    aim: float = None
    unit: str = "x"  # of the value: x is a ratio
    smaller: bool = False  # is better
    optional: bool = False  # not measured unless it is named

    def verdict(self, value, reliable):
        if not reliable:
            return "unreliable"
        for bound, word in ((self.aim, "aim"), (self.must, "must")):
            if bound is not None and (value <= bound if self.smaller else value >= bound):
                return word
        return "-" if self.must is None and self.aim is None else "missed"


@dataclass
class Case:
    """Programs measured together. name -> function(run) that gives a Sample."""

    title: str
    rows: list
    programs: dict
    together: object = None  # function(run) instead, that gives name -> Sample of all at once
    control: tuple = None  # two programs that are the same one
    extras: tuple = ()  # measured to explain, not needed by a row
    unit: str = "million packets per CPU-second"
    scale: float = 1e6
    wall: bool = False  # two workers wait for each other: rounds without CPUs do not count
    rounds: int = None  # where that of the user is too many
    subtract: str = None  # program whose cost all others contain

    def wanted(self, rows, quick):
        names = {n for row in rows for n in (row.ours, row.peer) if n}
        names |= set(self.control or ())
        if not quick:
            names |= set(self.extras)
        return [n for n in self.programs if n in names]


def undisturbed(sample):
    return sample.notes.get("cpu_share", 1) >= SHARE


@dataclass
class Result:
    """What came out of a case."""

    case: Case
    rows: list
    samples: dict = field(default_factory=dict)  # name -> [Sample]
    control: float = None

    def values(self, name):
        return [s.value for s in self.samples[name]]

    def ratios(self, name, peer):
        return [a / b for a, b in zip(self.values(name), self.values(peer))]

    def reliable(self):
        if self.control is not None and abs(self.control - 1) > STRAY:
            return False
        shares = [s.notes["cpu_share"] for v in self.samples.values() for s in v
                  if "cpu_share" in s.notes]
        return not shares or (statistics.median(shares) >= SHARE and
                              (len(shares) >= 3 or not self.case.wall))

    def drop_disturbed(self):
        """Keep what counts, if any round does."""
        for name, samples in self.samples.items():
            self.samples[name] = [s for s in samples if undisturbed(s)] or samples

    def answer(self, row):
        """A row as a value."""
        each = self.ratios(row.ours, row.peer) if row.peer else self.values(row.ours)
        scale = 1 if row.peer else self.case.scale
        each = [e / scale for e in each]
        value = statistics.median(each)
        samples = self.samples[row.ours]
        return {
            "name": row.name, "what": row.what, "unit": row.unit, "value": value,
            "rounds": each, "must": row.must, "aim": row.aim, "smaller_is_better": row.smaller,
            "control": self.control, "reliable": self.reliable(),
            "verdict": row.verdict(value, self.reliable()),
            "ours": row.ours, "peer": row.peer,
            "gaps": sum(s.gaps for s in samples),
            "stolen_seconds": sum(s.stolen for s in samples),
        }

    def as_json(self):
        programs = []
        for name, samples in self.samples.items():
            program = {"name": name, "value": statistics.median(self.values(name)),
                       "rounds": self.values(name),
                       "packets": sum(s.packets for s in samples),
                       "cpu_seconds": sum(s.cpu for s in samples),
                       "gaps": sum(s.gaps for s in samples),
                       "stolen_seconds": sum(s.stolen for s in samples),
                       "notes": [s.notes for s in samples]}
            work = self.work(name)
            if work is not None:
                program["ns_above_io"] = work
            programs.append(program)
        return {"title": self.case.title, "unit": self.case.unit, "scale": self.case.scale,
                "control": self.control, "reliable": self.reliable(), "programs": programs,
                "rows": [self.answer(row) for row in self.rows]}

    def work(self, name):
        """Nanoseconds per packet beyond what moving packets alone costs; None if not known."""
        base = self.case.subtract
        if base is None or base not in self.samples:
            return None
        return statistics.median(1e9 / a - 1e9 / b
                                 for a, b in zip(self.values(name), self.values(base)))


def measure(run, case, rows):
    """All rounds of a case, every second one in reverse order."""
    names = case.wanted(rows, run.quick)
    result = Result(case, rows, {name: [] for name in names})
    rounds = min(run.rounds, case.rounds or run.rounds)
    for number in range(rounds * (TRIES if case.wall else 1)):
        if case.wall and sum(undisturbed(s) for s in result.samples[names[0]]) >= rounds:
            break
        if case.together:
            samples = case.together(run)
            for name in names:
                result.samples[name].append(samples[name])
            progress(f"{rows[0].name} round {number + 1}/{rounds}")
            continue
        for name in names if number % 2 == 0 else reversed(names):
            sample = watched(case.programs[name], run)
            result.samples[name].append(sample)
            progress(f"{rows[0].name} round {number + 1}/{rounds}: {name} "
                     f"{sample.value / case.scale:.3g}")
    progress("")
    if case.wall:
        result.drop_disturbed()
    if case.control:
        result.control = statistics.median(result.ratios(case.control[1], case.control[0]))
    return result

# SPDX-License-Identifier: BSD-3-Clause
"""What is shown on the terminal."""
import statistics


def number(value, unit=""):
    if value is None:
        return "-"
    if unit == "":
        return f"{value:.1e}"
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def details(result):
    """The programs of one case."""
    case = result.case
    control = "" if result.control is None else \
        f"; control (the same program twice) {result.control:.2f}" + \
        ("" if result.reliable() else ": NOT RELIABLE")
    rounds = len(next(iter(result.samples.values())))
    print(f"\n{case.title}: {case.unit}, {rounds} round{'s' if rounds > 1 else ''}{control}")
    peer = result.rows[0].peer
    for name in result.samples:
        value = statistics.median(result.values(name)) / case.scale
        shown = f"{value:9.3g}" if case.scale == 1 else f"{value:9.2f}"
        line = f"  {name:34}{shown}"
        if peer in result.samples and name != peer:
            ratios = result.ratios(name, peer)
            line += f"  {statistics.median(ratios):5.2f} of peer" \
                f" ({min(ratios):.2f} to {max(ratios):.2f})"
        work = result.work(name)
        if work is not None and name != case.subtract:
            line += f"  {work:5.1f} ns above io"
        samples = result.samples[name]
        line += f"  gaps {sum(s.gaps for s in samples)}"
        print(line)


def summary(answers):
    """One line for each row."""
    lines = [("row", "", "value", "must", "aim", "control", "gaps", "verdict")]
    for a in answers:
        unit = a["unit"]
        lines.append((a["name"], a["what"] + (f", {unit}" if unit not in ("x", "") else ""),
                      number(a["value"], unit) + ("x" if unit == "x" else ""),
                      number(a["must"], unit), number(a["aim"], unit),
                      "-" if a["control"] is None else f"{a['control']:.2f}", str(a["gaps"]),
                      a["verdict"]))
    widths = [max(len(line[i]) for line in lines) for i in range(8)]
    print()
    for line in lines:
        print("  ".join(text.ljust(w) if i in (0, 1, 7) else text.rjust(w)
                        for i, (text, w) in enumerate(zip(line, widths))).rstrip())


def shown(answer, key):
    value = answer[key]
    if value is None:
        return "-"
    return number(value, answer["unit"]) + ("x" if answer["unit"] == "x" else "")


def markdown(answers):
    """The summary for a document."""
    lines = ["| what | result | rounds | must | aim | control | verdict |",
             "| --- | --- | --- | --- | --- | --- | --- |"]
    for a in answers:
        unit = f", {a['unit']}" if a["unit"] not in ("x", "") else ""
        spread = f"{number(min(a['rounds']), a['unit'])} to {number(max(a['rounds']), a['unit'])}"
        control = "-" if a["control"] is None else f"{a['control']:.2f}"
        lines.append(f"| {a['what']}{unit} | {shown(a, 'value')} | {spread} | {shown(a, 'must')} "
                     f"| {shown(a, 'aim')} | {control} | {a['verdict']} |")
    return "\n".join(lines) + "\n"

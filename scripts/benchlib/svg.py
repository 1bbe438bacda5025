# SPDX-License-Identifier: BSD-3-Clause
"""Plots without any library: horizontal bars, the rounds as dots, what is wanted as ticks."""
import os
from xml.sax.saxutils import escape

WIDTH, LEFT, LINE, TOP = 900, 380, 30, 54
COLOURS = {"aim": "#2a7f4f", "must": "#5b8fc7", "missed": "#c0504d", "unreliable": "#b8b8b8",
           "-": "#7a7a7a"}


class Plot:
    """An SVG that grows line by line."""

    def __init__(self, title, note, largest):
        self.title, self.note = title, note
        self.largest = largest or 1
        self.parts = []
        self.lines = 0

    def _x(self, value):
        return LEFT + (WIDTH - LEFT - 90) * min(value, self.largest) / self.largest

    def _text(self, x, y, text, **style):
        attributes = "".join(f' {k.replace("_", "-")}="{v}"' for k, v in style.items())
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}"{attributes}>{escape(text)}</text>')

    def bar(self, label, value, shown, colour, dots=(), ticks=()):
        y = TOP + LINE * self.lines
        self.lines += 1
        self._text(LEFT - 8, y + 15, label, text_anchor="end")
        self.parts.append(f'<rect x="{LEFT}" y="{y + 3}" width="{self._x(value) - LEFT:.1f}" '
                          f'height="16" fill="{colour}"/>')
        for dot in dots:
            self.parts.append(f'<circle cx="{self._x(dot):.1f}" cy="{y + 11}" r="2.2" '
                              'fill="#222" fill-opacity="0.55"/>')
        for tick, name in ticks:
            x = self._x(tick)
            self.parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y}" y2="{y + 22}" '
                              f'stroke="#222" stroke-width="1.5"><title>{escape(name)}</title>'
                              "</line>")
        end = max([self._x(value)] + [self._x(d) for d in dots] + [self._x(t) for t, _ in ticks])
        self._text(end + 8, y + 15, shown, font_weight="bold")

    def save(self, path):
        height = TOP + LINE * self.lines + 16
        with open(path, "w", encoding="utf-8") as f:
            f.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
                    f'height="{height}" viewBox="0 0 {WIDTH} {height}" '
                    'font-family="sans-serif" font-size="12">\n'
                    f'<rect width="{WIDTH}" height="{height}" fill="white"/>\n'
                    f'<text x="16" y="22" font-size="15" font-weight="bold">'
                    f'{escape(self.title)}</text>\n'
                    f'<text x="16" y="40" fill="#555">{escape(self.note)}</text>\n')
            f.write("\n".join(self.parts) + "\n</svg>\n")


def ratios(answers, out):
    rows = [a for a in answers if a["unit"] == "x"]
    if not rows:
        return None
    largest = max([v for a in rows for v in (a["value"], a["must"] or 0, a["aim"] or 0)] +
                  [1]) * 1.1
    plot = Plot("Against the peer on the same device", "medians of ratios within rounds; dots: "
                "rounds; ticks: must and aim; green: aim, blue: must, red: missed, grey: "
                "unreliable", largest)
    for a in rows:
        ticks = [(v, n) for v, n in ((a["must"], "must"), (a["aim"], "aim")) if v is not None]
        plot.bar(a["what"], a["value"], f"{a['value']:.2f}x", COLOURS[a["verdict"]], a["rounds"],
                 ticks)
    path = os.path.join(out, "ratios.svg")
    plot.save(path)
    return path


def programs(results, out):
    """Packets per CPU-second of every program."""
    lines = [(r, name) for r in results if r.case.scale == 1e6 for name in r.samples]
    if not lines:
        return None
    rates = [[v / 1e6 for v in r.values(name)] for r, name in lines]
    middle = [sorted(v)[len(v) // 2] for v in rates]
    plot = Plot("Million packets per CPU-second", "medians; dots: rounds; absolute figures move "
                "with the machine and its neighbours", max(middle) * 1.15)
    for (r, name), dots, m in zip(lines, rates, middle):
        ours = name.startswith("dpdk-twamp")
        plot.bar(f"{r.rows[0].name}: {name}", m, f"{m:.1f}", "#5b8fc7" if ours else "#c9c9c9",
                 dots)
    path = os.path.join(out, "rates.svg")
    plot.save(path)
    return path

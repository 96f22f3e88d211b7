# SPDX-License-Identifier: LGPL-2.1-or-later
"""A drawing in SVG: shapes and words in few colours, which can be read on light and on dark paper."""

import math
from xml.sax.saxutils import escape

# The picture brings its own paper, so that it can be read wherever it is shown.
STYLE = """\
.paper{fill:#ffffff}
text{fill:#1f2328;font:12px "Segoe UI","Noto Sans","DejaVu Sans",Helvetica,sans-serif}
.title{font-size:14px;font-weight:bold}.strong{font-weight:bold}.soft{fill:#57606a}.small{font-size:10.5px}
.grid{stroke:#dfe3e8}.even{stroke:#57606a;stroke-width:1.5}.span{stroke:#1f2328}.faint{stroke:#c3cad2;fill:none}
.own{fill:#1f66b0}.peer{fill:#8a939d}.ahead{fill:#1f66b0}.behind{fill:#c25b12}.level{fill:#8a939d}.ghost{fill:#c3cad2}
.line{fill:none;stroke-width:2}
.c0{stroke:#1f66b0}.c1{stroke:#c25b12}.c2{stroke:#2c8a57}.c3{stroke:#8250a8}.c4{stroke:#57606a}
.t0{fill:#1f66b0}.t1{fill:#b0500d}.t2{fill:#227347}.t3{fill:#7443a0}.t4{fill:#57606a}
.aim{stroke:#2c8a57;stroke-width:2}.slope{stroke:#c25b12;stroke-dasharray:3 3}
@media (prefers-color-scheme:dark){
.paper{fill:#0d1117}text{fill:#e6edf3}.soft{fill:#9aa4af}
.grid{stroke:#2b323b}.even{stroke:#9aa4af}.span{stroke:#e6edf3}.faint{stroke:#3d4651}
.own{fill:#5ea8f2}.peer{fill:#7d8793}.ahead{fill:#5ea8f2}.behind{fill:#f0924b}.level{fill:#7d8793}.ghost{fill:#3d4651}
.c0{stroke:#5ea8f2}.c1{stroke:#f0924b}.c2{stroke:#58c08a}.c3{stroke:#b78be0}.c4{stroke:#9aa4af}
.t0{fill:#5ea8f2}.t1{fill:#f0924b}.t2{fill:#58c08a}.t3{fill:#b78be0}.t4{fill:#9aa4af}
.aim{stroke:#58c08a}.slope{stroke:#f0924b}}
"""


def number(value):
    """A coordinate: one digit after the point, if it needs one."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


class Drawing:
    def __init__(self, width, height, title):
        self.width, self.height, self.title = width, height, title
        self.parts = []

    def put(self, element):
        self.parts.append(element)

    def text(self, x, y, words, look="", anchor="start"):
        look = f' class="{look}"' if look else ""
        anchor = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self.put(f'<text x="{number(x)}" y="{number(y)}"{look}{anchor}>{escape(words)}</text>')

    def rect(self, x, y, width, height, look):
        self.put(f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
                 f' class="{look}"/>')

    def line(self, x1, y1, x2, y2, look):
        self.put(f'<line x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}" class="{look}"/>')

    def dot(self, x, y, radius, look):
        self.put(f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" class="{look}"/>')

    def path(self, points, look):
        joined = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        self.put(f'<polyline points="{joined}" class="{look}"/>')

    def write(self):
        head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{number(self.width)}" height="{number(self.height)}"'
                f' viewBox="0 0 {number(self.width)} {number(self.height)}" role="img">\n'
                "<!-- SPDX-License-Identifier: LGPL-2.1-or-later -->\n"
                f"<title>{escape(self.title)}</title>\n<style>\n{STYLE}</style>\n"
                f'<rect width="{number(self.width)}" height="{number(self.height)}" rx="6" class="paper"/>\n')
        return head + "\n".join(self.parts) + "\n</svg>\n"


class ExactScale:
    """From values to places, by their logarithms. The values are the ticks."""

    def __init__(self, values, start, end):
        self.ticks = sorted(set(values))
        self.low, self.high, self.start, self.end = self.ticks[0], self.ticks[-1], start, end

    def place(self, value):
        if self.low == self.high:
            return self.start
        value = min(max(value, self.low), self.high)
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)


class LogScale(ExactScale):
    """The same. The ends are powers of ten times 1, 2 or 5, and so are the ticks."""

    STEPS = (1, 2, 5)

    def __init__(self, values, start, end, most_ticks=9, least_gap=38):
        values = [value for value in values if value > 0] or [1]  # there is no place for others
        low, high = min(values), max(values)
        ticks = [step * 10.0 ** power for power in range(math.floor(math.log10(low)) - 1,
                                                         math.ceil(math.log10(high)) + 2) for step in self.STEPS]
        first = max(i for i, tick in enumerate(ticks) if tick <= low * 1.000001)
        last = min(i for i, tick in enumerate(ticks) if tick >= high * 0.999999)
        if first == last:
            last += 1
        self.low, self.high, self.start, self.end = ticks[first], ticks[last], start, end
        self.ticks = ticks[first:last + 1]
        if len(self.ticks) > most_ticks or self.narrowest() < least_gap:
            self.ticks = [tick for tick in self.ticks if abs(math.log10(tick) - round(math.log10(tick))) < 1e-9]

    def narrowest(self):
        places = [self.place(tick) for tick in self.ticks]
        return min(abs(b - a) for a, b in zip(places, places[1:]))


def short(value):
    """Three digits that count, with thousands as commas: 0.56, 19.1, 127, 4,180."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1000:
        digits = 2 - math.floor(math.log10(size))
        return f"{round(value, digits):,.0f}"
    if size >= 100:
        return f"{value:.0f}"
    if size >= 10:
        return f"{value:.1f}"
    if size >= 0.1:
        return f"{value:.2f}"
    return f"{value:.2g}"


def tick_label(value):
    if value >= 1e9:
        return f"{value / 1e9:g} G"
    if value >= 1e6:
        return f"{value / 1e6:g} M"
    return f"{value:,g}" if value < 1000 else f"{value:,.0f}"

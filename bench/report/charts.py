# SPDX-License-Identifier: LGPL-2.1-or-later
"""The kinds of plot that the page has. Each takes plain values, and answers the text of an SVG file."""

import dataclasses

from svg import Drawing, ExactScale, LogScale, number, short, tick_label

WIDTH = 860
ROW = 22
LEFT = 236


@dataclasses.dataclass(frozen=True)
class Ratio:
    """Lodger beside a peer. Above 1, Lodger is better."""

    label: str
    ratio: float
    low: float
    high: float
    note: str = ""  # the two values
    group: str = ""

    @property
    def look(self):
        if self.low > 1:
            return "ahead"
        return "behind" if self.high < 1 else "level"


@dataclasses.dataclass(frozen=True)
class Value:
    label: str
    value: float
    is_own: bool = False
    low: float = None
    high: float = None
    aim: float = None
    words: str = ""  # beside the dot, instead of the value


def in_groups(items):
    """Neighbours with the same group, as (group, items)."""
    groups = []
    for item in items:
        if not groups or groups[-1][0] != item.group:
            groups.append((item.group, []))
        groups[-1][1].append(item)
    return groups


def head(drawing, title, subtitle):
    drawing.text(16, 26, title, "title")
    drawing.text(16, 44, subtitle, "soft")


def ratios(title, subtitle, items, peer="the peer", own="Lodger", columns="Lodger, peer"):
    """Bars from 1 to the ratio, to the right where Lodger is ahead, with the 95 % interval of each."""
    groups = in_groups(items)
    rows = len(items) + sum(1 for name, _ in groups if name)
    top, right = 84, 250
    drawing = Drawing(WIDTH, top + rows * ROW + 34, title)
    head(drawing, title, subtitle)
    ends = [1.0] + [item.low for item in items] + [item.high for item in items]
    scale = LogScale([min(ends + [0.5]), max(ends + [2.0])], LEFT + 8, WIDTH - right)
    bottom = top + rows * ROW + 4
    even = scale.place(1)
    for tick in scale.ticks:
        x = scale.place(tick)
        drawing.line(x, top - 6, x, bottom, "even" if tick == 1 else "grid")
        drawing.text(x, bottom + 16, tick_label(tick) + " ×", "soft small", "middle")
    drawing.text(even - 8, top - 14, f"◂ {peer} is ahead", "t1 small", "end")
    drawing.text(even + 8, top - 14, f"{own} is ahead ▸", "t0 small")
    drawing.text(WIDTH - right + 14, top - 14, "ratio and 95 % interval", "soft small")
    drawing.text(WIDTH - 16, top - 14, columns, "soft small", "end")
    y = top
    for name, members in groups:
        if name:
            drawing.text(16, y + 15, name, "strong")
            y += ROW
        for item in members:
            x = scale.place(item.ratio)
            drawing.text(LEFT, y + 15, item.label, "", "end")
            drawing.rect(min(x, even), y + 4, max(abs(x - even), 1), ROW - 8, item.look)
            whisker(drawing, scale, item.low, item.high, y + ROW / 2)
            drawing.text(WIDTH - right + 14, y + 15, f"{short(item.ratio)} ×", "strong")
            drawing.text(WIDTH - right + 66, y + 15, f"{short(item.low)}–{short(item.high)}", "soft small")
            drawing.text(WIDTH - 16, y + 15, item.note, "soft small", "end")
            y += ROW
    return drawing.write()


def whisker(drawing, scale, low, high, y):
    if low is None or high is None:
        return
    left, right = scale.place(low), scale.place(high)
    drawing.line(left, y, right, y, "span")
    for x in (left, right):
        drawing.line(x, y - 3.5, x, y + 3.5, "span")


def start_of_words(scale, item):
    return scale.place(max(item.value, item.high or 0, item.aim or 0)) + 10


def end_of_words(scale, item):
    """Letters are about as wide as this; nobody asks the fonts."""
    return start_of_words(scale, item) + len(item.words or short(item.value)) * (7.2 if item.is_own else 6.4)


def values(title, subtitle, groups, unit, left=LEFT):
    """A dot for each value, on one logarithmic axis. Groups are (name, Values); Lodger's dots have a colour."""
    items = [item for _, members in groups for item in members]
    rows = len(items) + sum(1 for name, _ in groups if name)
    top = 64
    drawing = Drawing(WIDTH, top + rows * ROW + 50, title)
    head(drawing, title, subtitle)
    ends = [end for item in items for end in (item.value, item.low, item.high, item.aim) if end]
    for right in range(60, 420, 20):
        scale = LogScale([min(ends) * 0.8, max(ends) * 1.1], left + 16, WIDTH - right)
        if all(end_of_words(scale, item) < WIDTH - 12 for item in items):
            break
    bottom = top + rows * ROW + 4
    for tick in scale.ticks:
        x = scale.place(tick)
        drawing.line(x, top - 4, x, bottom, "grid")
        drawing.text(x, bottom + 16, tick_label(tick), "soft small", "middle")
    drawing.text((left + 16 + WIDTH - right) / 2, bottom + 33, unit, "soft small", "middle")
    y = top
    for name, members in groups:
        if name:
            drawing.text(16, y + 15, name, "strong")
            y += ROW
        for item in members:
            at, middle = scale.place(item.value), y + ROW / 2
            drawing.text(left, y + 15, item.label, "strong" if item.is_own else "", "end")
            drawing.line(scale.start, middle, at, middle, "faint")
            if item.aim:
                drawing.line(scale.place(item.aim), y + 3, scale.place(item.aim), y + ROW - 3, "aim")
            drawing.dot(at, middle, 5, "own" if item.is_own else "peer")
            whisker(drawing, scale, item.low, item.high, middle)
            drawing.text(start_of_words(scale, item), y + 15, item.words or short(item.value),
                         "strong small" if item.is_own else "small")
            y += ROW
    return drawing.write()


@dataclasses.dataclass(frozen=True)
class Series:
    name: str
    points: tuple  # (x, y)
    note: str = ""


def multiples(title, subtitle, series, x_unit, y_unit, columns=5):
    """One small panel for each series, all on the same logarithmic axes. The others are shown faintly behind it."""
    panel_width, panel_height, gap, left, top = 142, 92, 20, 54, 78
    pitch = panel_height + 36
    rows = (len(series) + columns - 1) // columns
    drawing = Drawing(WIDTH, top + rows * pitch + 26, title)
    head(drawing, title, subtitle)
    across = LogScale([x for one in series for x, _ in one.points], 0, panel_width)
    up = LogScale([y for one in series for _, y in one.points], panel_height, 0, 5, 0)

    def place(points):
        return [(across.place(x), up.place(y)) for x, y in points]

    drawing.put('<defs><g id="all">')
    for tick in up.ticks:
        drawing.line(0, up.place(tick), panel_width, up.place(tick), "grid")
    for one in series:
        drawing.path(place(one.points), "faint")
    drawing.put("</g></defs>")
    for i, one in enumerate(series):
        column, row = i % columns, i // columns
        drawing.put(f'<g transform="translate({left + column * (panel_width + gap)},{top + row * pitch})">')
        drawing.text(0, -8, one.name, "strong")
        drawing.text(panel_width, -8, one.note, "soft small", "end")
        for tick in up.ticks if column == 0 else ():
            drawing.text(-6, up.place(tick) + 4, tick_label(tick), "soft small", "end")
        if i + columns >= len(series):
            drawing.text(0, panel_height + 14, tick_label(across.low), "soft small")
            drawing.text(panel_width, panel_height + 14, tick_label(across.high), "soft small", "end")
        drawing.put('<use href="#all"/>')
        if i == 0:
            walk(drawing, across, up)
        drawing.path(place(one.points), "line c0")
        drawing.dot(*place(one.points)[-1], 3, "own")
        drawing.put("</g>")
    drawing.text(WIDTH / 2, drawing.height - 10, f"across: {x_unit}; up: {y_unit}; both logarithmic", "soft small",
                 "middle")
    return drawing.write()


def walk(drawing, across, up):
    """How steep a line is whose cost grows with the number."""
    right, low = across.high, up.low * 3
    left = max(right / 100, across.low)
    drawing.line(across.place(left), up.place(low), across.place(right), up.place(low * right / left), "slope")
    drawing.text(across.place(right) - 16, up.place(low * right / left) + 2, "a walk", "t1 small", "end")


def lines(title, subtitle, series, x_unit, y_unit, aims=()):
    """A few lines on logarithmic axes, each named at its end. `aims` are (y, words): level lines."""
    left, top, right, height = 74, 84, 210, 280
    drawing = Drawing(WIDTH, top + height + 52, title)
    head(drawing, title, subtitle)
    xs = [x for one in series for x, _ in one.points]
    ys = [y for one in series for _, y in one.points] + [y for y, _ in aims]
    across, up = ExactScale(xs, left, WIDTH - right), LogScale(ys, top + height, top, 12, 16)
    for tick in up.ticks:
        drawing.line(left, up.place(tick), WIDTH - right, up.place(tick), "grid")
        drawing.text(left - 8, up.place(tick) + 4, tick_label(tick), "soft small", "end")
    for tick in across.ticks:
        drawing.text(across.place(tick), top + height + 18, tick_label(tick), "soft small", "middle")
        drawing.line(across.place(tick), top + height, across.place(tick), top + height + 4, "even")
    for y, words in aims:
        drawing.line(left, up.place(y), WIDTH - right, up.place(y), "slope")
        drawing.text(left + 6, up.place(y) - 5, words, "t1 small")
    labels = []
    for i, one in enumerate(series):
        drawing.path([(across.place(x), up.place(y)) for x, y in one.points], f"line c{i % 5}")
        for x, y in one.points:
            drawing.put(f'<circle cx="{number(across.place(x))}" cy="{number(up.place(y))}" r="2.5" class="t{i % 5}"/>')
        x, y = one.points[-1]
        labels.append([up.place(y) + 4, across.place(x) + 10, f"{one.name}{' ' + one.note if one.note else ''}", i])
    place_apart(labels, 15)
    for y, x, words, i in labels:
        drawing.text(x, y, words, f"small t{i % 5}")
    drawing.text((left + WIDTH - right) / 2, top + height + 38, x_unit, "soft small", "middle")
    drawing.text(16, top - 14, y_unit, "soft small")
    return drawing.write()


def cells(title, subtitle, columns, rows, label_width=136):
    """A table with a bar in each cell. Each column has its own scale, from 0. Rows are (label, values, words); a value
    that is None is not known."""
    top, gap = 84, 14
    words_width = 340
    drawing = Drawing(WIDTH, top + len(rows) * ROW + 16, title)
    head(drawing, title, subtitle)
    width = (WIDTH - label_width - words_width - 16) / len(columns) - gap
    for i, column in enumerate(columns):
        drawing.text(label_width + 16 + i * (width + gap), top - 10, column, "soft small")
    most = [max([row[1][i] for row in rows if row[1][i]] + [1]) for i in range(len(columns))]
    for number_of_row, (label, amounts, words) in enumerate(rows):
        y = top + number_of_row * ROW
        drawing.line(16, y, WIDTH - 16, y, "grid")
        drawing.text(label_width, y + 15, label, "strong", "end")
        drawing.text(WIDTH - words_width + 8, y + 15, words, "soft small")
        for i, amount in enumerate(amounts):
            x = label_width + 16 + i * (width + gap)
            length = (width - 36) * (amount or 0) / most[i]
            if amount:
                drawing.rect(x, y + 4, max(length, 1), ROW - 8, "own")
            drawing.text(x + length + (4 if amount else 0), y + 15, "" if amount is None else f"{amount:g}",
                         "small" if amount else "soft small")
    return drawing.write()


def gauges(title, subtitle, rows):
    """A bar for each row on a scale of its own from 0, with its target. Rows are (label, value, target, words)."""
    top, left, width = 60, 300, 160
    drawing = Drawing(WIDTH, top + len(rows) * ROW + 16, title)
    head(drawing, title, subtitle)
    for i, (label, amount, aim, words) in enumerate(rows):
        y = top + i * ROW
        full = max(amount, aim or 0) * 1.1 or 1
        drawing.text(left, y + 15, label, "strong" if "Lodger" in label else "", "end")
        drawing.line(left + 16, y + ROW / 2, left + 16 + width, y + ROW / 2, "faint")
        drawing.rect(left + 16, y + 4, width * amount / full, ROW - 8, "own" if "Lodger" in label else "peer")
        if aim:
            x = left + 16 + width * aim / full
            drawing.line(x, y + 2, x, y + ROW - 2, "aim")
        drawing.text(left + width + 32, y + 15, words, "small")
    return drawing.write()


def place_apart(labels, least):
    """Labels at the ends of lines must not cover each other: the lower one gives way."""
    labels.sort()
    for i in range(1, len(labels)):
        labels[i][0] = max(labels[i][0], labels[i - 1][0] + least)

# SPDX-License-Identifier: LGPL-2.1-or-later
"""The plots of the programs other than lodger-bench: each from the lines that its program prints."""

import dataclasses
import textwrap

import charts
import scale
from charts import Ratio, Series, Value, short
from results import value

# Rows of lodger-fibers beside something that is no peer, but a part of the same work.
OWN_PARTS = ("call_soon", "switch", "reference", "yield")


@dataclasses.dataclass(frozen=True)
class Plot:
    words: str
    text: str
    columns: tuple = ()
    rows: tuple = ()


def grouped(rows, key):
    groups = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return list(groups.items())


def is_number(cell):
    return value(cell) is not None


# ---- structured ----------------------------------------------------------------------------------------------------

PLACES = {"own": "from the thread that runs them", "worker": "from a worker"}


def structured(results):
    rows = results.table("structured")
    if not rows:
        return None
    groups = []
    for place, members in grouped(rows, lambda row: row["place"]):
        plain = sum(value(row["plain"]) for row in members) / len(members)
        items = [Value("plain call", plain)]
        for row in members:
            items.append(Value(row["call"], plain + value(row["more"]), True, plain + value(row["low"]),
                               plain + value(row["high"]), plain + value(row["target"]),
                               f"{row['more']} ns"))
        groups.append((PLACES.get(place, place), items))
    words = "what a call costs that belongs to something"
    text = charts.values(words[0].upper() + words[1:], "the green line is the target; 95 % intervals of the difference",
                         groups, "ns of the processor for each call, logarithmic")
    columns = ("place", "call", "value", "plain", "more", "low", "high", "target", "ratio")
    return Plot(words, text, columns, tuple(tuple(row[column] for column in columns) for row in rows))


# ---- fibers --------------------------------------------------------------------------------------------------------

def fiber_rows(results):
    return [row for row in results.table("fibers") if "row" in row]


def fibers(results):
    rows = [row for row in fiber_rows(results) if row["place"] != "worker"]
    if not rows:
        return None
    groups = []
    for name, members in grouped(rows, lambda row: row["row"]):
        first = members[0]
        items = [Value("Lodger" if name != "switch" else "Lodger's switch", value(first["value"]), True,
                       aim=None if first["target"].startswith("+") else value(first["target"]))]
        items += [Value(row["peer"], value(row["value 2"])) for row in members]
        groups.append((name, items))
    words = "what spawned calls cost"
    text = charts.values(words[0].upper() + words[1:], "in a main loop; the green line is the target", groups,
                         "ns of the processor for each, logarithmic")
    columns = ("row", "place", "value", "peer", "value 2", "more", "low", "high", "target", "ratio")
    return Plot(words, text, ("row", "place", "Lodger", "peer", "peer's", "more", "low", "high", "target", "ratio"),
                tuple(tuple(row[column] for column in columns) for row in fiber_rows(results)))


def fibers_compared(results):
    """The interval is that of the difference; as a ratio it is the peer's value to Lodger's."""
    for row in fiber_rows(results):
        if row["peer"] in OWN_PARTS:
            continue
        own, peer = value(row["value"]), value(row["value 2"])
        low, high = peer / (peer + value(row["high"])), peer / (peer + value(row["low"]))
        yield Ratio(row["peer"], peer / own, low, high, group=row["row"])


def parked(results):
    rows = [row for row in results.table("fibers") if "stack" in row]
    if not rows:
        return None
    groups = []
    for column, unit in (("bytes each", "bytes of memory"), ("page tables", "bytes of page tables"),
                         ("ns to begin", "ns to begin"), ("ns to end", "ns to end")):
        groups.append((unit, [Value(row["stack"], value(row[column]), row["stack"] != "libdex") for row in rows
                              if value(row[column])]))
    words = f"{int(rows[0]['count']):,} spawned calls that wait for one promise"
    text = charts.values(words, "for each of them; by the address space of a stack", groups, "logarithmic")
    columns = ("stack", "count", "bytes each", "share", "page tables", "mappings", "ns to begin", "ns to end")
    return Plot(words, text, columns, tuple(tuple(row[column] for column in columns) for row in rows))


# ---- guests --------------------------------------------------------------------------------------------------------

def guests(results):
    rows = results.table("guests")
    measured = [row for row in rows if value(row["ratio"]) is not None]
    if not measured:
        return None
    items = []
    for name, members in grouped(measured, lambda row: row["row"]):
        for row in members:
            items.append(Ratio(f"{row['guest']} in {row['host']} ({row['way']})", value(row["ratio"]),
                               value(row["low"]), value(row["high"]),
                               f"{row['as a guest']}, {row['by itself']} {row['unit']}", name))
    words = "a loop as a guest beside the same loop by itself"
    text = charts.ratios(words[0].upper() + words[1:], "medians of pairs of runs, and their 95 % intervals", items,
                         "by itself", "the guest", "guest, by itself")
    columns = ("row", "host", "way", "guest", "as a guest", "by itself", "unit", "ratio", "low", "high")
    return Plot(words, text, columns, tuple(tuple(row[column] for column in columns) for row in rows))


# ---- crowds --------------------------------------------------------------------------------------------------------

def crowds(results):
    rows = results.table("crowds")
    if not rows:
        return None
    numbers = [name for name in rows[0] if name.isdigit()]
    series = []
    for row in rows:
        points = tuple((int(name), value(row[name])) for name in numbers if value(row[name]))
        if points:
            series.append(Series(row["crowd"], points, f"{short(points[-1][1])} ns"))
    words = "what one item costs among many of its kind"
    text = charts.multiples(words[0].upper() + words[1:],
                            "a level line: the number does not matter; the figure is that of the largest number",
                            series, "how many there are", "ns of the processor for each")
    columns = ("crowd", *numbers, "ratio", "what")
    return Plot(words, text, columns, tuple(tuple(row[column] for column in columns) for row in rows))


# ---- start-up and size ---------------------------------------------------------------------------------------------

def rows_of(results, name, column):
    return [row for row in results.table(name) if column in row]


def first(results):
    rows = rows_of(results, "startup", "first")
    if not rows:
        return None
    groups = []
    for name, threads in (("a call in the same thread", "1"), ("a job in another thread", None)):
        items = []
        for row in rows:
            if (row["threads"] == "1") == (threads == "1"):
                us = value(row["us to begin"]) + value(row["us to end"])
                items.append(Value(row["way"], us, row["way"].startswith("Lodger"),
                                   words=f"{short(us)} µs, {row['KiB']} KiB, {row['written KiB']} written"))
        if items:
            groups.append((name, items))
    words = "the first call of a process, with the end of what it began"
    text = charts.values(words[0].upper() + words[1:], "each in a process of its own; memory that it adds", groups,
                         "µs, logarithmic")
    columns = tuple(column for column in rows[0] if column != "first")
    return Plot(words, text, columns, tuple(tuple(row[column] for column in columns) for row in rows))


def linked(results):
    rows = rows_of(results, "startup", "linked")
    if not rows:
        return None
    groups = []
    for row in rows:
        without, more = value(row["without"]), value(row["more"])
        groups.append((row["what"], [
            Value("without", without, words=f"{short(without)} µs"),
            Value("with Lodger", without + more, True, without + value(row["low"]), without + value(row["high"]),
                  words=f"{row['more']} µs, {row['KiB more']} KiB, {row['written more']} KiB written")]))
    words = "a program that is linked with Lodger and does not use it"
    text = charts.values(words[0].upper() + words[1:], "from its start to its end; 95 % intervals of the difference",
                         groups, "µs, logarithmic")
    columns = tuple(column for column in rows[0] if column != "linked")
    return Plot(words, text, columns, tuple(tuple(row[column] for column in columns) for row in rows))


def sizes(results):
    rows = sorted(rows_of(results, "startup", "size"), key=lambda row: value(row["stripped"]))
    if not rows:
        return None
    items = [Value(row["library"], value(row["stripped"]) / 1024, row["library"].startswith("liblodger"),
                   words=f"{short(value(row['stripped']) / 1024)} KiB, {row['relocations']} relocations, "
                         f"{row['constructors']} constructors") for row in rows]
    words = "the size of the libraries"
    text = charts.values(words[0].upper() + words[1:], "stripped; the relocations of addresses are those at the start",
                         [("", items)], "KiB, logarithmic")
    columns = tuple(column for column in rows[0] if column != "size")
    return Plot(words, text, columns, tuple(tuple(row[column] for column in columns) for row in rows))


# ---- memory --------------------------------------------------------------------------------------------------------

MEMORY = {
    "promise": "a promise",
    "call": "a call that has not run",
    "timer": "a delayed call",
    "spawned": "a spawned call that waits",
    "fanout": "a job in a flood, at the peak",
    "fanout-direct": "the same, its result by a direct call",
}
MEMORY_AIMS = {("promise", "Lodger"): 128, ("call", "Lodger"): 192}


def memory(results):
    rows = [row for row in results.table("memory") if "bytes each" in row]
    if not rows:
        return None
    groups = []
    for kind, members in grouped(rows, lambda row: row["of"]):
        groups.append((MEMORY.get(kind, kind), [
            Value(row["by"], max(value(row["bytes each"]), 1), row["by"].startswith("Lodger"),
                  aim=MEMORY_AIMS.get((kind, row["by"])), words=f"{short(value(row['bytes each']))} bytes")
            for row in members]))
    words = "memory for each of many"
    text = charts.values(words[0].upper() + words[1:],
                         "what the process has more than before; the green line is the target", groups,
                         "bytes, logarithmic")
    columns = tuple(rows[0])
    return Plot(words, text, columns, tuple(tuple(row[column] for column in columns) for row in rows))


def memory_compared(results):
    """Measured once in a process of its own: there is no interval."""
    rows = [row for row in results.table("memory") if "bytes each" in row]
    for kind, members in grouped(rows, lambda row: row["of"]):
        own = [value(row["bytes each"]) for row in members if row["by"] == "Lodger"]
        for row in members:
            if own and not row["by"].startswith("Lodger"):
                ratio = value(row["bytes each"]) / own[0]
                yield Ratio(row["by"], ratio, ratio, ratio, group=f"memory: {kind}")


# ---- ticks under a flood -------------------------------------------------------------------------------------------

def jank(results):
    rows = [row for row in results.table("jank") if "flood" in row]
    if not rows:
        return None
    groups = []
    for what, members in grouped(rows, lambda row: row["what"]):
        items = []
        for row in members:
            share = f", {float(row['share']):.0%} of the calls" if is_number(row["share"]) else ""
            own = f" (own {short(value(row['own p99']))})" if is_number(row.get("own p99")) else ""
            late, is_own = value(row["p99"]) or 0, row["contestant"].startswith("Lodger")
            items.append(Value(row["contestant"], max(late, 1), is_own, aim=2000 if is_own else None,
                               words=f"{short(late)} µs{own}; {row['ticks']} of {row['of']} ticks{share}"))
        groups.append((what, items))
    words = "how late the ticks of a loop are under a flood"
    text = charts.values(words[0].upper() + words[1:],
                         "60 ticks a second; the 99th percentile of the lateness; the green line is the target", groups,
                         "µs, logarithmic")
    columns = tuple(column for column in rows[0] if column != "what")
    return Plot(words, text, columns, tuple(tuple(row[column] for column in columns) for row in rows))


# ---- the frames of a window ----------------------------------------------------------------------------------------

def frames(results):
    rows = [row for row in results.table("frames") if "verdict" in row]
    if not rows:
        return None
    words = "a window in a flood of calls"
    lines = []
    for row in rows:
        name, aim = row["row"].replace("frames.", ""), value(row["target"].strip("<>= "))
        target = f" (target {row['target']})" if aim else ""
        lines.append((f"{name}: {row.get('contestant', 'Lodger')}", value(row["value"]), aim,
                      f"{row['value']} {row['unit']}{target}; {row['beside']}"))
    text = charts.gauges(words[0].upper() + words[1:], "the green line is the target, at least or at most", lines)
    columns = tuple(rows[0])
    return Plot(words, text, columns, tuple(tuple(row[column] for column in columns) for row in rows))


# ---- counts --------------------------------------------------------------------------------------------------------

COUNTED = ("syscalls", "allocations", "locked", "mutexes")


def counts(results):
    rows = results.table("counts")
    if not rows:
        return None

    def each(row, column):
        amount = value(row[column])
        return None if amount is None else round(amount / max(value(row["times"]), 1), 2)

    words = "what each operation takes"
    text = charts.cells(words[0].upper() + words[1:], "counted, for one operation; the same on every machine",
                        ("system calls", "allocations", "locked", "mutexes"),
                        [(row["operation"], [each(row, column) for column in COUNTED], row["what"][:60])
                         for row in rows])
    columns = tuple(rows[0])
    return Plot(words, text, columns, tuple(tuple(row[column] for column in columns) for row in rows))


# ---- many processors -----------------------------------------------------------------------------------------------

@dataclasses.dataclass(frozen=True)
class Shared:
    """What lodger-scaling says of an operation."""

    owner: float
    others: float
    locks: tuple  # rows

    def lock(self, name):
        """A visit of the lines of the lock and of what it guards; none, if the operation does not take it."""
        rows = [row for row in self.locks if row["name"] == name]
        times, held = (value(rows[0]["for each"]), max(value(rows[0]["ns held"]), 0)) if rows else (0, 0)
        return scale.Visit(name, held, 2, times)


def shared(results, name):
    rows = results.table("scaling")
    took = [row for row in rows if row.get("operation") == name]
    if not took:
        return None
    return Shared(value(took[0]["owner ns"]), value(took[0]["others ns"]),
                  tuple(row for row in rows if row.get("lock of") == name))


def depot(operation):
    return operation.lock("depot")


def of_pool(operation):
    return operation.lock("&pool->lock"), operation.lock("&caller->life.lock"), depot(operation)


def flood(results):
    direct = shared(results, "direct")
    if direct is None:
        return None
    one = scale.flood_to_one(direct.owner, direct.others)
    each = scale.flood_to_each(direct.owner, direct.others, depot(direct))
    series = [Series("to one thread", tuple((n, rate / 1e6) for n, rate in one), f"({short(one[-1][1] / 1e6)})"),
              Series("in pairs", tuple((n, rate / 1e6) for n, rate in each), f"({short(each[-1][1] / 1e6)})")]
    words = "calls on many processors, simulated"
    text = charts.lines(words[0].upper() + words[1:], f"a line of another processor takes {scale.TRANSFER:.0f} ns",
                        series, "processors", "Mcalls/s")
    rows = tuple((n, short(a / 1e6), short(b / 1e6)) for (n, a), (_, b) in zip(one, each))
    return Plot(words, text, ("processors", "to one thread, Mcalls/s", "in pairs, Mcalls/s"), rows)


def said_of_here(results):
    """What the simulation says of the machine at hand, beside what was measured there."""
    direct, rows = shared(results, "direct"), results.table("scaling")
    words = {row["word"]: value(row["ns"]) for row in rows if "word" in row}
    measured = [value(row["1"]) for row in rows if row.get("threads") == "to one"]
    if direct is None or not measured:
        return ""
    here = scale.flood_to_one(direct.owner, direct.others, max(words["shared"] - words["alone"], 0))[0][1]
    said = ("On the machine at hand, two processors that change one word by turns take "
            f"{short(words['shared'])} ns for each change. For one thread that submits to another one, the simulation "
            f"then says {short(here / 1e6)} Mcalls/s. {short(measured[0])} were measured.")
    return textwrap.fill(said, 120)


LENGTHS = ((1e3, "1 µs"), (1e4, "10 µs"), (1e5, "100 µs"), (1e6, "1 ms"))


def pool_plot(results):
    operation = shared(results, "jobs")
    if operation is None:
        return None
    series, rows = [], []
    for length, name in LENGTHS:
        points = scale.jobs(length, operation.owner, operation.others, of_pool(operation))
        series.append(Series(f"jobs of {name}", tuple(points), f"({short(points[-1][1])} at work)"))
        rows.append((name, *(short(busy) for _, busy in points)))
    words = "jobs on many processors, simulated"
    text = charts.lines(words[0].upper() + words[1:],
                        "one thread feeds the pool; a line of another processor takes "
                        f"{scale.TRANSFER:.0f} ns", series, "processors", "processors at work in jobs")
    return Plot(words, text, ("length of a job", *(f"{n}" for n in scale.PROCESSORS if n > 1)), tuple(rows))


def threads(results):
    rows = [row for row in results.table("scaling") if "threads" in row]
    if not rows:
        return None
    series = [Series(row["threads"], tuple((int(name), value(row[name])) for name in row if name.isdigit()))
              for row in rows]
    words = "many threads on the processors that are there"
    text = charts.lines(words[0].upper() + words[1:], "measured; calls of so many threads, together", series, "threads",
                        "Mcalls/s")
    return Plot(words, text, tuple(rows[0]), tuple(tuple(row.values()) for row in rows))


PLOTS = {
    "flood": flood,
    "pool": pool_plot,
    "threads": threads,
    "memory": memory,
    "jank": jank,
    "frames": frames,
    "counts": counts,
    "first": first,
    "linked": linked,
    "sizes": sizes,
    "structured": structured,
    "fibers": fibers,
    "parked": parked,
    "guests": guests,
    "crowds": crowds,
}

COMPARED = {"fibers": fibers_compared, "memory": memory_compared}

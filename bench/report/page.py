# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pages of docs/: the text of a file of this folder, with plots and tables in place of the lines that begin with @."""

import os

import charts
import limits
import parts
import results as saved
from results import Trouble

HERE = os.path.dirname(os.path.abspath(__file__))
MADE = "<!-- made by ./dev bench --report from bench/results and bench/report/{}; change those -->"

PAGES = ("benchmarks.md", "scaling.md")


def notes(name):
    """The lines of a file of this folder that has tabs between its columns."""
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return [tuple(line.rstrip("\n").split("\t")) for line in file if line.strip() and line[0] != "#"]


def interval(low, high):
    return f"{low:.2f} to {high:.2f}" if high > low else ""


def counts(figures):
    least, most = min(figure["count"] for figure in figures), max(figure["count"] for figure in figures)
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


class Page:
    def __init__(self, results, name):
        self.results = results
        self.name = name
        self.plots = {}  # file name: text
        self.used = set()  # metrics that the page has shown
        self.troubles = []
        self.sections = {
            "machine": self.machine,
            "behind": self.behind,
            "aims": self.aims,
            "ratios": self.ratios,
            "others": self.others,
            "table": self.any_table,
            "comments": self.comments,
            "plot": self.plot,
            "limits": self.limits,
            "here": lambda: parts.said_of_here(self.results),
        }

    def write(self):
        out = [MADE.format(self.name), ""]
        with open(os.path.join(HERE, self.name), encoding="utf-8") as file:
            template = file.read()
        for line in template.splitlines():
            if line.startswith("@"):
                name, *words = line[1:].split()
                if name not in self.sections:
                    raise Trouble(f"{self.name}: nobody makes {line}")
                out.append(self.section(line, self.sections[name], words))
            else:
                out.append(line)
        return "\n".join(out).rstrip("\n") + "\n"

    def section(self, line, make_section, words):
        """What one program has printed must not spoil the page for all others."""
        try:
            return make_section(*words)
        except (ArithmeticError, LookupError, TypeError, ValueError, Trouble) as error:
            self.troubles.append(f"{self.name}: {line}: {type(error).__name__}: {error}")
            return f"*The figures for `{' '.join(words)}` cannot be shown.*"

    # ---- what a section is made of -----------------------------------------------------------------------------

    def picture(self, name, words, text):
        self.plots[name + ".svg"] = text
        return f"![{words}](benchmarks/{name}.svg)"

    @staticmethod
    def table(columns, rows):
        def line(cells):
            return "| " + " | ".join(str(cell) for cell in cells) + " |"
        return "\n".join([line(columns), line(["---"] * len(columns))] + [line(row) for row in rows])

    def folded(self, words, columns, rows):
        return f"\n<details><summary>{words}</summary>\n\n{self.table(columns, rows)}\n\n</details>"

    @staticmethod
    def missing(what):
        return f"*The last run has no figures for `{what}`.*"

    # ---- the machine -------------------------------------------------------------------------------------------

    def machine(self):
        if not self.results.machine:
            return self.missing("machine")
        return self.table(["", ""], [(key, value.replace("|", "/")) for key, value in self.results.machine.items()])

    # ---- ratios ------------------------------------------------------------------------------------------------

    def ratios(self, metric):
        self.used.add(metric)
        figures = self.results.figures(metric)
        if not figures:
            return self.missing(metric)
        figures.sort(key=lambda figure: -figure["ratio"])
        unit, pairs = figures[0]["unit"], figures[0]["pairs"]
        what = "more" if figures[0].get("better") == "higher" else "less"
        items = [charts.Ratio(figure["peer"], figure["ratio"], figure["low"], figure["high"],
                              f"{charts.short(figure['lodger'])}, {charts.short(figure['peer_value'])}")
                 for figure in figures]
        text = charts.ratios(f"{metric}: Lodger beside its peers",
                             f"in {unit}, {what} is better; {counts(figures)} a run, the median of {pairs} pairs",
                             items)
        rows = [(figure["peer"], charts.short(figure["lodger"]), charts.short(figure["peer_value"]),
                 f"{figure['ratio']:.2f}", f"{figure['low']:.2f} to {figure['high']:.2f}") for figure in figures]
        return self.picture(metric, f"{metric}: Lodger beside its peers", text) + "\n" + self.folded(
            f"The figures of {metric}", ["peer", f"Lodger, {unit}", f"peer, {unit}", "ratio", "95 % interval"], rows)

    def others(self):
        """Metrics that the page does not know yet."""
        left = [metric for metric in self.results.metric_names() if metric not in self.used]
        return "\n\n".join(f"### {metric}\n\n{self.ratios(metric)}" for metric in left)

    # ---- the summary -------------------------------------------------------------------------------------------

    def compared(self):
        """All comparisons with peers, as (metric, peer, ratio, low, high)."""
        answer = [(figure["metric"], figure["peer"], figure["ratio"], figure["low"], figure["high"])
                  for figure in self.results.metrics["figures"]]
        for name in sorted(parts.COMPARED):
            for row in parts.COMPARED[name](self.results):
                answer.append((row.group or name, row.label, row.ratio, row.low, row.high))
        return answer

    def behind(self):
        reasons = notes("reasons.tsv")
        columns = ["what", "peer", "ratio", "95 % interval", "why"]
        behind, level = [], []
        for metric, peer, ratio, low, high in sorted(self.compared(), key=lambda one: one[2]):
            if low is None or low > 1:
                continue
            why = [words for at, who, words in reasons if at in ("*", metric) and peer.startswith(who.rstrip("*"))]
            (behind if high < 1 else level).append((f"`{metric}`", peer, f"{ratio:.2f}", interval(low, high),
                                                    why[0] if why else ""))
        answer = self.table(columns, behind) if behind else "There is none in the last run."
        if level:
            answer += "\n" + self.folded(f"{len(level)} more, in which the two cannot be told apart", columns, level)
        return answer

    def aims(self):
        rows = []
        for metric, peer, least, end in notes("aims.tsv"):
            found = [one for one in self.compared() if one[0] == metric and peer in ("*", one[1])]
            aim = f"at least {least}" if end == "low" else f"not behind {least}"
            if not found:
                rows.append((f"`{metric}`", "each" if peer == "*" else peer, aim, "", "", "not measured"))
                continue
            _, name, ratio, low, high = min(found, key=lambda one: one[3] if end == "low" else one[4])
            reached = (low if end == "low" else high) >= float(least)
            rows.append((f"`{metric}`", f"each; the least: {name}" if peer == "*" else peer, aim, f"{ratio:.2f}",
                         interval(low, high), "met" if reached else "**missed**"))
        return self.table(["what", "peer", "aim", "ratio", "95 % interval", ""], rows)

    # ---- the rest ----------------------------------------------------------------------------------------------

    def plot(self, name):
        """A plot and a table that parts.py knows how to make."""
        made = parts.PLOTS[name](self.results)
        if made is None:
            return self.missing(name)
        answer = self.picture(name, made.words, made.text)
        if made.rows:
            answer += "\n" + self.folded(f"The figures: {made.words}", made.columns, made.rows)
        return answer

    def limits(self):
        rows = limits.rows(self.results, notes("locks.tsv"))
        return self.table(limits.COLUMNS, rows) if rows else self.missing("scaling")

    def any_table(self, name):
        rows = self.results.table(name)
        if not rows:
            return self.missing(name)
        columns = list(rows[0])
        return self.table(columns, [[row.get(column, "") for column in columns] for row in rows])

    def comments(self, name):
        said = [line for line in self.results.comments(name) if line]
        return "\n".join(f"- {line}" for line in said)


def make(folder):
    """({name of a file below docs: its text}, what could not be shown)"""
    results = saved.Results(folder)
    files, troubles = {}, []
    for name in PAGES:
        page = Page(results, name)
        files[name] = page.write()
        files.update({"benchmarks/" + plot: text for plot, text in page.plots.items()})
        troubles += page.troubles
    return files, troubles

# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the programs of the benchmark have printed, as bench/report/run.sh saves it: one file a program."""

import json
import os


class Trouble(Exception):
    """The results cannot be read."""


class Results:
    def __init__(self, folder):
        self.folder = folder
        if not os.path.isdir(folder):
            raise Trouble(f"there is no folder {folder}")
        self.machine = dict(self.pairs("machine"))
        self.metrics = self.read_metrics()

    def path(self, name):
        return os.path.join(self.folder, name)

    def has(self, name):
        return os.path.exists(self.path(name + ".tsv"))

    def lines(self, name):
        """The lines of a file without its licence; none if it is not there."""
        if not self.has(name):
            return []
        with open(self.path(name + ".tsv"), encoding="utf-8") as file:
            return [line.rstrip("\n") for line in file if "SPDX-License-Identifier" not in line and line.strip()]

    def pairs(self, name):
        return [tuple(line.split("\t", 1)) for line in self.lines(name) if "\t" in line and line[0] != "#"]

    def comments(self, name):
        """What a program says besides its figures: what it has left out, and how it measured."""
        return [line[1:].strip() for line in self.lines(name) if line[0] == "#" and "\t" not in line]

    def table(self, name):
        """The figures as dictionaries. A comment with tabs, or else the first line, names the columns below it."""
        rows, columns = [], []
        for line in self.lines(name):
            cells = [cell.strip() for cell in line.lstrip("# ").split("\t")]
            if line[0] == "#" or not columns:
                if len(cells) > 1:
                    columns = distinct(cells)
            elif len(cells) != len(columns):
                raise Trouble(f"{name}.tsv: {len(cells)} cells below {len(columns)} names: {line}")
            else:
                rows.append(dict(zip(columns, cells)))
        return rows

    def read_metrics(self):
        """A figure that several runs have is that of the longest one."""
        figures = {}
        for name in sorted(os.listdir(self.folder)):
            if name.startswith("metrics") and name.endswith(".json"):
                for figure in self.read_json(name)["figures"]:
                    key = (figure["metric"], figure["peer"])
                    if key not in figures or figures[key]["count"] < figure["count"]:
                        figures[key] = figure
        return {"figures": list(figures.values())}

    def read_json(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            try:
                return json.load(file)
            except ValueError as error:
                raise Trouble(f"{name}: {error}") from error

    def figures(self, metric):
        return [figure for figure in self.metrics["figures"] if figure["metric"] == metric]

    def metric_names(self):
        return list(dict.fromkeys(figure["metric"] for figure in self.metrics["figures"]))


def distinct(names):
    """The second "value" is "value 2"."""
    seen = {}
    answer = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        answer.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return answer


def value(cell):
    """A cell's number, or None."""
    try:
        return float(cell.replace("+", "", 1))
    except (AttributeError, ValueError):
        return None

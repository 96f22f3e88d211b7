# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the objects of a build define and refer to, by nm."""

import json
import os
import re
import shlex
import subprocess

from house import CORE, Trouble


def commands(house, build):
    """{source file: (folder, arguments)} of what a build compiles."""
    path = os.path.join(build, "compile_commands.json")
    try:
        with open(path, encoding="utf-8") as file:
            entries = json.load(file)
    except (OSError, ValueError) as error:
        raise Trouble(f"{path}: {error}") from error
    found = {}
    for entry in entries:
        name = house.name(os.path.join(entry["directory"], entry["file"]))
        if name is not None:
            found.setdefault(name, (entry["directory"], entry.get("arguments") or shlex.split(entry["command"])))
    for name in house.files:
        if name.endswith(".c") and name not in found:
            raise Trouble(f"{name} is not compiled in {build}")
    return found


def object_of(folder, arguments):
    return os.path.join(folder, arguments[arguments.index("-o") + 1])


def areas(house):
    """The folders that are looked at, each for itself."""
    found = [CORE]
    for above in ("hosts", "demos"):
        if os.path.isdir(house.path(above)):
            below = sorted(os.listdir(house.path(above)))
            found += [f"{above}/{name}" for name in below if os.path.isdir(house.path(f"{above}/{name}"))]
    return found


class Area:
    """One folder: which symbols its files define, and which of them they refer to."""

    def __init__(self, folder):
        self.folder = folder
        self.definers = {}  # symbol: files
        self.wanted = {}  # file: symbols

    def read(self, name, path):
        run = subprocess.run(["nm", "-P", path], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise Trouble(f"{run.stderr.strip()} (is it built?)")
        self.wanted[name] = set()
        for line in run.stdout.split("\n"):
            symbol, kind = (line.split() + ["", ""])[:2]
            symbol = symbol.split("@")[0]
            if kind in ("U", "w", "v"):
                self.wanted[name].add(symbol)
            elif kind.isupper():
                self.definers.setdefault(symbol, []).append(name)

    def references(self):
        """(file, symbol, file that defines it)"""
        for name, symbols in sorted(self.wanted.items()):
            for symbol in sorted(symbols):
                for definer in self.definers.get(symbol, []):
                    if definer != name:
                        yield name, symbol, definer


class Program:
    def __init__(self, house, build):
        self.house = house
        self.areas = []
        compiled = commands(house, build)
        for folder in areas(house):
            area = Area(folder)
            for name, (at, arguments) in compiled.items():
                if name.startswith(folder + "/"):
                    path = object_of(at, arguments)
                    if os.path.exists(path) and os.path.getmtime(path) < os.path.getmtime(house.path(name)):
                        raise Trouble(f"{path} is older than {name}: build first")
                    area.read(name, path)
            if area.wanted:
                self.areas.append(area)
            elif any(name.endswith(".c") for name in house.find(folder)):
                house.notes.append(f"{folder}: not built, and left out")

    def headers(self, name, seen):
        """The headers of core/src that a file includes, however far away."""
        for line in self.house.code(name):
            match = re.match(r'\s*#\s*include\s*["<]([^">]+)[">]', line)
            file = f"{CORE}/{match.group(1)}" if match else ""
            if file in self.house.files and file not in seen:
                seen.append(file)
                self.headers(file, seen)
        return seen

    def place(self, name, symbol):
        """Where a file uses a symbol: in itself, or else in an inline function of a header. Without a use, the
        declaration."""
        declared = (name, 0)
        for file in [name] + self.headers(name, []):
            for number, line in enumerate(self.house.code(file), 1):
                if not re.search(rf"\b{re.escape(symbol)}\b", line):
                    continue
                if not re.match(r"[A-Za-z].*;\s*$", line):
                    return file, number
                if file == name and not declared[1]:
                    declared = (file, number)
        return declared

    def check_references(self):
        house = self.house
        up = 0
        for name, symbol, definer in self.areas[0].references():
            wing, other = house.wing(name), house.wing(definer)
            if wing and other and house.is_above(other, wing):
                up += 1
                file, line = self.place(name, symbol)
                by = "" if file == name else f", compiled into {name},"
                house.fail(file, line, f"wing {wing}{by} refers to {symbol} of the higher wing {other} ({definer})")
        return [f"references up {up}"]

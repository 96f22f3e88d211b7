#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""generate.py [--check] RESULTS DOCS: writes DOCS/benchmarks.md, DOCS/scaling.md and DOCS/benchmarks/*.svg.

The same files in RESULTS make the same pages. With --check nothing is written: what differs is named, and the program
ends with 1.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import page  # noqa: E402
from results import Trouble  # noqa: E402


def spare(files, docs):
    """Plots of an earlier run that this one does not make."""
    folder = os.path.join(docs, "benchmarks")
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    paths = [os.path.join(folder, name) for name in names if name.endswith(".svg")]
    return [path for path in paths if path not in files]


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return None


def check(files, docs):
    wrong = [path for path, text in files.items() if read(path) != text] + spare(files, docs)
    for path in wrong:
        print(f"{path} is not what ./dev bench --report would write from the saved results")
    return 1 if wrong else 0


def write(files, docs):
    os.makedirs(os.path.join(docs, "benchmarks"), exist_ok=True)
    for path in spare(files, docs):
        os.remove(path)
    for path, text in files.items():
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    return 0


def main(arguments):
    is_check = arguments[:1] == ["--check"]
    folders = arguments[1:] if is_check else arguments
    if len(folders) != 2 or folders[0].startswith("-"):
        print("Usage: generate.py [--check] RESULTS DOCS", file=sys.stderr)
        return 2
    try:
        made, troubles = page.make(folders[0])
    except Trouble as trouble:
        print(f"generate.py: {trouble}", file=sys.stderr)
        return 1
    for trouble in troubles:
        print(f"generate.py: {trouble}", file=sys.stderr)
    files = {os.path.join(folders[1], name): text for name, text in made.items()}
    return (check if is_check else write)(files, folders[1]) or (1 if troubles else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

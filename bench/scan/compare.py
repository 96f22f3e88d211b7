#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""lodger-scan beside fdupes, jdupes and rmlint: the same folders, in turns, in one run.

Each finds the duplicates that are not empty; further names of an inode belong to the group, and hidden files are among
them. What they print is compared: a contestant that finds other groups is told. Time is the median; memory is the peak
of the resident set, and the median, too. LODGER_BUILD is the folder of the build.
"""

import argparse
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

BUILD = os.path.abspath(os.environ.get("LODGER_BUILD", "build/release"))
SCAN = os.path.join(BUILD, "demos/lodger-scan/lodger-scan")
MEASURE = os.path.join(BUILD, "bench/scan-measure")
QUICK_FILES = 1500
MIB = 1 << 20


# ---- the contestants ---------------------------------------------------------------------------------------------------

def groups_of_lines(out):
    """Groups as fdupes and jdupes print them: a path a line, and an empty line behind each group."""
    groups, group = set(), []
    for line in out.split(b"\n") + [b""]:
        if line:
            group.append(os.path.abspath(line))
        elif group:
            groups.add(frozenset(group))
            group = []
    return groups


def unescape(text):
    """The bytes of a name, as the README of lodger-scan says."""
    parts = re.split("\ufffd([0-9A-F]{2})", text)
    return b"".join(part.encode() if i % 2 == 0 else bytes.fromhex(part) for i, part in enumerate(parts))


def groups_of_scan(out):
    found = json.loads(out)
    folder = unescape(found["folder"])
    return {frozenset(os.path.join(folder, unescape(path)) for path in group["paths"])
            for group in found["duplicates"]}


def groups_of_rmlint(out):
    """Files that are the same follow each other; the first one is the original."""
    groups, group = set(), []
    for entry in json.loads(out):
        if entry.get("type") != "duplicate_file":
            continue
        if entry["is_original"] and group:
            groups.add(frozenset(group))
            group = []
        group.append(os.path.abspath(os.fsencode(entry["path"])))
    if group:
        groups.add(frozenset(group))
    return groups


# rmlint's second line compares byte by byte, as all the others do but rmlint's first.
CONTESTANTS = {
    "lodger-scan": ([SCAN, "--headless", "--duplicates-only", "--min-size=1", "--no-cache", "--progress=never",
                     "--json=-"], groups_of_scan),
    "fdupes": (["fdupes", "--recurse", "--noempty", "--hardlinks", "--quiet"], groups_of_lines),
    "jdupes": (["jdupes", "--recurse", "--hard-links", "--quiet"], groups_of_lines),
    "rmlint": (["rmlint", "--types=df", "--hidden", "--no-followlinks", "--no-backup", "-VVV", "-o", "json"],
               groups_of_rmlint),
    "rmlint -p": (["rmlint", "--types=df", "--hidden", "--no-followlinks", "--no-backup", "-VVV", "-p", "-o", "json"],
                  groups_of_rmlint),
}


def run(name, folder, out):
    """Runs a contestant. Returns seconds and the peak of its memory in bytes."""
    out.seek(0)
    out.truncate()
    with tempfile.NamedTemporaryFile("r") as measured:
        process = subprocess.run([MEASURE, measured.name, *CONTESTANTS[name][0], folder], stdin=subprocess.DEVNULL,
                                 stdout=out, stderr=subprocess.PIPE, cwd="/", check=False)
        if process.returncode != 0:
            sys.exit(f"{name} ended with {process.returncode}: {process.stderr.decode(errors='replace')}")
        seconds, memory = measured.read().split()
    return float(seconds), int(memory) * 1024


# ---- the trees ---------------------------------------------------------------------------------------------------------

def copy(source, place, most=None):
    """Copies the regular files of a folder, at most so many."""
    count = 0
    for folder, folders, names in os.walk(source):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            if not os.path.isfile(path) or os.path.islink(path):
                continue
            target = os.path.join(place, os.path.relpath(path, source))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copyfile(path, target)
            count += 1
            if count == most:
                return


def change_some(place):
    """Changes the last byte of every third file."""
    paths = sorted(os.path.join(folder, name) for folder, _, names in os.walk(place) for name in names)
    for path in paths[::3]:
        with open(path, "r+b") as file:
            if os.path.getsize(path) > 0:
                file.seek(-1, os.SEEK_END)
                last = file.read(1)
                file.seek(-1, os.SEEK_END)
                file.write(bytes([last[0] ^ 1]))


def make_small(place, quick):
    """Many small files: three copies of /usr/include, and in the third one every third file differs in its last byte."""
    for number in range(3):
        copy("/usr/include", os.path.join(place, str(number)), QUICK_FILES if quick else None)
    change_some(os.path.join(place, "2"))


def make_mixed(place, quick):
    """All kinds of files, few of them twice: a copy of /usr/share."""
    copy("/usr/share", place, QUICK_FILES if quick else None)


def write(path, blocks):
    with open(path, "wb") as file:
        for block in blocks:
            file.write(block)


def make_large(place, quick):
    """Large files of one size, 1.5 GB: two pairs, and others that differ from all in the first block, or only in the last."""
    source = random.Random(1)
    count = 2 if quick else 128
    base = source.randbytes(MIB)
    os.makedirs(place)

    def blocks(first, last):
        return [first] + [base] * (count - 2) + [last]

    for number in range(2):
        first, last = source.randbytes(MIB), source.randbytes(MIB)
        write(os.path.join(place, f"pair-{number}-a"), blocks(first, last))
        write(os.path.join(place, f"pair-{number}-b"), blocks(first, last))
        for other in range(2):
            write(os.path.join(place, f"end-{number}-{other}"), blocks(first, source.randbytes(MIB)))
            write(os.path.join(place, f"begin-{number}-{other}"), blocks(source.randbytes(MIB), last))


def make_alike(place, quick):
    """The worst case: files of one size that begin with the same 60 kB, two of each content."""
    source = random.Random(2)
    begin = source.randbytes(60000)
    for number in range(100 if quick else 3000):
        end = source.randbytes(5536)
        folder = os.path.join(place, str(number % 50))
        os.makedirs(folder, exist_ok=True)
        write(os.path.join(folder, f"{number}-a"), [begin, end])
        write(os.path.join(folder, f"{number}-b"), [begin, end])


TREES = {"small": make_small, "mixed": make_mixed, "large": make_large, "alike": make_alike}


def measure(place):
    sizes = [os.lstat(os.path.join(folder, name)).st_size for folder, _, names in os.walk(place) for name in names]
    return len(sizes), sum(sizes)


# ---- the cache of the system -------------------------------------------------------------------------------------------

def drop_all():
    """Drops what the system keeps of all files. False where that is not allowed."""
    os.sync()
    try:
        with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as file:
            file.write("3")
    except OSError:
        return False
    return True


def drop_contents(place):
    """Drops the contents of the files of a folder; folders and inodes stay."""
    for folder, _, names in os.walk(place):
        for name in names:
            fd = os.open(os.path.join(folder, name), os.O_RDONLY)
            os.fsync(fd)
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(fd)


def read_all(place):
    for folder, _, names in os.walk(place):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                while file.read(MIB):
                    pass


# ---- a comparison ------------------------------------------------------------------------------------------------------

class Tree:
    """The measurements of one tree."""

    def __init__(self, name, place, names):
        self.name, self.place, self.names = name, place, names
        self.warm = {who: [] for who in names}
        self.cold = {who: [] for who in names}
        self.memory = {who: [] for who in names}
        self.groups = {}

    def once(self, into, cold, out):
        """All contestants, one after the other."""
        for who in self.names:
            if cold is not None:
                cold(self.place)
                # The folder is cold, and the program is not.
                subprocess.run([CONTESTANTS[who][0][0], "--version"], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, check=False)
            seconds, memory = run(who, self.place, out)
            into[who].append(seconds)
            self.memory[who].append(memory)
            out.seek(0)
            self.groups[who] = CONTESTANTS[who][1](out.read())

    def print(self):
        files, size = measure(self.place)
        groups = self.groups["lodger-scan"]
        print(f"\n{self.name}: {TREES[self.name].__doc__}")
        print(f"{files:,} files, {size / 1e6:,.1f} MB, {len(groups):,} groups with {sum(map(len, groups)):,} files")
        print("| program | groups | warm | of lodger-scan's | cold | of lodger-scan's | memory |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for who in self.names:
            other = self.groups[who] ^ groups
            cells = [who, "the same" if not other else f"{len(other)} others"]
            for times in (self.warm, self.cold):
                if times[who]:
                    median = statistics.median(times[who])
                    cells += [f"{median:.3f} s", f"{median / statistics.median(times['lodger-scan']):.2f}"]
                else:
                    cells += ["", ""]
            cells.append(f"{statistics.median(self.memory[who]) / 1e6:.1f} MB")
            print("| " + " | ".join(cells) + " |", flush=True)

    def is_same(self):
        return all(groups == self.groups["lodger-scan"] for groups in self.groups.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small trees, a warm cache only, once: whether all agree")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=TREES, action="append", help="this tree; may be given several times")
    parser.add_argument("--contents-only", action="store_true",
                        help="cold means that the files' contents are not cached; without the right to drop more, always")
    parser.add_argument("--folder", help="where the trees are made; they are removed in the end")
    arguments = parser.parse_args()
    names = [who for who in CONTESTANTS if shutil.which(CONTESTANTS[who][0][0])]
    for who in CONTESTANTS:
        if who not in names:
            print(f"left out: {who}; to compare it: apt-get install {who.split()[0]}")
    if "lodger-scan" not in names:
        sys.exit(f"missing: {SCAN}")
    if not os.access(MEASURE, os.X_OK):
        sys.exit(f"missing: {MEASURE}")
    cold = drop_contents if arguments.contents_only or arguments.quick or not drop_all() else lambda _: drop_all()
    same = True
    with tempfile.TemporaryDirectory(prefix="lodger-scan-bench-", dir=arguments.folder) as base, \
            tempfile.TemporaryFile(dir=base) as out:
        print(f"{os.cpu_count()} processors; " + ("once, small trees" if arguments.quick else
              f"medians of {arguments.rounds}; cold: "
              + ("nothing of the folder is in the system's cache" if cold is not drop_contents
                 else "no file's content is in the system's cache")))
        for name in arguments.only or TREES:
            place = os.path.join(base, name)
            TREES[name](place, arguments.quick)
            tree = Tree(name, place, names)
            read_all(place)
            for _ in range(1 if arguments.quick else arguments.rounds):
                tree.once(tree.warm, None, out)
            if not arguments.quick:
                for _ in range(arguments.rounds):
                    tree.once(tree.cold, cold, out)
            tree.print()
            same = same and tree.is_same()
            shutil.rmtree(place)
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()

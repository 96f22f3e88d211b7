# SPDX-License-Identifier: LGPL-2.1-or-later
"""The source tree: its wings, their order and their files, and what was found wrong with them."""

import dataclasses
import os
import re

CORE = "core/src"
PARTS = CORE + "/parts.h"
ORDER = CORE + "/wings"


class Trouble(Exception):
    """The structure cannot be checked at all."""


@dataclasses.dataclass(frozen=True)
class Failure:
    file: str
    line: int  # 0: unknown
    text: str

    @property
    def order(self):
        return (self.file, self.line, self.text)

    def __str__(self):
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.text}"


@dataclasses.dataclass
class Share:
    """A line `shares:`: wings that may touch a pending's members although the members are another wing's."""

    line: int
    struct: str
    member: str  # "": each
    wings: tuple
    reason: str
    uses: int = 0

    def covers(self, struct, member, wing):
        return self.struct == struct and self.member in ("", member) and wing in self.wings


class House:
    def __init__(self, source):
        self.source = os.path.realpath(source)
        self.failures = set()
        self.notes = []
        self.texts = {}
        self.wings = []
        self.shares = []
        self.read_order()
        self.files = self.find(CORE)
        if not any(name.endswith(".c") for name in self.files):
            raise Trouble(f"{CORE} has no .c file")
        self.check_folders()

    def fail(self, file, line, text):
        self.failures.add(Failure(file, line, text))

    def path(self, name):
        return os.path.join(self.source, name)

    def name(self, path):
        """The path within the source tree; None outside."""
        path = os.path.realpath(path)
        if not path.startswith(self.source + os.sep):
            return None
        return os.path.relpath(path, self.source)

    def find(self, folder):
        """All C files below a folder."""
        found = []
        for at, folders, names in os.walk(self.path(folder)):
            folders.sort()
            found += [self.name(os.path.join(at, name)) for name in sorted(names) if name.endswith((".c", ".h"))]
        return found

    def text(self, name):
        if name not in self.texts:
            with open(self.path(name), encoding="utf-8") as file:
                self.texts[name] = file.read()
        return self.texts[name]

    def code(self, name):
        """The lines of a file, with its comments blanked out."""
        key = "code of " + name
        if key not in self.texts:

            def blank(match):
                found = match.group()
                return found if found[0] in "\"'" else re.sub(r"[^\n]", " ", found)

            pattern = r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/|//[^\n]*'
            self.texts[key] = re.sub(pattern, blank, self.text(name), flags=re.S)
        return self.texts[key].split("\n")

    # ---- wings ----

    def read_order(self):
        if not os.path.exists(self.path(ORDER)):
            raise Trouble(f"there is no {ORDER}")
        for number, line in enumerate(self.text(ORDER).split("\n"), 1):
            line = line.split("#")[0].strip()
            if not line:
                continue
            if line.startswith("shares:"):
                self.read_share(number, line[len("shares:") :].strip())
            elif not re.fullmatch(r"[a-z][a-z0-9-]*", line):
                raise Trouble(f"{ORDER}:{number}: '{line}' is not the name of a wing")
            elif line in self.wings:
                raise Trouble(f"{ORDER}:{number}: {line} is there twice")
            else:
                self.wings.append(line)
        if not self.wings:
            raise Trouble(f"{ORDER} names no wing")
        for share in self.shares:
            for wing in share.wings:
                if wing not in self.wings:
                    raise Trouble(f"{ORDER}:{share.line}: there is no wing {wing}")

    def read_share(self, number, line):
        match = re.fullmatch(r"(\w+)(?:\.(\w+))?((?: +[a-z][a-z0-9-]*)+) +because +(\S.*)", line)
        if match is None:
            raise Trouble(f"{ORDER}:{number}: expected 'shares: STRUCT[.MEMBER] WING … because REASON'")
        struct, member, wings, reason = match.groups()
        self.shares.append(Share(number, struct, member or "", tuple(wings.split()), reason))

    def check_folders(self):
        folders = {name[len(CORE) + 1 :].split("/")[0] for name in self.files if name.count("/") > 2}
        for wing in self.wings:
            if wing not in folders:
                self.fail(ORDER, 0, f"wing {wing} has no files")
        for name in self.files:
            if self.wing(name) is None and name != PARTS:
                self.fail(name, 0, "is in no wing")

    def wing(self, name):
        """The wing that a file belongs to; None: the file is in no wing."""
        if not name.startswith(CORE + "/") or name.count("/") < 3:
            return None
        wing = name[len(CORE) + 1 :].split("/")[0]
        return wing if wing in self.wings else None

    def is_above(self, wing, other):
        """`wing` is higher than `other`."""
        return self.wings.index(wing) > self.wings.index(other)

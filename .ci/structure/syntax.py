# SPDX-License-Identifier: LGPL-2.1-or-later
"""The structs of core/src and each use of their members, from clang's syntax trees."""

import concurrent.futures
import dataclasses
import json
import os
import re
import subprocess
import sys

import objects
from house import CORE, Trouble


@dataclasses.dataclass(frozen=True)
class Field:
    name: str
    type: str
    line: int


@dataclasses.dataclass(frozen=True)
class Struct:
    name: str
    file: str
    line: int
    fields: tuple


@dataclasses.dataclass(frozen=True, order=True)
class Use:
    """Somebody touches a member; "{}" initialises all of them."""

    file: str
    line: int
    struct: str
    member: str


class Tree:
    """One translation unit. Clang's JSON is reduced while it is read: an object that is complete is replaced at once by
    the little that is needed of it."""

    def __init__(self, source, folder):
        self.source = source
        self.folder = folder
        self.names = {}
        self.file, self.line = "", 0  # the last place that was printed: clang leaves out what has not changed
        self.fields = {}  # id: [struct as a list, name]
        self.structs = {}  # id: [name, file, line, fields]
        self.typedefs = {}  # name: struct
        self.uses = set()

    def name(self, file):
        """The path in the source tree, or None outside core/src."""
        if file not in self.names:
            path = os.path.realpath(os.path.join(self.folder, file))
            inside = path.startswith(os.path.join(self.source, CORE) + os.sep)
            self.names[file] = os.path.relpath(path, self.source) if inside else None
        return self.names[file]

    def reduce(self, node):
        if "offset" in node:
            self.file = node.get("file", self.file)
            self.line = node.get("line", self.line)
            return (self.name(self.file), self.line, node["col"])
        if "spellingLoc" in node:
            # A macro's own text belongs to the file where it is written.
            spelled = node["spellingLoc"]
            return spelled if spelled and spelled[0] else node.get("expansionLoc")
        if "begin" in node and "end" in node:
            return (node["begin"], node["end"])
        if "qualType" in node:
            return node["qualType"]
        kind = node.get("kind")
        if kind == "RecordDecl":
            return self.record(node)
        if kind in ("FieldDecl", "TypedefDecl") and "loc" not in node:
            return None  # a reference to it
        if kind == "FieldDecl":
            return ("field", node["id"], node.get("name"), node["type"], node.get("loc"))
        if kind == "TypedefDecl":
            self.typedef(node)
        elif kind == "MemberExpr":
            self.member(node)
        elif kind == "InitListExpr":
            self.initialiser(node)
        elif "ownedTagDecl" in node:
            return ("owned", node["ownedTagDecl"])
        return None

    def record(self, node):
        if "loc" not in node:
            return node["id"]  # a reference to it
        if not node.get("completeDefinition"):
            return None
        place = node["loc"] or (None, 0, 0)
        struct = [node.get("name", ""), place[0], place[1], []]
        for inner in node.get("inner", []):
            if isinstance(inner, list) and not inner[0]:
                # The members of a nested one without a name are the outer's.
                own = inner[3]
                struct[3] += own
                for entry in self.fields.values():
                    if entry[0] is inner:
                        entry[0] = struct
            elif isinstance(inner, tuple) and inner[0] == "field" and inner[2]:
                _, identity, name, of, at = inner
                struct[3].append((name, of, at[1] if at else 0))
                self.fields[identity] = [struct, name]
        self.structs[node["id"]] = struct
        return struct

    def typedef(self, node):
        for inner in node.get("inner", []):
            if isinstance(inner, tuple) and inner[0] == "owned":
                struct = self.structs.get(inner[1])
                if struct is not None and not struct[0]:
                    struct[0] = node["name"]
        match = re.fullmatch(r"(?:struct|union) (\w+)", node["type"])
        if match:
            self.typedefs[node["name"]] = match.group(1)

    def member(self, node):
        struct, name = self.fields.get(node["referencedMemberDecl"], (None, None))
        if struct is None or struct[1] is None:
            return
        begin, end = node["range"]
        place = end if end and end[0] else begin
        if place and place[0]:
            self.uses.add(Use(place[0], place[1], struct[0], name))

    def initialiser(self, node):
        begin = node["range"][0]
        of = node["type"].split("[")[0].replace("struct ", "").replace("const ", "").strip()
        if not begin or not begin[0]:
            return
        # Clang puts one in where braces are left out.
        with open(os.path.join(self.source, begin[0]), encoding="utf-8") as file:
            line = file.read().split("\n")[begin[1] - 1].encode()
        if line[begin[2] - 1 : begin[2]] == b"{":
            self.uses.add(Use(begin[0], begin[1], self.typedefs.get(of, of), "{}"))

    def result(self):
        structs = [
            Struct(name, file, line, tuple(Field(*field) for field in fields))
            for name, file, line, fields in self.structs.values()
            if name and file
        ]
        return structs, self.typedefs, self.uses


def read_one(source, folder, arguments):
    at = arguments.index("-o")
    flags = [flag for flag in arguments[1:at] + arguments[at + 2 :] if flag != "-c"]
    command = ["clang", *flags, "-w", "-fsyntax-only", "-Xclang", "-ast-dump=json"]
    run = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    if run.returncode != 0:
        raise Trouble(run.stderr.decode(errors="replace").strip())
    sys.setrecursionlimit(20000)
    tree = Tree(source, folder)
    json.loads(run.stdout, object_hook=tree.reduce)
    return tree.result()


class Facts:
    def __init__(self):
        self.structs = set()
        self.typedefs = {}
        self.uses = set()

    def struct(self, name):
        """The one of that name; of several the one in a header."""
        found = [struct for struct in self.structs if struct.name == name]
        return min(found, key=lambda struct: (not struct.file.endswith(".h"), struct.file), default=None)

    def of_type(self, type_name):
        """The struct of core/src that a member is, or points to; None: it is something else."""
        if "(" in re.sub(r"\b_Atomic *\(", "", type_name):
            return None  # a function
        for word in re.findall(r"\w+", type_name):
            struct = self.struct(self.typedefs.get(word, word))
            if struct is not None:
                return struct
        return None


def read(house, build, jobs):
    compiled = objects.commands(house, build)
    facts = Facts()
    with concurrent.futures.ProcessPoolExecutor(max(jobs, 1)) as pool:
        units = [
            pool.submit(read_one, house.source, *compiled[name]) for name in house.files if name.endswith(".c")
        ]
        for unit in units:
            structs, typedefs, uses = unit.result()
            facts.structs.update(structs)
            facts.typedefs.update(typedefs)
            facts.uses.update(uses)
    return facts

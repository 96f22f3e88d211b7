# SPDX-License-Identifier: LGPL-2.1-or-later
"""A caller, its parts and the files of core stay small."""

import members
from house import CORE

CALLER_MEMBERS = 12
PART_MEMBERS = 15
FILE_LINES = 400


def check(house, facts):
    caller = facts.struct("LodgerCaller")
    count = 0
    if caller is not None:
        count = len(caller.fields)
        if count > CALLER_MEMBERS:
            house.fail(caller.file, caller.line, f"LodgerCaller has {count} members, {CALLER_MEMBERS} are the most")

    parts = members.parts(house, facts)
    for part in parts:
        if len(part.fields) > PART_MEMBERS:
            wing = house.wing(part.file)
            text = f"{part.name}, a part of wing {wing}, has {len(part.fields)} members, {PART_MEMBERS} are the most"
            house.fail(part.file, part.line, text)
    part = max(parts, key=lambda part: len(part.fields), default=None)
    largest = f"{len(part.fields)} ({part.name})" if part else "0"

    lines = {name: house.text(name).count("\n") for name in house.files + house.find("core/include")}
    for name, length in lines.items():
        if length > FILE_LINES:
            wing = house.wing(name)
            of = f" of wing {wing}" if wing else ""
            house.fail(name, length, f"the file{of} has {length} lines, {FILE_LINES} are the most")
    longest = max(lines, key=lines.get)
    return [
        f"caller members {count}",
        f"largest part {largest}",
        f"longest file {lines[longest]} ({longest.removeprefix(CORE + '/')})",
    ]

# SPDX-License-Identifier: LGPL-2.1-or-later
"""A file includes headers of its own wing and of lower wings. Any file may include parts.h, which includes part headers
only."""

import os
import re

from house import CORE, PARTS


def quoted(house, name):
    """(line, text, file) of each include of a file in core/src."""
    for number, line in enumerate(house.code(name), 1):
        match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
        if match is None:
            continue
        text = match.group(2)
        file = f"{CORE}/{text}"
        beside = os.path.normpath(os.path.join(os.path.dirname(name), text))
        if file in house.files:
            yield number, text, file
        elif match.group(1) == '"' and beside in house.files:
            house.fail(name, number, f'"{text}" is included without its wing')
            yield number, text, beside


def reaches_parts(graph, name, seen):
    if name == PARTS:
        return True
    if name in seen:
        return False
    seen.add(name)
    return any(reaches_parts(graph, file, seen) for _, _, file in graph[name])


def check(house):
    graph = {name: list(quoted(house, name)) for name in house.files}
    up = 0
    for name, found in graph.items():
        wing = house.wing(name)
        is_part = os.path.basename(name) == "part.h"
        for number, text, file in found:
            other = house.wing(file)
            if name == PARTS:
                if os.path.basename(file) != "part.h":
                    house.fail(name, number, f'includes "{text}", which is no part.h')
            elif is_part and reaches_parts(graph, file, set()):
                house.fail(name, number, f'a part header of wing {wing} includes "{text}", which leads to parts.h')
            elif wing and other and house.is_above(other, wing):
                up += 1
                house.fail(name, number, f'wing {wing} includes "{text}" of the higher wing {other}')
    return [f"includes up {up}"]

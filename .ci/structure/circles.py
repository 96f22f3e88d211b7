# SPDX-License-Identifier: LGPL-2.1-or-later
"""Circles of files that refer to each other's symbols. A .c and its .h are one file here."""

import os

from house import CORE


def components(graph):
    """Strongly connected components, by Tarjan's algorithm, without recursion."""
    index, low, on_stack, stack, found = {}, {}, set(), [], []
    for start in sorted(graph):
        if start in index:
            continue
        work = [(start, iter(sorted(graph[start])))]
        index[start] = low[start] = len(index)
        stack.append(start)
        on_stack.add(start)
        while work:
            node, rest = work[-1]
            follower = next(rest, None)
            if follower is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    at = stack.index(node)
                    found.append(sorted(stack[at:]))
                    on_stack.difference_update(stack[at:])
                    del stack[at:]
            elif follower not in index:
                index[follower] = low[follower] = len(index)
                stack.append(follower)
                on_stack.add(follower)
                work.append((follower, iter(sorted(graph[follower]))))
            elif follower in on_stack:
                low[node] = min(low[node], index[follower])
    return found


def circles_of(area):
    stem = lambda name: os.path.splitext(name)[0]  # noqa: E731
    graph = {stem(name): set() for name in area.wanted}
    for name, _, definer in area.references():
        graph[stem(name)].add(stem(definer))
    return sorted((found for found in components(graph) if len(found) > 1), key=len, reverse=True)


def first_line(program, area, files):
    """Where the first file of a circle refers to another one of it."""
    for name, symbol, definer in area.references():
        if os.path.splitext(name)[0] == files[0] and os.path.splitext(definer)[0] in files:
            file, line = program.place(name, symbol)
            if file == name and line:
                return line
    return 0


def check(house, program):
    largest, where = 0, "none"
    for area in program.areas:
        found = circles_of(area)
        for files in found:
            names = [f"{file}.c" for file in files]
            wings = sorted({house.wing(name) for name in names} - {None}, key=house.wings.index)
            listed = " ".join(os.path.relpath(name, area.folder) for name in names)
            line = first_line(program, area, files)
            if area.folder != CORE:
                house.fail(names[0], line, f"a circle of {len(files)} files in {area.folder}: {listed}")
            elif len(wings) > 1:
                crossed = " ".join(wings)
                house.fail(names[0], line, f"a circle of {len(files)} files crosses the wings {crossed}: {listed}")
            place = " ".join(wings) or area.folder
            house.notes.append(f"{area.folder}: a circle of {len(files)} files ({place}): {listed}")
            if len(files) > largest:
                largest, where = len(files), " ".join(wings) or area.folder
    return [f"largest circle {largest} files ({where})"]

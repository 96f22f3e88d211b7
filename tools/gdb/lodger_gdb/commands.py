# SPDX-License-Identifier: LGPL-2.1-or-later
"""The commands: `lodger callers`, `lodger pendings`, `lodger why`. The columns are those of lodger_dump()."""

import contextlib
import re

import gdb
import gdb.unwinder

from .objects import Fiber, Pending, callers, waits_noted
from .stacks import line_of_fiber, line_of_thread, registers, unwinder
from .waits import Graph, Idler, need, of_fiber, queues, waiters, words

MOST = 1000  # lines of one list
FEW = 4  # names in one line


def say(line=""):
    gdb.write(line + "\n")


def row(level, label, what):
    width = 12 - 2 * level
    say(f"{'  ' * level}{label:<{width}} {what}")


def rows(label, lines):
    """The label once; a long list ends with how many more there are."""
    lines = list(lines)
    for i, line in enumerate(lines[:MOST]):
        row(1, label if i == 0 else "", line)
    if len(lines) > MOST:
        row(1, "", f"… and {len(lines) - MOST} more")


def where(thread):
    if thread is None:
        return "no thread"
    name = f' "{thread.name}"' if thread.name else ""
    return f"thread {thread.num}{name} (LWP {thread.ptid[1]})"


def told(said):
    """`waits for parse (reader.c:40)`"""
    sites = ", ".join(words(target) for target in said.targets[:FEW])
    more = f" and {len(said.targets) - FEW} more" if len(said.targets) > FEW else ""
    return f"{said.verb}{' ' if sites else ''}{sites}{more}"


def detail(pending):
    said = need(pending)
    return f"{pending}, {told(said)}" if said.targets or pending.runs else str(pending)


def note_lost(caller):
    """gdb's own core files end each mapping at the first page that it cannot read."""
    if caller.lacks_stacks:
        row(1, "suspended", f"spawned calls of {caller.label} whose stacks are not in this core file: gdb's own core "
                            "files lack them, those of the system do not")


def spot(line_of, what):
    """`, at bank.c:31`: where the program waits, if its stack can be read."""
    line = None
    if what is not None:
        with contextlib.suppress(gdb.error):
            line = line_of(what)
    return f", at {line}" if line is not None else ""


class Command(gdb.Command):
    """What all of them share: they leave the selected thread and frame as they are."""

    takes = ""

    def __init__(self, name, prefix=False):
        super().__init__(name, gdb.COMMAND_DATA, gdb.COMPLETE_NONE, prefix)
        self.name = name

    def invoke(self, argument, from_tty):
        arguments = [argument.strip()] if argument.strip() else []
        if bool(arguments) != bool(self.takes):
            raise gdb.GdbError(f"{self.name} takes {self.takes or 'no argument'}")
        try:
            self.run(*arguments)
        except gdb.MemoryError as error:
            raise gdb.GdbError(f"{self.name}: memory that cannot be read: {error}") from None
        except gdb.error as error:
            other = " Are these commands of another version of Lodger?" if "member named" in str(error) else ""
            raise gdb.GdbError(f"{self.name}: {error}{other}") from None


class Lodger(Command):
    """What a program that uses Lodger is doing: its callers, its calls, and who waits for whom.

The program has to have Lodger's debug information. A core file will do."""

    def run(self):
        gdb.execute("help lodger")


class Callers(Command):
    """Show the callers: state, thread, the call that runs, and what it waits for."""

    def run(self):
        found = callers()
        say(f"{len(found)} caller{'' if len(found) == 1 else 's'}")
        for caller in found:
            parent = f", child of {caller.parent.label}" if caller.parent is not None else ""
            say(f"{caller.label}{caller.place}: {caller.state}, {where(caller.thread)}{parent}")
            for i, pending in enumerate(caller.on_stack):
                if i == 0 and pending.runs:
                    row(1, "runs", f"{pending.site}, {told(need(pending))}{spot(line_of_thread, caller.thread)}")
                else:
                    row(1, "inside of" if i > 0 else "at", pending.site)
            suspended = sum(fiber.is_suspended for fiber in caller.fibers)
            if suspended:
                row(1, "suspended", f"{suspended} spawned call{'' if suspended == 1 else 's'}")
            note_lost(caller)
        for wait in waits_noted():
            if not int(wait["is_in_call"]):
                idler = Idler(wait)
                say(f"{idler}: {told(idler.need)}")


class Pendings(Command):
    """Show all pendings that can be reached from the callers, and what each hangs on."""

    def run(self):
        shown = set()
        for caller in callers():
            say(caller.label)
            fibers = [fiber.pending for fiber in caller.fibers if fiber.is_suspended]
            unfinished = [pending for pending in caller.unfinished if Fiber.of(pending) is None]
            for label, pendings in (("on stack", caller.on_stack), ("suspended", fibers), ("inbox", caller.queued),
                                    ("unfinished", unfinished), ("continues", caller.thens),
                                    ("timers", caller.timers), ("at a gate", caller.held), ("pool", caller.pooled)):
                shown.update(pendings)
                rows(label, map(detail, pendings))
            for name, items in queues(caller):
                shown.update(items)
                rows(f"queue {name}", map(detail, items))
        rows_of_awaited(shown)


def rows_of_awaited(shown):
    """What others hang on, and no caller has: promises, for the most part."""
    graph = Graph(list(shown) + waiters())
    rest = [node for node in graph.needs if isinstance(node, Pending) and node not in shown and not node.is_done]
    rest.sort(key=lambda pending: pending.address)
    if rest:
        say("awaited")
        rows("", map(detail, rest))


class Fibers(Command):
    """Show the spawned calls that are suspended: number, name, caller, what each waits for, and at which line."""

    def run(self):
        for caller in callers():
            fibers = caller.fibers
            note_lost(caller)
            for fiber in fibers[:MOST]:
                what = f"fiber {fiber.id:<5} {fiber.pending.site} in {caller.label}"
                if fiber.is_suspended:
                    say(f"{what}, {told(of_fiber(fiber))}{spot(line_of_fiber, fiber)}")
                else:
                    say(f"{what}, runs in {where(caller.thread)}")
            if len(fibers) > MOST:
                say(f"… and {len(fibers) - MOST} more in {caller.label}")


class Backtrace(Command):
    """Show the stack of a spawned call that is suspended: lodger bt FIBER [ARGUMENTS OF BACKTRACE]

FIBER is a number that `lodger fibers` shows, or the address of a pending."""

    takes = "FIBER [ARGUMENTS OF BACKTRACE]"

    def run(self, argument):
        name, _, rest = argument.partition(" ")
        fiber = find_fiber(name)
        if not fiber.is_suspended:
            raise gdb.GdbError(f"lodger bt: {fiber.pending.site} runs in {where(fiber.pending.caller.thread)}: "
                               "its stack is that of the thread")
        say(f"fiber {fiber.id}: {fiber.pending.site} in {fiber.pending.caller.label}")
        with unwinder.showing(registers(fiber)) as (_, before):
            most = re.sub(r"\b(?<!-)\d+$", lambda count: str(int(count[0]) + before), rest)
            lines = gdb.execute(f"backtrace {most}", to_string=True).splitlines()
        for line in of_suspended(lines, before):
            say(line)


def of_suspended(lines, before):
    """Of a backtrace: without the frames of the thread, and without those below the first one of Lodger's."""
    shown = was_last = False
    for line in lines:
        number = re.match(r"#(\d+)(\s+)", line)
        if number is not None:
            if was_last:
                return
            shown, was_last = int(number[1]) >= before, " run_functions (" in line
            line = f"#{int(number[1]) - before:<{len(number[1] + number[2]) - 1}} {line[number.end():]}"
        if shown:
            yield line


def find_fiber(name):
    """By its number, or by the address of its pending."""
    wanted = int(gdb.parse_and_eval(name))
    for caller in callers():
        for fiber in caller.fibers:
            if wanted in (fiber.id, fiber.pending.address, fiber.address):
                return fiber
    raise gdb.GdbError(f"lodger bt: there is no fiber {name}: see `lodger fibers`")


class Why(Command):
    """Show who waits for whom: circles of calls that wait for each other, and chains that end elsewhere."""

    def run(self):
        roots = waiters()
        for caller in callers():
            note_lost(caller)
        if not roots:
            say("nobody waits")
            return
        graph = Graph(roots)
        lines = Lines()
        for circle in graph.circles:
            show_circle(graph, circle, lines)
        for root in roots:
            if root not in graph.circling:
                lines.say("chain")
                show_chain(graph, root, "  ", (), lines)
        lines.end()


class Lines:
    """Not more than can be read: many calls may wait for many others."""

    def __init__(self):
        self.count = 0

    def say(self, line):
        self.count += 1
        if self.count <= MOST:
            say(line)

    @property
    def is_full(self):
        return self.count >= MOST

    def end(self):
        if self.is_full:
            say("… and more")


def show_circle(graph, circle, lines):
    lines.say(f"{'circle' if graph.is_certain(circle) else 'circle, unless one of the others ends,'} of {len(circle)}")
    for node in circle:
        lines.say(f"  {words(node)}, {graph.need(node).verb}")
    lines.say(f"  {circle[0].site}, which is the first one")


def show_chain(graph, node, lead, way, lines):
    """One line for each node. Of several that it hangs on, each has a mark and a chain of its own."""
    indent, passed = " " * len(lead), set(way)
    while not lines.is_full:
        said = graph.need(node)
        if node in graph.circling or node in passed:
            lines.say(f"{lead}{words(node)}, which is {'in a circle ' if node in graph.circling else ''}above")
            return
        lines.say(f"{lead}{words(node)}, {said.verb}")
        passed.add(node)
        if len(said.targets) != 1:
            break
        node, lead = said.targets[0], indent
    else:
        return
    for target in said.targets:
        if not lines.is_full:
            show_chain(graph, target, indent + "- ", passed, lines)


def register():
    Lodger("lodger", prefix=True)
    Callers("lodger callers")
    Pendings("lodger pendings")
    Fibers("lodger fibers")
    Backtrace("lodger bt")
    Why("lodger why")
    gdb.unwinder.register_unwinder(None, unwinder, replace=True)

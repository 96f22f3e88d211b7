# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who waits for whom. What is not done hangs on something: on another call, or on what Lodger does not know."""

import collections

from .memory import at, each, heap, number, owner, program, text
from .objects import Caller, Fiber, Pending, callers, leader, several, set_of, source, waits_noted
from .stacks import thread_of_stack

# What something hangs on: how that is said, the pendings, and whether any one of them is enough. Without pendings,
# `verb` is all there is to say.
Need = collections.namedtuple("Need", "verb targets any", defaults=((), False))


def work_of(pending, file, name):
    """The data of a call whose function is one of Lodger's own; or None."""
    work = pending.value["work"]
    return work["data"] if program.is_function(work["call"], file, name) else None


def queue_of(pending):
    """The queue that the item is in, or None."""
    if pending.ops == 0 or pending.ops != program.address("queue/serve.c", "lodger__queue_item_ops"):
        return None
    return at(pending.address, "LodgerQueueItem")["queue"].dereference()


def thread_runs(caller, verb, otherwise):
    """What hangs on a caller's thread hangs on the call that it runs."""
    call = caller.runs if caller is not None else None
    return Need(f"{verb} {caller.label}, which runs", (call,)) if call is not None else Need(otherwise)


def of_gate(gate):
    """Of a call that its gate keeps, or of a part of a call: what has the hold."""
    hold = gate["hold"]
    ops = number(hold["gate"]["ops"])
    if ops == program.address("limiter/limiter.c", "gate_ops") != 0:
        limiter = at(hold["gate"], "LodgerLimiter", None)
        places = tuple(Pending.of(other["pending"]) for other in each(limiter["places"], "LodgerHold", "place"))
        return Need("waits in a limiter for the end of", places, True)
    if ops == program.address("slot/begin.c", "lodger__slot_gate_ops") != 0:
        slot = at(hold["gate"], "LodgerSlot")
        at_work = tuple(Pending.of(other["pending"]) for other in each(slot["at_work"], "LodgerHold", "place"))
        return Need("waits in a slot for " + ("the end of" if at_work else "its time"), at_work, True)
    return Need("waits to be started")


def of_frame(frame, serial, has_timer=False):
    """Of the innermost call of a thread or a fiber, with the serial that its waits have."""
    if not frame.waits:
        return Need("waits for nothing of Lodger's")
    awaited = frame.awaited
    if awaited is not None:
        many = set_of(awaited, serial)
        if many is not None:
            return of_several(many)
        return Need("waits for", (awaited,))
    if frame.room is not None:
        return thread_runs(frame.room, "waits for room in the inbox of",
                           f"waits for room in the inbox of {frame.room.label}")
    if has_timer:
        return Need("waits for its time")
    other = next((text(wait["other"]) for wait in waits_noted() if number(wait["thread"]) == serial), None)
    return Need(f"waits for {other or 'something that any thread may bring'}")


def of_several(many):
    needs_all, pendings = many
    pendings = tuple(pending for pending in pendings if not pending.is_done)
    return Need("waits for all of" if needs_all else "waits for any one of", pendings, not needs_all)


def of_fiber(fiber):
    caller = fiber.pending.caller
    if fiber.is_parked:
        return of_frame(fiber.frame, fiber.id, fiber.has_limit)
    call = caller.runs
    return Need("goes on after", (call,)) if call is not None and call != fiber.pending else Need("goes on next")


def of_running(pending):
    caller = pending.caller
    fiber = Fiber.of(pending)
    if fiber is not None and fiber.is_suspended:
        return of_fiber(fiber)
    if fiber is None and pending.is_suspended:
        return Need("has a stack that is not in this core file")
    inner = caller.runs
    frames = caller.frames
    if inner is not None and inner != pending:
        return Need("is below, on the same stack,", (inner,))
    frame = next((frame for frame in frames if frame.pending == pending), None)
    return of_frame(frame, caller.serial) if frame is not None else Need("waits for nothing of Lodger's")


def of_queued(pending):
    queue = queue_of(pending)
    if queue is not None and number(queue["running"]) != 0:
        return Need("comes in its queue after", (Pending.of(queue["running"]),))
    caller = pending.caller
    if not pending.has("P_UNASSIGNED"):
        call = caller.runs
        return Need("comes after", (call,)) if call is not None else Need("is due in a thread that runs no call")
    workers = [worker for worker in callers() if worker.is_worker and worker.root == caller]
    running = tuple(worker.runs for worker in workers if worker.runs is not None)
    return Need(f"waits for a worker of {caller.label}: they run" if running else "waits for a worker", running, True)


def of_extras(pending):
    """What its group, its task or its gate says; or None."""
    for extra in pending.extras("call/gate.c", "hold_kind"):
        gate = at(extra, "AtGate", "call/gate.c")
        if not number(gate["is_on_its_way"]):
            return of_gate(gate)
    for extra in pending.extras("limiter/enter.c", "turn_kind"):
        return of_gate(owner(extra, "Entry", "extra", "limiter/enter.c"))
    for extra in pending.extras("group/members.c", "gathering_kind"):
        group = at(extra, "LodgerGathering")["group"]
        members = tuple(Pending.of(member["pending"]) for list_ in (group["at_work"], group["cancelled"])
                        for member in each(list_, "LodgerMember", "link"))
        any_ = number(group["options"]["until"]) != 0
        verb = "waits for any member of its group:" if any_ else "waits for the members of its group:"
        return Need(verb if members else "has no member that is not done", members, any_)
    for extra in pending.extras("task/life.c", "tie_kind"):
        call = Pending.of(at(extra, "Tie", "task/life.c")["call"])
        if call is not None and not call.is_done:
            return Need("comes with the end of", (call,))
    for extra in pending.extras("call/completer.c", "completer_kind"):
        caller = Caller.of(at(extra, "Completer", "call/completer.c")["caller"])
        if caller is not None:
            return thread_runs(caller, "is answered in the thread of",
                               f"is answered in the thread of {caller.label}, which runs no call")
    return None


def need(pending):
    """What a pending hangs on."""
    if pending.is_done:
        return Need("is done")
    follows = leader(pending)
    if follows is not None:
        return Need("takes the outcome of", (follows,))
    said = of_extras(pending)
    if said is not None:
        return said
    if pending.runs:
        return of_running(pending)
    if pending.has("P_RETURNED"):
        return Need("hangs on its reply, which nobody has answered")
    if pending.has("P_PROMISE"):
        return Need("is not answered")
    if pending.ops == program.address("call/then.c", "then_ops") != 0 and not pending.has("P_PUSHED"):
        return Need("comes after", (source(pending),))
    return of_queued(pending)


def place(pending):
    """`name (file:line), running in left #1`."""
    caller = pending.caller
    if pending.has("P_PROMISE") or caller is None or pending.has("P_UNASSIGNED"):
        return pending.site
    if pending.is_suspended:
        what = "suspended in"
    else:
        what = "running in" if pending.runs else "returned in" if pending.has("P_RETURNED") else "queued in"
    return f"{pending.site}, {what} {caller.label}"


class Idler:
    """A thread that waits without a limit, and in no call."""

    def __init__(self, wait):
        self.address = number(wait.address)
        self.wait = wait

    def __eq__(self, other):
        return isinstance(other, Idler) and self.address == other.address

    def __hash__(self):
        return hash(self.address)

    @property
    def need(self):
        many = several(self.wait)
        if many is not None:
            return of_several(many)
        pending = Pending.of(self.wait["pending"])
        return Need("waits for", (pending,)) if pending is not None else Need("waits for something")

    def __str__(self):
        thread = thread_of_stack(self.address)
        return f"thread {thread.num}, in no call" if thread is not None else "a thread, in no call"


def need_of(node):
    return node.need if isinstance(node, Idler) else need(node)


def words(node):
    return str(node) if isinstance(node, Idler) else place(node)


def waiters():
    """All that wait: calls, and threads that are in no call."""
    found = []
    for caller in callers():
        found += [frame.pending for frame in caller.frames[:1] if frame.waits and frame.pending is not None]
        found += [fiber.pending for fiber in caller.fibers if fiber.is_parked]
    found += [Idler(wait) for wait in waits_noted() if not number(wait["is_in_call"])]
    return found


class Graph:
    """From those who wait along what they hang on. Each need is looked up once."""

    def __init__(self, roots):
        self.needs, self.circles, self.circling, self.left = {}, [], set(), set()
        for root in roots:
            self.visit(root)

    def need(self, node):
        if node not in self.needs:
            self.needs[node] = need_of(node)
        return self.needs[node]

    def visit(self, root):
        """Depth first, without recursion: a node that is met again on the way closes a circle."""
        if root in self.left:
            return
        way, places, tries = [root], {root: 0}, [iter(self.need(root).targets)]
        while tries:
            target = next(tries[-1], None)
            if target is None:
                tries.pop()
                self.left.add(way[-1])
                del places[way.pop()]
            elif target in places:
                self.circles.append(way[places[target]:])
                self.circling.update(self.circles[-1])
            elif target not in self.left:
                places[target] = len(way)
                way.append(target)
                tries.append(iter(self.need(target).targets))

    def is_certain(self, circle):
        return not any(self.need(node).any and len(self.need(node).targets) > 1 for node in circle)


def queues(caller):
    """The queues with items in this caller's thread: the name of each, and the items that wait, in their order."""
    found = {}
    for call in caller.queued + [call for call in caller.unfinished if not call.is_suspended]:
        data = work_of(call, "queue/serve.c", "lodger__queue_begin")
        if data is not None:
            found[number(data)] = at(data, "LodgerQueue")
    for queue in found.values():
        items = [Pending(item["pending"]) for item in heap(queue["waiting"], "LodgerQueueItem", "order")]
        yield text(queue["options"]["name"]) or "", items

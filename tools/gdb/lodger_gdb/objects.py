# SPDX-License-Identifier: LGPL-2.1-or-later
"""Callers, pendings and frames, as people know them: by names, numbers and lines."""

import gdb

from .memory import at, chain, each, heap, inbox, number, owner, program, text

PENDING = "pending/pending.c"
FIBER = "fiber/fiber.c"
WAITING_FIBER = "fiber/waiting.c"
PHASES = ("initial", "starting", "running", "stopping", "stopping", "stopping", "stopping", "stopping", "stopped")
STOPS = {3: "refusing", 4: "draining", 5: "cancelling", 6: "ending", 7: "ended"}
AT_WORK, TAKEN = 1, 2  # in `running` of an ownership


def site(value, unnamed="a call"):
    """`name (file:line)` of a LodgerSite."""
    name, file = text(value["name"]) or unnamed, text(value["file"])
    return f"{name} ({file}:{number(value['line'])})" if file is not None else name


class Thing:
    """A struct in the program. Two are the same if they are at the same place."""

    def __init__(self, value):
        self.value = value
        self.address = number(value.address)

    def __eq__(self, other):
        return type(self) is type(other) and self.address == other.address

    def __hash__(self):
        return hash((type(self), self.address))


class Pending(Thing):
    @classmethod
    def of(cls, pointer):
        """NULL: None."""
        return cls(at(pointer, "LodgerPending")) if number(pointer) != 0 else None

    @property
    def kind(self):
        if not self.has("P_PROMISE"):
            return "a call"
        if any(self.extras("group/members.c", "gathering_kind")):
            return "a group"
        return "a task" if any(self.extras("task/life.c", "tie_kind")) else "a promise"

    def has(self, *names):
        state = number(self.value["state"])
        return any(state & program.constant(PENDING, name) for name in names)

    @property
    def site(self):
        if self.has("P_OWNED"):
            for caller in callers():
                for name in ("started", "stopping", "stopped"):
                    if number(caller.value["life"][name]) == self.address:
                        return f"`{name}` of {caller.label}"
        return site(self.value["site"], self.kind)

    @property
    def caller(self):
        """That runs it, or has it queued; None: it is a promise."""
        return Caller.of(self.value["caller"])

    @property
    def ops(self):
        return number(self.value["item"]["ops"])

    @property
    def is_done(self):
        return self.has("P_DONE")

    @property
    def runs(self):
        """Its function has been entered, and has not returned."""
        return self.has("P_STARTED") and not self.has("P_RETURNED", "P_DONE")

    @property
    def is_suspended(self):
        """It is a spawned call, and waits without its thread."""
        return self.runs and number(self.value["stack_order"]) != 0 and self not in self.caller.on_stack

    @property
    def state(self):
        if self.is_done:
            return "done"
        if self.has("P_RETURNED"):
            what = "returned, not answered yet"
        elif self.is_suspended:
            what = "suspended"
        elif self.has("P_STARTED"):
            what = "running"
        elif self.has("P_PROMISE"):
            what = "not answered yet"
        else:
            what = "queued"
        return what + (", cancelled" if self.has("P_CANCELLED") else "")

    def __str__(self):
        return f"{self.site}: {self.state}"

    def extras(self, file, kind):
        """The addresses of its extras of a kind, which that file of core/src defines."""
        wanted, extra = program.address(file, kind), number(self.value["extras"])
        while extra != 0:
            value = at(extra, "LodgerExtra")
            if number(value["kind"]) == wanted != 0:
                yield extra
            extra = number(value["next"])

    def listeners(self, file, ops):
        """The addresses of its listeners with those operations."""
        wanted, first = program.address(file, ops), number(self.value["listeners"])
        listener = first
        while listener != 0:
            value = at(listener, "LodgerListener")
            if number(value["ops"]) == wanted != 0:
                yield listener
            listener = number(value["next"])
            if listener == first:
                return


class Frame(Thing):
    """A call that is on the stack of its thread, or of a fiber."""

    @classmethod
    def of(cls, pointer):
        return cls(at(pointer, "LodgerFrame")) if number(pointer) != 0 else None

    @property
    def pending(self):
        return Pending.of(self.value["pending"])

    @property
    def site(self):
        place = self.value["site"]
        unnamed = "a call" if number(self.value["pending"]) != 0 else "a direct call"
        return site(place.dereference(), unnamed) if number(place) != 0 else unnamed

    @property
    def waits(self):
        return bool(number(self.value["waits"]))

    @property
    def awaited(self):
        return Pending.of(self.value["awaited"])

    @property
    def room(self):
        """It waits for room in something of this caller."""
        return Caller.of(self.value["awaited_room"])

    @property
    def outer(self):
        return Frame.of(number(self.value["outer_running"]) & ~AT_WORK)


def is_call(item):
    """Whether the item at this address is a pending: it says what becomes of it at its end."""
    ops = at(item, "LodgerItem")["ops"] if item != 0 else 0
    return number(ops) != 0 and number(ops["ended"]) != 0


def pendings(items):
    return [Pending.of(item) for item in items if is_call(item)]


class Caller(Thing):
    @classmethod
    def of(cls, pointer):
        return cls(at(pointer, "LodgerCaller")) if number(pointer) != 0 else None

    @property
    def id(self):
        return number(self.value["id"]["number"])

    @property
    def label(self):
        return f"{text(self.value['id']['name']) or 'a caller'} #{self.id}"

    @property
    def parent(self):
        return Caller.of(self.value["id"]["parent"])

    @property
    def is_worker(self):
        return number(self.value["pool"]["worker"]) != 0

    @property
    def root(self):
        return Caller.of(self.value["id"]["root"])

    @property
    def place(self):
        """Where it was made."""
        file = text(self.value["setup"]["file"])
        return f" ({file}:{number(self.value['setup']['line'])})" if file else ""

    @property
    def phase(self):
        return number(self.value["life"]["phase"])

    @property
    def state(self):
        phase = self.phase
        state = PHASES[phase] if phase < len(PHASES) else f"phase {phase}"
        return f"{state} ({STOPS[phase]})" if phase in STOPS else state

    @property
    def serial(self):
        """Of its thread; 0: it is in none."""
        return number(self.value["mailbox"]["owner"])

    @property
    def thread(self):
        """gdb's, or None."""
        system = number(self.value["mailbox"]["system_thread"])
        if self.serial == 0 or system == 0:
            return None
        return next((thread for thread in gdb.selected_inferior().threads() if thread.ptid[1] == system), None)

    @property
    def frames(self):
        """The calls on its thread's stack that it has published, the innermost first."""
        running = number(self.value["ownership"]["running"])
        taken = running == TAKEN
        frame = Frame.of(self.value["ownership"]["taken_frame"] if taken else running & ~AT_WORK)
        seen = []
        while frame is not None and frame not in seen:
            seen.append(frame)
            frame = frame.outer
        return seen

    # ---- its calls ----

    @property
    def on_stack(self):
        """The innermost first."""
        return pendings(chain(self.value["calls"]["on_stack"]))

    @property
    def queued(self):
        """In its inbox, or to come in this turn or in the next slice."""
        turn = self.value["turn"]
        items = list(chain(turn["due"])) + inbox(self.value["mailbox"]["inbox"])
        items += list(chain(turn["postponed"]["first"]))
        return pendings(items)

    @property
    def timers(self):
        timers = heap(self.value["turn"]["timers"]["heap"], "LodgerTimer", "link")
        return pendings(number(timer["item"]) for timer in timers)

    @property
    def unfinished(self):
        calls = self.value["calls"]
        file = "pending/follow.c"
        return [Pending.of(unfinished["ending"]["pending"]) for list_ in (calls["unfinished"], calls["cancelled"])
                for unfinished in each(list_, "Unfinished", "link", file)]

    @property
    def thens(self):
        calls = self.value["calls"]
        return [Pending(then["pending"]) for list_ in (calls["thens"], calls["coming_thens"])
                for then in each(list_, "Then", "link", "call/then.c")]

    @property
    def held(self):
        """At gates."""
        return [Pending.of(gate["hold"]["pending"])
                for gate in each(self.value["calls"]["held"], "AtGate", "link", "call/gate.c")]

    @property
    def pooled(self):
        """Those that no worker of its pool has taken."""
        pool = self.value["pool"]["pool"]
        if number(pool) == 0:
            return []
        value = at(pool, "LodgerPool")
        return pendings(list(chain(value["queue"]["first"])) + list(chain(value["settled"]["first"])))

    @property
    def fibers(self):
        """The spawned calls that have waited, and have not returned, as far as their stacks can be read."""
        fibers = map(Fiber, each(self.value["fibers"]["all"], "LodgerFiber", "listed"))
        return [fiber for fiber in fibers if number(fiber.value["stack"]) != 0]

    @property
    def lacks_stacks(self):
        """This core file has not all of them."""
        return number(self.value["fibers"]["all"]["last"]) not in [number(fiber.value["listed"].address)
                                                                   for fiber in self.fibers] + [0]

    @property
    def runs(self):
        """The innermost call on its stack, or None."""
        return next((pending for pending in self.on_stack if pending.runs), None)


class Fiber(Thing):
    """A spawned call that has waited, and has not returned."""

    @classmethod
    def of(cls, pending):
        """That of a call; None: it is no such call."""
        for extra in pending.extras(WAITING_FIBER, "fiber_kind"):
            return cls(owner(extra, "LodgerFiber", "extra"))
        return None

    @property
    def id(self):
        return number(self.value["serial"])

    @property
    def pending(self):
        return Pending.of(self.value["pending"])

    @property
    def frame(self):
        return Frame.of(self.value["frame"])

    @property
    def is_parked(self):
        """It waits; otherwise it is on its thread, or goes on in the next turn."""
        return number(self.value["state"]) == program.constant(FIBER, "PARKED")

    @property
    def is_suspended(self):
        """Its registers are not those of a thread."""
        return number(self.stack["resumer"]) == 0

    @property
    def stack(self):
        """By its whole type, which gdb would look for each time."""
        return at(self.value["stack"], "LodgerStack")

    @property
    def has_limit(self):
        return number(self.value["timer"]["link"]["place"]) != 0


def callers():
    """All that have not stopped, in the order of their making."""
    known = program.variable("caller/registry.c", "known")
    return [Caller(value) for value in each(known, "LodgerCaller", "setup.registered.known")]


def source(then):
    """What a continuation comes after."""
    return Pending.of(at(then.address, "Then", "call/then.c")["source"])


def leader(pending):
    """Whose outcome it will have, or None."""
    outcome = pending.value["outcome"]
    if number(outcome["type"]) != program.constant(PENDING, "V_LEADER"):
        return None
    return Pending.of(outcome["pending"])


def waits_noted():
    """The threads that wait without a limit: each LodgerWait."""
    waits = each(program.variable("wait/graph.c", "all"), "LodgerWait", "listed")
    return [wait for wait in waits if number(wait["thread"]) != 0]


def several(wait):
    """Of a LodgerWait for several pendings: whether it needs all of them, and which they are; or None."""
    set_ = wait["set"]
    if number(set_) == 0:
        return None
    if program.is_function(set_["next"], "wait/many.c", "next_of"):
        return those_of(owner(set_, "Many", "set", "wait/many.c"))
    if program.is_function(set_["next"], "completed/next.c", "next_of"):
        next_ = owner(set_, "Next", "set", "completed/next.c")
        return False, items_of(next_["completed"])
    return None


def those_of(many):
    """Of a Many, as above."""
    return number(many["set"]["needs_all"]) != 0, [Pending.of(many["pendings"][i]) for i in range(number(many["count"]))]


def items_of(completed):
    """The pendings of an iteration that have not come yet."""
    return [Pending.of(item["pending"]) for item in each(completed["items"], "LodgerCompletedItem", "link")]


def serial_of(parker):
    """Of the thread or the fiber that sleeps there."""
    if number(parker["ops"]) == program.address(FIBER, "parker_ops"):
        return number(owner(parker, "LodgerFiber", "parker")["serial"])
    return number(owner(parker, "LodgerThread", "parker")["serial"])


def set_of(pending, serial):
    """Of a thread or a fiber that waits for this pending as one of several: as above, or None."""
    for ear in pending.listeners("wait/many.c", "ear_ops"):
        many = at(ear, "Ear", "wait/many.c")["many"]
        if number(many["wait"]["thread"]) == serial:
            return those_of(many)
    for listener in pending.listeners("completed/next.c", "item_ops"):
        completed = owner(listener, "LodgerCompletedItem", "listener")["completed"]
        if number(completed["parker"]) != 0 and serial_of(completed["parker"]) == serial:
            return False, items_of(completed)
    return None

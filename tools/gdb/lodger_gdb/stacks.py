# SPDX-License-Identifier: LGPL-2.1-or-later
"""The stacks of spawned calls that are suspended. While one is shown, the frames of the selected thread are its
innermost one and then those of the suspended stack: so nothing has to be written, and a core file will do."""

import contextlib

import gdb
import gdb.unwinder

from .memory import declared, number


class X86:
    """Registers as _setjmp() of the GNU C library writes them, and as a context has them."""

    pc, sp = "rip", "rsp"
    saved = ("rbx", "rbp", "r12", "r13", "r14", "r15", "rsp", "rip")
    mangled = ("rbp", "rsp", "rip")
    context = {"r12": 4, "r13": 5, "r14": 6, "r15": 7, "rbp": 10, "rbx": 11, "rsp": 15, "rip": 16}

    @staticmethod
    def guard():
        base = number(gdb.newest_frame().read_register("fs_base"))
        return word(base + 0x30)

    @staticmethod
    def demangle(value, guard):
        return ((value >> 17 | value << 47) & (1 << 64) - 1) ^ guard

    @classmethod
    def of_context(cls, context):
        registers = context["uc_mcontext"]["gregs"]
        return {name: number(registers[i]) for name, i in cls.context.items()}


class Arm64:
    pc, sp = "pc", "sp"
    saved = tuple(f"x{i}" for i in range(19, 31)) + (None, "sp")
    mangled = ("x30", "sp")

    @staticmethod
    def guard():
        for name in ("__pointer_chk_guard", "__pointer_chk_guard_local"):
            with contextlib.suppress(gdb.error):
                return word(number(gdb.parse_and_eval(f"(unsigned long) &{name}")))
        raise gdb.GdbError("lodger: the C library's __pointer_chk_guard is not found")

    @staticmethod
    def demangle(value, guard):
        return value ^ guard

    @staticmethod
    def of_context(context):
        machine = context["uc_mcontext"]
        registers = {f"x{i}": number(machine["regs"][i]) for i in range(19, 31)}
        return dict(registers, sp=number(machine["sp"]), pc=number(machine["pc"]))


def word(address):
    return number(gdb.Value(address).cast(gdb.lookup_type("unsigned long").pointer()).dereference())


def processor():
    name = gdb.newest_frame().architecture().name()
    if name.startswith("i386:x86-64"):
        return X86
    if name.startswith("aarch64"):
        return Arm64
    raise gdb.GdbError(f"lodger: the stack of a suspended call cannot be read on {name}")


def registers_of(place):
    """Of a LodgerPlace that is suspended."""
    cpu = processor()
    if number(place["context"]) != 0:
        return cpu.of_context(place["context"])
    buffer = place["registers"][0]["__jmpbuf"]
    guard = cpu.guard()
    found = {}
    for i, name in enumerate(cpu.saved):
        value = number(buffer[i]) & (1 << 64) - 1
        if name is not None:
            found[name] = cpu.demangle(value, guard) if name in cpu.mangled else value
    if cpu is Arm64:
        found["pc"] = found["x30"]
    return found


@contextlib.contextmanager
def keeping_selection():
    """The selected thread and its selected frame are the same afterwards."""
    thread, level = gdb.selected_thread(), gdb.selected_frame().level()
    try:
        yield
    finally:
        thread.switch()
        frame = gdb.newest_frame()
        while frame.level() < level:
            frame = frame.older()
        frame.select()


class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class Unwinder(gdb.unwinder.Unwinder):
    """Goes from the innermost frame of the selected thread to a suspended one, as long as it is given one."""

    def __init__(self):
        super().__init__("lodger")
        self.registers = None

    def __call__(self, frame):
        if self.registers is None or here(frame) != self.start:
            return None
        type_ = gdb.lookup_type("unsigned long")
        sp = gdb.Value(self.registers[self.cpu.sp] - 32).cast(type_)
        info = frame.create_unwind_info(FrameId(sp, gdb.Value(self.start[0]).cast(type_)))
        for name, value in self.registers.items():
            info.add_saved_register(name, gdb.Value(value).cast(type_))
        return info

    @contextlib.contextmanager
    def showing(self, registers):
        """The first frame of the suspended stack, and how many frames are before it."""
        with keeping_selection():
            self.cpu, self.start = processor(), here(gdb.newest_frame())
            self.registers = registers
            gdb.invalidate_cached_frames()
            try:
                frame, before = gdb.newest_frame(), 0
                while frame is not None and here(frame) == self.start:
                    frame, before = frame.older(), before + 1
                yield frame, before
            finally:
                self.registers = None
                gdb.invalidate_cached_frames()


def here(frame):
    cpu = X86 if frame.architecture().name().startswith("i386") else Arm64
    return number(frame.read_register(cpu.pc)), number(frame.read_register(cpu.sp))


unwinder = Unwinder()


def sources():
    """The folders of Lodger's own code."""
    registry = declared("caller/registry.c", "known").symtab.fullname()
    root = registry[:-len("core/src/caller/registry.c")]
    return tuple(root + name for name in ("core/", "hosts/"))


def line_of(frame):
    """Where the program has called what is innermost in Lodger: `bank.c:31`. None: it is in nothing of Lodger's, or the
    compiler has left out the frame of a function that ends with such a call."""
    folders, inside, count = sources(), False, 0
    while frame is not None and count < 200 and frame.name() != "lodger__pending_invoke":
        place = frame.find_sal()
        if place.symtab is not None and frame.function() is not None:
            if place.symtab.fullname().startswith(folders):
                inside = True
            elif inside:
                return f"{place.symtab.filename}:{place.line}"
        frame, count = frame.older(), count + 1
    return None



def registers(fiber):
    return registers_of(fiber.stack["place"])


def line_of_fiber(fiber):
    with unwinder.showing(registers(fiber)) as (frame, _):
        return line_of(frame)


def line_of_thread(thread):
    """The same of a thread of gdb's."""
    with keeping_selection():
        thread.switch()
        return line_of(gdb.newest_frame())


def thread_of_stack(address):
    """gdb's thread with the nearest stack pointer below an address, or None."""
    best, nearest = None, 1 << 26
    with keeping_selection():
        for thread in gdb.selected_inferior().threads():
            thread.switch()
            distance = address - number(gdb.newest_frame().read_register("sp"))
            if 0 <= distance < nearest:
                best, nearest = thread, distance
    return best

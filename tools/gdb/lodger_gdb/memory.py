# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lodger's memory: its types and static variables, by the debug information, and its lists, heaps and inboxes."""

import contextlib

import gdb

MOST = 1 << 20  # elements of a list: memory that is broken ends somewhere


def is_of(symbol, file):
    return symbol.symtab is not None and symbol.symtab.filename.endswith("core/src/" + file)


def named(name, domain=gdb.SYMBOL_VAR_DOMAIN):
    """All symbols of a name. Others may have it, too, in the program or in Lodger."""
    shared = gdb.lookup_global_symbol(name, domain)
    return gdb.lookup_static_symbols(name, domain) + ([shared] if shared is not None else [])


def declared(file, name):
    """The symbol of that name in a file of core/src, or None."""
    return next((symbol for symbol in named(name) if is_of(symbol, file)), None)


def is_same(symbol, declaration):
    return symbol.line == declaration.line and str(symbol.type) == str(declaration.type)


def is_gone(symbol):
    return symbol.is_variable and symbol.value().is_optimized_out


def static(file, name):
    """The same, with its value. After -flto that is another symbol, which is said to be of some other file."""
    found = declared(file, name)
    if found is None or is_gone(found):
        others = [symbol for symbol in named(name) if symbol.is_variable and not is_gone(symbol)]
        found = next((symbol for symbol in others
                      if (is_same(symbol, found) if found is not None else name.startswith("lodger__"))), None)
    return found


class Missing(gdb.GdbError):
    """There is nothing to look at, and why."""


class Program:
    """What the debug information says. It is asked once for each name, and anew when other files are loaded."""

    def __init__(self):
        self.forget()

    def forget(self, event=None):
        self.symbols, self.types, self.numbers = {}, {}, {}

    def variable(self, file, name):
        return self.symbol(file, name).value()

    def address(self, file, name):
        """Of a variable; 0: it is not in this program. A statically linked program has only what it uses."""
        if (file, name) not in self.numbers:
            symbol = self.find(file, name)
            self.numbers[file, name] = int(symbol.value().address) if symbol is not None else 0
        return self.numbers[file, name]

    def constant(self, file, name):
        if (file, name) not in self.numbers:
            self.numbers[file, name] = int(self.symbol(file, name).value())
        return self.numbers[file, name]

    def find(self, file, name):
        if (file, name) not in self.symbols:
            self.symbols[file, name] = static(file, name)
        return self.symbols[file, name]

    def is_function(self, address, file, name):
        """Whether it is the one of that name in a file of core/src."""
        if (file, name, "()") not in self.symbols:
            self.symbols[file, name, "()"] = declared(file, name)
        block, declaration = gdb.block_for_pc(number(address)), self.symbols[file, name, "()"]
        found = block.function if block is not None else None
        return None not in (found, declaration) and found.name == name and found.line == declaration.line

    def symbol(self, file, name):
        symbol = self.find(file, name)
        if symbol is None:
            raise Missing(self.reason(name))
        return symbol

    def type(self, name, file=None):
        """A struct of Lodger; with a file of core/src: one that only that file knows."""
        key = (name, file)
        if key not in self.types:
            self.types[key] = self.find_type(name, file)
        return self.types[key]

    def find_type(self, name, file):
        if file is not None:
            symbol = self.find(file, name)
            if symbol is None or symbol.type is None:
                raise Missing(self.reason(name))
            return symbol.type
        try:
            return gdb.lookup_type("struct " + name)
        except gdb.error:
            raise Missing(self.reason(name)) from None

    def reason(self, name):
        with contextlib.suppress(gdb.error):
            gdb.lookup_type("struct LodgerCaller")
            return f"lodger: {name} is not in the debug information: these commands are of another version of Lodger"
        library = next((file.filename for file in gdb.objfiles() if "liblodger.so" in (file.filename or "")), None)
        if library is None and gdb.selected_inferior().pid == 0:
            return "lodger: there is no process and no core file: start the program, or attach to it"
        if library is None and self.is_without_lodger():
            return "lodger: this program does not use Lodger, has not loaded it yet, or has no symbols"
        return (f"lodger: the debug information of {library or 'this program'} is not there, or has no types (-g1). "
                "Install it, or say where it is by 'set debug-file-directory' and load the program anew")

    @staticmethod
    def is_without_lodger():
        try:
            gdb.parse_and_eval("&lodger_caller_get_id")
        except gdb.error:
            return True
        return False


program = Program()
gdb.events.new_objfile.connect(program.forget)
gdb.events.clear_objfiles.connect(program.forget)


def at(address, name, file=None):
    """The struct of that type at an address."""
    return gdb.Value(int(address)).cast(program.type(name, file).pointer()).dereference()


def number(value):
    """Also of an atomic one, and of a pointer."""
    return int(value)


def text(value):
    """A string of the program, or None."""
    if number(value) == 0:
        return None
    try:
        return value.cast(gdb.lookup_type("char").pointer()).string(errors="replace")
    except gdb.error:
        return None


def offset(type_, path):
    """Of a member, also of a member of a member, in bytes."""
    total = 0
    for part in path.split("."):
        field = type_.strip_typedefs()[part]
        total += field.bitpos // 8
        type_ = field.type
    return total


def owner(address, name, path, file=None):
    """The struct that a member is part of."""
    return at(number(address) - offset(program.type(name, file), path), name, file)


def links(list_):
    """The addresses of the links of a LodgerList."""
    link, count = number(list_["first"]), 0
    while link != 0 and count < MOST:
        yield link
        link, count = number(at(link, "LodgerLink")["next"]), count + 1


def each(list_, name, path, file=None):
    """The structs whose links are on a list."""
    for link in links(list_):
        yield owner(link, name, path, file)


def heap(heap_, name, path, file=None):
    """The structs that are in a LodgerHeap, by their keys."""
    root = 3  # ROOT in base/heap.c
    pointers = [heap_["entries"][root + i]["link"] for i in range(number(heap_["count"]))]
    pointers.sort(key=lambda link: (number(link["key"]), number(link["sequence"])))
    for link in pointers:
        yield owner(link, name, path, file)


def chain(item, end=()):
    """Items that are linked by their own pointers."""
    item, count = number(item), 0
    while item != 0 and item not in end and count < MOST:
        yield item
        item, count = number(at(item, "LodgerItem")["next"]), count + 1


def inbox(inbox_):
    """The addresses of the items in a LodgerInbox, the oldest first, as far as they are linked.

    What is hollow was taken where it is, and is only a link."""
    left_out = (number(inbox_["anchor"].address), number(inbox_["end"].address), number(inbox_["hollow"]))
    return [item for item in chain(inbox_["head"]) if item not in left_out]

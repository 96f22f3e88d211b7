# SPDX-License-Identifier: LGPL-2.1-or-later
"""What assistive technology is told of a program's windows (AT-SPI). It runs on a session bus of its own."""

import os
import re
import shutil
import subprocess
import sys

LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
MARK = "LODGER_SCAN_BUS"


def leave_out(why):
    print(f"left out: {why}")
    sys.exit(77)


def has_atspi(python):
    """Whether that Python can speak AT-SPI. The one that runs the tests may not be the system's."""
    code = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
    try:
        return subprocess.run([python, "-c", code], stderr=subprocess.DEVNULL, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def begin():
    """Starts the test anew, with a session bus and a Python that fit; or ends it with the status for a test left out."""
    if MARK in os.environ:
        return
    if "DISPLAY" not in os.environ:
        leave_out("no display")
    if shutil.which("dbus-run-session") is None:
        leave_out("missing: dbus-run-session; install it with: apt-get install dbus-daemon")
    if not os.path.exists(LAUNCHER):
        leave_out("missing: at-spi2-core; install it with: apt-get install at-spi2-core")
    python = next((python for python in (sys.executable, "/usr/bin/python3") if has_atspi(python)), None)
    if python is None:
        leave_out("missing: python3-gi and gir1.2-atspi-2.0; install them with: apt-get install python3-pyatspi")
    os.environ[MARK] = "1"
    # with-xvfb turns it off, for all other tests.
    os.environ.pop("GTK_A11Y", None)
    os.execvp("dbus-run-session", ["dbus-run-session", "--", python, *sys.argv])


def atspi():
    import gi
    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi
    return Atspi


def gone():
    """The error when something has gone while it was looked at."""
    from gi.repository import GLib
    return GLib.GError


class Control:
    """A part of a window, as assistive technology sees it."""

    def __init__(self, accessible):
        Atspi = atspi()
        self.accessible = accessible
        self.role = accessible.get_role_name()
        # GTK 4.8 calls a widget that has no name as its type.
        self.name = re.sub("^Gtk[A-Z].*", "", accessible.get_name() or "")
        states = accessible.get_state_set()
        self.focusable = states.contains(Atspi.StateType.FOCUSABLE)
        self.focused = states.contains(Atspi.StateType.FOCUSED)
        self.showing = states.contains(Atspi.StateType.SHOWING) or states.contains(Atspi.StateType.VISIBLE)

    def children(self):
        for i in range(self.accessible.get_child_count()):
            child = self.accessible.get_child_at_index(i)
            if child is not None:
                yield Control(child)

    def below(self, without=()):
        """All that is in it, and itself; but nothing of what has such a role."""
        yield self
        for child in self.children():
            if child.role not in without:
                yield from child.below(without)

    def text(self):
        """Its name, or the texts in it: those are read for a row of a list."""
        return self.name or " ".join(filter(None, (child.text() for child in self.children())))

    def __repr__(self):
        return f"{self.role} '{self.text()}'"


class Focus:
    """What gets the focus, as it is told."""

    def __init__(self):
        Atspi = atspi()
        self.taken = []
        self.listener = Atspi.EventListener.new(self.on_event)
        self.listener.register("object:state-changed:focused")

    def on_event(self, event):
        if event.detail1 == 1:
            self.taken.append(repr(Control(event.source)))

    def listen(self):
        """Waits a moment for what comes."""
        from gi.repository import GLib
        context = GLib.MainContext.default()
        GLib.timeout_add(100, context.wakeup)
        before = len(self.taken)
        context.iteration(True)
        while context.iteration(False) or len(self.taken) == before and context.pending():
            pass

    def end(self):
        self.listener.deregister("object:state-changed:focused")


def find_program(pid):
    """The program, or None as long as it has told nobody that it is there."""
    Atspi = atspi()
    desktop = Atspi.get_desktop(0)
    for i in range(desktop.get_child_count()):
        program = desktop.get_child_at_index(i)
        if program is not None and program.get_process_id() == pid:
            return Control(program)
    return None

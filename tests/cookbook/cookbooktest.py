# SPDX-License-Identifier: LGPL-2.1-or-later
"""Drives a program of the cookbook on a display of its own, as a user does: with keys, the mouse, and eyes for titles."""

import os
import subprocess
import sys
import tempfile
import threading
import unittest

PROGRAMS = os.environ.get("LODGER_COOKBOOK", "")
# "qt" for the programs of demos/cookbook-qt, which behave like those of demos/cookbook.
TOOLKIT = os.environ.get("LODGER_TOOLKIT", "")
# "-fiber" for the programs with spawned calls.
FORM = os.environ.get("LODGER_FORM", "")
SANITIZED = bool(os.environ.get("LODGER_SANITIZE"))
CLOSE_WINDOW = os.path.join(os.path.dirname(__file__), "../support/close-window")
# Only for a program that never gets there.
TIMEOUT = 300 if SANITIZED else 60

if SANITIZED:
    # GTK and what is below it have threads of their own, whose hand-overs ThreadSanitizer cannot see.
    os.environ["TSAN_OPTIONS"] = os.environ.get("TSAN_OPTIONS", "") + ":ignore_noninstrumented_modules=1"
    # Mesa's drivers leave memory behind.
    os.environ["GDK_DEBUG"] = "gl-disable"


def xdotool(*arguments):
    return subprocess.run(["xdotool", *map(str, arguments)], stdout=subprocess.PIPE, timeout=TIMEOUT, check=True).stdout


def program_path(name):
    return os.path.join(PROGRAMS, f"cookbook-{TOOLKIT}-{name}" if TOOLKIT else f"cookbook-{name}")


class Program:
    """A running program. All that it prints is a complaint."""

    def __init__(self, test, name, *arguments, title=".", **options):
        self.test = test
        self.complaints = []
        self.process = subprocess.Popen([program_path(name), *arguments],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                        env=dict(os.environ, G_DEBUG="fatal-criticals"), **options)
        test.addCleanup(self.process.stderr.close)
        test.addCleanup(self.process.wait)
        test.addCleanup(self.process.kill)
        self.reader = threading.Thread(target=self.read_complaints)
        self.reader.start()
        self.window = self.find_window(title)

    def read_complaints(self):
        """What a newer gdk-pixbuf says where it has no sandbox, as in a chroot, is no complaint of the program's."""
        self.complaints.extend(line for line in self.process.stderr if "Glycin running without sandbox" not in line)

    def find_window(self, title):
        """Waits until a window has a title that matches."""
        return int(xdotool("search", "--sync", "--onlyvisible", "--name", title).split()[0])

    def title(self):
        return xdotool("getwindowname", self.window).decode().strip()

    def key(self, *keys):
        xdotool("windowfocus", "--sync", self.window, "key", *keys)

    def type(self, text):
        xdotool("windowfocus", "--sync", self.window, "type", text)

    def click(self, x, y):
        xdotool("mousemove", "--window", self.window, x, y, "click", 1)

    def picture(self, path):
        subprocess.run(["import", "-silent", "-window", "root", "-trim", "+repage", path], timeout=TIMEOUT, check=True)

    def close(self):
        """Closes the window as a window manager does. The program ends in order, and has not complained."""
        subprocess.run([CLOSE_WINDOW, str(self.window)], timeout=TIMEOUT, check=True)
        self.test.assertEqual(self.process.wait(timeout=TIMEOUT), 0)
        self.reader.join()
        self.test.assertEqual(self.complaints, [])


class CookbookTest(unittest.TestCase):
    def make_folder(self):
        folder = tempfile.TemporaryDirectory(prefix="lodger-cookbook-")
        self.addCleanup(folder.cleanup)
        return folder.name


def main():
    if not PROGRAMS:
        sys.exit("LODGER_COOKBOOK does not name the folder of the programs")
    unittest.main(verbosity=2)


__all__ = ["CookbookTest", "FORM", "Program", "SANITIZED", "TIMEOUT", "TOOLKIT", "main", "program_path", "xdotool"]

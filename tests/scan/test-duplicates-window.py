# SPDX-License-Identifier: LGPL-2.1-or-later
"""Duplicates go to the Bin and come back in the window of the program, by keys alone, on a display of its own
(tests/support/with-xvfb). The rest of what can be done there is tested from inside: window/test-duplicates.c."""

import ctypes
import os
import select
import subprocess
import tempfile
import time
import unittest

from scantest import LIMIT, SANITIZED, SCAN, ScanTest, call, main

if SANITIZED:
    # GTK and what is below it have threads of their own, whose hand-overs ThreadSanitizer cannot see.
    os.environ["TSAN_OPTIONS"] = os.environ.get("TSAN_OPTIONS", "") + ":ignore_noninstrumented_modules=1"
    # Mesa's drivers leave memory behind.
    os.environ["GDK_DEBUG"] = "gl-disable"

COUNT = 60
SIZE = 1 << 20


def press(*keys):
    """What has the focus gets them: GTK 4.8 complains when the window is given the focus that one of its menus has."""
    call("xdotool", "key", *keys, check=False, stderr=subprocess.DEVNULL)


class Changes:
    """The changes in some folders, from now on: inotify."""

    MASK = 0x3c8  # closed after writing, moved, created, deleted

    def __init__(self, *folders):
        libc = ctypes.CDLL(None, use_errno=True)
        self.fd = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        for folder in folders:
            if libc.inotify_add_watch(self.fd, os.fsencode(folder), self.MASK) < 0:
                raise OSError(ctypes.get_errno(), "inotify", folder)

    def wait(self, seconds=LIMIT):
        """Returns when something has changed since the last time, or the time is over."""
        if select.select([self.fd], [], [], seconds)[0]:
            os.read(self.fd, 1 << 16)

    def close(self):
        os.close(self.fd)


class Duplicates(ScanTest):
    def setUp(self):
        super().setUp()
        self.data = tempfile.TemporaryDirectory()
        self.addCleanup(self.data.cleanup)
        self.files = os.path.join(self.data.name, "Trash/files")
        os.makedirs(self.files)
        self.changes = Changes(self.data.name, self.files)
        self.addCleanup(self.changes.close)

    def open_window(self):
        """Starts the program with copies of one file. It shows them when this returns."""
        for i in range(COUNT):
            path = self.make(f"{i}", bytes(SIZE))
            os.utime(path, (1_000_000_000, 1_000_000_000 + i))
        place = os.path.join(self.data.name, "list.json")
        environment = dict(os.environ, XDG_DATA_HOME=self.data.name, XDG_CONFIG_HOME=self.data.name,
                           XDG_CACHE_HOME=self.data.name, G_DEBUG="fatal-criticals")
        process = self.start(SCAN, "--page=duplicates", "--json", place, self.folder, env=environment)
        window = call("xdotool", "search", "--sync", "--onlyvisible", "--name", "Lodger Scan").split()[0]
        call("xdotool", "windowfocus", "--sync", window)
        self.repeat_until(lambda: os.path.exists(place), "list", self.changes.wait)
        return process

    def bin(self):
        return set(map(os.fsencode, os.listdir(self.files)))

    def choose_and_move(self):
        """Of each group the oldest stays. The page may not be there yet when the keys come: then again, after a while. A
        menu that is open would get them otherwise. Return chooses the page of the files while nothing else has the
        focus, so that the page of duplicates is asked for each time."""

        def keys():
            press("alt+3", "alt+h", "Return", "alt+m")
            self.changes.wait(2)

        self.repeat_until(self.bin, "file in the Bin", keys)

    def test_copies_go_to_the_bin_and_come_back(self):
        process = self.open_window()
        self.choose_and_move()
        self.repeat_until(lambda: len(self.bin()) == COUNT - 1, "whole move", self.changes.wait)
        self.assertEqual(os.listdir(self.folder), [b"0"])
        self.repeat_until(lambda: len(os.listdir(self.folder)) == COUNT, "undo", lambda: press("alt+u"))
        self.repeat_until(lambda: not self.bin(), "empty Bin", self.changes.wait)
        self.repeat_until(lambda: process.poll() is not None, "end", lambda: press("ctrl+q"))
        self.assertEqual(process.returncode, 0)

    def test_a_window_that_closes_leaves_nothing_half_done(self):
        process = self.open_window()
        self.choose_and_move()
        begun = time.monotonic()
        self.repeat_until(lambda: process.poll() is not None, "end", lambda: press("ctrl+w"))
        self.assertEqual(process.returncode, 0)
        self.assertLess(time.monotonic() - begun, LIMIT / 2)
        left = set(os.listdir(self.folder))
        self.assertIn(b"0", left)
        self.assertEqual(left | self.bin(), {b"%d" % i for i in range(COUNT)})
        self.assertFalse(left & self.bin())
        for folder in (self.folder, os.fsencode(os.path.join(self.data.name, "Trash/files"))):
            for name in os.listdir(folder):
                self.assertEqual(os.path.getsize(os.path.join(folder, name)), SIZE)


if __name__ == "__main__":
    main()

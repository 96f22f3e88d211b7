# SPDX-License-Identifier: LGPL-2.1-or-later
"""Folders that are swapped for links while scans run: nothing outside of the folder is ever listed or compared."""

import os
import threading
import time
import unittest

from scantest import Outcome, ScanTest, main

CHANGE_FILES = os.environ.get("LODGER_SCAN_CHANGE_FILES")
REPLACED = "a link or a file took its place while it was being scanned"
SECONDS = 6


class Swapped(ScanTest):
    def hammer(self, over):
        """Swaps folders for links to a folder outside, and back, until it is over."""
        swapped = [os.path.join(self.folder, b"in", name) for name in (b"a", b"a/b", b"c")]
        while not over.is_set():
            for path in swapped:
                outside = os.path.join(self.folder, b"outside")
                os.rename(path, path + b".away")
                os.symlink(outside, path)
                os.unlink(path)
                os.rename(path + b".away", path)

    def test_nothing_outside_is_listed(self):
        for i in range(20):
            for folder in (b"in/a", b"in/a/b", b"in/a/b/b", b"in/c", b"in/c/b"):
                self.make(folder + b"/%d/file" % i, b"same")
            for folder in (b"outside", b"outside/b", b"outside/b/b"):
                self.make(folder + b"/%d/secret" % i, b"same")
                self.make(folder + b"/secret-%d" % i, b"same")
        over = threading.Event()
        thread = threading.Thread(target=self.hammer, args=(over,))
        thread.start()
        scans = 0
        try:
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                outcome = Outcome(os.path.join(self.folder, b"in"), *(("--duplicates-only",) if scans % 2 == 1 else ()))
                self.assertEqual(outcome.status, 0)
                self.assertEqual([path for path in outcome.paths if b"secret" in path], [])
                self.assertEqual([path for group in outcome.duplicates for path in group if b"secret" in path], [])
                scans += 1
        finally:
            over.set()
            thread.join()
        print(f"{scans} scans")

    @unittest.skipUnless(CHANGE_FILES, "LODGER_SCAN_CHANGE_FILES is not set")
    def test_a_folder_that_is_swapped_while_its_files_are_compared(self):
        self.make("in/folder/swaps-its-folder", b"x" * 200_000)
        self.make("in/folder/twin", b"x" * 200_000)
        self.make("outside/swaps-its-folder", b"y" * 200_000)
        self.make("outside/twin", b"y" * 200_000)
        environment = dict(os.environ, LD_PRELOAD=" ".join(filter(None, [os.environ.get("LD_PRELOAD"), CHANGE_FILES])))
        environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        outcome = Outcome(os.path.join(self.folder, b"in"), "--duplicates-only", env=environment)
        self.assertEqual(outcome.duplicates, set())
        self.assertEqual({why for reasons in outcome.errors.values() for why in reasons}, {REPLACED})


if __name__ == "__main__":
    main()

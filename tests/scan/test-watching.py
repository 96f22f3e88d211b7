# SPDX-License-Identifier: LGPL-2.1-or-later
"""The window follows what changes in its folder after the scan, as somebody sees it who reads it.

On a display of its own (tests/support/with-xvfb)."""

import os
import shutil
import tempfile

import accessible
from scantest import SCAN, ScanTest, main


class Watching(ScanTest):
    def setUp(self):
        super().setUp()
        for i in range(3):
            self.make(f"a/{i}.txt", b"the same")
        self.make("b/other.txt", b"not the same")
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.environment = dict(os.environ, XDG_CONFIG_HOME=place.name, XDG_DATA_HOME=place.name, XDG_CACHE_HOME=place.name,
                                G_DEBUG="fatal-criticals")

    def start_window(self, page):
        self.process = self.start(SCAN, f"--page={page}", self.folder, env=self.environment)
        self.wait_until_shown("Changes are shown as they happen")

    def shown(self):
        """All that can be read in the window; nothing when some of it went meanwhile."""
        self.assertIsNone(self.process.poll(), "it has ended")
        program = accessible.find_program(self.process.pid)
        try:
            return [] if program is None else [control.name for control in program.below() if control.name]
        except accessible.gone():
            return []

    def wait_until_shown(self, *beginnings, but=()):
        shown = []

        def look():
            shown[:] = self.shown()
            return (all(any(name.startswith(text) for name in shown) for text in beginnings)
                    and not any(name.startswith(text) for name in shown for text in but))

        try:
            self.repeat_until(look, f"{beginnings} without {but}")
        except AssertionError as error:
            raise AssertionError(f"{error}: {shown}") from error

    def test_files_come_and_go(self):
        self.start_window("files")
        self.wait_until_shown("4 files, ", "0.txt", "other.txt")
        self.make("new.txt", b"something new")
        self.wait_until_shown("5 files, ", "new.txt", "Changes are shown")
        os.remove(os.path.join(self.folder, b"a/0.txt"))
        self.wait_until_shown("4 files, ", "new.txt", but=["0.txt"])
        os.rename(os.path.join(self.folder, b"new.txt"), os.path.join(self.folder, b"b/renamed.txt"))
        self.wait_until_shown("4 files, ", "renamed.txt", but=["new.txt"])
        shutil.rmtree(os.path.join(self.folder, b"b"))
        self.wait_until_shown("2 files, ", "1.txt", "2.txt", but=["renamed.txt", "other.txt"])
        self.make("c/d/e/deep.txt", b"below new folders")
        self.wait_until_shown("3 files, ", "deep.txt")
        self.make("c/d/e/deeper.txt", b"in a folder that came")
        self.wait_until_shown("4 files, ", "deeper.txt")

    def test_duplicates_come_and_go(self):
        self.start_window("duplicates")
        self.wait_until_shown("16 B could be saved")
        self.make("twin.txt", b"not the same")
        self.wait_until_shown("28 B could be saved")
        for name in ("a/0.txt", "a/1.txt"):
            os.remove(os.path.join(self.folder, name.encode()))
        self.wait_until_shown("12 B could be saved")
        os.remove(os.path.join(self.folder, b"twin.txt"))
        self.wait_until_shown("No duplicates", "Changes are shown")


if __name__ == "__main__":
    accessible.begin()
    main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Looking for files in the window, with the keyboard, while the folder changes; what the window tells of it.

On a display of its own (tests/support/with-xvfb)."""

import os
import re
import subprocess
import tempfile

import accessible
from scantest import LIMIT, SCAN, ScanTest, call, main


class Filter(ScanTest):
    def setUp(self):
        super().setUp()
        for i in range(30):
            self.make(f"letters/{i}.txt", b"letter %d" % i)
        for i in range(7):
            self.make(f"Photos/Straße {i}.png", b"\x89PNG\r\n\x1a\n%d" % i)
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        environment = dict(os.environ, XDG_CONFIG_HOME=place.name, XDG_DATA_HOME=place.name, G_DEBUG="fatal-criticals")
        self.process = self.start(SCAN, "--page=files", self.folder, env=environment)
        self.window = call("xdotool", "search", "--sync", "--onlyvisible", "--name", "Lodger Scan").split()[0].decode()
        self.wait_for("label", "Done in .*")

    def tearDown(self):
        self.process.kill()
        self.process.wait(timeout=LIMIT)
        super().tearDown()

    def find(self, role, name):
        program = accessible.find_program(self.process.pid)
        return [] if program is None else [control for control in program.below(("tree table",))
                                           if control.role == role and re.fullmatch(name, control.name)]

    def wait_for(self, role, name):
        self.repeat_until(lambda: self.find(role, name), f"{role} '{name}'")

    def press(self, *keys):
        call("xdotool", "windowfocus", self.window, "key", *keys, check=False, stderr=subprocess.DEVNULL)

    def test_what_is_typed_is_looked_for_and_escape_shows_all_again(self):
        self.press("ctrl+f")
        self.press("s", "t", "r", "a", "s", "s", "e")
        self.wait_for("label", "7 of 37 files")
        self.press("space", "3")
        self.wait_for("label", "1 of 37 files")
        self.press("q")
        self.wait_for("label", "0 of 37 files")
        self.wait_for("label", "No file matches")
        self.press("ctrl+a", "l", "e", "t", "t", "e", "r", "s", "slash", "1")
        self.wait_for("label", "11 of 37 files")
        self.press("Escape")
        # The first letter opens it again, with nothing else in it.
        self.press("p", "h", "o")
        self.wait_for("label", "7 of 37 files")
        self.assertIsNone(self.process.poll())

    def test_the_list_follows_the_folder(self):
        self.press("ctrl+f", "t", "x", "t")
        self.wait_for("label", "30 of 37 files")
        self.wait_for("label", "Changes are shown as they happen")
        for i in range(0, 30, 3):
            os.unlink(os.path.join(self.folder, b"letters", b"%d.txt" % i))
        self.wait_for("label", "20 of 27 files")
        self.make("Photos/new.txt", b"new")
        self.wait_for("label", "21 of 28 files")


if __name__ == "__main__":
    accessible.begin()
    main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each program from its start to the end of its window, without a complaint."""

import os
import struct
import unittest
import zlib

from cookbooktest import TOOLKIT, CookbookTest, Program, main, program_path, xdotool

# Its step never returns.
ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count (*) FROM n"


def write_png(path, width, height, colour):
    """A picture of one colour."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes(colour) * width) * height
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                   + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class Programs(CookbookTest):
    @unittest.skipIf(TOOLKIT, "only GTK's")
    def test_thumbnails(self):
        folder = self.make_folder()
        for i in range(20):
            write_png(os.path.join(folder, f"{i:02}.png"), 40 + i, 30, (i * 12, 99, 255 - i * 12))
        with open(os.path.join(folder, "broken.png"), "wb") as file:
            file.write(b"this is no picture")
        program = Program(self, "thumbnails", folder, title="21 pictures, 20 thumbnails made$")
        program.key("End", "Home")
        program.close()

    @unittest.skipIf(TOOLKIT, "only GTK's")
    def test_search(self):
        program = Program(self, "search", title="^: 1000$")
        program.type("kaliverdo")
        program.find_window("^kaliverdo: 0$")
        program.key(*["BackSpace"] * 5)
        program.find_window("^kali: [1-9][0-9]*$")
        program.close()

    @unittest.skipIf(TOOLKIT, "only GTK's")
    def test_poll_goes_on_when_the_window_is_no_longer_minimized(self):
        for name in "poll", "poll-fiber":
            program = Program(self, name, title="^Load ")
            # Without a window manager GTK takes this for a minimized window.
            xdotool("windowunmap", "--sync", program.window)
            xdotool("set_window", "--name", "Minimized", program.window)
            xdotool("windowmap", program.window)
            program.find_window("^Load ")
            program.close()

    @unittest.skipUnless(os.path.exists(program_path("database")), "needs SQLite")
    def test_database(self):
        program = Program(self, "database", title="^Database$")
        program.key("alt+r")
        program.find_window("^200000 rows$")
        for sql, title in (("SELECT 1 UNION SELECT 2", "^2 rows$"), (ENDLESS, "^the user has cancelled it$"),
                           ("SELEKT", "syntax error$")):
            # The entry has the focus.
            program.key("ctrl+a")
            program.type(sql)
            program.key("alt+r")
            if sql == ENDLESS:
                program.find_window("^Running$")
                program.key("alt+c")
            program.find_window(title)
        program.close()

    @unittest.skipUnless(os.path.exists(program_path("database")), "needs SQLite")
    def test_a_database_that_is_no_database(self):
        place = os.path.join(self.make_folder(), "text")
        with open(place, "w", encoding="utf-8") as file:
            file.write("this is no database\n" * 1000)
        program = Program(self, "database", place, title="^Database$")
        program.key("alt+r")
        program.find_window("not a database$")
        program.close()


if __name__ == "__main__":
    main()

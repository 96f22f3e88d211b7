# SPDX-License-Identifier: LGPL-2.1-or-later
"""The program needs only Lodger: it calls no thread, lock, idle or timeout function of GLib, and no pthreads."""

import glob
import os
import re
import shutil
import unittest

from scantest import SANITIZED, SCAN, call, main

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../demos/lodger-scan")
SOURCES = os.path.join(FOLDER, "*.[ch]")
WINDOW_SOURCES = os.path.join(FOLDER, "gtk/*.[ch]")
FORBIDDEN = re.compile(r"\b(g_(thread|mutex|rec_mutex|rw_lock|cond|private|once|bit_lock|idle|timeout|task|async_queue|"
                       r"main_context_invoke|source_attach|source_set_callback|simple_async_result)_?\w*|G_LOCK\w*|"
                       r"GTask|GThread\w*|GMutex|pthread_\w+|thrd_\w+|mtx_\w+)\b")


class Sources(unittest.TestCase):
    def test_no_source_names_a_thread_lock_or_idle_function(self):
        for pattern in (SOURCES, WINDOW_SOURCES):
            self.assertTrue(glob.glob(pattern))
        for name in glob.glob(SOURCES) + glob.glob(WINDOW_SOURCES):
            with open(name, encoding="utf-8") as file:
                self.assertEqual(FORBIDDEN.findall(file.read()), [], name)

    @unittest.skipIf(SANITIZED or os.environ.get("LODGER_SHARED") == "0" or shutil.which("nm") is None,
                     "a sanitizer's run time or the libraries are in the program, or no nm")
    def test_the_program_links_to_none(self):
        out = call("nm", "--dynamic", "--undefined-only", SCAN)
        self.assertIn("lodger_caller_to_thread_full", out.decode())
        self.assertEqual(FORBIDDEN.findall(out.decode()), [])

    def test_only_the_window_knows_gtk(self):
        for name in glob.glob(SOURCES):
            with open(name, encoding="utf-8") as file:
                self.assertNotRegex(file.read(), r"<gtk/|gdk/|lodger-gtk|\bgtk_", name)

    def test_one_file_knows_the_loop(self):
        knowing = []
        for name in glob.glob(SOURCES):
            with open(name, encoding="utf-8") as file:
                if re.search(r"lodger-glib|glib-unix|GMainLoop|g_main_(loop|context)_", file.read()):
                    knowing.append(os.path.basename(name))
        self.assertEqual(knowing, ["glib-loop.c"])


if __name__ == "__main__":
    main()

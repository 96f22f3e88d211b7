# SPDX-License-Identifier: LGPL-2.1-or-later
"""The texts of the windows in other languages. LODGER_SCAN_LOCALEDIR is where the build has put the translations."""

import glob
import os
import re
import shutil
import subprocess
import unittest

from scantest import LIMIT, SCAN, Outcome, ScanTest, call, main, run, without_root_rights

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../demos/lodger-scan")
PO = os.path.join(FOLDER, "po")
TRANSLATIONS = os.environ.get("LODGER_SCAN_LOCALEDIR", "")
MARKED = re.compile(r'\b(_|N_|C_|NC_|ngettext) \("')
# The C library looks for translations in any locale but "C"; this one is always there.
GERMAN = {"LC_ALL": "C.UTF-8", "LANGUAGE": "de"}


def listed(name):
    with open(os.path.join(PO, name), encoding="utf-8") as file:
        return [line.strip() for line in file if not line.startswith("#")]


class Texts(unittest.TestCase):
    def test_each_file_with_texts_is_listed(self):
        having = []
        for name in glob.glob(os.path.join(FOLDER, "**/*.[ch]"), recursive=True):
            with open(name, encoding="utf-8") as file:
                if MARKED.search(file.read()):
                    having.append(os.path.relpath(name, FOLDER))
        having += [os.path.relpath(name, FOLDER) for name in glob.glob(os.path.join(FOLDER, "data/*.desktop.in"))]
        having += [os.path.relpath(name, FOLDER) for name in glob.glob(os.path.join(FOLDER, "data/*.xml.in"))]
        self.assertEqual(sorted(having), listed("POTFILES"))

    @unittest.skipIf(shutil.which("xgettext") is None, "missing: xgettext")
    def test_the_list_of_texts_is_up_to_date(self):
        process = subprocess.run([os.path.join(PO, "update"), "--check"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 timeout=LIMIT, check=False)
        self.assertEqual(process.returncode, 0, process.stdout.decode())

    @unittest.skipIf(shutil.which("msgfmt") is None, "missing: msgfmt")
    def test_translations_are_complete_and_fit(self):
        for language in listed("LINGUAS"):
            po = os.path.join(PO, f"{language}.po")
            # Format strings, lines at the ends, and mnemonics.
            process = subprocess.run(["msgfmt", "--check", "--check-accelerators=_", "--statistics", "-o", "/dev/null", po],
                                     stderr=subprocess.PIPE, env=dict(os.environ, LC_ALL="C"), timeout=LIMIT, check=False)
            self.assertEqual(process.returncode, 0, process.stderr.decode())
            self.assertRegex(process.stderr, rb"^\d+ translated messages\.\n$")
            # What is in the list and not in the translation.
            process = subprocess.run(["msgcmp", po, os.path.join(PO, "lodger-scan.pot")], stderr=subprocess.PIPE,
                                     timeout=LIMIT, check=False)
            self.assertEqual(process.returncode, 0, process.stderr.decode())


@unittest.skipUnless(os.path.exists(os.path.join(TRANSLATIONS, "de/LC_MESSAGES/lodger-scan.mo")),
                     "LODGER_SCAN_LOCALEDIR names no translations")
class German(ScanTest):
    def setUp(self):
        super().setUp()
        self.make("one", b"twice")
        self.make("two", b"twice")
        os.mkfifo(os.path.join(self.folder, b"fifo"))
        os.symlink(b"nothing", os.path.join(self.folder, b"broken"))

    @unittest.skipUnless("DISPLAY" in os.environ, "no display")
    def test_the_window_is_in_the_users_language(self):
        for language, title in (({"LC_ALL": "C.UTF-8", "LANGUAGE": "en"}, "Which folders to scan"),
                                (GERMAN, "Welche Ordner")):
            process = self.start(SCAN, self.folder, env=dict(os.environ, **language, DBUS_SESSION_BUS_ADDRESS="disabled:"))
            window = call("xdotool", "search", "--sync", "--onlyvisible", "--name", "Lodger Scan").split()[0]
            self.repeat_until(lambda: call("xdotool", "search", "--name", title, check=False), title,
                              lambda: call("xdotool", "windowfocus", window, "key", "ctrl+o", check=False,
                                           stderr=subprocess.DEVNULL))
            process.kill()
            process.wait(timeout=LIMIT)

    def test_what_programs_read_is_not_translated(self):
        english = Outcome(self.folder)
        german = Outcome(self.folder, env=dict(os.environ, **GERMAN))
        self.assertEqual(german.errors, english.errors)
        self.assertEqual(*(re.sub(rb"time .*", b"", outcome.process.stdout) for outcome in (german, english)))

    @unittest.skipUnless("DISPLAY" in os.environ, "no display")
    def test_a_report_of_the_window_is_not_translated(self):
        os.chmod(self.make("unreadable", b"x"), 0)
        reports = []
        for language in ({}, GERMAN):
            place = self.folder + b".json"
            process = run("--exit-when-done", "--json", place, self.folder, env=dict(os.environ, **language),
                          prefix=without_root_rights() or ())
            self.assertEqual((process.returncode, process.stderr), (0, b""))
            with open(place, "rb") as file:
                reports.append(re.sub(rb'"seconds":[\d.]+', b"", file.read()))
            os.unlink(place)
            reports.append(re.sub(rb"(?m)^ *(time|calls|frames).*\n", b"", process.stdout))
        self.assertEqual(reports[0], reports[2])
        self.assertEqual(reports[1], reports[3])


if __name__ == "__main__":
    main()

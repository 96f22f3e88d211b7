# SPDX-License-Identifier: LGPL-2.1-or-later
"""The window, on a display of its own (tests/support/with-xvfb).

LODGER_SCAN_DRAG is the path of drag.c's program; LODGER_SCAN_TITLES says how far down the titles of the columns are."""

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from scantest import LIMIT, NAME, SANITIZED, SCAN, ScanTest, call, main, run

TITLE = "Lodger Scan"
CLOSE_WINDOW = os.path.join(os.path.dirname(__file__), "../support/close-window")
PATIENCE = 20 if SANITIZED else 2
DRAG = os.environ.get("LODGER_SCAN_DRAG")
TITLES = os.environ.get("LODGER_SCAN_TITLES", "113")
# With the keyboard map of Debian sid, xdotool takes another key for the one that is labelled F5.
KEYCODES = {"F5": "71"}


def find_window(title=TITLE):
    """Waits until the window is there."""
    return int(call("xdotool", "search", "--sync", "--onlyvisible", "--name", title).split()[0])


def press(window, *keys):
    """Gives the window the focus, and presses keys one after the other."""
    codes = [KEYCODES.get(key, key) for key in keys]
    call("xdotool", "windowfocus", str(window), "key", *codes, check=False, stderr=subprocess.DEVNULL)


class Window(ScanTest):
    def start_scan(self, *arguments, **options):
        # What GTK remembers of folders that were chosen is not to be found in anybody's home.
        data = tempfile.TemporaryDirectory()
        self.addCleanup(data.cleanup)
        environment = dict(os.environ, XDG_DATA_HOME=data.name, XDG_CONFIG_HOME=data.name, G_DEBUG="fatal-criticals",
                           LODGER_DEBUG="calls" if "stderr" in options else "")
        return self.start(SCAN, *arguments, self.folder, env=environment, **options)

    def start_endless(self, *arguments):
        self.make("small", b"x")
        os.truncate(self.make("sub/endless"), 64 << 30)
        process = self.start_scan("--hash-all", *arguments, stderr=subprocess.PIPE)
        taken = threading.Event()
        threading.Thread(target=self.read_trace, args=(process.stderr, taken), daemon=True).start()
        self.assertTrue(taken.wait(timeout=LIMIT), "the window has not taken the small file")
        return process

    @staticmethod
    def read_trace(trace, taken):
        """Tells when the window has the small file: its batch has come back from the worker. Passes on what is no trace."""
        with trace:
            for line in trace:
                if re.match(rb"lodger: end \S+ scan files ", line):
                    taken.set()
                elif not re.match(rb"lodger: (submit|start|end) ", line):
                    sys.stderr.buffer.write(line)
        taken.set()

    def place_beside(self):
        """A path for JSON outside of the scanned folder."""
        place = os.fsdecode(self.folder) + ".json"
        self.addCleanup(lambda: os.path.exists(place) and os.unlink(place))
        return place

    def make_other(self):
        """An empty folder to change to."""
        other = os.fsdecode(self.folder) + ".other"
        os.mkdir(other)
        self.addCleanup(os.rmdir, other)
        return other

    def take_json(self, process, place, then=lambda: None):
        """Waits for the JSON of a finished scan, and removes it. Calls `then` repeatedly while it waits."""
        self.repeat_until(lambda: os.path.exists(place) or process.poll() is not None, "JSON", then)
        self.assertTrue(os.path.exists(place), f"it ended with status {process.returncode}")
        with open(place, encoding="utf-8") as file:
            out = json.load(file)
        os.unlink(place)
        return out

    def press_until_it_ends(self, process, window, key):
        self.repeat_until(lambda: process.poll() is not None, "end", lambda: press(window, key))
        self.assertEqual(process.returncode, 0)

    def quit(self, process, window):
        self.press_until_it_ends(process, window, "ctrl+q")

    def quit_but_for_leaks(self, process, window):
        """Leaks of GTK are ignored: they are in functions without a name for a suppression."""
        if SANITIZED:
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(timeout=LIMIT), -signal.SIGINT)
        else:
            self.quit(process, window)

    def test_exit_when_done_prints_the_summary_of_the_headless_run(self):
        for i in range(20):
            self.make(f"{i}", b"%d" % (i % 7))
        os.symlink(b"nothing", os.path.join(self.folder, b"broken"))
        place = self.folder + b".json"
        process = run("--exit-when-done", "--json", place, self.folder)
        self.addCleanup(os.unlink, place)
        self.assertEqual((process.returncode, process.stderr), (0, b""))
        lines = process.stdout.splitlines()
        self.assertEqual(lines[-1], f"{NAME}: finished".encode())
        headless = run("--headless", self.folder).stdout.splitlines()
        self.assertEqual([line for line in lines[:-1] if not line.startswith((b"  time", b"calls: ", b"frames: "))],
                         [line for line in headless if not line.startswith(b"  time")])
        self.assertGreater(os.path.getsize(place), 0)

    @unittest.skipUnless(NAME == "lodger-scan", "the window of Qt does not tell it")
    def test_progress_is_told_on_standard_error_when_asked_for(self):
        os.truncate(self.make("endless"), 64 << 30)
        process = self.start_scan("--hash-all", "--progress=always", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with process.stdout, process.stderr:
            lines = (line for line in process.stderr if not re.match(rb"lodger: (submit|start|end) ", line))
            self.assertRegex(next(lines).decode(), rf"^{NAME}: 0 files, [\d.]+ [kMG]?B, .*/s, 0 errors")

    def test_a_wrong_folder_is_one_line_and_status_2(self):
        process = run(os.path.join(self.folder, b"missing"))
        self.assertEqual(process.returncode, 2)
        self.assert_one_line(process.stderr, "No such file or directory")

    def test_the_window_stays_as_long_as_it_is_told_to(self):
        self.make("file", b"x")
        begun = time.monotonic()
        process = run("--exit-when-done=0.5", self.folder)
        self.assertEqual(process.returncode, 0)
        self.assertGreaterEqual(time.monotonic() - begun, 0.5)

    def test_closing_the_window_ends_the_scan(self):
        process = self.start_endless()
        window = find_window()
        begun = time.monotonic()
        call(CLOSE_WINDOW, str(window))
        self.assertEqual(process.wait(timeout=LIMIT), 0)
        print(f"{(time.monotonic() - begun) * 1000:.0f} ms")
        self.assertLess(time.monotonic() - begun, PATIENCE)

    def test_cancel_ends_the_scan_and_leaves_the_window(self):
        place = self.place_beside()
        process = self.start_endless("--json", place)
        window = find_window()
        # The button has the focus.
        found = self.take_json(process, place, lambda: press(window, "space"))
        self.assertEqual([file["path"] for file in found["files"]], ["small"])
        self.quit(process, window)

    def test_escape_cancels_and_what_was_found_stays(self):
        place = self.place_beside()
        process = self.start_endless("--json", place)
        window = find_window()
        found = self.take_json(process, place, lambda: press(window, "Escape"))
        self.assertEqual([file["path"] for file in found["files"]], ["small"])
        press(window, "Escape", "Escape")
        self.assertIsNone(process.poll())
        self.quit(process, window)

    def test_a_scan_can_be_had_again(self):
        place = self.place_beside()
        process = self.start_endless("--json", place)
        window = find_window()
        for again in ("F5", "ctrl+r"):
            # Once while the scan goes on, once when it is over.
            press(window, again)
            self.take_json(process, place, lambda: press(window, "Escape"))
        os.unlink(os.path.join(self.folder, b"sub/endless"))
        press(window, "F5")
        found = self.take_json(process, place)
        self.assertEqual([file["path"] for file in found["files"]], ["small"])
        self.quit(process, window)

    def test_a_folder_that_is_gone_is_told_in_the_window(self):
        place = self.place_beside()
        self.make("file", b"x")
        process = self.start_scan("--json", place)
        window = find_window()
        self.take_json(process, place)
        os.rename(self.folder, self.folder + b".gone")
        press(window, "F5", "alt+2", "alt+3", "alt+4", "alt+5", "alt+1", "F5")
        self.assertIsNone(process.poll())
        os.rename(self.folder + b".gone", self.folder)
        found = self.take_json(process, place, lambda: press(window, "F5"))
        self.assertEqual(len(found["files"]), 1)
        self.quit(process, window)

    @unittest.skipUnless(DRAG, "LODGER_SCAN_DRAG is not set")
    def test_a_folder_can_be_chosen_while_another_one_is_scanned(self):
        place = self.place_beside()
        other = self.make_other()
        process = self.start_endless("--json", place)
        window = find_window()
        self.start(DRAG, other)
        find_window("What is dragged")
        press(window, "ctrl+o")
        chooser = find_window("Which folder")
        # Pasted, since GTK 4.18 completes a path that is typed fast with parts of other names.
        press(chooser, "slash", "ctrl+a", "ctrl+v")
        found = self.take_json(process, place, lambda: press(chooser, "Return"))
        self.assertEqual((found["folder"], found["files"]), (other, []))
        # GTK 4.8's chooser leaves names of icons behind.
        self.quit_but_for_leaks(process, window)

    @unittest.skipUnless(DRAG, "LODGER_SCAN_DRAG is not set")
    def test_a_folder_can_be_dropped_while_another_one_is_scanned(self):
        place = self.place_beside()
        other = self.make_other()
        process = self.start_endless("--json", place)
        window = find_window()
        self.start(DRAG, other)
        dragged = find_window("What is dragged")
        call("xdotool", "windowmove", "--sync", str(dragged), "1040", "600")

        rests = itertools.count(1)

        def drag():
            """A hand that is slower with each try. Both programs have to see it before it goes on."""
            rest = ["sleep", str(next(rests) / 10)]
            steps = ["mousemove", "1100", "650", "mousedown", "1", *rest]
            for x in (1090, 1070, 1050):
                steps += ["mousemove", str(x), "600", *rest]
            for x in range(1030, 500, -20):
                steps += ["mousemove", str(x), "400"]
            call("xdotool", *steps, *rest, "mousemove", "505", "405", *rest, "mouseup", "1")

        found = self.take_json(process, place, drag)
        self.assertEqual((found["folder"], found["files"]), (other, []))
        # GTK 4.8 leaves the stream behind that the folder's name came through.
        self.quit_but_for_leaks(process, window)

    def test_the_list_can_be_sorted_at_any_time(self):
        for i in range(2000):
            self.make(f"{i % 10}/{i}", b"%d" % (i // 2))
        place = self.place_beside()
        process = self.start_endless("--json", place)
        window = find_window()
        # Where the titles of the columns are is not known, but they are all in this line.
        clicks = []
        for x in range(60, 1000, 60):
            clicks += ["mousemove", "--window", str(window), str(x), TITLES, "click", "1"]
        call("xdotool", *clicks)
        found = self.take_json(process, place, lambda: press(window, "Escape"))
        call("xdotool", *clicks)
        press(window, "F5")
        self.assertNotIn("sub/endless", [file["path"] for file in found["files"]])
        self.quit(process, window)

    def test_the_frames_of_the_scan_are_in_the_summary(self):
        os.truncate(self.make("zeros"), 128 << 20)
        process = run("--exit-when-done", "--hash-all", self.folder)
        self.assertEqual((process.returncode, process.stderr), (0, b""))
        self.assertRegex(process.stdout.splitlines()[-2],
                         rb"^frames: \d+, [\d.]+ per second, worst gap [\d.]+ ms, \d+ over 25 ms$")
        self.assertRegex(process.stdout.splitlines()[-3], rb"^calls: at most [\d.]+ ms between two frames, the longest [\d.]+ ms$")

    def test_each_page_is_shown_in_light_and_dark_without_a_complaint(self):
        for i in range(300):
            self.make(f"{i % 7}/{i}.{chr(97 + i % 26)}{i % 13}", b"%d" % (i % 50) * (i % 50))
        os.symlink(b"nothing", os.path.join(self.folder, b"broken"))
        self.make(b"caf\xe9 \x01\n<b>", b"x")
        self.make("/".join(["a" * 200] * 15 + ["file"]), b"x")
        os.mkdir(os.path.join(self.folder, b"empty"))
        for page in ("files", "folders", "duplicates", "types", "errors"):
            for arguments in ((), ("--dark",)):
                for folder in (self.folder, os.path.join(self.folder, b"empty")):
                    process = run("--exit-when-done", f"--page={page}", *arguments, folder)
                    self.assertEqual((process.returncode, process.stderr), (0, b""))

    def test_sigint_ends_the_program(self):
        process = self.start_endless()
        find_window()
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=LIMIT), -signal.SIGINT)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""The window, on a display of its own (tests/support/with-xvfb)."""

import os
import signal
import subprocess
import time

from scantest import SANITIZED, SCAN, ScanTest, main, run

if SANITIZED:
    # GTK and what is below it have threads of their own, whose hand-overs ThreadSanitizer cannot see.
    os.environ["TSAN_OPTIONS"] = os.environ.get("TSAN_OPTIONS", "") + ":ignore_noninstrumented_modules=1"
    # Mesa's drivers leave memory behind.
    os.environ["GDK_DEBUG"] = "gl-disable"

TITLE = "Lodger Scan"
CLOSE_WINDOW = os.path.join(os.path.dirname(__file__), "../support/close-window")
PATIENCE = 20 if SANITIZED else 2


def find_window():
    """Waits until the window is there."""
    out = subprocess.run(["xdotool", "search", "--sync", "--onlyvisible", "--name", TITLE], stdout=subprocess.PIPE,
                         timeout=60, check=True).stdout
    return int(out.split()[0])


class Window(ScanTest):
    def start_endless(self):
        self.make("small", b"x")
        os.truncate(self.make("sub/endless"), 64 << 30)
        return subprocess.Popen([SCAN, self.folder], stdin=subprocess.DEVNULL)

    def test_exit_when_done_prints_the_summary_of_the_headless_run(self):
        for i in range(20):
            self.make(f"{i}", b"%d" % (i % 7))
        os.symlink(b"nothing", os.path.join(self.folder, b"broken"))
        place = self.folder + b".json"
        process = run("--exit-when-done", "--json", place, self.folder)
        self.addCleanup(os.unlink, place)
        self.assertEqual((process.returncode, process.stderr), (0, b""))
        lines = process.stdout.splitlines()
        self.assertEqual(lines[-1], b"lodger-scan: finished")
        headless = run("--headless", self.folder).stdout.splitlines()
        self.assertEqual([line for line in lines[:-1] if not line.startswith((b"  time", b"frames: "))],
                         [line for line in headless if not line.startswith(b"  time")])
        self.assertGreater(os.path.getsize(place), 0)

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
        subprocess.run([CLOSE_WINDOW, str(window)], timeout=60, check=True)
        self.assertEqual(process.wait(timeout=60), 0)
        print(f"{(time.monotonic() - begun) * 1000:.0f} ms")
        self.assertLess(time.monotonic() - begun, PATIENCE)

    def test_cancel_ends_the_scan_and_leaves_the_window(self):
        process = self.start_endless()
        window = find_window()
        # The button has the focus; the second time it closes the window.
        while process.poll() is None:
            subprocess.run(["xdotool", "windowfocus", str(window), "key", "space"], timeout=60, check=False,
                           stderr=subprocess.DEVNULL)
        self.assertEqual(process.returncode, 0)

    def test_sigint_ends_the_program(self):
        process = self.start_endless()
        find_window()
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), -signal.SIGINT)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""The arguments, the exit status, the output and the end of the program."""

import json
import os
import pty
import re
import resource
import shutil
import signal
import subprocess
import time
import unittest

from scantest import LIMIT, NAME, Outcome, SANITIZED, SCAN, ScanTest, call, main, run

# Far more than a test can wait for: whoever gets to the end of this was not interrupted.
ENDLESS = 64 << 30


class Program(ScanTest):
    def test_mistyped_arguments_are_one_line_and_status_2(self):
        self.make("file", b"x")
        for arguments in (["--headles"], ["-x"], ["--headless", "a", "b"], ["--headless", "--json"],
                          ["--headless", "--min-size=x"], ["--headless", "--min-size=-1"], ["--headless", "--min-size="],
                          ["--headless", "--min-size=1kk"], ["--headless", "--min-size=99999999999E"],
                          ["--headless", "--min-size", "1.5M"], ["--headless", "--exclude="], ["--headless", "--csv"],
                          ["--headless", "--progress=often"], ["--headless", "--no-hidden=yes"], ["--csv=out.csv"],
                          ["--json=-"], ["--headless", "--json=-", "--csv=-"], ["--page=nowhere"],
                          ["--duplicates-only"], ["--dry-run", "--headless"], ["--yes", "--headless"],
                          ["--keep=newest", "--headless"], ["--headless", "--delete-duplicates=shred", "--yes"],
                          ["--headless", "--delete-duplicates", "--yes", "--keep=any"], ["--headless", "\x1b[2J"],
                          ["--headless", "--json="], ["--headless", "--json", ""], ["--exit-when-done=soon"],
                          ["--exit-when-done="], ["--exit-when-done=-1"], ["--exit-when-done=nan"],
                          ["--headless", "--help=x"], ["--headless", ""]):
            process = run(*arguments)
            self.assertEqual(process.returncode, 2, arguments)
            self.assert_one_line(process.stderr, f"{NAME}: ")
            self.assertEqual(process.stdout, b"")

    def test_a_wrong_folder_is_one_line_and_status_2(self):
        file = self.make("file", b"x")
        fifo = os.path.join(self.folder, b"fifo")
        os.mkfifo(fifo)
        for folder, why in ((os.path.join(self.folder, b"missing"), "No such file or directory"),
                            (file, "not a folder"), (fifo, "not a folder"), (b"x" * 5000, "File name too long")):
            process = run("--headless", folder)
            self.assertEqual(process.returncode, 2)
            self.assert_one_line(process.stderr, "cannot scan", why)

    def test_help_and_version_go_to_standard_output(self):
        for option in ("--help", "--version"):
            process = run(option)
            self.assertEqual((process.returncode, process.stderr), (0, b""))
            self.assertIn(NAME.encode(), process.stdout)
        self.assertIn("U+FFFD", run("--help").stdout.decode())
        for line in run("--help").stdout.decode().splitlines():
            self.assertLess(len(line), 80, line)

    def test_the_manual_page_tells_all_that_the_help_tells(self):
        process = run("--man-page")
        self.assertEqual((process.returncode, process.stderr), (0, b""))
        page = process.stdout.decode("ascii").replace("\\-", "-").replace("\\fB", "").replace("\\fI", "")
        for option in re.findall(r"^  (--[a-z-]+)", run("--help").stdout.decode(), re.MULTILINE):
            self.assertIn(option, page)
        for status in ("0", "1", "2", "3", "130, 143"):
            self.assertIn(f".TP\n.B {status}\n", page)

    @unittest.skipIf(shutil.which("man") is None or shutil.which("nroff") is None, "no man")
    def test_the_manual_page_is_a_correct_one(self):
        place = self.make("page.1", run("--man-page").stdout)
        environment = dict(os.environ, MANPAGER="cat", MANROFFOPT="", LC_ALL="C.UTF-8", TERM="dumb")
        process = subprocess.run(["man", "--warnings", "-l", place], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 env=environment, check=False, timeout=LIMIT)
        self.assertEqual((process.returncode, process.stderr), (0, b""))
        self.assertIn("EXIT STATUS", process.stdout.decode())

    def test_a_folder_may_look_like_an_option(self):
        self.make("--help/file", b"x")
        process = run("--headless", "--", "--help", cwd=self.folder)
        self.assertEqual(process.returncode, 0)
        self.assertIn(b"files       1, 1 B", process.stdout)

    def test_the_home_is_the_default_when_it_holds_a_file(self):
        self.make("home/file", b"x")
        environment = dict(os.environ, HOME=os.fsdecode(os.path.join(self.folder, b"home")))
        process = run("--headless", env=environment)
        self.assertEqual(process.returncode, 0)
        self.assertTrue(process.stdout.startswith(os.path.join(self.folder, b"home") + b"\n"), process.stdout)

    def test_the_folder_in_the_json_is_absolute(self):
        self.make("sub/file", b"x")
        process = run("--headless", "--json", "out.json", "./sub/", cwd=self.folder)
        self.assertEqual(process.returncode, 0)
        with open(os.path.join(self.folder, b"out.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["folder"], os.fsdecode(os.path.join(self.folder, b"sub")))

    def test_nothing_is_printed_on_standard_error_without_a_terminal(self):
        self.make("file", b"x")
        self.assertEqual(run("--headless", self.folder).stderr, b"")

    def test_a_full_disk_is_one_line_and_status_1(self):
        for i in range(300):
            self.make(f"{i}", b"x")
        process = run("--headless", "--json", "/dev/full", self.folder)
        self.assertEqual(process.returncode, 1)
        self.assert_one_line(process.stderr, "cannot write '/dev/full': No space left on device")
        with open("/dev/full", "wb") as full:
            process = run("--headless", self.folder, stdout=full)
        self.assertEqual(process.returncode, 1)
        self.assert_one_line(process.stderr, "cannot write to standard output")

    def test_json_that_cannot_be_written_is_told_before_the_scan(self):
        self.make("file", b"x")
        for place, why in (("/nonexistent/out.json", "No such file or directory"), (self.folder, "Is a directory")):
            process = run("--headless", "--json", place, self.folder)
            self.assertEqual((process.returncode, process.stdout), (1, b""))
            self.assert_one_line(process.stderr, "cannot write", why)

    def test_the_json_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it(self):
        self.make("in/file", b"x")
        place = self.make("out/here.json", b"old")
        os.chmod(place, 0o640)
        os.symlink(b"here.json", os.path.join(self.folder, b"out/link.json"))
        with open(place, "rb") as reader:
            process = run("--headless", "--json", os.path.join(self.folder, b"out/link.json"),
                          os.path.join(self.folder, b"in"))
            self.assertEqual(reader.read(), b"old")
        self.assertEqual(process.returncode, 0)
        self.assertEqual(sorted(os.listdir(os.path.join(self.folder, b"out"))), [b"here.json", b"link.json"])
        self.assertEqual(os.stat(place).st_mode & 0o777, 0o640)
        with open(place, encoding="utf-8") as file:
            self.assertEqual(len(json.load(file)["files"]), 1)

    def test_the_json_file_is_not_in_the_scan_that_makes_it(self):
        self.make("file", b"x")
        process = run("--headless", "--json", "out.json", ".", cwd=self.folder)
        self.assertEqual(process.returncode, 0)
        with open(os.path.join(self.folder, b"out.json"), encoding="utf-8") as file:
            self.assertEqual([entry["path"] for entry in json.load(file)["files"]], ["file"])

    def test_a_reader_that_goes_away_is_no_crash(self):
        self.make("file", b"x")
        reader, writer = os.pipe()
        os.close(reader)
        process = run("--headless", self.folder, stdout=writer)
        os.close(writer)
        self.assertEqual((process.returncode, process.stderr), (0, b""))

    def test_closed_standard_streams_do_not_end_up_in_the_json(self):
        self.make("in/file", b"x")
        place = os.path.join(self.folder, b"out.json")
        script = 'exec "$0" --headless --json "$1" "$2" <&- >&- 2>&-'
        call("sh", "-c", script, SCAN, place, os.path.join(self.folder, b"in"), stdout=None)
        with open(place, encoding="utf-8") as file:
            self.assertEqual(len(json.load(file)["files"]), 1)

    def test_without_a_display_the_window_is_refused(self):
        environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
        environment["XDG_RUNTIME_DIR"] = "/nonexistent"
        process = run(self.folder, env=environment)
        self.assertEqual(process.returncode, 2)
        self.assert_one_line(process.stderr, "--headless")

    def test_few_descriptors_are_enough(self):
        for i in range(200):
            self.make(f"{i}/{i}", b"%d" % i)
        outcome = Outcome(self.folder, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128)))
        self.assert_complete(outcome)


class Chosen(ScanTest):
    """What is scanned."""

    def found(self, *arguments):
        outcome = Outcome(self.folder, *arguments)
        self.assertEqual(outcome.status, 0, outcome.process.stderr)
        return outcome.paths

    def test_an_option_and_its_value_may_be_two_arguments(self):
        self.make("small", b"x")
        self.make("large", b"x" * 1000)
        self.assertEqual(self.found("--min-size", "1000"), [b"large"])
        self.assertEqual(self.found("--min-size=1001"), [])

    def test_sizes_have_units(self):
        self.make("10000", b"x" * 10000)
        self.make("10240", b"x" * 10240)
        for size in ("10k", "10K", "10kB", "10000B", "10000"):
            self.assertEqual(self.found(f"--min-size={size}"), [b"10000", b"10240"], size)
        for size in ("10Ki", "10KiB", "10ki"):
            self.assertEqual(self.found(f"--min-size={size}"), [b"10240"], size)
        for size in ("1M", "1Gi", "1T", "1PB", "15EiB"):
            self.assertEqual(self.found(f"--min-size={size}"), [], size)

    def test_patterns_leave_out_names_and_paths(self):
        for name in ("a.o", "a.c", "sub/b.o", "sub/b.c", "build/c.c", "sub/build/d.c"):
            self.make(name, b"x")
        self.assertEqual(self.found("--exclude=*.o"), [b"a.c", b"build/c.c", b"sub/b.c", b"sub/build/d.c"])
        self.assertEqual(self.found("--exclude=*.o", "--exclude", "build"), [b"a.c", b"sub/b.c"])
        self.assertEqual(self.found("--exclude=*.o", "--exclude=sub/build"), [b"a.c", b"build/c.c", b"sub/b.c"])

    def test_hidden_names_may_be_left_out(self):
        for name in ("seen", ".hidden", ".folder/in"):
            self.make(name, b"x")
        self.assertEqual(self.found(), [b".folder/in", b".hidden", b"seen"])
        self.assertEqual(self.found("--no-hidden"), [b"seen"])

    def test_several_folders_are_one_scan(self):
        for name in ("a/same", "b/same", "c/same"):
            self.make(name, b"same")
        place = os.path.join(self.folder, b"out.json")
        process = run("--headless", "--json", place, "a", "./b/", cwd=self.folder)
        self.assertEqual((process.returncode, process.stderr), (0, b""))
        folders = [os.path.join(self.folder, name) for name in (b"a", b"b")]
        self.assertTrue(process.stdout.startswith(b"\n".join(folders) + b"\n"), process.stdout)
        with open(place, encoding="utf-8") as file:
            found = json.load(file)
        self.assertEqual((found["folder"], found["folders"]), ("/", [os.fsdecode(name) for name in folders]))
        paths = [os.fsdecode(name)[1:] + "/same" for name in folders]
        self.assertEqual([entry["path"] for entry in found["files"]], paths)
        self.assertEqual([group["paths"] for group in found["duplicates"]], [paths])

    def test_a_wrong_one_of_several_folders_is_named(self):
        self.make("a/file", b"x")
        process = run("--headless", "a", "missing", cwd=self.folder)
        self.assertEqual(process.returncode, 2)
        self.assert_one_line(process.stderr, "cannot scan", "missing", "No such file or directory")


class Interrupted(ScanTest):
    """The scan has begun when the progress line appears on a terminal."""

    def start_endless(self, *arguments):
        self.make("small", b"x")
        os.truncate(self.make("sub/endless"), ENDLESS)
        return self.start_on_terminal(b"1 files", *arguments)

    def check_signal(self, number, status):
        place = os.path.join(self.folder, b"out.json")
        process, shown = self.start_endless("--json", place)
        self.assertRegex(shown, rb"1 files, [\d.]+ [kMG]?B, [\d.]+ [kMG]?B/s, 0 errors")
        begun = time.monotonic()
        process.send_signal(number)
        out, _ = process.communicate(timeout=LIMIT)
        took = time.monotonic() - begun
        print(f"{signal.Signals(number).name}: {took * 1000:.0f} ms")
        self.assertEqual(process.returncode, status)
        self.assertLess(took, 20 if SANITIZED else 2)
        self.assertIn(b"interrupted", out)
        self.assertIn(b"files       1, 1 B", out)
        with open(place, encoding="utf-8") as file:
            self.assertEqual([entry["path"] for entry in json.load(file)["files"]], ["small"])

    def test_sigint_ends_with_what_was_found(self):
        self.check_signal(signal.SIGINT, 130)

    def test_sigterm_ends_with_what_was_found(self):
        self.check_signal(signal.SIGTERM, 143)

    def test_without_a_terminal_progress_is_told_in_lines_when_asked_for(self):
        os.truncate(self.make("endless"), ENDLESS)
        process = self.start(SCAN, "--headless", "--hash-all", "--progress=always", self.folder, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        self.assertRegex(process.stderr.readline().decode(), rf"^{NAME}: 0 files, [\d.]+ [kMG]?B, .*/s, 0 errors")
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=LIMIT)
        self.assertEqual((process.returncode, rest), (130, b""))

    def test_progress_may_be_left_out_on_a_terminal(self):
        self.make("small", b"x")
        terminal, other_end = pty.openpty()
        process = run("--headless", "--progress=never", self.folder, stderr=other_end)
        os.close(other_end)
        self.addCleanup(os.close, terminal)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(self.rest_of(terminal), b"")

    @staticmethod
    def rest_of(terminal):
        """What is left of a terminal whose other end is closed."""
        try:
            return os.read(terminal, 4096)
        except OSError:
            return b""

    def test_the_progress_line_fits_in_the_terminal_and_is_cleared(self):
        process, shown = self.start_endless("--hash-all")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LIMIT)
        for line in re.split(rb"[\r\n]", shown):
            self.assertLess(len(line.replace(b"\x1b[K", b"")), 80)


if __name__ == "__main__":
    main()

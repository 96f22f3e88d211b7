# SPDX-License-Identifier: LGPL-2.1-or-later
"""One program for all windows, on a session bus and a display of its own (tests/support/with-xvfb)."""

import os
import shutil
import subprocess
import tempfile

from scantest import LIMIT, SCAN, ScanTest, call, main, run

ID = "io.github.lodger.Scan"
PATH = "/io/github/lodger/Scan"
CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={dir}</listen>
  <servicedir>{dir}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
SERVICE = """[D-BUS Service]
Name={id}
Exec={program} --gapplication-service
"""


def windows(*names):
    """The windows that can be seen, and have one of these in their title."""
    found = call("xdotool", "search", "--onlyvisible", "--name", "|".join(names) or "Lodger Scan", check=False)
    return sorted(map(int, found.split()))


class Application(ScanTest):
    def setUp(self):
        super().setUp()
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.environment = dict(os.environ, XDG_CONFIG_HOME=place.name, XDG_DATA_HOME=place.name,
                                XDG_CACHE_HOME=place.name, G_DEBUG="fatal-criticals")
        self.place = place.name
        self.first = self.make_folder("first")
        self.second = self.make_folder("second")

    def make_folder(self, name):
        self.make(f"{name}/file", name.encode())
        return os.path.join(self.folder, name.encode())

    def start_bus(self):
        """A session bus, which knows how to start the program."""
        if shutil.which("dbus-daemon") is None or shutil.which("gdbus") is None:
            self.skipTest("missing: dbus-daemon or gdbus")
        with open(os.path.join(self.place, "bus.conf"), "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(dir=self.place))
        with open(os.path.join(self.place, f"{ID}.service"), "w", encoding="utf-8") as file:
            file.write(SERVICE.format(id=ID, program=SCAN))
        bus = self.start("dbus-daemon", f"--config-file={self.place}/bus.conf", "--nofork", "--print-address",
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.environment)
        self.addCleanup(bus.stdout.close)
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()

    def ask(self, method, *arguments):
        """Calls a method of the running program, or of one that the bus starts."""
        call("gdbus", "call", "--session", "--dest", ID, "--object-path", PATH, "--method",
             f"org.freedesktop.Application.{method}", *arguments, env=self.environment)

    def start_scan(self, *arguments):
        return self.start(SCAN, *arguments, env=self.environment)

    def wait_for_windows(self, count, *names):
        self.repeat_until(lambda: len(windows(*names)) == count, f"{count} windows with {names}")

    def press_until(self, reached, what, name, *keys):
        """Presses keys in the window again and again: one that has just come may not have the keyboard yet."""
        def press():
            for window in windows(name):
                call("xdotool", "windowfocus", str(window), "key", *keys, check=False, stderr=subprocess.DEVNULL)
        self.repeat_until(reached, what, press)

    def start_both(self):
        self.start_bus()
        process = self.start_scan(self.first)
        self.wait_for_windows(1, "/first – ")
        other = run(self.second, env=self.environment)
        self.assertEqual((other.returncode, other.stdout, other.stderr), (0, b"", b""))
        self.wait_for_windows(1, "/second – ")
        return process

    def quit(self):
        self.ask("ActivateAction", "quit", "[]", "{}")

    def test_a_second_program_opens_a_window_in_the_first(self):
        process = self.start_both()
        self.assertEqual(len(windows()), 2)
        self.quit()
        self.assertEqual(process.wait(timeout=LIMIT), 0)

    def test_a_folder_may_have_any_name(self):
        self.start_bus()
        process = self.start_scan(self.first)
        self.wait_for_windows(1, "/first – ")
        self.make(b"caf\xe9/file", b"x")
        self.assertEqual(run(os.path.join(self.folder, b"caf\xe9"), env=self.environment).returncode, 0)
        self.wait_for_windows(1, "caf\ufffdE9 – ")
        self.quit()
        self.assertEqual(process.wait(timeout=LIMIT), 0)

    def test_the_program_ends_with_its_last_window(self):
        process = self.start_both()
        for name in ("/first – ", "/second – "):
            self.assertIsNone(process.poll())
            self.press_until(lambda name=name: not windows(name), f"end of {name}", name, "ctrl+w")
        self.assertEqual(process.wait(timeout=LIMIT), 0)

    def test_quit_ends_scans_of_all_windows(self):
        os.truncate(self.make("first/endless"), 64 << 30)
        os.truncate(self.make("second/endless"), 64 << 30)
        process = self.start_both()
        self.quit()
        self.assertEqual(process.wait(timeout=LIMIT), 0)

    def test_quit_takes_along_what_is_open_beside_a_window(self):
        # GTK 4.8's chooser leaves names of icons behind.
        self.environment["ASAN_OPTIONS"] = self.environment.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        process = self.start_both()
        for number, action, title in ((1, "open", "Which folders"), (2, "about", "About This Scan")):
            call("gdbus", "call", "--session", "--dest", ID, "--object-path", f"{PATH}/window/{number}", "--method",
                 "org.gtk.Actions.Activate", action, "[]", "{}", env=self.environment)
            self.wait_for_windows(1, title)
        self.quit()
        self.assertEqual(process.wait(timeout=LIMIT), 0)

    def test_the_file_manager_opens_folders_in_a_running_program(self):
        self.start_bus()
        process = self.start_scan(self.first)
        self.wait_for_windows(1, "/first – ")
        self.ask("Open", f"['file://{os.fsdecode(self.second)}']", "{}")
        self.wait_for_windows(1, "/second – ")
        self.ask("Open", f"['file://{os.fsdecode(self.first)}', 'file://{os.fsdecode(self.second)}']", "{}")
        self.wait_for_windows(1, "2 folders – ")
        self.ask("Open", f"['file://{os.fsdecode(self.folder)}/missing']", "{}")
        self.wait_for_windows(1, "/missing – ")
        self.quit()
        self.assertEqual(process.wait(timeout=LIMIT), 0)

    def test_the_bus_starts_the_program(self):
        self.start_bus()
        self.ask("Open", f"['file://{os.fsdecode(self.first)}']", "{}")
        self.wait_for_windows(1, "/first – ")
        self.quit()
        self.wait_for_windows(0)

    def test_what_is_to_be_printed_or_written_is_done_by_the_program_that_was_asked(self):
        self.start_bus()
        process = self.start_scan(self.first)
        self.wait_for_windows(1, "/first – ")
        place = os.path.join(self.place, "out.json")
        alone = run("--exit-when-done", "--json", place, self.second, env=self.environment)
        self.assertEqual((alone.returncode, alone.stderr), (0, b""))
        self.assertTrue(alone.stdout.startswith(self.second + b"\n"), alone.stdout)
        self.assertTrue(os.path.exists(place))
        self.assertEqual(len(windows()), 1)
        self.quit()
        self.assertEqual(process.wait(timeout=LIMIT), 0)

    def test_without_a_bus_each_program_is_alone(self):
        for address in ("unix:path=/nonexistent", "disabled:"):
            self.environment["DBUS_SESSION_BUS_ADDRESS"] = address
            programs = [self.start(SCAN, folder, env=self.environment, stderr=subprocess.PIPE)
                        for folder in (self.first, self.second)]
            self.wait_for_windows(2)
            for program, name in zip(programs, ("/first – ", "/second – ")):
                self.press_until(lambda program=program: program.poll() is not None, "end", name, "ctrl+q")
                self.assertEqual(program.returncode, 0)
                self.assertEqual(program.stderr.read(), b"")
                program.stderr.close()

    def test_what_is_kept_is_there_the_next_time(self):
        self.start_bus()
        os.mkdir(os.path.join(self.place, "lodger-scan"))
        with open(os.path.join(self.place, "lodger-scan/settings"), "w", encoding="utf-8") as file:
            file.write("[lodger-scan]\nwidth=900\nheight=600\n")
        process = self.start_scan("--page=types", self.first)
        self.wait_for_windows(1, "/first – ")
        self.press_until(lambda: process.poll() is not None, "end", "/first – ", "ctrl+q")
        self.assertEqual(process.returncode, 0)
        with open(os.path.join(self.place, "lodger-scan/settings"), encoding="utf-8") as file:
            kept = file.read()
        self.assertIn(f"\nfolders=file://{os.fsdecode(self.first)};\n", kept)
        for line in ("page=types", "width=900", "height=600", "maximized=false"):
            self.assertIn(f"\n{line}\n", kept)
        process = self.start_scan(self.second)
        self.wait_for_windows(1, "/second – ")
        shape = call("xdotool", "getwindowgeometry", "--shell", str(windows("/second – ")[0])).decode()
        self.assertIn("\nWIDTH=900\nHEIGHT=600\n", shape)
        call("gdbus", "call", "--session", "--dest", ID, "--object-path", PATH + "/window/1", "--method",
             "org.gtk.Actions.Activate", "open-recent", f"[<b'{os.fsdecode(self.first)}'>]", "{}", env=self.environment)
        self.wait_for_windows(1, "/first – ")
        self.press_until(lambda: process.poll() is not None, "end", "/first – ", "ctrl+q")
        self.assertEqual(process.returncode, 0)

    def test_a_wrong_folder_does_not_start_a_program(self):
        self.start_bus()
        process = run(os.path.join(self.folder, b"missing"), env=self.environment)
        self.assertEqual(process.returncode, 2)
        self.assert_one_line(process.stderr, "No such file or directory")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is done about duplicates without a window, and what is not."""

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import time

from scantest import LIMIT, NAME, SCAN, ScanTest, call, main, run


class Delete(ScanTest):
    def setUp(self):
        super().setUp()
        self.data = self.folder + b".data"
        self.addCleanup(lambda: call("rm", "-rf", "--", self.data))
        self.environment = dict(os.environ, XDG_DATA_HOME=os.fsdecode(self.data))

    def delete(self, *arguments, how="--delete-duplicates", folders=None):
        return run("--headless", how, *arguments, *(folders or [self.folder]), env=self.environment)

    def listing(self, folder=None):
        """All files with what identifies them and what is in them."""
        found = {}
        for place, _, names in os.walk(folder or self.folder):
            for name in names:
                path = os.path.join(place, name)
                status = os.lstat(path)
                with open(path, "rb") as file:
                    found[path] = (status.st_ino, status.st_nlink, status.st_mtime_ns, file.read())
        return found

    def names(self, folder=None):
        folder = folder or self.folder
        return sorted(os.path.relpath(path, folder) for path in self.listing(folder))

    def bin(self):
        place = os.path.join(self.data, b"Trash/files")
        return self.names(place) if os.path.isdir(place) else []

    def make_dated(self, name, content, date):
        path = self.make(name, content)
        os.utime(path, (0, date))
        return path

    def make_three(self):
        """Three copies: b is the oldest, sub/deep/a the newest, and c has the shortest path beside b."""
        self.make_dated("sub/deep/a", b"same" * 100, 3000)
        self.make_dated("sub/b", b"same" * 100, 1000)
        self.make_dated("c", b"same" * 100, 2000)
        self.make("other", b"x")

    # ---- rules and kinds

    def test_the_oldest_stays_and_the_others_are_in_the_bin(self):
        self.make_three()
        process = self.delete("--yes")
        self.assertEqual((process.returncode, process.stderr), (0, b""))
        self.assertEqual(self.names(), [b"other", b"sub/b"])
        self.assertEqual(self.bin(), [b"a", b"c"])
        self.assertIn(b"moved to the Bin:\n", process.stdout)
        self.assertIn(b"800 B", process.stdout)

    def test_each_rule_keeps_another_one(self):
        for rule, stays in (("oldest", b"sub/b"), ("newest", b"sub/deep/a"), ("shortest-path", b"c")):
            self.make_three()
            process = self.delete("--yes", f"--keep={rule}")
            self.assertEqual((process.returncode, process.stderr), (0, b""), rule)
            self.assertEqual(self.names(), sorted([b"other", stays]), rule)

    def test_the_first_folder_that_was_given_keeps_its_copy(self):
        for name in ("a/one", "b/one", "c/one"):
            self.make_dated(name, b"same", 1000)
        folders = [os.path.join(self.folder, name) for name in (b"b", b"c", b"a")]
        process = self.delete("--yes", "--keep", "first-folder", folders=folders)
        self.assertEqual((process.returncode, process.stderr), (0, b""))
        self.assertEqual(self.names(), [b"b/one"])

    def test_to_delete_for_good_has_to_be_said(self):
        self.make_three()
        process = self.delete("--yes", how="--delete-duplicates=delete")
        self.assertEqual((process.returncode, process.stderr), (0, b""))
        self.assertEqual(self.names(), [b"other", b"sub/b"])
        self.assertEqual(self.bin(), [])

    def test_duplicates_become_hard_links(self):
        self.make_three()
        process = self.delete("--yes", how="--delete-duplicates=hardlink")
        self.assertEqual((process.returncode, process.stderr), (0, b""))
        self.assertEqual(self.names(), [b"c", b"other", b"sub/b", b"sub/deep/a"])
        inodes = {os.lstat(os.path.join(self.folder, name)).st_ino for name in (b"c", b"sub/b", b"sub/deep/a")}
        self.assertEqual(len(inodes), 1)
        before = self.listing()
        process = self.delete("--yes", how="--delete-duplicates=hardlink")
        self.assertEqual((process.returncode, process.stderr), (0, b""))
        self.assertEqual(self.listing(), before)

    def test_further_names_of_what_stays_stay_too(self):
        self.make_dated("old", b"same" * 100, 1000)
        os.link(os.path.join(self.folder, b"old"), os.path.join(self.folder, b"another-name"))
        self.make_dated("new", b"same" * 100, 2000)
        process = self.delete("--yes")
        self.assertEqual((process.returncode, process.stderr), (0, b""))
        self.assertEqual(self.names(), [b"another-name", b"old"])

    def test_a_folder_named_behind_the_option_is_a_folder(self):
        self.make_three()
        process = run("--headless", "--yes", "--delete-duplicates", self.folder, env=self.environment)
        self.assertEqual((process.returncode, process.stderr), (0, b""))
        self.assertEqual(self.bin(), [b"a", b"c"])

    def test_nothing_to_do_is_no_failure(self):
        self.make("one", b"1")
        self.make("two", b"22")
        process = self.delete("--yes")
        self.assertEqual((process.returncode, process.stderr), (0, b""))
        self.assertIn(b"no duplicate is to go\n", process.stdout)

    # ---- without doing anything

    def test_a_dry_run_changes_nothing_and_tells_all(self):
        self.make_three()
        before = self.listing()
        for how in ("--delete-duplicates", "--delete-duplicates=delete", "--delete-duplicates=hardlink"):
            process = self.delete("--dry-run", how=how)
            self.assertEqual((process.returncode, process.stderr), (0, b""), how)
            for name in (b"sub/deep/a", b"c"):
                self.assertIn(b"\n  " + os.path.join(self.folder, name) + b"\n", process.stdout)
            self.assertIn(b"would be", process.stdout)
        self.assertEqual(self.listing(), before)
        self.assertFalse(os.path.exists(os.path.join(self.data, b"Trash")))

    def test_without_a_terminal_it_has_to_be_confirmed(self):
        self.make_three()
        before = self.listing()
        process = self.delete()
        self.assertEqual((process.returncode, process.stdout), (2, b""))
        self.assert_one_line(process.stderr, f"{NAME}: ", "--yes")
        self.assertEqual(self.listing(), before)

    def answer(self, answer, *arguments):
        """Answers the question on a terminal. None is Ctrl+C. Returns the status, what was shown and what printed."""
        terminal, other_end = pty.openpty()
        process = subprocess.Popen([SCAN, "--headless", "--delete-duplicates", *arguments, self.folder], stdin=other_end,
                                   stdout=subprocess.PIPE, stderr=other_end, env=self.environment)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        os.close(other_end)
        self.addCleanup(os.close, terminal)
        shown, end = b"", time.monotonic() + LIMIT
        while b"[y/N] " not in shown and select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
            shown += os.read(terminal, 4096)
        self.assertIn(b"[y/N] ", shown)
        if answer is None:
            process.send_signal(signal.SIGINT)
        else:
            os.write(terminal, answer)
        out, _ = process.communicate(timeout=LIMIT)
        return process.returncode, shown, out

    def test_the_question_tells_how_much_goes(self):
        self.make_three()
        status, shown, out = self.answer(b"y\n")
        self.assertIn(b"Move duplicates to the Bin (2 files, 800 B)", shown)
        self.assertIn(b"oldest", shown)
        self.assertEqual(status, 0)
        self.assertIn(b"moved to the Bin", out)
        self.assertEqual(self.bin(), [b"a", b"c"])

    def test_anything_but_yes_is_no(self):
        self.make_three()
        before = self.listing()
        for answer in (b"n\n", b"\n", b"\x04", b"what?\n"):
            status, _, out = self.answer(answer)
            self.assertEqual(status, 0, answer)
            self.assertIn(b"nothing was done\n", out)
        self.assertEqual(self.listing(), before)

    def test_a_signal_at_the_question_ends_it(self):
        self.make_three()
        before = self.listing()
        status, _, out = self.answer(None)
        self.assertEqual(status, 130)
        self.assertIn(b"nothing was done\n", out)
        self.assertEqual(self.listing(), before)

    def test_what_is_for_good_is_told_in_the_question(self):
        self.make_three()
        _, shown, _ = self.answer(b"n\n", "--delete-duplicates=delete")
        self.assertIn(b"for good", shown)

    # ---- failures

    def as_nobody(self):
        """A command prefix for a user who may not write to the top folder of the file system, where a Bin could be, too."""
        top = self.folder
        while not os.path.ismount(top):
            top = os.path.dirname(top)
        if os.stat(top).st_mode & 0o002 or (os.geteuid() != 0 and os.access(top, os.W_OK)):
            self.skipTest(f"anybody may make a Bin in {top}")
        if os.geteuid() != 0:
            return ()
        if shutil.which("setpriv") is None:
            self.skipTest("no setpriv")
        call("chown", "-R", "65534:65534", "--", self.folder)
        return ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")

    def test_without_a_bin_all_stays_and_it_is_told(self):
        self.make_three()
        prefix = self.as_nobody()
        before = self.listing()
        environment = dict(os.environ, HOME="/dev/null/home", XDG_DATA_HOME="/dev/null/data",
                           XDG_CACHE_HOME="/dev/null/cache")
        process = run("--headless", "--delete-duplicates", "--yes", self.folder, prefix=prefix, env=environment)
        self.assertEqual((process.returncode, process.stderr), (3, b""))
        self.assertEqual(self.listing(), before)
        for name in (b"sub/deep/a", b"c"):
            self.assertIn(os.path.join(self.folder, name) + b": ", process.stdout)

    def test_what_the_file_system_cannot_do_is_told(self):
        self.make_three()
        before = self.listing()
        process = self.delete("--yes", how="--delete-duplicates=reflink")
        if process.returncode == 0:
            self.skipTest("this file system has reflinks")
        self.assertEqual((process.returncode, process.stderr), (3, b""))
        self.assertEqual(self.listing(), before)

    def test_what_became_of_each_file_is_in_the_json_and_the_csv(self):
        self.make_three()
        place = self.folder + b".json"
        self.addCleanup(os.unlink, place)
        process = self.delete("--yes", "--json", place, "--csv=-")
        self.assertEqual(process.returncode, 0)
        with open(place, encoding="utf-8") as file:
            group = json.load(file)["duplicates"][0]
        self.assertEqual(dict(zip(group["paths"], group["acts"])),
                         {"c": "binned", "sub/b": "kept", "sub/deep/a": "binned"})
        rows = [line.split(b",") for line in process.stdout.split(b"\r\n")[1:-1]]
        self.assertEqual({row[0]: row[-1] for row in rows},
                         {b"c": b"binned", b"sub/b": b"kept", b"sub/deep/a": b"binned", b"other": b""})

    def test_a_signal_in_the_middle_leaves_a_copy_of_each(self):
        contents = {}
        for i in range(1500):
            contents[i] = b"%d" % i * 5000
            for folder in "abcd":
                self.make(f"{folder}/{i}", contents[i])
        process, _ = self.start_on_terminal(b"files moved to the Bin", "--delete-duplicates", "--yes",
                                            env=self.environment)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 130)
        left = self.listing()
        for i, content in contents.items():
            self.assertTrue(any(left.get(os.path.join(self.folder, b"%s/%d" % (folder, i)), (0, 0, 0, b""))[3] == content
                                for folder in (b"a", b"b", b"c", b"d")), i)
        self.assertEqual(len(left) + len(self.bin()), 4 * len(contents))
        self.assertGreater(len(left), len(contents))
        self.assertIn(b"moved to the Bin:\n", out)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is scanned, and what is left out; and that a second scan reads nothing that is known."""

import os
import subprocess
import tempfile
import unittest

from scantest import Outcome, ScanTest, call, main, run

CHANGE_FILES = os.environ.get("LODGER_SCAN_CHANGE_FILES")


class Choice(ScanTest):
    def paths(self, *arguments):
        outcome = Outcome(self.folder, *arguments)
        self.assertEqual((outcome.status, outcome.errors), (0, {}))
        return outcome.paths

    def several(self, *folders):
        """A scan of several folders: the paths that it lists."""
        name = os.path.join(self.folder, b"out.json")
        outcome = Outcome.__new__(Outcome)
        process = run("--headless", "--json", name, *folders)
        self.assertEqual(process.returncode, 0, process.stderr)
        outcome.load(name)
        os.unlink(name)
        return outcome

    def test_small_files_are_left_out(self):
        for size in (0, 1, 99, 100, 101):
            self.make(f"{size}", b"x" * size)
        self.assertEqual(self.paths("--min-size", "100"), [b"100", b"101"])

    def test_hidden_names_are_left_out(self):
        for name in ("a/b", ".a/b", "a/.b", ".c"):
            self.make(name, b"x")
        self.assertEqual(self.paths("--no-hidden"), [b"a/b"])

    def test_patterns_are_of_names_or_of_paths(self):
        for name in ("a.o", "a.c", "build/x", "src/build/x", "src/a.o", "src/sub/a.c", "other/a.c"):
            self.make(name, b"x")
        self.assertEqual(self.paths("--exclude", "*.o", "--exclude", "/build"),
                         [b"a.c", b"other/a.c", b"src/build/x", b"src/sub/a.c"])
        self.assertEqual(self.paths("--exclude", "build"),
                         [b"a.c", b"a.o", b"other/a.c", b"src/a.o", b"src/sub/a.c"])
        self.assertEqual(self.paths("--exclude", "src/*"), [b"a.c", b"a.o", b"build/x", b"other/a.c"])

    def test_other_file_systems_are_left_out(self):
        self.make("here/file", b"x")
        os.mkdir(os.path.join(self.folder, b"mounted"))
        script = 'mount -t tmpfs none "$1/mounted" && touch "$1/mounted/file" && shift && exec "$@"'
        prefix = ("unshare", "--mount", "sh", "-c", script, "sh", self.folder)
        try:
            call(*prefix, "true", stderr=subprocess.DEVNULL)
        except (subprocess.CalledProcessError, FileNotFoundError):
            self.skipTest("nothing can be mounted here")
        self.assertEqual(Outcome(self.folder, prefix=prefix).paths, [b"here/file", b"mounted/file"])
        outcome = Outcome(self.folder, "--one-file-system", prefix=prefix)
        self.assertEqual((outcome.paths, outcome.errors), ([b"here/file"], {}))

    def test_several_folders_and_one_in_another(self):
        for name in ("a/x", "a/b/x", "c/x", "real/y"):
            self.make(name, b"x")
        os.symlink(b"real", os.path.join(self.folder, b"link"))
        at = [os.path.join(self.folder, name) for name in (b"a/b", b"a", b"c", b"link", b"c")]
        outcome = self.several(*at)
        self.assertEqual(outcome.json["folder"], "/")
        self.assertEqual([b"/" + path for path in outcome.paths],
                         sorted(os.path.join(self.folder, name) for name in (b"a/x", b"a/b/x", b"c/x", b"link/y")))
        self.assertEqual(outcome.errors, {})
        self.assertEqual(len(outcome.duplicates), 1)

    def test_a_folder_of_several_that_is_missing_is_named(self):
        missing = os.path.join(self.folder, b"missing")
        process = run("--headless", self.folder, missing + b"-one")
        self.assertEqual(process.returncode, 2)
        self.assert_one_line(process.stderr, "missing-one")

    @unittest.skipUnless(CHANGE_FILES, "LODGER_SCAN_CHANGE_FILES is not set")
    def test_a_second_scan_opens_no_file_that_is_known(self):
        for i in range(100):
            self.make(f"{i % 5}/counted-{i}.txt", b"%d" % (i % 30))
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        opened = os.path.join(place.name, "opened")
        environment = dict(os.environ, LD_PRELOAD=" ".join(filter(None, [os.environ.get("LD_PRELOAD"), CHANGE_FILES])),
                           LODGER_SCAN_OPENED=opened, LODGER_SCAN_LATER="60")
        environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        first = Outcome(self.folder, env=environment)
        with open(opened, "rb") as file:
            self.assertEqual(len(file.read().splitlines()), 100)
        os.unlink(opened)
        second = Outcome(self.folder, env=environment)
        self.assertFalse(os.path.exists(opened))
        self.assertEqual(second.json["files"], first.json["files"])
        self.assertEqual(second.duplicates, first.duplicates)
        # The files of one size are known, too, when only these are hashed.
        call(os.environ["LODGER_SCAN"], "--headless", self.folder, env=environment)
        self.assertFalse(os.path.exists(opened))
        self.make("3/counted-3.txt", b"changed")
        Outcome(self.folder, env=environment)
        with open(opened, "rb") as file:
            self.assertEqual(file.read(), b"counted-3.txt\n")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""The listed files and the errors, compared with find and sha256sum."""

import os
import random
import shutil
import socket
import subprocess

from scantest import TIMEOUT, Outcome, ScanTest, call, found_by_find, main, run, without_root_rights


class Folder(ScanTest):
    def test_usr_include_is_what_find_and_sha256sum_say(self):
        folder = "/usr/include"
        names = found_by_find(folder)
        if not names:
            self.skipTest("there is nothing in /usr/include")
        sums = call("sha256sum", "--zero", "--", *names, cwd=folder, timeout=TIMEOUT)
        expected = dict(reversed(line.split(b"  ", 1)) for line in sums.split(b"\0") if line)
        outcome = Outcome(folder)
        self.assertEqual(outcome.status, 0)
        self.assertEqual(outcome.json["folder"], folder)
        self.assertEqual(outcome.paths, names)
        self.assertEqual({path: file["sha256"].encode() for path, file in outcome.files.items()}, expected)

    def test_an_empty_folder_has_nothing(self):
        outcome = Outcome(self.folder)
        self.assertEqual((outcome.paths, outcome.errors, outcome.duplicates), ([], {}, set()))

    def test_paths_are_sorted_by_their_bytes(self):
        for name in ("a/b", "a.b/c", "a-b", "ab", "a0/x/y", "a/b.c/d", "é", "Z"):
            self.make(name, name.encode())
        self.assert_complete(Outcome(self.folder))

    def test_the_type_is_gios(self):
        self.make("script", b"#!/bin/sh\necho\n")
        self.make("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100))
        self.make("text.txt", b"hello\n")
        outcome = Outcome(self.folder)
        if shutil.which("gio") is None or not os.path.exists("/usr/share/mime/mime.cache"):
            self.skipTest("no gio, or no table of types")
        for path, file in outcome.files.items():
            info = call("gio", "info", "-a", "standard::content-type", os.path.join(self.folder, path)).decode()
            self.assertIn(f"standard::content-type: {file['type']}\n", info)

    def test_unreadable_files_and_folders_are_errors(self):
        rights = without_root_rights()
        if rights is None:
            self.skipTest("permission bits do not bite root, and setpriv is missing")
        self.make("fine", b"1")
        os.chmod(self.make("secret", b"2"), 0)
        self.make("locked/inside", b"3")
        os.chmod(os.path.join(self.folder, b"locked"), 0)
        self.make("names-only/inside", b"4")
        os.chmod(os.path.join(self.folder, b"names-only"), 0o400)
        outcome = Outcome(self.folder, prefix=rights)
        self.assertEqual(outcome.status, 0)
        self.assertEqual(outcome.paths, [b"fine"])
        self.assertEqual(outcome.errors, {b"secret": ["Permission denied"], b"locked": ["Permission denied"],
                                          b"names-only/inside": ["Permission denied"]})

    def test_an_unreadable_folder_to_scan_is_refused(self):
        rights = without_root_rights()
        if rights is None:
            self.skipTest("permission bits do not bite root, and setpriv is missing")
        os.chmod(self.folder, 0)
        process = run("--headless", self.folder, prefix=rights)
        os.chmod(self.folder, 0o700)
        self.assertEqual(process.returncode, 2)
        self.assert_one_line(process.stderr, "Permission denied")

    def test_special_files_are_errors_and_never_opened(self):
        os.mkfifo(os.path.join(self.folder, b"fifo"))
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(os.path.join(self.folder, b"socket"))
            expected = {b"fifo": ["special file: fifo"], b"socket": ["special file: socket"]}
            try:
                os.mknod(os.path.join(self.folder, b"device"), 0o600 | 0o020000, os.makedev(1, 3))
                expected[b"device"] = ["special file: character device"]
            except PermissionError:
                pass
            outcome = Outcome(self.folder)
        self.assertEqual((outcome.status, outcome.paths, outcome.errors), (0, [], expected))

    def test_links_are_not_followed_and_only_bad_ones_are_errors(self):
        self.make("file", b"x")
        self.make("sub/deeper/other", b"y")
        for target, name in ((b"file", b"good"), (b"nothing", b"broken"), (b"file/x", b"through-a-file"),
                             (b"self", b"self"), (b"pong", b"ping"), (b"ping", b"pong"), (b"..", b"sub/up"),
                             (b".", b"here"), (b"sub/deeper", b"aside"), (b"/", b"away")):
            os.symlink(target, os.path.join(self.folder, name))
        outcome = Outcome(self.folder)
        self.assert_complete(outcome)
        circle = ["link loop: it never leads to a file"]
        up = ["link loop: it leads to a folder that it is in"]
        broken = ["broken link: it leads to nothing"]
        self.assertEqual(outcome.errors, {b"broken": broken, b"through-a-file": broken, b"self": circle,
                                          b"ping": circle, b"pong": circle, b"sub/up": up, b"here": up})
        self.assertIn(b"links       3 (not followed)", outcome.process.stdout)

    def test_a_link_as_the_folder_to_scan_is_followed(self):
        self.make("real/file", b"x")
        os.symlink(b"real", os.path.join(self.folder, b"link"))
        self.assertEqual(Outcome(os.path.join(self.folder, b"link")).paths, [b"file"])

    def test_names_of_any_bytes_come_back(self):
        seed = int(os.environ.get("LODGER_SEED", random.SystemRandom().getrandbits(32)))
        print(f"LODGER_SEED={seed}")
        chance = random.Random(seed)
        pieces = ["\ufffd".encode(), b"\xef\xbf", b"FF", b"41", b"\n", b'"', b"\\",
                  b"\xff", b"\xc3", b"\xa9", b"\xe2\x82\xac", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x01", b"\x7f",
                  b"\xc2\x85", b"\xe2\x80\xa8", b"\xf0\x9f\x98\x80", b" ", b"a", b"-", b"\x1b[31m", b"\t", b"\r",
                  b"\xc0\xaf", b"\xef\xbf\xbe"]
        names = {b"plain", b"new\nline", b'quo"te', b"back\\slash", b"\xff\xfe", "\ufffdFF".encode(), b"caf\xe9/x",
                 "caf\u00e9".encode(), b"-n", b" ", b"\\xff", b"%FF"}
        while len(names) < 400:
            names.add(b"".join(chance.choice(pieces) for _ in range(chance.randrange(1, 12))))
        for name in names:
            self.make(name, name)
        outcome = Outcome(self.folder)
        self.assert_complete(outcome)
        bad = set()
        for name in names:
            try:
                name.decode("utf-8")
            except UnicodeDecodeError:
                bad.add(name.split(b"/")[0])
        self.assertEqual({path for path, why in outcome.errors.items() if why == ["the name is not UTF-8"]}, bad)
        self.assertEqual(set(outcome.errors), bad)
        # Nothing in a name may reach a terminal as it is.
        self.assertNotIn(b"\x1b", outcome.process.stdout)

    def test_utf8_names_stay_as_they_are(self):
        for name in ("back\\slash", "new\nline", 'quo"te', "naïve \U0001f600", "%41", "\\x41"):
            self.make(name, name.encode())
        self.assertEqual({file["path"] for file in Outcome(self.folder).json["files"]},
                         {"back\\slash", "new\nline", 'quo"te', "naïve \U0001f600", "%41", "\\x41"})

    def test_duplicates_waste_what_is_there_twice(self):
        self.make("a/one", b"x" * 1000)
        self.make("b/two", b"x" * 1000)
        self.make("three", b"x" * 1000)
        self.make("pair-1", b"y" * 10)
        self.make("pair-2", b"y" * 10)
        self.make("alone", b"z")
        outcome = Outcome(self.folder)
        self.assertEqual(self.assert_complete(outcome), 2010)
        self.assertIn(b"duplicates  2 groups, 2.0 kB wasted", outcome.process.stdout)
        # The one that wastes most comes first.
        self.assertEqual([len(group["paths"]) for group in outcome.json["duplicates"]], [3, 2])
        self.assertEqual(outcome.json["duplicates"][0]["paths"], ["a/one", "b/two", "three"])

    def test_empty_files_waste_nothing(self):
        for name in ("1", "2", "3"):
            self.make(name)
        outcome = Outcome(self.folder)
        self.assertEqual(self.assert_complete(outcome), 0)
        self.assertEqual(outcome.duplicates, {frozenset({b"1", b"2", b"3"})})
        self.assertIn(b"duplicates  1 group, 0 B wasted", outcome.process.stdout)

    def test_names_of_one_inode_waste_nothing(self):
        first = self.make("first", b"x" * 500)
        os.link(first, os.path.join(self.folder, b"second"))
        outcome = Outcome(self.folder)
        self.assertEqual(self.assert_complete(outcome), 0)
        self.assertEqual(outcome.duplicates, {frozenset({b"first", b"second"})})
        self.make("copy", b"x" * 500)
        outcome = Outcome(self.folder)
        self.assertEqual(self.assert_complete(outcome), 500)
        self.assertEqual(outcome.duplicates, {frozenset({b"first", b"second", b"copy"})})
        self.assertIn(b"500 B wasted", outcome.process.stdout)

    def test_a_folder_that_is_mounted_twice_is_scanned_once(self):
        self.make("original/file", b"x")
        os.mkdir(os.path.join(self.folder, b"again"))
        script = 'mount --bind "$1/original" "$1/again" && shift && exec "$@"'
        prefix = ("unshare", "--mount", "sh", "-c", script, "sh", self.folder)
        try:
            call(*prefix, "true", stderr=subprocess.DEVNULL)
        except subprocess.CalledProcessError:
            self.skipTest("nothing can be mounted here")
        outcome = Outcome(self.folder, prefix=prefix)
        self.assertEqual(len(outcome.paths), 1)
        self.assertEqual(list(outcome.errors.values()),
                         [["not entered: this folder was scanned under another path"]])

    def test_a_mount_that_goes_round_ends(self):
        self.make("sub/file", b"x")
        os.mkdir(os.path.join(self.folder, b"sub/round"))
        script = 'mount --bind "$1" "$1/sub/round" && shift && exec "$@"'
        prefix = ("unshare", "--mount", "sh", "-c", script, "sh", self.folder)
        try:
            call(*prefix, "true", stderr=subprocess.DEVNULL)
        except (subprocess.CalledProcessError, FileNotFoundError):
            self.skipTest("nothing can be mounted here")
        outcome = Outcome(self.folder, prefix=prefix)
        self.assertEqual(outcome.paths, [b"sub/file"])
        self.assertEqual(outcome.errors, {b"sub/round": ["not entered: this folder was scanned under another path"]})

    def test_sparse_files_are_told_by_what_they_take(self):
        os.truncate(self.make("sparse"), 1 << 40)
        self.make("full", b"x" * 8192)
        process = run("--headless", "--min-size", "1", "--exclude", "full", self.folder)
        self.assertIn(b"files       1, 1.1 TB", process.stdout)
        self.assertEqual(Outcome(self.folder, "--exclude", "sparse").files[b"full"]["disk"], 8192)

    def test_a_tree_deeper_than_a_path_may_be_long(self):
        for name, depth in ((b"d" * 250, 40), (b"d", 2600)):
            at = os.open(self.folder, os.O_RDONLY)
            for _ in range(depth):
                os.mkdir(name, dir_fd=at)
                below = os.open(name, os.O_RDONLY, dir_fd=at)
                os.close(at)
                at = below
            with os.fdopen(os.open(b"bottom", os.O_WRONLY | os.O_CREAT, dir_fd=at), "wb") as file:
                file.write(b"deep")
            os.close(at)
        outcome = Outcome(self.folder)
        self.assertEqual(outcome.status, 0)
        self.assertEqual(outcome.paths, found_by_find(self.folder))
        self.assertEqual(len(outcome.paths), 2)
        self.assertEqual(outcome.errors, {})
        self.assertEqual(len(outcome.duplicates), 1)

    def test_a_folder_of_many_listings_is_complete(self):
        for i in range(3000):
            self.make(f"{i}", b"%d" % (i % 700))
        self.assert_complete(Outcome(self.folder))

    def test_large_files_are_shared_out_and_complete(self):
        for i in range(12):
            os.truncate(self.make(f"{i}", b"%d" % i), 5_000_000 + i)
        self.assert_complete(Outcome(self.folder))

    def test_files_that_say_they_are_empty_are_read(self):
        folder = "/proc/sys/kernel/random"
        if not os.path.exists(folder):
            self.skipTest("no /proc")
        outcome = Outcome(folder)
        self.assertEqual(outcome.status, 0)
        self.assertGreater(outcome.files[b"boot_id"]["size"], 0)


if __name__ == "__main__":
    main()

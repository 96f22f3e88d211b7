# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files that share their blocks on the disk waste nothing. Where the system lets it, a file system is made for that."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from scantest import LIMIT, Outcome, call, main, run

SIZE = 200_000
IMAGE = 400 * 1024 * 1024
# btrfs keeps smaller files elsewhere; xfs has to be told.
KINDS = (("mkfs.btrfs", "-q"), ("mkfs.xfs", "-q", "-m", "reflink=1"))
INSIDE = "LODGER_SCAN_TEST_MOUNTS"


def succeeds(*command):
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LIMIT,
                              check=False).returncode == 0
    except FileNotFoundError:
        return False


def has_reflinks(folder):
    one, two = os.path.join(folder, ".one"), os.path.join(folder, ".two")
    with open(one, "wb") as file:
        file.write(os.urandom(SIZE))
    shared = succeeds("cp", "--reflink=always", one, two)
    for name in (one, two):
        if os.path.exists(name):
            os.remove(name)
    return shared


def mount_one(place, kind):
    """Nobody else sees it: it goes with this process. FALSE: that cannot be done here."""
    image, folder = os.path.join(place, "image"), os.path.join(place, kind[0])
    os.mkdir(folder)
    with open(image, "wb") as file:
        file.truncate(IMAGE)
    return (succeeds(*kind, image) and succeeds("mount", "-o", "loop", image, folder) and has_reflinks(folder)
            and folder)


def find_folder(place):
    """A folder whose file system has reflinks; or None."""
    if has_reflinks(place):
        return place
    if INSIDE not in os.environ:
        return None
    for kind in KINDS:
        folder = mount_one(place, kind)
        if folder:
            return folder
        if os.path.exists(os.path.join(place, "image")):
            os.remove(os.path.join(place, "image"))
    return None


class Reflinks(unittest.TestCase):
    base = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=self.base)
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def share(self, source, *names):
        for name in names:
            call("cp", "--reflink=always", self.path(source), self.path(name))

    def make_shared(self, *names):
        self.write(names[0], os.urandom(SIZE))
        self.share(names[0], *names[1:])

    def summary(self, *arguments):
        process = run("--headless", "--no-cache", *arguments, self.folder)
        self.assertEqual(process.returncode, 0, process.stdout + process.stderr)
        return process.stdout.decode()

    def test_files_that_share_their_blocks_waste_nothing(self):
        self.make_shared("a", "b", "c")
        for reading in ((), ("--hash-all",), ("--duplicates-only",)):
            self.assertIn("duplicates  1 group, 0 B wasted", self.summary(*reading), reading)

    def test_they_are_listed_as_what_they_are(self):
        self.make_shared("a", "b")
        os.link(self.path("a"), self.path("c"))
        self.assertIn("  shared blocks  a\n" + 17 * " " + "b\n" + 17 * " " + "c\n", self.summary("--duplicates-only"))

    def test_they_are_still_one_group_of_the_json(self):
        self.make_shared("a", "b")
        outcome = Outcome(self.folder, "--no-cache")
        self.assertEqual([group["paths"] for group in outcome.json["duplicates"]], [["a", "b"]])

    def test_what_has_blocks_of_its_own_wastes_them_once(self):
        self.make_shared("a", "b", "c")
        with open(self.path("a"), "rb") as file:
            content = file.read()
        self.write("own", content)
        self.share("own", "own-too")
        for reading in ((), ("--duplicates-only",)):
            self.assertIn("duplicates  1 group, 200.0 kB wasted", self.summary(*reading), reading)

    def test_a_file_of_which_a_part_is_shared_wastes_its_bytes(self):
        self.make_shared("a", "b")
        with open(self.path("a"), "rb") as file:
            head = file.read(4096)
        with open(self.path("b"), "r+b") as file:
            file.write(head)
            file.flush()
            os.fsync(file.fileno())
        self.assertIn("1 group, 200.0 kB wasted", self.summary())

    def test_no_rule_takes_them_away(self):
        self.make_shared("a", "b")
        out = self.summary("--delete-duplicates=delete", "--yes")
        self.assertIn("no duplicate is to go", out)
        self.assertEqual(sorted(os.listdir(self.folder)), ["a", "b"])

    def test_a_rule_takes_the_others_away(self):
        self.make_shared("a", "b")
        with open(self.path("a"), "rb") as file:
            content = file.read()
        self.write("own", content)
        for date, name in enumerate(("a", "b", "own")):
            os.utime(self.path(name), (date, date))
        self.summary("--delete-duplicates=delete", "--yes", "--keep=oldest")
        self.assertEqual(sorted(os.listdir(self.folder)), ["a", "b"])

    def test_duplicates_that_became_reflinks_waste_nothing(self):
        content = os.urandom(SIZE)
        self.write("a", content)
        self.write("b", content)
        self.assertIn("200.0 kB wasted", self.summary())
        self.assertIn("replaced by links: 1 file, 200.0 kB", self.summary("--delete-duplicates=reflink", "--yes"))
        self.assertIn("0 B wasted", self.summary())

    def test_a_scan_that_has_few_descriptors_knows_it_too(self):
        for i in range(200):
            self.make_shared(f"a{i}", f"b{i}")
        process = run("--headless", "--no-cache", self.folder, prefix=("prlimit", "--nofile=48"))
        self.assertIn(b"duplicates  200 groups, 0 B wasted", process.stdout)


if __name__ == "__main__":
    if INSIDE not in os.environ and succeeds("unshare", "--mount", "true"):
        os.execvp("unshare", ["unshare", "--mount", "env", f"{INSIDE}=1", sys.executable, *sys.argv])
    with tempfile.TemporaryDirectory() as scratch:
        Reflinks.base = find_folder(scratch)
        if Reflinks.base is None:
            print("skipped: no file system with reflinks can be made here (needs root, and mkfs.btrfs or mkfs.xfs)")
            sys.exit(77)
        try:
            main()
        finally:
            if Reflinks.base != scratch:
                succeeds("umount", Reflinks.base)

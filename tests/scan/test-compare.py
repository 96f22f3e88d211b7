# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files that are compared byte by byte: the groups are those that sha256sum finds."""

import os
import random
import unittest

from scantest import Outcome, ScanTest, call, found_by_find, main, sha256_of

CHANGE_FILES = os.environ.get("LODGER_SCAN_CHANGE_FILES")
CHANGED = "changed while it was being compared"
# Where the engine goes from one block to the next, and near that.
PLACES = [0, 1, 4095, 8191, 8192, 32767, 32768, 139263, 139264, 139265, 270_000, 401_407, 401_408, 499_999]


class Compare(ScanTest):
    def expected(self, but=()):
        groups = {}
        for path in found_by_find(self.folder):
            if path not in but:
                groups.setdefault(sha256_of(os.path.join(self.folder, path)), set()).add(path)
        return {frozenset(paths) for paths in groups.values() if len(paths) > 1}

    def assert_groups(self, **options):
        outcome = Outcome(self.folder, "--duplicates-only", **options)
        self.assertEqual((outcome.status, outcome.errors), (0, {}))
        self.assertEqual(outcome.duplicates, self.expected())
        return outcome

    def test_files_that_differ_anywhere(self):
        seed = int(os.environ.get("LODGER_SEED", random.SystemRandom().getrandbits(32)))
        print(f"LODGER_SEED={seed}")
        chance = random.Random(seed)
        base = chance.randbytes(500_000)
        for i in range(160):
            content = bytearray(base[:chance.choice([1, 4096, 8192, 8193, 32768, 32769, 139265, 500_000])])
            for _ in range(chance.choice([0, 0, 1, 1, 2])):
                content[chance.choice(PLACES) % len(content)] ^= chance.choice([1, 128])
            self.make(f"{i % 7}/{i}", content)
        self.assert_groups()

    def test_names_of_one_inode_and_empty_files(self):
        first = self.make("first", b"x" * 50_000)
        os.link(first, os.path.join(self.folder, b"second"))
        self.make("copy", b"x" * 50_000)
        os.link(self.make("alone", b"y" * 50_000), os.path.join(self.folder, b"alone-too"))
        for i in range(3):
            self.make(f"empty-{i}")
        outcome = self.assert_groups()
        self.assertEqual(len(outcome.duplicates), 3)
        self.assertIn(b"50.0 kB wasted", outcome.process.stdout)

    def test_many_files_of_one_size(self):
        for i in range(700):
            self.make(f"small/{i}", b"%d" % (i % 90 + 100))
        for i in range(300):
            self.make(f"medium/{i}", b"%04d" % (i % 7) + bytes(40_000) + b"%04d" % (i % 3))
        for i in range(300):
            self.make(f"late/{i}", bytes(60_000) + b"%04d" % i)
        for i in range(140):
            self.make(f"large/{i}", bytes(180_000) + b"%d" % (i % 4) + bytes(100_000) + b"%d" % (i % 5))
        self.assert_groups()

    def test_sparse_files_of_many_parts(self):
        size = 70 << 20
        for name, places in (("a", ()), ("b", ()), ("c", (20 << 20,)), ("d", (20 << 20,)), ("e", (size - 1,)),
                             ("f", (20 << 20, size - 1)), ("g", (40 << 20,)), ("h", (40 << 20,)), ("i", (0,))):
            path = self.make(name)
            os.truncate(path, size)
            with open(path, "r+b") as file:
                for place in places:
                    file.seek(place)
                    file.write(b"x")
        outcome = self.assert_groups()
        self.assertEqual(outcome.duplicates, {frozenset({b"a", b"b"}), frozenset({b"c", b"d"}), frozenset({b"g", b"h"})})

    @unittest.skipUnless(CHANGE_FILES, "LODGER_SCAN_CHANGE_FILES is not set")
    def test_files_that_change_are_in_no_group(self):
        content = bytes(range(250)) * 4000
        for name in ("a/shrinks", "a/twin", "b/twin", "b/grows", "c/fails"):
            self.make(name, content)
        environment = dict(os.environ, LD_PRELOAD=" ".join(filter(None, [os.environ.get("LD_PRELOAD"), CHANGE_FILES])))
        environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        outcome = Outcome(self.folder, "--duplicates-only", env=environment)
        self.assertEqual(outcome.duplicates, {frozenset({b"a/twin", b"b/twin"})})
        self.assertEqual(outcome.errors, {b"a/shrinks": [CHANGED], b"b/grows": [CHANGED],
                                          b"c/fails": ["Input/output error"]})

    def test_files_that_lie_about_their_size_are_in_no_group(self):
        if not os.path.exists("/proc/sys/kernel/random"):
            self.skipTest("no /proc")
        outcome = Outcome("/proc/sys/kernel/random", "--duplicates-only")
        self.assertEqual((outcome.status, outcome.duplicates), (0, set()))

    def test_only_what_shares_its_size_is_hashed(self):
        """Without a list of all files, files of one size are hashed: the same groups."""
        for i in range(40):
            self.make(f"{i}", b"%d" % (i % 9) + bytes(30_000 + i % 4 * 10_000))
        self.make("unique", b"unique")
        out = call(os.environ["LODGER_SCAN"], "--headless", self.folder)
        groups = self.expected()
        self.assertIn(b"duplicates  %d groups" % len(groups), out)


if __name__ == "__main__":
    main()

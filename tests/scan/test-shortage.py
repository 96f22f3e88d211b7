# SPDX-License-Identifier: LGPL-2.1-or-later
"""Few descriptors, and trees that are deeper than there are descriptors: all is listed, or an error says what is not."""

import os

from scantest import SANITIZED, Outcome, ScanTest, found_by_find, main, run

FEWEST = 8
LEVELS = 2_000 if SANITIZED else 10_000
SHORTAGE = "Too many open files"


def with_descriptors(count):
    return ("sh", "-c", f'ulimit -n {count} && exec "$@"', "sh")


class Shortage(ScanTest):
    def make_chain(self, levels, beside=None):
        """Folders in each other, a file in the last one, and in each of them another folder with a file if wanted."""
        at = os.open(self.folder, os.O_RDONLY)
        for level in range(levels):
            if beside is not None and level % beside == 0:
                os.mkdir(b"beside", dir_fd=at)
                self.make_file(b"beside/file", b"%d" % level, at)
            os.mkdir(b"d", dir_fd=at)
            below = os.open(b"d", os.O_RDONLY, dir_fd=at)
            os.close(at)
            at = below
        self.make_file(b"bottom", b"x", at)
        os.close(at)

    @staticmethod
    def make_file(name, content, at):
        file = os.open(name, os.O_WRONLY | os.O_CREAT, 0o600, dir_fd=at)
        os.write(file, content)
        os.close(file)

    def assert_told(self, outcome):
        """Each file is listed, or there is an error about it or about a folder that it is in."""
        self.assertEqual(outcome.status, 0, outcome.process.stderr)
        listed = set(outcome.paths)
        for path in found_by_find(self.folder):
            parts = path.split(b"/")
            ways = {b"/".join(parts[:i]) for i in range(1, len(parts) + 1)} | {b"."}
            self.assertTrue(path in listed or any(way in outcome.errors for way in ways), path)

    def test_few_descriptors_are_enough(self):
        for folder in range(12):
            for sub in range(6):
                for file in range(5):
                    self.make(f"{folder}/{sub}/{file % 3}/{file}", b"%d" % (file * sub % 4))
        for count in (12, 16, 24, 40, 100):
            for arguments in ((), ("--duplicates-only",)):
                with self.subTest(count=count, arguments=arguments):
                    outcome = Outcome(self.folder, *arguments, prefix=with_descriptors(count))
                    self.assertEqual(outcome.errors, {})
                    if not arguments:
                        self.assert_complete(outcome)
                    else:
                        self.assertEqual(len(outcome.duplicates), 4)

    def test_what_cannot_be_done_is_told(self):
        for i in range(30):
            self.make(f"{i}/{i}/file", b"%d" % (i % 7))
        for count in range(FEWEST, 12):
            with self.subTest(count=count):
                process = run("--headless", "--json", "/dev/null", self.folder, prefix=with_descriptors(count))
                if process.returncode == 1:
                    self.assertIn(b"cannot write '/dev/null': " + SHORTAGE.encode(), process.stderr)
                    continue
                outcome = Outcome(self.folder, prefix=with_descriptors(count))
                self.assert_told(outcome)
                self.assertLessEqual({why for reasons in outcome.errors.values() for why in reasons},
                                     {SHORTAGE, "not scanned: no thread or no memory for it"})

    def test_a_tree_of_10000_levels(self):
        self.make_chain(LEVELS, beside=LEVELS // 20)
        for prefix in ((), with_descriptors(40)):
            outcome = Outcome(self.folder, prefix=prefix)
            self.assertEqual((outcome.status, outcome.errors), (0, {}))
            self.assertEqual(len(outcome.paths), 21)
            self.assertEqual(outcome.paths, found_by_find(self.folder))

    def test_folders_beside_a_deep_chain_are_found_again(self):
        self.make_chain(LEVELS // 4, beside=1)
        outcome = Outcome(self.folder, prefix=with_descriptors(40))
        self.assertEqual((outcome.status, outcome.errors), (0, {}))
        self.assertEqual(len(outcome.paths), LEVELS // 4 + 1)


if __name__ == "__main__":
    main()

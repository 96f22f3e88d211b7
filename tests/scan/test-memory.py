# SPDX-License-Identifier: LGPL-2.1-or-later
"""100,000 tiny files and a file of 4 GB within 200 MB of memory.

Without LODGER_SCAN_BIG=1, and under a sanitizer, the files are smaller and the memory is not checked."""

import hashlib
import os
import subprocess
import tempfile
import threading

from scantest import SCAN, TIMEOUT, Outcome, ScanTest, main

BIG = os.environ.get("LODGER_SCAN_BIG") == "1"
TINY_FILES = 100_000 if BIG else 5_000
SPARSE_BYTES = 4 << 30 if BIG else 64 << 20
MEMORY_KB = 200 * 1000


def sha256_of_zeros(count):
    digest = hashlib.sha256()
    block = bytes(1 << 20)
    for _ in range(count >> 20):
        digest.update(block)
    return digest.hexdigest()


class Measured(Outcome):
    """An Outcome with the largest memory size of the process."""

    def __init__(self, folder):
        with tempfile.TemporaryDirectory() as place:
            name = os.path.join(place, "out.json")
            child = subprocess.Popen([SCAN, "--headless", "--json", name, folder], stdout=subprocess.DEVNULL)
            limit = threading.Timer(TIMEOUT, child.kill)
            limit.start()
            _, status, usage = os.wait4(child.pid, 0)
            limit.cancel()
            child.returncode = self.status = os.waitstatus_to_exitcode(status)
            self.memory_kb = usage.ru_maxrss
            self.load(name)


class Memory(ScanTest):
    def test_many_tiny_files_and_a_huge_one(self):
        directory = os.path.join(self.folder, b"tiny")
        os.mkdir(directory)
        at = os.open(directory, os.O_RDONLY)
        for i in range(TINY_FILES):
            file = os.open(b"%06d" % i, os.O_WRONLY | os.O_CREAT, dir_fd=at)
            os.write(file, b"%d" % (i // 2))
            os.close(file)
        os.close(at)
        os.truncate(self.make("huge"), SPARSE_BYTES)

        outcome = Measured(self.folder)
        print(f"{outcome.json['seconds']} s, {outcome.memory_kb} kB")
        self.assertEqual(outcome.status, 0)
        self.assertEqual(outcome.errors, {})
        self.assertEqual(outcome.paths, [b"huge"] + [b"tiny/%06d" % i for i in range(TINY_FILES)])
        self.assertEqual(outcome.files[b"huge"]["size"], SPARSE_BYTES)
        self.assertEqual(outcome.files[b"huge"]["sha256"], sha256_of_zeros(SPARSE_BYTES))
        for i in range(TINY_FILES):
            file = outcome.files[b"tiny/%06d" % i]
            self.assertEqual(file["sha256"], hashlib.sha256(b"%d" % (i // 2)).hexdigest())
        self.assertEqual(len(outcome.duplicates), TINY_FILES // 2)
        if BIG:
            self.assertLessEqual(outcome.memory_kb, MEMORY_KB)

    def test_many_folders_are_no_more_than_their_names(self):
        for i in range(TINY_FILES // 20):
            os.makedirs(os.path.join(self.folder, b"%d" % (i % 50), b"%d" % i))
        outcome = Measured(self.folder)
        self.assertEqual((outcome.status, outcome.paths, outcome.errors), (0, [], {}))
        if BIG:
            self.assertLessEqual(outcome.memory_kb, MEMORY_KB)


if __name__ == "__main__":
    main()

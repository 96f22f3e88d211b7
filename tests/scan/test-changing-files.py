# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files that change while they are scanned. LODGER_SCAN_CHANGE_FILES is the preloaded library, see change-files.c."""

import hashlib
import os
import signal
import time
import unittest

from scantest import LIMIT, SANITIZED, Outcome, ScanTest, main

REPLACED = "a link or a file took its place while it was being scanned"
CHANGE_FILES = os.environ.get("LODGER_SCAN_CHANGE_FILES")


@unittest.skipUnless(CHANGE_FILES, "LODGER_SCAN_CHANGE_FILES is not set")
class ChangingFiles(ScanTest):
    def environment(self):
        environment = dict(os.environ, LD_PRELOAD=" ".join(filter(None, [os.environ.get("LD_PRELOAD"), CHANGE_FILES])))
        environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        return environment

    def scan(self, folder=None):
        outcome = Outcome(folder or self.folder, env=self.environment())
        self.assertEqual((outcome.status, outcome.process.stderr), (0, b""))
        return outcome

    def test_a_file_that_vanishes_is_an_error(self):
        self.make("a/vanishes", b"x")
        self.make("b/stays", b"y")
        outcome = self.scan()
        self.assertEqual(outcome.paths, [b"b/stays"])
        self.assertEqual(outcome.errors, {b"a/vanishes": ["vanished while it was being scanned"]})

    def test_a_folder_that_vanishes_is_an_error(self):
        self.make("a/stays", b"x")
        os.mkdir(os.path.join(self.folder, b"folder-vanishes"))
        outcome = self.scan()
        self.assertEqual(outcome.paths, [b"a/stays"])
        self.assertEqual(outcome.errors, {b"folder-vanishes": ["vanished while it was being scanned"]})

    def test_a_file_that_turns_into_a_fifo_does_not_block(self):
        self.make("turns-fifo", b"x")
        self.assertEqual(self.scan().errors, {b"turns-fifo": ["special file: fifo"]})

    def test_a_file_that_turns_into_a_link_is_not_followed(self):
        self.make("in/turns-link", b"x")
        self.make("outside", b"y")
        outcome = self.scan()
        self.assertEqual(outcome.paths, [b"outside"])
        self.assertEqual(outcome.errors, {b"in/turns-link": [REPLACED]})

    def test_a_folder_that_turns_into_a_link_once_it_was_listed_is_scanned_itself(self):
        self.make("in/folder-turns-link/sub/sub/file", b"x")
        self.make("outside/sub/sub/secret", b"y")
        outcome = self.scan(os.path.join(self.folder, b"in"))
        self.assertEqual((outcome.paths, outcome.errors), ([b"folder-turns-link/sub/sub/file"], {}))

    def test_a_folder_that_turns_into_a_link_before_it_is_opened_is_an_error(self):
        self.make("in/folder-swaps/sub/file", b"x")
        self.make("outside/sub/secret", b"y")
        outcome = self.scan(os.path.join(self.folder, b"in"))
        self.assertEqual((outcome.paths, outcome.errors), ([], {b"folder-swaps": [REPLACED]}))

    def test_a_file_that_shrinks_is_hashed_as_read(self):
        content = bytes(range(250)) * 4000
        self.make("shrinks", content)
        outcome = self.scan()
        self.assertEqual(outcome.files[b"shrinks"]["size"], len(content) // 2)
        self.assertEqual(outcome.files[b"shrinks"]["sha256"], hashlib.sha256(content[:len(content) // 2]).hexdigest())

    def test_a_file_that_grows_is_hashed_as_it_was_when_opened(self):
        content = b"z" * 1_000_000
        self.make("grows", content)
        outcome = self.scan()
        self.assertEqual(outcome.files[b"grows"]["size"], len(content))
        self.assertEqual(outcome.files[b"grows"]["sha256"], hashlib.sha256(content).hexdigest())

    def test_an_empty_file_that_grows_for_ever_has_an_end(self):
        self.make("grows-from-0")
        outcome = self.scan()
        size = outcome.files[b"grows-from-0"]["size"]
        self.assertEqual(outcome.files[b"grows-from-0"]["sha256"], hashlib.sha256(b"+" * size).hexdigest())

    def test_a_file_that_cannot_be_read_on_is_an_error(self):
        self.make("fails", b"x")
        outcome = self.scan()
        self.assertEqual((outcome.paths, outcome.errors), ([], {b"fails": ["Input/output error"]}))

    def test_kinds_that_the_listing_does_not_tell_are_found_out(self):
        self.make("sub/file", b"x")
        os.symlink(b"nothing", os.path.join(self.folder, b"link"))
        os.mkfifo(os.path.join(self.folder, b"fifo"))
        outcome = self.scan()
        self.assertEqual(outcome.paths, [b"sub/file"])
        self.assertEqual(set(outcome.errors), {b"link", b"fifo"})

    @unittest.skipIf(SANITIZED, "a worker that is stuck leaves memory behind")
    def test_sigint_does_not_wait_for_a_worker_that_is_stuck(self):
        self.make("a/blocks", b"x")
        self.make("b/small", b"y")
        process, _ = self.start_on_terminal(b"1 files", env=self.environment())
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=LIMIT)
        self.assertLess(time.monotonic() - begun, 2)
        self.assertEqual(process.returncode, 130)
        self.assertIn(b"files       1, 1 B", out)


if __name__ == "__main__":
    main()

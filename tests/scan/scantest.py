# SPDX-License-Identifier: LGPL-2.1-or-later
"""Helpers for the tests of lodger-scan and lodger-scan-qt. LODGER_SCAN is the path of the program."""

import atexit
import hashlib
import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

SCAN = os.environ.get("LODGER_SCAN", "lodger-scan")
NAME = os.path.basename(SCAN)
SANITIZED = bool(os.environ.get("LODGER_SANITIZE"))
if SANITIZED:
    # GTK and what is below it have threads of their own, whose hand-overs ThreadSanitizer cannot see.
    os.environ["TSAN_OPTIONS"] = os.environ.get("TSAN_OPTIONS", "") + ":ignore_noninstrumented_modules=1"
    # Mesa's drivers leave memory behind.
    os.environ["GDK_DEBUG"] = "gl-disable"
# In seconds: for a whole scan, and for anything that should be over at once.
TIMEOUT = 600
LIMIT = 2 * int(os.environ.get("CK_DEFAULT_TIMEOUT", "30"))
# Neither the user's cache nor the user's Bin.
PRIVATE = tempfile.mkdtemp(prefix="lodger-scan-test-private-")
atexit.register(shutil.rmtree, PRIVATE, ignore_errors=True)
os.environ["XDG_CACHE_HOME"] = os.path.join(PRIVATE, "cache")
os.environ["XDG_DATA_HOME"] = os.path.join(PRIVATE, "data")


def run(*arguments, prefix=(), **options):
    """Runs the program to its end; its output is kept as bytes."""
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([*prefix, SCAN, *arguments], timeout=TIMEOUT, check=False, **options)


def call(*command, **options):
    """Runs another program, which has to succeed, and gives its output. One that goes through a tree may need longer."""
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("timeout", LIMIT)
    options.setdefault("check", True)
    return subprocess.run(command, **options).stdout


def unescape(text):
    """The bytes of a file name, decoded from JSON exactly as the README says."""
    parts = re.split("\ufffd([0-9A-F]{2})", text)
    return b"".join(part.encode() if i % 2 == 0 else bytes.fromhex(part) for i, part in enumerate(parts))


class Outcome:
    """One scan: the status, what was printed, and the JSON with all paths as bytes."""

    def __init__(self, folder, *arguments, **options):
        with tempfile.TemporaryDirectory() as place:
            name = os.path.join(place, "out.json")
            self.process = run("--headless", "--json", name, *arguments, folder, **options)
            self.status = self.process.returncode
            if not os.path.exists(name):
                raise AssertionError(f"no JSON, status {self.status}: {self.process.stderr.decode()}")
            self.load(name)

    def load(self, name):
        with open(name, "rb") as file:
            raw = file.read()
        text = raw.decode("utf-8", "strict")
        if any(ord(character) < 0x20 and character != "\n" for character in text):
            raise AssertionError("a control character in the JSON")
        self.json = json.loads(text)
        if set(self.json) - {"folders"} != {"folder", "seconds", "files", "errors", "duplicates"}:
            raise AssertionError(f"wrong keys: {sorted(self.json)}")
        self.paths = [unescape(file["path"]) for file in self.json["files"]]
        self.files = dict(zip(self.paths, self.json["files"]))
        self.errors = {}
        for error in self.json["errors"]:
            self.errors.setdefault(unescape(error["path"]), []).append(error["reason"])
        self.duplicates = {frozenset(map(unescape, group["paths"])) for group in self.json["duplicates"]}


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def found_by_find(folder):
    """The output of `find -type f`, relative and in the order of bytes."""
    out = call("find", ".", "-type", "f", "-print0", cwd=folder, stderr=subprocess.DEVNULL, check=False, timeout=TIMEOUT)
    return sorted(path[2:] for path in out.split(b"\0") if path)


class ScanTest(unittest.TestCase):
    def setUp(self):
        self.folder = os.fsencode(tempfile.mkdtemp(prefix="lodger-scan-test-"))

    def tearDown(self):
        # A tree may be deeper than what Python's own functions can take.
        if os.geteuid() != 0:
            call("chmod", "-R", "u+rwX", "--", self.folder, check=False, stderr=subprocess.DEVNULL, timeout=TIMEOUT)
        call("rm", "-rf", "--", self.folder, timeout=TIMEOUT)

    def make(self, name, content=b""):
        name = os.fsencode(name)
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def start(self, *command, **options):
        """Starts a program, which ends with the test at the latest."""
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
        self.addCleanup(process.wait, timeout=LIMIT)
        self.addCleanup(process.kill)
        return process

    def repeat_until(self, reached, what, then=lambda: None):
        """Does something again and again until a condition holds."""
        end = time.monotonic() + LIMIT
        while not reached():
            self.assertLess(time.monotonic(), end, f"{LIMIT} s are over, and there is no {what}")
            then()

    def start_on_terminal(self, until, *arguments, **options):
        """Starts a scan of the folder, and returns when its progress line has shown `until`."""
        terminal, other_end = pty.openpty()
        process = self.start(SCAN, "--headless", *arguments, self.folder, stdout=subprocess.PIPE, stderr=other_end,
                             **options)
        os.close(other_end)
        self.addCleanup(os.close, terminal)
        shown = b""
        end = time.monotonic() + LIMIT
        while until not in shown and select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
            shown += os.read(terminal, 4096)
        self.assertIn(until, shown)
        return process, shown

    def assert_one_line(self, stderr, *words):
        lines = stderr.decode().splitlines()
        self.assertEqual(len(lines), 1, stderr)
        for word in words:
            self.assertIn(word, lines[0])

    def assert_complete(self, outcome, folder=None, but=()):
        """Checks that the scan lists exactly the files of find, in order and with the right hashes."""
        folder = folder or self.folder
        expected = [path for path in found_by_find(folder) if path not in but]
        self.assertEqual(outcome.status, 0, outcome.process.stderr)
        self.assertEqual(outcome.paths, expected)
        inodes = {}
        for path, file in outcome.files.items():
            full = os.path.join(os.fsencode(folder), path)
            self.assertEqual(file["sha256"], sha256_of(full), path)
            self.assertEqual(file["size"], os.lstat(full).st_size, path)
            self.assertRegex(file["type"], r"^[\w.+-]+/[\w.+-]+$")
            status = os.lstat(full)
            self.assertEqual(file["disk"], status.st_blocks * 512, path)
            inodes.setdefault(file["sha256"], {}).setdefault((status.st_dev, status.st_ino), []).append(path)
        self.assertEqual(outcome.duplicates,
                         {frozenset(paths) for paths in (sum(names.values(), []) for names in inodes.values())
                          if len(paths) > 1})
        return sum((len(names) - 1) * outcome.files[next(iter(names.values()))[0]]["size"]
                   for names in inodes.values())


def without_root_rights():
    """A command prefix with which permission bits count. None if there is no such command."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        return None
    rights = "-dac_override,-dac_read_search"
    return ("setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}")


def main():
    if not os.access(SCAN, os.X_OK):
        print("LODGER_SCAN does not name the program", file=sys.stderr)
        sys.exit(2)
    unittest.main(verbosity=2)


__all__ = ["LIMIT", "NAME", "Outcome", "SANITIZED", "SCAN", "ScanTest", "TIMEOUT", "call", "found_by_find", "main", "run",
           "sha256_of", "unescape", "without_root_rights"]

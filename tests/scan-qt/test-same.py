# SPDX-License-Identifier: LGPL-2.1-or-later
"""lodger-scan-qt says and writes what lodger-scan does. LODGER_SCAN_OTHER is the path of lodger-scan."""

import json
import os
import subprocess

from scantest import NAME, SCAN, TIMEOUT, ScanTest, main

OTHER = os.environ.get("LODGER_SCAN_OTHER", "lodger-scan")
# Qt's own event dispatcher, and the one of GLib if Qt has it.
DISPATCHERS = ({}, {"QT_NO_GLIB": "1"})


class Same(ScanTest):
    def scan(self, program, *arguments, **environment):
        place = self.folder + b".json"
        self.addCleanup(lambda: os.path.exists(place) and os.unlink(place))
        process = subprocess.run([program, *arguments, "--json", place, self.folder], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False, timeout=TIMEOUT,
                                 env=dict(os.environ, **environment))
        self.assertEqual((process.returncode, self.complaints(process.stderr)), (0, []))
        with open(place, encoding="utf-8") as file:
            out = json.load(file)
        del out["seconds"]
        lines = process.stdout.splitlines()
        return out, [line for line in lines if not line.startswith((b"  time", b"calls: ", b"frames: "))]

    @staticmethod
    def complaints(stderr):
        """The platform without a display says what it cannot do."""
        return [line for line in stderr.splitlines() if line != b"This plugin does not support propagateSizeHints()"]

    def make_some(self):
        for i in range(500):
            self.make(f"{i % 7}/{i}.{'txt' if i % 3 else 'c'}", b"%d" % (i % 90) * i)
        os.symlink(b"nothing", os.path.join(self.folder, b"broken"))
        os.symlink(b"1", os.path.join(self.folder, b"link"))
        os.mkfifo(os.path.join(self.folder, b"fifo"))
        self.make(b"caf\xe9 \x01\n<b>", b"x")
        os.mkdir(os.path.join(self.folder, b"empty"))

    def test_without_a_window(self):
        self.make_some()
        expected = self.scan(OTHER, "--headless")
        for dispatcher in DISPATCHERS:
            self.assertEqual(self.scan(SCAN, "--headless", **dispatcher), expected)

    def test_with_a_window(self):
        self.make_some()
        expected, lines = self.scan(OTHER, "--headless")
        for dispatcher in DISPATCHERS:
            self.assertEqual(self.scan(SCAN, "--exit-when-done", QT_QPA_PLATFORM="offscreen", **dispatcher),
                             (expected, lines + [f"{NAME}: finished".encode()]))

    def test_an_empty_folder(self):
        self.assertEqual(self.scan(SCAN, "--headless"), self.scan(OTHER, "--headless"))


if __name__ == "__main__":
    main()

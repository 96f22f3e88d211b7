# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is written for other programs: JSON and CSV, to files and to standard output."""

import csv
import io
import json
import os
import re

from scantest import Outcome, ScanTest, main, run, sha256_of, unescape

COLUMNS = ["path", "size", "disk", "modified", "type", "sha256", "group", "act"]


def unescape_field(field):
    """A path as the README says: the field is what is between the quotes of a JSON string."""
    return unescape(json.loads(f'"{field}"'))


class Csv(ScanTest):
    def table(self, *arguments):
        """The rows by their path, as bytes."""
        place = self.folder + b".csv"
        self.addCleanup(lambda: os.path.exists(place) and os.unlink(place))
        process = run("--headless", "--csv", place, *arguments, self.folder)
        self.assertEqual((process.returncode, process.stderr), (0, b""))
        with open(place, "rb") as file:
            return self.parse(file.read())

    def parse(self, raw):
        self.assertTrue(raw.endswith(b"\r\n"))
        self.assertNotRegex(raw, rb"(?<!\r)\n|\r(?!\n)")
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8", "strict"), newline=""), strict=True))
        self.assertEqual(rows[0], COLUMNS)
        for row in rows:
            self.assertEqual(len(row), len(COLUMNS), row)
        return {unescape_field(row[0]): dict(zip(COLUMNS, row)) for row in rows[1:]}

    def test_names_come_back_whatever_they_are(self):
        names = [b"plain", b"with, comma", b'with "quotes"', b"with\nline\r\nends", b"back\\slash", b"caf\xe9",
                 "\ufffd".encode(), b" blanks ", b"tab\t", b"semicolon;", b"'", "ümläut".encode(), b"sub/deep, er/x"]
        for name in names:
            self.make(name, name)
        self.assertEqual(sorted(self.table()), sorted(names))

    def test_no_name_is_a_formula(self):
        for name in (b"=1+1", b"+1", b"-1", b"@x"):
            self.make(name, name)
        self.assertEqual(sorted(self.table()), sorted(b"./" + name for name in (b"=1+1", b"+1", b"-1", b"@x")))

    def test_the_columns_are_what_is_known(self):
        one = self.make("a/one.txt", b"same")
        self.make("b/two.txt", b"same")
        self.make("third", b"third")
        os.utime(one, (0, 1234567890.9))
        table = self.table()
        row = table[b"a/one.txt"]
        self.assertEqual((row["size"], row["disk"]), ("4", str(os.lstat(one).st_blocks * 512)))
        self.assertEqual((row["modified"], row["type"]), ("2009-02-13T23:31:30Z", "text/plain"))
        self.assertEqual((row["sha256"], row["group"], row["act"]), (sha256_of(one), "1", ""))
        self.assertEqual(table[b"b/two.txt"]["group"], "1")
        self.assertEqual(table[b"third"]["group"], "")

    def test_only_duplicates_when_only_they_are_asked_for(self):
        for name in ("a", "b"):
            self.make(name, b"same")
        self.make("c", b"else")
        table = self.table("--duplicates-only")
        self.assertEqual(sorted(table), [b"a", b"b"])
        self.assertEqual([row["sha256"] for row in table.values()], ["", ""])

    def test_an_empty_folder_is_a_table_without_rows(self):
        self.assertEqual(self.table(), {})

    def test_a_time_before_1970(self):
        os.utime(self.make("file", b"x"), ns=(0, -1))
        self.assertEqual(self.table()[b"file"]["modified"], "1969-12-31T23:59:59Z")

    def test_a_full_disk_is_one_line_and_status_1(self):
        for i in range(300):
            self.make(f"{i}", b"x")
        process = run("--headless", "--csv", "/dev/full", self.folder)
        self.assertEqual(process.returncode, 1)
        self.assert_one_line(process.stderr, "cannot write '/dev/full': No space left on device")

    def test_a_place_that_cannot_be_is_told_before_the_scan(self):
        process = run("--headless", "--csv", "/nonexistent/out.csv", self.folder)
        self.assertEqual((process.returncode, process.stdout), (1, b""))
        self.assert_one_line(process.stderr, "cannot write", "No such file or directory")


class StandardOutput(ScanTest):
    def test_what_is_written_there_is_alone_there(self):
        self.make("file", b"x")
        process = run("--headless", "--json=-", self.folder)
        self.assertEqual(process.returncode, 0)
        self.assertEqual([file["path"] for file in json.loads(process.stdout)["files"]], ["file"])
        self.assertIn(b"files       1, 1 B", process.stderr)
        process = run("--headless", "--csv=-", self.folder)
        self.assertEqual(process.returncode, 0)
        self.assertTrue(process.stdout.startswith(b"path,size,"))
        self.assertIn(b"files       1, 1 B", process.stderr)

    def test_both_at_once_one_of_them_in_a_file(self):
        self.make("in/file", b"x")
        place = os.path.join(self.folder, b"out.csv")
        process = run("--headless", "--json=-", "--csv", place, os.path.join(self.folder, b"in"))
        self.assertEqual(process.returncode, 0)
        self.assertEqual(len(json.loads(process.stdout)["files"]), 1)
        self.assertTrue(os.path.exists(place))

    def test_a_file_may_be_called_so(self):
        self.make("in/file", b"x")
        process = run("--headless", "--json=./-", "in", cwd=self.folder)
        self.assertEqual(process.returncode, 0)
        self.assertTrue(os.path.exists(os.path.join(self.folder, b"-")))

    def test_a_reader_that_goes_away_is_no_failure(self):
        for i in range(2000):
            self.make(f"{i}", b"x")
        reader, writer = os.pipe()
        os.close(reader)
        process = run("--headless", "--json=-", self.folder, stdout=writer)
        os.close(writer)
        self.assertEqual(process.returncode, 0)

    def test_a_full_disk_there_is_told(self):
        with open("/dev/full", "wb") as full:
            process = run("--headless", "--json=-", self.folder, stdout=full)
        self.assertEqual(process.returncode, 1)
        self.assertIn(b"cannot write '-': No space left on device\n", process.stderr)


class Json(ScanTest):
    def test_what_was_not_read_has_no_hash(self):
        for name in ("a", "b"):
            self.make(name, b"same")
        outcome = Outcome(self.folder, "--duplicates-only")
        self.assertEqual(outcome.paths, [b"a", b"b"])
        self.assertEqual(outcome.duplicates, {frozenset((b"a", b"b"))})
        self.assertTrue(all("sha256" not in entry for entry in outcome.json["files"] + outcome.json["duplicates"]))
        self.assertEqual(outcome.json["duplicates"][0]["size"], 4)

    def test_duplicates_may_be_hashed(self):
        for name in ("a", "b"):
            path = self.make(name, b"same")
        self.make("c", b"else")
        outcome = Outcome(self.folder, "--duplicates-only", "--hash-all")
        self.assertEqual(outcome.paths, [b"a", b"b"])
        self.assertEqual(outcome.json["duplicates"][0]["sha256"], sha256_of(path))

    def test_a_sparse_file_is_told_by_what_it_takes_on_disk(self):
        path = self.make("sparse", b"x")
        os.truncate(path, 1 << 20)
        file = Outcome(self.folder).files[b"sparse"]
        self.assertEqual(file["size"], 1 << 20)
        self.assertEqual(file["disk"], os.lstat(path).st_blocks * 512)
        self.assertLess(file["disk"], 1 << 20)

    def test_the_time_of_the_last_change_is_in_it(self):
        os.utime(self.make("old", b"x"), (0, 86400))
        self.assertEqual(Outcome(self.folder).files[b"old"]["modified"], "1970-01-02T00:00:00Z")

    def test_only_duplicates_are_printed_with_all_their_paths(self):
        for name in ("a", "b", "sub/c"):
            self.make(name, b"same" * 100)
        self.make("other", b"x")
        out = run("--headless", "--duplicates-only", self.folder).stdout.decode()
        self.assertRegex(out, re.compile(r"^  800 B +a\n +b\n +sub/c$", re.MULTILINE))
        self.assertNotIn("other", out)


if __name__ == "__main__":
    main()

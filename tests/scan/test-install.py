# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `cmake --install` puts where, and the Debian package. LODGER_BUILD is the build folder."""

import glob
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

from scantest import LIMIT, SANITIZED, TIMEOUT, call, main

BUILD = os.environ["LODGER_BUILD"]
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../demos/lodger-scan")
GTK = os.environ.get("LODGER_HAVE_GTK") == "1"
ID = "io.github.lodger.Scan"
PREFIX = "/opt/scan"


def needs(program):
    return unittest.skipIf(shutil.which(program) is None, f"missing: {program}")


def check(*command, **options):
    """Runs a program, which has to succeed. Gives what it printed."""
    process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT, check=False, **options)
    if process.returncode != 0:
        raise AssertionError(f"{command}: {process.stdout.decode(errors='replace')}")
    return process.stdout.decode(errors="replace")


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.place.cleanup)
        manifest = os.path.join(BUILD, "install_manifest_scan.txt")
        there = os.path.exists(manifest)
        check("cmake", "--install", BUILD, "--component", "scan", "--prefix", PREFIX,
              env=dict(os.environ, DESTDIR=cls.place.name))
        if not there and os.path.exists(manifest):
            os.unlink(manifest)
        cls.root = cls.place.name + PREFIX

    def path(self, *names):
        path = os.path.join(self.root, *names)
        self.assertTrue(os.path.exists(path), path)
        return path

    def test_only_the_program_and_what_belongs_to_it_is_installed(self):
        files = {os.path.relpath(os.path.join(where, name), self.root)
                 for where, _, names in os.walk(self.root) for name in names}
        files = {name for name in files if not name.startswith(("share/locale/", "share/doc/", "share/man/"))}
        expected = {"bin/lodger-scan"}
        if GTK:
            expected |= {f"share/applications/{ID}.desktop", f"share/metainfo/{ID}.metainfo.xml",
                         f"share/dbus-1/services/{ID}.service", f"share/icons/hicolor/scalable/apps/{ID}.svg",
                         f"share/icons/hicolor/symbolic/apps/{ID}-symbolic.svg"}
        self.assertEqual(files, expected)

    @unittest.skipIf(SANITIZED, "the program of this build needs a sanitizer's run time")
    def test_the_installed_program_needs_no_library_of_this_project(self):
        program = self.path("bin", "lodger-scan")
        self.assertRegex(check(program, "--version", env={"LD_LIBRARY_PATH": ""}), r"^lodger-scan \d+\.\d+\.\d+\n$")
        self.assertNotIn("liblodger", check("ldd", program))
        with tempfile.TemporaryDirectory() as folder:
            self.assertIn("files       0", check(program, "--headless", folder))

    @needs("man")
    def test_the_manual_page_is_in_order(self):
        page = self.path("share/man/man1/lodger-scan.1")
        out = check("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page)
        self.assertNotIn("warning", out)
        out = check("man", "-l", page, env=dict(os.environ, MANWIDTH="80", MANPAGER="cat", LC_ALL="C.UTF-8"))
        text = re.sub("\x1b\\[[0-9;]*m|.\b", "", out)
        program = self.path("bin", "lodger-scan")
        for option in re.findall(r"^  (--[a-z-]+)", check(program, "--help"), re.MULTILINE):
            self.assertIn(option, text)

    @unittest.skipUnless(GTK, "no window")
    @needs("desktop-file-validate")
    def test_the_desktop_file_is_valid(self):
        self.assertEqual(check("desktop-file-validate", self.path("share/applications", f"{ID}.desktop")), "")

    @unittest.skipUnless(GTK, "no window")
    @needs("appstreamcli")
    def test_the_metainfo_is_valid_and_names_this_version(self):
        path = self.path("share/metainfo", f"{ID}.metainfo.xml")
        check("appstreamcli", "validate", "--no-net", path)
        releases = xml.etree.ElementTree.parse(path).getroot().findall("./releases/release")
        version = check(self.path("bin/lodger-scan"), "--version").split()[1]
        self.assertEqual(releases[0].get("version"), version)

    @unittest.skipUnless(GTK, "no window")
    def test_the_names_agree(self):
        with open(self.path("share/dbus-1/services", f"{ID}.service"), encoding="utf-8") as file:
            service = file.read()
        self.assertIn(f"\nName={ID}\nExec={PREFIX}/bin/lodger-scan --gapplication-service\n", service)
        with open(self.path("share/applications", f"{ID}.desktop"), encoding="utf-8") as file:
            desktop = file.read()
        self.assertIn(f"\nIcon={ID}\n", desktop)
        self.assertIn("\nDBusActivatable=true\n", desktop)
        with open(os.path.join(SOURCE, "gtk/application.h"), encoding="utf-8") as file:
            self.assertIn(f'"{ID}"', file.read())

    @unittest.skipUnless(GTK, "no window")
    @needs("rsvg-convert")
    def test_the_icons_can_be_drawn(self):
        for name, size in (("scalable/apps/" + ID + ".svg", 128), ("symbolic/apps/" + ID + "-symbolic.svg", 16)):
            picture = subprocess.run(["rsvg-convert", "-w", str(size), self.path("share/icons/hicolor", name)],
                                     stdout=subprocess.PIPE, check=True, timeout=LIMIT).stdout
            self.assertTrue(picture.startswith(b"\x89PNG"))
            self.assertGreater(len(picture), 100)

    @unittest.skipUnless(GTK and shutil.which("msgfmt"), "no translations")
    def test_translations_are_where_the_program_looks_for_them(self):
        self.path("share/locale/de/LC_MESSAGES/lodger-scan.mo")
        with open(self.path("share/applications", f"{ID}.desktop"), encoding="utf-8") as file:
            self.assertIn("\nComment[de]=", file.read())

    def test_the_flatpak_manifest_is_in_order(self):
        with open(os.path.join(SOURCE, f"data/{ID}.json"), encoding="utf-8") as file:
            manifest = json.load(file)
        self.assertEqual((manifest["id"], manifest["command"]), (ID, "lodger-scan"))
        (module,) = manifest["modules"]
        path = os.path.join(SOURCE, "data", module["sources"][0]["path"])
        self.assertTrue(os.path.exists(os.path.join(path, "core/include/lodger/lodger.h")))
        # Its options are options of this project.
        with open(os.path.join(path, "CMakeLists.txt"), encoding="utf-8") as file:
            options = set(re.findall(r"lodger_option \((\w+)", file.read()))
        named = set(re.findall(r"-D(LODGER_\w+)=", " ".join(module["build-commands"])))
        self.assertLessEqual(named, options)


@unittest.skipIf(SANITIZED or not GTK, "a sanitizer's run time is in the program, or there is no window")
class DebianPackage(unittest.TestCase):
    @needs("cpack")
    @needs("dpkg-deb")
    @needs("dpkg-shlibdeps")
    def test_the_package_can_be_unpacked_and_works_alone(self):
        with tempfile.TemporaryDirectory() as place:
            check("cpack", "-G", "DEB", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B", place, cwd=place)
            (package,) = glob.glob(os.path.join(place, "*.deb"))
            self.assertRegex(os.path.basename(package), r"^lodger-scan_\d+\.\d+\.\d+_\w+\.deb$")
            names = {line.split()[-1] for line in check("dpkg-deb", "-c", package).splitlines()}
            for name in ("bin/lodger-scan", f"share/applications/{ID}.desktop", "share/doc/lodger-scan/copyright"):
                self.assertIn(f"./usr/{name}", names)
            self.assertFalse([name for name in names if "liblodger" in name or "/include/" in name], names)
            fields = check("dpkg-deb", "-f", package)
            self.assertRegex(fields, r"(?m)^Package: lodger-scan$")
            self.assertRegex(fields, r"(?m)^Depends: .*libgtk-4-1.*$")
            check("dpkg-deb", "-x", package, os.path.join(place, "root"))
            program = os.path.join(place, "root/usr/bin/lodger-scan")
            self.assertIn("lodger-scan", check(program, "--version"))
            with open(os.path.join(place, "root/usr/share/dbus-1/services", f"{ID}.service"), encoding="utf-8") as file:
                self.assertIn("\nExec=/usr/bin/lodger-scan ", file.read())
            if shutil.which("lintian"):
                out = call("lintian", "--fail-on", "error", package, check=False).decode()
                self.assertNotRegex(out, r"(?m)^E: ")


if __name__ == "__main__":
    main()

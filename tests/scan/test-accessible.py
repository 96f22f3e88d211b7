# SPDX-License-Identifier: LGPL-2.1-or-later
"""The window with assistive technology, with large text, with high contrast, and from right to left.

On a display of its own (tests/support/with-xvfb). LODGER_SCAN_LOCALEDIR is where the build has put the translations."""

import os
import shutil
import subprocess
import tempfile

import accessible
from scantest import LIMIT, SCAN, ScanTest, call, main, run

PAGES = ("files", "folders", "duplicates", "types", "errors")
# What holds others, and is there to be scrolled. Its parts have names.
CONTAINERS = ("filler", "panel", "scroll pane", "viewport", "label")
LISTS = ("tree table", "list", "tool bar", "search bar", "form")


class Accessible(ScanTest):
    def setUp(self):
        super().setUp()
        for i in range(5):
            self.make(f"a/{i}", b"the same")
        self.make("b/other.txt", b"not the same")
        os.symlink(b"nothing", os.path.join(self.folder, b"broken"))
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.environment = dict(os.environ, XDG_CONFIG_HOME=place.name, XDG_DATA_HOME=place.name,
                                G_DEBUG="fatal-criticals")

    def start_page(self, page):
        """The program with that page, when its scan is over."""
        process = self.start(SCAN, f"--page={page}", self.folder, env=self.environment)
        found = []

        def look():
            program = accessible.find_program(process.pid)
            found[:] = [program] if program is not None and any(
                control.role == "label" and control.name.startswith("Done in") for control in program.below(LISTS)) else []
            return found

        self.repeat_until(look, "scan that is done")
        return process, found[0]

    def end(self, process):
        process.kill()
        process.wait(timeout=LIMIT)

    def test_each_control_has_a_role_and_a_name(self):
        # All pages are in the window; these have rows only while they are shown.
        for page in ("files", "folders", "duplicates"):
            process, program = self.start_page(page)
            controls = [control for control in program.below() if control.focusable]
            self.assertGreater(len(controls), 20, page)
            for control in controls:
                self.assertNotIn(control.role, ("unknown", "invalid", ""), f"{page}: {control}")
                if control.role not in CONTAINERS:
                    self.assertNotEqual(control.text(), "", f"{page}: a {control.role} without a name")
                self.assertFalse(control.name.startswith("_"), f"{page}: {control}")
            self.end(process)

    def test_tab_visits_what_can_be_used_and_leaves_lists(self):
        for i in range(60):
            self.make(f"many/{i}", b"%d" % (i // 3))
        for page in PAGES:
            process, _ = self.start_page(page)
            window = call("xdotool", "search", "--sync", "--onlyvisible", "--name", "Lodger Scan").split()[0].decode()
            focus = accessible.Focus()

            def step(window=window, focus=focus):
                call("xdotool", "windowfocus", window, "key", "Tab", check=False, stderr=subprocess.DEVNULL)
                focus.listen()

            # Twice around. Between two visits of the menu is all that can be reached.
            self.repeat_until(lambda focus=focus: focus.taken.count("push button 'Menu'") >= 3, f"way around {page}", step)
            focus.end()
            start, end = [i for i, name in enumerate(focus.taken) if name == "push button 'Menu'"][1:3]
            around = focus.taken[start:end]
            self.assertLess(len(around), 30, around)
            for name in ("push button 'Open…'", "push button 'Scan again'", "push button 'What is scanned'"):
                self.assertIn(name, around)
            for title in PAGES:
                self.assertTrue([name for name in around if name.startswith("page tab '" + title.capitalize())], around)
            self.end(process)

    def test_it_can_be_shown_with_large_text_and_high_contrast_and_from_right_to_left(self):
        right_to_left = {}
        if shutil.which("msgfmt"):
            right_to_left = self.make_hebrew()
        if shutil.which("xprop"):
            # What GTK takes the size of text from, if no desktop tells it. This display is the test's own.
            call("xprop", "-root", "-f", "RESOURCE_MANAGER", "8s", "-set", "RESOURCE_MANAGER", "Xft.dpi:\t192\n")
        for changes in ({}, {"GTK_THEME": "Default:hc"}, {"GTK_THEME": "Default:hc-dark"}, right_to_left):
            for page in ("folders", "duplicates"):
                process = run("--exit-when-done", f"--page={page}", self.folder, env=dict(self.environment, **changes))
                self.assertEqual((process.returncode, process.stderr), (0, b""), changes)

    def make_hebrew(self):
        """A language that is written from right to left. The texts stay English: GTK takes the direction from its own
        translation, which it uses only if the program has one."""
        place = os.path.join(self.environment["XDG_DATA_HOME"], "locale/he/LC_MESSAGES")
        os.makedirs(place, exist_ok=True)
        po = os.path.join(place, "he.po")
        with open(po, "w", encoding="utf-8") as file:
            file.write('msgid ""\nmsgstr "Language: he\\nMIME-Version: 1.0\\nContent-Type: text/plain; charset=UTF-8\\n'
                       'Content-Transfer-Encoding: 8bit\\n"\n')
        call("msgfmt", "-o", os.path.join(place, "lodger-scan.mo"), po)
        return {"LC_ALL": "C.UTF-8", "LANGUAGE": "he",
                "LODGER_SCAN_LOCALEDIR": os.path.join(self.environment["XDG_DATA_HOME"], "locale")}


if __name__ == "__main__":
    accessible.begin()
    main()

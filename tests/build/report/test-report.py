# SPDX-License-Identifier: LGPL-2.1-or-later
"""What bench/report makes of a few results that are made up: the figures, the plots, and what is said of them."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

REPORT = os.path.join(os.environ["LODGER_SOURCE"], "bench", "report")
sys.dont_write_bytecode = True
sys.path.insert(0, REPORT)

import charts  # noqa: E402
import page  # noqa: E402
import scale  # noqa: E402
import svg  # noqa: E402

LICENCE = "# SPDX-License-Identifier: LGPL-2.1-or-later\n"


def figure(metric, peer, ratio, low, high):
    return {"metric": metric, "lodger": 10.0, "unit": "Mcalls/s", "peer": peer, "peer_value": 10.0 / ratio,
            "ratio": ratio, "low": low, "high": high, "better": "higher", "count": 1000, "pairs": 3}


FIGURES = [figure("post1", "slow", 4.0, 3.0, 5.0), figure("post1", "libuv", 0.5, 0.25, 0.75),
           figure("post1", "even & <odd>", 1.1, 0.9, 1.3), figure("novel", "slow", 2.0, 1.5, 2.5)]

CROWDS = """# ns of the processor for each item among
# crowd    \t      1\t     10\t    100\tratio\twhat
level      \t    400\t     80\t     70\t 1.00\tof one kind
few        \t   1400\t    300\t      -\t 1.00\tof threads
"""

GUESTS = """# row\thost\tway\tguest\tas a guest\tby itself\tunit\tratio\tlow\thigh\twhat
echo\tGLib\tfd\tlibuv\t90.93\t90.04\tk/s\t1.01\t0.88\t1.01\tround trips
idle\tGLib\tfd\tlibuv\t1\t1\t-\t-\t-\t-\twake-ups
"""


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.put("metrics.json", json.dumps({"figures": FIGURES}))
        self.put("crowds.tsv", LICENCE + CROWDS)
        self.put("guests.tsv", LICENCE + GUESTS)
        self.put("machine.tsv", LICENCE + "processors\t2\n")

    def put(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def make(self):
        files, troubles = page.make(self.folder)
        self.assertEqual(troubles, [])
        return files

    def lines(self):
        return self.make()["benchmarks.md"].splitlines()


class Pages(Folder):
    def test_the_same_results_make_the_same_files(self):
        self.assertEqual(self.make(), self.make())

    def test_each_plot_is_xml_and_brings_its_paper_and_its_licence(self):
        for name, text in self.make().items():
            if not name.endswith(".svg"):
                continue
            root = xml.fromstring(text)
            self.assertTrue(root.tag.endswith("svg"), name)
            self.assertIn("SPDX-License-Identifier", text.splitlines()[1], name)
            self.assertIn('class="paper"', text, name)
            self.assertIn("prefers-color-scheme:dark", text, name)
            self.assertLess(len(text), 100000, name)

    def test_each_picture_of_a_page_is_made_and_each_one_made_is_shown(self):
        files = self.make()
        shown = {line.split("(", 1)[1].rstrip(")") for name in page.PAGES for line in files[name].splitlines()
                 if line.startswith("![")}
        self.assertEqual(shown, {name for name in files if name.endswith(".svg")})
        self.assertIn("benchmarks/post1.svg", shown)

    def test_figures_come_from_the_results(self):
        self.assertIn("| slow | 10.0 | 2.50 | 4.00 | 3.00 to 5.00 |", self.lines())
        self.assertIn("| processors | 2 |", self.lines())

    def test_what_is_not_ahead_is_told_and_why_the_worst_first(self):
        lines = self.lines()
        at = lines.index("## Where Lodger is not ahead")
        rows = [line for line in lines[at:lines.index("## The aims")] if line.startswith("| `")]
        self.assertEqual(len(rows), 2)
        self.assertIn("<details><summary>1 more, in which the two cannot be told apart</summary>", lines)
        self.assertRegex(rows[0], r"^\| `post1` \| libuv \| 0\.50 \| 0\.25 to 0\.75 \| .*array")
        self.assertRegex(rows[1], r"even & <odd> \| 1\.10 \| 0\.90 to 1\.30 \| ")

    def test_an_aim_is_met_by_the_end_of_the_interval_and_not_by_its_middle(self):
        self.assertTrue(any(line.startswith("| `post1` | libuv | at least 1.3 | 0.50 | 0.25 to 0.75 | **missed**")
                            for line in self.lines()))
        FIGURES[1].update(ratio=1.5, low=1.31, high=1.6)
        self.addCleanup(FIGURES[1].update, ratio=0.5, low=0.25, high=0.75)
        self.put("metrics.json", json.dumps({"figures": FIGURES}))
        self.assertTrue(any(line.startswith("| `post1` | libuv | at least 1.3 | 1.50 | 1.31 to 1.60 | met")
                            for line in self.lines()))

    def test_a_metric_that_the_page_does_not_know_is_shown_at_its_end(self):
        self.assertIn("### novel", self.lines())

    def test_what_was_not_measured_is_said(self):
        self.assertIn("*The last run has no figures for `rtt`.*", self.lines())
        self.assertIn("*The last run has no figures for `startup`.*".replace("startup", "first"), self.lines())

    def test_a_figure_is_that_of_the_longest_run(self):
        self.put("metrics-queues.json", json.dumps({"figures": [{**FIGURES[0], "count": 9000, "peer_value": 2.0}]}))
        self.assertIn("| slow | 10.0 | 2.00 | 4.00 | 3.00 to 5.00 |", self.lines())
        self.put("metrics-zz.json", json.dumps({"figures": [{**FIGURES[0], "count": 1, "peer_value": 3.0}]}))
        self.assertIn("| slow | 10.0 | 2.00 | 4.00 | 3.00 to 5.00 |", self.lines())

    def test_a_line_that_does_not_fit_spoils_its_own_section_alone(self):
        self.put("crowds.tsv", LICENCE + CROWDS + "odd\t1\n")
        files, troubles = page.make(self.folder)
        self.assertEqual(len(troubles), 1)
        self.assertIn("crowds.tsv", troubles[0])
        self.assertIn("*The figures for `crowds` cannot be shown.*", files["benchmarks.md"])
        self.assertIn("benchmarks/post1.svg", files)


class Program(Folder):
    def run_it(self, *arguments):
        return subprocess.run([sys.executable, "-B", os.path.join(REPORT, "generate.py"), *arguments],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120)

    def test_a_page_that_is_not_in_step_is_noticed(self):
        docs = os.path.join(self.folder, "docs")
        self.assertEqual(self.run_it(self.folder, docs).returncode, 0)
        self.assertEqual(self.run_it("--check", self.folder, docs).returncode, 0)
        self.put("docs/benchmarks/left-over.svg", "")
        ran = self.run_it("--check", self.folder, docs)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("left-over.svg", ran.stdout)
        self.assertEqual(self.run_it(self.folder, docs).returncode, 0)
        self.put("machine.tsv", LICENCE + "processors\t64\n")
        ran = self.run_it("--check", self.folder, docs)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("benchmarks.md", ran.stdout)

    def test_results_that_cannot_be_read_are_named(self):
        self.put("metrics.json", "{")
        ran = self.run_it(self.folder, self.folder)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("metrics.json", ran.stdout)
        self.assertEqual(self.run_it("--what").returncode, 2)


class Shapes(unittest.TestCase):
    def test_the_same_factor_is_the_same_distance(self):
        axis = svg.LogScale([1, 1000], 0, 300)
        self.assertAlmostEqual(axis.place(10) - axis.place(1), axis.place(1000) - axis.place(100))
        self.assertEqual(axis.place(0.001), 0)
        self.assertEqual(axis.place(1e9), 300)

    def test_a_bar_goes_from_one_to_the_ratio_and_says_which_side_is_ahead(self):
        text = charts.ratios("t", "s", [charts.Ratio("a", 4, 3, 5), charts.Ratio("b", 0.5, 0.2, 0.8),
                                        charts.Ratio("c", 1.1, 0.9, 1.3)])
        bars = [part for part in xml.fromstring(text).iter("{http://www.w3.org/2000/svg}rect")
                if part.get("class") in ("ahead", "behind", "level")]
        self.assertEqual([bar.get("class") for bar in bars], ["ahead", "behind", "level"])
        ahead, behind, _ = bars
        even = float(ahead.get("x"))
        self.assertAlmostEqual(float(behind.get("x")) + float(behind.get("width")), even, delta=0.2)
        self.assertAlmostEqual(float(ahead.get("width")), 2 * float(behind.get("width")), delta=0.2)

    def test_numbers_have_three_digits_that_count(self):
        self.assertEqual([svg.short(value) for value in (0, 0.034, 0.5555, 19.06, 126.6, 4180.4, 23864925)],
                         ["0", "0.034", "0.56", "19.1", "127", "4,180", "23,900,000"])


class Processors(unittest.TestCase):
    def test_one_processor_pays_for_no_transfer(self):
        rate = scale.simulate(1, 0, [scale.Visit("lock", 50, 2)], 70)
        self.assertAlmostEqual(rate, 1e9 / 50, delta=1e9 / 50 / 100)

    def test_many_processors_reach_the_limit_and_no_more(self):
        lock = scale.Visit("lock", 30, 2, 1.0)
        rates = [scale.simulate(n, 1000, [lock], 70) for n in (1, 2, 4, 8, 64)]
        self.assertEqual(rates, sorted(rates))
        self.assertLess(rates[-1], lock.limit(70) * 1.02)
        self.assertGreater(rates[-1], lock.limit(70) * 0.95)

    def test_without_a_shared_thing_the_processors_add_up(self):
        one, many = scale.simulate(1, 1000, []), scale.simulate(64, 1000, [])
        self.assertAlmostEqual(many / one, 64, delta=2)

    def test_long_jobs_use_all_processors_and_short_ones_do_not(self):
        locks = [scale.Visit("lock", 50, 2, 3)]
        busy_long = scale.jobs(1e6, 500, 500, locks)[-1][1]
        busy_short = scale.jobs(1e3, 500, 500, locks)[-1][1]
        self.assertGreater(busy_long, 60)
        self.assertLess(busy_short, 4)


if __name__ == "__main__":
    unittest.main()

#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# docs/benchmarks.md, docs/scaling.md and their plots are what bench/report makes of the saved results; and it makes the
# right thing of results that are made up.
set -eu

source=${LODGER_SOURCE:?}
command -v python3 >/dev/null || { echo 'skipped: there is no python3'; exit 77; }
python3 -B "$source/tests/build/report/test-report.py"
python3 -B "$source/bench/report/generate.py" --check "$source/bench/results" "$source/docs"

#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# No test waits without a limit: a hang is a failure. Each test has a time limit of ctest's. A test program in C runs
# each test with a limit, or has the watchdog or an alarm, or waits for each kick with a limit. A call of another
# program has one in Python, and xdotool where it waits.
set -eu

source=${LODGER_SOURCE:?}
build=${LODGER_BUILD:?}
command -v python3 >/dev/null || { echo "left out: missing: python3; install it with: apt-get install python3"; exit 77; }
ctest --test-dir "$build" -C Fast --show-only=json-v1 |
  exec python3 -c '
import ast, json, pathlib, re, sys

source = pathlib.Path(sys.argv[1])
problems = []

for test in json.load(sys.stdin)["tests"]:
    if not any(each["name"] == "TIMEOUT" and each["value"] > 0 for each in test["properties"]):
        problems.append("the test %s has no TIMEOUT" % test["name"])

for path in sorted(source.glob("tests/*/*.c")):
    text = path.read_text()
    limited = "test_main (", "watchdog_begin (", "test_expect_end (", "gtk_test_main (", "kicks_main (", "alarm ("
    if re.search(r"^main \(", text, re.M) and not any(each in text for each in limited) and path.name != "drag.c":
        problems.append("%s: the program has no time limit" % path)

# What waits, and the number of its argument that is a limit.
WAITS = {"run": None, "call": None, "check_call": None, "check_output": None, "communicate": 1, "wait": 0}
for path in sorted(source.glob("tests/**/*.py")):
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, on = node.func.attr, ast.unparse(node.func.value)
        if name in ("run", "call", "check_call", "check_output") and on != "subprocess" or name not in WAITS:
            continue
        at = WAITS[name]
        if not any(each.arg in ("timeout", None) for each in node.keywords) and (at is None or len(node.args) <= at):
            problems.append("%s:%d: %s.%s () has no timeout" % (path, node.lineno, on, name))

for path in sorted([*source.glob("tests/build/*.sh"), *source.glob("tests/support/**/*")]):
    if not path.is_file():
        continue
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if re.search(r"xdotool .*--sync", line) and "timeout" not in line:
            problems.append("%s:%d: xdotool --sync without timeout" % (path, number))

print("\n".join(problems), end="\n" if problems else "")
sys.exit(bool(problems))
' "$source"

#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The code in docs/cookbook.md is that of the programs: each block is, line for line, in the program that the comment
# before it names. A block that is a program itself is built and run by guide.sh. Each program of demos/cookbook has a
# section.
set -eu

source=${LODGER_SOURCE:?}
cookbook=$source/docs/cookbook.md

awk -v source="$source" '
  function content (path,   text, line) {
    while ((getline line < path) > 0)
      text = text line "\n"
    close (path)
    return text
  }
  /^<!-- demos\/.* -->$/ { name = $2; program = content (source "/" name); next }
  /^```c$/ { block = ""; inside = 1; start = NR; next }
  /^```$/ && inside {
    inside = 0
    blocks++
    if (index ("\n" block, "\nmain ("))
      next
    if (name == "" || index ("\n" program, "\n" block) == 0) {
      printf "docs/cookbook.md:%d: these lines are not in %s\n", start, name
      wrong = 1
    }
    next
  }
  inside { block = block $0 "\n" }
  END {
    if (blocks < 5) { print "docs/cookbook.md has " blocks + 0 " blocks of code"; wrong = 1 }
    exit wrong
  }' "$cookbook"

for program in "$source"/demos/cookbook/*.c; do
  name=demos/cookbook/$(basename "$program")
  grep -qF "<!-- $name -->" "$cookbook" || { echo "docs/cookbook.md has no section for $name"; exit 1; }
done

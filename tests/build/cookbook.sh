#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The code in docs/cookbook.md, and that of the larger program in docs/from-gtask.md, is that of the programs: each block
# is, line for line, in the program that the comment before it names. A block that is a program itself is built and run by
# guide.sh. Each program of demos/cookbook and demos/cookbook-qt has a section.
set -eu

source=${LODGER_SOURCE:?}
cookbook=$source/docs/cookbook.md

check () { # check GUIDE BLOCKS: so many blocks at least are pieces of programs
  awk -v source="$source" -v guide="$1" -v least="$2" '
    function content (path,   text, line) {
      while ((getline line < path) > 0)
        text = text line "\n"
      close (path)
      return text
    }
    /^<!-- demos\/.* -->$/ { name = $2; program = content (source "/" name); next }
    /^```c(pp)?$/ { block = ""; inside = 1; start = NR; next }
    /^```$/ && inside {
      inside = 0
      if (index ("\n" block, "\nmain ("))
        next
      blocks++
      if (name == "" || index ("\n" program, "\n" block) == 0) {
        printf "%s:%d: these lines are not in %s\n", guide, start, name
        wrong = 1
      }
      next
    }
    inside { block = block $0 "\n" }
    END {
      if (blocks < least) { print guide " has " blocks + 0 " pieces of programs"; wrong = 1 }
      exit wrong
    }' "$source/$1"
}
check docs/cookbook.md 5
check docs/from-gtask.md 2

for program in "$source"/demos/cookbook/*.c "$source"/demos/cookbook-qt/*.cpp; do
  name=${program#"$source"/}
  grep -qF "<!-- $name -->" "$cookbook" || { echo "docs/cookbook.md has no section for $name"; exit 1; }
done

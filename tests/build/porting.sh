#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# docs/porting-a-host.md shows the port to Tcl whole, part by part, and the port is as small as it says.
set -eu

source=${LODGER_SOURCE:?}
port=$source/demos/porting/tcl-host.c
most=110
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

awk '/^<!-- demos\/porting\/tcl-host.c -->$/ { part = 1; next }
  /^```c$/ && part { shown = 1; next }
  /^```$/ { part = shown = 0; next }
  shown && NF' "$source/docs/porting-a-host.md" >"$dir/shown"
sed -n '/^#include "tcl-host.h"/,$p' "$port" | grep . >"$dir/port"
diff "$dir/shown" "$dir/port" || { echo "docs/porting-a-host.md shows another port than demos/porting/tcl-host.c"; exit 1; }

lines=$("${CC:-cc}" -fpreprocessed -dD -E -P "$port" | grep -c .)
[ "$lines" -le "$most" ] || { echo "the port has $lines lines, not $most at most"; exit 1; }
for guide in docs/porting-a-host.md README.md; do
  grep -q "in $lines lines\|has $lines lines" "$source/$guide" || { echo "$guide does not say that the port has $lines lines"; exit 1; }
done
grep -qE '^#include <(lodger/host|tcl)\.h>$' "$port"

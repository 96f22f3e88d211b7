#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# run.sh [ROUNDS [FOLDER]]: lodger-scan and the control read the same folder, in turns, each on a display of its own;
# what their frames were like, and the medians. Then 300,000 files are sorted and looked for.
set -eu

rounds=${1:-5}
folder=${2:-/usr}
build=${LODGER_BUILD:?}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
xvfb=$here/../../tests/support/with-xvfb
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# The first reading warms the cache, so that no round has to wait for the disk.
"$xvfb" "$build/bench/frames-control" "$folder" >/dev/null
round=0
while [ "$round" -lt "$rounds" ]; do
  round=$((round + 1))
  for who in lodger-scan control; do
    case $who in
      control) "$xvfb" "$build/bench/frames-control" "$folder" ;;
      *) "$xvfb" "$build/demos/lodger-scan/lodger-scan" --exit-when-done "$folder" ;;
    esac | sed -n 's/^ *frames: *//p' >"$dir/line"
    printf '%-12s %s\n' "$who" "$(cat "$dir/line")"
    sed -n 's/.*, \([0-9.]*\) per second, worst gap \([0-9.]*\) ms, \([0-9]*\) over.*/\1 \2 \3/p' "$dir/line" \
      >>"$dir/$who"
  done
done

median () { # median FILE COLUMN
  sort -n -k "$2,$2" "$1" | awk -v column="$2" '{ value[NR] = $column } END { print value[int ((NR + 1) / 2)] }'
}

for who in lodger-scan control; do
  printf '%-12s median of %s: %s frames per second, worst gap %s ms, %s over 25 ms\n' "$who" "$rounds" \
    "$(median "$dir/$who" 1)" "$(median "$dir/$who" 2)" "$(median "$dir/$who" 3)"
done
awk -v a="$(median "$dir/lodger-scan" 2)" -v b="$(median "$dir/control" 2)" \
  'BEGIN { printf "the worst gap of lodger-scan minus that of the control: %.1f ms\n", a - b }'

"$xvfb" "$build/bench/frames-files"

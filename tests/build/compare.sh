#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The two programs of demos/compare look the same and do the same: progress that moves, a result, Cancel, and an end in
# order when the window is closed in the middle. The one with Lodger has at most half the lines.
set -eu

source=${LODGER_SOURCE:?}
demo=$source/demos/compare
programs=${LODGER_BUILD:?}/demos/compare
support=$source/tests/support

if [ "${1:-}" != --on-display ]; then
  code_lines () { # code_lines FILE: how many are neither empty nor only a comment
    awk '{ while (match ($0, /\/\*([^*]|\*[^\/])*\*\//)) $0 = substr ($0, 1, RSTART - 1) substr ($0, RSTART + RLENGTH)
           if (inside) { if (!sub (/^.*\*\//, "")) next; inside = 0 }
           if (sub (/\/\*.*$/, "")) inside = 1 }
         /[^ ]/ { lines++ } END { print lines }' "$1"
  }
  lodger=$(code_lines "$demo/with-lodger.c")
  gtask=$(code_lines "$demo/with-gtask.c")
  window=$(code_lines "$demo/window.c")
  echo "with Lodger $lodger lines, with GTask $gtask, for the window of both $window"
  [ $((2 * lodger)) -le "$gtask" ] || { echo "that is more than half"; exit 1; }
  for row in "with-lodger.c | $lodger" "with-gtask.c | $gtask" "window.c | $window"; do
    grep -qF "| $row |" "$demo/README.md" || { echo "demos/compare/README.md does not say '$row'"; exit 1; }
  done
  if [ "${LODGER_HAVE_GTK:-0}" != 1 ] || [ "${LODGER_HAVE_DEMOS:-0}" != 1 ]; then
    echo "left out: the rest needs GTK 4 and the demos"
    exit 77
  fi
  dir=$(mktemp -d)
  trap 'rm -rf "$dir"' EXIT
  # A widget that is used after its end is a critical warning, if nothing worse.
  G_DEBUG=fatal-criticals GTK_THEME=Adwaita "$support/with-xvfb" "$0" --on-display "$dir"
  exit 0
fi

dir=$2
program=

stop () { [ -z "$program" ] || { kill -KILL "$program" 2>/dev/null || true; wait "$program" 2>/dev/null || true; }; }
trap stop EXIT

wrong () { echo "$name: $*"; exit 1; }

# The limits are only for a program that never gets there.
find_window () { timeout 60 xdotool search --sync --onlyvisible --all --pid "$program" "$@" | head -n 1; }

start () {
  "$programs/compare-$name" &
  program=$!
  window=$(find_window --name '^Primes$')
  [ -n "$window" ] || wrong "no window"
  xdotool windowfocus --sync "$window"
}

title () { xdotool getwindowname "$window"; }

picture () { import -silent -window "$window" -depth 8 "$1"; }

# The bar is the only thing in this colour.
bar () { picture txt:- | grep -ci '#3584e4' || true; }

# The program stands still after this, in the middle of its work.
freeze_in_mid_work () {
  xdotool key alt+p
  while [ "$(bar)" = 0 ]; do
    [ "$(title)" = Primes ] || wrong "the work was over before there was progress"
  done
  kill -STOP "$program"
  [ "$(title)" = Primes ] || wrong "the work was over too early"
}

close_window () { "$support/close-window" "$window"; }

ends () { # ends WHEN
  status=0
  wait "$program" || status=$?
  program=
  [ "$status" = 0 ] || wrong "status $status when the window was closed $1"
}

for name in lodger gtask; do
  start
  picture "$dir/$name-before.png"
  [ "$(bar)" = 0 ] || wrong "there is progress before there is work"
  xdotool key alt+p
  last=0
  steps=0
  while [ "$(title)" = Primes ]; do
    now=$(bar)
    [ "$now" -ge "$last" ] || wrong "the bar went back from $last to $now"
    [ "$now" = "$last" ] || steps=$((steps + 1))
    last=$now
  done
  title >"$dir/$name-result"
  grep -qE '^[0-9]+ primes$' "$dir/$name-result" || wrong "the result was '$(title)'"
  [ "$steps" -ge 2 ] || wrong "the bar moved $steps times"
  echo "$name: $(title), the bar was seen to move $steps times"
  close_window
  ends "after the work"

  start
  freeze_in_mid_work
  xdotool key alt+c
  kill -CONT "$program"
  [ -n "$(find_window --name '^Cancelled$')" ] || wrong "it was not cancelled"
  # It can be done again.
  xdotool key alt+p
  [ -n "$(find_window --name '^[0-9]+ primes$')" ] || wrong "no result after a cancel"
  close_window
  ends "after a cancel"

  start
  freeze_in_mid_work
  close_window
  kill -CONT "$program"
  ends "in the middle of the work"
done

cmp "$dir/lodger-result" "$dir/gtask-result" || { echo "the results differ"; exit 1; }
[ "$(identify -format '%#' "$dir/lodger-before.png")" = "$(identify -format '%#' "$dir/gtask-before.png")" ] ||
  { echo "the windows look different"; exit 1; }

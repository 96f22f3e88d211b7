#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The two programs of demos/compare look the same and do the same: progress that moves, a result, Cancel, and an end in
# order when the window is closed in the middle. The one with Lodger has at most half the lines.
set -eu

source=${LODGER_SOURCE:?}
demo=$source/demos/compare
build=${LODGER_BUILD:?}
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
    for text in demos/compare/README.md docs/from-gtask.md; do
      grep -qF "| $row |" "$source/$text" || { echo "$text does not say '$row'"; exit 1; }
    done
  done
  if [ "${LODGER_HAVE_GTK:-0}" != 1 ] || [ "${LODGER_HAVE_DEMOS:-0}" != 1 ]; then
    echo "left out: the rest needs GTK 4 and the demos"
    exit 77
  fi
  dir=$(mktemp -d)
  trap 'rm -rf "$dir"' EXIT

  # The same with work that lasts beyond any time limit: without a cancel it would not end.
  sanitize=
  [ -z "${LODGER_SANITIZE:-}" ] || sanitize=-fsanitize=$LODGER_SANITIZE
  for name in lodger gtask; do
    sed 's/^#define LIMIT .*/#define LIMIT 600000000/' "$demo/with-$name.c" >"$dir/with-$name.c"
    libraries=
    [ $name = gtask ] || libraries='-llodger-gtk4 -llodger-glib -llodger'
    # shellcheck disable=SC2046,SC2086 # several flags
    "${CC:-cc}" -std=gnu11 -O1 -g $sanitize -o "$dir/endless-$name" "$dir/with-$name.c" "$demo/window.c" -I"$demo" \
      -I"$source/core/include" -I"$source/hosts/glib/include" -I"$source/hosts/gtk4/include" \
      -L"$build/hosts/gtk4" -L"$build/hosts/glib" -L"$build/core" $libraries \
      $(pkg-config --cflags --libs gtk4 gio-unix-2.0) -Wl,-rpath,"$build/hosts/gtk4:$build/hosts/glib:$build/core"
  done
  # A widget that is used after its end is a critical warning, if nothing worse.
  G_DEBUG=fatal-criticals GTK_THEME=Adwaita timeout $((8 * ${CK_DEFAULT_TIMEOUT:-30})) \
    "$support/with-xvfb" "$0" --on-display "$dir"
  exit 0
fi

dir=$2
program=

stop () { [ -z "$program" ] || { kill -KILL "$program" 2>/dev/null || true; wait "$program" 2>/dev/null || true; }; }
trap stop EXIT
trap 'exit 143' TERM HUP

wrong () { echo "$name: $*"; exit 1; }

# The limits are only for a program that never gets there.
find_window () { timeout 60 xdotool search --sync --onlyvisible --all --pid "$program" "$@" | head -n 1; }

start () { # start PROGRAM
  "$1" &
  program=$!
  window=$(find_window --name '^Primes$')
  [ -n "$window" ] || wrong "no window"
  timeout 60 xdotool windowfocus --sync "$window"
}

count () { xdotool key alt+p; }

cancel () { xdotool key alt+c; }

title () { xdotool getwindowname "$window"; }

picture () { import -silent -window "$window" -depth 8 "$1"; }

# How long the bar is: nothing else has its colour.
bar () { picture txt:- | grep -ci '#3584e4' || true; }

close_and_end () { # close_and_end WHEN
  "$support/close-window" "$window"
  status=0
  wait "$program" || status=$?
  program=
  [ "$status" = 0 ] || wrong "status $status when the window was closed $1"
}

for name in lodger gtask; do
  start "$build/demos/compare/compare-$name"
  picture "$dir/$name-before.png"
  [ "$(bar)" = 0 ] || wrong "there is progress before there is work"
  count
  last=0
  while [ "$(title)" = Primes ]; do
    now=$(bar)
    [ "$now" -ge "$last" ] || wrong "the bar went back from $last to $now"
    last=$now
  done
  title >"$dir/$name-result"
  grep -qE '^[0-9]+ primes$' "$dir/$name-result" || wrong "the result was '$(title)'"
  echo "$name: $(title)"
  close_and_end "after the work"

  start "$dir/endless-$name"
  count
  # A short bar is drawn a little longer than it is. A busy machine takes few pictures of work that ends: so it is here that
  # the bar is seen to move.
  last=0
  steps=0
  while [ "$last" -lt 20 ] || [ "$steps" -lt 2 ]; do
    now=$(bar)
    [ "$now" -ge "$last" ] || wrong "the bar went back from $last to $now"
    [ "$now" = "$last" ] || steps=$((steps + 1))
    last=$now
  done
  [ "$(title)" = Primes ] || wrong "the work is over"
  cancel
  [ -n "$(find_window --name '^Cancelled$')" ] || wrong "it was not cancelled"
  # Again: the bar goes back, and grows.
  count
  while [ "$(bar)" -ge 16 ]; do :; done
  while [ "$(bar)" -lt 16 ]; do :; done
  close_and_end "in the middle of the work"
  echo "$name: cancelled, begun again, and closed in the middle of it"
done

cmp "$dir/lodger-result" "$dir/gtask-result" || { echo "the results differ"; exit 1; }
[ "$(identify -format '%#' "$dir/lodger-before.png")" = "$(identify -format '%#' "$dir/gtask-before.png")" ] ||
  { echo "the windows look different"; exit 1; }

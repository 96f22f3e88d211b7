#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The program in the README is at most 40 lines, builds without a warning, and shows its result when its button is
# pressed.
set -eu

source=${LODGER_SOURCE:?}
build=${LODGER_BUILD:?}
if [ "${LODGER_HAVE_GTK:-0}" != 1 ] || [ "${LODGER_HAVE_GLIB:-0}" != 1 ]; then
  echo "left out: needs GTK 4"
  exit 77
fi

if [ "${1:-}" != --on-display ]; then
  dir=$(mktemp -d)
  trap 'rm -rf "$dir"' EXIT
  awk '/^```c$/ && !seen { inside = 1; seen = 1; next } /^```$/ { inside = 0 } inside' "$source/README.md" >"$dir/readme.c"
  lines=$(wc -l <"$dir/readme.c")
  if [ "$lines" -lt 10 ] || [ "$lines" -gt 40 ]; then
    echo "the README's program has $lines lines"
    exit 1
  fi
  sanitize=
  [ -z "${LODGER_SANITIZE:-}" ] || sanitize=-fsanitize=$LODGER_SANITIZE
  # shellcheck disable=SC2046,SC2086 # several flags
  "${CC:-cc}" -Wall -Wextra -Werror -g $sanitize -o "$dir/readme" "$dir/readme.c" -I"$source/core/include" \
    -I"$source/hosts/glib/include" -I"$source/hosts/gtk4/include" $(pkg-config --cflags gtk4 gio-unix-2.0 | sed 's/-I/-isystem /g') \
    -L"$build/hosts/gtk4" -L"$build/hosts/glib" -L"$build/core" -llodger-gtk4 -llodger-glib -llodger \
    $(pkg-config --libs gtk4) -Wl,-rpath,"$build/hosts/gtk4:$build/hosts/glib:$build/core"
  exec_status=0
  timeout $((8 * ${CK_DEFAULT_TIMEOUT:-30})) "$source/tests/support/with-xvfb" "$0" --on-display "$dir/readme" || exec_status=$?
  exit $exec_status
fi

"$2" &
program=$!
trap 'kill "$program" 2>/dev/null || true; wait "$program" 2>/dev/null || true' EXIT

# The limits are only for a program that never gets there.
window () { timeout 60 xdotool search --sync --onlyvisible --all --pid "$program" "$@" | head -n 1; }

window=$(window)
[ -n "$window" ] || { echo "no window"; exit 1; }
before=$(xdotool getwindowname "$window")
case $before in *primes*) echo "the result is there before the button was pressed"; exit 1 ;; esac
# The button has the keyboard as soon as the window has.
timeout 60 xdotool windowfocus --sync "$window"
xdotool key space
window=$(window --name '^[0-9]+ primes')
[ -n "$window" ] || { echo "the title stayed '$before'"; exit 1; }
echo "the title went from '$before' to '$(xdotool getwindowname "$window")'"

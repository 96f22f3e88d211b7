#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Each program in the guides, and each but the first in the README, which readme.sh has, is built as it stands there,
# and prints what the guide says. One that includes what is not there is left out; one with GTK runs on a display of its
# own. A block of code without `main` is a piece of a program.
set -eu

source=${LODGER_SOURCE:?}
build=${LODGER_BUILD:?}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0

# Header, folder below hosts, what says that it was built, module of pkg-config. What uses another comes before it.
adapters='
lodger-gtk4.h gtk4 LODGER_HAVE_GTK gtk4
lodger-glib.h glib LODGER_HAVE_GLIB gio-2.0
lodger-qt.h qt LODGER_HAVE_QT Qt6Core
lodger-uv.h uv LODGER_HAVE_UV libuv
lodger-manual.h manual - -'

{ cat "$source"/docs/*.md; awk '/^```c$/ { number++ } number > 1' "$source/README.md"; } | awk -v dir="$dir" '
  /^```c$/    { file = dir "/" ++number ".c"; next }
  /^```cpp$/  { file = dir "/" ++number ".cpp"; next }
  /^```text$/ { file = dir "/" number ".expected"; next }
  /^```$/     { file = ""; next }
  file        { print > file }'

# The headers that the preprocessor would find: those that the program names, and those that they name.
headers () { # headers PROGRAM
  sed -n 's/^#include <\(lodger-[a-z0-9-]*\.h\)p\{0,2\}>.*/\1/p' "$1" | sort -u
  ! grep -q 'lodger-gtk4\.h' "$1" || echo lodger-glib.h
}

flags_for () { # flags_for PROGRAM: prints them; fails if an adapter is not there
  printf '%s\n' "$adapters" >"$dir/adapters"
  headers "$1" >"$dir/headers"
  while read -r header folder have module; do
    grep -qx "${header:-none}" "$dir/headers" || continue
    [ "$have" = - ] || [ "$(printenv "$have")" = 1 ] || return 1
    library=lodger-$folder
    [ "$folder" != qt ] || library=lodger-qt6
    printf ' %s' "-I$source/hosts/$folder/include" "-L$build/hosts/$folder" "-Wl,-rpath,$build/hosts/$folder" "-l$library"
    # shellcheck disable=SC2046 # several flags
    [ "$module" = - ] || printf ' %s' $(pkg-config --cflags --libs "$module")
  done <"$dir/adapters"
  printf ' %s' "-I$source/core/include" "-L$build/core" "-Wl,-rpath,$build/core" -llodger
}

sanitize=
[ -z "${LODGER_SANITIZE:-}" ] || sanitize=-fsanitize=$LODGER_SANITIZE
ran=0
for program in "$dir"/*.c "$dir"/*.cpp; do
  grep -q '^main (' "$program" || continue
  name=${program%.*}
  flags=$(flags_for "$program") || continue
  # ThreadSanitizer cannot see the locks inside GLib, and reports the threads that GIO has for files.
  if [ "${LODGER_SANITIZE:-}" = thread ] && grep -qE 'g_file_[a-z_]*_async|AWAIT_FINISH \([^,]*, g_file_' "$program"; then
    continue
  fi
  case $program in
    *.c) set -- "${CC:-cc}" -std=gnu11 ;;
    *) set -- "${CXX:-c++}" -fPIC
       if grep -q __cpp_impl_coroutine "$program"; then set -- "$@" -std=gnu++20; else set -- "$@" -std=gnu++17; fi ;;
  esac
  # shellcheck disable=SC2086 # several flags
  "$@" -Wall -Wextra -Werror -g $sanitize -o "$name" "$program" $flags || { status=1; continue; }
  set -- "$name"
  ! grep -q 'lodger-gtk4\.h' "$program" || set -- "$source/tests/support/with-xvfb" "$name"
  if ! "$@" >"$name.raw"; then
    echo "program $(basename "$name") failed"
    status=1
  fi
  sed "s|$program|main.${program##*.}|g" "$name.raw" >"$name.output" # the guides' name for it
  diff "$name.expected" "$name.output" || { echo "program $(basename "$name") printed something else"; status=1; }
  ran=$((ran + 1))
done
[ "$ran" -gt 0 ] || { echo "no program was found"; status=1; }
exit $status

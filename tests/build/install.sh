#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# An installed copy is found and used by a project outside, through CMake and through pkg-config.
set -eu

source=${LODGER_SOURCE:?}
build=${LODGER_BUILD:?}
cc=${CC:-cc}
glib=${LODGER_HAVE_GLIB:-0}
gtk=0
[ "$glib" = 0 ] || gtk=${LODGER_HAVE_GTK:-0}
uv=${LODGER_HAVE_UV:-0}
qt=${LODGER_HAVE_QT:-0}
cxx=${CXX:-c++}
if [ -n "${LODGER_SANITIZE:-}" ]; then
  echo "the libraries of this build need a sanitizer's run time"
  exit 77
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# Not where it was configured to go, so that paths that are not relocated show.
prefix=$dir/prefix
# The list of what was installed from this build before stays as it was.
manifest=$build/install_manifest.txt
[ ! -e "$manifest" ] || cp "$manifest" "$dir/manifest"
cmake --install "$build" --prefix "$prefix" >"$dir/install.log"
if [ -e "$dir/manifest" ]; then cp "$dir/manifest" "$manifest"; else rm -f "$manifest"; fi

gives () { # gives RESULT COMMAND …
  result=$1
  shift
  output=$(timeout 60 "$@") || { echo "$* failed"; exit 1; }
  [ "$output" = "$result" ] || { echo "$* printed '$output', not '$result'"; exit 1; }
}

on_display=$source/tests/support/with-xvfb

cp -r "$source/tests/build/outside" "$dir/outside"
with_glib=OFF
[ "$glib" = 0 ] || with_glib=ON
with_gtk=OFF
[ "$gtk" = 0 ] || with_gtk=ON
with_uv=OFF
[ "$uv" = 0 ] || with_uv=ON
with_qt=OFF
[ "$qt" = 0 ] || with_qt=ON
cmake -S "$dir/outside" -B "$dir/cmake" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" -DWITH_GLIB=$with_glib \
  -DWITH_GTK=$with_gtk -DWITH_UV=$with_uv -DWITH_QT=$with_qt >"$dir/configure.log" 2>&1 || { cat "$dir/configure.log"; exit 1; }
cmake --build "$dir/cmake" >"$dir/build.log" 2>&1 || { cat "$dir/build.log"; exit 1; }
gives 'result 42' "$dir/cmake/program"
gives 'result 42' "$dir/cmake/program-fork"
[ "$glib" = 0 ] || gives 'result 42' "$dir/cmake/program-glib"
[ "$gtk" = 0 ] || gives 'result 42' "$on_display" "$dir/cmake/program-gtk4"
[ "$uv" = 0 ] || gives 'result 42' "$dir/cmake/program-uv"
[ "$qt" = 0 ] || gives 'result 42' "$dir/cmake/program-qt6"
[ "$qt" = 0 ] || gives 'result 42' "$dir/cmake/program-qt6-face"

libdir=$(dirname "$(dirname "$(find "$prefix" -name lodger.pc)")")
export PKG_CONFIG_PATH="$libdir/pkgconfig"
export LD_LIBRARY_PATH="$libdir"
# shellcheck disable=SC2046 # several flags
"$cc" -Wall -Werror -o "$dir/program" "$dir/outside/program.c" $(pkg-config --cflags --libs lodger)
gives 'result 42' "$dir/program"
# shellcheck disable=SC2046
"$cc" -Wall -Werror -o "$dir/program" "$dir/outside/program.c" $(pkg-config --cflags --libs lodger-manual)
gives 'result 42' "$dir/program"
if [ "$glib" = 1 ]; then
  # shellcheck disable=SC2046
  "$cc" -Wall -Werror -o "$dir/program-glib" "$dir/outside/program-glib.c" $(pkg-config --cflags --libs lodger-glib)
  gives 'result 42' "$dir/program-glib"
fi
if [ "$gtk" = 1 ]; then
  # shellcheck disable=SC2046
  "$cc" -Wall -Werror -o "$dir/program-gtk4" "$dir/outside/program-gtk4.c" $(pkg-config --cflags --libs lodger-gtk4)
  gives 'result 42' "$on_display" "$dir/program-gtk4"
fi
if [ "$uv" = 1 ]; then
  # shellcheck disable=SC2046
  "$cc" -Wall -Werror -o "$dir/program-uv" "$dir/outside/program-uv.c" $(pkg-config --cflags --libs lodger-uv)
  gives 'result 42' "$dir/program-uv"
fi
if [ "$qt" = 1 ]; then
  for program in program-qt6 program-qt6-face; do
    # shellcheck disable=SC2046
    "$cxx" -std=c++17 -fPIC -Wall -Werror -o "$dir/$program" "$dir/outside/$program.cc" \
      $(pkg-config --cflags --libs lodger-qt6 Qt6Core)
    gives 'result 42' "$dir/$program"
  done
fi

#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# BUILD_SHARED_LIBS=OFF: archives are installed, and nothing shared. A program outside links them, through CMake and
# through pkg-config, and finds the shared locks in there: it forks. The target uninstall leaves what was there before.
set -eu

source=${LODGER_SOURCE:?}
cc=${CC:-cc}
glib=${LODGER_HAVE_GLIB:-0}
gtk=0
[ "$glib" = 0 ] || gtk=${LODGER_HAVE_GTK:-0}
if [ -n "${LODGER_SANITIZE:-}" ]; then
  echo "left out: archives without a sanitizer are the same in each build"
  exit 77
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
prefix=$dir/prefix

quietly () { "$@" >"$dir/log" 2>&1 || { cat "$dir/log"; echo "failed: $*"; exit 1; }; }

gives () { # gives RESULT COMMAND …
  result=$1
  shift
  output=$(timeout 60 "$@") || { echo "$* failed"; exit 1; }
  [ "$output" = "$result" ] || { echo "$* printed '$output', not '$result'"; exit 1; }
}

on () { if [ "$1" = 0 ]; then echo OFF; else echo ON; fi; }

quietly cmake -S "$source" -B "$dir/build" -DCMAKE_C_COMPILER="$cc" -DCMAKE_BUILD_TYPE=Debug -DBUILD_SHARED_LIBS=OFF \
  -DLODGER_GLIB="$(on "$glib")" -DLODGER_GTK="$(on "$gtk")" -DLODGER_UV=OFF -DLODGER_QT=OFF -DLODGER_TK=OFF \
  -DLODGER_TESTS=OFF -DLODGER_BENCH=OFF -DLODGER_DEMOS=OFF -DCMAKE_INSTALL_LIBDIR=lib
quietly cmake --build "$dir/build" -j 2

# As in any prefix: folders that packages share, and files of others.
mkdir -p "$prefix/include/lodger" "$prefix/lib/pkgconfig" "$prefix/lib/cmake" "$prefix/share"
touch "$prefix/include/lodger/of-somebody-else.h" "$prefix/lib/liblodger.so.9"
find "$prefix" | sort >"$dir/before"
quietly cmake --install "$dir/build" --prefix "$prefix"
find "$prefix" -name 'lib*.so*' ! -name liblodger.so.9 >"$dir/shared"
[ ! -s "$dir/shared" ] || { echo "installed, and not an archive:"; cat "$dir/shared"; exit 1; }
for name in lodger lodger-manual $([ "$glib" = 0 ] || echo lodger-glib) $([ "$gtk" = 0 ] || echo lodger-gtk4); do
  [ -s "$prefix/lib/lib$name.a" ] || { echo "lib$name.a was not installed"; exit 1; }
done

cp -r "$source/tests/build/outside" "$dir/outside"
quietly cmake -S "$dir/outside" -B "$dir/cmake" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" \
  -DWITH_GLIB="$(on "$glib")" -DWITH_GTK="$(on "$gtk")" -DWITH_UV=OFF -DWITH_QT=OFF
quietly cmake --build "$dir/cmake"
gives 'result 42' "$dir/cmake/program"
gives 'result 42' "$dir/cmake/program-fork"
[ "$glib" = 0 ] || gives 'result 42' "$dir/cmake/program-glib"
[ "$gtk" = 0 ] || gives 'result 42' "$source/tests/support/with-xvfb" "$dir/cmake/program-gtk4"

export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
with_pkg_config () { # with_pkg_config PROGRAM PACKAGE OPTION …
  program=$1
  package=$2
  shift 2
  # shellcheck disable=SC2046 # several flags
  quietly "$cc" -Wall -Werror -o "$dir/$program" "$dir/outside/$program.c" "$@" \
    $(pkg-config --cflags "$package") $(pkg-config --static --libs "$package")
}
for options in '' '-static' '-Wl,--gc-sections' '-O2 -flto'; do
  # shellcheck disable=SC2086 # several options
  with_pkg_config program-fork lodger $options
  gives 'result 42' "$dir/program-fork"
done
with_pkg_config program lodger-manual
gives 'result 42' "$dir/program"
if [ "$glib" = 1 ]; then
  with_pkg_config program-glib lodger-glib
  gives 'result 42' "$dir/program-glib"
fi

quietly cmake --build "$dir/build" --target uninstall
find "$prefix" | sort >"$dir/after"
diff "$dir/before" "$dir/after" || { echo "that is what uninstall left, or took away"; exit 1; }
! cmake --build "$dir/build" --target uninstall >"$dir/log" 2>&1 || { echo "a second uninstall succeeded"; exit 1; }
grep -q 'Nothing is installed' "$dir/log" || { cat "$dir/log"; exit 1; }

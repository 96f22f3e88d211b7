#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A program that was built with the structs of version 0 runs with the libraries of today. The macros for options are
# written in C++17 as in C.
set -eu

source=${LODGER_SOURCE:?}
build=${LODGER_BUILD:?}
cc=${CC:-cc}
case $cc in *clang*) cxx=clang++ ;; *) cxx=c++ ;; esac
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

flags="-g -Wall -Wextra -Wpedantic -Wshadow -Werror -I$source/core/include"
libraries="-L$build/core -llodger -Wl,-rpath,$build/core"
[ -z "${LODGER_SANITIZE:-}" ] || flags="$flags -fsanitize=$LODGER_SANITIZE"
if [ "${LODGER_HAVE_GLIB:-0}" = 1 ]; then
  flags="$flags -DWITH_GLIB -I$source/hosts/glib/include $(pkg-config --cflags gio-2.0 | sed 's/-I/-isystem /g')"
  libraries="-L$build/hosts/glib -llodger-glib -Wl,-rpath,$build/hosts/glib $libraries $(pkg-config --libs gio-2.0)"
fi

gives () { # gives RESULT PROGRAM
  output=$("$2")
  [ "$output" = "$1" ] || { echo "$2 printed '$output', not '$1'"; exit 1; }
}

# shellcheck disable=SC2086 # several flags
"$cc" -std=c11 $flags -o "$dir/program" "$source/tests/build/versions/program.c" $libraries
gives taken "$dir/program"
# shellcheck disable=SC2086
"$cxx" -std=c++17 -Wold-style-cast $flags -o "$dir/program-cxx" "$source/tests/build/versions/program.cc" $libraries
gives 'query 24' "$dir/program-cxx"

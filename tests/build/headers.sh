#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Each public header compiles alone, twice over, as C11 and as C++17, without a warning. A header of C++ (.hpp) compiles as
# C++17, without RTTI too, and as C++20.
set -eu

source=${LODGER_SOURCE:?}
cc=${CC:-cc}
case $cc in *clang*) cxx=clang++ ;; *) cxx=c++ ;; esac
warnings='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wundef -Wcast-qual -Werror -fsyntax-only'
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0

alone () { # alone FOLDER FLAG …
  folder=$1
  shift
  headers=$(cd "$folder" && find . -name '*.h' | sed 's,^\./,,')
  [ -n "$headers" ] || { echo "no headers in $folder"; status=1; }
  for header in $headers; do
    printf '#include <%s>\n#include <%s>\nextern int something;\n' "$header" "$header" >"$dir/alone.c"
    cp "$dir/alone.c" "$dir/alone.cc"
    # shellcheck disable=SC2086 # several flags
    "$cc" -std=c11 -Wstrict-prototypes -Wmissing-prototypes $warnings "$@" "-I$folder" "$dir/alone.c" ||
      { echo "$header does not compile alone as C11"; status=1; }
    # shellcheck disable=SC2086
    "$cxx" -std=c++17 -Wold-style-cast $warnings "$@" "-I$folder" "$dir/alone.cc" ||
      { echo "$header does not compile alone as C++17"; status=1; }
  done
}

alone_in_cpp () { # alone_in_cpp FOLDER FLAG …
  folder=$1
  shift
  headers=$(cd "$folder" && find . -name '*.hpp' | sed 's,^\./,,')
  [ -n "$headers" ] || { echo "no headers of C++ in $folder"; status=1; }
  for header in $headers; do
    printf '#include <%s>\n#include <%s>\nextern int something;\n' "$header" "$header" >"$dir/alone.cc"
    for standard in -std=c++17 '-std=c++17 -fno-rtti' -std=c++20; do
      # shellcheck disable=SC2086 # several flags
      "$cxx" $standard -Wold-style-cast $warnings "$@" "-I$folder" "$dir/alone.cc" ||
        { echo "$header does not compile alone with $standard"; status=1; }
    done
  done
}

# What is not Lodger's own is a system header, whose warnings do not count.
system_flags () { pkg-config --cflags "$@" | sed 's/-I/-isystem /g'; }

alone "$source/core/include"
alone "$source/hosts/manual/include" "-I$source/core/include"
if [ "${LODGER_HAVE_GLIB:-0}" = 1 ]; then
  # shellcheck disable=SC2046 # several flags
  alone "$source/hosts/glib/include" "-I$source/core/include" $(system_flags gio-2.0 gio-unix-2.0)
  if [ "${LODGER_HAVE_GTK:-0}" = 1 ]; then
    # shellcheck disable=SC2046
    alone "$source/hosts/gtk4/include" "-I$source/core/include" "-I$source/hosts/glib/include" \
      $(system_flags gtk4 gio-unix-2.0)
  fi
fi
if [ "${LODGER_HAVE_UV:-0}" = 1 ]; then
  # libuv's header needs more than C11.
  # shellcheck disable=SC2046
  alone "$source/hosts/uv/include" -U_GNU_SOURCE -D_GNU_SOURCE "-I$source/core/include" $(system_flags libuv)
fi
if [ "${LODGER_HAVE_QT:-0}" = 1 ]; then
  alone "$source/hosts/qt/include" "-I$source/core/include"
  # shellcheck disable=SC2046
  alone_in_cpp "$source/hosts/qt/include" "-I$source/core/include" -fPIC $(system_flags Qt6Core)
fi
exit $status

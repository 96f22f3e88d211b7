#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the headers declare, what the map names and what the library exports is the same set of functions.
# --maps-only leaves the libraries out: no build is needed.
set -eu

source=${LODGER_SOURCE:?}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0

declared () { # declared HEADER …
  # Comments hold examples; a declaration may be broken over lines.
  cat "$@" | tr '\n' ' ' | sed -E -e 's,/\*([^*]|\*+[^*/])*\*+/, ,g' \
    -e 's,G_DECLARE_FINAL_TYPE \(\w+\, (\w+)[^)]*\),GType \1_get_type (void);,g' | grep -oE 'LODGER_API [^;]*' |
    grep -v 'LODGER_API __attribute__' | sed -nE 's/^[^(]*[ *](lodger_[a-z0-9_]+) *\(.*/\1/p' | LC_ALL=C sort
}

mapped () { sed -nE 's/^ *(lodger_[a-z0-9_]+);$/\1/p' "$1"; }

exported () { nm -D --defined-only "$1" | awk '$2 != "A" { sub (/@.*/, "", $3); print $3 }' | LC_ALL=C sort; }

same () { # same WHAT FILE FILE
  if ! diff "$2" "$3" >"$dir/diff"; then
    echo "$1 differ:"
    cat "$dir/diff"
    status=1
  fi
}

one_library () { # one_library NAME FOLDER MAP
  # shellcheck disable=SC2046 # one word a header
  declared $(find "$source/$2/include" -name '*.h') >"$dir/headers"
  mapped "$source/$3" >"$dir/map"
  LC_ALL=C sort -u "$dir/map" >"$dir/sorted"
  same "$3 and its own order" "$dir/map" "$dir/sorted"
  same "the headers in $2 and $3" "$dir/headers" "$dir/map"
  [ "$maps_only" = no ] && [ "${LODGER_SHARED:-1}" = 1 ] || return 0
  library=${LODGER_BUILD:?}/$2/lib$1.so
  [ -e "$library" ] || { echo "$library is missing"; status=1; return 0; }
  exported "$library" >"$dir/exported"
  same "$3 and what lib$1.so exports" "$dir/map" "$dir/exported"
}

maps_only=no
[ "${1:-}" != --maps-only ] || maps_only=yes
one_library lodger core core/lodger.map
one_library lodger-manual hosts/manual hosts/manual/lodger-manual.map
if [ "$maps_only" = yes ] || [ "${LODGER_HAVE_GLIB:-0}" = 1 ]; then
  one_library lodger-glib hosts/glib hosts/glib/lodger-glib.map
  if [ "$maps_only" = yes ] || [ "${LODGER_HAVE_GTK:-0}" = 1 ]; then
    one_library lodger-gtk4 hosts/gtk4 hosts/gtk4/lodger-gtk4.map
  fi
fi
if [ "$maps_only" = yes ] || [ "${LODGER_HAVE_QT:-0}" = 1 ]; then
  one_library lodger-qt6 hosts/qt hosts/qt/lodger-qt6.map
fi
exit $status

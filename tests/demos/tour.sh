#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# tour.sh PROGRAM: each section of demos/tour prints what tour.txt says, in one run of all and by itself. A section that
# was left out says so in one line.
set -eu

program=$1
source=${LODGER_SOURCE:?}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0
# libzmq is not instrumented.
[ "${LODGER_SANITIZE:-}" != thread ] || export TSAN_OPTIONS="${TSAN_OPTIONS:-}:ignore_noninstrumented_modules=1"

# The number of a caller and the place of a submission are not those of the text.
plain () { sed -e 's/ #[0-9]* / #N /' -e 's/([^()]*\.c:[0-9]*)/(FILE:LINE)/'; }

# A file for each section.
split () { # split FOLDER <TEXT
  mkdir -p "$1"
  awk -v dir="$1" '/^#/ { next } /^[^ ]/ { file = dir "/" substr($1, 1, length($1) - 1) } { print > file }'
}

check () { # check SECTION ACTUAL
  if grep -qx '  left out: .*' "$2"; then
    [ "$(wc -l <"$2")" = 2 ] || { echo "$1 is left out, and says more:"; cat "$2"; status=1; }
  else
    diff "$dir/expected/$1" "$2" || { echo "$1 prints something else"; status=1; }
  fi
}

run () { # run FILE ARGUMENT …
  file=$1
  shift
  timeout 60 "$program" "$@" >"$dir/raw" 2>"$dir/err" || { echo "tour $* has failed:"; cat "$dir/raw" "$dir/err"; exit 1; }
  plain <"$dir/raw" >"$file"
}

split "$dir/expected" <"$source/tests/demos/tour.txt"
run "$dir/all"
split "$dir/actual" <"$dir/all"
run "$dir/list" --list
sed 's/:.*//' "$dir/list" | sort >"$dir/sections"
ls "$dir/expected" >"$dir/names"
sort "$dir/names" | diff - "$dir/sections" || { echo "the sections are not those of tour.txt"; exit 1; }
while read -r section; do
  check "$section" "$dir/actual/$section"
  run "$dir/one" "$section"
  check "$section" "$dir/one"
done <"$dir/sections"

if "$program" no-such-section >/dev/null 2>&1; then
  echo "an unknown section is no error"
  status=1
fi
exit $status

#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# uv-in-gtk.sh PROGRAM: demos/uv-in-gtk as its users have it: without a window, and with one.
set -eu

program=$1
source=${LODGER_SOURCE:?}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0

gives () { # gives STATUS COMMAND …: its output goes to $dir/out and $dir/err
  expected=$1
  shift
  actual=0
  timeout 60 "$@" >"$dir/out" 2>"$dir/err" || actual=$?
  if [ "$actual" != "$expected" ]; then
    echo "$* ended with status $actual, not $expected:"
    cat "$dir/out" "$dir/err"
    status=1
  fi
}

says () { # says FILE TEXT
  grep -q -- "$2" "$1" || { echo "'$2' is missing in:"; cat "$1"; status=1; }
}

gives 0 "$program" --version
says "$dir/out" '^uv-in-gtk [0-9]'
gives 0 "$program" --help
says "$dir/out" '--headless'
gives 2 "$program" --port=none
gives 2 "$program" --nothing

gives 0 "$program" --headless
says "$dir/out" '^12 requests: 8 answers with 200, 4 with 404$'
says "$dir/out" '^the server has ended, with 2 connections open$'
gives 0 "$program" --headless --requests=200 --left-open=16
says "$dir/out" '^200 requests: 134 answers with 200, 66 with 404$'
gives 0 "$program" --headless --requests=0 --left-open=0

if [ "${LODGER_SANITIZE:-}" = thread ]; then
  exit $status # GTK is not instrumented
fi
if command -v Xvfb >/dev/null 2>&1; then
  # The window is closed while connections are open.
  gives 0 "$source/tests/support/with-xvfb" "$program" --requests=12 --left-open=2 --seconds=2
  says "$dir/out" '^12 requests have come$'
  gives 0 "$source/tests/support/with-xvfb" "$program" --seconds=0.2
fi
exit $status

#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# gio-in-qt.sh PROGRAM: demos/gio-in-qt as its users have it: without a window, and with one. Each with both of Qt's
# dispatchers.
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
says "$dir/out" '^gio-in-qt [0-9]'
gives 0 "$program" --help
says "$dir/out" '--headless'
gives 2 "$program" --seconds=never
gives 2 "$program" --folder
gives 2 "$program" --nothing

# No file of the user's, and none of the session's services.
export GIO_USE_VFS=local GIO_USE_VOLUME_MONITOR=unix HOME="$dir"

headless () { # headless COMMAND …
  gives 0 "$@" --headless
  says "$dir/out" '^loop: '
  says "$dir/out" '^volumes: [0-9]'
  says "$dir/out" '^folder: 3 files created, 3 deleted'
  says "$dir/out" '^bus: '
  says "$dir/out" '^all has come$'
}
headless "$program"
headless env QT_NO_GLIB=1 "$program"
says "$dir/out" '^loop: GLib is a guest'
# A PATH without a dbus-daemon.
gives 0 env PATH=/nowhere "$program" --headless
says "$dir/out" '^bus: left out'

# The window closes by itself, with a bus and without one, and with a folder that is not there.
mkdir "$dir/watched"
window () { # window OPTION …
  for dispatcher in 0 1; do
    if [ "$dispatcher" = 1 ]; then
      export QT_NO_GLIB=1
    else
      unset QT_NO_GLIB
    fi
    gives 0 "$@"
    # What the platform without a display says of itself.
    if grep -v propagateSizeHints "$dir/err" >"$dir/complaints"; then
      echo "$* complains:"
      cat "$dir/complaints"
      status=1
    fi
  done
}
export QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR="$dir"
unset DBUS_SESSION_BUS_ADDRESS
chmod 700 "$dir"
window "$program" --seconds=0.5 --folder="$dir/watched"
window "$program" --seconds=0.2 --folder "$dir/nowhere" --dark
if command -v dbus-run-session >/dev/null 2>&1; then
  gives 0 dbus-run-session -- "$program" --seconds=0.5 --folder="$dir/watched"
fi
if command -v Xvfb >/dev/null 2>&1 && [ "${LODGER_SANITIZE:-}" != thread ]; then
  QT_QPA_PLATFORM=xcb
  gives 0 "$source/tests/support/with-xvfb" "$program" --seconds=0.5 --folder="$dir/watched"
fi
exit $status

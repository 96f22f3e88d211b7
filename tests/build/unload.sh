#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A plug-in that uses Lodger may be unloaded once it has stopped its callers: threads end, and GLib looks up its strings,
# after that. Each shared library stays loaded for it, and says so in its dynamic section.
set -eu

source=${LODGER_SOURCE:?}
build=${LODGER_BUILD:?}
cc=${CC:-cc}
if [ -n "${LODGER_SANITIZE:-}" ]; then
  echo "the libraries of this build need a sanitizer's run time"
  exit 77
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

stays () { # stays FOLDER NAME
  [ -e "$build/$1/lib$2.so" ] || { echo "$build/$1/lib$2.so is missing"; exit 1; }
  readelf -d "$build/$1/lib$2.so" | grep -q NODELETE || { echo "lib$2.so does not stay loaded"; exit 1; }
}

unloads () { # unloads PLUGIN-FLAG HOST-FLAGS FLAG …: the flags link the plug-in
  plugin_flag=$1
  host_flags=$2
  shift 2
  "$cc" -Wall -Wextra -Werror -shared -fPIC "$plugin_flag" -o "$dir/plugin.so" "$source/tests/build/plugin/plugin.c" \
    -I"$source/core/include" "$@" -L"$build/core" -llodger "-Wl,-rpath,$build/core"
  # shellcheck disable=SC2086 # several flags
  "$cc" -Wall -Wextra -Werror -o "$dir/host" "$source/tests/build/plugin/host.c" $host_flags -ldl -pthread
  "$dir/host" "$dir/plugin.so" >"$dir/output" 2>&1 || { echo "with $plugin_flag it failed:"; cat "$dir/output"; exit 1; }
}

stays core lodger
stays hosts/manual lodger-manual
unloads -DPLUGIN_CORE -DHOST_PLAIN
unloads -DPLUGIN_MANUAL -DHOST_PLAIN -I"$source/hosts/manual/include" -L"$build/hosts/manual" -llodger-manual \
  "-Wl,-rpath,$build/hosts/manual"
if [ "${LODGER_HAVE_GLIB:-0}" = 1 ]; then
  stays hosts/glib lodger-glib
  glib=$(pkg-config --cflags --libs gio-2.0 gio-unix-2.0)
  # shellcheck disable=SC2086
  unloads -DPLUGIN_GLIB "-DHOST_GLIB -Wl,--no-as-needed $glib" -I"$source/hosts/glib/include" -L"$build/hosts/glib" \
    -llodger-glib "-Wl,-rpath,$build/hosts/glib" $glib
fi
[ "${LODGER_HAVE_GTK:-0}" = 0 ] || stays hosts/gtk4 lodger-gtk4

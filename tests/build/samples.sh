#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The samples in the comments of the public headers compile, and drop no reference that they were given. A sample is the
# lines of a comment that are indented by five blanks and hold a semicolon.
set -eu

source=${LODGER_SOURCE:?}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0
count=0

samples () { # samples HEADER PRELUDE FLAG …
  header=$1
  prelude=$2
  shift 2
  {
    printf '%s\n' "$prelude"
    echo 'void sample (void);'
    echo 'void sample (void) {'
    sed -n 's/^ \*     \(.*\)/\1/p' "$source/$header" | grep ';$'
    echo '}'
  } >"$dir/sample.c"
  count=$((count + 1))
  # shellcheck disable=SC2086 # several flags
  "${CC:-cc}" -std=gnu11 -Wall -Wextra -Werror -fsyntax-only "$@" "$dir/sample.c" ||
    { echo "the sample of $header does not compile"; status=1; }
}

core='#include <lodger/lodger.h>
extern LodgerCaller *caller; extern LodgerPending *query; extern void *data; extern LodgerCallFunc work; extern LodgerDestroyFunc destroy;'
samples core/include/lodger/options.h "$core" "-I$source/core/include"
samples core/include/lodger/typed.h "#include <lodger/lodger.h>
typedef struct Page Page; extern LodgerPending *done; void use (Page *page);" "-I$source/core/include" -Wno-unused-variable
if [ "${LODGER_HAVE_GLIB:-0}" = 1 ]; then
  # shellcheck disable=SC2046 # several flags
  samples hosts/glib/include/lodger-glib-gio.h "#include <lodger-glib.h>
$core
extern GCancellable *cancellable; extern GFile *file; extern LodgerThenFunc on_read;" \
    "-I$source/core/include" "-I$source/hosts/glib/include" $(pkg-config --cflags gio-2.0)
fi
if [ "${LODGER_HAVE_GTK:-0}" = 1 ]; then
  # shellcheck disable=SC2046
  samples hosts/gtk4/include/lodger-gtk4.h "#include <lodger-gtk4.h>
extern GtkWidget *widget; extern LodgerCallFunc work; extern LodgerGtkDoneFunc done; extern void *data;
extern GtkProgressBar *bar; extern GtkButton *button; extern LodgerGtkErrorFunc show_error;" \
    "-I$source/core/include" "-I$source/hosts/glib/include" "-I$source/hosts/gtk4/include" $(pkg-config --cflags gtk4)
fi
[ "$count" -gt 0 ] || { echo "no sample was found"; status=1; }
exit $status

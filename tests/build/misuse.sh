#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The table of misuse (tests/misuse) can fail: a new function, parameter or code in a header asks for rows; a function
# without an Errors line, or with one that cannot be read, is refused; a cell without a row is named by the test; a row that
# no header asks for does not compile.
set -eu

source=${LODGER_SOURCE:?}
build=${LODGER_BUILD:?}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0

complain () { printf '%s\n' "$*"; status=1; }

# ---- what a header asks for ------------------------------------------------------------------------------------------

cells () { # cells HEADER: `function kind`, in lines
  awk -v "output=$dir/cells" -f "$source/tests/misuse/cells.awk" "$1" 2>"$dir/log" || return 1
  sed -n 's/^MISUSE (\([a-z_0-9]*\), \([a-z_0-9]*\),.*/\1 \2/p' "$dir/cells" | LC_ALL=C sort
}

mkdir "$dir/include"
cat >"$dir/include/new.h" <<'END'
/**
 * A new function, which does not answer LODGER_ESTATE.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL, wrong size), LODGER_EBUSY (inside
 * lodger_new_two()), LODGER_ECHILD (a forked child).
 * Test: unit/new one
 */
LODGER_API int lodger_new_one (LodgerCaller *caller, LodgerDirectFunc func, void *data, const LodgerNewOptions *options,
                               int64_t delay, LodgerNewMode mode, unsigned count);

/** Not a public function: not_for_users (LodgerCaller *caller). */
#define lodger_new_one(caller) lodger_new_one_full (caller, 0)
/** Another function.
 * Errors: as lodger_new_one(), LODGER_EWRONGTHREAD (another thread). */
LODGER_API LodgerPending *lodger_new_two (void);
END
cat >"$dir/expected" <<'END'
lodger_new_one after_fork
lodger_new_one after_stop
lodger_new_one busy
lodger_new_one negative_delay
lodger_new_one null_caller
lodger_new_one null_data
lodger_new_one null_func
lodger_new_one null_options
lodger_new_one size_options
lodger_new_one unknown_mode
lodger_new_two after_fork
lodger_new_two busy
lodger_new_two wrong_thread
END
cells "$dir/include/new.h" >"$dir/found"
diff "$dir/expected" "$dir/found" || complain "a new header does not ask for the rows that it should"

refused () { # refused WHAT MESSAGE COMMENT: a function with that comment is refused with that message
  printf '%s\nLODGER_API int lodger_new_one (LodgerCaller *caller);\n' "$3" >"$dir/include/refused.h"
  if cells "$dir/include/refused.h" >/dev/null; then
    complain "$1 is accepted"
  elif ! grep -q "$2" "$dir/log"; then
    cat "$dir/log"
    complain "$1 is refused without a message that says so"
  fi
}

refused 'a function without an Errors line' 'lodger_new_one has no Errors line' '/** A new function. */'
refused 'a function without a comment' 'lodger_new_one has no Errors line' ''
refused 'an Errors line inside of a sentence' 'has no Errors line' '/** A new function. Errors: none. */'
refused 'the Errors line of another comment' 'has no Errors line' \
  "$(printf '/** A type.\n * Errors: none. */\ntypedef int Type;\n\n/** A new function. */')"
refused 'an unknown code' 'unknown code LODGER_EUNHEARD' '/**
 * Errors: LODGER_EINVAL (NULL), LODGER_EUNHEARD (never). */'
refused 'a code without a condition' 'cannot read the Errors line' '/**
 * Errors: LODGER_EINVAL. */'
refused 'an Errors line that does not end' 'cannot read the Errors line' '/**
 * Errors: LODGER_EINVAL (NULL) */'
refused 'words in an Errors line' 'cannot read the Errors line' '/**
 * Errors: LODGER_EINVAL (NULL), or the code of the host. */'
refused 'the errors of a function that is nowhere' 'in none of the headers' '/**
 * Errors: as lodger_nowhere(). */'
refused 'a second Errors line' 'a second Errors line' '/**
 * Errors: none.
 * Errors: none. */'

# Each code of error.h is known.
codes=$(grep -o '\bLODGER_E[A-Z]* = -' "$source/core/include/lodger/error.h" | sed 's/ = -/ (x), /' | tr -d '\n')
printf '/**\n * Errors: %s. */\nLODGER_API int lodger_new_one (LodgerCaller *caller);\n' "${codes%, }" >"$dir/include/codes.h"
cells "$dir/include/codes.h" >/dev/null || { cat "$dir/log"; complain "a code of error.h is unknown"; }

printf 'static inline int nothing (void);\n' >"$dir/include/empty.h"
if cells "$dir/include/empty.h" >/dev/null 2>&1; then
  complain "headers in which no function is found are accepted"
fi
printf 'int LODGER_API\nlodger_new_one (void);\n' >"$dir/include/other.h"
if cells "$dir/include/other.h" >/dev/null 2>&1; then
  complain "a declaration in another layout is passed over"
fi

# ---- rows and cells are the same set ---------------------------------------------------------------------------------

printf 'MISUSE (lodger_new_one, null_caller, "new.h:1")\n' >"$dir/misuse-cells.h"
sanitize=
[ -z "${LODGER_SANITIZE:-}" ] || sanitize=-fsanitize=$LODGER_SANITIZE
flags="-std=gnu11 -g $sanitize -pthread -I$dir"
for folder in tests/misuse tests/support core/include core/src hosts/manual/include; do
  flags="$flags -I$source/$folder"
done
libraries="$build/tests/liblodger-test-support.a $build/hosts/manual/liblodger-manual.a"
libraries="$libraries $build/core/liblodger.a $(pkg-config --cflags --libs check)"
[ "${LODGER_HAVE_GLIB:-0}" != 1 ] ||
  libraries="$build/tests/liblodger-test-support.a $build/hosts/glib/liblodger-glib.a $libraries $(pkg-config --libs gio-2.0)"

row () { # row FUNCTION KIND: does that row compile?
  printf '#include "misuse.h"\nvoid misuse_run (const MisuseRow *row) { (void) row; }\n' >"$dir/row.c"
  [ $# = 0 ] || printf 'CELL (%s, %s, RULED_OUT ("it is only an example"));\n' "$1" "$2" >>"$dir/row.c"
  printf 'void misuse_ruled_out (Fixture *s, const char *why) { (void) s; (void) why; }\n' >>"$dir/row.c"
  # shellcheck disable=SC2086 # several flags
  "${CC:-cc}" $flags -w -c -o "$dir/row.o" "$dir/row.c" 2>"$dir/log"
}

table () { # table: what the test says of the row that was compiled last
  # shellcheck disable=SC2086 # several flags
  "${CC:-cc}" $flags -w -o "$dir/table" "$source/tests/misuse/table.c" "$dir/row.o" $libraries
  "$dir/table" every_cell_has_a_row >"$dir/log" 2>&1
}

row || { cat "$dir/log"; complain "a file without rows does not compile"; }
if table; then
  complain "a cell without a row is not noticed"
fi
grep -q 'new.h:1: no row for lodger_new_one/null_caller' "$dir/log" || complain "a cell without a row is not named"
row lodger_new_one null_caller || { cat "$dir/log"; complain "the row does not compile"; }
table || { cat "$dir/log"; complain "with a row for each cell the test fails"; }
if row lodger_new_one null_func; then
  complain "a row that no header asks for compiles"
fi
grep -q 'a_header_asks_for__lodger_new_one__null_func' "$dir/log" || complain "and the compiler does not name it"
exit $status

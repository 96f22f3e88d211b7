#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# tests/mutants/mutate finds a function wherever it is and however it is written, and names the reason when it cannot.
set -eu

mutate=${LODGER_SOURCE:?}/tests/mutants/mutate
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
source=$dir/source
output=$dir/output
status=0

fresh () { # an empty source folder
  rm -rf "$source" "$output"
  mkdir -p "$source/core/src" "$source/hosts/glib" "$source/demos" "$output"
}

file () { # file PATH: its text is standard input
  mkdir -p "$source/$(dirname "$1")"
  cat >"$source/$1"
}

run () { # run LINE …: the lines of a mutant
  printf '%s\n' "$@" >"$dir/a.mutant"
  "$mutate" "$dir/a.mutant" "$source" "$output" >"$dir/paths" 2>"$dir/errors"
}

failed () { # failed TEST
  echo "$1: FAILED"
  cat "$dir/a.mutant" "$dir/paths" "$dir/errors"
  status=1
}

# The layout of the changed file does not matter here.
words () { tr -d ' \n' <"$1"; }

changes () { # changes TEST PATH TEXT LINE …: the only changed file is PATH, and has TEXT, blanks aside
  test=$1 path=$2 text=$3
  shift 3
  if ! run "$@" || [ "$(cat "$dir/paths")" != "$path" ]; then
    failed "$test"
  elif ! words "$output/1.c" | grep -qF -- "$(printf '%s' "$text" | tr -d ' ')"; then
    cat "$output/1.c"
    failed "$test"
  fi
}

refuses () { # refuses TEST REASON LINE …: with a line that has REASON
  test=$1 reason=$2
  shift 2
  if run "$@" || ! grep -qF -- "$reason" "$dir/errors"; then
    echo "not refused with: $reason"
    failed "$test"
  fi
}

one_function () { # the text of `take`, and of another one around it
  cat <<'EOF'
#include <stdio.h>
int take (int count);

static int
give (int count)
{
  return take (count) + 1;
}

int
take (int count)
{
  if (count < 10)
    return count + 1; /* count < 10 */
  puts ("count < 10 } {");
#ifdef MANY
  count = 10;
#endif
  return '}' + count + 1;
}

int
leave (int count)
{
  return count < 10 ? count + 1 : 0;
}
EOF
}

fresh
one_function | file core/src/one.c
less='if (count > 10) return count + 1;'
changes 'a fragment of a line' core/src/one.c "$less" 'law: 1' 'A remark: of any text.' \
  'function: take' 'find: count < 10' 'replace: count > 10'
if [ "$(diff "$source/core/src/one.c" "$output/1.c" | grep -c '^[<>]')" != 2 ]; then
  failed 'the rest stays as it is'
fi
changes 'a fragment over several lines' core/src/one.c '{ if (true) count = 11; /*' \
  'function: take' 'find: if (count < 10) return count + 1;' 'replace: if (true) count = 11;'
changes 'an empty replacement' core/src/one.c '{ return take (count); }' 'function: give' 'find: + 1' 'replace:'
changes 'the second of two' core/src/one.c "return '}' + count + 2;" \
  'function: take' 'find: + 1' 'nth: 2' 'replace: + 2'
changes 'the brace at the beginning' core/src/one.c 'take (int count) { return 5; if (count' \
  'function: take' 'find: {' 'replace: { return 5;'
changes 'two functions of a file' core/src/one.c 'return take (count) - 1;' \
  'function: leave' 'find: count < 10' 'replace: true' 'function: give' 'find: + 1' 'replace: - 1'
words "$output/1.c" | grep -qF 'returntrue?' || failed 'two functions of a file: the first'
changes 'two fragments change places' core/src/one.c 'return 0 < 10 ? count + 1 : count;' \
  'function: leave' 'find: count <' 'replace: 0 <' 'find: : 0' 'replace: : count'

refuses 'a fragment that is there twice' 'has 2 times' 'function: take' 'find: + 1' 'replace: + 2'
refuses 'fewer than nth' 'has only 2 times, not 3' 'function: take' 'find: + 1' 'nth: 3' 'replace: + 2'
refuses 'a fragment of another function' 'take in core/src/one.c has no: take' \
  'function: take' 'find: take' 'replace: x'
refuses 'what only a comment or a string has' 'has no: } {' 'function: take' 'find: } {' 'replace: x'
refuses 'a part of a name' 'has no: coun' 'function: take' 'find: coun' 'replace: x'
refuses 'a part of an operator' 'has no: + +' 'function: take' 'find: + +' 'replace: x'
refuses 'a directive' 'has no: #ifdef MANY' 'function: take' 'find: #ifdef MANY' 'replace: x'
refuses 'a fragment around a directive' 'has no: return count + 1; puts ("count < 10 } {"); count' \
  'function: take' 'find: return count + 1; puts ("count < 10 } {"); count' 'replace: x'
refuses 'fragments that overlap' 'two fragments overlap' \
  'function: take' 'find: count < 10' 'replace: x' 'find: (count <' 'replace: y'
refuses 'a missing function' 'there is no function takes; there are: take' 'function: takes' 'find: + 1' 'replace:'
refuses 'a function that is only called' 'there is no function puts' 'function: puts' 'find: + 1' 'replace:'
refuses 'an unknown key' 'unknown key: file' 'file: core/src/one.c' 'function: give' 'find: + 1' 'replace:'
refuses 'no function' 'there is no "function:"' 'law: 1'
refuses 'no find' 'there is no "find:" for give' 'function: give'
refuses 'no replace' 'there is no "replace:" for: + 1' 'function: give' 'find: + 1'
refuses 'a find before the function' '"find:" before any "function:"' 'find: + 1' 'replace:' 'function: give'
refuses 'nth without a find' '"nth:" without a "find:"' 'function: give' 'nth: 1' 'find: + 1' 'replace:'
refuses 'nth that is no number' '"nth:" is no number: first' 'function: give' 'find: + 1' 'nth: first' 'replace:'

# Moved, wrapped and indented otherwise.
fresh
file hosts/glib/deep/moved.c <<'EOF'
int take (int count) {
      if (count // how many
          <
          /* of
             them */ 10) { return count+1; }
  return 0; }
EOF
changes 'a function that was moved and wrapped' hosts/glib/deep/moved.c 'if (count > 10) {' \
  'function: take' 'find: count < 10' 'replace: count > 10'

# The functions of one mutant may come to be in two files.
fresh
one_function | file core/src/one.c
printf 'int\nfar (void)\n{\n  return 1;\n}\n' | file demos/far.c
run 'function: give' 'find: + 1' 'replace: + 7' 'function: far' 'find: 1' 'replace: 8' || failed 'two files'
[ "$(tr '\n' ' ' <"$dir/paths")" = 'core/src/one.c demos/far.c ' ] || failed 'two files: their paths'
grep -q '+ 7' "$output/1.c" || failed 'two files: the first'
grep -q 'return *8' "$output/2.c" || failed 'two files: the second'

# Statics that share a name.
static_beside () { # static_beside FUNCTION
  printf 'static int\nfree_it (void)\n{\n  return 1;\n}\n\nint\n%s (void)\n{\n  return 0;\n}\n' "$1"
}

fresh
static_beside near_one | file core/src/one.c
static_beside near_two | file core/src/two.c
printf 'int\nalone (void)\n{\n  return 0;\n}\n' | file core/src/three.c
both='core/src/one.c, core/src/two.c'
refuses 'an ambiguous static' "free_it is in several files, say which by \"beside:\": $both" \
  'function: free_it' 'find: 1' 'replace: 2'
changes 'a static beside another function' core/src/two.c 'return 2;' \
  'function: free_it' 'beside: near_two' 'find: 1' 'replace: 2'
refuses 'a static that is not beside' "free_it is not beside alone in core/src/three.c, but in: $both" \
  'function: free_it' 'beside: alone' 'find: 1' 'replace: 2'
refuses 'a missing function beside' 'there is no function near_three; there are: near' \
  'function: free_it' 'beside: near_three' 'find: 1' 'replace: 2'
printf 'static int\nnear_two (void)\n{\n  return 0;\n}\n' | file core/src/four.c
refuses 'an ambiguous function beside' 'near_two is in several files' \
  'function: free_it' 'beside: near_two' 'find: 1' 'replace: 2'
printf '#ifdef A\nint\ntwin (void)\n{\n  return 0;\n}\n#else\nint\ntwin (void)\n{\n  return 1;\n}\n#endif\n' |
  file core/src/twins.c
refuses 'a function that is defined twice' 'core/src/twins.c defines twin twice' 'function: twin' 'find: 1' 'replace: 2'

exit "$status"

#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# .ci/laws finds whatever docs/laws.md and the tests can disagree in. Each fault is put into a copy of the source, which
# is without any before and after. The numbers of the faults are in variables, since .ci/laws reads this file as well.
set -eu

source=${LODGER_SOURCE:?}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
copy=$dir/copy
status=0
new=9001
one=1
padded=01

# The folders that .ci/laws reads.
mkdir "$copy"
for folder in .ci docs core hosts tests; do
  cp -r "$source/$folder" "$copy/$folder"
done

check () { "$copy/.ci/laws" "$copy" >"$dir/said" 2>&1; }

restore () { # restore FILE …
  for file; do
    if [ -e "$source/$file" ]; then cp "$source/$file" "$copy/$file"; else rm -f "$copy/$file"; fi
  done
}

expect () { # expect WHAT FILE TEXT: .ci/laws fails, and a line of it begins with FILE: and a number, and says TEXT
  if check; then
    echo "$1: not noticed"
    status=1
  elif ! grep -q "^$2:[1-9][0-9]*: .*$3" "$dir/said"; then
    echo "$1: no line names $2 and says '$3':"
    cat "$dir/said"
    status=1
  fi
  restore "$2"
}

list=docs/laws.md
wait=tests/unit/test-wait.c

item () { # item TEXT …: as new items of the list
  for text; do
    awk -v text="$text" '/^## Not covered yet/ { print text; print "" } { print }' "$copy/$list" >"$dir/list"
    cp "$dir/list" "$copy/$list"
  done
}

add () { # add FILE TEXT
  printf '%s\n' "$2" >>"$copy/$1"
}

check || { echo 'without any fault:'; cat "$dir/said"; exit 1; }

# ---- the list names what is not there ----

item "- **$new.** Nothing. Test: unit/wait \`no_such_test\`."
expect 'a test that is not there' "$list" 'there is no test unit/wait no_such_test'

item "- **$new.** Nothing. Test: unit/wait \`no_such_*\`."
expect 'a pattern that no test has' "$list" 'there is no test unit/wait no_such_\*'

item "- **$new.** Nothing. Test: unit/no-such-program \`a_timeout_of_zero_does_not_wait\`."
expect 'a program that is not there' "$list" 'there is no test unit/no-such-program'

sed "s/edge_12_cancel_wait/edge_12_renamed/" "$source/$wait" >"$copy/$wait"
expect 'a test that was renamed' "$list" 'there is no test unit/wait edge_12_cancel_wait'
restore "$wait"

item "- **Law $new. Nothing.** Test: conformance \`law_1_*\`. Mutants: \`no-such-*\`."
expect 'a mutant that is not there' "$list" 'there is no mutant no-such-\*'

# ---- what each number must have ----

item "- **$new.** Nothing."
expect 'a number without a test' "$list" "edge case $new has no test"

item "- **Law $new. Nothing.** Mutants: \`law-1-*\`."
expect 'a law without a test' "$list" "law $new has no test"

item "- **Law $new. Nothing.** Test: conformance \`law_1_*\`."
expect 'a law without a mutant' "$list" "law $new has no mutant"

rm "$copy"/tests/mutants/*law-9-*.mutant
expect 'a law whose mutants are gone' "$list" 'law 9 has no mutant'
cp "$source"/tests/mutants/*law-9-*.mutant "$copy/tests/mutants"

item "- **$one.** Again. Test: unit/race \`edge_01_a_race_ends_exactly_once\`."
expect 'a number that appears twice' "$list" "edge case $one is in line [0-9]* already"

add "$list" "- again: $one"
expect 'a number that is covered and is not' "$list" "edge case $one is in line [0-9]* already"

item "- **Law $one. Again.** Test: conformance \`law_1_*\`. Mutants: \`law-1-*\`."
expect 'a law that appears twice' "$list" "law $one is in line [0-9]* already"

# ---- what cannot be read ----

item "- **$new.** Nothing. Test: \`edge_01_first_setter_wins\`."
expect 'a test without its program' "$list" 'no program is named'

item "- **$new.** Nothing. Test: unit/wait some_test."
expect 'a name without its marks' "$list" 'where a name is expected'

add "$list" "- $new"
expect 'a number without a colon' "$list" 'there is no colon'

# ---- tests, mutants and comments with other numbers ----

for kind in edge law; do
  add "$wait" "START_TEST (${kind}_${new}_nothing)"
  expect "a test of ${kind} $new" "$wait" "${kind}_${new}_nothing is a test of .*$new, which has no item"
done

add "$wait" "START_TEST (edge_${padded}_nothing)"
expect 'a test that its number does not list' "$wait" "unit/wait edge_${padded}_nothing is not among the tests of"

add tests/mutants/new.mutant "law: $new"
expect 'a mutant of another law' tests/mutants/new.mutant "it breaks law $new, which has no item"

add tests/mutants/new.mutant "law: $one"
expect 'a mutant that its law does not list' tests/mutants/new.mutant 'it is not among the mutants of law 1'

add tests/mutants/new.mutant 'file: core/src/nothing.c'
expect 'a mutant of no law' tests/mutants/new.mutant 'no line of it says which law it breaks'

types=core/include/lodger/types.h
refer () { # refer FILE TEXT KIND
  add "$1" "$2"
  expect "'$2' in $1" "$1" "there is no $3 $new in"
}
refer "$types" "/* As edge case $new says. */" 'edge case'
refer "$types" "/* As law $new says. */" law
refer "$types" "/* Test: unit/wait edge_${new}_nothing */" 'edge case'
refer "$types" "/** As edge
 * case $new says. */" 'edge case'
refer "$types" "/** Laws 1 and
 * $new. */" law
refer hosts/gtk4/include/lodger-gtk4.h "/* Edge cases 1 to $new. */" 'edge case'
refer "$wait" "/* Edge $new: nothing. */" 'edge case'
refer "$wait" "/* ---- 1, $new ------ */" 'edge case'
file=$(cd "$source" && find core/src -name '*.c' | LC_ALL=C sort | head -n 1)
refer "$file" "/* It is law $new. */" law

check || { echo 'when every fault is gone again:'; cat "$dir/said"; exit 1; }
exit $status

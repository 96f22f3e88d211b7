#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Spin verifies each model, and finds what is wrong with each broken variant of it. A model's first comment says how it
# is run, a line each:
#
#   whole [DEFINE …]                       no assertion fails, and each end is a valid one
#   live [DEFINE …]                        nothing turns in a circle without progress
#   broken NAME [DEFINE …] ERROR: WHAT     the same with BROKEN_NAME; spin has to find that error.
#                                          `non-progress`: as by `live`. It does not begin in upper case
#
#   run.sh [MODEL …]      default: all
#
# Exit status: 0 all as it should be, 1 it is not, 77 there is no spin.
set -euo pipefail

dir=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cc=${CC:-cc}
for tool in spin "$cc"; do
  command -v "$tool" >/dev/null || { echo "left out: missing: $tool; install it with: apt-get install $tool"; exit 77; }
done

fail () { # fail NAME MESSAGE [FILE]
  printf 'models: %s: %s\n' "$1" "$2"
  [ -z "${3:-}" ] || sed 's/^/  /' "$3"
  return 1
}

# The steps that led there, in the model's words.
trail () {
  spin -k "$(basename "$model").trail" -p -g "$@" 2>&1 | sed -E 's,([^ ]*/)?([a-z]+\.pml),\2,' | tail -n 60 >steps || true
}

run_one () { # run_one FOLDER MODEL KIND [DEFINE …] [ERROR: WHAT]
  local work=$1 model=$2 kind=$3 name defines=() flags=(-DSAFETY) search=() expected='' found states
  shift 3
  name=$(basename "$model" .pml)
  [ "$kind" != broken ] || set -- "BROKEN_$1" "${@:2}"
  while [[ ${1:-} =~ ^[A-Z][A-Z0-9_]*$ ]]; do
    defines+=("-D$1")
    name+=" $1"
    shift
  done
  expected=$*
  expected=${expected%%:*}
  if [ "$kind" = live ] || [ "$expected" = non-progress ]; then
    flags=(-DNP)
    search=(-l)
    name+=" (live)"
  fi
  mkdir "$work"
  cd "$work"
  spin -a "${defines[@]}" "$model" >spin.log 2>&1 || fail "$name" 'spin does not understand it' spin.log || return 1
  "$cc" -O1 -w -DMEMLIM=1500 -DNOFAIR "${flags[@]}" -o pan pan.c >cc.log 2>&1 ||
    fail "$name" 'it does not compile' cc.log || return 1
  timeout 250 ./pan -m100000 "${search[@]}" >pan.log 2>&1 || true
  found=$(sed -nE 's/^pan:1: (.*) \(at depth [0-9]+\)$/\1/p' pan.log)
  states=$(sed -nE 's/^ *([0-9.e+]+) states, stored.*/\1/p' pan.log)
  if ! grep -q 'errors: ' pan.log || grep -q 'max search depth too small' pan.log; then
    fail "$name" 'the search has not ended' pan.log
  elif [ "$kind" != broken ]; then
    if [ -n "$found" ] || ! grep -q 'errors: 0$' pan.log || grep -q 'Search not completed' pan.log; then
      trail "${defines[@]}" "$model"
      fail "$name" "${found:-not verified}" steps
    else
      printf 'models: %s: verified, %s states\n' "$name" "$states"
    fi
  elif [[ $found == *"$expected"* ]] && [ -n "$found" ]; then
    printf 'models: %s: caught: %s\n' "$name" "$found"
  else
    fail "$name" "not caught: expected: $expected; found: ${found:-nothing}"
  fi
}

if [ "${1:-}" = --one ]; then
  shift
  # shellcheck disable=SC2048,SC2086 # a line of words
  run_one $*
  exit
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- "$dir"/*.pml
for model; do
  [ -f "$model" ] || model=$dir/$(basename "$model" .pml).pml
  sed -nE '/\*\/$/q; s/^ \*   ((whole|live|broken)( .*)?)$/\1/p' "$model" | while IFS= read -r line; do
    printf '%s/XX %s %s\n' "$work" "$model" "$line"
  done
done | awk '{ sub (/XX/, NR); print }' >"$work/runs"
[ -s "$work/runs" ] || { echo 'models: nothing to run'; exit 1; }
# The longest first.
sort -k 3,3r -k 2,2 "$work/runs" | tr '\n' '\0' | xargs -0 -n 1 -P "${LODGER_JOBS:-$(nproc)}" "$0" --one || exit 1

#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Switching between stacks works as distributions build it: with checked functions, protected stacks and branches,
# optimised over all files, by gcc and by clang. So it does with swapcontext(), as where the processor has a shadow
# stack.
set -eu

source=${LODGER_SOURCE:?}
hard='-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-clash-protection -fstack-protector-strong'
case $(uname -m) in
  x86_64) hard="$hard -fcf-protection" ;;
  aarch64) hard="$hard -mbranch-protection=standard" ;;
esac
if [ -n "${LODGER_SANITIZE:-}" ]; then
  echo "left out: the options exclude a sanitizer"
  exit 77
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/base"

compile () { # compile FOLDER COMPILER FILES… -- OPTIONS…
  folder=$1
  compiler=$2
  shift 2
  (cd "$folder" && "$compiler" -std=gnu11 -I"$source/core/include" -I"$source/core/src" -c "$@")
}

compile "$dir/base" "${CC:-cc}" -O1 "$source"/core/src/base/*.c

try () { # try COMPILER OPTIONS…
  compiler=$1
  shift
  command -v "$compiler" >"$dir/which" || { echo "left out: there is no $compiler"; return; }
  rm -rf "$dir/stack"
  mkdir "$dir/stack"
  compile "$dir/stack" "$compiler" "$@" "$source"/core/src/stack/*.c "$source/tests/build/stack/program.c" 2>"$dir/log" ||
    { cat "$dir/log"; echo "$compiler $* does not compile it"; exit 1; }
  "$compiler" "$@" -o "$dir/program" "$dir"/stack/*.o "$dir"/base/*.o -pthread 2>"$dir/log" ||
    { cat "$dir/log"; echo "$compiler $* does not link it"; exit 1; }
  output=$(timeout 60 "$dir/program" 2>&1) || { echo "$output"; echo "$compiler $*: the program failed"; exit 1; }
  [ "$output" = 'sum 200055 depth 10' ] || { echo "$compiler $*: '$output'"; exit 1; }
}

# shellcheck disable=SC2086 # several options
{
  try gcc $hard
  try gcc $hard -O3 -flto
  try gcc $hard -O0 -U_FORTIFY_SOURCE
  try gcc $hard -DLODGER_STACK_CONTEXTS
  try clang $hard
  ! command -v ld.lld >"$dir/which" || try clang $hard -flto -fuse-ld=lld
}

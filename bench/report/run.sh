#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# run.sh [--quick] RESULTS: runs all programs of the benchmark, and saves in RESULTS what they print, with the machine
# and the versions. A program that fails or hangs is left out of RESULTS, and named at the end.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
source=$here/../..
programs=${LODGER_BUILD:?}/bench
quick=
kind=full
[ "${1:-}" != --quick ] || { quick=--quick kind=quick; shift; }
results=${1:?}
begin=$(date +%s)
failed=
fails_with=0
xvfb=$source/tests/support/with-xvfb

# ---- saving ----------------------------------------------------------------------------------------------------------

# What a program prints becomes a file with a licence line, unless the program fails or is not over in time.
save () { # save NAME SECONDS COMMAND …
  name=$1 limit=$2
  shift 2
  [ -x "$1" ] || { printf '  %-12s not built\n' "$name" >&2; return 0; }
  printf '  %-12s ' "$name" >&2
  since=$(date +%s)
  code=0
  timeout "$limit" "$@" >"$part/out" 2>"$part/err" || code=$?
  if [ "$code" = 0 ] || [ "$code" = "$fails_with" ]; then
    { echo '# SPDX-License-Identifier: LGPL-2.1-or-later'; cat "$part/out"; } >"$results/$name.tsv"
    printf '%s s\n' "$(($(date +%s) - since))" >&2
  else
    printf 'failed with %s\n' "$code" >&2
    tail -n 3 "$part/err" >&2
    failed="$failed $name"
  fi
}

first_word_after_colon () { # first_word_after_colon KEY FILE: its value in /proc
  sed -n "s/^$1[[:space:]]*: *//p" "$2" 2>/dev/null | head -n 1
}

version_of () { pkg-config --modversion "$1" 2>/dev/null || echo none; }

load () { cut -d' ' -f1 /proc/loadavg; }

commit () {
  git -C "$source" rev-parse --short HEAD 2>/dev/null || { echo unknown; return 0; }
  [ -z "$(git -C "$source" status --porcelain --untracked-files=no -- core hosts bench ':!bench/results' 2>/dev/null)" ] || echo changed
}

machine () {
  printf 'date\t%s\n' "$(date -u +%Y-%m-%d)"
  printf 'run\t%s, %s s\n' "$kind" "$(($(date +%s) - begin))"
  printf 'processor\t%s\n' "$(first_word_after_colon 'model name' /proc/cpuinfo)"
  printf 'processors\t%s\n' "$(nproc)"
  printf 'memory\t%s MiB\n' "$(($(first_word_after_colon MemTotal /proc/meminfo | tr -dc 0-9) / 1024))"
  printf 'virtual machine\t%s\n' "$(grep -qw hypervisor /proc/cpuinfo && echo yes || echo no)"
  printf 'kernel\t%s\n' "$(uname -sr | sed 's/-.*//')"
  printf 'system\t%s\n' "$(sed -n 's/^PRETTY_NAME="\(.*\)"$/\1/p' /etc/os-release 2>/dev/null)"
  printf 'compiler\t%s\n' "$(${CC:-cc} --version | head -n 1)"
  for module in glib-2.0 gtk4 libuv libdex-1 Qt6Core; do
    printf '%s\t%s\n' "$module" "$(version_of "$module")"
  done
  printf 'Lodger\t%s\n' "$(commit | tr '\n' ' ' | sed 's/ $//')"
  printf 'load before and after\t%s, %s\n' "$1" "$(load)"
}

# ---- all of it -------------------------------------------------------------------------------------------------------

mkdir -p "$results"
rm -f "$results"/*.tsv "$results"/*.json
part=$(mktemp -d)
trap 'rm -rf "$part"' EXIT
load_before=$(load)

# All peers with a part of the counts. The fast ones once more with all of them: a short run of theirs says little.
bench () { # bench NAME SECONDS SCALE [ARGUMENT …]
  saves=$1 limit=$2 scale=$3
  shift 3
  save "$saves" "$limit" "$programs/lodger-bench" --pairs "$pairs" --scale "$scale" --json "$results/$saves.json" "$@"
  rm -f "$results/$saves.tsv" # the same figures
  [ -s "$results/$saves.json" ] || rm -f "$results/$saves.json"
}

if [ -n "$quick" ]; then
  pairs=3
  bench metrics 300 0.05
else
  pairs=15
  bench metrics 900 0.15
  bench metrics-libuv 300 1 --peer libuv --only post1 --only post2 --only postsoon1 --only results2 --only rtt \
    --only fanout
  bench metrics-queues 120 1 --peer GAsyncQueue
  bench metrics-gtask 120 1 --peer GTask --only rtt --only fanout
fi
save memory 120 "$programs/lodger-memory" $quick
save structured 120 "$programs/lodger-structured" $quick
save fibers 240 "$programs/lodger-fibers" $quick
save crowds 300 "$programs/lodger-crowds" $quick
save startup 120 "$programs/lodger-startup" $quick
save scaling 120 "$programs/lodger-scaling" $quick
save jank 300 "$programs/lodger-jank" $quick
if command -v Xvfb >/dev/null 2>&1 && [ -x "$programs/frames-flood" ]; then
  save frames 120 "$xvfb" "$programs/frames-flood" $quick
fi
fails_with=1 # more than a limit, which a test says
save counts 120 "$programs/../tests/lodger-counts"
fails_with=0
save guests 300 "$programs/lodger-guests" --quick # a full run of it takes ten minutes

{ echo '# SPDX-License-Identifier: LGPL-2.1-or-later'; machine "$load_before"; } >"$results/machine.tsv"
printf 'all of it in %s s, saved in %s\n' "$(($(date +%s) - begin))" "$results" >&2
[ -z "$failed" ] || { printf 'failed:%s\n' "$failed" >&2; exit 1; }

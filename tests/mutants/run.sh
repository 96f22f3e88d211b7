#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A test that cannot fail is worth nothing. Each NAME.mutant here is a small change to the code that some test must fail
# on: this applies it to a copy of one file, links that file into the test in place of the original, and runs the test.
# A mutant whose test fails (or hangs) is killed; one whose test still passes has SURVIVED, and this fails.
#
#   run.sh [NAME …]      without names: all
#   run.sh --part K/N    the K-th of N parts of all, which can run beside each other
#
# LODGER_SOURCE: the source folder; LODGER_BUILD: a build of it with tests; CC: the compiler; LODGER_MUTANTS_TRUST=yes:
# the tests have been run without any mutant, and passed; LODGER_MUTANTS_TURN=K/N: only the K-th of N turns.
#
# A mutant's file has lines `KEY: VALUE`, where KEY is one of
#   law      the law that the change breaks, for the report; none: an operation takes more than it may
#   run      the test program, and the names to be given to it; one of tests/gtk gets a display
#   rounds   optional: LODGER_STRESS_ROUNDS for the mutant, which may need a few until it is caught
#   function, beside, find, nth, replace   the change: see ./mutate
# Other lines are remarks.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
source_dir=${LODGER_SOURCE:-$(CDPATH='' cd -- "$here/../.." && pwd)}
build_dir=${LODGER_BUILD:?the folder of a build}
compiler=${CC:-cc}
seconds=${LODGER_MUTANT_SECONDS:-60}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# A mutant's hang is noticed by the test itself, after two thirds of this.
hang=${LODGER_MUTANT_HANG:-6}
# shellcheck disable=SC3045 # where there is no -c, there may be a core file
ulimit -c 0 2>/dev/null || true

say () { printf '%s\n' "$*"; }
die () { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 2; }

value () { # value KEY FILE: the first one
  sed -n "s/^$1: *//p" "$2" | head -n 1
}

if grep -q '^LODGER_SANITIZE:[A-Z]*=..*' "$build_dir/CMakeCache.txt"; then
  say "left out: a build with sanitizers says nothing more about mutants than one without"
  exit 0
fi
flags="-std=gnu11 -O2 -w -pthread"
libraries="$build_dir/tests/liblodger-test-support.a"
have_glib=no
if [ -e "$build_dir/hosts/glib/liblodger-glib.a" ]; then
  have_glib=yes
  libraries="$libraries $build_dir/hosts/glib/liblodger-glib.a"
  flags="$flags $(pkg-config --cflags gio-2.0)"
  system=$(pkg-config --libs check gio-2.0)
else
  system=$(pkg-config --libs check)
fi
if [ -e "$build_dir/hosts/uv/liblodger-uv.a" ]; then
  libraries="$libraries $build_dir/hosts/uv/liblodger-uv.a"
  system="$system $(pkg-config --libs libuv)"
fi
libraries="$libraries $build_dir/hosts/manual/liblodger-manual.a $build_dir/core/liblodger.a"
gtk_library="$build_dir/hosts/gtk4/liblodger-gtk4.a"
for folder in "$source_dir"/core/include "$source_dir"/core/src "$source_dir"/hosts/*/include; do
  flags="$flags -I$folder"
done
command -v python3 >/dev/null || die "mutants need python3"
python=$(python3 -c 'import sys; print(sys.executable)') # python3 itself may be a script that looks for it

is_gtk () { # is_gtk PROGRAM
  case "$1" in gtk-*) return 0 ;; *) return 1 ;; esac
}

# A program on a display is left out without one, and one that counts where it cannot.
may_be_left_out () { # may_be_left_out PROGRAM
  is_gtk "$1" || [ "$1" = lodger-counts ]
}

start () { # start PROGRAM-FILE NAME ARGUMENT …: NAME is that of the test program
  started=$1
  if is_gtk "$2"; then started="$source_dir/tests/support/with-xvfb $started"; fi
  shift 2
  # shellcheck disable=SC2086 # a command and its argument
  timeout "$seconds" $started "$@" >"$work/log" 2>&1
}

objects_of () { # objects_of PROGRAM: not those of files that are gone
  (cd "$build_dir/tests/CMakeFiles/$1.dir" 2>/dev/null && find . -name '*.o') | while read -r object; do
    [ ! -e "$source_dir/tests/${object%.o}" ] || say "$build_dir/tests/CMakeFiles/$1.dir/$object"
  done
}

build_mutant () { # build_mutant PROGRAM: from the changed files, whose names are in $work/changed
  gtk_flags=
  gtk_libraries=
  if is_gtk "$1"; then
    gtk_flags=$(pkg-config --cflags gtk4)
    gtk_libraries=$(pkg-config --libs gtk4)
  fi
  mutated=
  number=0
  while read -r file; do
    number=$((number + 1))
    # The file finds the headers beside its original.
    # shellcheck disable=SC2086 # several flags
    "$compiler" $flags $gtk_flags -iquote "$source_dir/$(dirname "$file")" -c -o "$work/$number.o" "$work/$number.c" ||
      return 1
    mutated="$mutated $work/$number.o"
  done <"$work/changed"
  objects=$(objects_of "$1")
  [ -n "$objects" ] || { printf 'there is no test program %s\n' "$1" >&2; return 1; }
  link=
  [ ! -e "$build_dir/tests/link/$1" ] || link="@$build_dir/tests/link/$1"
  # The linker leaves the original of a changed file in its archive, since all that it defines is there already.
  # shellcheck disable=SC2086 # several files
  "$compiler" $flags -o "$work/mutant" $link $mutated $objects ${gtk_libraries:+"$gtk_library"} \
    $libraries $libraries $system $gtk_libraries
}

# What this is to show is that the test does not fail by itself at each of a mutant's tries. Whether it never does is
# for the tests to say, which run it, too: so it may fail once here.
passed=
check_original () { # check_original RUN: once for each; false when it is left out
  case "$passed" in *"[$1]"*) return 0 ;; esac
  if [ "${LODGER_MUTANTS_TRUST:-no}" = yes ] && ! may_be_left_out "${1%% *}"; then return 0; fi
  # shellcheck disable=SC2086 # a program and its arguments
  set -- "$1" $1
  run=$1
  program=$2
  shift 2
  status=0
  start "$build_dir/tests/$program" "$program" "$@" || status=$?
  [ "$status" != 77 ] || return 1
  [ "$status" = 0 ] || {
    cat "$work/log" >&2
    say "'$run' has failed without any mutant: once more"
    start "$build_dir/tests/$program" "$program" "$@" || {
      cat "$work/log" >&2
      die "'$run' fails without any mutant"
    }
  }
  passed="${passed}[$run]"
}

does_not_apply () { # does_not_apply MUTANT
  say "DOES NOT APPLY: $(basename "$1" .mutant) (law $(value law "$1")): mend it, it tests nothing any more"
  broken="$broken $(basename "$1" .mutant)"
}

turns=${LODGER_MUTANTS_TURN:-0/1}
turn=${turns%/*}
turns=${turns#*/}
every=1
first=1
case ${1:-} in --part)
  first=${2%/*}
  every=${2#*/}
  shift 2
  ;;
esac
[ $# -gt 0 ] || set -- "$here"/*.mutant
killed=0
survived=
broken=
place=0
for mutant; do
  place=$((place + 1))
  [ $((place % every)) -eq $((first % every)) ] || continue
  [ $((place / every % turns)) -eq $((turn % turns)) ] || continue
  [ -e "$mutant" ] || mutant="$here/$mutant.mutant"
  [ -e "$mutant" ] || die "there is no mutant $mutant"
  name=$(basename "$mutant" .mutant)
  run=$(value run "$mutant")
  program=${run%% *}
  rounds=$(value rounds "$mutant")
  "$python" "$here/mutate" "$mutant" "$source_dir" "$work" >"$work/changed" || {
    does_not_apply "$mutant"
    continue
  }
  if [ "$have_glib" = no ] && { cat "$work/changed"; say "$run"; } | grep -q glib; then
    say "left out: $name, which needs GLib"
    continue
  fi
  if is_gtk "$program" && [ ! -e "$gtk_library" ]; then
    say "left out: $name, which needs GTK"
    continue
  fi
  check_original "$run" || {
    say "left out: $name, whose test cannot run here"
    continue
  }
  build_mutant "$program" || {
    does_not_apply "$mutant"
    continue
  }
  begin=$(date +%s)
  # What a race decides may go well now and then.
  tries=5
  # shellcheck disable=SC2086 # several arguments
  while [ $tries -gt 0 ] &&
    CK_DEFAULT_TIMEOUT=$hang LODGER_STRESS_ROUNDS=${rounds:-1} start "$work/mutant" "$program" ${run#"$program"}; do
    tries=$((tries - 1))
  done
  if [ $tries = 0 ]; then
    say "SURVIVED: $name (law $(value law "$mutant")): '$run' does not notice it"
    survived="$survived $name"
  else
    say "killed: $name (law $(value law "$mutant")) by '$run' in $(($(date +%s) - begin)) s"
    killed=$((killed + 1))
  fi
done
say "$killed killed"
[ -z "$broken" ] || printf 'mutants that do not apply any more:%s\n' "$broken" >&2
[ -z "$survived" ] || printf 'mutants that survived:%s\n' "$survived" >&2
[ -z "$broken$survived" ]

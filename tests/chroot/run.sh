#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What ./dev promises about a fresh machine, on one: the latest commit is built and tested in chroots that hold nothing
# but a minimal Debian and git. Run by hand, as root.
#
#   run.sh [OPTIONS] [nogui|full|offline|all]      default: all
#     nogui      where there is no GLib, before and after: the core, the native loop and the manual host
#     full       ./dev test and ./dev demo, from nothing
#     offline    without a network each command names the packages it misses
#   Options:
#     --suite=NAME      Debian's release (default: bookworm)
#     --mirror=URL      where it comes from (default: where this machine's apt has it from, else debootstrap's default)
#     --work=FOLDER     where the chroots are made, in a new folder (default: $TMPDIR, else /tmp)
#     --keep            leave them there at the end
#
# All that is mounted is mounted in a mount namespace of its own, and all that is started in a PID namespace of its own:
# however this ends, both are gone, and nothing of the machine is below the folder that is removed.
set -euo pipefail

say () { printf '%s\n' "$*"; }
die () { printf 'chroot: %s\n' "$*" >&2; exit 1; }
wrong () { printf 'chroot: %s\n' "$*" >&2; exit 2; }
quietly () { "$@" >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; return 1; }; }

# ---- inside the namespaces -------------------------------------------------------------------------------------------

make_base () {
  local options=(--variant=minbase --include=git --force-check-gpg)
  quietly debootstrap "${options[@]}" "$suite" "$work/base" ${mirror:+"$mirror"} || die "debootstrap failed"
  cp "$work/apt.conf" "$work/base/etc/apt/apt.conf.d/90host"
  [ ! -s "$work/sources.list" ] || cp "$work/sources.list" "$work/base/etc/apt/sources.list"
  cp -L /etc/resolv.conf /etc/hosts "$work/base/etc/"
  # Authorities that only this machine knows: of the mirror, or named in apt's configuration.
  case $mirror in https:*) cp -L /etc/ssl/certs/ca-certificates.crt "$work/base/etc/ssl/certs/" ;; esac
  sed -nE 's/^Acquire::https::(.*::)?ca-?info "(.+)";$/\2/Ip' "$work/apt.conf" | while IFS= read -r file; do
    cp -L --parents "$file" "$work/base"
  done
}

open_chroot () { # open_chroot FOLDER: a fresh one, with a fresh clone in it
  cp -a "$work/base" "$1" &&
    mount -t proc proc "$1/proc" &&
    mount -t sysfs -o ro sysfs "$1/sys" &&
    mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$1/dev/pts" &&
    mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs "$1/dev/shm" &&
    cp -a "$work/lodger.git" "$1/srv/" &&
    within "$1" 'git clone -q lodger.git lodger'
}

close_chroot () { # close_chroot FOLDER
  umount --lazy "$1/dev/shm" "$1/dev/pts" "$1/sys" "$1/proc" || true
  [ "$keep" = yes ] || rm -rf --one-file-system "$1"
}

within () { # within FOLDER SCRIPT: in there, with nothing of this environment but what leads to the network
  local name kept=()
  for name in http_proxy https_proxy no_proxy LODGER_JOBS; do
    [ -z "${!name:-}" ] || kept+=("$name=${!name}")
  done
  env -i HOME=/root USER=root TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${kept[@]}" \
    chroot "$1" /bin/sh -c "cd /srv && $2"
}

no_glib () { # no_glib FOLDER WHEN: no header, no library, no pkg-config file
  local found
  found=$(find "$1" -xdev \( -name glib.h -o -name 'glib-2.0*' -o -name 'libglib-2.0*' \))
  [ -z "$found" ] || { printf 'there is GLib in the chroot, %s:\n%s\n' "$2" "$found"; return 1; }
}

nogui () { # nogui FOLDER
  no_glib "$1" 'before' &&
    within "$1" 'cd lodger && ./dev test --preset=nogui --not=mutants' &&
    no_glib "$1" 'after' &&
    say 'there was no GLib in the chroot, before and after'
}

full () { # full FOLDER
  within "$1" 'cd lodger && ./dev test' && within "$1" 'cd lodger && ./dev demo /usr/include' || return 1
  [ -s "$1/srv/lodger/lodger-scan.png" ] || { say 'lodger-scan.png is missing or empty'; return 1; }
}

offline () { # offline FOLDER
  local command status failed=0
  # Trying again changes nothing.
  printf 'Acquire::Retries "0";\n' >"$1/etc/apt/apt.conf.d/95offline"
  for command in demo test 'test --preset=nogui' 'test --valgrind' bench build 'build nogui' lint docs; do
    status=0
    within "$1" "cd lodger && exec unshare --net ./dev $command" >"$work/log" 2>&1 || status=$?
    if [ "$status" = 1 ] && grep -qE '^missing: [^ ]+; install it with: apt-get install [^ ]+$' "$work/log" &&
      tail -n 1 "$work/log" | grep -q '^\./dev: cannot go on without: '; then
      say "./dev $command: $(tail -n 1 "$work/log")"
    else
      say "./dev $command: status $status, and not told what is missing:"
      cat "$work/log"
      failed=1
    fi
  done
  return "$failed"
}

part () { # part NAME FOLDER
  case $1 in
    nogui) nogui "$2" ;;
    full) full "$2" ;;
    offline) offline "$2" ;;
  esac
}

run_part () { # run_part NAME
  local start=$SECONDS root=$work/$1
  printf '\n==== chroot %s\n' "$1"
  if open_chroot "$root" && part "$1" "$root"; then
    say "chroot $1: ok, $((SECONDS - start)) s, $(du -sxm "$root" | cut -f 1) MB"
  else
    say "chroot $1: FAILED, after $((SECONDS - start)) s"
    failures=$((failures + 1))
  fi
  close_chroot "$root"
}

inside () { # inside PART …
  local name failures=0
  make_base
  say "a minimal Debian ($suite) with git: $SECONDS s, $(du -sxm "$work/base" | cut -f 1) MB"
  for name; do run_part "$name"; done
  [ "$failures" = 0 ]
}

# The script calls itself again for that, with the rest in the environment.
if [ "${LODGER_CHROOT_INSIDE:-}" = yes ]; then
  unset LODGER_CHROOT_INSIDE
  inside "$@"
  exit
fi

# ---- before them -----------------------------------------------------------------------------------------------------

suite=bookworm mirror='' place=${TMPDIR:-/tmp} keep=no parts=()
for argument in "$@"; do
  case $argument in
    --suite=?*) suite=${argument#*=} ;;
    --mirror=?*) mirror=${argument#*=} ;;
    --work=?*) place=${argument#*=} ;;
    --keep) keep=yes ;;
    nogui|full|offline) parts+=("$argument") ;;
    all) parts+=(nogui full offline) ;;
    --help|-h) sed -n '4,/^[^#]/s/^#\( \|$\)//p' "$0"; exit ;;
    *) wrong "there is no part or option '$argument'; see run.sh --help" ;;
  esac
done
[ ${#parts[@]} -gt 0 ] || parts=(nogui full offline)

[ "$(id -u)" = 0 ] || die "only root can make a chroot; run it with sudo"
for command in debootstrap git; do
  command -v "$command" >/dev/null || die "missing: $command; install it with: apt-get install $command"
done
unshare --mount --pid --fork true 2>/dev/null || die "this needs the right to mount, which this root does not have"
[ -d "$place" ] || wrong "'$place' is not a folder"
required=4000 # the largest part takes 2400 with all that its tests write; --keep adds the others
free=$(df -Pm "$place" | awk 'NR == 2 { print $4 }')
[ "$free" -ge "$required" ] || die "$place has $free MB left, and this needs $required; see --work in --help"

source_dir=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
work=$(mktemp -d "$(CDPATH='' cd -- "$place" && pwd)/lodger-chroot.XXXXXX")
worker=

# shellcheck disable=SC2317 # the trap calls it
# With unshare the first process of the PID namespace ends, and with that one, before it is gone, all others in there.
finish () {
  trap '' INT TERM HUP
  if [ -n "$worker" ]; then
    first=
    read -r first _ 2>/dev/null <"/proc/$worker/task/$worker/children" || true
    kill -KILL "$worker" 2>/dev/null || true
    wait "$worker" 2>/dev/null || true
    for _ in {1..50}; do
      if [ -z "$first" ] || ! kill -0 "$first" 2>/dev/null; then break; fi
      sleep 0.1
    done
  fi
  if [ "$keep" = yes ]; then
    say "the chroots are left in $work, with nothing mounted"
  else
    rm -rf --one-file-system "$work"
  fi
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# git refuses a folder of somebody else unless it is told that it is safe.
git config --file "$work/gitconfig" safe.directory '*'
export GIT_CONFIG_GLOBAL=$work/gitconfig
git clone -q --bare --no-local "$source_dir" "$work/lodger.git" || die "git cannot clone $source_dir"
commit=$(git --git-dir="$work/lodger.git" log -1 --format='%h (%s)')
say "This is about commit $commit."
[ -z "$(git --no-optional-locks -C "$source_dir" status --porcelain)" ] ||
  say "There are changes that are not committed: they are NOT part of it."
unset GIT_CONFIG_GLOBAL

# ---- the network, as apt has it here ---------------------------------------------------------------------------------

apt_value () { # apt_value NAME
  local value=
  eval "$(apt-config shell value "$1")"
  printf '%s' "$value"
}

# The sources of the suite: Debian's as far as their lists are there to say so.
sources () {
  # shellcheck disable=SC2016 # apt expands them
  apt-get indextargets --format '$(SITE)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)|$(CODENAME)' 'Created-By: Packages' |
    awk -F '|' -v suite="$suite" '
      { codename = $5 ~ /^\$/ ? $2 : $5; origin = $4 ~ /^\$/ ? "Debian" : $4 }
      $1 ~ /^https?:/ && $3 == "main" && origin == "Debian" &&
        (codename == suite || $2 == suite || $2 == suite "-updates" || $2 == suite "-security") &&
        !seen[$1, $2]++ { print "deb", $1, $2, $3 }'
}

: >"$work/sources.list"
: >"$work/apt.conf"
if command -v apt-config >/dev/null; then
  apt-config dump Acquire | grep -viE '^Acquire::(IndexTargets|cdrom|Changelogs|[a-z]+::Proxy-?Auto-?Detect)' \
    >"$work/apt.conf" || true
  if [ -z "$mirror" ]; then
    sources >"$work/sources.list"
    mirror=$(awk -v suite="$suite" '$3 !~ /-(updates|security)$/ { print $2; exit }' "$work/sources.list")
    [ -n "$mirror" ] || : >"$work/sources.list"
  fi
  # debootstrap knows nothing of apt's proxies; what a program on this machine finds out cannot be found out in there.
  scheme=${mirror%%:*}
  host=$(printf '%s' "$mirror" | sed -E 's,^[a-z]+://([^/@]*@)?([^/:]*).*,\2,')
  scheme=${scheme:-http}
  if [ -z "${http_proxy:-}${https_proxy:-}" ]; then
    proxy=$(apt_value "Acquire::$scheme::Proxy::$host")
    proxy=${proxy:-$(apt_value "Acquire::$scheme::Proxy")}
    detect=$(apt_value "Acquire::$scheme::Proxy-Auto-Detect")
    if [ -z "$proxy" ] && [ -x "$detect" ]; then proxy=$("$detect" "$mirror" || true); fi
    case $proxy in
      ''|DIRECT) ;;
      *) export "${scheme}_proxy=$proxy" ;;
    esac
  fi
fi
[ -n "$mirror" ] || say "This machine's apt has no mirror of Debian's $suite: debootstrap takes its default."

export LODGER_CHROOT_INSIDE=yes suite mirror keep work
# In the background a command would ignore Ctrl-C, and so would all that it starts.
env --default-signal=INT,QUIT setsid setpriv --pdeathsig KILL \
  unshare --mount --pid --fork --kill-child --mount-proc -- "$0" "${parts[@]}" </dev/null &
worker=$!
status=0
wait "$worker" || status=$?
worker=
exit "$status"

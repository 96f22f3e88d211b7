#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Two ./dev at once: one of them installs packages, or builds in a folder, and the other one waits and says so. All that
# they call is made up here, and stops in the middle until a line is written to `gate`.
set -euo pipefail

source=${LODGER_SOURCE:?}
command -v flock >/dev/null || { echo "left out: missing: flock; install it with: apt-get install util-linux"; exit 77; }
dir=$(mktemp -d)
started=()
# shellcheck disable=SC2317 # the trap calls it
finish () {
  [ "${#started[@]}" = 0 ] || kill "${started[@]}" 2>/dev/null || true
  rm -rf "$dir"
}
trap finish EXIT
mkdir "$dir/bin" "$dir/one" "$dir/two"
cp "$source/dev" "$dir/one/dev"
cp "$source/dev" "$dir/two/dev"
mkfifo "$dir/events" "$dir/gate"
exec 3<>"$dir/events" 4<>"$dir/gate"

make () { # make PROGRAM …, as standard input says
  local name
  cat >"$dir/script"
  for name; do
    { printf '#!/bin/sh\ndir=%s\nname=%s\n' "$dir" "$name"; cat "$dir/script"; } >"$dir/bin/$name"
    chmod +x "$dir/bin/$name"
  done
}

make cc c++ ninja nproc </dev/null
make sudo <<'END'
[ "$1" != -n ] || shift
exec env "$@"
END
make pkg-config <<'END'
[ -e "$dir/installed" ]
END
make apt-get cmake <<'END'
case " $* " in *" update "*|*" --build "*) exit 0 ;; esac
[ "$name" != cmake ] || [ -e "$dir/cmake-stops" ] || exit 0
echo "$name begins" >"$dir/events"
timeout 60 head -n 1 "$dir/gate" >/dev/null || exit 1
[ "$name" != apt-get ] || : >"$dir/installed"
echo "$name ends" >"$dir/events"
END

start () { # start CHECKOUT NAME: an event for each line that it prints, and for its end
  {
    status=0
    (cd "$dir/$1" && env -u LODGER_CMAKE_ARGS PATH="$dir/bin:$PATH" CC="$dir/bin/cc" ./dev build debug 2>&1) |
      sed -u "s/^/$2: /" >"$dir/events" || status=$?
    echo "$2: status $status" >"$dir/events"
  } 3>&- 4>&- &
  started+=($!)
}

ended=0
next_event () { # next_event WANTED: sets `event`; within a limit, and no failure
  IFS= read -r -t 60 -u 3 event || { echo "nothing more happens, and there was no '$1'"; exit 1; }
  echo "$event"
  case $event in
    *': status 0') ended=$((ended + 1)) ;;
    *': status '*) exit 1 ;;
  esac
}

await () { # await EVENT: no program begins or ends before it
  while next_event "$1"; [ "$event" != "$1" ]; do
    case $event in *' begins'|*' ends') echo "that comes before '$1'"; exit 1 ;; esac
  done
}

await_ends () {
  while [ "$ended" -lt 2 ]; do next_event 'status'; done
  ended=0
}

go_on () { echo >"$dir/gate"; }

# From two checkouts: apt is one for the machine.
start one first
await 'apt-get begins'
start two second
await 'second: another ./dev installs packages; this one waits for it'
go_on
await 'apt-get ends'
await 'apt-get begins'
go_on
await 'apt-get ends'
await_ends

# From one checkout: its build folder is one, too.
: >"$dir/cmake-stops"
start one first
await 'cmake begins'
start one second
await 'second: another ./dev builds in build/debug; this one waits for it'
go_on
await 'cmake ends'
await 'cmake begins'
go_on
await 'cmake ends'
await_ends

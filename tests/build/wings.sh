#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# .ci/wings finds nothing in a small tree that keeps the rules, and names each rule that is broken there: the file, the
# line and the wings. Each fault is planted alone, and nothing else may be reported.
set -euo pipefail

source=${LODGER_SOURCE:?}
cc=${CC:-cc}
for tool in clang python3 nm; do
  command -v "$tool" >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
clean=$dir/clean
status=0

# ---- a tree that keeps the rules -------------------------------------------------------------------------------------

put () { mkdir -p "$(dirname "$1")"; cat >"$1"; }

make_clean () {
  put core/src/wings <<'EOF'
# lowest first
base
pending
stop   # the end
EOF
  put core/src/parts.h <<'EOF'
#ifndef PARTS_H
#define PARTS_H
#include "base/part.h"
#include "stop/part.h"
typedef struct LodgerPending LodgerPending;
struct LodgerCaller
{
  LodgerMailbox mailbox;
  LodgerStop stop;
  LodgerPending *first;
  int id;
};
#endif
EOF
  put core/src/base/part.h <<'EOF'
#ifndef BASE_PART_H
#define BASE_PART_H
typedef struct LodgerCaller LodgerCaller;
typedef struct LodgerMailbox
{
  int count;
  union
  {
    int limit;
    unsigned mask;
  };
} LodgerMailbox;
#endif
EOF
  put core/src/base/base.h <<'EOF'
#ifndef BASE_H
#define BASE_H
#include "parts.h"
#define MAILBOX_LIMIT(caller) ((caller)->mailbox.limit)
static inline int
lodger__mailbox_count (const LodgerCaller *caller)
{
  return caller->mailbox.count;
}
LodgerMailbox *lodger__mailbox (LodgerCaller *caller);
#endif
EOF
  put core/src/base/base.c <<'EOF'
#include "base/base.h"
LodgerMailbox *
lodger__mailbox (LodgerCaller *caller)
{
  /* lodger__stop () and caller->stop.phase are not used in a comment */
  caller->mailbox = (LodgerMailbox) { .count = 1, .limit = 2 };
  return &caller->mailbox;
}
EOF
  put core/src/pending/pending.h <<'EOF'
#ifndef PENDING_H
#define PENDING_H
#include "base/base.h"
typedef struct LodgerExtra
{
  struct LodgerExtra *next;
} LodgerExtra;
struct LodgerPending
{
  LodgerExtra *extras;
  int state;
};
int lodger__pending_state (LodgerPending *pending);
#endif
EOF
  put core/src/pending/pending.c <<'EOF'
#include "pending/pending.h"
int
lodger__pending_state (LodgerPending *pending)
{
  return pending->extras == 0 ? pending->state : lodger__mailbox_count (0);
}
EOF
  put core/src/stop/part.h <<'EOF'
#ifndef STOP_PART_H
#define STOP_PART_H
#include "base/part.h"
typedef struct LodgerStop
{
  int phase;
} LodgerStop;
#endif
EOF
  put core/src/stop/stop.h <<'EOF'
#ifndef STOP_H
#define STOP_H
#include "pending/pending.h"
typedef struct LodgerStopExtra
{
  LodgerExtra extra;
  int lateness;
} LodgerStopExtra;
int lodger__stop (LodgerCaller *caller);
int lodger__stop_late (LodgerStopExtra *extra);
#endif
EOF
  put core/src/stop/stop.c <<'EOF'
#include "stop/stop.h"
int
lodger__stop (LodgerCaller *caller)
{
  caller->stop.phase = caller->id + MAILBOX_LIMIT (caller);
  return lodger__pending_state (caller->first) + (lodger__mailbox (caller) != 0);
}
EOF
  put core/src/stop/late.c <<'EOF'
#include "stop/stop.h"
int
lodger__stop_late (LodgerStopExtra *extra)
{
  return extra->lateness;
}
EOF
  put hosts/toy/one.c <<'EOF'
int two (int n);
int one (int n);
int
one (int n)
{
  return two (n);
}
EOF
  put hosts/toy/two.c <<'EOF'
int two (int n);
int
two (int n)
{
  return n;
}
EOF
}

build () { # all of the tree in the current folder
  local file object list=
  rm -rf build
  for file in core/src/*/*.c hosts/toy/*.c; do
    object=build/$file.o
    mkdir -p "$(dirname "$object")"
    "$cc" -Icore/src -c "$file" -o "$object"
    list="$list${list:+,}{\"directory\": \"$PWD\", \"file\": \"$PWD/$file\",
      \"command\": \"$cc -Icore/src -o $object -c $PWD/$file\"}"
  done
  printf '[%s]\n' "$list" >build/compile_commands.json
}

wings () { "$source/.ci/wings" --source=. --build=build --clang-build=build >"$dir/out" 2>&1; }

wrong () { printf '%s\n' "$1"; cat "$dir/out"; status=1; }

# ---- faults ----------------------------------------------------------------------------------------------------------

# fault NAME: a fresh tree, for the edits up to `expect`.
fault () {
  name=$1
  at=0
  rm -rf "$dir/tree"
  cp -r "$clean" "$dir/tree"
  cd "$dir/tree"
}

# expect LINE …: exactly these lines are reported. @ is the line of the last edit.
expect () {
  local code=0
  build
  wings || code=$?
  printf '%s\n' "$@" | sed "s/@/$at/" | LC_ALL=C sort >"$dir/expected"
  grep -v '^wings: ' "$dir/out" | LC_ALL=C sort >"$dir/reported" || true
  [ $code = 1 ] || wrong "$name: exit status $code"
  diff "$dir/expected" "$dir/reported" >"$dir/diff" || { wrong "$name: expected <, reported >"; cat "$dir/diff"; }
}

# before FILE PATTERN TEXT: a line before the first one of that pattern.
before () {
  at=$(line_of "$2" "$1")
  sed -i "${at}i\\
$3" "$1"
}

line_of () { grep -n -m 1 "$1" "$2" | cut -d : -f 1; }

# append FILE PARAMETERS LINE: a function of that one line, at the end.
append () {
  printf 'int lodger__more (%s);\nint lodger__more (%s)\n{\n  %s\n}\n' "$2" "$2" "$3" >>"$1"
  at=$(($(wc -l <"$1") - 1))
}

share () {
  printf 'shares: %s\n' "$1" >>core/src/wings
  at=$(wc -l <core/src/wings)
}

base=core/src/base/base.c
late=core/src/stop/late.c

mkdir "$clean"
cd "$clean"
make_clean
build
wings || wrong 'the clean tree: something was found'
figures='includes up 0, references up 0, members touched outside 0, largest circle 0 files (none), caller members 4'
grep -qxF "wings: $figures, largest part 3 (LodgerMailbox), longest file 14 (pending/pending.h)" "$dir/out" ||
  wrong 'the clean tree: other figures'

fault 'an include up'
before $base base/base.h '#include "stop/stop.h"'
expect "$base:@: wing base includes \"stop/stop.h\" of the higher wing stop"

fault 'an include without a wing'
before $late stop/stop.h '#include "stop.h"'
expect "$late:@: \"stop.h\" is included without its wing"

fault 'no part header in parts.h'
echo 'typedef int Light;' >core/src/base/light.h
before core/src/parts.h stop/part.h '#include "base/light.h"'
expect 'core/src/parts.h:@: includes "base/light.h", which is no part.h'

fault 'a part header leads to parts.h'
echo '#include "parts.h"' >core/src/base/light.h
before core/src/stop/part.h base/part.h '#include "base/light.h"'
expect 'core/src/stop/part.h:@: a part header of wing stop includes "base/light.h", which leads to parts.h'

fault 'a symbol up'
before $base base/base.h 'struct LodgerStopExtra; int lodger__stop_late (struct LodgerStopExtra *);'
append $base void 'return /* lodger__stop_late */ lodger__stop_late (0);'
expect "$base:@: wing base refers to lodger__stop_late of the higher wing stop ($late)"

fault 'a symbol up, in an inline function'
before core/src/base/base.h '^#endif' 'struct LodgerStopExtra; int lodger__stop_late (struct LodgerStopExtra *);'
before core/src/base/base.h '^#endif' 'static inline int use (void) { return lodger__stop_late (0); }'
append $base void 'return use ();'
at=$(line_of 'inline int use' core/src/base/base.h)
expect "core/src/base/base.h:@: wing base, compiled into $base, refers to lodger__stop_late of the higher wing stop \
($late)"

fault 'a circle across wings'
append $base void 'int lodger__stop (LodgerCaller *); return lodger__stop (0);'
expect "$base:@: wing base refers to lodger__stop of the higher wing stop (core/src/stop/stop.c)" \
  "$base:@: a circle of 2 files crosses the wings base stop: base/base.c stop/stop.c"

fault 'a circle in a host'
append hosts/toy/two.c 'int n' 'int one (int); return one (n);'
expect "hosts/toy/one.c:$(line_of 'return two' hosts/toy/one.c): a circle of 2 files in hosts/toy: one.c two.c"

fault 'a part by value'
append $late 'LodgerCaller *caller' 'return (int) caller->mailbox.mask;'
expect "$late:@: wing stop touches LodgerCaller.mailbox, a part of wing base" \
  "$late:@: wing stop touches LodgerMailbox.mask, a part of wing base"

fault 'a part in a macro argument, over lines'
append $late 'LodgerCaller *caller' '#define SAME(x) (x)
  return SAME (
    (int) caller->
      mailbox
        .mask);'
expect "$late:$((at - 1)): wing stop touches LodgerCaller.mailbox, a part of wing base" \
  "$late:@: wing stop touches LodgerMailbox.mask, a part of wing base"

fault 'a part by an alias'
append $late 'LodgerCaller *caller' 'LodgerMailbox *box = lodger__mailbox (caller); return box->count;'
expect "$late:@: wing stop touches LodgerMailbox.count, a part of wing base"

fault 'a part that is pointed to'
sed -i 's/LodgerStop stop;/LodgerStop *stop;/' core/src/parts.h
sed -i 's/caller->stop.phase =/caller->stop->phase =/' core/src/stop/stop.c
before $base 'return &caller' '  caller->stop = 0;'
expect "$base:@: wing base touches LodgerCaller.stop, a part of wing stop"

fault 'a part by a macro'
before $late stop/stop.h '#define COUNT(box) ((box)->count)'
append $late 'LodgerMailbox *box' 'return COUNT (box);'
expect "$late:1: wing stop touches LodgerMailbox.count, a part of wing base"

fault 'a part initialised'
append $late 'LodgerMailbox *box' '*box = (LodgerMailbox) { .count = 1 }; return 0;'
expect "$late:@: wing stop initialises LodgerMailbox, a part of wing base"

fault 'an offset in a part'
before $late stop/stop.h '#include <stddef.h>'
append $late void 'return (int) offsetof (LodgerMailbox, count);'
expect "$late:@: wing stop touches LodgerMailbox.count, a part of wing base"

fault 'a pending'
append $late 'LodgerPending *pending' 'return pending->state;'
expect "$late:@: wing stop touches LodgerPending.state, the pending of wing pending"

fault 'an extra'
append $late 'LodgerExtra *extra' 'return extra->next == 0;'
expect "$late:@: wing stop touches LodgerExtra.next, an extra of a pending of wing pending"

fault 'an extra of a higher wing'
before core/src/pending/pending.c pending/pending.h '#include "stop/stop.h"'
append core/src/pending/pending.c 'LodgerStopExtra *extra' 'return extra->lateness;'
expect 'core/src/pending/pending.c:1: wing pending includes "stop/stop.h" of the higher wing stop' \
  'core/src/pending/pending.c:@: wing pending touches LodgerStopExtra.lateness, an extra of a pending of wing stop'

fault 'a share that nothing uses'
share 'LodgerPending.state stop because it may'
expect 'core/src/wings:@: LodgerPending.state is shared, but none of these wings touches it'

fault 'a share of another member'
append $late 'LodgerPending *pending' 'return pending->state + (pending->extras == 0);'
share 'LodgerPending.state stop because it may'
expect "$late:$(line_of 'pending->state' $late): wing stop touches LodgerPending.extras, the pending of wing pending"

fault 'a share of a part'
share 'LodgerMailbox stop because it may'
expect 'core/src/wings:@: LodgerMailbox cannot be shared: it is neither LodgerPending nor its extra'

fault 'a caller with 13 members'
sed -i 's/^  int id;/  int id, a, b, c, d, e, f, g, h, i;/' core/src/parts.h
at=$(line_of '^struct LodgerCaller' core/src/parts.h)
expect 'core/src/parts.h:@: LodgerCaller has 13 members, 12 are the most'

fault 'a part with 16 members'
sed -i 's/^  int phase;/  int phase, a, b, c, d, e, f, g, h, i, j, k, l, m; union { int n, o; };/' core/src/stop/part.h
at=$(line_of 'struct LodgerStop' core/src/stop/part.h)
expect 'core/src/stop/part.h:@: LodgerStop, a part of wing stop, has 16 members, 15 are the most'

fault 'a file with 401 lines'
while [ "$(wc -l <$late)" -lt 401 ]; do echo '/* long */' >>$late; done
expect "$late:401: the file of wing stop has 401 lines, 400 are the most"

fault 'a file in no wing'
echo 'typedef int Loose;' >core/src/loose.h
expect 'core/src/loose.h: is in no wing'

# ---- what is no fault ------------------------------------------------------------------------------------------------

fault 'a share'
append $late 'LodgerPending *pending' 'return pending->state;'
share 'LodgerPending.state stop because the end is told'
build
wings || wrong 'a share is not taken'
grep -qx 'wings: LodgerPending.state is shared with stop (1 uses): the end is told' "$dir/out" ||
  wrong 'a share is not printed'

# ---- what cannot be checked ------------------------------------------------------------------------------------------

refused () { # refused NAME MESSAGE
  local code=0
  wings || code=$?
  [ $code = 2 ] || wrong "$1: exit status $code"
  grep -qF "wings: $2" "$dir/out" || wrong "$1: expected: $2"
}

rm build/$late.o
refused 'an object is missing' 'nm:'
build
touch -d 'now + 1 minute' $late
refused 'an object is older than its source' "$PWD/build/$late.o is older than"
build
share 'LodgerPending stop'
refused 'a share without a reason' "core/src/wings:$at: expected"
rm core/src/wings
refused 'there is no order' 'there is no core/src/wings'

exit $status

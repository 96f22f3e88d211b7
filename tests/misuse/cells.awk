# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What can be done wrong with each function of the public headers, found out from its declaration and its comment.
#
#     awk -v output=misuse-cells.h -f cells.awk HEADER …
#
# A line `MISUSE (function, kind, "header:line")` comes out for each of
#   null_P          P is a pointer, be it to data, to a function or to where an answer goes
#   size_P          P is a struct that begins with its size
#   unknown_P       P is of an enum, or an id
#   negative_P      P is a time
#   after_stop      it is given something of a caller, which has stopped
#   after_close     it is given a manual host, which has been closed
#   after_fork      it is given or answers something that may have been made before a fork
#   wrong_thread, wrong_state, …   its comment names the code (see `kinds`), or that of a function that it is `as`
# No memory, no thread: that is shortage, and tested elsewhere.

BEGIN {
  split ("EWRONGTHREAD wrong_thread ESTATE wrong_state EBUSY busy EALREADY already EDEADLK deadlock EMISMATCH mismatch " \
         "ENOENT not_there ENOSYS no_operation ETYPE wrong_type ENOTDONE not_done ESHUTDOWN shut_down", word, " ")
  for (i = 1; i in word; i += 2) {
    order[++kinds] = word[i]
    kind_of[word[i]] = word[i + 1]
  }
  objects = "^(const )?Lodger(Caller|Pending|Reply|Host|HostNode|HostWatch|ManualHost) [*]$"
  scopes = "^(const )?LodgerScope [*]$"
}

function fail (what) {
  print FILENAME ":" FNR ": " what > "/dev/stderr"
  failed = 1
  exit 1
}

function need (kind) {
  if ((function_name, kind) in needed)
    return
  needed[function_name, kind] = 1
  cell_function[++cells] = function_name
  cell_kind[cells] = kind
  cell_place[cells] = place
}

function parameter (text,   type, name) {
  sub (/^ +/, "", text)
  sub (/ +$/, "", text)
  if (text == "void" || text == "..." || text == "")
    return
  if (!match (text, /[A-Za-z_0-9]+$/))
    fail ("cannot read the parameter '" text "' of " function_name)
  name = substr (text, RSTART)
  type = substr (text, 1, RSTART - 1)
  sub (/ +$/, "", type)
  if (type == "")
    fail ("a parameter of " function_name " has no name: " text)
  if (type ~ /[*]$/ || type ~ /^[A-Za-z]+(Func|Hook)$/)
    need ("null_" name)
  if (type ~ /^const Lodger[A-Za-z]*(Options|Ops|Driver) [*]$/)
    need ("size_" name)
  if ((type ~ /^Lodger[A-Za-z]+$/ && type !~ /(Func|Hook)$/) || type == "uint64_t")
    need ("unknown_" name)
  if (type == "int64_t" && name != "value")
    need ("negative_" name)
  if (type ~ objects) {
    if (type ~ /ManualHost/)
      need ("after_close")
    else
      need ("after_stop")
    need ("after_fork")
  }
  if (type ~ scopes)
    need ("after_fork")
}

# What the comment says goes for it, too: "As lodger_x()", "lodger_x() with defaults".
function note_codes (comment,   rest, code) {
  codes[function_name] = ""
  rest = comment
  while (match (rest, /LODGER_E[A-Z]+/)) {
    codes[function_name] = codes[function_name] " " substr (rest, RSTART + 7, RLENGTH - 7)
    rest = substr (rest, RSTART + RLENGTH)
  }
  if (comment ~ /Owner only|Owner's thread/)
    codes[function_name] = codes[function_name] " EWRONGTHREAD"
  as[function_name] = ""
  rest = comment
  while (match (rest, /[Aa]s lodger_[a-z_]+\(\)|lodger_[a-z_]+\(\) with (a|defaults|options)/)) {
    code = substr (rest, RSTART, RLENGTH)
    rest = substr (rest, RSTART + RLENGTH)
    sub (/^[Aa]s /, "", code)
    sub (/\(.*/, "", code)
    as[function_name] = as[function_name] " " code
  }
}

function declaration (text, comment,   result, list, count, i) {
  gsub (/[ \t]+/, " ", text)
  sub (/ __attribute__ .*/, "", text)
  sub (/ *;.*/, "", text)
  sub (/^LODGER_API /, "", text)
  if (!match (text, /[a-z_0-9]+ \(/))
    fail ("cannot read the declaration: " text)
  function_name = substr (text, RSTART, RLENGTH - 2)
  result = substr (text, 1, RSTART - 1)
  list = substr (text, RSTART + RLENGTH)
  sub (/\)$/, "", list)
  functions[++function_count] = function_name
  place_of[function_name] = place
  count = split (list, part, ",")
  for (i = 1; i <= count; i++)
    parameter(part[i])
  gsub (/[*]+$/, "*", result)
  if (result ~ objects || result ~ scopes)
    need ("after_fork")
  note_codes (comment)
}

FNR == 1 {
  header = FILENAME
  sub (/.*\/include\//, "", header)
  comment = text = ""
  in_comment = in_macro = 0
}

in_macro || /^#/ {
  in_macro = /\\$/
  next
}

/^\/\*\*/ {
  in_comment = 1
  comment = ""
}

in_comment {
  line = $0
  sub (/^[ \t]*(\/\*\*|\*\/|\*)?[ \t]*/, "", line)
  comment = comment " " line
  if (/\*\//)
    in_comment = 0
  next
}

text == "" && /^LODGER_API/ {
  place = header ":" FNR
  text = $0
  if (!/;/)
    next
  declaration(text, comment)
  comment = text = ""
  next
}

text != "" {
  text = text $0
  if (/;/) {
    declaration(text, comment)
    comment = text = ""
  }
  next
}

/LODGER_API/ {
  fail ("a declaration does not begin its line")
}

/^$/ {
  comment = ""
}

# All codes of a function: its own, and those of the ones it is as.
function all_codes (name, depth,   list, count, i, result) {
  result = codes[name]
  count = split (as[name], list, " ")
  for (i = 1; i <= count && depth < 8; i++)
    if (list[i] in codes)
      result = result " " all_codes (list[i], depth + 1)
  return result
}

END {
  if (failed)
    exit 1
  for (f = 1; f <= function_count; f++) {
    function_name = functions[f]
    place = place_of[function_name]
    named = all_codes (function_name, 0) " "
    for (k = 1; k <= kinds; k++) {
      if (index (named, " " order[k] " ") == 0)
        continue
      if (order[k] == "ESHUTDOWN" && ((function_name, "after_stop") in needed || (function_name, "after_close") in needed))
        continue
      need (kind_of[order[k]])
    }
  }
  if (function_count == 0 || cells == 0) {
    print "no function in any of the headers" > "/dev/stderr"
    exit 1
  }
  print "/* Made by tests/misuse/cells.awk from the public headers. */" > output
  for (i = 1; i <= cells; i++)
    printf "MISUSE (%s, %s, \"%s\")\n", cell_function[i], cell_kind[i], cell_place[i] > output
}

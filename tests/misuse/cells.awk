# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The cells of the misuse table: everything that can be done wrong with each function of the public headers. They follow
# from the declaration of the function and from the `Errors:` line of its comment.
#
#     awk -v output=misuse-cells.h -f cells.awk HEADER …
#
# The Errors line names each code with its condition, or the function that has the same errors:
#
#     Errors: none.
#     Errors: LODGER_EINVAL (NULL, wrong size), LODGER_ECHILD (a forked child).
#     Errors: as lodger_x(), LODGER_ENOSYS (the host has no `arm` operation).
#
# It begins a line of the comment and ends at `Test:`, at the next tag, at an empty line or with the comment. A function
# without it, an unknown code, a code without a condition and an `as` of a function that is in none of the headers fail.
#
# A line `MISUSE (function, kind, "header:line")` comes out for each of
#   null_P          P is a pointer, be it to data, to a function or to where an answer goes
#   size_P          P is a struct that begins with its size
#   unknown_P       P is of an enum, or an id
#   negative_P      P is a time
#   after_stop      it is given something of a caller, which has stopped
#   after_close     it is given a manual host, which has been closed
#   after_fork      it is given or answers something that may have been made before a fork
#   wrong_thread, wrong_state, …   its Errors line names the code (see `kinds`), or is `as` that of another function
# A code with the kind `-` has no cell. EINVAL and ECHILD have theirs by the declaration, or are an outcome, or a shortage
# (no memory, no thread), which tests/fault tests.

BEGIN {
  split ("EWRONGTHREAD wrong_thread ESTATE wrong_state EBUSY busy EALREADY already EDEADLK deadlock EMISMATCH mismatch " \
         "ENOENT not_there ENOSYS no_operation ETYPE wrong_type ENOTDONE not_done ESHUTDOWN shut_down " \
         "EINVAL - ECHILD - ENOMEM - EAGAIN - ECANCELED - ETIMEDOUT - EFAILED - EUNANSWERED - EFOREIGN - EABANDONED -",
         word, " ")
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

# Reads an Errors line: `codes` of the function are its own, `as` are the functions whose codes it has as well.
function note_errors (line,   rest, item) {
  codes[function_name] = as[function_name] = ""
  rest = line
  gsub (/\(\)/, "", rest)
  if (rest == "")
    fail (function_name " has no Errors line")
  if (rest == "none.")
    return
  while (match (rest, /^(LODGER_E[A-Z]+ \([^()]+\)|as lodger_[a-z_0-9]+)(, |\.$)/)) {
    item = substr (rest, 1, RLENGTH)
    rest = substr (rest, RLENGTH + 1)
    if (item ~ /^as /) {
      sub (/^as /, "", item)
      sub (/(, |\.)$/, "", item)
      as[function_name] = as[function_name] " " item
    } else {
      sub (/^LODGER_/, "", item)
      sub (/ .*/, "", item)
      if (!(item in kind_of))
        fail ("unknown code LODGER_" item " in the Errors line of " function_name)
      codes[function_name] = codes[function_name] " " item
    }
  }
  if (rest != "" || line !~ /\.$/)
    fail ("cannot read the Errors line of " function_name ": " line)
}

function declaration (text, errors,   result, list, count, i) {
  gsub (/[ \t]+/, " ", text)
  sub (/ __attribute__ .*/, "", text)
  sub (/ *;.*/, "", text)
  sub (/^LODGER_API (LODGER_GIVEN )?/, "", text)
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
  note_errors (errors)
}

FNR == 1 {
  header = FILENAME
  sub (/.*\/include\//, "", header)
  errors = text = ""
  in_comment = in_errors = in_macro = 0
}

in_macro || /^#/ {
  errors = ""
  in_macro = /\\$/
  next
}

/^\/\*\*/ {
  in_comment = 1
  in_errors = 0
  errors = ""
}

in_comment {
  line = $0
  sub (/^[ \t]*(\/\*\*|\*\/|\*)?[ \t]*/, "", line)
  if (/\*\//)
    in_comment = 0
  sub (/[ \t]*\*\/.*/, "", line)
  if (line ~ /^Errors:/) {
    if (errors != "")
      fail ("a second Errors line")
    in_errors = 1
    sub (/^Errors: */, "", line)
    errors = line
  } else if (line == "" || line ~ /^(Test:|Since:|Returns:|@(param|return) |@[a-z_]+:)/)
    in_errors = 0
  else if (in_errors)
    errors = errors " " line
  next
}

text == "" && /^LODGER_API/ {
  place = header ":" FNR
  text = $0
  if (!/;/)
    next
  declaration(text, errors)
  errors = text = ""
  next
}

text != "" {
  text = text $0
  if (/;/) {
    declaration(text, errors)
    errors = text = ""
  }
  next
}

/LODGER_API/ {
  fail ("a declaration does not begin its line")
}

/^$/ {
  errors = ""
}

# All codes of a function: its own, and those of the ones it is as.
function all_codes (name, depth,   list, count, i, result) {
  result = codes[name]
  count = split (as[name], list, " ")
  for (i = 1; i <= count && depth < 8; i++)
    if (list[i] in codes)
      result = result " " all_codes (list[i], depth + 1)
    else {
      print place_of[name] ": " name " has the errors of " list[i] ", which is in none of the headers" > "/dev/stderr"
      failed = 1
    }
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
      if (kind_of[order[k]] == "-" || index (named, " " order[k] " ") == 0)
        continue
      if (order[k] == "ESHUTDOWN" && ((function_name, "after_stop") in needed || (function_name, "after_close") in needed))
        continue
      need (kind_of[order[k]])
    }
  }
  if (failed)
    exit 1
  if (function_count == 0 || cells == 0) {
    print "no function in any of the headers" > "/dev/stderr"
    exit 1
  }
  print "/* Made by tests/misuse/cells.awk from the public headers. */" > output
  for (i = 1; i <= cells; i++)
    printf "MISUSE (%s, %s, \"%s\")\n", cell_function[i], cell_kind[i], cell_place[i] > output
}

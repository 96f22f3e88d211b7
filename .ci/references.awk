# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Which laws and edge cases comments and names refer to, one a line: FILE:LINE KIND NUMBER. They say "law 3",
# "laws 1 and 2", "edge case 5", "edge_05_…", or have "---- 49, 50 ----" above tests. A comment may be broken between the
# word and its number, so a file is one text here.

function tell (kind, numbers, offset,   i, n, count, part) {
  for (n = 1; n < lines && start[n + 1] <= offset; n++) ;
  count = split (numbers, part, /[^0-9]+/)
  for (i = 1; i <= count; i++) if (part[i] != "") print name ":" n, kind, part[i] + 0
}
function search (pattern, kind,   rest, at, found) {
  rest = text
  at = 0
  while (match (rest, pattern)) {
    found = substr (rest, RSTART, RLENGTH)
    at += RSTART + RLENGTH - 1
    tell(kind != "" ? kind : (found ~ /^[^a-z]?law/ ? "law" : "edge"), found, at)
    rest = substr (text, at + 1)
  }
}
function flush () {
  more = "[0-9]+(( ?(,|-| and| or| to))+ ?[0-9]+)*"
  search("(^|[^a-z0-9])(edges?|laws?)([ _-]cases?)?:?[ _-]" more, "")
  if (name ~ /^tests\/.*\.c$/) search("---- " more "( -|:)", "edge")
}
FNR == 1 { if (name != "") flush(); name = FILENAME; text = ""; lines = 0 }
{
  sub (/^[ \t]*(\/\*+|\*+\/?|\/\/+|#+)?[ \t]*/, "")
  start[++lines] = length (text) + 1
  text = text tolower ($0) " "
}
END { flush() }

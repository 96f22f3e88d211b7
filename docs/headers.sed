# SPDX-License-Identifier: LGPL-2.1-or-later
# The last lines of a header's comment get a heading each in the reference: sed -E -f docs/headers.sed caller.h
s/^ \* Errors: / *\n * \\par Errors\n * /
s/^ \* Test: / *\n * \\par Test\n * /

# SPDX-License-Identifier: LGPL-2.1-or-later
# Introspection's comments, so that doxygen reads them: sed -E -f docs/gtk-doc.sed lodger-glib.h
s/^ \* lodger_[a-z0-9_]+:.*$/ */
s/^( \* )@([a-z_]+):( *\([^)]*\):?)*/\1\\param \2/
/^ \* @file /!s/(^|[ (])@([a-z_]+)/\1\\p \2/g
s/^( \* )Returns:( \([^)]*\))*:? */\1\\return /
s/#([A-Z])/\1/g
s/%(NULL|TRUE|FALSE|LODGER)/\1/g

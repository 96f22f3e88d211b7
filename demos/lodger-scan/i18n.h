/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a window says, in the user's language. What is printed without a window, and what is written to files, is not
 * translated: programs read it. So a face without a window never calls i18n_begin(), and all texts stay as they are in
 * the source.
 *
 * _() translates a text, C_() one that needs a context, ngettext() one with a number in it. A text in a static table is
 * marked by N_(), and translated by _() where it is shown.
 */
#ifndef LODGER_SCAN_I18N_H
#define LODGER_SCAN_I18N_H

#include <glib/gi18n-lib.h>

/* That of GLib gives a text that could be written to. */
#undef _
#define _(text) g_dgettext (GETTEXT_PACKAGE, text)

G_BEGIN_DECLS

/* From now on texts are in the user's language, in UTF-8. Numbers stay as they are in C. It is called before there is a
 * second thread. */
void i18n_begin (void);

G_END_DECLS

#endif

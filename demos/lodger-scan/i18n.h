/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a window says, in the user's language. What is printed without a window, and what is written to files, is not
 * translated: programs read it.
 */
#ifndef LODGER_SCAN_I18N_H
#define LODGER_SCAN_I18N_H

#include <glib/gi18n-lib.h>

#endif

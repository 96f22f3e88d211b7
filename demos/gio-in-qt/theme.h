/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GIO_IN_QT_THEME_H
#define GIO_IN_QT_THEME_H

/* The look of the whole program. */
void theme_set (bool dark);

#endif

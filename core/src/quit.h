/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The program's end, when nobody has said anything. */
#ifndef LODGER_QUIT_H
#define LODGER_QUIT_H

/* When a caller is made. */
void lodger__quit_notice (void);

#endif

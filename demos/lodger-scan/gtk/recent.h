/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The part of the menu that has the folders that were scanned last.
 */
#ifndef LODGER_SCAN_RECENT_H
#define LODGER_SCAN_RECENT_H

#include "../settings.h"

#include <gio/gio.h>

/* Makes these the items of the menu; each opens its folder. */
void recent_show (GMenu *menu, const Settings *settings);

#endif

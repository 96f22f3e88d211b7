/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a window tells of a scan, in words. All functions append whole sentences to the text.
 */
#ifndef LODGER_SCAN_FIGURES_H
#define LODGER_SCAN_FIGURES_H

#include "session.h"

G_BEGIN_DECLS

/* "Scanning", or "Done in 0.301 s". NULL: there is no scan. */
void figures_append_state (GString *text, const Session *session);
/* "6,700 files, 61.5 MB in 500 folders  ·  9,876 files/s, 90.1 MB/s". */
void figures_append_speed (GString *text, const Session *session);
/* "6,700 files, 61.5 MB in 500 folders". */
void figures_append_found (GString *text, const Session *session);
/* "9,876 files/s, 90.1 MB/s". */
void figures_append_rates (GString *text, const Session *session);
/* The folder that was begun last. */
void figures_append_current (GString *text, const Session *session);
/* "Changes are shown as they happen". Nothing when they are not. */
void figures_append_watching (GString *text, const Session *session);
/* "1.2 MB could be saved", of what was found so far. FALSE: nothing could. */
gboolean figures_append_saving (GString *text, const Session *session);
/* "1.2 MB"; or "hard links", when the group wastes nothing. */
void figures_append_waste (GString *text, guint64 wasted, ReportWhy why);
/* "1.2 MB could be saved: …", or why nothing could. The report has groups. */
void figures_append_groups (GString *text, const Report *report);
/* What was found twice before there is a report. */
void figures_append_twins (GString *text, const Store *store);

G_END_DECLS

#endif

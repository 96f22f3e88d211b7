/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is done about duplicates without a window: a question on the terminal, the act, and what came of it as text. All
 * functions belong to the caller's thread, and none blocks.
 */
#ifndef LODGER_SCAN_TIDY_H
#define LODGER_SCAN_TIDY_H

#include "options.h"

#include <lodger/lodger.h>

G_BEGIN_DECLS

typedef struct Tidy Tidy;

/* Runs as a call of the caller, once: all is done, was refused, or a cancel is complete. */
typedef void (*TidyFunc) (void *data);

/* Begins. The options, the report and the progress have to stay as long as it. */
Tidy *tidy_start (LodgerCaller *caller, const ScanOptions *options, Report *report, Progress *progress,
                  TidyFunc finished, void *data);
/* What a worker is at is finished; nothing else is begun. */
void tidy_cancel (Tidy *tidy);
/* No event comes any more. NULL is ignored. */
void tidy_free (Tidy *tidy);

/* When it is over, for people: what was done and what has stayed. */
void tidy_append_report (GString *text, const Tidy *tidy);
/* The same in words for each of the report's twins, as Report.acts has them. */
void tidy_tell_report (const Tidy *tidy);
/* Whether something that was to go has stayed. */
gboolean tidy_has_failed (const Tidy *tidy);

G_END_DECLS

#endif
